# SPDX-License-Identifier: Apache-2.0
"""Databases that were damaged while nobody had them open: a start refuses them with a line that names the file, or serves
exactly what was written. None is served wrong, and no process dies without a word."""
import os
import random
import shutil

from harness import Case, seed
from harness.process import Process
from harness.report import report

COPIES = int(os.environ.get("RINGMASTER_DAMAGED_COPIES", "60"))
PAGE = 4096


def flip(data, dice):
    at = dice.randrange(len(data))
    data[at] ^= 1 << dice.randrange(8)


def flip_many(data, dice):
    for _ in range(dice.randint(2, 40)):
        flip(data, dice)


def noise(data, dice):
    at = dice.randrange(len(data))
    end = min(len(data), at + dice.choice((8, 64, 512, 4096, 20000)))
    data[at:end] = dice.randbytes(end - at)


def zero(data, dice):
    size = dice.choice((512, PAGE, 4 * PAGE))
    at = dice.randrange(len(data)) // size * size
    end = min(len(data), at + size)
    data[at:end] = bytes(end - at)


def swap(data, dice):
    a, b = (dice.randrange(len(data) // PAGE) * PAGE for _ in range(2))
    data[a:a + PAGE], data[b:b + PAGE] = data[b:b + PAGE], data[a:a + PAGE]


def double(data, dice):
    a, b = (dice.randrange(len(data) // PAGE) * PAGE for _ in range(2))
    data[a:a + PAGE] = data[b:b + PAGE]


def head(data, dice):
    """Of one page or of both: pages' numbers and kinds, and in the first two the roots of all tables."""
    at = dice.choice((0, PAGE, dice.randrange(len(data) // PAGE) * PAGE))
    data[at + dice.randrange(152)] = dice.randrange(256)


def shorten(data, dice):
    del data[dice.randrange(1, len(data)):]


def shift(data, dice):
    at = dice.randrange(len(data))
    if dice.random() < 0.5:
        del data[at:at + dice.randint(1, 100)]
    else:
        data[at:at] = dice.randbytes(dice.randint(1, 100))


MUTATIONS = (flip, flip_many, noise, zero, swap, double, head, shorten, shift)


class DamagedCopies(Case):
    def fill(self, server):
        api = server.api
        lists = [self.make_list(api, [f"1{n}{i:05d}" for i in range(400)]) for n in range(2)]
        campaign = self.make_campaign(api, dlma=lists[0])
        for entry in api.entries(lists[0])[:120:3]:
            api.delete(f"/ob/dls/{entry['uuid']}")
        for entry in api.entries(lists[1])[::5]:
            api.call("PUT", f"/ob/dls/{entry['uuid']}", {"name": "n" * 40, "detail": "d" * 300})
        api.call("PUT", f"/ob/campaigns/{campaign}", {"detail": "a long one " * 900})  # on pages of its own
        return lists

    def served(self, api, lists):
        """All that a caller can see of what is in the file."""
        return {"lists": [api.entries(one) for one in lists],
                **{path: api.get(f"/ob/{path}")["list"] for path in ("campaigns?detail=1", "plans", "destinations", "dlmas", "dialings")}}

    def test_none_is_served_wrong_and_none_ends_without_a_word(self):
        dice = random.Random(seed())
        server = self.daemon(self.pbx())
        lists = self.fill(server)
        good = self.served(server.api, lists)
        token = server.api.token
        server.stop()
        whole = (server.data / "data.mdb").read_bytes()
        counts = {"refused": 0, "served": 0}
        for number in range(COPIES):
            mutation = dice.choice(MUTATIONS)
            data = bytearray(whole)
            mutation(data, dice)
            what = f"copy {number}, {mutation.__name__}"
            # The mark of the clean stop lies beside some: it must not be believed.
            folder = self.folder / "damaged"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(server.data, folder)
            (folder / "data.mdb").write_bytes(data)
            again = self.daemon(*server.pbxs, start=False)
            again.data = folder
            again.process = Process("ringmaster", again.command_line(), self.folder / "damaged.log",
                                    {"RINGMASTER_ADMIN_PASSWORD": again.PASSWORD})
            try:
                url = again.process.ready(60)
            except AssertionError:
                counts["refused"] += 1
                said = again.process.output()
                self.assertEqual(again.process.popen.wait(60), 1, f"{what}: it died:\n{said}")
                self.assertIn(str(folder / "data.mdb"), said, what)
                self.assertEqual((folder / "data.mdb").read_bytes(), bytes(data), f"{what}: it was touched")
                continue
            counts["served"] += 1
            api = type(server.api)(url, token)
            self.assertEqual(self.served(api, lists), good, f"{what}: served wrong")
            self.assertEqual(again.process.terminate(20), 0, f"{what}:\n{again.process.output()}")
        report("Damaged copies of a database", {"copies": COPIES, **counts, "served wrong": 0, "ended without a word": 0})
        self.assertGreater(counts["refused"], COPIES // 5, "the damage did no damage")
