# SPDX-License-Identifier: Apache-2.0
"""The simulated PBX as a process, and its journal as the judge."""
import json
from collections import Counter
from pathlib import Path

from .ami import Ami
from .process import Process


class SimulatedPbx:
    USER, SECRET = "dialer", "secret"

    def __init__(self, folder, name="pbx", population=None, seed=1, time_scale=20, port=0):
        self.folder, self.name, self.seed, self.time_scale = Path(folder), name, seed, time_scale
        self.population = population
        self.log = self.folder / f"{name}.journal"
        self.port = port
        self.process = None

    def start(self):
        arguments = ["--listen", f"127.0.0.1:{self.port}", "--seed", self.seed, "--time-scale", self.time_scale, "--log", self.log]
        if self.population is not None:
            path = self.folder / f"{self.name}.population.json"
            path.write_text(json.dumps(self.population))
            arguments += ["--population", path]
        self.process = Process("simulated-pbx", arguments, self.folder / f"{self.name}.log")
        self.port = int(self.process.ready().rsplit(":", 1)[1])  # kept: a restart has the same address
        return self

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def kill(self):
        if self.process:
            self.process.kill()

    def ami(self):
        return Ami(self.port, self.USER, self.SECRET)

    def fault(self, kind, **headers):
        """E.g. fault("lose", Probability=0.1)."""
        with self.ami() as ami:
            reply = ami.action("SimulatorFault", Kind=kind, **headers)
            assert reply["Response"] == "Success", reply

    def journal(self, event=None):
        """What it saw, in order; of one kind, when `event` is given. A line that is being written is left out."""
        if not self.log.exists():
            return []
        lines = self.log.read_bytes()
        rows = [json.loads(line) for line in lines[:lines.rfind(b"\n") + 1].splitlines()]
        return [r for r in rows if event is None or r["event"] == event]

    def originates(self):
        return self.journal("originate")

    def calls_by_number(self):
        return Counter(r["number"] for r in self.originates())
