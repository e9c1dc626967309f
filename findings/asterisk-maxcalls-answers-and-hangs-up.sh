#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# At maxcalls, Originate is a Success, the called party answers, and Asterisk hangs up on him.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# `maxcalls` of asterisk.conf bounds how many dialplans run at once. An Originate to Context and Exten needs one when the called
# party has answered, not before. So at the limit it calls him, he answers, OriginateResponse says Success with Reason 4, and
# since no dialplan may begin he is hung up on at once, with Cause 0 and no Newexten. The same Originate with Application needs
# no dialplan, and goes on. A Local channel needs one at its beginning: it is made, LocalBridge comes, and it fails with Reason 0
# and Cause 0, without a DialBegin. No event or reply names the limit; only the log does.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[called]
exten => s,1,Answer()
 same => n,Wait(60)
[then]
exten => s,1,Wait(60)
END
options='maxcalls = 1'
export LOG=$work/log/messages
start_asterisk

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()


def call(ident, wanted, **to):
    since = len(ami.seen)
    reply = ami.action("Originate", Channel="Local/s@called/n", ChannelId=ident, OtherChannelId=ident + "-two", Async="true", **to)
    expect("the reply", reply["Message"], "Originate successfully queued")
    result = ami.event("OriginateResponse", since=since, Uniqueid=ident)
    expect("OriginateResponse, Reason", (result["Response"], result["Reason"]), wanted)
    ami.pause(2)
    return since


def up():
    return [m["Channel"] for m in ami.list("CoreShowChannels")]


answers, fails = ("Success", "4"), ("Failure", "0")
print("maxcalls is 1; a call, whose Local channel takes that one, on to Context and Exten:")
since = call("exten", answers, Context="then", Exten="s", Priority="1")
end = ami.event("Hangup", since=since, Uniqueid="exten")
expect("DialEnd", ami.event("DialEnd", since=since, DestUniqueid="exten")["DialStatus"], "ANSWER")
expect("its Hangup", end and (end["ChannelStateDesc"], end["Cause"]), ("Up", "0"))
expect("steps of the dialplan then", [m for m in ami.seen if m.get("Event") == "Newexten" and m.get("Context") == "then"
                                    and m["Extension"] == "s" and m["Application"] == "Wait"], [])
print("the same on to an Application:")
call("application", answers, Application="Wait", Data="60")
expect("it is up", len(up()), 2)
print("another one while that is up:")
since = call("another", fails, Application="Wait", Data="60")
ends = [m["Cause"] for m in ami.seen[since:] if m.get("Event") == "Hangup" and m["Uniqueid"].startswith("another")]
expect("LocalBridge", ami.event("LocalBridge", since=since, LocalOneUniqueid="another") is not None, True)
expect("DialBegin", [m for m in ami.seen[since:] if m.get("Event") == "DialBegin"], [])
expect("Hangup of both halves, Cause", ends, ["0", "0"])
expect("words about a limit in what AMI said", [m for m in ami.seen if "limit" in str(m).lower()], [])
expect("words about it in the log", "call limit" in open(os.environ["LOG"]).read().lower(), True)
done()
END
