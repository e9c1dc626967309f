#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A ChannelId that is the beginning of another channel's is taken for the same: the call is not made.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# Originate's ChannelId gives the new channel its unique id. While `call-10` is up, a call `call-1` is not made: the reply is
# `Originate successfully queued`, then OriginateResponse says Failure with Reason 0, which it says of much else too, and only
# Asterisk's log names the id. `CALL-10` is refused as well: upper and lower case are the same. The other way round all is
# well: `call-100` is made beside `call-10`, and `call-1` too once the others are gone. So who counts calls as call-1, call-2 ...
# loses call-1 because of call-10; ids of one fixed width have no such trouble.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[called]
exten => s,1,Answer()
 same => n,Wait(60)
END
export LOG=$work/log/messages
start_asterisk

look <<'END'
import os
import re

from ami import Ami
from expect import done, expect

ami = Ami()


def call(ident):
    since = len(ami.seen)
    reply = ami.action("Originate", Channel="Local/s@called", Application="Wait", Data="60", Async="true", ChannelId=ident)
    end = ami.event("OriginateResponse", since=since)
    new = sum(m.get("Event") == "Newchannel" for m in ami.seen[since:])
    return reply["Message"], end["Response"], end["Reason"], new


queued = "Originate successfully queued"
made, not_made = (queued, "Success", "4", 2), (queued, "Failure", "0", 0)
print("reply, OriginateResponse, its Reason, new channels:")
expect("call-10", call("call-10"), made)
expect("call-1 beside it", call("call-1"), not_made)
expect("CALL-10 beside it", call("CALL-10"), not_made)
expect("call-100 beside it", call("call-100"), made)
expect("call-2 beside them", call("call-2"), made)
for line in open(os.environ["LOG"]):
    if "Unique ID" in line:
        print("  log:", re.sub(r"\(0x\w+\)", "", line.split("channel.c: ")[1].strip()))
ami.action("Hangup", Channel="/^Local/")
ami.pause(1)
expect("call-1 when all are gone", call("call-1"), made)
done()
END
