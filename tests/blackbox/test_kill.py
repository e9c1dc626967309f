# SPDX-License-Identifier: Apache-2.0
"""kill -9 at any moment: nobody is called twice for one try, and what was acknowledged is there.

The judges are the simulated PBX's journal, which holds every Originate that it saw, and a client that writes
all the time and keeps a note of every answer that it got."""
import collections
import os
import random
import threading
import time

from harness import Api, Case, Unanswered, eventually, seed
from harness.report import report

KILLS = int(os.environ.get("RINGMASTER_KILLS", "200"))
ENTRIES = int(os.environ.get("RINGMASTER_KILL_ENTRIES", "100"))  # a kill: a fast build dials more before the next one
ROUND = 200  # kills of one database: each start reads all of it, each judge everything that was ever dialed


class Writer(threading.Thread):
    """Creates, changes and deletes entries of a list of its own, and remembers what was acknowledged. What was
    asked and not answered may or may not be: of those it knows both states."""

    def __init__(self, drawn):
        super().__init__(daemon=True)
        self.random = random.Random(drawn)
        self.sure = {}    # uuid → name, or None when it is deleted
        self.unsure = {}  # uuid → the set of states that it may have
        self.lost = []    # acknowledged writes that were not there
        self.acknowledged = 0
        self.api = None
        self.dlma = None
        self.idle = threading.Event()
        self.go = threading.Event()
        self.over = False
        self.problem = None

    def run(self):
        while not self.over:
            if not self.go.wait(0.05):
                continue
            self.idle.clear()
            try:
                while self.go.is_set() and not self.over:
                    self.write()
            except Unanswered:
                self.go.clear()
            except Exception as why:  # shown by the test, which fails by it
                self.problem = why
                self.over = True
            self.idle.set()

    def write(self):
        dice, known = self.random.random(), [u for u, name in self.sure.items() if name is not None]
        name = f"n{self.random.randrange(1 << 30)}"
        if dice < 0.5 or not known:
            made = self.api.post("/ob/dls", {"dlma_uuid": self.dlma, "name": name, "number_1": "300"})
            self.sure[made["uuid"]] = name
        else:
            uuid = self.random.choice(known)
            after = name if dice < 0.8 else None
            before = self.sure.pop(uuid)
            self.unsure[uuid] = {before, after}
            reply = self.api.call("PUT", f"/ob/dls/{uuid}", {"name": name}) if after else self.api.call("DELETE", f"/ob/dls/{uuid}")
            if reply.status != 200:
                raise AssertionError(f"a write was refused: {reply}")
            del self.unsure[uuid]
            self.sure[uuid] = after
        self.acknowledged += 1

    def check(self, there):
        """`there`: uuid → name of the list's entries as they are now."""
        for uuid, states in list(self.unsure.items()):
            if there.get(uuid) not in states:
                self.lost.append((uuid, states, there.get(uuid)))
            self.sure[uuid] = there.get(uuid)
            del self.unsure[uuid]
        for uuid, name in self.sure.items():
            if there.get(uuid) != name:
                self.lost.append((uuid, name, there.get(uuid)))


