# SPDX-License-Identifier: Apache-2.0
"""What became of each call, by the simulated PBX's journal: the judge of restarts and lost connections."""
import json
from collections import Counter


def joined(spans):
    """Spans of time, those that overlap as one: who is away again at once has not been back."""
    out = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((begin, end))
    return out


class Journal:
    """The journal as it grows: each line is read once."""

    def __init__(self, path):
        self.path, self.at, self.rest = path, 0, b""

    def more(self):
        with open(self.path, "rb") as f:
            f.seek(self.at)
            new = f.read()
        self.at += len(new)
        *lines, self.rest = (self.rest + new).split(b"\n")
        return [json.loads(line) for line in lines]


class Call:
    def __init__(self, row):
        self.id, self.number, self.begun = row["channel_id"], row["number"], row["wall"]
        self.state = "begun"       # then: waiting, talking, moving (in transfer, parked, handed over), over
        self.answered = self.met = self.left = None  # wall clock
        self.ended_by = None       # of the hangup: customer, application, request, server …
        self.refused = self.turned_away = False
        self.cut_off = None        # why a conversation was ended from our side, when it was


class Ledger:
    """Follows a journal. Times are of the wall clock, which the tests share with the PBX."""

    def __init__(self, path):
        self.journal, self.calls, self.twice, self.logins = Journal(path), {}, [], []

    def follow(self):
        for row in self.journal.more():
            self._take(row)
        return self

    def _take(self, row):
        event, call = row["event"], self.calls.get(row.get("channel_id"))
        if event == "login" and row["events"] != "off":  # the tests' own clients want none
            self.logins.append(row["wall"])
        if event == "originate":
            if call:
                self.twice.append(row)
            else:
                self.calls[row["channel_id"]] = Call(row)
            return
        if not call:
            return
        if event == "answer":
            call.answered, call.state = row["wall"], "waiting"
        elif event == "refused":
            call.refused = True
        elif event == "turned_away":
            call.turned_away = True
        elif event == "agent_connect":
            call.met, call.state = call.met or row["wall"], "talking"
        elif event in ("consult", "transfer", "park", "taken_back"):
            call.state = "moving"
        elif event == "redirect" and call.state in ("talking", "moving"):
            call.cut_off = ("redirect", row["wall"])
        elif event == "hangup":
            if row["detail"] == "request" and call.state in ("talking", "moving"):
                call.cut_off = ("hangup", row["wall"])
            call.left, call.ended_by, call.state = row["wall"], row["detail"], "over"

    # --- now ---

    def live(self):
        """How many calls are on the way, waiting, talking and moving."""
        return Counter(c.state for c in self.calls.values() if c.state != "over")

    # --- in the end ---

    def conversations_cut(self, grace):
        """Those whom we hung up on while they talked. Who met an agent within the last moments of a wait that was over its
        grace had his hang-up on the way already: he was abandoned, and no conversation was cut."""
        return [c for c in self.calls.values()
                if c.cut_off and not (c.met - c.answered > grace - 0.05 and c.cut_off[1] - c.met < 0.5)]

    def conversations(self):
        return sum(1 for c in self.calls.values() if c.met)

    def fates(self, grace, away):
        """Bounds of what a dialer can know: ((least, most) live answers whose fate it knows, (least, most) abandoned). `away`:
        the times in which it was not connected. Whose fate was decided there is only known if he still talked afterwards; whose
        wait for an agent was there, in part, may have waited longer than the grace or not, as far as anybody could tell."""
        away = joined(away)

        def within(at):
            return next((b for a, b in away if a <= at <= b), None)

        def partly_unseen(begin, end):
            return any(begin < b and a < end for a, b in away)

        answers, abandoned = [0, 0], [0, 0]
        for c in self.calls.values():
            if c.answered is None:
                continue
            end = c.left or float("inf")
            decided = c.met if c.met is not None else end
            back = within(decided)
            known = back is None or (c.met is not None and end > back)
            answers[0] += known
            answers[1] += 1
            lost = c.met is None or c.met - c.answered > grace
            close = c.met is not None and abs(c.met - c.answered - grace) < 0.3  # either is right: news takes a moment
            if partly_unseen(c.answered, min(end, decided + 0.3)) or close:
                abandoned[1] += 1
            elif lost:
                abandoned[0] += known
                abandoned[1] += 1
        return tuple(answers), tuple(abandoned)
