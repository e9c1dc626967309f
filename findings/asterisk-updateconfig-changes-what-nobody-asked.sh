#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# UpdateConfig of one setting: a queue's commented-out agent is called again, and an included file doubles at each save.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# UpdateConfig reads the whole file and writes it anew, comments included. But:
# 1. A block comment (`;--` to `--;`) loses its first and last line; the lines between become settings. Here an agent who had
#    been commented out is a member of his queue again after an update of another queue. A comment after the file's last
#    setting is gone.
# 2. Where the file includes others by a pattern (`#include "queues.d/*.conf"`), each save appends to the included file all
#    that it holds, once more: 1, 2, 4, 8 copies, although nothing of it was to be changed. With the file's own name in
#    #include that does not happen.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

: > "$etc/extensions.conf"
cat > "$etc/queues.conf" <<'END'
[sales]
weight = 1
[support]
member => Local/101@agents/n,0,Agent 1
;-- has left:
member => Local/102@agents/n,0,Agent 2
--;
timeout = 20
; whom to ask: the night shift
END
mkdir "$etc/all.d" "$etc/one.d"
for kind in all one; do printf '[team]\nmember => Local/103@agents/n,0,Agent 3\n' > "$etc/$kind.d/team.conf"; done
printf '[sales]\nweight = 1\n#include "all.d/*.conf"\n' > "$etc/all.conf"
printf '[sales]\nweight = 1\n#include "one.d/team.conf"\n' > "$etc/one.conf"
start_asterisk app_queue

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()


def set_weight(file, value):
    change = (("Action-000000", "Update"), ("Cat-000000", "sales"), ("Var-000000", "weight"), ("Value-000000", value))
    return ami.action("UpdateConfig", ("SrcFilename", file), ("DstFilename", file), *change)["Response"]


def lines(file):
    with open(os.path.join(os.environ["ETC"], file)) as f:
        return [line.strip() for line in f]


def members():
    ami.action("QueueReload", Members="yes", Parameters="yes")
    return [m["Name"] for m in ami.list("QueueStatus", Queue="support") if m["Event"] == "QueueMember"]


print("comments:")
expect("members of support", members(), ["Agent 1"])
expect("UpdateConfig of the weight of sales", set_weight("queues.conf", "2"), "Success")
for line in lines("queues.conf"):
    if line and not line.startswith(";!"):
        print(f"    | {line}")
marks = [line for line in lines("queues.conf") if line.startswith((";--", "--;"))]
expect("marks of a block comment in the file", len(marks), 0)
expect("members of support", sorted(members()), ["Agent 1", "Agent 2"])
expect("the last comment is there", any("night shift" in line for line in lines("queues.conf")), False)

print("copies of what is included after no, one, two, three updates of the weight of sales:")
for file, included, wanted in (("all.conf", "all.d/team.conf", [1, 2, 4, 8]), ("one.conf", "one.d/team.conf", [1, 1, 1, 1])):
    copies = [lines(included).count("[team]")]
    for value in "234":
        assert set_weight(file, value) == "Success"
        copies.append(lines(included).count("[team]"))
    expect(lines(file)[-1], copies, wanted)
done()
END
