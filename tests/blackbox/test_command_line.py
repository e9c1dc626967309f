# SPDX-License-Identifier: Apache-2.0
"""The daemon's command line: what other programs count on."""
import json
import re
import subprocess

from harness import Case, eventually
from harness.process import BUILD


class CommandLine(Case):
    def ringmaster(self, *arguments, stdin=None, env=None):
        import os
        return subprocess.run([str(BUILD / "ringmaster"), *map(str, arguments)], input=stdin, capture_output=True, timeout=60,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "HOME": str(self.folder), **(env or {})})

    def config(self, text):
        path = self.folder / "config.json"
        path.write_text(text)
        return path

    def test_version(self):
        done = self.ringmaster("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout.decode(), r"\d+\.\d+\.\d+")

    def test_check_config_names_the_key_and_the_line(self):
        good = self.config('{\n  "serv_addr": "127.0.0.1",\n  "serv_port": "5038",\n  "username": "dialer",\n  "loglevel": 6\n}\n')
        self.assertEqual(self.ringmaster("--config", good, "--check-config").returncode, 0)
        for text, key, line in (('{\n  "loglevel": 6,\n  "lgolevel": 7\n}', "lgolevel", 3), ('{\n "http": {\n  "port": "x"\n }\n}', "port", 3),
                                ('{\n "pbxs": [\n  {"name": "a",\n   "prot": 5038}\n ]\n}', "prot", 4)):
            done = self.ringmaster("--config", self.config(text), "--check-config")
            self.assertNotEqual(done.returncode, 0, text)
            said = (done.stdout + done.stderr).decode()
            self.assertIn(key, said)
            self.assertRegex(said, rf"config\.json:{line}:", said)
        self.assertNotEqual(self.ringmaster("--config", self.folder / "none.json", "--check-config").returncode, 0)
        self.assertNotEqual(self.ringmaster("--no-such-option").returncode, 0)

    def test_check_config_looks_at_the_files(self):
        for text, key in (('{"http": {"tls": {"certificate": "/no/such.pem", "key": "/no/such.pem"}}}', "certificate"),
                          ('{"general": {"result_filename": ""}}', "result_filename"), ('{"general": {"result_filename": "/nope/x.json"}}', "result_filename"),
                          ('{"serv_addr": ""}', "serv_addr"), ('{"serv_addr": "127.0.0.1:5038"}', "serv_port"), ('{"serv_addr": "pbx"}', "username"),
                          ('{"pbxs": [{"name": "a", "username": "u"}, {"name": "b"}]}', 'to "b"'), ("", "empty")):
            done = self.ringmaster("--config", self.config(text), "--data", self.folder / "data", "--check-config")
            self.assertNotEqual(done.returncode, 0, text)
            self.assertIn(key, done.stderr.decode(), text)
            self.assertFalse((self.folder / "data").exists(), "a check makes nothing")

    def test_check_config_looks_at_the_data_folder(self):
        good = self.config('{"username": "dialer"}')
        (self.folder / "a file").write_text("")
        for folder in ("a file", "a file/data"):
            done = self.ringmaster("--config", good, "--data", self.folder / folder, "--check-config")
            self.assertNotEqual(done.returncode, 0, folder)
            self.assertIn("is no folder", done.stderr.decode())
        self.assertEqual(self.ringmaster("--config", good, "--data", self.folder / "not" / "made yet", "--check-config").returncode, 0)

    def test_a_result_file_that_cannot_be_written_is_told_at_the_start(self):
        server = self.daemon(self.pbx(), config={"general": {"result_filename": "/nope/x.json"}})
        eventually(lambda: "event=result_file_unwritable" in server.output(), what="the complaint")

    def test_it_refuses_to_be_heard_beyond_loopback_in_plain(self):
        done = self.ringmaster("--listen", "0.0.0.0:0", "--data", self.folder / "data")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("TLS", (done.stdout + done.stderr).decode())

    def test_the_first_start_makes_an_admin_and_prints_a_random_password_once(self):
        import base64
        server = self.daemon(self.pbx(), start=False)
        server.PASSWORD = ""
        server.start(login=False)
        found = eventually(lambda: re.search(r"admin.*password:? +(\S+)", server.output()), what="the password")
        password = found.group(1).strip("'\".,")
        basic = base64.b64encode(f"admin:{password}".encode()).decode()
        self.assertTrue(server.api.call("POST", "/v1/admin/login", headers={"Authorization": f"Basic {basic}"}, token=None).result["authtoken"])
        server.stop()
        server.start(login=False)
        self.assertEqual(server.output().count(password), 1)

    def test_a_first_start_that_fails_locks_nobody_out(self):
        import base64
        data = self.folder / "data"
        config = self.config('{"http": {"tls": {"certificate": "/no/such.pem", "key": "/no/such.pem"}}}')
        done = self.ringmaster("--listen", "127.0.0.1:0", "--data", data, "--config", config)
        self.assertNotEqual(done.returncode, 0)
        server = self.daemon(self.pbx(), start=False)
        server.data, server.PASSWORD = data, ""
        server.start(login=False)
        found = re.search(r"admin with password (\S+)", done.stdout.decode() + server.output())
        self.assertTrue(found, "neither start told the password")
        basic = base64.b64encode(f"admin:{found.group(1)}".encode()).decode()
        self.assertEqual(server.api.call("POST", "/v1/admin/login", headers={"Authorization": f"Basic {basic}"}, token=None).status, 200)

    def test_set_password(self):
        server = self.daemon(self.pbx())
        self.assertIn(b"in use", self.ringmaster("set-password", "--data", server.data, stdin=b"another\n").stderr)
        server.stop()
        self.assertNotEqual(self.ringmaster("set-password", "--data", server.data, stdin=b"").returncode, 0)
        self.assertNotEqual(self.ringmaster("set-password", "--data", server.data, "another").returncode, 0, "an argument is no place for it")
        for password, stdin, env in (("from a pipe", b"from a pipe\n", {}), ("from outside", b"", {"RINGMASTER_ADMIN_PASSWORD": "from outside"})):
            done = self.ringmaster("set-password", "--data", server.data, stdin=stdin, env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(password.encode(), done.stdout + done.stderr)
            server.start(login=False)
            server.api.login(password=password)
            server.stop()

    def test_logs_and_replies_hold_no_secret(self):
        sim = self.pbx()
        server = self.daemon(sim)
        campaign = self.make_campaign(server.api, ["7000001"])
        server.api.status(campaign, 1)
        self.until_results(server, 1)
        metrics = server.api.call("GET", "/metrics")
        self.assertEqual(metrics.status, 200)
        self.assertRegex(metrics.body.decode(), r"(?m)^ringmaster_\w+")
        health = server.api.call("GET", "/health", token=None)
        server.stop()
        for text in (server.output(), metrics.body.decode(), health.body.decode()):
            for secret in (server.PASSWORD, server.api.token):
                self.assertNotIn(secret, text)
        self.assertIsNone(re.search(r"(?i)secret[^a-z]{0,3}secret|password[=: ]+\S*secret", server.output()))

    def test_ami_json_prints_a_message_a_line(self):
        recording = b"Asterisk Call Manager/11.0.0\r\nEvent: A\r\nVariable: x=1\r\nVariable: y: 2\r\nEmpty: \r\n\r\nResponse: Success\r\n\r\n"
        path = self.folder / "r.ami"
        path.write_bytes(recording)
        for arguments, stdin in ((["ami-json", path], None), (["ami-json", "-"], recording)):
            done = self.ringmaster(*arguments, stdin=stdin)
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = [json.loads(l) for l in done.stdout.splitlines()]
            self.assertEqual([l["headers"] for l in lines], [[["Event", "A"], ["Variable", "x=1"], ["Variable", "y: 2"], ["Empty", ""]], [["Response", "Success"]]])

    def test_ami_json_follows_a_live_server(self):
        sim = self.pbx()
        process = subprocess.Popen([str(BUILD / "ringmaster"), "ami-json", "--connect", sim.address, "--ami-user", sim.USER, "--ami-secret", sim.SECRET],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        seen = []
        while not any(["Event", "FullyBooted"] in headers for headers in seen):
            line = process.stdout.readline()
            self.assertTrue(line, seen)
            seen.append(json.loads(line)["headers"])

    def test_backup_while_it_runs_and_restore(self):
        server = self.daemon(self.pbx())
        dlma = self.make_list(server.api, [f"10000{i:02d}" for i in range(20)])
        copy = self.folder / "copy"
        done = self.ringmaster("backup", "--data", server.data, "--to", copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        server.api.post("/ob/dls", {"dlma_uuid": dlma, "number_1": "1999999"})
        done = self.ringmaster("backup", "--data", server.data, "--to", copy)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"--overwrite", done.stderr)
        done = self.ringmaster("backup", "--data", server.data, "--to", server.data / "data.mdb", "--overwrite")
        self.assertNotEqual(done.returncode, 0, "over the database that it copies")
        server.api.post("/ob/dls", {"dlma_uuid": dlma, "number_1": "1999998"})
        server.stop()
        server.start()
        self.assertEqual(len(server.api.entries(dlma)), 22, "an acknowledged write is gone")
        server.stop()
        again = self.folder / "again"
        done = self.ringmaster("restore", "--from", copy, "--data", again)
        self.assertEqual(done.returncode, 0, done.stderr)
        server.data, server.api = again, None
        server.start()
        self.assertEqual(len(server.api.entries(dlma)), 20)
        server.stop()
        self.assertNotEqual(self.ringmaster("restore", "--from", copy, "--data", again).returncode, 0, "a restore over a database")

    def test_an_unreadable_database_is_left_alone(self):
        server = self.daemon(self.pbx())
        server.stop()
        (database,) = server.data.rglob("data.mdb")
        whole = bytearray(database.read_bytes())
        whole[:8192] = b"\x5a" * 8192
        database.write_bytes(whole)
        done = self.ringmaster("--listen", "127.0.0.1:0", "--data", server.data)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(done.stderr or done.stdout)
        self.assertEqual(database.read_bytes(), bytes(whole), "it was touched")

    def test_two_daemons_do_not_share_a_database(self):
        server = self.daemon(self.pbx())
        done = self.ringmaster("--listen", "127.0.0.1:0", "--data", server.data)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(done.stderr or done.stdout)
        self.assertEqual(server.api.call("GET", "/ob/plans").status, 200)
