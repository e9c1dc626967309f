# SPDX-License-Identifier: Apache-2.0
"""Newer rules of time zones come while the daemon runs: nobody restarts it for them."""
import os
import shutil
import subprocess
import time
import unittest
from datetime import date
from pathlib import Path

from harness import Case, eventually

ZIC = shutil.which("zic", path=os.environ.get("PATH", "") + ":/usr/sbin")
# British Columbia in tzdata 2025b, and since it stays by daylight-saving time (2026f): from November 2026 on the clocks
# there differ by an hour. Beside it thirty zones that differ in the same way.
TOWNS = [f"Test/Town_{i}" for i in range(30)]
RULES = ("Rule U 2007 max - Mar Sun>=8 2 1 D\n"
         "Rule U 2007 max - Nov Sun>=1 2 0 S\n")
OLD = "# version 2025b\n" + RULES + "".join(f"Zone {name} -8 U P%sT\n" for name in ["America/Vancouver", *TOWNS])
NEW = "# version 2026f\n" + RULES + "".join(f"Zone {name} -8 U P%sT 2026 Nov 1 2\n -7 - MST\n" for name in ["America/Vancouver", *TOWNS])


@unittest.skipUnless(ZIC, "there is no zic here, which makes time zones (libc-bin)")
class ZoneRules(Case):
    def compiled(self, name, rules):
        folder = self.folder / name
        folder.mkdir()
        (folder / "tzdata.zi").write_text(rules)
        subprocess.run([ZIC, "-b", "slim", "-d", folder, folder / "tzdata.zi"], check=True)
        return folder

    def unpack(self, fresh, folder):
        """As a package manager does: all beside the old ones, then one after the other into place."""
        files = sorted(p.relative_to(fresh) for p in fresh.rglob("*") if p.is_file())
        for name in files:
            shutil.copyfile(fresh / name, Path(f"{folder / name}.dpkg-new"))
        for name in files:
            Path(f"{folder / name}.dpkg-new").rename(folder / name)

    def campaign(self, api, zone, winter):
        uuid = self.make_campaign(api, ["7000001"], sc_mode=1, sc_timezone=zone, sc_time_start="09:00:00", sc_time_end="17:00:00",
                                  sc_date_start=winter)
        api.status(uuid, 1)
        return uuid

    def opens(self, api, campaign):
        """The hour of the day, UTC, at which it opens."""
        reasons = api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]
        until = [r["until"] for r in reasons if r["code"] == "schedule_closed"]
        return until[0][11:16] if until else None  # it is not started yet

    def zone_rules(self, run):
        return run.api.call("GET", "/health").json["zone_rules"]

    def metrics(self, run):
        return run.api.call("GET", "/metrics").body.decode()

    def test_all_campaigns_follow_newer_rules_within_a_minute(self):
        folder, fresh = self.compiled("zoneinfo", OLD), self.compiled("fresh", NEW)
        run = self.daemon(config={"zoneinfo": str(folder), "timezone": "Test/Town_0"})
        api = run.api
        winter = f"{date.today().year + 2}-01-14"
        campaigns = {zone: self.campaign(api, zone, winter) for zone in ["America/Vancouver", *TOWNS, None]}
        eventually(lambda: {self.opens(api, c) for c in campaigns.values()} == {"17:00"}, what="the old rules")
        before = self.zone_rules(run)
        self.assertEqual((before["version"], before["trouble"]), ("2025b", None))
        self.assertIn('ringmaster_zone_rules{version="2025b"} 1', self.metrics(run))
        since = time.monotonic()
        self.unpack(fresh, folder)
        eventually(lambda: self.zone_rules(run)["version"] == "2026f", 60, "the new version", interval=0.5)
        eventually(lambda: {self.opens(api, c) for c in campaigns.values()} == {"16:00"}, what="the new rules in all zones")
        took = time.monotonic() - since
        print(f"{len(campaigns)} campaigns by the new rules {took:.1f} s after they were there", flush=True)
        after = self.zone_rules(run)
        self.assertGreater(after["in_use_since"], before["in_use_since"])
        self.assertGreaterEqual(after["age"], 0)
        metrics = self.metrics(run)
        self.assertIn('ringmaster_zone_rules{version="2026f"} 1', metrics)
        self.assertIn("ringmaster_zone_rules_current 1", metrics)
        self.assertIn("event=zone_rules_changed from=2025b to=2026f", run.output())
        late = self.campaign(api, "America/Vancouver", winter)
        eventually(lambda: self.opens(api, late) == "16:00", what="a campaign that is made after it")

    def test_files_that_cannot_be_read_leave_the_old_rules_in_use(self):
        folder, fresh = self.compiled("zoneinfo", OLD), self.compiled("fresh", NEW)
        damaged = fresh / "Test/Town_7"
        whole = damaged.read_bytes()
        damaged.write_bytes(whole[:50])
        run = self.daemon(config={"zoneinfo": str(folder)})
        campaign = self.campaign(run.api, "America/Vancouver", f"{date.today().year + 2}-01-14")
        self.unpack(fresh, folder)
        trouble = eventually(lambda: self.zone_rules(run)["trouble"], 60, "the trouble in /health", interval=0.5)
        self.assertIn(str(folder / "Test/Town_7"), trouble)
        self.assertEqual(self.zone_rules(run)["version"], "2025b")
        health = run.api.call("GET", "/health").json
        self.assertEqual(health["status"], "degraded")
        self.assertIn("ringmaster_zone_rules_current 0", self.metrics(run))
        self.assertEqual(self.opens(run.api, campaign), "17:00")
        self.assertIn("event=zone_files_unusable version_in_use=2025b", run.output())
        (folder / "Test/Town_7").write_bytes(whole)
        eventually(lambda: self.zone_rules(run)["version"] == "2026f", 60, "the repaired files", interval=0.5)
        eventually(lambda: self.opens(run.api, campaign) == "16:00", what="the new rules")
        self.assertIsNone(self.zone_rules(run)["trouble"])

    def test_names_that_lead_elsewhere_are_no_zones(self):
        folder = self.compiled("zoneinfo", OLD)
        shutil.copytree(folder / "America", folder / "right/America")
        shutil.copyfile(folder / "America/Vancouver", self.folder / "outside")
        api = self.daemon(config={"zoneinfo": str(folder)}).api
        for name in ("../outside", str(self.folder / "outside"), "right/America/Vancouver", "America/../America/Vancouver", "tzdata.zi", "America"):
            refused = api.call("POST", "/ob/campaigns", {"sc_timezone": name})
            self.assertEqual(refused.status, 400, name)
        self.assertEqual(api.call("POST", "/ob/campaigns", {"sc_timezone": "America/Vancouver"}).status, 200)

    def test_a_folder_without_zones_ends_the_start(self):
        empty = self.folder / "empty"
        empty.mkdir()
        daemon = self.daemon(config={"zoneinfo": str(empty)}, start=False)
        with self.assertRaises(AssertionError):
            daemon.start()
        self.assertIn(f"there are no time zones in {empty}", daemon.output())
