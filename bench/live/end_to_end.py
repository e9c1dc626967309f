# SPDX-License-Identifier: Apache-2.0
"""A whole daemon between an Asterisk that says events at a rate and a live client that notes when they come."""
import json
import os
import subprocess
import sys
import tempfile
import time

from rivals import PROGRAM, QUICK, REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests" / "blackbox"))
from harness.daemon import Daemon  # noqa: E402  (needs the path above)


class Asterisk:
    USER, SECRET = "dialer", "secret"

    def __init__(self, rate, seconds, channels=1_000, tick_ms=1):
        self.process = subprocess.Popen([PROGRAM, "feed", str(rate), str(seconds), str(channels), str(tick_ms)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = f"127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"

    def begin(self, daemon):
        port = daemon.api.url.rsplit(":", 1)[1]
        self.process.stdin.write(f"{port} /ws?authtoken={daemon.api.token}\n")
        self.process.stdin.flush()

    def again(self):
        """Another turn of the same events, after the last one's result."""
        self.process.stdin.write("again\n")
        self.process.stdin.flush()

    def result(self):
        """events, p50_ms, p99_ms, most_ms; all_events, …: of all turns so far"""
        return json.loads(self.process.stdout.readline())


class Run:
    """`with Run(rate, seconds) as run:` – the daemon is connected, nothing is said yet."""

    def __init__(self, rate, seconds, program=None, **more):
        self.asterisk = Asterisk(rate, seconds, **more)
        self.folder = tempfile.TemporaryDirectory(prefix="ringmaster-bench-", dir=os.environ.get("RINGMASTER_BENCH_DIR"))
        self.daemon = Daemon(self.folder.name, [self.asterisk], program=program)

    def __enter__(self):
        self.daemon.start()
        for _ in range(500):
            if 'ringmaster_pbx_connected{pbx="asterisk"} 1' in self.daemon.api.call("GET", "/metrics").body.decode():
                return self
            time.sleep(0.02)
        raise RuntimeError("the daemon does not connect:\n" + self.daemon.output()[-2000:])

    def __exit__(self, *why):
        self.daemon.kill()
        self.asterisk.process.kill()
        self.asterisk.process.wait()
        self.folder.cleanup()


class Echo:
    """The same bytes through an echo server of a few lines, in turns."""

    def __init__(self, rate, seconds, channels=1_000, tick_ms=1):
        self.process = subprocess.Popen([PROGRAM, "echo", str(rate), str(seconds), str(channels), str(tick_ms)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.process.kill()
        self.process.wait()


__all__ = ["QUICK", "Echo", "Run"]
