# SPDX-License-Identifier: Apache-2.0
"""A test case with programs of its own."""
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from .daemon import Daemon
from .pbx import SimulatedPbx
from .waiting import eventually

SANITIZER = ("AddressSanitizer", "runtime error:", "ThreadSanitizer", "LeakSanitizer")


class Case(unittest.TestCase):
    """`self.pbx(...)` and `self.daemon(...)` start programs that end with the test."""

    maxDiff = None
    longMessage = True

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rm-test-"))
        self._daemons, self._pbxs = [], []
        self.addCleanup(self._end)

    def _end(self):
        problems = []
        for daemon in self._daemons:
            try:
                if daemon.process and daemon.process.running:
                    daemon.stop()
            except AssertionError as why:
                problems.append(str(why))
            if any(word in daemon.output() for word in SANITIZER):
                problems.append("a sanitizer has something to say")
        for pbx in self._pbxs:
            pbx.kill()
        failed = problems or not self._so_far_well()
        if failed:
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- the end of {log.name} of {self.id()}\n{log.read_text(errors='replace')[-6000:]}", flush=True)
        if os.environ.get("RINGMASTER_KEEP"):
            print(f"kept: {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        if problems:
            self.fail("\n".join(problems))

    def _so_far_well(self):
        return getattr(getattr(self, "_outcome", None), "success", True)

    def pbx(self, name=None, **options):
        pbx = SimulatedPbx(self.folder, name or f"pbx-{len(self._pbxs) + 1}", **options)
        self._pbxs.append(pbx)
        return pbx.start()

    def daemon(self, *pbxs, start=True, **options):
        daemon = Daemon(self.folder, pbxs, **options)
        self._daemons.append(daemon)
        return daemon.start() if start else daemon

    # --- campaigns ---

    def make_list(self, api, numbers, **fields):
        """A dlma with an entry for each of `numbers`; a number may be a dict of an entry's fields."""
        dlma = api.post("/ob/dlmas", {"name": self.id(), **fields})["uuid"]
        for number in numbers:
            entry = number if isinstance(number, dict) else {"number_1": number}
            api.post("/ob/dls", {"dlma_uuid": dlma, **entry})
        return dlma

    def make_campaign(self, api, numbers=(), plan=None, dest=None, dlma=None, **campaign):
        """A stopped campaign over PJSIP to the park application, unless told otherwise; its uuid."""
        plan_uuid = api.post("/ob/plans", {"name": self.id(), "tech_name": "PJSIP", "dial_mode": 1,
                                           "pacing_method": "available", **(plan or {})})["uuid"]
        dest_uuid = api.post("/ob/destinations", {"name": self.id(), **(dest or {"type": 1, "application": "park"})})["uuid"]
        dlma = dlma or self.make_list(api, numbers)
        return api.post("/ob/campaigns", {"name": self.id(), "plan": plan_uuid, "dest": dest_uuid, "dlma": dlma, **campaign})["uuid"]

    def queue(self, name="sales_1"):
        return {"type": 1, "application": "queue", "data": name}

    def until_status(self, api, campaign, status, seconds=20):
        return eventually(lambda: api.campaign(campaign)["status"] == status and api.campaign(campaign), seconds,
                          f"campaign status {status}")

    def until_results(self, daemon, count, seconds=20):
        """The result file, once it has that many lines."""
        def enough():
            results = daemon.results()
            assert len(results) >= count, f"{len(results)} of {count} results"
            return results
        return eventually(enough, seconds, f"{count} results")

    def until_agents(self, api, campaign, count, seconds=10):
        """Its queue sales_1 has so many members, for the campaign and for readers alike."""
        def agree():
            seen = api.stats(campaign)["agents_total"]
            shown = len(api.get("/queue/members?queue_name=sales_1")["list"])
            assert (seen, shown) == (count, count), f"{seen} agents of the campaign, {shown} members shown"
            return True
        eventually(agree, seconds, f"{count} agents, for the campaign and for readers")

    def assert_each_try_once(self, *pbxs):
        """The judge: no entry's number was called twice for one try, on any of the servers."""
        seen = {}
        for pbx in pbxs:
            for row in pbx.originates():
                self.assertNotIn(row["channel_id"], seen, f"originated twice: {row} and {seen.get(row['channel_id'])}")
                seen[row["channel_id"]] = row
        return seen
