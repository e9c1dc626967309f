# SPDX-License-Identifier: Apache-2.0
"""How many calls are begun, and what becomes of live answers that no agent takes: the rules on abandoned calls, what
the daemon shows of them, and what a kill or lost events leave of that. The simulated PBX's log is the judge."""
import time

from harness import Case, eventually
from harness.call_centre import CallCentre

ALWAYS = {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0}


def people(agents, talk, **queue):
    return {"customers": {"outcomes": ALWAYS, "ring": {"uniform": [1, 3]}, "patience": 5000, "listen": 5000, "first_digit_rules": False},
            "queues": [{"name": "sales_1", "agents": agents, "ring": 0, "talk": talk, **queue}]}


class AbandonedCalls(Case):
    OVERDIALING = {"pacing_method": "ratio", "max_calls_per_agent": 3, "abandon_grace_ms": 300, "max_retry_cnt_1": 1, "dl_end_handle": 0}

    def numbers(self, count):
        return [f"{9_000_000 + i}" for i in range(count)]

    def counted(self, api, campaign):
        stats, pacing = api.stats(campaign), api.get(f"/ob/campaigns/{campaign}/pacing")
        return {**{k: stats[k] for k in ("answered", "connected", "abandoned")},
                **{k: pacing["budget"][k] for k in ("window_answers", "window_abandons", "day_answers", "day_abandons")}}

    def logged(self, sim):
        answers, connected, abandoned = (len({r["channel_id"] for r in sim.journal(e)}) for e in ("answer", "agent_connect", "abandon"))
        return {"answered": answers, "connected": connected, "abandoned": abandoned, "window_answers": answers,
                "window_abandons": abandoned, "day_answers": answers, "day_abandons": abandoned}

    def test_who_gets_no_agent_in_time_is_hung_up_and_what_is_reported_is_what_the_pbx_saw(self):
        sim = self.pbx(population=people(5, {"uniform": [10, 40]}), time_scale=20)
        api = self.daemon(sim).api
        campaign = self.make_campaign(api, self.numbers(60), plan=self.OVERDIALING, dest=self.queue())
        api.status(campaign, 1)
        eventually(lambda: len(sim.originates()) == 60 and api.stats(campaign)["in_flight"] == 0, 60, "sixty calls over")
        seen = self.logged(sim)
        self.assertEqual(seen["answered"], 60)
        self.assertEqual(seen["connected"] + seen["abandoned"], 60)
        self.assertGreater(seen["abandoned"], 5)
        joined = {r["channel_id"]: r["wall"] for r in sim.journal("queue_join")}
        # Whoever reaches an agent when the grace has passed, while he is being hung up, was abandoned, and no more than that.
        late = sum(r["wall"] - joined[r["channel_id"]] > 0.28 for r in sim.journal("agent_connect"))

        def as_seen():
            told = self.counted(api, campaign)
            extra = told["abandoned"] - seen["abandoned"]
            more = {k: seen[k] + extra for k in ("abandoned", "window_abandons", "day_abandons")}
            return told if 0 <= extra <= late and told == {**seen, **more, "connected": seen["connected"] - extra} else None
        told = eventually(as_seen, 5, f"{seen} and {late} late, not {self.counted(api, campaign)}")
        for gone in sim.journal("abandon"):
            waited = gone["wall"] - joined[gone["channel_id"]]
            self.assertGreaterEqual(waited, 0.28, gone)
            self.assertLess(waited, 1.5, gone)
        share = api.stats(campaign)["abandoned_share"]
        self.assertAlmostEqual(share, told["abandoned"] / 60)

    def test_a_kill_loses_no_answer_and_no_abandoned_call(self):
        sim = self.pbx(population=people(3, 5000), time_scale=20)
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, self.numbers(9), plan=self.OVERDIALING, dest=self.queue())
        server.api.status(campaign, 1)
        whole = {"answered": 9, "connected": 3, "abandoned": 6, "window_answers": 9, "window_abandons": 6, "day_answers": 9, "day_abandons": 6}
        eventually(lambda: self.counted(server.api, campaign) == whole, 30, "nine answers")
        ledger = {k: v for k, v in whole.items() if "_" in k}
        for _ in range(2):
            server.kill()
            server.start()
            eventually(lambda: server.api.stats(campaign)["in_flight"] == 3, 20, "three calls adopted")
            shown = self.counted(server.api, campaign)
            self.assertEqual({k: shown[k] for k in ledger}, ledger)
        server.stop()
        server.start()
        eventually(lambda: ledger.items() <= self.counted(server.api, campaign).items(), 20, "the same after an orderly end")

    def test_campaigns_of_a_group_share_their_budget(self):
        sim = self.pbx(population=people(2, 5000), time_scale=20)
        api = self.daemon(sim).api
        first = self.make_campaign(api, self.numbers(6), plan={**self.OVERDIALING, "abandon_group": "team"}, dest=self.queue())
        other = self.make_campaign(api, [], plan={**self.OVERDIALING, "abandon_group": "team"}, dest=self.queue())
        alone = self.make_campaign(api, [], plan=self.OVERDIALING, dest=self.queue())
        api.status(first, 1)
        budget = lambda c: [api.get(f"/ob/campaigns/{c}/pacing")["budget"][k] for k in ("window_answers", "window_abandons")]
        eventually(lambda: budget(first) == [6, 4], 30, "the first one's calls")
        eventually(lambda: budget(other) == [6, 4], 5, "the other one's share")
        self.assertEqual(budget(alone), [0, 0])

    def test_callers_of_older_plans_wait_as_long_as_they_like(self):
        sim = self.pbx(population=people(1, 200), time_scale=20)
        api = self.daemon(sim).api
        campaign = self.make_campaign(api, self.numbers(3), dest=self.queue(), plan={"service_level": 2, "max_retry_cnt_1": 1})
        api.status(campaign, 1)
        eventually(lambda: len(sim.journal("agent_connect")) == 2, 30, "the second caller's turn, ten seconds later")
        self.assertEqual(sim.journal("abandon"), [])

    def test_counts_survive_lost_and_doubled_events(self):
        sim = self.pbx(population=people(10, {"uniform": [5, 20]}), time_scale=20)
        api = self.daemon(sim).api
        campaign = self.make_campaign(api, self.numbers(400), plan={**self.OVERDIALING, "max_calls_per_agent": 2}, dest=self.queue())
        sim.fault("lose", Probability=0.1)
        sim.fault("duplicate", Probability=0.2)
        api.status(campaign, 1)
        until = time.monotonic() + 4
        while time.monotonic() < until:
            shown = api.get(f"/ob/campaigns/{campaign}/pacing")
            for group in ("agents", "calls"):
                self.assertTrue(all(n >= 0 for n in shown[group].values()), shown)
            self.assertTrue(all(n >= 0 for n in shown["in_flight_by_age"]), shown)
            self.assertLessEqual(shown["budget"]["window_abandons"], shown["budget"]["window_answers"])
        self.assertGreater(len(sim.originates()), 20)
        sim.fault("none")
        ended = time.monotonic()
        api.status(campaign, 30)
        self.until_status(api, campaign, 0, 120)
        time.sleep(max(0, 11 - (time.monotonic() - ended)))  # what a ringing that has just begun is believed for
        with sim.ami() as ami:
            ami.action("SimulatorRestart", Down=200)  # the next login lists everything anew
        agents = lambda: api.get(f"/ob/campaigns/{campaign}/pacing")["agents"]
        eventually(lambda: agents()["free"] == 10 and not agents()["talking"] and not agents()["ringing"], 30, f"ten free agents: {agents()}")


