# SPDX-License-Identifier: Apache-2.0
"""Who has no token: what such clients can make the daemon hold, and whom they can keep out."""
import base64
import re
import resource
import socket

from harness import Case, eventually


def idle_connections(daemon, many, send=b"", addresses=16):
    """Connections from several addresses of loopback; those that are not taken are left out."""
    host, port = daemon.api.host.split(":")
    made = []
    for i in range(many):
        s = socket.socket()
        s.bind((f"127.0.1.{1 + i % addresses}", 0))
        s.settimeout(5)
        try:
            s.connect((host, int(port)))
            if send:
                s.sendall(send)
            made.append(s)
        except OSError:
            s.close()
    return made


class Strangers(Case):
    def test_a_thousand_idle_connections_do_not_stop_calls_results_or_the_reconnect(self):
        # With 256 descriptors there is not one for each: the daemon keeps what it needs for itself.
        sim = self.pbx(time_scale=20)
        daemon = self.daemon(sim, limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 256)))
        idle = idle_connections(daemon, 1000)
        self.addCleanup(lambda: [s.close() for s in idle])
        first, second = (self.make_campaign(daemon.api, [f"1{half}{i:05}" for i in range(20)], plan={"max_retry_cnt_1": 1, "dial_timeout": 5000})
                         for half in range(2))
        daemon.api.status(first, 1)
        self.until_results(daemon, 20)
        sim.kill()
        sim.start()
        daemon.api.status(second, 1)
        self.until_results(daemon, 40)
        self.assertNotIn("Operation canceled", daemon.output())
        self.assertIn("event=fewer_connections", daemon.output())
        self.assertGreater(self.metric(daemon, "ringmaster_http_displaced_total"), 0)

    def metric(self, daemon, name):
        page = daemon.api.call("GET", "/metrics").body.decode()
        return float(re.search(rf"^{name} (\S+)$", page, re.M).group(1))

    def test_guesses_in_parallel_are_bounded_logged_and_counted_and_the_owner_signs_in(self):
        sim = self.pbx()
        daemon = self.daemon(sim)  # has signed in from 127.0.0.1
        host, port = daemon.api.host.split(":")
        wrong = base64.b64encode(b"admin:guess").decode()
        request = f"POST /admin/login HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {wrong}\r\n\r\n".encode()
        guessers = idle_connections(daemon, 100, request, addresses=100)
        statuses = {}
        for s in guessers:
            status = s.recv(4096).split()[1].decode()
            statuses[status] = statuses.get(status, 0) + 1
            s.close()
        self.assertLessEqual(statuses.get("401", 0), 9, statuses)
        self.assertEqual(100, sum(statuses.values()))
        daemon.api.login(password=daemon.PASSWORD)  # at once, or this raises
        lines = [line for line in daemon.output().splitlines() if "event=login_failed" in line]
        self.assertEqual(statuses.get("401", 0), len(lines))
        self.assertRegex(lines[0], r'user=admin address=127\.0\.1\.\d+')
        self.assertEqual(statuses.get("401", 0), self.metric(daemon, "ringmaster_logins_wrong_total"))
        self.assertGreater(self.metric(daemon, "ringmaster_logins_refused_total"), 0)
        daemon.stop()
        daemon.start(login=False)
        for s in idle_connections(daemon, 100, request, addresses=100):
            s.recv(4096)
            s.close()
        daemon.api.login(password=daemon.PASSWORD)  # it is known over the restart from where he signed in

