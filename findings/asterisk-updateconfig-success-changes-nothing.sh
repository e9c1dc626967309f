#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# UpdateConfig says Success and the queue keeps its old weight.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# 1. Update of a setting that the section has from its template and overrides: the new value is written as a further line
#    before the old one, and the last line wins. Each further Update adds one more line that does not count. With Match and
#    the old value the right line is changed.
# 2. Delete of a setting that the section only inherits: nothing is done.
# 3. Actions are numbered, and the numbers must begin at 000000 and have six digits: what begins at 000001, or at 0, is
#    ignored altogether. In each case the reply is `Success` without a Message, and the file is written anew.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

: > "$etc/extensions.conf"
cat > "$etc/queues.conf" <<'END'
[usual](!)
weight = 1
[support](usual)
weight = 7
[sales](usual)
[plain]
weight = 7
END
start_asterisk app_queue

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()


def update(queue, action, first=0, digits=6):
    """The reply, the queue's weight after a reload, and the lines of its section."""
    headers = (("Action", action[0]), ("Cat", queue), ("Var", "weight"), *action[1:])
    pairs = [(f"{name}-{first:0{digits}d}", text) for name, text in headers]
    reply = ami.action("UpdateConfig", ("SrcFilename", "queues.conf"), ("DstFilename", "queues.conf"), *pairs)
    ami.action("QueueReload", Parameters="yes")
    weight, = [m["Weight"] for m in ami.list("QueueStatus", Queue=queue) if m["Event"] == "QueueParams"]
    with open(os.path.join(os.environ["ETC"], "queues.conf")) as f:
        section = f.read().split(f"[{queue}]")[1].split("[")[0].splitlines()[1:]
    return reply["Response"], reply.get("Message"), weight, [line for line in section if line]


def value(text):
    return "Value", text


def case(what, queue, action, weight, lines, **numbers):
    expect(what, update(queue, action, **numbers), ("Success", None, weight, lines))


print("reply, weight after it, lines of the section:")
case("Update of an own setting to 9", "plain", ("Update", value("9")), "9", ["weight = 9"])
case("of one that overrides the template's", "support", ("Update", value("9")), "7", ["weight = 9", "weight = 7"])
case("the same to 10", "support", ("Update", value("10")), "7", ["weight = 10", "weight = 9", "weight = 7"])
case("with Match: 7", "support", ("Update", value("11"), ("Match", "7")), "11", ["weight = 10", "weight = 9", "weight = 11"])
case("Delete of one that is the template's", "sales", ("Delete",), "1", [])
case("Update of an own setting, Action-000001", "plain", ("Update", value("12")), "9", ["weight = 9"], first=1)
case("Update of an own setting, Action-0", "plain", ("Update", value("12")), "9", ["weight = 9"], digits=1)
done()
END
