# SPDX-License-Identifier: Apache-2.0
"""A wall clock that a test sets for one program."""
import os
import struct
import subprocess
from pathlib import Path


class StepTime:
    """`env` goes to the program; `by(seconds)` moves its CLOCK_REALTIME from the true one, at once and for good."""

    def __init__(self, folder):
        library, self.file = Path(folder) / "step_time.so", Path(folder) / "step_time"
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-o", library, Path(__file__).with_suffix(".c"), "-ldl"], check=True)
        self.by(0)
        asan = os.environ.get("ASAN_OPTIONS", "abort_on_error=1:detect_leaks=0")
        self.env = {"LD_PRELOAD": str(library), "STEP_TIME_FILE": str(self.file), "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0"}

    def by(self, seconds):
        if not self.file.exists():
            self.file.write_bytes(struct.pack("d", 0))
        with open(self.file, "r+b") as f:  # in place: it is mapped
            f.write(struct.pack("d", seconds))
