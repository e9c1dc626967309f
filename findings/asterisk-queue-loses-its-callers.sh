#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A queue that is missing from queues.conf during one reload forgets who waits in it: free agents, and the callers wait on.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# A caller waits in a queue. The queue's section is taken out of queues.conf, QueueReload; it is put back, QueueReload, as a
# tool does that writes the file in two steps. Each reload is `Success`, and no event is sent. The queue is there again with no
# callers, but the caller's channel is still in Queue(). He is not listed by QueueStatus. The
# next caller is at position 1 and gets the agent; the first one gets none, although a second agent is free, until he hangs up.
# Only then do QueueCallerAbandon and QueueCallerLeave come, and the queue's own count of abandoned callers stays 0.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[called]
exten => s,1,Answer()
 same => n,Wait(60)
[agents]
exten => _10X,1,Answer()
 same => n,Wait(60)
END
cat > "$etc/queues.conf" <<'END'
[support]
retry = 1
END
start_asterisk app_queue

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()
path = os.path.join(os.environ["ETC"], "queues.conf")
with open(path) as f:
    text = f.read()


def call(ident):
    since = len(ami.seen)
    ami.send("Originate", Channel="Local/s@called/n", Application="Queue", Data="support", Async="true", ChannelId=ident)
    return ami.event("QueueCallerJoin", since=since)["Position"]


def queue():
    """Calls and abandoned calls of the queue, and who is listed as waiting; None: there is no such queue."""
    listed = ami.list("QueueStatus", Queue="support")
    params = [m for m in listed if m["Event"] == "QueueParams"]
    waiting = [m["Uniqueid"] for m in listed if m["Event"] == "QueueEntry"]
    return (params[0]["Calls"], params[0]["Abandoned"], waiting) if params else None


def reload(text):
    since = len(ami.seen)
    with open(path, "w") as f:
        f.write(text)
    reply = ami.action("QueueReload", Parameters="yes", Members="yes")["Response"]
    ami.pause(1)
    return reply, [m["Event"] for m in ami.seen[since:] if m.get("Event", "").startswith("Queue")]


def agent(number):
    """Another agent comes; the callers who are connected within four seconds."""
    since = len(ami.seen)
    ami.action("QueueAdd", Queue="support", Interface=f"Local/{number}@agents/n")
    ami.pause(4)
    return [m["Uniqueid"] for m in ami.seen[since:] if m.get("Event") == "AgentConnect"]


expect("position of the first caller", call("first"), "1")
expect("queue", queue(), ("1", "0", ["first"]))
expect("reload without the section: reply, events", reload(""), ("Success", []))
expect("queue", queue(), None)
expect("reload with it: reply, events", reload(text), ("Success", []))
expect("queue", queue(), ("0", "0", []))
applications = [c["Application"] for c in ami.list("CoreShowChannels") if c["Uniqueid"] == "first"]
expect("the first caller's channel is in", applications, ["Queue"])
expect("position of the second caller", call("second"), "1")
expect("callers whom agent 101 gets", agent("101"), ["second"])
expect("callers whom agent 102 gets", agent("102"), [])
since = len(ami.seen)
ami.action("Hangup", Channel="Local/s@called-00000000;2")
ami.event("QueueCallerLeave", since=since)
told = [(m["Event"], m["Uniqueid"]) for m in ami.seen[since:] if m.get("Event", "").startswith("QueueCaller")]
expect("events when the first one hangs up", told, [("QueueCallerAbandon", "first"), ("QueueCallerLeave", "first")])
expect("abandoned calls of the queue", queue()[1], "0")
done()
END
