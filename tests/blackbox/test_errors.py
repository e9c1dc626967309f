# SPDX-License-Identifier: Apache-2.0
"""Bad input: a 4xx with the field and the reason, and nothing changed."""
import json
import socket
import uuid

from harness import Case, eventually

NOBODY = "01234567-89ab-4cde-8f01-23456789abcd"
TEXT_FIELDS = {
    "plans": ("name", "detail", "tech_name", "trunk_name", "caller_id", "codecs", "early_media", "jurisdiction", "abandon_context", "abandon_exten",
              "abandon_priority", "abandon_group"),
    "destinations": ("name", "detail", "application", "data", "context", "exten", "priority"),
    "dlmas": ("name", "detail"),
    "dls": ("name", "detail", "email", "number_1", "number_8", "resv_target", "ukey"),
    "campaigns": ("name", "detail", "sc_time_start", "sc_time_end", "sc_date_start", "sc_date_end", "sc_date_list",
                  "sc_date_list_except", "sc_day_list"),
}
INTEGER_FIELDS = {
    "plans": ("dial_mode", "dial_timeout", "dl_end_handle", "retry_delay", "service_level", "max_retry_cnt_1", "max_retry_cnt_8"),
    "destinations": ("type",),
    "dlmas": (),
    "dls": ("status",),
    "campaigns": ("status", "sc_mode"),
}
REFUSED = {
    "plans": [("dial_mode", 2), ("dial_mode", -1), ("dl_end_handle", 7), ("tech_name", "H323"), ("tech_name", "SIP/1&Local"),
              ("trunk_name", "a&b"), ("trunk_name", "a b"), ("caller_id", "x\tSystem(reboot)\x07"), ("retry_delay", -1), ("max_retry_cnt_3", -5),
              ("dial_timeout", 0), ("early_media", "perhaps"), ("pacing_method", "clairvoyant"), ("abandon_limit", 1), ("abandon_limit", -0.01),
              ("abandon_limit", "3 %"), ("abandon_window_days", 0), ("abandon_grace_ms", -1), ("min_ring_seconds", -1), ("jurisdiction", "Mars"),
              ("max_calls", -1), ("max_calls_per_agent", -1), ("abandon_context", "a,b"), ("abandon_group", "a&b"), ("give_up_ringing", 1), ("variables", "text"), ("variables", []),
              ("variables", {"a": 1}), ("variables", {"a": {"b": "c"}}), ("variables", {"a": "x\r\nAction: Command"}), ("variables", {"a\n": "b"}),
              ("uuid", NOBODY), ("tm_create", "2017-03-08T01:42:40.551073859Z"), ("in_use", 0)],
    "destinations": [("type", 2), ("application", "System"), ("application", "TrySystem"), ("application", "AGI"), ("application", "MixMonitor"),
                     ("application", "Originate"), ("application", "queue,park"), ("data", "sales_1|rm -rf"), ("data", "${SHELL(id)}"),
                     ("context", "a\nb"), ("exten", "a b;c"), ("uuid", NOBODY)],
    "dlmas": [("dl_table", "x"), ("variables", 3), ("uuid", NOBODY)],
    "dls": [("number_1", "300&301"), ("number_1", "300/x"), ("number_2", "Local/1@customers"), ("number_1", "3" * 65), ("status", 3),
            ("dlma_uuid", NOBODY), ("dlma_uuid", "no uuid"), ("dlma_uuid", None), ("variables", "x"), ("dialing_uuid", NOBODY), ("uuid", NOBODY)],
    "campaigns": [("plan", NOBODY), ("dest", NOBODY), ("dlma", NOBODY), ("next_campaign", NOBODY), ("plan", "no uuid"), ("plan", 5), ("status", 3),
                  ("status", 10), ("status", 12), ("sc_mode", 2), ("sc_time_start", "25:00:00"), ("sc_time_start", "8 o'clock"),
                  ("sc_time_end", "12:60:00"), ("sc_date_start", "2026-02-30"), ("sc_date_end", "tomorrow"), ("sc_date_list", "2026-01-01, 2026-13-01"),
                  ("sc_date_list_except", "x"), ("sc_day_list", "0, 7"), ("sc_timezone", "Middle-earth/Shire"), ("variables", []), ("uuid", NOBODY)],
}


