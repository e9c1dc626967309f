# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: no acknowledgement, a clear log, no corruption, recovery when there is space."""
import os
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import Case, Unanswered, eventually


class SmallDisk:
    """A tmpfs of a few megabytes; needs the right to mount."""

    def __init__(self, megabytes):
        self.path = Path(tempfile.mkdtemp(prefix="rm-disk-"))
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.path)], capture_output=True, text=True)
        if made.returncode:
            self.path.rmdir()
            raise unittest.SkipTest(f"no small disk can be made here: {made.stderr.strip()}")

    def fill(self):
        filler = os.open(self.path / "filler", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(filler, b"\0" * 4096)
        except OSError:
            pass
        os.close(filler)

    def free(self):
        (self.path / "filler").unlink()

    def remove(self):
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True)
        shutil.rmtree(self.path, ignore_errors=True)


class DiskFull(Case):
    def write_until_refused(self, api, dlma):
        """Acknowledged uuids, and the first reply that was no acknowledgement."""
        acknowledged = []
        for i in range(200_000):
            reply = api.call("POST", "/ob/dls", {"dlma_uuid": dlma, "name": f"n{i}", "detail": "x" * 2000, "number_1": "300"})
            if reply.status != 200:
                return acknowledged, reply
            acknowledged.append(reply.result["uuid"])
        self.fail("the disk was never full")

    def recovers(self, server, acknowledged, dlma):
        there = {e["uuid"] for e in server.api.entries(dlma)}
        self.assertLessEqual(set(acknowledged), there)
        eventually(lambda: server.api.call("POST", "/ob/dls", {"dlma_uuid": dlma, "number_1": "301"}).status == 200, what="writes are taken again")

    def test_a_full_disk_refuses_writes_until_there_is_space(self):
        disk = SmallDisk(24)
        self.addCleanup(disk.remove)
        sim = self.pbx()
        server = self.daemon(sim, data=disk.path / "data")
        dlma = server.api.post("/ob/dlmas", {"name": "list"})["uuid"]
        campaign = self.make_campaign(server.api, ["7000001"], plan={"dl_end_handle": 0})
        server.api.post("/ob/dls", {"dlma_uuid": dlma, "number_1": "300"})
        disk.fill()
        acknowledged, refusal = self.write_until_refused(server.api, dlma)
        self.assertIn(refusal.status, (500, 503, 507), refusal)
        self.assertRegex(server.output().lower(), "no space|disk is full|disk full")
        # Reads go on, and no call is begun that cannot be written down.
        self.assertLessEqual(set(acknowledged), {e["uuid"] for e in server.api.entries(dlma)})
        self.assertGreaterEqual(server.api.call("PUT", f"/ob/campaigns/{campaign}", {"status": 1}).status, 500)
        self.assertEqual(sim.originates(), [])
        disk.free()
        self.recovers(server, acknowledged, dlma)
        server.api.status(campaign, 1)
        eventually(lambda: sim.originates(), 30, "dialing goes on")
        server.kill()
        server.start()
        self.recovers(server, acknowledged, dlma)

    def test_a_limit_on_the_files_size_is_like_a_full_disk(self):
        limit = 4 << 20

        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        server = self.daemon(self.pbx(), limits=small_files)
        dlma = server.api.post("/ob/dlmas", {"name": "list"})["uuid"]
        try:
            acknowledged, refusal = self.write_until_refused(server.api, dlma)
            self.assertGreaterEqual(refusal.status, 500, refusal)
        except Unanswered:
            self.fail("the daemon ended instead of refusing")
        self.assertTrue(server.process.running)
        server.stop()
        server.limits = None
        server.start()
        self.recovers(server, acknowledged, dlma)
