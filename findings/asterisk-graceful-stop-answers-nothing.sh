#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `core stop gracefully`: Asterisk keeps its AMI connections open, sends events, and refuses every action.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# A graceful stop waits until the last call is over, hours perhaps. New calls are refused meanwhile, as one expects. But so is
# all else: Ping, CoreShowChannels, Status, Hangup, an action that does not exist, and the Login of a new connection, all with
# `Error` and `Asterisk is shutting down`. Nobody can look at, move or hang up the calls that Asterisk waits for. The
# connection stays up and events of these calls still come, so that it is no sign. After `core abort shutdown`, which has to
# come from the console, all is answered again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[called]
exten => answers,1,Answer()
 same => n,Wait(60)
exten => short,1,Answer()
 same => n,Wait(3)
END
start_asterisk

look <<'END'
import os
import socket
import subprocess

from ami import Ami
from expect import done, expect

refusal = ("Error", "Asterisk is shutting down")


def console(command):
    return subprocess.run([os.environ["ASTERISK"], "-rx", command], stdin=subprocess.DEVNULL, capture_output=True, timeout=10)


def answer(ami, action, **headers):
    reply = ami.action(action, **headers)
    return reply["Response"], reply.get("Message")


ami = Ami()
for exten in ("answers", "short"):
    ami.action("Originate", Channel=f"Local/{exten}@called/n", Application="Wait", Data="60", Async="true")
    ami.event("OriginateResponse", since=len(ami.seen) - 1)
channel = ami.list("CoreShowChannels")[0]["Channel"]

print("after core stop gracefully on the console:")
since = len(ami.seen)
stop = subprocess.Popen([os.environ["ASTERISK"], "-rx", "core stop gracefully"], stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL)
ami.pause(1)
for action, headers in (("Ping", {}), ("CoreShowChannels", {}), ("Status", {}), ("Hangup", {"Channel": channel}),
                        ("NoSuchAction", {}), ("Command", {"Command": "core abort shutdown"}),
                        ("Originate", {"Channel": "Local/answers@called", "Application": "Wait", "Data": "1", "Async": "true"})):
    expect(action, answer(ami, action, **headers), refusal)
with socket.create_connection(("127.0.0.1", int(os.environ["AMI_PORT"])), 5) as new:
    new.sendall(f"Action: Login\r\nUsername: finding\r\nSecret: {os.environ['AMI_SECRET']}\r\n\r\n".encode())
    text = b""
    while b"\r\n\r\n" not in text:
        text += new.recv(1000)
expect("Login of a new connection", text.split(b"\r\n")[1:3], [b"Response: Error", b"Message: Asterisk is shutting down"])
hangup = ami.event("Hangup", since=since)
expect("an event still comes, Hangup of", hangup and hangup["Channel"].split("-")[0], "Local/short@called")

print("after core abort shutdown on the console:")
console("core abort shutdown")
stop.wait(10)
expect("Ping", answer(ami, "Ping")[0], "Success")
expect("the call is still up", channel in [c["Channel"] for c in ami.list("CoreShowChannels")], True)
done()
END
