# SPDX-License-Identifier: Apache-2.0
"""Servers that refuse, trunks that are down, calls that cannot be written: what fails by itself costs no customer a try,
is rested, and is told."""
import re

from harness import Case, eventually
from harness.scripted_calls import ScriptedPbx, busy, congested, failed, no_channel, refused

WATCHED = 5  # seconds


class FailingWays(Case):
    def scripted(self, **options):
        pbx = ScriptedPbx(**options)
        self.addCleanup(pbx.kill)
        return pbx

    def start(self, *pbxs, entries=300, plan=None, dest=None, **campaign):
        self.running = self.daemon(*pbxs)
        self.api = self.running.api
        self.dlma = self.make_list(self.api, [])
        rows = "number_1\n" + "".join(f"{9_000_000 + i}\n" for i in range(entries))
        self.api.call("POST", f"/ob/dls/import?dlma_uuid={self.dlma}", rows.encode(), headers={"Content-Type": "text/csv"})
        rules = {"trunk_name": "carrier", "pacing_method": "progressive", "max_retry_cnt_1": 3, "retry_delay": 60, "dl_end_handle": 0}
        self.campaign = self.make_campaign(self.api, dlma=self.dlma, plan={**rules, **(plan or {})}, dest=dest or self.queue(), **campaign)
        if not dest:
            self.free_agents(sum(pbx.members for pbx in pbxs))
        self.api.status(self.campaign, 1)

    def free_agents(self, count):
        eventually(lambda: self.api.stats(self.campaign)["agents_free"] == count, 20, f"{count} free agents")

    def tries(self):
        return sum(entry["trycnt_1"] for entry in self.api.entries(self.dlma))

    def reasons(self):
        return {reason["code"]: reason for reason in self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"]}

    def until_told(self, *codes):
        return eventually(lambda: next((r for code, r in self.reasons().items() if code in codes), None), 20,
                          lambda: f"a reason of {codes}, not {self.reasons()}")

    def for_a_while(self, pbx):
        """So many Originates in the seconds that are watched: time is what is asked for here."""
        eventually(lambda: pbx.originates, 20, "an Originate")
        import time
        time.sleep(WATCHED)
        return len(pbx.originates)

    def settled(self):
        eventually(lambda: self.api.stats(self.campaign)["in_flight"] == 0, 20, "the end of every call")

    def warnings(self, event):
        return [line for line in self.running.output().splitlines() if f"event={event}" in line and "warn" in line]

    def health(self):
        return self.api.call("GET", "/health").json

    def metric(self, name):
        page = self.api.call("GET", "/metrics").body.decode()
        return [line for line in page.splitlines() if line.startswith(name)]

    # --- a server that refuses

    def refuses(self, words, code="server_refuses"):
        pbx = self.scripted(answer=refused(words))
        self.start(pbx)
        self.assertLess(self.for_a_while(pbx), 10)
        reason = self.until_told(code)
        self.assertIn(words, reason["text"])
        self.settled()
        self.assertEqual(self.tries(), 0)
        return pbx

    def test_a_server_that_is_being_stopped_is_rested_and_costs_nobody_a_try(self):
        pbx = self.refuses("Asterisk is shutting down")
        self.assertEqual(len(self.warnings("server_rests")), 1)
        rests = self.health()["pbxs"][0]["rests"]
        self.assertEqual([(one["what"], one["reason"]) for one in rests], [("server", "Asterisk is shutting down")])
        self.assertEqual(self.health()["status"], "degraded")
        self.assertEqual([(one["what"], one["text"]) for one in self.health()["wrong"]], [("server", "Asterisk is shutting down")])
        self.assertEqual([(one["what"], one["reason"]) for one in self.api.stats(self.campaign)["rests"]],
                         [("server", "Asterisk is shutting down")])
        self.assertEqual(self.metric("ringmaster_breaker_open{"),
                         [f'ringmaster_breaker_open{{pbx="{rests[0]["pbx"]}",what="server",name="{rests[0]["pbx"]}"}} 1'])
        failures = int(self.metric("ringmaster_originate_failures_total ")[0].split()[1])
        self.assertEqual(failures, len(pbx.originates))
        # It starts again: the daemon logs in, and tries at once.
        pbx.answer = busy()
        pbx.cut()
        eventually(lambda: len(pbx.originates) > 30, 30, "calls again")
        self.assertNotIn("server_refuses", self.reasons())
        self.assertIn("event=server_rests_no_more", self.running.output())

    def test_a_missing_right_to_originate_is_the_servers_matter(self):
        self.refuses("Permission denied", "action_not_permitted")

    def test_an_originate_that_fails_at_once_is_the_servers_matter(self):
        self.refuses("Originate failed")

    def test_what_is_refused_for_the_campaigns_sake_stops_that_campaign_alone(self):
        pbx = self.scripted(answer=lambda server, action: (
            refused("Extension does not exist.") if action.get("Exten") == "9999" else busy())(server, action))
        self.start(pbx, dest={"type": 0, "context": "agents", "exten": "9999"}, plan={"max_calls": 5})
        self.until_told("server_refuses")
        self.settled()
        self.assertEqual(self.tries(), 0)
        wrong = self.campaign, self.dlma
        dlma = self.make_list(self.api, [str(8_000_000 + i) for i in range(30)])
        other = self.make_campaign(self.api, dlma=dlma, plan={"trunk_name": "carrier", "max_calls": 5}, dest=self.queue())
        self.api.status(other, 1)
        eventually(lambda: len([n for n in pbx.numbers() if n.startswith("8")]) >= 30, 20, "the other campaign's calls")
        # Its destination is put right: it is tried at once.
        self.campaign, self.dlma = wrong
        dest = self.api.campaign(self.campaign)["dest"]
        self.api.put(f"/ob/destinations/{dest}", {"exten": "1000"})
        eventually(lambda: self.tries() > 10, 20, "calls of the campaign that was put right")

    # --- a trunk that is down

    def test_a_trunk_that_refuses_every_call_is_rested_and_costs_nobody_a_try(self):
        pbx = self.scripted(members=10, answer=congested())
        self.start(pbx, entries=1000, plan={"retry_delay": 1})
        self.assertLess(self.for_a_while(pbx), 40)
        reason = self.until_told("trunk_rests")
        self.assertEqual(reason["fields"]["trunk"], "PJSIP/carrier")
        self.assertRegex(reason["text"], "(12|13|14) calls in a row failed in the network")  # a probe or two may have failed since
        self.assertIn("Congestion (circuits busy)", reason["text"])
        self.settled()
        tries_of_probes = len([t for t, _, _ in pbx.originates]) // 40
        eventually(lambda: self.tries() <= tries_of_probes + 1, 20, lambda: f"every try given back, not {self.tries()}")
        self.assertEqual(len(self.warnings("trunk_rests")), 1)
        self.assertEqual([one["name"] for one in self.health()["pbxs"][0]["rests"]], ["PJSIP/carrier"])
        pbx.answer = busy()
        eventually(lambda: len(pbx.originates) > 100, 60, "calls again, after a probe")
        self.assertNotIn("trunk_rests", self.reasons())
        self.assertEqual(self.health()["pbxs"][0]["rests"], [])

    def test_single_congestions_stay_outcomes_of_the_customer(self):
        state = {"n": 0}

        def mixed(server, action):
            state["n"] += 1
            (congested() if state["n"] % 3 == 0 else busy())(server, action)
        pbx = self.scripted(answer=mixed)
        self.start(pbx, entries=60, plan={"max_retry_cnt_1": 1})
        eventually(lambda: len(pbx.originates) >= 60, 30, "every entry called")
        self.settled()
        self.assertEqual(self.tries(), 60)
        self.assertNotIn("trunk_rests", self.reasons())

    def test_a_trunk_that_does_not_exist_is_found_out_by_three_calls(self):
        pbx = self.scripted(answer=no_channel())
        self.start(pbx)
        self.assertLess(self.for_a_while(pbx), 10)
        reason = self.until_told("trunk_rests")
        self.assertIn("no channel", reason["text"])
        self.settled()
        eventually(lambda: self.tries() == 0, 20, lambda: f"every try given back, not {self.tries()}")

    def test_a_wrong_prefix_is_held_with_the_reason_and_retires_no_number(self):
        pbx = self.scripted(members=10, answer=failed(1, "Unallocated (unassigned) number", sip="404"))
        self.start(pbx, entries=200)
        self.assertLess(self.for_a_while(pbx), 80)
        self.assertIn("prefix", self.until_told("trunk_rests")["text"])
        self.settled()
        eventually(lambda: self.tries() <= 1, 20, lambda: f"every try given back, not {self.tries()}")
        self.assertLessEqual(len([e for e in self.api.entries(self.dlma) if e["numbers_unknown"]]), 1)

    def test_another_server_takes_over(self):
        failing, working = self.scripted(answer=congested()), self.scripted(answer=busy())
        self.start(failing, working, entries=400)
        eventually(lambda: len(working.originates) > 150, 30, lambda: f"calls on the one that works, not {len(working.originates)}")
        self.assertLess(len(failing.originates), 40, "it is free, and would get most of the calls")
        self.settled_tries(working)

    def settled_tries(self, working):
        self.api.status(self.campaign, 0)
        self.until_status(self.api, self.campaign, 0)
        eventually(lambda: abs(self.tries() - len(working.originates)) <= 2, 20,
                   lambda: f"tries of the calls that reached somebody ({len(working.originates)}), not {self.tries()}")

    # --- outcomes

    def test_unknown_numbers_refusals_and_congestion_are_told_apart(self):
        ends = {"1": failed(1, "Unallocated (unassigned) number", sip="404"), "2": failed(21, "Call Rejected", sip="603"),
                "3": congested(sip="503"), "4": busy()}
        pbx = self.scripted(answer=lambda server, action: ends[re.search(r"/(\d)", action["Channel"]).group(1)](server, action))
        daemon = self.daemon(pbx)
        api = daemon.api
        dlma = self.make_list(api, ["100", "200", "300", "400"])
        campaign = self.make_campaign(api, dlma=dlma, plan={"trunk_name": "carrier", "pacing_method": "progressive", "max_retry_cnt_1": 2,
                                                            "retry_delay": 0, "dl_end_handle": 1}, dest=self.queue())
        eventually(lambda: api.stats(campaign)["agents_free"] == pbx.members, 20, "free agents")
        api.status(campaign, 1)
        self.until_status(api, campaign, 0, 40)
        entries = {e["number_1"]: e for e in api.entries(dlma)}
        self.assertEqual({n: e["res_dial_detail"] for n, e in entries.items()},
                         {"100": "No such number (SIP 404)", "200": "Declined (SIP 603)", "300": "Congestion (circuits busy) (SIP 503)",
                          "400": "Remote end is busy"})
        self.assertEqual({n: e["trycnt_1"] for n, e in entries.items()}, {"100": 1, "200": 2, "300": 2, "400": 2},
                         "a number that does not exist is not tried again")
        self.assertEqual(entries["100"]["numbers_unknown"], 1)
        self.assertIn("no_numbers", [r["code"] for r in api.get(f"/ob/dls/{entries['100']['uuid']}/explain")["reasons"]])

    # --- calls that cannot be written

    def test_an_entry_whose_call_cannot_be_written_is_held_alone(self):
        pbx = self.scripted(answer=busy())
        many = {f"v{i}": "x" for i in range(64)}
        daemon = self.daemon(pbx)
        api = daemon.api
        dlma = self.make_list(api, ["100", {"number_1": "200", "variables": {f"w{i}": "x" for i in range(64)}}, "300",
                                    {"number_1": "400@elsewhere"}])
        campaign = self.make_campaign(api, dlma=dlma, variables=many,
                                      plan={"trunk_name": "carrier", "pacing_method": "progressive", "max_retry_cnt_1": 2, "retry_delay": 0},
                                      dest=self.queue())
        eventually(lambda: api.stats(campaign)["agents_free"] == pbx.members, 20, "free agents")
        api.status(campaign, 1)
        self.until_status(api, campaign, 0, 40)
        self.assertEqual(sorted(pbx.numbers()), ["100", "100", "300", "300"])
        entries = {e["number_1"]: e for e in api.entries(dlma)}
        self.assertEqual({n: e["trycnt_1"] for n, e in entries.items()}, {"100": 2, "200": 0, "300": 2, "400@elsewhere": 0})
        for number in ("200", "400@elsewhere"):
            reason = api.get(f"/ob/dls/{entries[number]['uuid']}/explain")["reasons"][0]
            self.assertEqual(reason["code"], "call_cannot_be_written")
        # It is put right.
        api.put(f"/ob/dls/{entries['200']['uuid']}", {"variables": {}})
        api.status(campaign, 1)
        eventually(lambda: pbx.numbers().count("200") == 2, 20, "calls to the entry that was put right")

    def test_variables_that_asterisk_cannot_read_are_refused_where_they_are_written(self):
        pbx = self.scripted(answer=busy())
        api = self.daemon(pbx).api
        reply = api.call("POST", "/ob/dlmas", {"variables": {"A": "," * 512}})
        self.assertEqual((reply.status, reply.error["field"]), (400, "variables"))
        dlma = self.make_list(api, ["100"])
        campaign = self.make_campaign(api, dlma=dlma, plan={"variables": {f"a{i}": "x" for i in range(64)}}, dest=self.queue(),
                                      variables={f"b{i}": "x" for i in range(64)})
        reply = api.call("PUT", f"/ob/campaigns/{campaign}", {"status": 1})
        self.assertEqual((reply.status, reply.error["field"]), (400, "variables"), "128 together")
        api.put(f"/ob/campaigns/{campaign}", {"variables": {}, "status": 1})
        self.until_status(api, campaign, 1)
        reply = api.call("PUT", f"/ob/dlmas/{dlma}", {"variables": {f"c{i}": "x" for i in range(64)}})
        self.assertEqual((reply.status, reply.error["field"]), (400, "variables"), "a running campaign uses it")
        self.assertIn(campaign, reply.error["message"])
