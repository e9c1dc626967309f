# SPDX-License-Identifier: Apache-2.0
"""Why is the server not connected? In its own words, in `explain`, in /health and in the log."""
import json
import signal
import subprocess

from harness import Case, ScriptedAmi, eventually
from harness.process import BUILD


class Nowhere:
    USER, SECRET, address = "dialer", "secret", "no-such-host.invalid:5038"


class NotConnected(Case):
    def server(self, **options):
        server = ScriptedAmi(queues={"sales_1": ["PJSIP/a"]}, **options)
        self.addCleanup(server.kill)
        return server

    def health(self, run):
        return run.api.call("GET", "/health").json["pbxs"][0]

    def until_told(self, server, *words, seconds=15):
        run = self.daemon(server)
        campaign = self.make_campaign(run.api, ["7000001"], dest=self.queue())
        run.api.status(campaign, 1)

        def told():
            reasons = run.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]
            trouble = next((r["fields"].get("trouble", "") for r in reasons if r["code"] == "pbx_not_connected"), "")
            started = not {"stopped", "starting"} & {r["code"] for r in reasons}
            return started and all(word in trouble for word in words) and reasons
        reasons = eventually(told, seconds, f"{words} in explain")
        self.assertEqual([r["code"] for r in reasons], ["pbx_not_connected"], "and nothing about agents whom nobody can see")
        health = self.health(run)
        self.assertFalse(health["connected"])
        whole = run.api.call("GET", "/health").json
        self.assertEqual((whole["status"], [(one["what"], one["name"]) for one in whole["wrong"]]), ("degraded", [("server", health["name"])]))
        for word in words:
            self.assertIn(word, reasons[0]["text"])
            self.assertIn(word, health["trouble"])
            self.assertIn(word, whole["wrong"][0]["text"])
        page = run.api.call("GET", "/metrics").body.decode()
        self.assertIn("\nringmaster_troubles 1\n", page)
        self.assertRegex(page, r"\nringmaster_disk_free_bytes [1-9]")
        return run

    def test_a_refused_login_is_told_in_asterisks_words(self):
        server = self.server(login="Authentication failed")
        run = self.until_told(server, "login refused", "'Authentication failed'")
        self.assertIn("Authentication failed", run.output())
        eventually(lambda: server.logins == 2, 15, "one more login soon, the refusal may have been a coincidence")
        server.login = None
        self.assertFalse(self.health(run)["connected"])
        run.stop()
        run.start()  # a restart tries at once
        eventually(lambda: self.health(run)["connected"], what="the login")

    def test_a_secret_that_was_corrected_is_tried_at_once(self):
        server = self.server(login="Authentication failed")
        server.settings = {"password": "wrong"}
        other = self.server()
        run = self.daemon(server, other)
        eventually(lambda: server.logins == 2, 15, "the next login is a minute away")
        self.assertFalse(self.health(run)["connected"])
        config = json.loads((self.folder / "ringmaster.json").read_text())
        config["pbxs"][0]["password"] = "corrected"
        (self.folder / "ringmaster.json").write_text("not { JSON")
        run.process.popen.send_signal(signal.SIGHUP)
        eventually(lambda: "event=settings_refused" in run.output(), what="a refusal that ends nothing")
        (self.folder / "ringmaster.json").write_text(json.dumps(config))
        keys = [line for line in server.said if line.startswith("Key:")]
        server.login = None
        run.process.popen.send_signal(signal.SIGHUP)
        eventually(lambda: self.health(run)["connected"], 15, "the login")
        self.assertEqual(server.logins, 3)
        self.assertNotIn([line for line in server.said if line.startswith("Key:")][-1], keys, "with the new secret")
        self.assertEqual(other.logins, 1, "and who is connected stays so")

    def test_a_secret_of_the_command_line_is_hidden_from_ps_and_read_again_all_the_same(self):
        server = self.server(login="Authentication failed")
        run = self.daemon(server)
        eventually(lambda: server.logins == 2, 15, "the next login is a minute away")
        with open(f"/proc/{run.process.pid}/cmdline", "rb") as words:
            shown = words.read().split(b"\0")
        self.assertEqual(shown[shown.index(b"--ami-secret") + 1], b"x" * len(server.SECRET))
        server.login = None
        run.process.popen.send_signal(signal.SIGHUP)
        eventually(lambda: self.health(run)["connected"], 15, "the login")
        keys = {line for line in server.said if line.startswith("Key:")}
        self.assertEqual(len(keys), 1, "the same secret each time")

    def test_control_characters_in_its_words_reach_neither_log_nor_readers(self):
        run = self.until_told(self.server(login='no "\x1b[31m\x07entry'), "'no '?[31m?entry'")
        self.assertNotIn("\x1b[31m\x07", run.output())

    def test_a_name_that_does_not_resolve(self):
        self.until_told(Nowhere, "does not resolve", seconds=40)

    def test_a_port_that_nobody_listens_on(self):
        server = self.server()
        server.kill()
        self.until_told(server, "no connection", "refused")

    def test_without_a_challenge_the_secret_goes_nowhere(self):
        for challenge, words in (("Must specify AuthType", "'Must specify AuthType'"), ("", "no challenge")):
            with self.subTest(challenge=challenge):
                server = self.server()
                server.challenge, server.SECRET = challenge, "unmistakable-4711"
                run = self.until_told(server, "login refused", words, "allow_plain_secret")
                eventually(lambda: server.asked.count("Challenge") >= 2, 15, "one more attempt")
                run.stop()
                self.assertEqual(server.logins, 0)
                self.assertNotIn(server.SECRET, "".join(server.said))
                self.assertNotIn(server.SECRET, run.output())

    def test_a_setting_allows_the_plain_secret(self):
        server = self.server()
        server.challenge = "Must specify AuthType"
        run = self.daemon(server, config={"allow_plain_secret": True})
        eventually(lambda: self.health(run)["connected"], what="the login")
        self.assertIn(f"Secret: {server.SECRET}\r\n", server.said)

    def test_the_tool_sends_no_plain_secret_either(self):
        server = self.server()
        server.challenge = "Must specify AuthType"
        command = [BUILD / "ringmaster", "ami-json", "--connect", server.address, "--ami-user", server.USER, "--ami-secret", server.SECRET]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, server.logins), (1, 0))
        self.assertIn("'Must specify AuthType'", done.stderr)
        self.assertNotIn(server.SECRET, "".join(server.said))
        with subprocess.Popen([*command, "--allow-plain-secret"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            eventually(lambda: server.logins == 1, 15, "a login")
            process.kill()

    def test_a_port_that_closes_at_once(self):
        self.until_told(self.server(greeting=""), "no Asterisk has answered there", "closed the connection")

    def test_a_port_that_accepts_and_says_nothing(self):
        self.until_told(self.server(greeting=None), "no Asterisk has answered there", "nothing was heard", seconds=40)

    def test_an_asterisk_that_does_not_finish_booting(self):
        server = self.server(booted=False)
        run = self.until_told(server, "logged in", "booted")
        server.booted = True
        with server._lock:
            for client in server._clients:
                server._full_boot(client)
        eventually(lambda: self.health(run)["connected"], what="the end of the boot")
        self.assertIsNone(self.health(run)["trouble"])
