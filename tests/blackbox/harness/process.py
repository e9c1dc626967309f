# SPDX-License-Identifier: Apache-2.0
"""A program under test."""
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from .waiting import slowness

BUILD = Path(os.environ.get("RINGMASTER_BUILD", "build/debug")).resolve()
_libc = ctypes.CDLL(None)


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a test that is killed leaves nothing behind


class Process:
    """One run of a program: its output in a file, its "NAME: ready on …" awaited, its end checked."""

    def __init__(self, name, arguments, log, env=None, limits=None):
        self.name = Path(name).name
        self.log = Path(log)
        self._skip = self.log.stat().st_size if self.log.exists() else 0

        def before_exec():
            _die_with_parent()
            if limits:
                limits()

        environment = {"ASAN_OPTIONS": "abort_on_error=1:detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1",
                       **os.environ, **(env or {})}
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen([str(BUILD / name), *map(str, arguments)], stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=subprocess.STDOUT, env=environment, preexec_fn=before_exec)
        self.pid = self.popen.pid

    def output(self):
        """What this run wrote so far."""
        with open(self.log, "rb") as f:
            f.seek(self._skip)
            return f.read().decode(errors="replace")

    def ready(self, seconds=10):
        mark = f"{self.name}: ready on "
        deadline = time.monotonic() + seconds * slowness()
        while True:
            for line in self.output().splitlines(keepends=True):
                if line.startswith(mark) and line.endswith("\n"):
                    return line[len(mark):].strip()
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.name} ended with status {self.popen.returncode}:\n{self.output()[-3000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} is not ready after {seconds * slowness():g} s:\n{self.output()[-3000:]}")
            time.sleep(0.005)

    @property
    def running(self):
        return self.popen.poll() is None

    def kill(self):
        """As a power cut would."""
        if self.running:
            self.popen.kill()
        self.popen.wait()

    def terminate(self, seconds=5):
        """SIGTERM; the exit status, or AssertionError when it takes too long."""
        if self.running:
            self.popen.terminate()
        try:
            return self.popen.wait(seconds * slowness())
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds * slowness():g} s of SIGTERM:\n{self.output()[-3000:]}") from None
