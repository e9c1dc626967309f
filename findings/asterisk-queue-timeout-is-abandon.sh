#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# app_queue tells a caller whom it sent away itself as one who abandoned the queue.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# Queue() has a timeout after which the dialplan goes on, to a voicemail for instance; `leavewhenempty` does the same when no
# agent is left. The caller is on the line all the time. AMI nevertheless sends QueueCallerAbandon for such a caller, exactly as
# for one who hangs up, and QueueParams counts it as Abandoned. The file queue_log tells the three apart: EXITWITHTIMEOUT,
# EXITEMPTY, ABANDON. Over AMI only the channel does: it lives on, and its variable QUEUESTATUS says TIMEOUT or LEAVEEMPTY.
# So an abandon rate made of QueueCallerAbandon is not one.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[called]
exten => s,1,Answer()
 same => n,Wait(60)
[agents]
exten => s,1,Ringing()
 same => n,Wait(60)
[queue]
exten => timeout,1,Queue(support,,,,2)
 same => n,Wait(30)
exten => empty,1,Queue(empty)
 same => n,Wait(30)
exten => hangup,1,Queue(support)
END
cat > "$etc/queues.conf" <<'END'
[support]
member => Local/s@agents/n,0,Agent 1
[empty]
timeout = 2
retry = 1
leavewhenempty = yes
member => Local/s@agents/n,0,Agent 1
END
export QUEUE_LOG=$work/log/queue_log
start_asterisk app_queue

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()


def caller(way, queue):
    """What is told of a caller who leaves this way, and what becomes of him."""
    since = len(ami.seen)
    ami.send("Originate", Channel="Local/s@called/n", Context="queue", Exten=way, Priority="1", Async="true",
             ChannelId=f"caller-{way}")
    channel = ami.event("QueueCallerJoin", since=since)["Channel"]
    ami.event("AgentCalled", since=since)
    if way == "empty":
        ami.send("QueuePause", Queue=queue, Interface="Local/s@agents/n", Paused="true")
    if way == "hangup":
        ami.send("Hangup", Channel=channel.replace(";1", ";2"))
    ami.event("QueueCallerLeave", since=since)
    ami.pause(1)
    told = sorted(m["Event"] for m in ami.seen[since:] if m.get("Event") in ("QueueCallerAbandon", "QueueCallerLeave"))
    set_to = [m["Value"] for m in ami.seen[since:] if m.get("Event") == "VarSet" and m["Variable"] == "QUEUESTATUS"]
    lives = channel in [c["Channel"] for c in ami.list("CoreShowChannels")]
    abandoned, = [m["Abandoned"] for m in ami.list("QueueStatus", Queue=queue) if m["Event"] == "QueueParams"]
    log = [line.split("|")[4] for line in open(os.environ["QUEUE_LOG"]) if f"|caller-{way}|" in line]
    return told, abandoned, log[-1], lives, [value for value in set_to if value]


both = ["QueueCallerAbandon", "QueueCallerLeave"]
print("events, Abandoned of QueueParams, queue_log, whether the caller is still there, QUEUESTATUS:")
expect("the Queue()'s timeout", caller("timeout", "support"), (both, "1", "EXITWITHTIMEOUT", True, ["TIMEOUT"]))
expect("leavewhenempty", caller("empty", "empty"), (both, "1", "EXITEMPTY", True, ["LEAVEEMPTY"]))
expect("hung up", caller("hangup", "support"), (both, "2", "ABANDON", False, []))
done()
END
