# SPDX-License-Identifier: Apache-2.0
"""A call centre of the simulated PBX under one campaign of the daemon, and how well it went by the PBX's own log."""
import time

from .waiting import eventually


def population(agents, answer_rate=0.3, **queue):
    """The model that BENCHMARKS.md measures: lognormal talk (120 s) and wrap-up (30 s), three in ten answer after some
    nine seconds, the others fail at once or ring on. Agents tell their wrap-up by pausing, as desktops do; `queue`
    may say otherwise."""
    rest = 1 - answer_rate
    return {"customers": {"outcomes": {"answer": answer_rate, "machine": 0, "busy": round(rest * 10 / 70, 9), "no_answer": round(rest * 60 / 70, 9),
                                       "congestion": 0, "invalid": 0},
                          "ring": {"lognormal": {"mean": 9, "cv": 0.5}}, "patience": 5000, "listen": 5000, "first_digit_rules": False},
            "queues": [{"name": "sales_1", "agents": agents, "ring": 0, "talk": {"lognormal": {"mean": 120, "cv": 1}},
                        "wrapup": {"lognormal": {"mean": 30, "cv": 0.7}}, "wrapup_by_pause": True, **queue}]}


class CallCentre:
    """Times are real ones; the PBX's go `time_scale` times as fast, and the campaign's grace is divided by it. The
    timeout of an Originate is the PBX's to watch, and simulated time."""

    def __init__(self, case, agents, time_scale, answer_rate=0.3, seed=1, queue=None, **plan):
        self.agents, self.scale = agents, time_scale
        self.sim = case.pbx(population=population(agents, answer_rate, **(queue or {})), time_scale=time_scale, seed=seed)
        self.daemon = case.daemon(self.sim)
        self.api = self.daemon.api
        rules = {"pacing_method": None, "abandon_grace_ms": int(2000 / time_scale), "dial_timeout": 26_500,
                 "max_retry_cnt_1": 1, "dl_end_handle": 0}
        self.dlma = case.make_list(self.api, [])
        self.campaign = case.make_campaign(self.api, dlma=self.dlma, plan={**rules, **plan}, dest=case.queue())
        self.listed = 0
        eventually(lambda: self.api.stats(self.campaign)["agents_total"] == agents, 20, f"{agents} agents")

    def add_customers(self, count):
        rows = "number_1\n" + "".join(f"{9_000_000 + self.listed + i}\n" for i in range(count))
        self.listed += count
        self.api.call("POST", f"/ob/dls/import?dlma_uuid={self.dlma}", rows.encode(), headers={"Content-Type": "text/csv"})

    def run(self, seconds, warm_up):
        """Dials for so long; what is measured begins after `warm_up`."""
        self.add_customers(int(self.agents * self.scale * (seconds + warm_up) / 150 / 0.3 * 3) + 500)
        self.api.status(self.campaign, 1)
        time.sleep(warm_up)  # time is what is asked for here, not something that happens
        self.begin = self.now()
        time.sleep(seconds)
        self.end = self.now()

    def now(self):
        """Simulated time, of the last thing that the PBX wrote down."""
        return self.sim.journal()[-1]["t"]

    def drain(self):
        """Hangs everybody up: a talk may go on for long."""
        self.drained = self.now()
        self.api.stats(self.campaign)  # a reader may find the idle connection closed; a writer would not try again
        self.api.status(self.campaign, 30)
        eventually(lambda: self.api.stats(self.campaign)["in_flight"] == 0, 60, "the end of the last call")

    def measured(self):
        """Shares by the log, between `begin` and `end`."""
        busy, talking = 0.0, {}
        inside = lambda a, b: max(0.0, min(b, self.end) - max(a, self.begin))
        for row in self.sim.journal():
            if row["event"] == "agent_connect":
                talking[row["agent"]] = row["t"]
            elif row["event"] == "agent_complete":
                busy += inside(talking.pop(row["agent"]), row["t"] + float(row["detail"]))
        busy += sum(inside(since, self.end) for since in talking.values())
        answers = [r for r in self.sim.journal("answer") if self.begin <= r["t"] < self.end]
        abandons = [r for r in self.sim.journal("abandon") if self.begin <= r["t"] < self.end]
        return {"busy_share": busy / self.agents / (self.end - self.begin), "answers": len(answers), "abandons": len(abandons),
                "abandoned_share": len(abandons) / max(1, len(answers)),
                "dials_per_live_answer": len([r for r in self.sim.originates() if self.begin <= r["t"] < self.end]) / max(1, len(answers))}

    def counts(self):
        """Of the whole run, by the log. A caller whom the daemon gave up was abandoned, even if an agent was there before
        the hang-up had arrived."""
        seen = {name: {r["channel_id"] for r in self.sim.journal(event)}
                for name, event in (("answered", "answer"), ("connected", "agent_connect"), ("abandoned", "abandon"))}
        given_up = seen["connected"] & {r["channel_id"] for r in self.sim.journal("hangup") if r["detail"] == "request" and r["t"] < self.drained}
        seen["connected"] -= given_up
        seen["abandoned"] |= given_up
        return {name: len(calls) for name, calls in seen.items()}

    def told(self):
        stats = self.api.stats(self.campaign)
        return {name: stats[name] for name in ("answered", "connected", "abandoned")}
