# SPDX-License-Identifier: Apache-2.0
"""What a real Asterisk does to calls, and what the daemon makes of it."""
from harness import eventually
from real import RealCase

OUTCOMES = {  # first digit: res_dial, res_hangup
    "2": (5, None),
    "3": (3, None),
    "4": (8, None),
    "5": (None, 1),
    "7": (4, 16),
}


class Outcomes(RealCase):
    def outcomes(self, plan, expected_hangups):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        numbers = {f"{digit}00000{i}": digit for digit in OUTCOMES for i in range(2)}
        campaign = self.make_campaign(server.api, list(numbers), plan={**plan, "dial_timeout": 3000})
        server.api.status(campaign, 1)
        lines = {l["dial_addr"]: l for l in self.until_results(server, len(numbers), 30)}
        for number, digit in numbers.items():
            with self.subTest(number=number):
                line = lines[number]
                dial, hangup = OUTCOMES[digit]
                if dial is not None:
                    self.assertEqual(line["res_dial"], dial, line)
                else:
                    self.assertNotEqual(line["res_dial"], 4, line)
                hangup = expected_hangups.get(digit, hangup)
                if hangup is not None:
                    self.assertEqual(line["res_hangup"], hangup, line)
                self.assertEqual(line["dial_trycnt"], 1)
        self.until_status(server.api, campaign, 0)
        for entry in server.api.entries(server.api.campaign(campaign)["dlma"]):
            self.assertEqual((entry["res_dial"], entry["status"]), (lines[entry["number_1"]]["res_dial"], 0))
        self.assertEqual(asterisk.channels(), [])

    def test_pjsip_over_a_trunk(self):
        # Asterisk says Reason 0 for each of the failures; the truth is in DialEnd and in the hangup's cause.
        self.outcomes({}, {"2": 17, "4": 34})

    def test_local_channels(self):
        self.outcomes(self.local(), {})

    def test_sip_is_dialed_as_pjsip_and_shown_as_sip(self):
        server = self.daemon(self.asterisk())
        campaign = self.make_campaign(server.api, ["301"], plan={"tech_name": "SIP", "trunk_name": None})
        server.api.status(campaign, 1)
        (line,) = self.until_results(server, 1)
        self.assertEqual((line["dial_channel"], line["res_dial"], line["res_hangup"]), ("SIP/301", 4, 16))

    def test_an_endpoint_that_does_not_exist(self):
        server = self.daemon(self.asterisk())
        campaign = self.make_campaign(server.api, ["999"], plan={"trunk_name": None})
        server.api.status(campaign, 1)
        (line,) = self.until_results(server, 1)
        self.assertNotEqual(line["res_dial"], 4, line)
        self.until_status(server.api, campaign, 0)

    def test_a_trunk_behind_which_nobody_is(self):
        server = self.daemon(self.asterisk())
        campaign = self.make_campaign(server.api, ["1000001"], plan={"trunk_name": "dead", "dial_timeout": 2000})
        server.api.status(campaign, 1)
        (line,) = self.until_results(server, 1)
        self.assertNotEqual(line["res_dial"], 4, line)

    def test_a_context_as_the_destination(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, ["1000001"], dest={"type": 0, "context": "queue", "exten": "sales_1", "priority": "1"})
        with asterisk.ami(events="on") as ami:
            server.api.status(campaign, 1)
            ami.collect(lambda m: m.get("Event") == "AgentConnect")
        (line,) = self.until_results(server, 1)
        self.assertEqual((line["res_dial"], line["dial_exten"], line["dial_type"]), (4, "sales_1", 0))

    def test_variables_reach_the_channel_as_they_are(self):
        odd = {"COMMAS": "a,b,,c", "QUOTES": 'say "hi"', "BACK": r"c:\temp\x", "PARENS": "f(x) = (y)", "EQUALS": "a=b=c", "UMLAUT": "Grüße",
               "DOLLAR": "$100 {x}", "SEMI": "a;b", "QUOTE": "it's", "MIX": '",\\")('}
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        for plan in ({}, self.local()):
            campaign = self.make_campaign(server.api, [{"number_1": "1000001", "variables": odd}], plan=plan,
                                          dest={"type": 1, "application": "wait", "data": "20"})
            server.api.status(campaign, 1)
            dialing = eventually(lambda: [d for d in server.api.get("/ob/dialings")["list"] if d["res_dial"] == 4], what="an answered call")[0]
            (channel,) = [c["Channel"] for c in asterisk.channels() if c["Uniqueid"] == dialing["uuid"]]
            with asterisk.ami() as ami:
                arrived = {name: ami.action("Getvar", Channel=channel, Variable=name)["Value"] for name in odd}
            self.assertEqual(arrived, odd)
            server.api.status(campaign, 30)
            self.until_status(server.api, campaign, 0)

    def test_the_caller_id_is_shown_to_the_customer(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, ["1000001"], plan={"caller_id": '"Sales" <5550100>'})
        with asterisk.ami(events="on") as ami:
            server.api.status(campaign, 1)
            event = ami.collect(lambda m: m.get("Event") == "DialBegin" and m.get("DestCallerIDNum", m.get("DestConnectedLineNum")) not in (None, "<unknown>"))
        self.assertIn("5550100", (event.get("DestCallerIDNum"), event.get("DestConnectedLineNum")))


