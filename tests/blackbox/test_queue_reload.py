# SPDX-License-Identifier: Apache-2.0
"""Members and queues that change without an event of their own."""
from harness import Case, ScriptedAmi, eventually


class QueueReload(Case):
    def begin(self, queues):
        self.server = ScriptedAmi(queues=queues)
        self.addCleanup(self.server.kill)
        self.run = self.daemon(self.server)
        self.api = self.run.api
        self.campaign = self.make_campaign(self.api, [str(7_000_000 + i) for i in range(40)], {"max_retry_cnt_1": 1}, dest=self.queue())
        self.api.status(self.campaign, 1)

    def until(self, count, seconds=10):
        self.until_agents(self.api, self.campaign, count, seconds)

    def codes(self):
        return [r["code"] for r in self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"]]

    def test_a_reload_that_is_told_is_taken_up_at_once(self):
        self.begin({"sales_1": ["PJSIP/a"], "sales_2": []})
        self.until(1)
        eventually(lambda: len(self.server.calls) == 1, what="his call")
        self.server.set_members("sales_1", ["PJSIP/a", "PJSIP/b"])
        for one in self.server.queues["sales_1"][:1]:
            one.in_call = 1
        self.server.reloaded()
        self.until(2)
        eventually(lambda: len(self.server.calls) == 2, what="a call for the new member")
        self.server.set_members("sales_1", [])
        self.server.reloaded("All")
        self.until(0)
        eventually(lambda: "no_agent" in self.codes(), what="the reason")
        begun = len(self.server.calls)
        del self.server.queues["sales_1"]
        self.server.reloaded()
        eventually(lambda: self.codes()[0] == "queue_unknown", what="a queue that is gone")
        self.until(0)
        self.assertEqual(len(self.server.calls), begun)

    def test_a_queue_that_is_made_is_dialed_for(self):
        self.begin({"sales_2": ["PJSIP/x"]})
        eventually(lambda: self.codes() == ["queue_unknown"], what="no such queue")
        self.server.queues["sales_1"] = []
        self.server.set_members("sales_1", ["PJSIP/a"])
        self.server.reloaded()
        self.until(1)
        eventually(lambda: len(self.server.calls) == 1, what="a call for its member")

    def test_a_change_that_nobody_tells_is_seen_within_a_minute(self):
        self.begin({"sales_1": ["PJSIP/a"]})
        self.until(1)
        self.server.set_members("sales_1", ["PJSIP/a", "PJSIP/b", "PJSIP/c"])
        self.until(3, seconds=60)
