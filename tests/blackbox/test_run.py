# SPDX-License-Identifier: Apache-2.0
"""What ./run does, once the programs are built."""
import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

from harness import eventually
from harness.process import BUILD

RUN = Path(__file__).resolve().parent.parent.parent / "scripts" / "run.py"


def ours(mark):
    """Processes with `mark` in their environment: those that this run started, and theirs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            pass
    return found


class Run(unittest.TestCase):
    def start(self, *arguments):
        self.mark = f"RINGMASTER_TEST_RUN={os.getpid()}.{self.id()}"
        process = subprocess.Popen(["/usr/bin/python3", str(RUN), "--programs", str(BUILD), "--time-scale", "10", *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env={**os.environ, "PYTHONUNBUFFERED": "1", **dict([self.mark.split("=", 1)])})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def test_it_dials_shows_progress_and_ends_with_a_summary(self):
        process = self.start("--seconds", "12")
        out, _ = process.communicate(timeout=180)
        self.assertEqual(process.returncode, 0, out)
        self.assertIn("imported 2000 customers, rejected 0", out)
        self.assertRegex(out, r"curl .*/v1/admin/login")
        summary = dict(re.findall(r"^  (calls begun|answered|customers left) +(\d+)$", out, re.M))
        self.assertGreater(int(summary["calls begun"]), 20, out)
        self.assertGreater(int(summary["answered"]), 0, out)
        self.assertLess(int(summary["customers left"]), 2000, out)
        eventually(lambda: not ours(self.mark), what="nothing left running")

    def test_a_short_list_is_called_to_its_end(self):
        process = self.start("--seconds", "100", "--entries", "5")
        out, _ = process.communicate(timeout=180)
        self.assertEqual(process.returncode, 0, out)
        self.assertIn("imported 5 customers", out)

    def test_ctrl_c_ends_everything_it_started(self):
        process = self.start()
        seen = ""
        while "started; Ctrl-C ends it" not in seen:
            line = process.stdout.readline()
            self.assertTrue(line, seen)
            seen += line
        self.assertGreaterEqual(len(ours(self.mark)), 3)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out)
        self.assertIn("Summary", out)
        eventually(lambda: not ours(self.mark), what="nothing left running")


if __name__ == "__main__":
    unittest.main()