class Predictive(Case):
    """A whole call centre, cold start: agents are kept busy, few calls are abandoned, and the daemon's figures are those
    of the PBX's log."""

    def test_one_agent_is_served_from_a_cold_start(self):
        sim = self.pbx(population=people(1, 20), time_scale=20)
        api = self.daemon(sim).api
        campaign = self.make_campaign(api, [f"{9_000_000 + i}" for i in range(5)], dest=self.queue(), plan={"pacing_method": None, "max_retry_cnt_1": 1})
        api.status(campaign, 1)
        eventually(lambda: len(sim.journal("agent_connect")) >= 3, 40, "three talks")
        self.assertEqual(api.get(f"/ob/campaigns/{campaign}/pacing")["rules"]["abandoned_calls"], "hang up")

    def test_twenty_agents_are_kept_busy_and_the_figures_are_the_logs(self):
        # A short run from a cold start, with time five times as fast: what BENCHMARKS.md measures takes longer.
        centre = CallCentre(self, agents=20, time_scale=5)
        centre.run(seconds=50, warm_up=25)
        seen, told = centre.measured(), centre.told()
        print(f"\n{centre.agents} agents: busy {seen['busy_share']:.3f}, abandoned {seen['abandoned_share']:.4f} of {seen['answers']} answers", flush=True)
        centre.drain()
        self.assertEqual(centre.told(), centre.counts())
        self.assertGreater(seen["busy_share"], 0.55)
        self.assertLess(seen["abandoned_share"], 0.1)
        self.assertGreater(told["answered"], 0)
