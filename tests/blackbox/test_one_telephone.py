# SPDX-License-Identifier: Apache-2.0
"""One telephone rings once, however often its number stands in entries, lists and campaigns."""
from harness import Case, eventually

ANSWERED = {"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                          "ring": 2, "patience": 30, "listen": 30, "first_digit_rules": False}}


def telephone(number):
    digits = number.replace("-", "").replace(".", "")
    return "+" + digits[2:] if digits.startswith("00") else digits


class OneTelephone(Case):
    def setUp(self):
        super().setUp()
        self.sim = self.pbx(population=ANSWERED, time_scale=10)
        self.server = self.daemon(self.sim)
        self.api = self.server.api

    def calls(self):
        """(begin, end) of each call that is over, by telephone."""
        ends = {r["channel_id"]: r["t"] for r in self.sim.journal("hangup")}
        found = {}
        for row in self.sim.originates():
            found.setdefault(telephone(row["number"]), []).append((row["t"], ends.get(row["channel_id"], float("inf"))))
        return found

    def test_campaigns_and_entries_take_turns(self):
        written = ["+4930-100", "004930100", "+49.30.100"]
        others = [f"+493020{i}" for i in range(6)]
        ours = self.make_campaign(self.api, [*written[:2], *others])
        theirs = self.make_campaign(self.api, [written[2]])
        for campaign in (ours, theirs):
            self.api.status(campaign, 1)
        # The others of the list do not wait behind it, and who does says why.
        eventually(lambda: len(self.sim.originates()) >= 7, what="all other telephones ring")
        waiting = eventually(lambda: [e for c in (ours, theirs) for e in self.api.entries(self.api.campaign(c)["dlma"])
                                      if telephone(e["number_1"]) == "+4930100" and e["status"] == 0 and not e["tm_last_dial"]],
                             what="an entry that waits")
        reasons = self.api.get(f"/ob/dls/{waiting[0]['uuid']}/explain")["reasons"]
        self.assertEqual(reasons[0]["code"], "number_in_use", reasons)
        self.assertEqual(waiting[0]["trycnt_1"], 0)
        self.until_results(self.server, 9, 60)
        for campaign in (ours, theirs):
            self.until_status(self.api, campaign, 0)
        calls = self.calls()
        self.assertEqual({number: len(all) for number, all in calls.items()}, {"+4930100": 3, **{n: 1 for n in others}})
        times = sorted(calls["+4930100"])
        for (_, end), (begin, _) in zip(times, times[1:]):
            self.assertLessEqual(end, begin, times)
        self.assertEqual({e["trycnt_1"] for e in self.api.entries(self.api.campaign(ours)["dlma"])}, {1})

    def test_a_plan_may_allow_it(self):
        campaign = self.make_campaign(self.api, ["+4930100", "004930100"], plan={"allow_number_in_use": True})
        self.api.status(campaign, 1)
        self.until_results(self.server, 2)
        (first, second) = sorted(self.calls()["+4930100"])
        self.assertLess(second[0], first[1], "both were up at once")

    def test_a_call_that_was_up_before_a_restart_has_its_telephone(self):
        first = self.make_campaign(self.api, ["+4930100"])
        self.api.status(first, 1)
        eventually(lambda: len(self.sim.originates()) == 1, what="a call")
        self.server.kill()
        self.server.start()
        second = self.make_campaign(self.server.api, ["004930100"])
        self.server.api.status(second, 1)
        self.until_results(self.server, 2, 60)
        (one, other) = sorted(self.calls()["+4930100"])
        self.assertLessEqual(one[1], other[0])
