# SPDX-License-Identifier: Apache-2.0
"""Servers that fan messages out: ours, Redis pub/sub, and the npm package `ws`. Each is started on one core, and told to
publish events of the same size; the same program plays the subscribers of all."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.setdefault("RINGMASTER_BUILD", str(REPOSITORY / "build" / "release")))
PROGRAM = BUILD / "bench_live"
NPM = REPOSITORY / "build" / "bench" / "npm"
WS = "8.18.0"
QUICK = bool(os.environ.get("RINGMASTER_BENCH_QUICK"))
TICKS = os.sysconf("SC_CLK_TCK")
have = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = have[0], have[1 % len(have)]


def on(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon")


class Child:
    """A server that is told what to do on its standard input."""
    kind = "ws"

    def __init__(self, command, env=None):
        self.process = subprocess.Popen(on(SERVER_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})
        self.pid = self.process.pid
        self.port = json.loads(self.process.stdout.readline())["port"]

    def publish(self, events, size):
        self.process.stdin.write(f"publish {events} {size}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def stop(self):
        self.process.kill()
        self.process.wait()


def ours():
    return Child([PROGRAM, "serve"])


def bare():
    """No rival: what a loop of send() costs, below which no server gets that sends each event by itself."""
    server = Child([PROGRAM, "bare"])
    server.kind = "redis"
    return server


def npm_ws():
    """None when npm cannot fetch it."""
    if not (NPM / "node_modules" / "ws").is_dir():
        if not shutil.which("npm"):
            return None
        NPM.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(NPM), f"ws@{WS}"],
                              capture_output=True, text=True)
        if done.returncode:
            return None
    return Child(["node", Path(__file__).with_name("ws_server.js")], {"NODE_PATH": str(NPM / "node_modules")})


class Redis:
    kind = "redis"

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen(
            on(SERVER_CORE, ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                             "--maxclients", "10000", "--dir", self.folder.name]), stdout=subprocess.DEVNULL)
        self.pid = self.process.pid
        for _ in range(200):
            try:
                self.publisher = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.02)

    def publish(self, events, size):
        text = json.dumps({"ob.campaign.update": {"text": "^" + "x" * size},
                           "topic": "/ob/campaigns/00000000-0000-4000-8000-000000000000", "seq": 1889587461947392}, separators=(",", ":"))
        one = f"*3\r\n$7\r\nPUBLISH\r\n$13\r\n/ob/campaigns\r\n${len(text)}\r\n{text}\r\n"
        self.publisher.sendall((one * events).encode())
        answered = 0
        while answered < events:
            answered += self.publisher.recv(65536).count(b"\n")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def redis():
    return Redis() if shutil.which("redis-server") else None


class Subscribers:
    def __init__(self, server, sockets, path="/ws", topic="/ob/campaigns"):
        self.sockets = sockets
        self.process = subprocess.Popen(on(LOAD_CORE, [PROGRAM, "load", server.kind, server.port, sockets, path, topic]),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the subscribers could not connect")

    def expect(self, messages):
        self.tell(f"expect {messages}")

    def seconds(self):
        return json.loads(self.process.stdout.readline())["seconds"]

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.kill()
        self.process.wait()


def say(name, value, unit, bar=None, better="higher", note="", unmeasured=None):
    row = {"name": name, "value": value, "unit": unit, "bar": bar, "better": better, "note": note}
    if unmeasured:
        row["unmeasured"] = unmeasured
    print(json.dumps(row), flush=True)


__all__ = ["PROGRAM", "QUICK", "REPOSITORY", "Subscribers", "bare", "cpu_seconds", "npm_ws", "ours", "redis", "rss", "say", "sys"]
