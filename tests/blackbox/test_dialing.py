# SPDX-License-Identifier: Apache-2.0
"""Campaigns over the simulated PBX: what is dialed, when, in what order, and how it ends."""
import datetime

from harness import Case, eventually

QUICK = {"retry_delay": 0}


class Dialing(Case):
    def setUp(self):
        super().setUp()
        self.sim = self.pbx(time_scale=20)
        self.server = self.daemon(self.sim)
        self.api = self.server.api

    def entry(self, number, **fields):
        return {"number_1": number, **fields}

    def test_what_the_far_end_does_is_recorded(self):
        outcomes = {"1000001": (4, 16), "2000001": (5, 17), "3000001": (3, 19), "4000001": (8, None), "5000001": (None, 1)}
        campaign = self.make_campaign(self.api, list(outcomes), plan={"max_retry_cnt_1": 1, "dial_timeout": 5000})
        self.api.status(campaign, 1)
        lines = {r["dial_addr"]: r for r in self.until_results(self.server, len(outcomes))}
        for number, (dial, hangup) in outcomes.items():
            if dial is not None:
                self.assertEqual(lines[number]["res_dial"], dial, f"{number}: {lines[number]}")
            if hangup is not None:
                self.assertEqual(lines[number]["res_hangup"], hangup, f"{number}: {lines[number]}")
            self.assertTrue(lines[number]["res_dial_detail"] or lines[number]["res_hangup_detail"], lines[number])
        self.until_status(self.api, campaign, 0)
        stats = self.api.stats(campaign)
        self.assertEqual((stats["calls_begun"], stats["answered"], stats["in_flight"]), (5, 1, 0))
        for entry in self.api.entries(self.api.campaign(campaign)["dlma"]):
            self.assertEqual((entry["status"], entry["trycnt_1"], entry["dialing_uuid"]), (0, 1, None))
            self.assertEqual(entry["res_dial"], lines[entry["number_1"]]["res_dial"])
        self.assert_each_try_once(self.sim)

    def test_a_number_is_tried_up_to_its_own_maximum_before_the_next_ones_turn(self):
        dlma = self.make_list(self.api, [{"number_1": "2000001", "number_3": "4000001", "number_8": "1000001"}])
        campaign = self.make_campaign(self.api, dlma=dlma, plan={**QUICK, "max_retry_cnt_1": 3, "max_retry_cnt_3": 2})
        self.api.status(campaign, 1)
        lines = self.until_results(self.server, 6)
        self.until_status(self.api, campaign, 0)
        self.assertEqual([(l["dial_addr"], l["dial_index"], l["dial_trycnt"]) for l in lines],
                         [("2000001", 1, 1), ("2000001", 1, 2), ("2000001", 1, 3), ("4000001", 3, 1), ("4000001", 3, 2), ("1000001", 8, 1)])
        (entry,) = self.api.entries(dlma)
        self.assertEqual([entry[f"trycnt_{i}"] for i in range(1, 9)], [3, 0, 2, 0, 0, 0, 0, 1])
        self.assertEqual(dict(self.sim.calls_by_number()), {"2000001": 3, "4000001": 2, "1000001": 1})

    def test_an_answered_entry_is_done(self):
        campaign = self.make_campaign(self.api, [{"number_1": "7000001", "number_2": "7000002"}], plan=QUICK)
        self.api.status(campaign, 1)
        self.until_status(self.api, campaign, 0)
        self.assertEqual(dict(self.sim.calls_by_number()), {"7000001": 1})

    def test_retry_delay_counts_from_the_hangup_and_blocks_nobody_else(self):
        campaign = self.make_campaign(self.api, ["2000001", "2000002", "2000003"], plan={"retry_delay": 2, "max_retry_cnt_1": 2})
        self.api.status(campaign, 1)
        self.until_results(self.server, 6)
        by_number = {}
        for call in self.sim.originates():
            by_number.setdefault(call["number"], []).append(call["wall"])
        hangups = {}
        for end in self.sim.journal("hangup"):
            hangups.setdefault(end["number"], []).append(end["wall"])
        firsts = [times[0] for times in by_number.values()]
        self.assertLess(max(firsts) - min(firsts), 1.5, "a cooling entry held the others back")
        for number, times in by_number.items():
            self.assertEqual(len(times), 2, number)
            self.assertGreaterEqual(times[1] - hangups[number][0], 1.9, f"{number} was called again too soon")

    def test_fewest_tries_first_then_oldest(self):
        numbers = [f"200000{i}" for i in range(5)]
        dlma = self.make_list(self.api, numbers)
        first = self.api.entries(dlma)
        self.api.put(f"/ob/dls/{next(e['uuid'] for e in first if e['number_1'] == numbers[0])}", {"trycnt_1": 1})
        with self.sim.ami() as ami:  # a queue with one agent: one call at a time
            reply = ami.action("QueueAdd", Queue="empty", Interface="Local/agent-77@agents/n")
            self.assertEqual(reply["Response"], "Success", reply)
        campaign = self.make_campaign(self.api, dlma=dlma, plan={**QUICK, "max_retry_cnt_1": 2, "pacing_method": "progressive"},
                                      dest=self.queue("empty"))
        self.api.status(campaign, 1)
        self.until_results(self.server, 9)
        order = [c["number"] for c in self.sim.originates()]
        self.assertEqual(order[:4], numbers[1:])
        self.assertEqual(sorted(order[4:9]), sorted(numbers))

    def test_a_reserved_entry_is_not_dialed(self):
        campaign = self.make_campaign(self.api, [self.entry("1000001", status=2), self.entry("1000002")])
        self.api.status(campaign, 1)
        self.until_results(self.server, 1)
        self.assertEqual(dict(self.sim.calls_by_number()), {"1000002": 1})

    def test_a_deleted_entry_is_not_dialed(self):
        dlma = self.make_list(self.api, ["1000001", "1000002"])
        gone = next(e for e in self.api.entries(dlma) if e["number_1"] == "1000001")
        self.api.delete(f"/ob/dls/{gone['uuid']}")
        campaign = self.make_campaign(self.api, dlma=dlma)
        self.api.status(campaign, 1)
        self.until_status(self.api, campaign, 0)
        self.assertEqual(dict(self.sim.calls_by_number()), {"1000002": 1})

    def test_dl_end_handle_0_goes_on_with_what_comes_later(self):
        campaign = self.make_campaign(self.api, ["7000001"], plan={"dl_end_handle": 0})
        self.api.status(campaign, 1)
        self.until_results(self.server, 1)
        self.assertEqual(self.api.campaign(campaign)["status"], 1)
        self.api.post("/ob/dls", {"dlma_uuid": self.api.campaign(campaign)["dlma"], "number_1": "7000002"})
        self.until_results(self.server, 2)
        self.assertEqual(self.api.campaign(campaign)["status"], 1)

    def test_next_campaign_starts_when_the_list_is_done(self):
        second = self.make_campaign(self.api, ["7000002"])
        first = self.make_campaign(self.api, ["7000001"], next_campaign=second)
        self.api.status(first, 1)
        self.assertEqual([r["dial_addr"] for r in self.until_results(self.server, 2)], ["7000001", "7000002"])
        self.until_status(self.api, second, 0)
        self.assertEqual(self.api.campaign(first)["status"], 0)

    def test_two_campaigns_share_a_list_and_nobody_is_called_twice(self):
        numbers = [f"70000{i:02d}" for i in range(40)]
        dlma = self.make_list(self.api, numbers)
        campaigns = [self.make_campaign(self.api, dlma=dlma) for _ in range(2)]
        for campaign in campaigns:
            self.api.status(campaign, 1)
        self.until_results(self.server, 40, 40)
        self.assertEqual(dict(self.sim.calls_by_number()), {n: 1 for n in numbers})

    def test_stop_lets_calls_finish_and_begins_none(self):
        campaign = self.make_campaign(self.api, [f"10000{i:02d}" for i in range(30)], dest=self.queue())
        self.api.status(campaign, 1)
        eventually(lambda: self.api.stats(campaign)["in_flight"] >= 5, what="calls")
        self.assertIn(self.api.status(campaign, 0)["status"], (0, 10))
        begun = len(self.sim.originates())
        self.until_status(self.api, campaign, 0, 40)
        self.assertEqual(self.api.stats(campaign)["in_flight"], 0)
        self.assertLessEqual(len(self.sim.originates()) - begun, 1)  # one may have been on its way
        self.assertIn("application", {h["detail"] for h in self.sim.journal("hangup")}, "calls were let finish")

    def test_pause_and_start_again(self):
        campaign = self.make_campaign(self.api, [f"70000{i:02d}" for i in range(30)], dest=self.queue())
        self.api.status(campaign, 1)
        eventually(lambda: self.sim.originates(), what="a call")
        self.assertIn(self.api.status(campaign, 2)["status"], (2, 12))
        self.until_status(self.api, campaign, 2, 40)
        begun = len(self.sim.originates())
        self.assertLess(begun, 30)
        self.api.status(campaign, 1)
        self.until_results(self.server, 30, 60)
        self.assertEqual(dict(self.sim.calls_by_number()), {f"70000{i:02d}": 1 for i in range(30)})

    def test_30_hangs_up_every_call_and_ends_stopped(self):
        campaign = self.make_campaign(self.api, [f"30000{i:02d}" for i in range(20)], plan={"dial_timeout": 600000})
        self.api.status(campaign, 1)
        eventually(lambda: self.api.stats(campaign)["in_flight"] == 20, what="twenty calls")
        self.assertIn(self.api.status(campaign, 30)["status"], (0, 30))
        self.until_status(self.api, campaign, 0)
        with self.sim.ami() as ami:
            self.assertEqual(ami.channels(), [])
        self.assertEqual(len(self.until_results(self.server, 20)), 20)

    def test_a_dialing_is_hung_up_by_delete(self):
        campaign = self.make_campaign(self.api, ["3000001"], plan={"dial_timeout": 600000, "max_retry_cnt_1": 1})
        self.api.status(campaign, 1)
        dialing = eventually(lambda: self.api.get("/ob/dialings")["list"], what="a dialing")[0]["uuid"]
        eventually(lambda: self.sim.originates(), what="the call")
        self.api.delete(f"/ob/dialings/{dialing}")
        (line,) = self.until_results(self.server, 1)
        self.assertEqual((line["uuid"], line["status"]), (dialing, 7))
        self.assertNotEqual(line["res_dial"], 4)
        eventually(lambda: not self.api.get("/ob/dialings")["list"], what="no dialing")

    def test_variables_reach_the_channel_as_they_are(self):
        odd = {"COMMAS": "a,b,,c", "QUOTES": 'say "hi"', "BACK": r"c:\temp\x", "PARENS": "f(x) = (y)", "EMPTY": "", "BLANK": " two  blanks ",
               "UMLAUT": "Grüße, 東京", "EQUALS": "a=b=c", "DOLLAR": "$100 {x} $[1]", "SEMI": "a;b", "QUOTE": "it's", "MIX": '",\\")('}
        campaign = self.make_campaign(self.api, [self.entry("1000001", variables=odd)])
        self.api.status(campaign, 1)
        (call,) = eventually(lambda: self.sim.originates(), what="the call")
        arrived = call["variables"]
        self.assertEqual({k.lstrip("_"): v for k, v in arrived.items() if k.lstrip("_") in odd}, odd)

    def test_variables_merge_from_campaign_to_entry_and_the_later_wins(self):
        dlma = self.make_list(self.api, [self.entry("1000001", variables={"E": "entry", "ALL": "entry"})], variables={"L": "list", "ALL": "list"})
        campaign = self.make_campaign(self.api, dlma=dlma, plan={"variables": {"P": "plan", "ALL": "plan"}},
                                      dest={"type": 1, "application": "park", "variables": {"D": "dest", "ALL": "dest"}},
                                      variables={"C": "campaign", "ALL": "campaign"})
        self.api.status(campaign, 1)
        (call,) = eventually(lambda: self.sim.originates(), what="the call")
        self.assertLessEqual({"C": "campaign", "P": "plan", "D": "dest", "L": "list", "E": "entry", "ALL": "entry"}.items(),
                             {k.lstrip("_"): v for k, v in call["variables"].items()}.items())

    def test_a_queue_gets_no_more_calls_than_it_has_agents(self):
        campaign = self.make_campaign(self.api, [f"10000{i:02d}" for i in range(60)], dest=self.queue(), plan={"pacing_method": "progressive"})
        self.api.status(campaign, 1)
        eventually(lambda: len(self.sim.journal("agent_complete")) >= 30, 30, "thirty talks")
        # By the PBX's log: a call is for an agent until that one has done with it, or it ends without. What the
        # daemon shows in flight is more for a moment: calls that are over and not yet written down.
        open_calls, worst = set(), 0
        for row in self.sim.journal():
            if row["event"] == "originate":
                open_calls.add(row["channel_id"])
            elif row["event"] in ("agent_complete", "hangup"):
                open_calls.discard(row["channel_id"])
            worst = max(worst, len(open_calls))
        self.assertEqual(worst, 10, f"{worst} calls for 10 agents")
        with self.sim.ami() as ami:
            for agent in range(1, 11):
                ami.action("QueuePause", Queue="sales_1", Interface=f"Local/agent-{agent:02d}@agents/n", Paused="true")
        eventually(lambda: self.api.stats(campaign)["agents_free"] == 0, what="no free agent")

    def test_explain_says_what_holds_back(self):
        campaign = self.make_campaign(self.api, ["1000001"])
        codes = lambda c: [r["code"] for r in self.api.get(f"/ob/campaigns/{c}/explain")["reasons"]]
        self.assertIn("stopped", codes(campaign))
        day = datetime.datetime.now(datetime.timezone.utc).isoweekday() % 7
        self.api.put(f"/ob/campaigns/{campaign}", {"sc_mode": 1, "sc_day_list": str((day + 3) % 7)})
        self.api.status(campaign, 1)
        eventually(lambda: "schedule_closed" in codes(campaign), what="the schedule's word")
        (reason,) = [r for r in self.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"] if r["code"] == "schedule_closed"]
        self.assertTrue(reason["until"])
        self.assertTrue(reason["text"])
        self.assertEqual(self.sim.originates(), [])
        (entry,) = self.api.entries(self.api.campaign(campaign)["dlma"])
        self.assertTrue(self.api.get(f"/ob/dls/{entry['uuid']}/explain")["reasons"])
        empty = self.make_campaign(self.api, ["1000009"], dest=self.queue("empty"))
        self.api.status(empty, 1)
        eventually(lambda: set(codes(empty)) & {"no_agent", "pacing"}, what="no agent")


class Schedule(Case):
    def test_a_campaign_dials_only_when_its_schedule_is_open(self):
        sim = self.pbx()
        api = self.daemon(sim).api
        now = datetime.datetime.now(datetime.timezone.utc)
        today, day = now.date().isoformat(), now.isoweekday() % 7
        yesterday = (now - datetime.timedelta(days=1)).date().isoformat()
        around = {"sc_time_start": (now - datetime.timedelta(hours=1)).strftime("%H:%M:%S"), "sc_time_end": (now + datetime.timedelta(hours=1)).strftime("%H:%M:%S")}
        past = {"sc_time_start": (now - datetime.timedelta(hours=3)).strftime("%H:%M:%S"), "sc_time_end": (now - datetime.timedelta(hours=2)).strftime("%H:%M:%S")}
        cases = [({"sc_mode": 0, **past}, True), ({"sc_mode": 1, **around}, True), ({"sc_mode": 1, **past}, False),
                 ({"sc_mode": 1, "sc_day_list": f"{day}"}, True), ({"sc_mode": 1, "sc_day_list": f"{(day + 2) % 7}, {(day + 3) % 7}"}, False),
                 ({"sc_mode": 1, "sc_date_start": yesterday, "sc_date_end": today}, True), ({"sc_mode": 1, "sc_date_end": yesterday}, False),
                 ({"sc_mode": 1, "sc_date_list": today, "sc_day_list": f"{(day + 3) % 7}"}, True), ({"sc_mode": 1, "sc_date_list_except": today}, False),
                 ({"sc_mode": 1, "sc_date_list": today, "sc_date_list_except": today}, False)]
        expected = {}
        for i, (schedule, dials) in enumerate(cases):
            number = f"70000{i:02d}"
            api.status(self.make_campaign(api, [number], **schedule), 1)
            expected[number] = (schedule, dials)
        open_ones = {n for n, (_, dials) in expected.items() if dials}
        eventually(lambda: set(sim.calls_by_number()) >= open_ones, what=f"calls to {open_ones}")
        self.assertEqual(set(sim.calls_by_number()), open_ones, expected)

    def test_a_schedule_opens_by_itself(self):
        sim = self.pbx()
        api = self.daemon(sim).api
        opens = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
        campaign = self.make_campaign(api, ["7000001"], sc_mode=1, sc_time_start=opens.strftime("%H:%M:%S"),
                                      sc_time_end=(opens + datetime.timedelta(hours=1)).strftime("%H:%M:%S"))
        api.status(campaign, 1)
        eventually(lambda: sim.originates(), 10, "the call")
        self.assertGreaterEqual(sim.originates()[0]["wall"], opens.timestamp() - 1.1)
