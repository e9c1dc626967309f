# SPDX-License-Identifier: Apache-2.0
"""Restarts of the daemon and cuts of its line to a real Asterisk at any moment, while calls ring, wait, talk and are parked and
taken back: nobody is hung up on. The judge is Asterisk: agents end their talks, so whoever else ends one was us.

RINGMASTER_REAL_RESTARTS=N: how many (4). RINGMASTER_REPORT=FILE: where the report goes, beside the output."""
import os
import random
import threading
import time
from collections import Counter

from harness import Line, eventually, seed
from harness.report import report
from real import RealCase

RESTARTS = int(os.environ.get("RINGMASTER_REAL_RESTARTS", "4"))
UP = 10      # calls at least, at each interruption
TALK = 8     # seconds that an agent, or who takes a parked call back, talks before he hangs up
AGENTS = 14


class Floor(threading.Thread):
    """Watches Asterisk's events: who talks with whom, and how each talk ends. Now and then it parks a caller who talks, and
    somebody else takes him back."""

    def __init__(self, asterisk, dice):
        super().__init__(daemon=True)
        self.asterisk, self.dice = asterisk, dice
        self.ami = asterisk.ami(events="on")
        self.state = {}       # of our calls, by Uniqueid: ringing, waiting, talking, moving
        self.talks = {}       # Uniqueid: when the talk began
        self.parked = {}      # Uniqueid: when it was parked or, later, taken back
        self.cut = []         # what ended otherwise than by who should end it
        self.conversations = 0
        self.problem, self.over = None, False
        self.lock = threading.Lock()

    def live(self):
        with self.lock:
            return Counter(self.state.values())

    def run(self):
        try:
            while not self.over:
                message = self.ami.read()
                if message is None:
                    return
                if message.get("Event"):
                    with self.lock:
                        self.take(message)
        except (AssertionError, OSError, ValueError) as why:
            if not self.over:
                self.problem = why

    def take(self, m):
        event, call = m["Event"], m.get("Uniqueid")
        if event == "Newstate" and m["ChannelState"] == "5" and m["Channel"].endswith(";1") and "@customers" in m["Channel"]:
            self.state[call] = "ringing"
        elif event == "QueueCallerJoin":
            self.state[call] = "waiting"
        elif event == "AgentConnect":
            self.state[call], self.talks[call] = "talking", time.monotonic()
            self.conversations += 1
            if self.dice.random() < 0.2:
                threading.Timer(1 + 3 * self.dice.random(), self.park, (call, m["Channel"])).start()
        elif event == "ParkedCall":
            self.state[m["ParkeeUniqueid"]] = "moving"
            self.parked[m["ParkeeUniqueid"]] = time.monotonic()
            threading.Timer(2, self.take_back, (m["ParkingSpace"],)).start()
        elif event == "ParkedCallGiveUp":
            self.cut.append((m["ParkeeUniqueid"], "hung up while he was parked"))
        elif event == "UnParkedCall":
            self.parked[m["ParkeeUniqueid"]] = time.monotonic()
        elif event == "AgentComplete" and m["Reason"] != "agent" and call not in self.parked:
            self.cut.append((call, "the talk was ended by the caller's side", m["TalkTime"]))
        elif event == "Hangup" and call in self.state:
            begun = self.parked.get(call, self.talks.get(call))
            if begun is not None and time.monotonic() - begun < TALK - 2:
                self.cut.append((call, f"the talk lasted {time.monotonic() - begun:.1f} s"))
            self.state.pop(call)
            self.talks.pop(call, None)

    def act(self, name, **headers):
        with self.asterisk.ami() as ami:
            return ami.action(name, **headers)

    def park(self, call, channel):
        try:
            with self.lock:
                if self.state.get(call) != "talking":
                    return
                self.parked[call] = time.monotonic()  # from now on no AgentComplete is awaited
            if self.act("Park", Channel=channel, Timeout="30000")["Response"] != "Success":
                with self.lock:
                    self.parked.pop(call, None)
        except (AssertionError, OSError) as why:
            self.problem = why

    def take_back(self, space):
        try:
            self.act("Originate", Channel="Local/agent-97@agents/n", Context="parkedcalls", Exten=space, Priority="1", Async="true",
                     Variable=f"TALK={TALK},RING=1")
        except (AssertionError, OSError) as why:
            self.problem = why

    def end(self):
        self.over = True
        self.ami.close()


