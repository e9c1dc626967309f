# SPDX-License-Identifier: Apache-2.0
"""Agents who are away, refuse, take their time, or are shared by campaigns; with every way of pacing."""
from harness import eventually
from harness.mishaps import METHODS, MishapCase


class Agents(MishapCase):
    def unanswered(self, sim, agent):
        return sum(1 for r in sim.journal("agent_no_answer") if r["agent"] == agent)

    def paused(self, agent):
        with self.sim.ami() as ami:
            return [m["Paused"] for m in ami.listing("QueueStatus", "QueueStatusComplete") if m.get("Location") == agent] == ["1"]

    def test_an_agent_who_is_away_is_paused_and_the_others_go_on(self):
        agent = "Local/agent-01@agents/n"
        for does in ("absent", "rejects"):
            def scenario(method):
                self.centre([{"name": "sales_1", "agents": 4, "ring": 0, "talk": 8, "ring_timeout": 16, "retry": 1, "habits": [{"does": does}]}],
                            campaigns=[("sales_1", {"pacing_method": method})])
                eventually(lambda: self.paused(agent), 60, "he is paused")
                before = self.ledger.follow().conversations()
                self.conversations(before + 6)
                self.assertLessEqual(self.unanswered(self.sim, agent), 4)
                self.drain()
                self.judge()
            with self.subTest(does=does):
                self.each_method(scenario)

    def test_an_agent_who_is_away_stays_where_the_limit_is_null(self):
        agent = "Local/agent-01@agents/n"
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 3, "ring": 0, "talk": 6, "ring_timeout": 6, "retry": 1, "habits": [{"does": "rejects"}]}],
                        campaigns=[("sales_1", {"pacing_method": method, "agent_no_answer_limit": None})])
            eventually(lambda: self.unanswered(self.sim, agent) >= 4, 60, "he rejects call after call")
            self.assertFalse(self.paused(agent))
            self.drain()
            self.judge()
        self.each_method(scenario, ("progressive",))

    def test_agents_who_take_longer_than_the_grace(self):
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 4, "ring": {"uniform": [2, 12]}, "talk": 8, "ring_timeout": 30}],
                        campaigns=[("sales_1", {"pacing_method": method, "agent_no_answer_limit": None})])
            self.conversations(8)
            self.drain()
            self.judge()
        self.each_method(scenario)

    # --- agents whom several campaigns share

    def test_agents_shared_by_campaigns_of_one_queue_and_of_several(self):
        for count, queues in ((2, 1), (5, 1), (2, 2), (5, 5)):
            def scenario(method):
                names = [f"q{i % queues}" for i in range(count)]
                self.centre([{"name": f"q{i}", "agents": 5, "ring": 0, "talk": {"uniform": [4, 10]}} for i in range(queues)],
                            campaigns=[(name, {"pacing_method": method}) for name in names])
                self.conversations(25)
                # Who is begun for a free agent alone finds him free, whatever number of campaigns there is.
                if method == "progressive":
                    self.assertEqual(self.sums()["abandoned"], 0)
                self.drain()
                self.judge()
            with self.subTest(campaigns=count, queues=queues):
                self.each_method(scenario, ("progressive", None) if count == 5 else METHODS)
