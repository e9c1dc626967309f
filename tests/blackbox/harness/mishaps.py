# SPDX-License-Identifier: Apache-2.0
"""A call centre of the simulated PBX with one campaign or several, for ordinary mishaps: no customer loses a try, nobody who talks is
hung up on, and the figures are those of the PBX's journal."""
from .case import Case
from .ledger import Ledger
from .waiting import eventually, seed

METHODS = (None, "progressive", "available", "ratio")  # None: predictive
EVERYBODY = {"first_digit_rules": False, "outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
             "ring": {"uniform": [1, 4]}, "patience": 400, "listen": 400}


class MishapCase(Case):
    GRACE = 2.0

    def centre(self, queues, customers=None, scale=4, campaigns=None, env=None, pbxs=1, entries=400, **population):
        """One campaign for each of `campaigns`: (queue, plan)."""
        drawn = seed()
        self.sims = [self.pbx(population={"customers": {**EVERYBODY, **(customers or {})}, "queues": queues, **population}, time_scale=scale,
                              seed=drawn % 1000 + i + 1) for i in range(pbxs)]
        self.sim = self.sims[0]
        self.ledger = Ledger(self.sim.log)
        self.server = self.daemon(*self.sims, env=env)
        self.api = self.server.api
        self.campaigns = []
        for i, (queue, plan) in enumerate(campaigns or [(queues[0]["name"], {})]):
            dlma = self.make_list(self.api, [])
            rows = "number_1\n" + "".join(f"9{i}{n:06d}\n" for n in range(entries))
            self.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), kind="text/csv")
            rules = {"trunk_name": "carrier", "abandon_limit": 0.99, "abandon_grace_ms": int(self.GRACE * 1000), "max_retry_cnt_1": 2, "retry_delay": 60,
                     "dial_timeout": 30000, "dl_end_handle": 0}
            self.campaigns.append(self.make_campaign(self.api, dlma=dlma, dest=self.queue(queue), plan={**rules, **plan}))
        for campaign in self.campaigns:
            self.api.status(campaign, 1)

    def conversations(self, count, seconds=60):
        eventually(lambda: self.ledger.follow().conversations() >= count, seconds, lambda: f"{count} conversations; {self.ledger.conversations()}")

    def sums(self):
        stats = [self.api.stats(c) for c in self.campaigns]
        return {name: sum(s[name] for s in stats) for name in ("calls_begun", "answered", "connected", "abandoned", "in_flight")}

    def drain(self):
        for campaign in self.campaigns:
            self.api.status(campaign, 0)
        eventually(lambda: not self.ledger.follow().live(), 120, lambda: f"all calls are over; {self.ledger.live()}")
        for campaign in self.campaigns:
            self.until_status(self.api, campaign, 0, 60)

    def judge(self):
        """Each live answer has one fate, told as it was; nobody who talked was hung up on; no number was called twice for
        a try, and no try was used up by a call that was never made."""
        self.ledger.follow()
        told = self.sums()
        answers, lost = self.ledger.fates(self.GRACE, [])
        self.assertEqual(told["answered"], told["connected"] + told["abandoned"], told)
        self.assertTrue(answers[0] <= told["answered"] <= answers[1], (told, answers))
        self.assertTrue(lost[0] <= told["abandoned"] <= lost[1], (told, lost))
        self.assertEqual([(c.id, c.cut_off) for c in self.ledger.conversations_cut(self.GRACE)], [], "conversations hung up by us")
        self.assert_each_try_once(*self.sims)

    def tries(self):
        return sum(e["trycnt_1"] for c in self.campaigns for e in self.api.entries(self.api.campaign(c)["dlma"]))

    def each_method(self, scenario, methods=METHODS):
        for method in methods:
            with self.subTest(method=method or "predictive"):
                scenario(method)
                for daemon in self._daemons:
                    if daemon.process.running:
                        daemon.stop(60)
                for pbx in self._pbxs:
                    pbx.kill()

    def setUp(self):
        super().setUp()
        self.runs = 0

    def daemon(self, *pbxs, **options):
        self.runs += 1  # a database of its own for each run
        return super().daemon(*pbxs, data=self.folder / f"data-{self.runs}", **options)
