# SPDX-License-Identifier: Apache-2.0
"""Dated reports of long runs: printed, and appended to RINGMASTER_REPORT where that names a file."""
import datetime
import os


def report(title, figures):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    text = f"{title}, {now}\n" + "".join(f"  {name}: {value}\n" for name, value in figures.items())
    print(text, flush=True)
    if path := os.environ.get("RINGMASTER_REPORT"):
        with open(path, "a", encoding="utf-8") as out:
            out.write(text + "\n")
