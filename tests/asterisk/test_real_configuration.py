# SPDX-License-Identifier: Apache-2.0
"""Queues and parking lots made over REST, beside files that people have written by hand."""
from harness import eventually
from real import RealCase

HAND_WRITTEN = """\
; The day shift. Ask Ann before you change it.
[general]
persistentmembers = no

[usual](!)          ; for all teams
strategy = rrmemory
weight = 1

#include "teams/*.conf"
#exec /bin/true

[sales_1](usual)
weight = 7          ; overrides the template's
member => Local/agent-01@agents/n,0,Agent 1
;-- has left
member => Local/agent-02@agents/n,0,Agent 2
--;

[empty](usual)
; the last comment: nobody here

#tryinclude ringmaster-queues.conf
"""
HAND_WRITTEN_LOTS = """\
; Lots of the house.
[default]
parkpos = 701-799
context = parkedcalls
;-- not yet
[second]
parkpos = 801-820
--;
#tryinclude ringmaster-parking.conf
"""


class Configuration(RealCase):
    class User:
        def __init__(self, pbx, name):
            self.address, self.USER, self.SECRET = pbx.address, name, "secret"

    def begin(self, **options):
        self.pbx = self.asterisk(members={"empty": []}, **options)
        self.etc = self.pbx.folder / "etc"

    def serve(self, user=None, **settings):
        self.api = self.daemon(user or self.pbx, config=settings).api
        self.until_shown("sales_1")

    def until_shown(self, queue):
        return eventually(lambda: next((q for q in self.api.get("/queue/queues")["list"] if q["name"] == queue), None), what=f"queue {queue}")

    def write_by_hand(self):
        (self.etc / "teams").mkdir()
        (self.etc / "teams/night.conf").write_text("[night](usual)\nmember => Local/agent-03@agents/n\n")
        (self.etc / "queues.conf").write_text(HAND_WRITTEN)
        (self.etc / "res_parking.conf").write_text(HAND_WRITTEN_LOTS)
        self.pbx.console("module reload app_queue.so")
        self.pbx.console("module reload res_parking.so")
        return self.files()

    def files(self):
        """What people have written, byte for byte."""
        return {p.name: p.read_bytes() for p in (self.etc / "queues.conf", self.etc / "res_parking.conf", self.etc / "teams/night.conf")}

    def test_files_written_by_hand_stay_as_they_are(self):
        self.begin()
        before = self.write_by_hand()
        self.serve()
        self.until_shown("night")
        self.api.post("/queue/queues", {"name": "new", "weight": 3, "member": [f"Local/agent-{n:02d}@agents/n" for n in range(1, 100)]})
        self.until_shown("new")
        self.api.post("/park/parkinglots", {"name": "third", "context": "parkedthird", "parkpos": "901-902"})
        self.api.put("/queue/queues/new", {"weight": 4, "member": ["Local/agent-01@agents/n"]})
        eventually(lambda: self.until_shown("new")["weight"] == 4, what="the change")
        self.api.put("/park/parkinglots/third", {"parkingtime": 33})
        for refused in (self.api.call("PUT", "/queue/queues/sales_1", {"weight": 1}), self.api.call("DELETE", "/queue/queues/night"),
                        self.api.call("PUT", "/park/parkinglots/default", {"parkingtime": 5})):
            self.assertEqual(refused.status, 400, refused)
        self.assertEqual(self.files(), before)
        self.assertNotIn("Agent 2", self.pbx.console("queue show sales_1"), "who was commented out is not called again")
        self.api.delete("/queue/queues/new")
        self.api.delete("/park/parkinglots/third")
        eventually(lambda: self.api.call("GET", "/queue/queues/new").status == 404, what="it is removed")
        self.assertEqual(self.files(), before)
        self.assertIn("No such queue", self.pbx.console("queue show new"))

    def test_what_the_setting_says_may_be_lost_is_lost(self):
        self.begin()
        before = self.write_by_hand()
        self.serve(allow_lossy_config_changes=True)
        self.api.put("/queue/queues/sales_1", {"weight": 5})
        eventually(lambda: self.until_shown("sales_1")["weight"] == 5, what="the change")
        after = self.files()
        self.assertNotEqual(after["queues.conf"], before["queues.conf"])
        self.assertNotIn(b"--;", after["queues.conf"])
        self.assertNotIn(b"#exec", after["queues.conf"])
        self.assertEqual(after["teams/night.conf".split("/")[1]].count(b"[night]"), 2, "what is included by a pattern is there twice")

    def test_without_the_line_files_stay_and_nothing_is_left_behind(self):
        self.begin(included=False)
        self.serve()
        (self.etc / "teams").mkdir()
        (self.etc / "teams/night.conf").write_text("")
        before = self.files()
        reply = self.api.call("POST", "/queue/queues", {"name": "new"})
        self.assertEqual(reply.status, 400)
        self.assertIn("add the line '#tryinclude ringmaster-queues.conf' at the end of queues.conf", reply.error["message"])
        self.assertEqual(self.files(), before)
        self.assertNotIn("[new]", (self.etc / "ringmaster-queues.conf").read_text())
        with open(self.etc / "queues.conf", "a") as conf:
            conf.write("\n#tryinclude ringmaster-queues.conf\n")
        self.api.post("/queue/queues", {"name": "new"})
        self.until_shown("new")

    def test_include_instead_of_tryinclude_is_mended_by_the_first_queue(self):
        self.begin(included=False)
        with open(self.etc / "queues.conf", "a") as conf:
            conf.write("\n#include ringmaster-queues.conf\n")
        self.serve()
        self.api.post("/queue/queues", {"name": "new"})
        self.until_shown("new")
        self.until_shown("sales_1")

    def test_a_queue_is_there_after_a_restart_of_asterisk(self):
        self.begin()
        self.serve()
        self.api.post("/queue/queues", {"name": "new", "weight": 3})
        self.pbx.crash()
        self.pbx.run()
        eventually(lambda: self.api.call("GET", "/health").json["pbxs"][0]["connected"], 30, "the login")
        self.assertEqual(self.until_shown("new")["weight"], 3)
        self.api.delete("/queue/queues/new")

    def test_a_user_who_may_not_is_told_so(self):
        self.begin()
        with open(self.etc / "manager.conf", "a") as conf:
            conf.write("\n[few]\nsecret = secret\nread = system,call,agent\nwrite = system,call,agent,originate,reporting\n")
        self.pbx.console("manager reload")
        self.serve(self.User(self.pbx, "few"))
        reply = self.api.call("POST", "/queue/queues", {"name": "new"})
        self.assertEqual(reply.status, 502, reply)
        self.assertIn("CreateConfig needs 'config' in this user's line write", reply.error["message"])
        eventually(lambda: "write_config" in [m["right"] for m in self.api.call("GET", "/health").json["pbxs"][0]["missing_rights"]], what="the missing right")
        self.assertFalse((self.etc / "ringmaster-queues.conf").exists())
