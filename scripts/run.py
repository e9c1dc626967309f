#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ./run does once the programs are built: starts the simulated PBX and the daemon on loopback, loads the
sample campaign over REST, starts it and shows how it goes. Standard library only."""
import argparse
import csv
import ctypes
import http.client
import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "configs" / "sample"


class Trouble(Exception):
    """Something a person has to know; the text is for them."""


class Program:
    """A process of ours that says "NAME: ready on ADDRESS" when it serves. Ends with us, whatever happens."""

    def __init__(self, name, command, folder, env=None):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "ab") as out:
            # A session of its own: Ctrl-C reaches us alone, and we end it in order.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                            env={**os.environ, **(env or {})}, start_new_session=True,
                                            preexec_fn=die_with_parent)

    def ready(self, seconds=20):
        mark = f"{self.name}: ready on "
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.log.read_text(errors="replace").splitlines():
                if line.startswith(mark):
                    return line[len(mark):].strip()
            self.must_live()
            time.sleep(0.05)
        raise Trouble(f"{self.name} was not ready after {seconds} s:\n{self.tail()}")

    def must_live(self):
        if self.process.poll() is not None:
            raise Trouble(f"{self.name} ended by itself (status {self.process.returncode}):\n{self.tail()}")

    def tail(self, lines=15):
        return "\n".join("  " + l for l in self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self, seconds=8):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Api:
    """The daemon's REST API, with a token."""

    def __init__(self, url, password):
        self.host = urllib.parse.urlsplit(url).netloc
        self.token = None
        import base64
        basic = base64.b64encode(f"admin:{password}".encode()).decode()
        self.token = self.call("POST", "/v1/admin/login", headers={"Authorization": f"Basic {basic}"})["authtoken"]

    def call(self, method, path, body=None, headers=None, kind="application/json"):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = kind
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            text = reply.read().decode(errors="replace")
        finally:
            connection.close()
        try:
            value = json.loads(text)
        except ValueError:
            raise Trouble(f"{method} {path}: {reply.status}, and no JSON: {text[:200]}") from None
        if reply.status != 200:
            raise Trouble(f"{method} {path}: {reply.status}: {value.get('error', {}).get('message', text[:200])}")
        return value.get("result")


def free_port(first):
    for port in range(first, first + 100):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Trouble(f"none of the ports {first} to {first + 99} is free")


def customers(count):
    """The sample's first `count` customers, as the import takes them."""
    with open(SAMPLE / "customers.csv", newline="") as f:
        rows = list(csv.reader(f))
    out = io.StringIO()
    csv.writer(out).writerows(rows[:1 + count] if count else rows)
    return out.getvalue().encode()


def load_campaign(api, options):
    sample = json.loads((SAMPLE / "campaign.json").read_text())
    if options.tech:
        sample["plan"]["tech_name"] = options.tech
    if options.trunk is not None:
        sample["plan"]["trunk_name"] = options.trunk or None
    if options.queue:
        sample["destination"]["data"] = options.queue
    plan = api.call("POST", "/ob/plans", sample["plan"])
    destination = api.call("POST", "/ob/destinations", sample["destination"])
    dlma = api.call("POST", "/ob/dlmas", sample["dlma"])
    counts = api.call("POST", f"/ob/dls/import?dlma_uuid={dlma['uuid']}", customers(options.entries), kind="text/csv")
    print(f"imported {counts['imported']} customers, rejected {counts['rejected']}")
    for problem in counts.get("errors", [])[:5]:
        print(f"  line {problem['line']}: {problem['reason']}")
    return api.call("POST", "/ob/campaigns", {**sample["campaign"], "plan": plan["uuid"], "dest": destination["uuid"],
                                              "dlma": dlma["uuid"]})


class Display:
    """One live line on a terminal; elsewhere a line every few seconds."""

    def __init__(self):
        self.live = sys.stdout.isatty()
        self.width = 0
        self.next_line = 0.0
        self.begin = time.monotonic()

    def show(self, s, now=False):
        total, left = s["entries_total"], s["entries_left"]
        share = 0.0 if total is None else (total - left) / total if total else 1.0
        seconds = int(time.monotonic() - self.begin)
        text = (f"calls begun {s['calls_begun']}  ringing {s['ringing']}  talking {s['talking']}  "
                f"agents free {s['agents_free']} busy {s['agents_busy']}  abandoned {percent(s)}  "
                f"left {known(left)}")
        clock = f"{seconds // 60:d}:{seconds % 60:02d}"
        if self.live:
            columns = shutil.get_terminal_size().columns - 1
            if len(text) + 30 > columns:
                text = (f"begun {s['calls_begun']} ring {s['ringing']} talk {s['talking']} free {s['agents_free']} "
                        f"busy {s['agents_busy']} aband {percent(s)} left {known(left)}")
            room = max(4, min(30, columns - len(text) - len(clock) - 9))
            filled = int(room * share)
            line = f"{clock} [{'#' * filled}{'.' * (room - filled)}] {share:4.0%} {text}"[:columns]
            print("\r" + line.ljust(self.width), end="", flush=True)
            self.width = len(line)
        elif now or time.monotonic() >= self.next_line:
            print(f"{clock} {share:4.0%} {text}", flush=True)
            self.next_line = time.monotonic() + 5

    def done(self):
        if self.live and self.width:
            print(flush=True)
            self.width = 0


def known(count):
    """The list is being read when the campaign starts: its entries are not counted yet."""
    return "–" if count is None else count


def percent(stats):
    return f"{100 * (stats.get('abandoned_share') or 0):.1f} %"