class Control(RealCase):
    def ringing(self, server, count, plan=None, first=0):
        """Numbers of its own: one telephone rings once."""
        campaign = self.make_campaign(server.api, [f"30000{i:02d}" for i in range(first, first + count)], plan={"dial_timeout": 60000, **(plan or {})})
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["ringing"] == count, what=f"{count} ringing")
        return campaign

    def test_a_ringing_and_a_talking_call_are_hung_up_by_delete(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        for number, dial in (("3000001", None), ("1000001", 4)):
            before = len(server.results())
            campaign = self.make_campaign(server.api, [number], plan={"dial_timeout": 60000})
            server.api.status(campaign, 1)
            stat = "answered" if dial else "ringing"
            eventually(lambda: server.api.stats(campaign)[stat] == 1, what=stat)
            (dialing,) = server.api.get("/ob/dialings")["list"]
            server.api.delete(f"/ob/dialings/{dialing['uuid']}")
            line = self.until_results(server, before + 1)[-1]
            self.assertEqual((line["uuid"], line["status"]), (dialing["uuid"], 7))
            if dial:
                self.assertEqual((line["res_dial"], line["res_hangup"]), (4, 16), line)
            else:
                self.assertNotEqual(line["res_dial"], 4)
            eventually(lambda: asterisk.channels() == [], what="no channel")
            self.assertEqual(server.api.call("GET", f"/ob/dialings/{dialing['uuid']}").status, 404)

    def test_30_hangs_up_everything_of_the_campaign_and_nothing_else(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        first, second = self.ringing(server, 5), self.ringing(server, 3, self.local(), first=50)
        server.api.status(first, 30)
        self.until_status(server.api, first, 0)
        self.assertEqual(server.api.stats(second)["in_flight"], 3)
        self.assertEqual(len(server.results()), 5)
        server.api.status(second, 30)
        self.until_status(server.api, second, 0)
        eventually(lambda: asterisk.channels() == [], what="no channel")

    def test_pause_lets_calls_finish_and_start_goes_on(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, [f"70000{i:02d}" for i in range(25)], dest=self.queue())
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["in_flight"] > 0, what="a call")
        server.api.status(campaign, 2)
        self.until_status(server.api, campaign, 2)
        begun = server.api.stats(campaign)["calls_begun"]
        self.assertLess(begun, 25)
        self.assertEqual(asterisk.channels(), [])
        server.api.status(campaign, 1)
        lines = self.until_results(server, 25, 40)
        self.assertEqual(len({l["dial_addr"] for l in lines}), 25)

    def test_two_queues_and_two_campaigns(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        campaigns = {queue: self.make_campaign(server.api, [f"1{i}0000{j}" for j in range(8)], plan=plan, dest=self.queue(queue))
                     for i, (queue, plan) in enumerate((("sales_1", {}), ("sales_2", self.local())))}
        with asterisk.ami(events="on") as ami:
            for campaign in campaigns.values():
                server.api.status(campaign, 1)
            lines = self.until_results(server, 16, 60)
            for queue in campaigns:
                ami.collect(lambda m: m.get("Event") == "AgentComplete" and m["Queue"] == queue)
        self.assertEqual({l["res_dial"] for l in lines}, {4}, lines)
        for queue, campaign in campaigns.items():
            self.until_status(server.api, campaign, 0)
            self.assertEqual({l["dial_data"] for l in lines if l["uuid_camp"] == campaign}, {queue})

    def test_a_queue_without_free_agents_gets_no_call(self):
        asterisk = self.asterisk(members={"sales_1": []})
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, ["1000001"], dest=self.queue())
        server.api.status(campaign, 1)
        eventually(lambda: "no_agent" in [r["code"] for r in server.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]], what="the reason")
        self.assertEqual(server.api.stats(campaign)["calls_begun"], 0)
        asterisk.console("queue add member PJSIP/agent-01 to sales_1")
        self.until_results(server, 1)


class Restart(RealCase):
    def test_an_asterisk_that_dies_in_the_middle_of_a_campaign(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        numbers = [f"10000{i:02d}" for i in range(40)]
        campaign = self.make_campaign(server.api, numbers, dest=self.queue())
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["talking"] >= 3, what="talks")
        asterisk.crash()
        eventually(lambda: "pbx_not_connected" in [r["code"] for r in server.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]], what="the reason")
        before = len({l["dial_addr"] for l in server.results()})
        asterisk.run()
        lines = self.until_results(server, 40, 120)
        self.until_status(server.api, campaign, 0)
        self.assertEqual(len({l["dial_addr"] for l in lines}), 40)
        self.assertEqual(len(lines), 40, "each number was tried once")
        self.assertLess(before, 40)
        self.assertEqual(asterisk.channels(), [])

    def test_a_daemon_that_is_killed_adopts_its_calls(self):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, ["1000001", "1000002", "7000003"], dest={"type": 1, "application": "park"})
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["answered"] == 3, what="three answers")
        server.kill()
        eventually(lambda: len(asterisk.channels()) == 2, what="one has hung up")
        server.start()
        live = eventually(lambda: (d := server.api.get("/ob/dialings")["list"]) and len(d) == 2 and d, what="two adopted calls")
        self.assertEqual({d["dial_addr"] for d in live}, {"1000001", "1000002"})
        self.assertEqual([l["dial_addr"] for l in self.until_results(server, 1)], ["7000003"])
        for dialing in live:
            server.api.delete(f"/ob/dialings/{dialing['uuid']}")
        lines = self.until_results(server, 3)
        self.assertEqual(len(lines), 3)
        self.assertEqual({(l["res_dial"], l["res_hangup"]) for l in lines if l["dial_addr"] != "7000003"}, {(4, 16)})
        self.until_status(server.api, campaign, 0)
