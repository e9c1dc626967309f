#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the benchmarks' rounds and prints their medians. Standard library only.

A benchmark is an executable bench/FOLDER/measure or bench/FOLDER/measure-WHAT. It takes one measurement of
each of its figures, its rivals included, and prints each as a line of JSON:

    {"name": "parse", "value": 1.3, "unit": "x simdjson", "bar": 1.0, "better": "higher", "note": "..."}

"bar" may be null, "better" is "higher" unless said; "unmeasured": "why" stands for a value that this machine
cannot give. RINGMASTER_BUILD is the release's folder, RINGMASTER_ROUND counts from 1.

Rounds are interleaved: every benchmark once, then every benchmark again, so that a slow minute of the machine
hits all alike. A benchmark runs on one core unless a comment in its first lines says "cores: all".
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def found():
    for path in sorted((REPOSITORY / "bench").glob("*/measure*")):
        if path.is_file() and os.access(path, os.X_OK):
            what = path.name.removeprefix("measure").lstrip("-").split(".")[0]
            yield (f"{path.parent.name}/{what}" if what else path.parent.name), path


def pinned(path):
    head = path.read_bytes()[:1000].decode(errors="replace")
    return [] if "cores: all" in head else ["taskset", "-c", str(min(os.sched_getaffinity(0)))]


def measure(name, path, round_number):
    env = {**os.environ, "RINGMASTER_BUILD": str(REPOSITORY / "build" / "release"), "RINGMASTER_ROUND": str(round_number)}
    done = subprocess.run([*pinned(path), str(path)], cwd=REPOSITORY, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{name}: ended with status {done.returncode}", file=sys.stderr)
        return None
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def verdict(row):
    if row["bar"] is None or row["value"] is None:
        return None
    return row["value"] <= row["bar"] if row["better"] == "lower" else row["value"] >= row["bar"]


def number(value):
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main():
    p = argparse.ArgumentParser(prog="bench/run")
    p.add_argument("names", nargs="*")
    p.add_argument("--json")
    p.add_argument("--rounds", type=int, default=int(os.environ.get("RINGMASTER_BENCH_ROUNDS", 5)))
    p.add_argument("--quick", action="store_true", help="one round of smaller loads: to see that all runs, not for figures")
    options = p.parse_args()
    if options.quick:
        options.rounds = 1
        os.environ["RINGMASTER_BENCH_QUICK"] = "1"
    every = list(found())
    chosen = [(n, path) for n, path in every if not options.names or n in options.names or n.split("/")[0] in options.names]
    if not chosen:
        p.error(f"no such benchmark; there are: {', '.join(n for n, _ in every) or 'none'}")

    rows, failed = {}, False
    for round_number in range(1, options.rounds + 1):
        for name, path in chosen:
            print(f"round {round_number} of {options.rounds}: {name}", file=sys.stderr, flush=True)
            lines = measure(name, path, round_number)
            failed |= lines is None
            for line in lines or []:
                row = rows.setdefault(line["name"], {"name": line["name"], "values": [], "unit": line.get("unit", ""),
                                                     "bar": line.get("bar"), "better": line.get("better", "higher"), "note": ""})
                row["note"] = line.get("unmeasured") or line.get("note", "")
                if line.get("value") is not None:
                    row["values"].append(line["value"])

    out = []
    for row in rows.values():
        row["value"] = statistics.median(row["values"]) if row["values"] else None
        row["ok"] = verdict(row)
        out.append({k: row[k] for k in ("name", "value", "unit", "bar", "ok", "better", "note")}
                   | {"least": min(row["values"], default=None), "most": max(row["values"], default=None), "rounds": len(row["values"])})
    width = max((len(r["name"]) for r in out), default=4)
    print(f"{'name':<{width}}  {'median':>10}  {'least':>10}  {'most':>10}  {'bar':>10}  ok   unit")
    for r in out:
        sign = {"lower": "<=", "higher": ">="}[r["better"]]
        bar = "-" if r["bar"] is None else f"{sign} {number(r['bar'])}"
        word = {None: "-", True: "yes", False: "NO"}[r["ok"]]
        print(f"{r['name']:<{width}}  {number(r['value']):>10}  {number(r['least']):>10}  {number(r['most']):>10}  {bar:>10}  {word:<4} "
              f"{r['unit']}{'; ' + r['note'] if r['note'] else ''}")
    if options.json:
        Path(options.json).write_text(json.dumps(out, indent=1) + "\n")
    return 1 if failed or any(r["ok"] is False for r in out) else 0


if __name__ == "__main__":
    sys.exit(main())
