# SPDX-License-Identifier: Apache-2.0
"""One campaign over two servers whose teams are unequal: whoever answers meets the agents of the server that dialed, and
nobody else. The simulated PBXs' logs are the judges."""
from harness import Case, eventually, seed

SCALE = 5
GRACE_MS = int(2000 / SCALE)  # two seconds of theirs


class SeveralServers(Case):
    AGENTS, PAUSED = (10, 10), (0, 6)

    def centre(self, **plan):
        drawn = seed()
        self.sims = [self.pbx(population=self.population(n), time_scale=SCALE, seed=drawn + i) for i, n in enumerate(self.AGENTS)]
        for sim, paused in zip(self.sims, self.PAUSED):
            with sim.ami() as ami:
                for n in range(1, paused + 1):
                    reply = ami.action("QueuePause", Queue="sales_1", Interface=f"Local/agent-{n:02d}@agents/n", Paused="true", Reason="lunch")
                    self.assertEqual(reply["Response"], "Success", reply)
        self.api = self.daemon(*self.sims).api
        dlma = self.make_list(self.api, [])
        rows = "number_1\n" + "".join(f"{9_000_000 + i}\n" for i in range(4000))
        self.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), headers={"Content-Type": "text/csv"})
        rules = {"abandon_grace_ms": GRACE_MS, "dial_timeout": 26_500, "max_retry_cnt_1": 1}
        self.campaign = self.make_campaign(self.api, dlma=dlma, plan={**rules, **plan}, dest=self.queue())
        eventually(lambda: self.agents()["paused"] == sum(self.PAUSED) and self.agents()["free"] == sum(self.AGENTS) - sum(self.PAUSED),
                   20, lambda: f"both teams, not {self.agents()}")
        self.api.status(self.campaign, 1)

    def population(self, agents):
        """Six in ten answer within seconds and talk to an agent for a minute, so that agents are busy most of the time: the
        small team could not take half of the calls."""
        return {"customers": {"outcomes": {"answer": 0.6, "machine": 0, "busy": 0.3, "no_answer": 0.1, "congestion": 0, "invalid": 0},
                              "ring": {"uniform": [2, 8]}, "patience": 5000, "listen": 5000, "first_digit_rules": False},
                "queues": [{"name": "sales_1", "agents": agents, "ring": 0, "talk": {"uniform": [40, 80]}}]}

    def agents(self):
        return self.api.get(f"/ob/campaigns/{self.campaign}/pacing")["agents"]

    def seen(self, event):
        return [len({r["channel_id"] for r in sim.journal(event)}) for sim in self.sims]

    def stop(self):
        self.api.stats(self.campaign)  # a reader may find the idle connection closed; a writer would not try again
        self.api.status(self.campaign, 30)
        eventually(lambda: self.api.stats(self.campaign)["in_flight"] == 0, 60, "the end of the last call")

    def until_answered(self, count):
        """Live answers and abandoned ones of both, once so many of the former have been logged."""
        eventually(lambda: sum(self.seen("answer")) >= count, 120, lambda: f"{count} answers, not {self.seen('answer')}", interval=0.5)
        self.stop()
        answers, abandons = self.seen("answer"), self.seen("abandon")
        print(f"\n{self.id()}: answered {answers}, abandoned {abandons}", flush=True)
        return answers, abandons

    def test_progressive_pacing_abandons_nobody(self):
        self.centre(pacing_method="progressive")
        answers, abandons = self.until_answered(100)
        self.assertLessEqual(sum(abandons), 1, "one may be hung up by a machine that was held up for as long as the grace")
        self.assertGreater(answers[1], 10, "the small team is served, too")

    def test_predictive_pacing_stays_near_its_limit(self):
        self.centre(pacing_method="predictive", abandon_limit=0.05)
        answers, abandons = self.until_answered(150)
        # Five in a hundred, and three times as much as that fluctuates by.
        self.assertLess(sum(abandons), 0.05 * sum(answers) + 9)
        self.assertGreater(answers[1], 20, "the small team is served, too")

    def test_when_one_server_is_gone_the_agents_of_the_other_are_served(self):
        self.centre(pacing_method="progressive")
        eventually(lambda: min(self.seen("originate")) > 10, 60, lambda: f"calls on both servers, not {self.seen('originate')}")
        self.sims[0].kill()
        eventually(lambda: self.agents()["talking"] + self.agents()["free"] <= 4, 20, lambda: f"four agents, not {self.agents()}")
        gone, kept = self.seen("originate")
        eventually(lambda: self.seen("originate")[1] >= kept + 20, 60, lambda: f"more calls on the other one, not {self.seen('originate')}")
        self.assertEqual(self.seen("originate")[0], gone)
        self.sims[0].start()
        eventually(lambda: self.seen("originate")[0] >= gone + 20, 60, lambda: f"calls on the first one again, not {self.seen('originate')}")
        self.stop()
        self.assertLessEqual(self.seen("abandon")[1], 1)
        self.assert_each_try_once(*self.sims)