def summary(stats, seconds):
    print(f"\nSummary of {seconds:.0f} s:")
    for name, key in (("calls begun", "calls_begun"), ("answered", "answered"), ("abandoned", "abandoned"),
                      ("talked to an agent", "connected"), ("customers done", "entries_done"), ("customers left", "entries_left")):
        print(f"  {name:<20}{known(stats[key]):>8}")
    print(f"  {'abandoned share':<20}{percent(stats):>8}")
    print(f"  {'calls a second':<20}{stats['calls_begun'] / max(seconds, 1):>8.1f}")


def explain(api, campaign):
    try:
        return json.dumps(api.call("GET", f"/ob/campaigns/{campaign}/explain"), indent=2)
    except (Trouble, OSError) as why:
        return str(why)


def dial(options, folder, programs):
    secret = options.ami_secret
    if options.asterisk:
        ami, user = options.asterisk, options.ami_user
        print(f"Asterisk: {ami}")
    else:
        population = json.loads((SAMPLE / "population.json").read_text())
        if options.agents:
            population["queues"][0]["agents"] = options.agents
        (folder / "population.json").write_text(json.dumps(population, indent=2))
        programs.append(Program("simulated-pbx", [
            f"{options.programs}/simulated-pbx", "--listen", "127.0.0.1:0", "--population", str(folder / "population.json"),
            "--seed", str(options.seed), "--time-scale", str(options.time_scale), "--log", str(folder / "calls.jsonl")],
            folder))
        ami, user, secret = programs[-1].ready(), "dialer", "secret"
        print(f"simulated PBX: AMI on {ami}, {population['queues'][0]['agents']} agents, "
              f"time goes {options.time_scale:g} times as fast")

    password = secrets.token_urlsafe(12)
    daemon = Program("ringmaster", [
        f"{options.programs}/ringmaster", "--listen", f"127.0.0.1:{free_port(options.port)}",
        "--data", str(folder / "data"), "--ami", ami, "--ami-user", user],
        folder, {"RINGMASTER_ADMIN_PASSWORD": password, "RINGMASTER_AMI_SECRET": secret})
    programs.append(daemon)
    url = daemon.ready()
    print(f"REST API: {url}   (logs: {folder})")
    print(f"wallboard: {url}/wallboard   (user admin, password {password})")
    print(f"token:    curl -s -X POST -u 'admin:{password}' {url}/v1/admin/login")
    api = Api(url, password)
    campaign = load_campaign(api, options)["uuid"]
    print(f"campaign: {url}/ob/campaigns/{campaign}?authtoken={api.token}")
    wait_for_pbx(api, campaign, programs)
    api.call("PUT", f"/ob/campaigns/{campaign}", {"status": 1})

    display, begin, finished = Display(), time.monotonic(), False
    path = f"/ob/campaigns/{campaign}/stats"
    try:
        print("started; Ctrl-C ends it\n", flush=True)
        while not options.seconds or time.monotonic() - begin < options.seconds:
            for program in programs:
                program.must_live()
            stats = api.call("GET", path)
            display.show(stats)
            if not finished and stats["entries_total"] and not stats["entries_left"] and not stats["in_flight"]:
                finished = True
                display.show(stats, now=True)
                display.done()
                if options.seconds:
                    print("everybody has been called")
                    break
                print("everybody has been called; the daemon serves on until Ctrl-C")
            time.sleep(0.5 if display.live else 1.0)
    except KeyboardInterrupt:
        pass
    display.done()
    seconds = time.monotonic() - begin
    stats = api.call("GET", path)
    summary(stats, seconds)
    if not stats["calls_begun"] and seconds > 5:
        raise Trouble(f"no call was begun; what the daemon says of that:\n{explain(api, campaign)}")
    if not finished:
        api.call("PUT", f"/ob/campaigns/{campaign}", {"status": 30})


def wait_for_pbx(api, campaign, programs):
    """A campaign may start before its PBX is connected; the summary is fairer when it does not."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for program in programs:
            program.must_live()
        if api.call("GET", f"/ob/campaigns/{campaign}/stats").get("agents_total"):
            return
        time.sleep(0.1)


def main():
    p = argparse.ArgumentParser(prog="./run", add_help=False)
    p.add_argument("--programs", required=True)
    p.add_argument("--seconds", type=float, default=0)
    p.add_argument("--asterisk")
    p.add_argument("--ami-user")
    p.add_argument("--ami-secret")
    p.add_argument("--tech")
    p.add_argument("--trunk")
    p.add_argument("--queue")
    p.add_argument("--port", type=int, default=8081)
    p.add_argument("--agents", type=int, default=0)
    p.add_argument("--entries", type=int, default=0)
    p.add_argument("--time-scale", type=float, default=5)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", action="store_true")
    options = p.parse_args()
    if options.asterisk and not (options.ami_user and options.ami_secret):
        p.error("--asterisk needs --ami-user and --ami-secret")

    folder = Path(tempfile.mkdtemp(prefix="ringmaster-run-"))
    programs, status = [], 0
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        dial(options, folder, programs)
    except KeyboardInterrupt:
        print("\nended before the campaign began", file=sys.stderr)
    except (Trouble, OSError, http.client.HTTPException) as why:
        print(f"\n{why}", file=sys.stderr)
        status = 1
    finally:
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(s, signal.SIG_IGN)
        for program in reversed(programs):
            if program.end() not in (0, -signal.SIGTERM) and not status:
                print(f"{program.name} did not end cleanly (status {program.process.returncode})", file=sys.stderr)
                status = 1
        if options.keep or status:
            print(f"logs and data: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
