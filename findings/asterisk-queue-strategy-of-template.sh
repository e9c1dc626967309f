#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A queue's own strategy counts for nothing where its template has one; its other settings win over the template's.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# In Asterisk's configuration files a section is given its template's settings first and its own after them, so that its own
# win. In queues.conf that is true of `weight` and `servicelevel`, and not of `strategy`: a queue that writes `strategy =
# linear` under a template with `strategy = ringall` rings all at once. No log line tells. It is the same at the start and
# after a reload, and GetConfig lists both lines in the order in which the last one should win.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

: > "$etc/extensions.conf"
cat > "$etc/queues.conf" <<'END'
[usual](!)
strategy = ringall
weight = 1
servicelevel = 10
[support](usual)
strategy = linear
weight = 7
servicelevel = 30
[plain]
strategy = linear
weight = 7
servicelevel = 30
END
export LOG=$work/log/messages
start_asterisk app_queue

look <<'END'
import os

from ami import Ami
from expect import done, expect

ami = Ami()


def queue(name):
    params, = [m for m in ami.list("QueueStatus", Queue=name) if m["Event"] == "QueueParams"]
    return params["Strategy"], params["Weight"], params["ServiceLevel"]


print("strategy, weight, service level:")
expect("a queue without template", queue("plain"), ("linear", "7", "30"))
expect("one that has its own values under a template", queue("support"), ("ringall", "7", "30"))
expect("QueueReload", ami.action("QueueReload", Parameters="yes", Members="yes", Rules="yes")["Response"], "Success")
expect("the same after it", queue("support"), ("ringall", "7", "30"))
config = ami.action("GetConfig", Filename="queues.conf", Category="support")
lines = [v for k, v in config.items() if k.startswith("Line-") and "strategy" in v]
expect("GetConfig", lines, ["strategy=ringall", "strategy=linear"])
expect("lines in the log about it", [line for line in open(os.environ["LOG"]) if "strategy" in line.lower()], [])
done()
END
