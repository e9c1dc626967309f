# SPDX-License-Identifier: Apache-2.0
"""Restarts and lost lines at any moment, while calls ring, wait, talk and are passed on: nobody is hung up on who talks, the
ledger is the truth, no entry is called twice for one try. The judge is the simulated PBX's journal.

RINGMASTER_RESTARTS=N: how many (8). RINGMASTER_REPORT=FILE: where the report goes, beside the output."""
import os
import random
import time
from collections import Counter

from harness import Case, Ledger, Line, eventually, seed
from harness.report import report

RESTARTS = int(os.environ.get("RINGMASTER_RESTARTS", "8"))
GRACE = 2.0   # of real time
SCALE = 4     # simulated seconds in a real one
UP = 10       # calls at least, at each interruption


def population():
    """Calls that ring for long enough to be answered at any moment, agents whose telephones ring for up to a second and a
    half of real time, talks of some seconds. One in five is passed on: handed over, or parked and taken back."""
    customers = {"first_digit_rules": False, "outcomes": {"answer": 0.7, "machine": 0, "busy": 0.1, "no_answer": 0.1, "congestion": 0.05, "invalid": 0.05},
                 "ring": {"uniform": [1, 12]}, "patience": 400, "listen": 400}
    queue = {"agents": 14, "ring": {"uniform": [0.5, 6]}, "talk": {"lognormal": {"mean": 24, "cv": 0.7}},
             "transfers": {"share": 0.2, "after": {"uniform": [2, 8]}, "kinds": ["attended", "park"], "taken_back": 8}}
    return {"customers": customers, "queues": [{"name": "sales_1", **queue}, {"name": "sales_2", "first_agent": 21, **queue}],
            "routes": [{"context": "from-internal", "optimise": True, "after": 1}]}
AWAY = 4  # seconds that the daemon, or its line, is away at most


class Restarts(Case):
    def test_interruptions_at_random_moments(self):
        drawn = seed()
        dice = random.Random(drawn)
        sim = self.pbx(population=population(), time_scale=SCALE, seed=drawn % 1000 + 1)
        line = Line(sim)
        self.addCleanup(line.close)
        server = self.daemon(line)
        plans = [{"pacing_method": "available", "service_level": 3}, {"pacing_method": "progressive"}, {"pacing_method": None},
                 {"pacing_method": "available", "tech_name": "Local", "trunk_name": "from-internal"}]
        campaigns = []
        for i, plan in enumerate(plans):
            dlma = self.make_list(server.api, [])
            rows = "number_1\n" + "".join(f"9{i}{n:06d}\n" for n in range(400 + RESTARTS * 40))
            server.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), kind="text/csv")
            campaigns.append(self.make_campaign(server.api, dlma=dlma, dest=self.queue(("sales_1", "sales_2")[i % 2]),
                                                plan={"abandon_grace_ms": int(GRACE * 1000), "max_retry_cnt_1": 2, "retry_delay": 5,
                                                      "abandon_limit": 0.99, "dial_timeout": 30000, "dl_end_handle": 0, **plan}))
        for campaign in campaigns:
            server.api.status(campaign, 1)
        ledger, away, kinds, seen = Ledger(sim.log), [], Counter(), Counter()
        begun = time.monotonic()
        for n in range(1, RESTARTS + 1):
            def busy():
                live = ledger.follow().live()
                return sum(live.values()) >= UP and all(live[s] for s in ("begun", "waiting", "talking", "moving")) and live
            eventually(busy, 60, lambda: f"{UP} calls of every state at once; {ledger.live()}")
            time.sleep(dice.random() * dice.choice((0.5, 2)))  # a random moment is what is asked for, at once or after a while
            seen.update(ledger.follow().live())
            kind = dice.choice(("kill", "stop", "cut", "line", "down"))
            kinds[kind] += 1
            since = time.time()
            if kind in ("kill", "stop"):
                server.kill() if kind == "kill" else server.stop(60)  # the disk is not the subject
                time.sleep(dice.random() * AWAY)
                server.start()
            elif kind == "cut":  # in the middle of a message, if need be
                sim.fault("cut", Count=1, After=dice.randrange(1, 4000))
            else:
                line.cut(stays_down=kind == "down")
                if kind == "down":
                    time.sleep(dice.random() * AWAY)
                    line.mend()
            self.connected(server, ledger, since)
            away.append((since - 0.2, time.time() + 0.5))
            if n % 50 == 0 or n == RESTARTS:
                cut = ledger.follow().conversations_cut(GRACE)
                print(f"{n} interruptions in {time.monotonic() - begun:.0f} s ({dict(kinds)}): {len(ledger.calls)} calls, "
                      f"{ledger.conversations()} conversations, {len(cut)} hung up by us", flush=True)
        self.drain(server, campaigns, ledger)
        self.judge(sim, server, campaigns, ledger, away, kinds, seen, time.monotonic() - begun, drawn)

    def connected(self, server, ledger, since):
        """Until the server has been logged in to since then, and is said to be connected."""
        def again():
            assert any(at > since for at in ledger.follow().logins), "no login yet"
            return all(pbx["connected"] for pbx in server.api.call("GET", "/health").json["pbxs"])
        eventually(again, 60, "the server is connected again")

    def drain(self, server, campaigns, ledger):
        """No more calls; those that are up end by themselves."""
        for campaign in campaigns:
            server.api.status(campaign, 0)
        eventually(lambda: not ledger.follow().live(), 120, lambda: f"all calls are over; {ledger.live()}", interval=0.2)
        for campaign in campaigns:
            self.until_status(server.api, campaign, 0, 60)

    def judge(self, sim, server, campaigns, ledger, away, kinds, seen, seconds, drawn):
        stats = [server.api.stats(c) for c in campaigns]
        answered, abandoned = (sum(s[name] for s in stats) for name in ("abandon_window_answers", "abandon_window_abandons"))
        answers, losses = ledger.fates(GRACE, away)
        cut = ledger.conversations_cut(GRACE)
        report("Restarts and line cuts, simulated PBX", {
            "seed": drawn, "interruptions": dict(kinds), "seconds": round(seconds), "calls": len(ledger.calls),
            "conversations": ledger.conversations(), "up at the interruptions, by state": dict(seen),
            "counters told": {name: sum(s[name] for s in stats) for name in ("calls_begun", "answered", "connected", "abandoned", "fate_unknown")},
            "conversations hung up by us": len(cut), "live answers told": answered, "by the journal": answers,
            "abandoned told": abandoned, "abandoned by the journal": losses})
        self.assertEqual([(c.id, c.cut_off, c.answered, c.met) for c in cut], [], "conversations hung up by us")
        self.assertEqual(ledger.twice, [], "originated twice")
        # A try that was given back, since nobody was called, is another call's later on.
        called = self.assert_each_try_once(sim)
        lines = [l for l in server.results() if l["uuid"] in called]
        tries = Counter((l["uuid_dl_list"], l["dial_index"], l["dial_trycnt"]) for l in lines)
        self.assertEqual([l for l in lines if tries[l["uuid_dl_list"], l["dial_index"], l["dial_trycnt"]] > 1], [], "one try ended twice")
        self.assertTrue(answers[0] <= answered <= answers[1], f"{answered} live answers told, {answers} by the journal")
        self.assertTrue(losses[0] <= abandoned <= losses[1], f"{abandoned} abandoned told, {losses} by the journal")
        self.assertEqual(server.api.get("/ob/dialings")["list"], [])