class RealRestarts(RealCase):
    def test_interruptions_at_random_moments(self):
        drawn = seed()
        dice = random.Random(drawn)
        asterisk = self.asterisk(members={"sales_1": [f"Local/agent-{n:02d}@agents/n" for n in range(1, AGENTS + 1)]})
        line = Line(asterisk)
        self.addCleanup(line.close)
        server = self.daemon(line)
        numbers = 60 + RESTARTS * 40
        dlma = self.make_list(server.api, [])
        rows = "number_1,variables\n" + "".join(f'1{n:06d},"{{""__RING"": ""{1 + n % 3}"", ""__TALK"": ""{TALK}"", ""__STAY"": ""300""}}"\n' for n in range(numbers))
        imported = server.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), kind="text/csv").result
        self.assertEqual(imported["imported"], numbers, imported)
        campaign = self.make_campaign(server.api, dlma=dlma, dest=self.queue(),
                                      plan=self.local(pacing_method="progressive", abandon_grace_ms=5000, dial_timeout=30000, dl_end_handle=0))
        floor = Floor(asterisk, random.Random(drawn + 1))
        self.addCleanup(floor.end)
        floor.start()
        server.api.status(campaign, 1)
        kinds, seen, begun = Counter(), Counter(), time.monotonic()
        for n in range(1, RESTARTS + 1):
            def busy():
                self.assertIsNone(floor.problem)
                live = floor.live()
                return sum(live.values()) >= UP and live["talking"] and live
            eventually(busy, 60, lambda: f"{UP} calls up; {floor.live()}")
            time.sleep(dice.random() * 2)  # a random moment is what is asked for
            seen.update(floor.live())
            kind = dice.choice(("kill", "stop", "cut", "down"))
            kinds[kind] += 1
            logins = line.connections
            if kind in ("kill", "stop"):
                server.kill() if kind == "kill" else server.stop()
                time.sleep(dice.random() * 6)
                server.start()
            else:
                line.cut(stays_down=kind == "down")
                if kind == "down":
                    time.sleep(dice.random() * 6)
                    line.mend()
            eventually(lambda: line.connections > logins and all(p["connected"] for p in server.api.call("GET", "/health").json["pbxs"]), 60,
                       "the server is connected again")
            if n % 10 == 0 or n == RESTARTS:
                print(f"{n} interruptions in {time.monotonic() - begun:.0f} s ({dict(kinds)}): {floor.conversations} conversations, "
                      f"{len(floor.cut)} hung up by us", flush=True)
        server.api.status(campaign, 0)
        eventually(lambda: not floor.live(), 60, lambda: f"all calls are over; {floor.live()}", interval=0.2)
        self.until_status(server.api, campaign, 0, 60)
        stats = server.api.stats(campaign)
        report("Restarts and line cuts, real Asterisk", {
            "seed": drawn, "interruptions": dict(kinds), "seconds": round(time.monotonic() - begun), "calls": stats["calls_begun"],
            "conversations": floor.conversations, "up at the interruptions, by state": dict(seen), "conversations hung up by us": len(floor.cut),
            "answered, connected, abandoned told": (stats["answered"], stats["connected"], stats["abandoned"])})
        self.assertEqual(floor.cut, [], "conversations hung up by us")
        lines = server.results()
        tries = Counter((l["uuid_dl_list"], l["dial_index"], l["dial_trycnt"]) for l in lines)
        self.assertEqual([t for t, times in tries.items() if times > 1], [], "one try ended twice")
        self.assertEqual(server.api.get("/ob/dialings")["list"], [])
