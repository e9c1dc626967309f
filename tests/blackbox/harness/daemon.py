# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process."""
import json
from pathlib import Path

from .process import Process
from .rest import Api


class Daemon:
    PASSWORD = "test password"

    def __init__(self, folder, pbxs=(), config=None, arguments=(), env=None, limits=None, data=None, program=None):
        """`pbxs`: servers with `address`, `USER` and `SECRET`. One goes on the command line, several, or any
        beside a `config`, go into a configuration file. `program`: another one than this build's."""
        self.folder = Path(folder)
        self.data = Path(data) if data else self.folder / "data"
        self.pbxs, self.config, self.arguments, self.env, self.limits = list(pbxs), config, list(arguments), env or {}, limits
        self.program = program
        self.process = None
        self.api = None

    def command_line(self):
        arguments = ["--listen", "127.0.0.1:0", "--data", self.data, *self.arguments]
        if len(self.pbxs) == 1:
            pbx = self.pbxs[0]
            arguments += ["--ami", pbx.address, "--ami-user", pbx.USER, "--ami-secret", pbx.SECRET]
        config = dict(self.config or {})
        if len(self.pbxs) > 1:
            config["pbxs"] = [{"name": f"pbx-{i + 1}", "address": p.address.split(":")[0], "port": int(p.address.split(":")[1]),
                               "username": p.USER, "password": p.SECRET, **getattr(p, "settings", {})} for i, p in enumerate(self.pbxs)]
        if config:
            path = self.folder / "ringmaster.json"
            path.write_text(json.dumps(config, indent=1))
            arguments += ["--config", path]
        return arguments

    def start(self, login=True):
        """Starts it, or starts it again on what it left behind, and waits until it serves."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = Process(self.program or "ringmaster", self.command_line(), self.folder / "ringmaster.log",
                               {"RINGMASTER_ADMIN_PASSWORD": self.PASSWORD, **self.env}, self.limits)
        url = self.process.ready()
        token = self.api.token if self.api else None
        self.api = Api(url, token)
        if login and (not token or self.api.call("GET", "/ob/plans?count=1").status == 401):
            self.api.login(password=self.PASSWORD)
        return self

    def kill(self):
        self.process.kill()

    def stop(self, seconds=5):
        status = self.process.terminate(seconds)
        assert status == 0, f"ringmaster ended with status {status}:\n{self.process.output()[-3000:]}"

    def output(self):
        log = self.folder / "ringmaster.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def results(self):
        """The result file, line by line."""
        path = self.data / "outbound_result.json"
        if not path.exists():
            return []
        whole = path.read_bytes()
        return [json.loads(line) for line in whole[:whole.rfind(b"\n") + 1].splitlines()]
