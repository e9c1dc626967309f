# SPDX-License-Identifier: Apache-2.0
"""What goes wrong between the daemon and its PBXs: nobody is called twice, every call ends, dialing goes on."""
import time

from harness import Case, eventually, seed

QUIET = {"customers": {"rules": [{"prefix": "7", "min_digits": 7, "outcome": "answer", "ring": 1, "leaves_after": 2}]}}


class Faults(Case):
    def numbers(self, count, first="7"):
        return [f"{first}{i:06d}" for i in range(count)]

    def dials_on(self, sim, server, campaign, seconds=60):
        """A healthy call after all: a new entry is dialed to its end."""
        begun = len(sim.originates())
        dlma = server.api.campaign(campaign)["dlma"]
        server.api.post("/ob/dls", {"dlma_uuid": dlma, "number_1": "7999999"})
        server.api.status(campaign, 1)
        eventually(lambda: any(r["dial_addr"] == "7999999" for r in server.results()), seconds, f"a call after the fault ({begun} before)")

    def check_each_number_once(self, *sims, numbers):
        calls = {}
        for sim in sims:
            for number, count in sim.calls_by_number().items():
                calls[number] = calls.get(number, 0) + count
        self.assertLessEqual(set(calls), {*numbers, "7999999"})
        self.assertEqual({n: c for n, c in calls.items() if c > 1}, {}, "called more than once")

    def each_call_has_a_result(self, server, *sims):
        """There may be more results than calls: an Originate that a cut connection swallowed has one, too."""
        calls = {c["channel_id"] for sim in sims for c in sim.originates()}
        eventually(lambda: not calls - {r["uuid"] for r in server.results()}, what="a result for each call")
        self.assertEqual(len({r["uuid"] for r in server.results()}), len(server.results()), "a call ended twice")

    def all_end(self, server, campaign, count, seconds=60):
        eventually(lambda: server.api.stats(campaign)["in_flight"] == 0 and len(server.results()) >= count, seconds,
                   f"{count} calls ended; stats {server.api.stats(campaign)}, {len(server.results())} results")

    def test_a_connection_cut_in_the_middle_is_made_again_and_calls_are_adopted(self):
        sim = self.pbx(time_scale=4)
        server = self.daemon(sim)
        numbers = self.numbers(60, "1")
        campaign = self.make_campaign(server.api, numbers, plan={"max_retry_cnt_1": 1}, dest=self.queue())
        server.api.status(campaign, 1)
        for cut in (1, 2000, 77, 9001, 12345):
            begun = len(sim.originates())
            sim.fault("cut", Count=1, After=cut)
            eventually(lambda: len(sim.originates()) > begun, 60, "dialing goes on after a cut")
        server.api.status(campaign, 0)
        self.until_status(server.api, campaign, 0, 120)
        self.check_each_number_once(sim, numbers=numbers)
        self.each_call_has_a_result(server, sim)

    def test_dropped_connections(self):
        sim = self.pbx(time_scale=10)
        server = self.daemon(sim)
        numbers = self.numbers(40)
        campaign = self.make_campaign(server.api, numbers, plan={"max_retry_cnt_1": 1, "dl_end_handle": 0})
        server.api.status(campaign, 1)
        for _ in range(3):
            sim.fault("drop", Count=1)
            time.sleep(0.3)
        self.all_end(server, campaign, 40, 120)
        self.check_each_number_once(sim, numbers=numbers)
        self.dials_on(sim, server, campaign)

    def events_go_wrong(self, kind, **how):
        drawn = seed()
        sim = self.pbx(time_scale=10, seed=drawn % 1000 + 1)
        server = self.daemon(sim)
        numbers = self.numbers(60)
        campaign = self.make_campaign(server.api, numbers, plan={"max_retry_cnt_1": 1, "dl_end_handle": 0, "dial_timeout": 2000}, dest=self.queue())
        sim.fault(kind, **how)
        server.api.status(campaign, 1)
        hides = kind in ("lose", "garbage")  # ends of calls, too: agents seem busy until the server is asked again
        some = 30 if hides else 60
        eventually(lambda: len(sim.originates()) >= some, 90, f"{some} calls")
        with sim.ami() as ami:
            ami.action("SimulatorFault", Kind="none")
        if hides:  # a call whose hangup was lost ends when the server is asked next: after the next login
            sim.fault("drop", Count=1)
        self.all_end(server, campaign, 60, 90)
        self.check_each_number_once(sim, numbers=numbers)
        self.assertEqual(len({r["uuid"] for r in server.results()}), len(server.results()), "a call ended twice")
        self.dials_on(sim, server, campaign)
        return server

    def test_duplicated_events(self):
        server = self.events_go_wrong("duplicate", Probability=0.3)
        answered = [r for r in server.results() if r["res_dial"] == 4]
        self.assertGreater(len(answered), 50)

    def test_reordered_events(self):
        server = self.events_go_wrong("reorder", Probability=0.3)
        self.assertGreater(len([r for r in server.results() if r["res_dial"] == 4]), 50)

    def test_delayed_events(self):
        self.events_go_wrong("delay", Probability=0.3, Delay=700)

    def test_lost_events(self):
        self.events_go_wrong("lose", Probability=0.1)

    def test_garbage_in_the_stream(self):
        self.events_go_wrong("garbage", Probability=0.01)

    def test_refused_originates_are_recorded(self):
        sim = self.pbx(time_scale=20)
        server = self.daemon(sim)
        sim.fault("refuse-originate", Count=3)
        campaign = self.make_campaign(server.api, self.numbers(6), plan={"max_retry_cnt_1": 1})
        server.api.status(campaign, 1)
        lines = self.until_results(server, 6)
        refused = [l for l in lines if l["status"] in (11, 12)]
        self.assertEqual(len(refused), 3, lines)
        self.assertEqual({l["res_dial"] for l in lines if l not in refused}, {4})

    def test_a_refused_login_is_tried_again(self):
        sim = self.pbx(population={"faults": [{"kind": "refuse-login", "count": 1}]})
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, ["7000001"])
        server.api.status(campaign, 1)
        self.until_results(server, 1, 60)

    def test_without_a_pbx_the_campaign_waits_and_says_so(self):
        sim = self.pbx()
        sim.kill()
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, ["7000001"])
        server.api.status(campaign, 1)
        eventually(lambda: "pbx_not_connected" in [r["code"] for r in server.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]],
                   what="the reason")
        sim.start()
        self.until_results(server, 1, 60)

    def test_a_pbx_that_dies_takes_nothing_else_down(self):
        first, second = self.pbx(time_scale=5), self.pbx(time_scale=5)
        server = self.daemon(first, second)
        numbers = self.numbers(200, "1")
        campaign = self.make_campaign(server.api, numbers, plan={"max_retry_cnt_1": 1}, dest={"type": 1, "application": "park"})
        server.api.status(campaign, 1)
        eventually(lambda: len(first.originates()) >= 5 and len(second.originates()) >= 5, what="calls on both")
        first.kill()
        begun = len(second.originates())
        eventually(lambda: len(second.originates()) > begun + 5, 60, "the other one dials on")
        first.start()  # before that nobody can know what became of its calls
        server.api.status(campaign, 30)
        self.until_status(server.api, campaign, 0, 90)
        self.check_each_number_once(first, second, numbers=numbers)
        self.each_call_has_a_result(server, first, second)
        second.kill()
        self.dials_on(first, server, campaign, 90)

    def test_a_pbx_that_restarts_loses_its_calls_and_none_is_dialed_again_in_the_same_try(self):
        sim = self.pbx(time_scale=4)
        server = self.daemon(sim)
        numbers = self.numbers(30, "1")
        campaign = self.make_campaign(server.api, numbers, plan={"max_retry_cnt_1": 1}, dest=self.queue())
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["talking"] >= 3, what="talks")
        with sim.ami() as ami:
            ami.action("SimulatorRestart", Down=500)
        eventually(lambda: len(sim.originates()) >= 20, 90, "dialing goes on")
        server.api.status(campaign, 30)
        self.until_status(server.api, campaign, 0, 90)
        self.check_each_number_once(sim, numbers=numbers)
        self.each_call_has_a_result(server, sim)
