# SPDX-License-Identifier: Apache-2.0
"""Reloads, servers that stop, trunks that fail, queues that turn callers away, calls that move, and a wall clock that is set; with
every way of pacing."""
import time

from harness import Ledger, eventually
from harness.mishaps import METHODS, MishapCase
from harness.step_time import StepTime


class Mishaps(MishapCase):
    # --- members that a reload changes

    def test_members_that_a_reload_takes_away_and_brings_back(self):
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 3, "ring": 0, "talk": 4}], campaigns=[("sales_1", {"pacing_method": method})])
            self.conversations(3)
            with self.sim.ami() as ami:
                def update(*lines):
                    pairs = [(f"{name}-{i:06d}", value) for i, line in enumerate(lines) for name, value in line]
                    reply = ami.action("UpdateConfig", *pairs, SrcFilename="queues.conf", DstFilename="queues.conf")
                    self.assertEqual(reply["Response"], "Success", reply)
                for how in ("module reload app_queue.so", "core reload"):
                    update((("Action", "Delete"), ("Cat", "sales_1"), ("Var", "member")))
                    ami.action("Command", Command=how)
                    eventually(lambda: self.api.stats(self.campaigns[0])["agents_total"] == 0, 20, "no agents")
                    eventually(lambda: self.sums()["in_flight"] == 0, 60, "what was up is over")
                    begun = self.sums()["calls_begun"]
                    self.assertIn("no_agent", [r["code"] for r in self.api.get(f"/ob/campaigns/{self.campaigns[0]}/explain")["reasons"]])
                    update(*[(("Action", "Append"), ("Cat", "sales_1"), ("Var", "member"), ("Value", f"Local/agent-{n:02d}@agents/n")) for n in (1, 2, 3)])
                    self.assertEqual(self.sums()["calls_begun"], begun, "nobody was there to take a call")
                    ami.action("Command", Command=how)
                    self.conversations(self.ledger.follow().conversations() + 3)
            self.drain()
            self.judge()
        self.each_method(scenario)

    # --- servers that stop

    def test_a_server_that_stops_costs_nobody_a_try(self):
        for mode in ("gracefully", "hangup"):
            def scenario(method):
                self.centre([{"name": "sales_1", "agents": 4, "ring": 0, "talk": 6}], campaigns=[("sales_1", {"pacing_method": method})])
                self.conversations(4)
                with self.sim.ami() as ami:
                    self.assertEqual(ami.action("SimulatorStop", Mode=mode, Down="1000")["Response"], "Success")
                eventually(lambda: self.sim.journal("restart"), 60, "the server is down")
                before = self.ledger.follow().conversations()
                self.conversations(before + 4, 90)
                self.drain()
                self.assertEqual([(c.id, c.cut_off) for c in self.ledger.conversations_cut(self.GRACE)], [])
                self.assert_each_try_once(self.sim)
                self.assertEqual(self.tries(), len(self.sim.originates()), "a try was used up by a call that was never made")
            with self.subTest(mode=mode):
                self.each_method(scenario)

    # --- trunks that fail

    def test_of_two_servers_one_has_no_trunk(self):
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 4, "ring": 0, "talk": 6}], campaigns=[("sales_1", {"pacing_method": method})], pbxs=2)
            second = Ledger(self.sims[1].log)
            self.conversations(2)
            eventually(lambda: second.follow().conversations() >= 2, 60, "talks on the other one")
            with self.sim.ami() as ami:
                ami.action("SimulatorTrunk", Trunk="carrier", Is="refuses", Cause="38")
            refused = len(self.sim.journal("refused"))
            before = second.follow().conversations()
            eventually(lambda: second.follow().conversations() >= before + 8, 90, "the other one takes over")
            self.assertLess(len(self.sim.journal("refused")) - refused, 25, "calls that were begun over a trunk that is down")
            with self.sim.ami() as ami:
                ami.action("SimulatorTrunk", Trunk="carrier", Is="up")
            self.conversations(self.ledger.follow().conversations() + 2, 120)
            for campaign in self.campaigns:
                self.api.status(campaign, 30)
                self.until_status(self.api, campaign, 0, 60)
            self.assert_each_try_once(*self.sims)
        self.each_method(scenario, ("progressive", None))

    def test_a_trunk_that_refuses_a_share_of_its_calls(self):
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 4, "ring": 0, "talk": 6}], campaigns=[("sales_1", {"pacing_method": method})],
                        trunk_conditions=[{"name": "carrier", "is": "refuses", "share": 0.3, "cause": 34}])
            self.conversations(12)
            self.drain()
            self.judge()
        self.each_method(scenario)

    # --- queues that turn callers away

    def test_every_live_answer_has_one_fate_whatever_the_queue_does_to_it(self):
        full = {"maxlen": 1}
        for limits in (full, {"joinempty": "inuse,ringing"}, {"leavewhenempty": "inuse,ringing"}):
            def scenario(method):
                # One of two agents is away: there is always somebody too many.
                self.centre([{"name": "sales_1", "agents": 2, "ring": 0, "talk": 6, "ring_timeout": 4, **limits}],
                            campaigns=[("sales_1", {"pacing_method": method, "service_level": 2 if method == "available" else 0})])
                self.conversations(5)
                self.drain()
                self.judge()
            with self.subTest(limits=limits):
                self.each_method(scenario)

    def test_an_unknown_queue_is_not_dialed_for_and_one_that_is_removed_no_longer(self):
        self.centre([{"name": "sales_1", "agents": 2}], campaigns=[("nobodys", {"pacing_method": "progressive"})])
        eventually(lambda: [r["code"] for r in self.api.get(f"/ob/campaigns/{self.campaigns[0]}/explain")["reasons"]] == ["queue_unknown"], 20, "the reason")
        self.assertEqual(self.sim.originates(), [])

    # --- calls that move

    def test_who_is_handed_over_or_parked_talks_on_and_his_agent_is_free(self):
        for kind in ("attended", "park"):
            def scenario(method):
                self.centre([{"name": "sales_1", "agents": 2, "ring": 0, "talk": 60, "transfers": {"share": 1, "after": 2, "kinds": [kind], "taken_back": 3}}],
                            campaigns=[("sales_1", {"pacing_method": method})])
                # Talks of a minute, transfers after two seconds: without the agents' being free again this would take minutes.
                self.conversations(8)
                self.drain()
                self.judge()
            with self.subTest(kind=kind):
                self.each_method(scenario)

    def test_a_local_channel_that_gives_way_is_no_end_of_its_call(self):
        def scenario(method):
            self.centre([{"name": "sales_1", "agents": 3, "ring": 0, "talk": 40}], routes=[{"context": "from-internal", "after": 0.2}],
                        campaigns=[("sales_1", {"pacing_method": method, "tech_name": "Local", "trunk_name": "from-internal"})])
            eventually(lambda: len(self.sim.journal("swapped")) == 3, 60, "three calls without their Local channels")
            stats = eventually(lambda: (s := self.api.stats(self.campaigns[0]))["talking"] == 3 and s, 20, "three talk")
            self.assertEqual(stats["agents_free"], 0, "the queue's AgentComplete at the swap is no end of the talk")
            self.assertEqual(self.server.results(), [])
            first = self.api.get("/ob/dialings")["list"][0]
            self.api.delete(f"/ob/dialings/{first['uuid']}")
            eventually(lambda: self.ledger.follow().calls[first["uuid"]].state == "over", 20, "his trunk's channel is hung up")
            (line,) = self.until_results(self.server, 1)
            self.assertEqual((line["uuid"], line["res_dial"]), (first["uuid"], 4))
            self.api.status(self.campaigns[0], 30)
            self.until_status(self.api, self.campaigns[0], 0, 60)
            with self.sim.ami() as ami:
                eventually(lambda: ami.channels() == [], 20, "no channel")
        self.each_method(scenario)

    # --- the wall clock

    def test_a_step_of_the_wall_clock_is_no_event(self):
        for step in (-60, -3600, 3600):
            def scenario(method):
                clock = StepTime(self.folder)
                self.centre([{"name": "sales_1", "agents": 6, "ring": 0, "talk": 6}], campaigns=[("sales_1", {"pacing_method": method})], env=clock.env)
                self.conversations(6)
                before, told, logins = self.ledger.conversations(), self.api.stats(self.campaigns[0])["at"], len(self.ledger.logins)
                begun = time.monotonic()
                clock.by(step)
                self.conversations(before + 20)
                # By the pace of before: some three talks a second. What stood still would have stood for a minute or more.
                self.assertLess(time.monotonic() - begun, 40)
                self.assertEqual(len(self.ledger.follow().logins), logins, "the connection stays")
                self.assertNotEqual(self.api.stats(self.campaigns[0])["at"], told)
                self.drain()
                self.judge()
            with self.subTest(step=step):
                self.each_method(scenario, METHODS if step == -3600 else ("progressive",))
