# SPDX-License-Identifier: Apache-2.0
"""Who was taken by an agent while nobody listened talks on: the simulated PBX's journal says who ended each conversation."""
from harness import Case, eventually


def people(agents):
    """All answer, after the agents' telephones have rung for longer than the grace."""
    return {"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                          "ring": 4, "patience": 600, "listen": 600, "first_digit_rules": False},
            "queues": [{"name": "sales_1", "agents": agents, "ring": 4, "talk": 40, "wrapup": 2}]}


class Conversations(Case):
    def test_who_was_taken_while_the_daemon_was_away_talks_on(self):
        """Ten telephones ring while it goes, agents take their callers when the grace is long over, and then it is back."""
        for end in ("kill", "stop"):
            with self.subTest(end=end):
                sim = self.pbx(population=people(10), time_scale=4)
                server = self.daemon(sim)
                campaign = self.make_campaign(server.api, [str(9_000_000 + i) for i in range(10)], dest=self.queue(),
                                              plan={"trunk_name": "carrier", "pacing_method": "progressive", "abandon_grace_ms": 500, "max_retry_cnt_1": 1})
                server.api.status(campaign, 1)
                eventually(lambda: len(sim.originates()) == 10, what="ten calls")
                getattr(server, end)()
                eventually(lambda: len(sim.journal("agent_connect")) == 10, what="ten conversations")
                server.start()
                stats = eventually(lambda: (s := server.api.stats(campaign))["talking"] == 10 and s, 20, "ten talk")
                self.assertEqual((stats["waiting"], stats["abandoned"], stats["connected"], stats["answered"]), (0, 0, 10, 10))
                eventually(lambda: len(sim.journal("agent_complete")) == 10, 60, "the end of all")
                self.assertEqual({r["by"] for r in sim.journal("agent_complete")}, {"agent"})
                self.until_status(server.api, campaign, 0)
                stats = server.api.stats(campaign)
                self.assertEqual((stats["connected"], stats["abandoned"], stats["fate_unknown"]), (10, 0, 0))
                self.assertEqual((stats["abandon_window_answers"], stats["abandon_window_abandons"]), (10, 0))
                server.stop()
                sim.kill()
