#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One included file that is missing costs queues.conf all its queues, those before the line as well, and not at once: a reload by
# ModuleLoad says Success and goes on with what it had, and at the next start app_queue does not load. #tryinclude does no harm.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0.
#
# The two reloads disagree: of the same file QueueReload says Error, without a word why, and ModuleLoad with LoadType reload Success.
# QueueStatus has every queue. GetConfig alone says that the file "has invalid format".
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

: > "$etc/extensions.conf"
printf '[sales]\nstrategy = ringall\n[support]\n#include "more.conf"\n' > "$etc/queues.conf"
printf '[later]\n' > "$etc/more.conf"
export ETC=$etc
start_asterisk app_queue

look <<'END'
import os
from pathlib import Path

from ami import Ami
from expect import done, expect

ami = Ami()
etc = Path(os.environ["ETC"])


def queues():
    return sorted(m["Queue"] for m in ami.list("QueueStatus") if m["Event"] == "QueueParams")


def load(how):
    return ami.action("ModuleLoad", Module="app_queue.so", LoadType=how)["Response"]


def config():
    said = ami.action("GetConfig", Filename="queues.conf")
    return said["Response"], said.get("Message", "")


expect("queues, the included file being there", queues(), ["later", "sales", "support"])
(etc / "more.conf").unlink()
expect("QueueReload after it was removed", ami.action("QueueReload", Parameters="yes", Members="yes", Rules="yes")["Response"], "Error")
expect("one by ModuleLoad", load("reload"), "Success")
expect("queues", queues(), ["later", "sales", "support"])
expect("GetConfig", config(), ("Error", "Config file has invalid format"))
expect("unloaded", load("unload"), "Success")
expect("and loaded again, as at a start", load("load"), "Error")
expect("queues", queues(), [])
text = (etc / "queues.conf").read_text().replace("#include", "#tryinclude")
(etc / "queues.conf").write_text(text)
expect("with #tryinclude", load("load"), "Success")
expect("queues", queues(), ["sales", "support"])
done()
END
