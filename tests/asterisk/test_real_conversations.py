# SPDX-License-Identifier: Apache-2.0
"""Conversations that outlive the daemon, and the channel over which they began."""
from harness import eventually, slowness
from real import RealCase

def several(ami, count, event, seconds=20):
    """So many events of a kind, each once."""
    found = []
    for _ in range(count):
        found.append(ami.collect(lambda m: m.get("Event") == event and all(m is not one for one in found), seconds))
    return found


VOICES = [f"Local/agent-{n:02d}@voices/n" for n in range(1, 5)]


class Restarts(RealCase):
    COUNT = 10

    def begin(self, server, variables):
        """That many calls over Local channels to as many agents; all of them ring when it returns."""
        numbers = [{"number_1": f"10000{i:02d}", "variables": variables} for i in range(self.COUNT)]
        campaign = self.make_campaign(server.api, numbers, dest=self.queue(),
                                      plan=self.local(pacing_method="progressive", abandon_grace_ms=2000, dial_timeout=30000))
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["ringing"] == self.COUNT, what="all ring")
        return campaign

    def test_nobody_is_hung_up_who_answered_while_a_killed_daemon_was_away(self):
        self.taken_while_away("kill")

    def test_nobody_is_hung_up_who_answered_while_a_stopped_daemon_was_away(self):
        self.taken_while_away("stop")

    def taken_while_away(self, end):
        asterisk = self.asterisk()
        server = self.daemon(asterisk)
        with asterisk.ami(events="on") as ami:
            campaign = self.begin(server, {"__RING": "4", "__TALK": str(int(15 * slowness())), "__STAY": "300"})
            getattr(server, end)()
            # They answer after four seconds, and agents take them after four more: longer than the grace.
            several(ami, self.COUNT, "AgentConnect", 30)
            server.start()
            stats = eventually(lambda: (s := server.api.stats(campaign))["talking"] == self.COUNT and s, what="all talk")
            self.assertEqual((stats["in_flight"], stats["waiting"], stats["abandoned"]), (self.COUNT, 0, 0))
            self.assertEqual((stats["answered"], stats["connected"]), (self.COUNT, self.COUNT))
            # The agents end the conversations; whoever is hung up on by us would be the caller who ends them.
            eventually(lambda: asterisk.channels() == [], 60, "the end of all")
            ami.action("Ping")
            ends = several(ami, self.COUNT, "AgentComplete")
        self.assertEqual([e["Reason"] for e in ends], ["agent"] * self.COUNT)
        lines = self.until_results(server, self.COUNT, 30)
        self.assertEqual({l["res_dial"] for l in lines}, {4})
        self.until_status(server.api, campaign, 0)
        stats = server.api.stats(campaign)
        self.assertEqual((stats["answered"], stats["connected"], stats["abandoned"]), (self.COUNT, self.COUNT, 0))
        self.assertEqual((stats["abandon_window_answers"], stats["abandon_window_abandons"]), (self.COUNT, 0))

    def test_who_answered_and_left_while_the_daemon_was_away_is_an_answer_that_nobody_calls_abandoned(self):
        asterisk = self.asterisk(members={"sales_1": [f"Local/agent-{n:02d}@agents/n" for n in range(1, 4)]})
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, [{"number_1": f"100000{i}", "variables": {"__RING": "4", "__TALK": "30", "__STAY": "6"}} for i in range(3)],
                                      dest=self.queue(), plan=self.local(pacing_method="progressive", abandon_grace_ms=5000))
        with asterisk.ami(events="on") as ami:
            server.api.status(campaign, 1)
            eventually(lambda: server.api.stats(campaign)["answered"] == 3, what="answers")
            server.kill()
            several(ami, 3, "AgentComplete", 30)
            eventually(lambda: asterisk.channels() == [], what="no channel")
        server.start()
        lines = self.until_results(server, 3, 30)
        self.assertEqual({l["res_dial"] for l in lines}, {4})
        self.until_status(server.api, campaign, 0)
        stats = server.api.stats(campaign)
        self.assertEqual((stats["answered"], stats["abandoned"], stats["abandon_window_abandons"]), (3, 0, 0))
        self.assertEqual(stats["connected"] + stats["fate_unknown"], 3)


