#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Local channel that is optimised away: the call goes on, and three messages say that it does not.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# A dialer originates Local/NUMBER@outbound, whose dialplan dials the trunk, and sends the answered call to a queue. Once
# agent and customer hear each other, Asterisk leaves the Local channel out and puts the trunk's channel in its place, as it
# should. But:
# 1. LocalOptimizationEnd says `Success: No` each time, although the Local channel is gone and both are in one bridge.
# 2. AgentComplete comes at that moment, or never: with a TalkTime of 0 or 1 and `Reason: caller`, while the talk goes on.
#    When the customer really hangs up, none comes. With Local/NUMBER@outbound/n, which is never optimised, there is one
#    for each call, at its end, with the true TalkTime.
# 3. If the agent's Local channel is the one that goes, the member is `Not in use` (Status 1) while the agent talks, and a
#    queue with `ringinuse = no` gives that agent a second caller.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

cat > "$etc/extensions.conf" <<'END'
[outbound]
exten => _X.,1,Dial(Local/${EXTEN}@trunk/n)
[trunk]
exten => _X.,1,Answer()
 same => n,Milliwatt()
[queue]
exten => _[a-z][a-z]!,1,Queue(${EXTEN})
[desk]
exten => _X.,1,Dial(Local/${EXTEN}@agents/n)
[agents]
exten => _X.,1,Ringing()
 same => n,Wait(1)
 same => n,Answer()
 same => n,Milliwatt()
END
cat > "$etc/queues.conf" <<'END'
[general]
autofill = yes
[whole]
strategy = rrmemory
ringinuse = no
member => Local/101@agents/n,0,Agent 1
member => Local/102@agents/n,0,Agent 2
member => Local/103@agents/n,0,Agent 3
member => Local/104@agents/n,0,Agent 4
member => Local/105@agents/n,0,Agent 5
[optimised]
ringinuse = no
member => Local/106@desk,0,Agent 6
END
start_asterisk app_dial app_milliwatt app_queue

look <<'END'
from ami import Ami
from expect import done, expect

ami = Ami()
calls = 5


def dial(channel, queue, ident):
    ami.send("Originate", Channel=channel, Context="queue", Exten=queue, Priority="1", Async="true", ChannelId=ident)


def talks(suffix):
    """Calls that talk for some seconds, until the customers hang up. What came before that, who was up, what came after."""
    since = len(ami.seen)
    for i in range(calls):
        dial(f"Local/555010{i}@outbound{suffix}", "whole", f"customer-{len(suffix)}-{i}")
    ami.pause(7)
    before = [m for m in ami.seen[since:] if "Event" in m]
    up = ami.list("CoreShowChannels")
    since = len(ami.seen)
    for c in up:
        if "@trunk" in c["Channel"] and c["Channel"].endswith(";2"):
            ami.send("Hangup", Channel=c["Channel"])
    ami.pause(3)
    return before, up, [m for m in ami.seen[since:] if "Event" in m]


def of(events, name, *headers):
    return [tuple(m[h] for h in headers) for m in events if m["Event"] == name]


print("the customer's Local channel may be optimised away:")
before, up, after = talks("")
expect("agents connected", len(of(before, "AgentConnect")), calls)
expect("LocalOptimizationEnd, Success", of(before, "LocalOptimizationEnd", "Success"), [("No",)] * calls)
expect("the dialer's Local channels that are left", sum("@outbound" in c["Channel"] for c in up), 0)
expect("channels in a bridge, customers' and agents'", sum(c["BridgeId"] != "" for c in up), 2 * calls)
early = of(before, "AgentComplete", "TalkTime", "Reason")
print(f"  AgentComplete while all of them talk: {early}")
expect("one at least, and each with 0 or 1 s", [len(early) > 0, *{(int(t) <= 1, r) for t, r in early}], [True, (True, "caller")])
expect("AgentComplete when the customers hang up", of(after, "AgentComplete"), [])

print("it may not (/n):")
before, up, after = talks("/n")
expect("agents connected", len(of(before, "AgentConnect")), calls)
expect("AgentComplete while all of them talk", of(before, "AgentComplete"), [])
late = of(after, "AgentComplete", "TalkTime", "Reason")
print(f"  AgentComplete when the customers hang up: {late}")
expect("one for each call, of 3 s or more", [int(t) >= 3 and r for t, r in late], ["caller"] * calls)

print("the agent's Local channel is optimised away:")
since = len(ami.seen)
dial("Local/5550110@trunk/n", "optimised", "customer-a")
ami.event("LocalOptimizationEnd", since=since)
ami.pause(2)
member, = [m for m in ami.list("QueueStatus", Queue="optimised") if m["Event"] == "QueueMember"]
expect("Status and InCall of the member, who talks", (member["Status"], member["InCall"]), ("1", "0"))
since = len(ami.seen)
dial("Local/5550111@trunk/n", "optimised", "customer-b")
second = ami.event("AgentConnect", since=since, seconds=10)
expect("a second caller is connected to", second and second["MemberName"], "Agent 6")
ami.pause(1)
up = ami.list("CoreShowChannels")
expect("talks that this agent has now", sum("@agents" in c["Channel"] and c["BridgeId"] != "" for c in up), 2)
done()
END
