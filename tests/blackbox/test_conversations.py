"""Conversations outlive the daemon and its line to the server: the simulated PBX's journal says who ended each."""
import os
import random
import time

from harness import Case, eventually, seed

CUTS = int(os.environ.get("RINGMASTER_CUTS", "12"))
AGENTS = 24


def people(**queue):
    return {"customers": {"outcomes": {"answer": 0.6, "machine": 0, "busy": 0.1, "no_answer": 0.3, "congestion": 0, "invalid": 0},
                          "ring": {"uniform": [2, 12]}, "patience": {"uniform": [20, 120]}, "listen": 600, "first_digit_rules": False,
                          "contexts": ["customers"]},
            "routes": [{"context": "from-internal", "trunk": "carrier", "timeout": 40, "optimise": True, "after": 0.2}],
            "queues": [{"name": "sales_1", "agents": AGENTS, "ring": {"uniform": [0.5, 6]}, "talk": {"uniform": [8, 60]}, "wrapup": 2, **queue}]}


class Conversations(Case):
    PLAN = {"pacing_method": "ratio", "max_calls_per_agent": 2.5, "abandon_grace_ms": 2000, "dial_timeout": 40_000, "max_retry_cnt_1": 1,
            "dl_end_handle": 0}

    def judge(self, sim, server, campaigns):
        """Nobody who talked was hung up by us, and each live answer has one fate."""
        connected, ours = {}, []
        for row in sim.journal():
            if row["event"] == "agent_connect":
                connected[row["channel_id"]] = row["wall"]
            # Between our last look at a caller and his end an agent may just take him.
            elif row["event"] == "hangup" and row.get("detail") == "request" and row["wall"] - connected.get(row["channel_id"], row["wall"]) > 0.1:
                ours.append(row)
            elif row["event"] == "agent_complete" and row.get("by") == "action" and row["wall"] - connected[row["channel_id"]] > 0.1:
                ours.append(row)
        self.assertEqual(ours, [], "conversations that we ended")
        answers = {r["channel_id"] for r in sim.journal("answer")}
        told = {k: sum(server.api.stats(c)[k] for c in campaigns) for k in ("answered", "connected", "abandoned", "fate_unknown")}
        print(f"{len(answers)} answers, {len(connected)} conversations; the daemon: {told}", flush=True)
        # An answer that came and went while nobody listened is none that we heard of; all others are.
        self.assertLessEqual(told["connected"] + told["abandoned"] + told["fate_unknown"], len(answers))
        self.assertLessEqual(told["abandoned"], len(answers) - len(connected) + sum(1 for _ in sim.journal("abandon")))

    def busy(self, sim):
        """How many ring or wait, and how many talk."""
        rows = sim.journal()
        count = lambda *events: sum(r["event"] in events for r in rows)
        talk = count("agent_connect") - count("agent_complete")
        return count("originate") - count("hangup", "refused") - talk, talk

    def test_no_cut_and_no_kill_hangs_up_a_conversation(self):
        dice = random.Random(seed())
        sim = self.pbx(population=people(), time_scale=4, seed=dice.randrange(1 << 30))
        server = self.daemon(sim)
        numbers = iter(range(9_000_000, 9_900_000))
        def campaign(plan):
            dlma = self.make_list(server.api, [])
            rows = "number_1\n" + "".join(f"{next(numbers)}\n" for _ in range(200 + CUTS * 60))
            server.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), headers={"Content-Type": "text/csv"})
            return self.make_campaign(server.api, dlma=dlma, plan={**self.PLAN, **plan}, dest={"type": 0, "context": "queue", "exten": "sales_1", "queues": "sales_1"})
        campaigns = [campaign({"trunk_name": "carrier"}), campaign({"tech_name": "Local", "trunk_name": "from-internal"})]
        for one in campaigns:
            server.api.status(one, 1)
        for _ in range(CUTS):
            eventually(lambda: min(self.busy(sim)) >= 10, 60, "ten that ring or wait, and ten that talk", interval=0.1)
            self.transfer_somebody(sim, dice)
            how = dice.choice(("kill", "stop", "drop", "cut"))
            if how in ("kill", "stop"):
                getattr(server, how)()
                time.sleep(dice.uniform(0, 3))  # so long nobody listens
                server.start()
            else:
                sim.fault(how, Count=1, **({"After": dice.randrange(1, 4000)} if how == "cut" else {}))
        for one in campaigns:
            eventually(lambda: server.api.status(one, 0) or True, 20, "a stop")
        # Whoever talks has the time to do so; nobody is hung up for the end of the test before the judge has looked.
        self.judge(sim, server, campaigns)
        for one in campaigns:
            server.api.status(one, 30)
            self.until_status(server.api, one, 0, 60)

    def transfer_somebody(self, sim, dice):
        """One of those who talk is sent on by his agent, to where he stays."""
        with sim.ami() as ami:
            legs = [c for c in ami.channels() if c.get("Application") == "AppQueue" and c.get("BridgeId")]
            if legs:
                ami.action("BlindTransfer", Channel=dice.choice(legs)["Channel"], Context="hold", Exten="s")

    def test_who_was_taken_while_the_daemon_was_away_talks_on(self):
        """Ten telephones ring while it goes, agents take their callers when the grace is long over, and then it is back."""
        for end in ("kill", "stop"):
            with self.subTest(end=end):
                population = people(agents=10, ring=4, talk=40)
                population["customers"].update({"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0}, "ring": 4, "patience": 600})
                sim = self.pbx(population=population, time_scale=4)
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
