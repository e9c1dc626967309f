# SPDX-License-Identifier: Apache-2.0
"""What the daemon's benchmarks share: the test harness's processes, CPU seconds and memory from /proc."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
os.environ.setdefault("RINGMASTER_BUILD", str(REPOSITORY / "build" / "release"))
sys.path.insert(0, str(REPOSITORY / "tests" / "blackbox"))

from harness.daemon import Daemon  # noqa: E402  (needs the path above)
from harness.pbx import SimulatedPbx  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
QUICK = bool(os.environ.get("RINGMASTER_BENCH_QUICK"))


def say(name, value, unit, bar=None, better="higher", note=""):
    print(json.dumps({"name": name, "value": value, "unit": unit, "bar": bar, "better": better, "note": note}), flush=True)


def cpu_seconds(*pids):
    """utime + stime of processes."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def own_memory(pid):
    """Bytes that are the process's own: what it has mapped from files, as the database, is not."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon")


def folder():
    """On a disk: /tmp may be memory, and commits would cost nothing."""
    return tempfile.TemporaryDirectory(prefix="ringmaster-bench-", dir=os.environ.get("RINGMASTER_BENCH_DIR"))


def cores():
    """A core for what is measured and another for what drives it, where there are two."""
    have = sorted(os.sched_getaffinity(0))
    return have[0], have[1 % len(have)]


def pin(pid, core):
    """All threads of a process."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def begin_campaign(api, number_of_campaigns=1, plan=None, destination=None):
    """Campaigns that are stopped, each with an empty list: (campaign, dlma) uuids."""
    plan = api.post("/ob/plans", {"tech_name": "PJSIP", "trunk_name": "carrier", "dial_mode": 1, **(plan or {})})
    destination = api.post("/ob/destinations", {"type": 1, **(destination or {"application": "park"})})
    made = []
    for _ in range(number_of_campaigns):
        dlma = api.post("/ob/dlmas", {})["uuid"]
        made.append((api.post("/ob/campaigns", {"plan": plan["uuid"], "dest": destination["uuid"], "dlma": dlma})["uuid"], dlma))
    return made


QUICK_CALLS = {  # calls that are short, so that those in flight bound nothing
    "customers": {"outcomes": {"answer": 0, "machine": 0, "busy": 1.0, "no_answer": 0, "congestion": 0, "invalid": 0},
                  "ring": {"constant": 1}, "first_digit_rules": False},
}


def begin_all(where, number_of_campaigns, entries, program=None):
    """Has a daemon (of `program`, where it is another build's) begin `entries` calls of each campaign over the simulated
    PBX. When each was begun, sorted, and the CPU seconds that the daemon took."""
    pbx = SimulatedPbx(where, population=QUICK_CALLS, time_scale=200).start()
    host, port = pbx.address.split(":")
    config = {"pbxs": [{"name": "pbx", "address": host, "port": int(port), "username": pbx.USER, "password": pbx.SECRET,
                        "originate_rate": 1_000_000, "max_channels": 1_000_000}]}
    daemon = Daemon(where, config=config, program=program).start()
    try:
        campaigns = begin_campaign(daemon.api, number_of_campaigns, plan={"max_retry_cnt_1": 1, "dial_timeout": 30_000})
        for i, (_, dlma) in enumerate(campaigns):
            rows = "number_1\r\n" + "".join(f"{49_300_000_000 + i * 1_000_000 + n}\r\n" for n in range(entries))
            reply = daemon.api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", rows.encode(), kind="text/csv").result
            if reply["imported"] != entries:
                raise RuntimeError(f"imported {reply}")
        before = cpu_seconds(daemon.process.pid)
        for campaign, _ in campaigns:
            daemon.api.status(campaign, 1)
        deadline = time.monotonic() + 120
        while len(times := [r["wall"] for r in pbx.originates()]) < number_of_campaigns * entries:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(times)} of {number_of_campaigns * entries} calls after two minutes")
            time.sleep(1)
        cpu = cpu_seconds(daemon.process.pid) - before
    finally:
        daemon.kill()
        pbx.kill()
    return sorted(times), cpu


def load(core, url, headers, seconds):
    command = ["taskset", "-c", str(core), "wrk", "-t1", "-c64", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    out = subprocess.run([*command, url], check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def reads_per_cpu_second(core, pids, url, headers, seconds):
    """Of the processes `pids`, by wrk on `core`; and the rate by the wall clock."""
    load(core, url, headers, 1)  # warm
    before = cpu_seconds(*pids)
    requests, rate = load(core, url, headers, seconds)
    return requests / (cpu_seconds(*pids) - before), rate


__all__ = ["Daemon", "SimulatedPbx", "QUICK", "say", "cpu_seconds", "own_memory", "folder", "cores", "pin", "begin_campaign",
           "begin_all", "reads_per_cpu_second"]
