# SPDX-License-Identifier: Apache-2.0
"""A real Asterisk that is being stopped, is at its limit of calls, or has lost its trunk: whose tries that costs, and what is told."""
from harness import eventually
from real import RealCase


class FailingWays(RealCase):
    def begin(self, numbers, plan, asterisk=None, **rest):
        self.pbx = asterisk or self.asterisk()
        self.run = self.daemon(self.pbx)
        self.api = self.run.api
        rules = {"pacing_method": "progressive", "max_retry_cnt_1": 3, "retry_delay": 2, "dial_timeout": 30_000, "dl_end_handle": 0}
        self.campaign = self.make_campaign(self.api, numbers, plan={**rules, **plan}, dest=self.queue(), **rest)
        self.dlma = self.api.campaign(self.campaign)["dlma"]
        eventually(lambda: self.api.stats(self.campaign)["agents_free"] == 10, 20, "free agents")
        self.api.status(self.campaign, 1)

    def reason(self, code):
        def told():
            reasons = self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"]
            return next((r["text"] for r in reasons if r["code"] == code), None)
        return eventually(told, 40, f"the reason {code}")

    def tries(self):
        return sum(entry["trycnt_1"] for entry in self.api.entries(self.dlma))

    def settled(self):
        eventually(lambda: self.api.stats(self.campaign)["in_flight"] == 0, 60, "the end of every call")

    def test_a_graceful_stop_costs_nobody_a_try_and_hangs_up_nobody(self):
        self.begin([f"10000{i:02d}" for i in range(30)], self.local(max_calls=3))
        eventually(lambda: self.api.stats(self.campaign)["talking"] >= 1, 20, "a conversation")
        waits = self.pbx.begin_console("core stop gracefully")  # until the last call is over
        self.addCleanup(waits.kill)
        self.assertIn("shutting down", self.reason("server_refuses"))
        self.pbx.console("core abort shutdown")
        before = self.api.stats(self.campaign)["connected"]
        eventually(lambda: self.api.stats(self.campaign)["connected"] > before + 3, 40, "calls again")
        self.api.status(self.campaign, 2)
        self.settled()
        stats = self.api.stats(self.campaign)
        self.assertEqual(self.tries(), stats["answered"], stats)

    def test_a_limit_of_calls_costs_nobody_a_try(self):
        self.begin([f"10000{i:02d}" for i in range(60)], self.local(), self.asterisk(options="maxcalls = 1\n"))
        self.assertIn("maxcalls", self.reason("trunk_rests"))
        self.api.status(self.campaign, 2)
        self.settled()
        # Whoever got the one dialplan was called; a probe costs its customer a try.
        stats = self.api.stats(self.campaign)
        self.assertLessEqual(self.tries() - stats["answered"], 1, stats)

    def test_a_trunk_that_is_not_registered_costs_nobody_a_try(self):
        asterisk = self.asterisk()
        pjsip = asterisk.folder / "etc/pjsip.conf"
        registered = pjsip.read_text()
        contact = f"contact = sip:127.0.0.1:{asterisk.carrier.port}\n"
        self.assertIn(contact, registered)
        pjsip.write_text(registered.replace(contact, "max_contacts = 1\n"))
        asterisk.console("module reload res_pjsip.so")
        self.begin([f"10000{i:02d}" for i in range(60)], {}, asterisk)
        self.assertIn("registered", self.reason("trunk_rests"))
        self.settled()
        self.assertEqual(self.tries(), 0)
        pjsip.write_text(registered)
        asterisk.console("module reload res_pjsip.so")
        eventually(lambda: self.api.stats(self.campaign)["connected"] >= 3, 60, "calls again")
