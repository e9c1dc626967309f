#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GetConfigJSON: a JSON parser keeps one member of a queue, and a TAB makes it no JSON at all.
#
# Seen with Asterisk 22.10.1 (Debian 1:22.10.1+dfsg+~cs6.17.60671434-1), AMI 11.0.0; parsed by the json of Python 3.
#
# GetConfigJSON writes a section as an object with its settings as keys. Names that come more than once in a section, as
# `member` does in queues.conf, are keys that come more than once, of which a parser keeps the last: of three members one is
# left. What a section inherits from a template comes first, under the same key. The template's name is given as a setting
# `templates`, which is in no file. A TAB within a value is written as it is, which JSON forbids, so that the whole file cannot
# be parsed. GetConfig, with a line for each setting, has none of this.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/asterisk.sh"

: > "$etc/extensions.conf"
cat > "$etc/queues.conf" <<'END'
[usual](!)
timeout = 15
[support](usual)
timeout = 20
member => Local/101@agents/n,0,Agent 1
member => Local/102@agents/n,0,Agent 2
member => Local/103@agents/n,0,Agent 3
END
printf '[support]\nmember => Local/101@agents/n,0,Agent\t1\n' > "$etc/tab.conf"
start_asterisk app_queue

look <<'END'
import json

from ami import Ami
from expect import done, expect

ami = Ami()
text = ami.action("GetConfigJSON", Filename="queues.conf")["JSON"]
print(f"GetConfigJSON: {text}")
parsed = json.loads(text)
expect("as parsed", parsed, {"support": {"templates": "usual", "timeout": "20", "member": "Local/103@agents/n,0,Agent 3"}})
pairs = json.loads(text, object_pairs_hook=list)[0][1]
expect("keys of the section", [k for k, _ in pairs], ["templates", "timeout", "timeout", "member", "member", "member"])
config = ami.action("GetConfig", Filename="queues.conf")
expect("members in GetConfig", sum(k.startswith("Line-") and v.startswith("member=") for k, v in config.items()), 3)
expect("members in QueueStatus", sum(m["Event"] == "QueueMember" for m in ami.list("QueueStatus")), 3)

text = ami.action("GetConfigJSON", Filename="tab.conf")["JSON"]
print(f"GetConfigJSON with a TAB: {text!r}")
try:
    seen = json.loads(text)
except json.JSONDecodeError as error:
    seen = error.msg
expect("as parsed", seen, "Invalid control character at")
line = ami.action("GetConfig", Filename="tab.conf")["Line-000000-000000"]
expect("GetConfig of it", line, "member=Local/101@agents/n,0,Agent\t1")
done()
END
