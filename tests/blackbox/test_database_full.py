# SPDX-License-Identifier: Apache-2.0
"""A database that has reached its limit: what is refused, what goes on, and that nobody who answered is called again."""
import threading

from harness import Case, eventually

MIB = 1 << 20


def answers(ring, listen):
    """Everybody answers after `ring` simulated seconds, and stays for `listen` where nobody talks to him."""
    return {"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                          "ring": ring, "patience": listen, "listen": listen, "first_digit_rules": False},
            "queues": [{"name": "sales_1", "agents": 4, "ring": 1, "talk": 5, "wrapup": 0}]}


class DatabaseFull(Case):
    def fill(self, api, dlma):
        """Until five in a row are refused; the last refusal."""
        refused = 0
        for i in range(100_000):
            reply = api.call("POST", "/ob/dls", {"dlma_uuid": dlma, "name": f"n{i}", "detail": "x" * 2000, "number_1": "300"})
            refused = refused + 1 if reply.status != 200 else 0
            if refused == 5:
                return reply
        self.fail("it is never full")

    def codes(self, api, path):
        return [r["code"] for r in api.get(path)["reasons"]]

    def test_nobody_who_answered_while_it_was_full_is_called_again(self):
        sim = self.pbx(population=answers(ring=110, listen=20), time_scale=4)  # they ring for as long as it takes to fill it
        server = self.daemon(sim, config={"database": {"map_size": 4 * MIB}})
        api = server.api
        numbers = [f"910000{i}" for i in range(4)]
        filler, small = self.make_list(api, []), self.make_list(api, ["301"])
        half = "number_1,detail\n" + f"302,{'y' * 2000}\n" * 500
        api.call("POST", f"/ob/dls/import?dlma_uuid={filler}", half.encode(), headers={"Content-Type": "text/csv"})
        campaign = self.make_campaign(api, numbers, plan={"dial_timeout": 600_000, "retry_delay": 0}, dest=self.queue())
        idle = self.make_campaign(api, [], plan={"dl_end_handle": 0})
        api.status(idle, 1)
        api.status(campaign, 1)
        eventually(lambda: len(sim.originates()) == 4, what="four calls")

        refusal = self.fill(api, filler)
        self.assertEqual(refusal.status, 507, refusal)
        self.assertIn("map_size", refusal.error["message"])
        self.assertIn("map_limit", refusal.error["message"])
        reply = api.call("POST", f"/ob/dls/import?dlma_uuid={filler}", half.encode(), headers={"Content-Type": "text/csv"})
        self.assertEqual(reply.status, 507, reply)
        self.assertIn("map_size", reply.error["message"])
        # It is told, and where it is looked for.
        health = api.call("GET", "/health", token=None).json
        self.assertEqual((health["status"], health["database"]["writable"]), ("degraded", False))
        self.assertIn("map_size", health["database"]["reason"])
        eventually(lambda: "database_unwritable" in self.codes(api, f"/ob/campaigns/{campaign}/explain"), what="explain says it")
        ringing = api.entries(api.campaign(campaign)["dlma"])[0]["uuid"]
        self.assertIn("database_unwritable", self.codes(api, f"/ob/dls/{ringing}/explain"))
        self.assertEqual(sim.calls_by_number(), {n: 1 for n in numbers}, "nothing is begun that cannot be written down")
        # What makes room, or stops something, works; also for who has to sign in first.
        api.login()
        self.assertEqual(api.call("DELETE", f"/ob/dls/{api.entries(filler)[0]['uuid']}").status, 200)
        self.assertEqual(api.call("DELETE", f"/ob/dlmas/{small}?delete_dls=1").status, 200)
        self.assertEqual(api.call("PUT", f"/ob/campaigns/{idle}", {"status": 0}).status, 200)
        self.until_status(api, idle, 0)
        # All four answer, meet an agent, and are over.
        lines = self.until_results(server, 4, 90)
        self.assertEqual({line["dial_addr"] for line in lines}, set(numbers))
        self.assertEqual({line["res_dial"] for line in lines}, {4})
        self.assertEqual(api.call("DELETE", f"/ob/dlmas/{filler}?delete_dls=1").status, 200)
        server.stop()
        server.config = {"database": {"map_size": 64 * MIB}}
        server.start()
        if server.api.campaign(campaign)["status"] == 0:
            server.api.status(campaign, 1)
        self.until_status(server.api, campaign, 0)
        self.assertEqual(sim.calls_by_number(), {n: 1 for n in numbers})
        self.assertEqual(server.api.call("GET", "/health", token=None).json["database"], {"writable": True})

    def test_a_restart_gives_no_more_room_than_the_limit(self):
        server = self.daemon(self.pbx(), config={"database": {"map_size": 2 * MIB}})
        filler = self.make_list(server.api, [])
        self.fill(server.api, filler)
        for _ in range(3):
            server.stop()
            server.start()
            self.assertEqual(server.api.call("POST", "/ob/dls", {"dlma_uuid": filler, "detail": "x" * 2000}).status, 507)
        self.assertLess((server.data / "data.mdb").stat().st_size, 2.5 * MIB)

    def test_it_grows_while_it_runs_and_lists_are_exported(self):
        server = self.daemon(self.pbx(), config={"database": {"map_size": 2 * MIB, "map_limit": 256 * MIB}})
        api = server.api
        dlma = self.make_list(api, [])
        body = lambda first: "number_1,name,detail\n" + "".join(f"{7_000_000 + first + i},n{first + i},{'d' * 300}\n" for i in range(5_000))
        stop, wrong = threading.Event(), []

        def export():
            before = 0
            while not stop.is_set():
                reply = api.call("GET", f"/ob/dls?dlma_uuid={dlma}&format=csv")
                rows = reply.body.count(b"\n") - 1
                if reply.status != 200 or rows < before:
                    wrong.append((reply.status, rows, before))
                before = rows

        readers = [threading.Thread(target=export) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            for piece in range(6):
                reply = api.call("POST", f"/ob/dls/import?dlma_uuid={dlma}", body(piece * 5_000).encode(), headers={"Content-Type": "text/csv"})
                self.assertEqual((reply.status, reply.json.get("result", {}).get("imported")), (200, 5_000), reply)
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        self.assertEqual(wrong, [])
        self.assertGreater((server.data / "data.mdb").stat().st_size, 8 * MIB)
        self.assertGreater(server.output().count("event=database_grown"), 1)
        rows = api.call("GET", f"/ob/dls?dlma_uuid={dlma}&format=csv").body.decode().splitlines()
        self.assertEqual(len(rows), 30_001)
        server.kill()
        server.start()
        self.assertEqual(len(server.api.call("GET", f"/ob/dls?dlma_uuid={dlma}&format=csv").body.decode().splitlines()), 30_001)