class Kill(Case):
    def test_random_kills_under_load(self):
        drawn = seed()
        sums = collections.Counter()
        up = 0.0
        for number, first in enumerate(range(0, KILLS, ROUND)):
            self.folder = self.top / f"round-{number}"
            self.folder.mkdir()
            more, was_up = self.kills_under_load(min(ROUND, KILLS - first), drawn + number)
            sums.update(more)
            up += was_up
            print(f"{sums['kills']} kills so far, {sums['calls']} calls", flush=True)
        report("Kills under load", {"seed": drawn, "kills": sums["kills"], "calls": sums["calls"],
                                    "calls a second while it was up": round(sums["calls"] / up),
                                    "result lines, each whole, one a call": sums["lines"],
                                    "writes acknowledged, none lost": sums["writes"]})

    def setUp(self):
        super().setUp()
        self.top = self.folder

    def doCleanups(self):
        self.folder = self.top
        return super().doCleanups()

    def kills_under_load(self, kills, drawn):
        """On a new database: what there was of each, and the seconds for which the daemon was up."""
        dice = random.Random(drawn)
        population = {"customers": {"first_digit_rules": False, "outcomes": {"answer": 0.5, "machine": 0, "busy": 0.2, "no_answer": 0.2,
                                                                               "congestion": 0.05, "invalid": 0.05},
                                    "ring": {"uniform": [1, 8]}, "listen": {"uniform": [2, 10]}, "patience": 20},
                      "queues": [{"name": "sales_1", "agents": 60, "talk": {"exponential": 8}}]}
        sim = self.pbx(population=population, time_scale=10, seed=drawn % 1000 + 1)
        server = self.daemon(sim, config={"pbxs": [{"originate_rate": 2000, "max_channels": 20000}]})
        api = server.api
        total = kills * ENTRIES
        campaigns = []
        for half in range(2):
            dlma = api.post("/ob/dlmas", {"name": f"list {half}"})["uuid"]
            body = "number_1\n" + "".join(f"9{half}{i:06d}\n" for i in range(total // 2))
            self.assertEqual(api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", body.encode(), kind="text/csv").result["imported"], total // 2)
            campaigns.append(self.make_campaign(api, dlma=dlma, plan={"retry_delay": 1, "max_retry_cnt_1": 3, "dial_timeout": 5000, "dl_end_handle": 0},
                                                dest=self.queue() if half else {"type": 1, "application": "park"}))
        for campaign in campaigns:
            api.status(campaign, 1)
        writer = Writer(drawn)
        writer.dlma = api.post("/ob/dlmas", {"name": "the writer's"})["uuid"]
        writer.idle.set()
        writer.start()
        slow = float(os.environ.get("RINGMASTER_KILL_SPAN", "0.55"))
        begin, up = time.monotonic(), 0.0
        for kill in range(1, kills + 1):
            began = time.monotonic()
            writer.api = Api(server.api.url, server.api.token)
            writer.go.set()
            time.sleep(0.05 + dice.random() * slow)
            server.kill()
            up += time.monotonic() - began
            writer.go.clear()
            self.assertTrue(writer.idle.wait(60))
            self.assertIsNone(writer.problem)
            server.start()
            if kill % 10 == 0 or kill == kills:
                writer.check({e["uuid"]: e["name"] for e in server.api.entries(writer.dlma)})
                self.assertEqual(writer.lost, [], f"acknowledged writes were lost by kill {kill}")
                self.assert_each_try_once(sim)
                print(f"{kill} kills in {time.monotonic() - begin:.0f} s: {len(sim.originates())} calls, "
                      f"{writer.acknowledged} writes acknowledged", flush=True)
        writer.over = True
        for campaign in campaigns:
            self.assertEqual(server.api.campaign(campaign)["status"], 1, "a campaign goes on where it was")
            server.api.status(campaign, 30)
        for campaign in campaigns:
            self.until_status(server.api, campaign, 0, 60)
        lines = self.judge(sim, server, campaigns, kills)
        calls = len(sim.originates())
        server.kill()
        sim.kill()
        return {"kills": kills, "calls": calls, "lines": lines, "writes": writer.acknowledged}, up

    def judge(self, sim, server, campaigns, kills):
        calls = sim.calls_by_number()
        self.assertGreater(len(sim.originates()), kills, "there was no load to speak of")
        by_uuid = self.assert_each_try_once(sim)
        for campaign in campaigns:
            for entry in server.api.entries(server.api.campaign(campaign)["dlma"]):
                tries = entry["trycnt_1"]
                # A try that was written and never sent counts as a try: fewer calls than tries is right.
                self.assertLessEqual(calls.get(entry["number_1"], 0), tries, entry)
                self.assertLessEqual(tries, 3)
                self.assertEqual((entry["status"], entry["dialing_uuid"]), (0, None), entry)
        lines = server.results()
        by_try = {}
        for line in lines:
            by_try.setdefault((line["uuid_dl_list"], line["dial_index"], line["dial_trycnt"]), []).append(line)
        self.assertEqual([same for same in by_try.values() if len(same) > 1], [], "one try ended twice")
        ended = {l["uuid"] for l in lines}
        self.assertEqual([u for u in by_uuid if u not in ended], [], "calls without a result")
        self.assertEqual(server.api.get("/ob/dialings")["list"], [])
        return len(lines)

    def test_calls_that_are_up_are_adopted_and_those_that_ended_meanwhile_are_recorded(self):
        sim = self.pbx(time_scale=2)
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, ["1000001", "1000002", "7000003"], plan={"max_retry_cnt_1": 1}, dest={"type": 1, "application": "park"})
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["answered"] == 3, what="three answers")
        server.kill()
        eventually(lambda: len(sim.journal("hangup")) == 1, what="one has ended")
        server.start()
        live = eventually(lambda: len(server.api.get("/ob/dialings")["list"]) == 2 and server.api.get("/ob/dialings")["list"], what="two adopted calls")
        self.assertEqual({d["dial_addr"] for d in live}, {"1000001", "1000002"})
        (line,) = self.until_results(server, 1)
        self.assertEqual(line["dial_addr"], "7000003")
        for dialing in live:
            server.api.delete(f"/ob/dialings/{dialing['uuid']}")
        self.assertEqual(len(self.until_results(server, 3)), 3)
        self.until_status(server.api, campaign, 0)
        self.assertEqual(dict(sim.calls_by_number()), {"1000001": 1, "1000002": 1, "7000003": 1})

    def test_a_clean_end_takes_less_than_five_seconds_and_leaves_calls_up(self):
        sim = self.pbx(time_scale=1)
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, [f"10000{i:02d}" for i in range(10)], plan={"max_retry_cnt_1": 1})
        server.api.status(campaign, 1)
        eventually(lambda: server.api.stats(campaign)["answered"] == 10, what="ten answers")
        begin = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - begin, 5)
        with sim.ami() as ami:
            self.assertEqual(len(ami.channels()), 10)
        server.start()
        eventually(lambda: len(server.api.get("/ob/dialings")["list"]) == 10, what="ten adopted calls")
        self.assertEqual(server.api.campaign(campaign)["status"], 1)
