# SPDX-License-Identifier: Apache-2.0
"""Other people's WebSocket clients: the npm package `ws` and python3-autobahn."""
import json
import os
import subprocess
from pathlib import Path

from harness import Case

HERE = Path(__file__).resolve().parent / "clients"
PACKAGES = Path(os.environ["RINGMASTER_BUILD"]).resolve() / "client-packages"


def fetch_packages():
    """As package-lock.json pins them, once."""
    wanted = (HERE / "package-lock.json").read_bytes()
    done = PACKAGES / "node_modules" / ".fetched"
    if done.exists() and done.read_bytes() == wanted:
        return
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (PACKAGES / name).write_bytes((HERE / name).read_bytes())
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PACKAGES, check=True, timeout=240,
                   stdout=subprocess.DEVNULL)
    done.write_bytes(wanted)


class Client:
    def __init__(self, case, command, url):
        self.process = subprocess.Popen([*command, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "CLIENT_PACKAGES": str(PACKAGES)})
        case.addCleanup(self.end)

    def say(self, line):
        self.process.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, "the client has ended"
        return json.loads(line)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Clients(Case):
    def use(self, *command):
        server = self.daemon()
        url = server.api.url.replace("http:", "ws:") + "/ws?authtoken="
        self.assertEqual(Client(self, command, url + "0" * 36).hear(), {"refused": 401})
        client = Client(self, command, url + server.api.token)
        self.assertEqual(client.hear(), {"opened": True, "extensions": ""})
        client.say({"type": "subscribe", "topic": "/ob/campaigns", "snapshot": True})
        self.assertEqual(client.hear()["type"], "subscribed")
        self.assertEqual((first := client.hear())["type"], "snapshot", first)
        self.assertEqual(client.hear()["type"], "complete")
        client.say("ping")
        self.assertEqual(client.hear(), {"pong": "are you there"})
        client.say("no JSON")
        self.assertEqual(client.hear()["type"], "error")
        detail = "a text long enough for a length in two bytes " * 8
        campaign = server.api.post("/ob/campaigns", {"detail": detail})
        told = client.hear()
        self.assertEqual(told["ob.campaign.create"], campaign)
        self.assertEqual(told["topic"], "/ob/campaigns/" + campaign["uuid"])
        client.say("close")
        self.assertEqual(client.hear()["closed"], 1000)

    def test_ws_of_npm(self):
        fetch_packages()
        self.use("node", HERE / "ws_client.mjs")

    def test_autobahn(self):
        self.use("/usr/bin/python3", HERE / "autobahn_client.py")