class Followed(RealCase):
    def talks(self, server, campaign, count):
        return eventually(lambda: (s := server.api.stats(campaign))["talking"] == count and s, 20, f"{count} talk")

    def optimised(self, asterisk):
        """The trunk's channels that talk in the place of Local ones."""
        channels = asterisk.channels()
        return [c for c in channels if c["Application"] == "AppDial" and c["BridgeId"]] if not any("@outbound" in c["Channel"] for c in channels) else []

    def test_a_local_channel_that_is_optimised_away_is_no_end_of_the_call(self):
        asterisk = self.asterisk(members={"voices": VOICES}, carrier_stays=600)
        server = self.daemon(asterisk)
        campaign = self.make_campaign(server.api, ["10000000", "10000001"], dest=self.queue("voices"),
                                      plan={"tech_name": "Local", "trunk_name": "outbound", "pacing_method": "progressive", "dial_timeout": 20000})
        server.api.status(campaign, 1)
        eventually(lambda: len(self.optimised(asterisk)) == 2, 20, "two calls without their Local channels")
        def goes_on():
            stats = self.talks(server, campaign, 2)
            self.assertEqual(stats["in_flight"], 2)
            live = server.api.get("/ob/dialings")["list"]
            self.assertEqual(len(live), 2)
            self.assertEqual(server.results(), [])
            return live
        for dialing in goes_on():
            self.assertIn("PJSIP/carrier", dialing["channel"])
        # A process that has not seen it happen finds them, too.
        server.kill()
        server.start()
        first, second = goes_on()
        self.assertEqual(server.api.stats(campaign)["abandoned"], 0)
        server.api.delete(f"/ob/dialings/{first['uuid']}")
        (line,) = self.until_results(server, 1)
        self.assertEqual((line["uuid"], line["res_dial"], line["status"]), (first["uuid"], 4, 7))
        self.assertEqual(len(self.optimised(asterisk)), 1, "the other one talks on")
        server.api.status(campaign, 30)
        lines = self.until_results(server, 2)
        self.assertEqual(lines[-1]["uuid"], second["uuid"])
        self.until_status(server.api, campaign, 0)
        eventually(lambda: asterisk.channels() == [], what="no channel")

    WAYS = {  # by which a call can be transferred, and is paced by the queue's agents all the same
        "a context that leads to a queue": ({}, {"type": 0, "context": "queue", "exten": "sales_2", "queues": "sales_2"}),
        "an application by the plan's dialplan": ({"dialplan_context": "ringmaster"}, {"type": 1, "application": "queue", "data": "sales_2,nc"}),
    }

    def test_who_is_transferred_stays_ours_and_is_hung_up_by_nobody(self):
        asterisk = self.asterisk(agent_talks=600, carrier_stays=600)
        server = self.daemon(asterisk)
        for name, (plan, dest) in self.WAYS.items():
            with self.subTest(way=name):
                self.transferred(asterisk, server, plan, dest)

    def transferred(self, asterisk, server, plan, dest):
        before = len(server.results())
        campaign = self.make_campaign(server.api, ["1000001"], dest=dest, plan={"pacing_method": "progressive", "abandon_grace_ms": 8000, **plan})
        with asterisk.ami(events="on") as ami:
            server.api.status(campaign, 1)
            met = ami.collect(lambda m: m.get("Event") == "AgentConnect", 20)
            (dialing,) = eventually(lambda: server.api.get("/ob/dialings")["list"], what="the call")
            stats = eventually(lambda: (s := server.api.stats(campaign))["agents_busy"] == 1 and s, what="his agent is busy")
            self.assertEqual(stats["agents_total"], 5)
            self.assertEqual(ami.action("BlindTransfer", Channel=met["DestChannel"], Context="hold", Exten="s")["Message"], "Transfer succeeded")
            ami.collect(lambda m: m.get("Event") == "Hangup" and m["Channel"] == met["DestChannel"])
        eventually(lambda: server.api.stats(campaign)["agents_busy"] == 0, what="his agent is free")
        def arrived(when):
            (customer,) = [c for c in asterisk.channels() if c["Uniqueid"] == dialing["uuid"]]
            self.assertEqual((customer["Context"], customer["Application"]), ("hold", "Wait"), when)
            self.assertEqual([d["uuid"] for d in server.api.get("/ob/dialings")["list"]], [dialing["uuid"]])
            self.assertEqual(len(server.results()), before)
        arrived("after the transfer")
        server.kill()
        server.start()
        eventually(lambda: server.api.stats(campaign)["in_flight"] == 1, what="the call of before")
        arrived("after a restart")
        server.api.delete(f"/ob/dialings/{dialing['uuid']}")
        line = self.until_results(server, before + 1)[-1]
        self.assertEqual((line["uuid"], line["res_dial"], line["res_hangup"]), (dialing["uuid"], 4, 16))
        stats = server.api.stats(campaign)
        self.assertEqual((stats["abandoned"], stats["abandon_window_answers"], stats["abandon_window_abandons"]), (0, 1, 0))

    def test_who_is_sent_to_another_queue_or_parked_and_taken_back_stays_ours(self):
        asterisk = self.asterisk(agent_talks=600, customer_stays=600, carrier_stays=600)
        server = self.daemon(asterisk)
        entries = [{"number_1": n, "variables": {"__TALK": "600"}} for n in ("1000001", "1000002")]
        campaign = self.make_campaign(server.api, entries, dest={"type": 0, "context": "queue", "exten": "sales_2", "queues": "sales_2"},
                                      plan={"pacing_method": "progressive", "abandon_grace_ms": 8000})
        with asterisk.ami(events="on") as ami:
            server.api.status(campaign, 1)
            first, second = several(ami, 2, "AgentConnect")
            self.assertEqual(ami.action("BlindTransfer", Channel=first["DestChannel"], Context="queue", Exten="sales_1")["Message"], "Transfer succeeded")
            again = ami.collect(lambda m: m.get("Event") == "AgentConnect" and m["Queue"] == "sales_1", 20)
            self.assertEqual(again["Uniqueid"], first["Uniqueid"])
            ami.action("Park", Channel=second["Channel"], TimeoutChannel=second["DestChannel"], Timeout="60000")
            parked = ami.collect(lambda m: m.get("Event") == "ParkedCall")
            ami.action("Originate", Channel="PJSIP/302", Context="parkedcalls", Exten=parked["ParkingSpace"], Priority="1", Async="true", Timeout="10000")
            ami.collect(lambda m: m.get("Event") == "UnParkedCall", 20)
            ours = {first["Uniqueid"], second["Uniqueid"]}
            server.kill()
            server.start()
            eventually(lambda: server.api.stats(campaign)["in_flight"] == 2, what="both")
            self.assertEqual({d["uuid"] for d in server.api.get("/ob/dialings")["list"]}, ours)
            self.assertEqual(server.results(), [])
            for dialing in ours:
                server.api.delete(f"/ob/dialings/{dialing}")
            lines = self.until_results(server, 2)
        self.assertEqual({l["uuid"] for l in lines}, ours)
        self.assertEqual({l["res_dial"] for l in lines}, {4})
        self.assertEqual(server.api.stats(campaign)["abandoned"], 0)
