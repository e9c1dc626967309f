#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peer.py [--console COMMAND]   An Asterisk of one's own on loopback, with SIPp behind it. See README.md."""
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "blackbox")]

from fetch import Unavailable, tree  # noqa: E402
from harness import Ami, eventually  # noqa: E402

LOCAL_AGENTS = [f"Local/agent-{n:02d}@agents/n" for n in range(1, 11)]
PHONES = ["300", "301", "302"] + [f"agent-{n:02d}" for n in range(1, 6)]
REFUSALS = {"say_busy": "486 Busy Here", "say_full": "503 Service Unavailable", "say_unknown": "404 Not Found"}


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port(kind, taken=set()):
    """A port that nobody has now and that we have not given before."""
    while True:
        with socket.socket(socket.AF_INET, kind) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in taken and port + 1 not in taken:
            taken.update((port, port + 1))
            return port


class Sipp:
    """Callees on one UDP port."""

    def __init__(self, folder, name, stay):
        self.folder, self.name, self.stay = folder, name, stay
        self.port = free_port(socket.SOCK_DGRAM)
        self.process = None

    def start(self):
        refusal = (HERE / "sipp" / "refusal.template").read_text()
        refusals = "".join(refusal.replace("@LABEL@", label).replace("@ANSWER@", answer) for label, answer in REFUSALS.items())
        scenario = self.folder / f"{self.name}.xml"
        scenario.write_text((HERE / "sipp" / "callee.xml").read_text().replace("@STAY@", str(int(self.stay * 1000))).replace("@REFUSALS@", refusals))
        media = free_port(socket.SOCK_DGRAM)
        with open(self.folder / f"{self.name}.log", "ab") as out:
            self.process = subprocess.Popen(
                ["sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(self.port), "-mi", "127.0.0.1", "-mp", str(media), "-nostdin",
                 "-trace_err", "-error_file", str(self.folder / f"{self.name}.errors.log")],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=_die_with_parent, cwd=self.folder, env={**os.environ, "TERM": "dumb"})
        return self

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Asterisk:
    """One instance. `members`: of its queues, e.g. {"sales_1": ["Local/agent-01@agents/n"]}. `customer_stays` and
    `agent_talks`, in seconds, are how long those on SIPp's side hold on before they hang up. `options`: more lines for
    [options] of asterisk.conf. `included`: whether queues.conf and res_parking.conf include Ringmaster's files."""

    USER, SECRET = "dialer", "secret"

    def __init__(self, members=None, strategy="rrmemory", customer_stays=4, carrier_stays=30, agent_talks=3, options="", included=True):
        self.root = tree()
        self.folder = Path(tempfile.mkdtemp(prefix="rm-ast-"))  # short: its control socket's path must fit in 108 bytes
        self.members = {"sales_1": LOCAL_AGENTS, "sales_2": [f"PJSIP/agent-{n:02d}" for n in range(1, 6)], **(members or {})}
        self.strategy = strategy
        self.options = options
        self.included = included
        self.carrier = Sipp(self.folder, "carrier", carrier_stays)
        self.customers = Sipp(self.folder, "customers", customer_stays)
        self.agents = Sipp(self.folder, "agents", agent_talks)
        self.agent_talks = agent_talks
        self.port = free_port(socket.SOCK_STREAM)
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self.process = None
        self.configure()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def configure(self):
        for part in ("etc", "lib", "spool", "log"):
            (self.folder / part).mkdir()
        modules = next(self.root.glob("usr/lib/**/app_queue.so")).parent
        names = " ".join(line.split(" ", 1)[1] for line in (HERE / "etc/modules.list").read_text().splitlines() if not line.startswith("#")).split()
        # The tree's share holds what Asterisk reads at its start; lib is where we let it write.
        share = self.root / "usr/share/asterisk"
        for item in share.iterdir() if share.exists() else ():
            (self.folder / "lib" / item.name).symlink_to(item)
        phone = (HERE / "etc/phone.template").read_text()
        values = {
            "dir": self.folder, "modules": modules, "modules_list": "\n".join(f"load = {n}.so" for n in names if (modules / f"{n}.so").exists()),
            "include_queues": "#tryinclude ringmaster-queues.conf" if self.included else "",
            "include_lots": "#tryinclude ringmaster-parking.conf" if self.included else "",
            "options": self.options, "ami_port": self.port, "user": self.USER, "secret": self.SECRET, "sip_port": self.sip_port, "strategy": self.strategy,
            "carrier_port": self.carrier.port, "dead_port": free_port(socket.SOCK_DGRAM),
            "iax_port": free_port(socket.SOCK_DGRAM), "rtp_first": 20000, "rtp_last": 29999,
            "phones": "\n".join(phone.replace("<<phone>>", p).replace("<<phones_port>>", str((self.customers if p[0] == "3" else self.agents).port)) for p in PHONES),
            "queues": "\n".join(f"[{q}](sales)\n" + "".join(f"member => {m},0,{m}\n" for m in members) for q, members in self.members.items())}
        for source in (HERE / "etc").glob("*.conf"):
            text = re.sub(r"<<(\w+)>>", lambda m: str(values[m.group(1)]), source.read_text())
            (self.folder / "etc" / source.name).write_text(text)
        for name in ("acl", "ccss", "cdr", "cel", "confbridge", "features", "indications", "stasis", "udptl", "pjproject", "queuerules"):
            (self.folder / "etc" / f"{name}.conf").write_text("[general]\n" if name not in ("acl", "stasis") else "")

    def command(self):
        """Asterisk by its own loader and with its own libraries."""
        libraries = next(self.root.glob("usr/lib/*/libc.so.6")).parent
        loader = next(p for folder in (self.root / "usr/lib64", libraries, self.root / "usr/lib") for p in folder.glob("ld-linux*.so.*"))
        return [str(loader), "--inhibit-cache", "--library-path", f"{libraries}:{self.root / 'usr/lib'}", str(self.root / "usr/sbin/asterisk"),
                "-C", str(self.folder / "etc/asterisk.conf")]

    def start(self):
        for sipp in (self.carrier, self.customers, self.agents):
            if not sipp.process:
                sipp.start()
        self.run()
        return self

    def run(self):
        (self.folder / "asterisk.ctl").unlink(missing_ok=True)
        with open(self.folder / "asterisk.log", "ab") as out:
            self.process = subprocess.Popen([*self.command(), "-f"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            preexec_fn=_die_with_parent, cwd=self.folder)
        def booted():
            assert self.process.poll() is None, f"Asterisk ended by itself:\n{self.tail()}"
            return (self.folder / "asterisk.ctl").exists() and "fully booted" in self.console("core waitfullybooted") and self.listening()
        eventually(booted, 10, "Asterisk is up", interval=0.1)

    def listening(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def console(self, command):
        return subprocess.run([*self.command(), "-rx", command], capture_output=True, text=True, timeout=30).stdout

    def begin_console(self, command):
        """The same, without waiting for its end."""
        return subprocess.Popen([*self.command(), "-rx", command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=_die_with_parent)

    def ami(self, events="off"):
        return Ami(self.port, self.USER, self.SECRET, events)

    def channels(self):
        with self.ami() as ami:
            return ami.channels()

    def crash(self):
        """As when the server's power fails: no event tells of the end."""
        self.process.kill()
        self.process.wait()

    def stop(self, keep=False):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.crash()
        for sipp in (self.carrier, self.customers, self.agents):
            sipp.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def tail(self):
        logs = [self.folder / "asterisk.log", self.folder / "log/messages", *self.folder.glob("*.errors.log")]
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-3000:]}" for p in logs if p.exists())


def main():
    begin = time.monotonic()
    try:
        asterisk = Asterisk().start()
    except Unavailable as why:
        sys.exit(str(why))
    try:
        if sys.argv[1:2] == ["--console"]:
            print(asterisk.console(" ".join(sys.argv[2:])), end="")
        else:
            print(f"{(asterisk.root / 'VERSION').read_text().strip()}, up in {time.monotonic() - begin:.1f} s")
            print(f"AMI on {asterisk.address}, user {asterisk.USER}, secret {asterisk.SECRET}; folder {asterisk.folder}; Ctrl-C stops it", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        asterisk.stop()


if __name__ == "__main__":
    main()