class Errors(Case):
    def setUp(self):
        super().setUp()
        self.server = self.daemon(self.pbx())
        self.api = self.server.api
        self.dlma = self.api.post("/ob/dlmas", {"name": "list"})["uuid"]

    def body(self, resource):
        return {"dlma_uuid": self.dlma, "number_1": "300"} if resource == "dls" else {}

    def list_path(self, resource):
        return f"/ob/dls?dlma_uuid={self.dlma}" if resource == "dls" else f"/ob/{resource}"

    def everything(self):
        return {r: sorted(json.dumps(i, sort_keys=True) for i in self.api.all(self.list_path(r))) for r in TEXT_FIELDS}

    def refused(self, reply, status, field=None, where=""):
        self.assertEqual(reply.status, status, f"{where}: {reply}")
        body = reply.json
        self.assertEqual(body["statuscode"], status, where)
        self.assertNotIn("result", body, where)
        self.assertEqual(body["error"]["code"], status, where)
        self.assertTrue(body["error"]["message"], where)
        if field:
            self.assertIn(field, body["error"]["message"], where)

    def test_fields_of_the_wrong_type_or_value_are_named_and_nothing_changes(self):
        made = {r: self.api.post(f"/ob/{r}", self.body(r)) for r in TEXT_FIELDS}
        before = self.everything()
        for resource in TEXT_FIELDS:
            bad = list(REFUSED[resource])
            bad += [(f, v) for f in TEXT_FIELDS[resource] for v in (5, True, [], {}, "a\r\nb", "a\nb", "a\0b")]
            bad += [(f, v) for f in INTEGER_FIELDS[resource] for v in ("1", 1.5, True, [], {}, None, 1 << 70)]
            bad.append(("no_such_field", 1))
            for field, value in bad:
                for method, path in (("POST", f"/ob/{resource}"), ("PUT", f"/ob/{resource}/{made[resource]['uuid']}")):
                    with self.subTest(method=method, resource=resource, field=field, value=value):
                        body = {**(self.body(resource) if method == "POST" else {}), field: value}
                        self.refused(self.api.call(method, path, body), 400, field, f"{method} {path} {field}={value!r}")
        self.assertEqual(self.everything(), before)

    def test_bodies_that_are_no_object_are_refused(self):
        before = self.everything()
        for resource in TEXT_FIELDS:
            for body in (b"{", b"[]", b'"x"', b"null", b"5", b"{} x", b'{"name": "a"', b'{"name": "a",}', b"{'name': 'a'}",
                         b'{"name": "\xff\xfe"}', b'{"name": "a", "name": "b"}', b"[" * 5000, b'{"a":' * 3000):
                with self.subTest(resource=resource, body=body[:40]):
                    self.refused(self.api.call("POST", f"/ob/{resource}", body), 400, where=f"{resource} {body[:40]}")
        self.assertEqual(self.everything(), before)

    def test_an_entry_needs_its_list(self):
        self.refused(self.api.call("POST", "/ob/dls", {"number_1": "300"}), 400, "dlma_uuid")

    def test_unknown_ids_and_paths_are_404(self):
        for resource in (*TEXT_FIELDS, "dialings"):
            for path in (f"/ob/{resource}/{NOBODY}", f"/ob/{resource}/no-uuid", f"/ob/{resource}/{NOBODY}/x"):
                self.refused(self.api.call("GET", path), 404, where=path)
            self.refused(self.api.call("DELETE", f"/ob/{resource}/{NOBODY}"), 404)
            if resource != "dialings":
                self.refused(self.api.call("PUT", f"/ob/{resource}/{NOBODY}", {"name": "x"}), 404)
        self.refused(self.api.call("GET", "/ws"), 426)  # a WebSocket's address
        page = self.api.call("GET", "/", token=None)  # one as well, as the reference has it; and what people type into a browser
        self.assertEqual((page.status, page.headers["Location"]), (303, "/wallboard"))
        for path in ("/ob", "/ob/nothing", "/v2/ob/plans", "/ob/plans/../campaigns", "/ob/plans%2f"):
            self.assertIn(self.api.call("GET", path).status, (400, 404), path)
        for path in (f"/ob/campaigns/{NOBODY}/explain", f"/ob/campaigns/{NOBODY}/stats", f"/ob/dls/{NOBODY}/explain"):
            self.refused(self.api.call("GET", path), 404, where=path)

    def test_wrong_methods_are_405_and_say_what_is_allowed(self):
        plan = self.api.post("/ob/plans", {})["uuid"]
        for method, path, allowed in (("PUT", "/ob/plans", {"GET", "POST"}), ("DELETE", "/ob/plans", {"GET", "POST"}),
                                      ("POST", f"/ob/plans/{plan}", {"GET", "PUT", "DELETE"}), ("POST", "/ob/dialings", {"GET"}),
                                      ("PUT", f"/ob/dialings/{NOBODY}", {"GET", "DELETE"}), ("PATCH", "/ob/campaigns", {"GET", "POST"})):
            reply = self.api.call(method, path, {})
            self.assertEqual(reply.status, 405, f"{method} {path}: {reply}")
            self.assertLessEqual(allowed, {m.strip() for m in reply.headers["Allow"].split(",")}, f"{method} {path}")

    def test_nothing_answers_without_a_token(self):
        for path in ("/ob/plans", "/plans", "/v1/ob/campaigns", f"/ob/plans/{NOBODY}", "/ob/dialings"):
            for token in (None, "0" * 32, str(uuid.uuid4()), "'", "x" * 3000):
                reply = self.api.call("GET", path, token=token)
                self.assertIn(reply.status, (401,), f"{path} {token}: {reply}")
                self.assertTrue(reply.headers["WWW-Authenticate"])
        self.assertEqual(self.api.call("POST", "/ob/plans", {}, token=None).status, 401)
        self.assertEqual(self.api.call("GET", f"/ob/plans?authtoken={self.api.token}", token=None).status, 200)
        import base64
        for pair in (b"admin:wrong", b"nobody:test password", b"admin:", b"admin"):
            reply = self.api.call("POST", "/v1/admin/login", headers={"Authorization": "Basic " + base64.b64encode(pair).decode()}, token=None)
            self.assertIn(reply.status, (401, 429), f"{pair}: {reply}")
        self.assertEqual(self.api.call("GET", "/health", token=None).status, 200)

    def test_bodies_that_are_too_large_are_413(self):
        for size in (9 << 20, 40 << 20):
            with socket.create_connection((self.api.host.split(":")[0], int(self.api.host.split(":")[1])), timeout=30) as s:
                s.sendall(f"POST /ob/plans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.api.token}\r\nContent-Length: {size}\r\n\r\n".encode())
                self.assertIn(b" 413 ", s.recv(200).split(b"\r\n")[0] + b" ")
        self.assertEqual(self.api.get("/ob/plans")["list"], [])

    def test_what_is_referenced_is_deleted_only_by_force(self):
        plan = self.api.post("/ob/plans", {"dial_mode": 1})["uuid"]
        dest = self.api.post("/ob/destinations", {"type": 1, "application": "park"})["uuid"]
        campaign = self.api.post("/ob/campaigns", {"plan": plan, "dest": dest, "dlma": self.dlma})["uuid"]
        paths = {"plan": f"/ob/plans/{plan}", "dest": f"/ob/destinations/{dest}", "dlma": f"/ob/dlmas/{self.dlma}"}
        for path in paths.values():
            self.refused(self.api.call("DELETE", path), 400, where=path)
            self.refused(self.api.call("DELETE", path + "?force=0"), 400, where=path)
            self.refused(self.api.call("DELETE", path + "?force=2"), 400, where=path)
            self.assertEqual(self.api.get(path)["in_use"], 1, path)
        for field, path in paths.items():
            self.assertEqual(self.api.campaign(campaign)[field], path.rsplit("/", 1)[1])
            gone = self.api.delete(path + "?force=1")
            self.assertEqual(gone["in_use"], 0)
            self.assertIsNone(self.api.campaign(campaign)[field])
            self.assertEqual(self.api.call("GET", path).status, 404)
            self.assertEqual(self.api.call("DELETE", path).status, 404)

    def test_a_list_with_live_entries_is_deleted_only_with_them(self):
        entry = self.api.post("/ob/dls", self.body("dls"))["uuid"]
        path = f"/ob/dlmas/{self.dlma}"
        self.refused(self.api.call("DELETE", path), 400)
        self.assertEqual(self.api.get(path)["in_use"], 1)
        self.assertEqual(self.api.delete(path + "?delete_dls=1")["in_use"], 0)
        eventually(lambda: self.api.call("GET", f"/ob/dls/{entry}").status == 404, what="the entry is gone with its list")
        self.refused(self.api.call("POST", "/ob/dls", self.body("dls")), 400, "dlma_uuid")

    def test_a_campaign_that_cannot_dial_does_not_start(self):
        plan = self.api.post("/ob/plans", {"dial_mode": 1})["uuid"]
        idle = self.api.post("/ob/plans", {"dial_mode": 0})["uuid"]
        dest = self.api.post("/ob/destinations", {"type": 1, "application": "park"})["uuid"]
        empty_dest = self.api.post("/ob/destinations", {"type": 1})["uuid"]
        whole = {"plan": plan, "dest": dest, "dlma": self.dlma}
        for missing, change in (("plan", {"plan": None}), ("list", {"dlma": None}), ("dest", {"dest": None}),
                                ("dial_mode", {"plan": idle}), ("application", {"dest": empty_dest})):
            campaign = self.api.post("/ob/campaigns", {**whole, **change})["uuid"]
            self.refused(self.api.call("PUT", f"/ob/campaigns/{campaign}", {"status": 1}), 400, missing, missing)
            self.assertEqual(self.api.campaign(campaign)["status"], 0)

    def test_a_running_campaign_keeps_what_it_needs(self):
        campaign = self.make_campaign(self.api, ["3000001"])
        self.api.status(campaign, 1)
        for path in (f"/ob/campaigns/{campaign}",):
            reply = self.api.call("DELETE", path)
            self.assertIn(reply.status, (200, 400), reply)
            if reply.status == 200:  # then it is stopped first
                self.assertEqual(self.api.call("GET", path).status, 404)

    def test_queries_with_bad_values_are_refused(self):
        for path in ("/ob/plans?count=x", "/ob/plans?count=-1", "/ob/plans?page_token=%00", f"/ob/dls?dlma_uuid=x",
                     f"/ob/dls?dlma_uuid={NOBODY}", f"/ob/dls?dlma_uuid={self.dlma}&format=xml"):
            self.assertIn(self.api.call("GET", path).status, (400, 404), path)

    def test_lists_page(self):
        made = [self.api.post("/ob/plans", {"name": f"p{i}"})["uuid"] for i in range(25)]
        seen, token = [], ""
        while True:
            page = self.api.get(f"/ob/plans?count=10{token}")
            self.assertLessEqual(len(page["list"]), 10)
            seen += [p["uuid"] for p in page["list"]]
            next_token = page.get("next_page_token") or page.get("page_token")
            if not next_token:
                break
            token = f"&page_token={next_token}"
        self.assertEqual(sorted(seen), sorted(made))

    def test_headers_that_smuggle_are_refused(self):
        host, port = self.api.host.split(":")
        for head in ("GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                     "POST /ob/plans HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                     "POST /ob/plans HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                     "POST /ob/plans HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                     "GET /health HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", "GET /health HTTP/1.1\r\nHost : a\r\n\r\n"):
            with socket.create_connection((host, int(port)), timeout=30) as s:
                s.sendall(head.encode())
                self.assertRegex(s.recv(200).split(b"\r\n")[0], rb"HTTP/1\.1 (400|501)", head)
