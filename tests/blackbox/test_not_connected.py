"""Why is the server not connected? In its own words, in `explain`, in /health and in the log."""
from harness import Case, ScriptedAmi, eventually


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
        for word in words:
            self.assertIn(word, reasons[0]["text"])
            self.assertIn(word, health["trouble"])
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

    def test_control_characters_in_its_words_reach_neither_log_nor_readers(self):
        run = self.until_told(self.server(login='no "\x1b[31m\x07entry'), "'no '?[31m?entry'")
        self.assertNotIn("\x1b[31m\x07", run.output())

    def test_a_name_that_does_not_resolve(self):
        self.until_told(Nowhere, "does not resolve", seconds=40)

    def test_a_port_that_nobody_listens_on(self):
        server = self.server()
        server.kill()
        self.until_told(server, "no connection", "refused")

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
