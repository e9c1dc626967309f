# SPDX-License-Identifier: Apache-2.0
"""A client of the daemon's REST API."""
import base64
import http.client
import json
import threading
import urllib.parse


class Unanswered(Exception):
    """The daemon went away before it had answered: nothing is known of what it did."""


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def result(self):
        """The result of a call that must have worked."""
        if self.status != 200:
            raise AssertionError(f"{self.status}: {self.body[:1000]!r}")
        return self.json.get("result")

    @property
    def error(self):
        return self.json["error"]

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Api:
    """Calls with a token, kept alive, one connection for each thread. `get`, `post`, `put` and `delete` return
    the result and raise AssertionError on any other status than 200; `call` returns whatever came."""

    def __init__(self, url, token=None, timeout=60):
        self.url = url
        self.host = urllib.parse.urlsplit(url).netloc
        self.token = token
        self.timeout = timeout
        self._local = threading.local()

    def login(self, user="admin", password="test password"):
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.token = self.call("POST", "/v1/admin/login", headers={"Authorization": f"Basic {basic}"}, token=None).result["authtoken"]
        return self

    def call(self, method, path, body=None, kind="application/json", headers=None, token=""):
        """`body`: bytes go as they are, anything else as JSON. `token`: "" is the client's own, None is none."""
        sent = dict(headers or {})
        token = self.token if token == "" else token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", kind)
            if not isinstance(body, (bytes, bytearray)):
                body = json.dumps(body).encode()
        connection = getattr(self._local, "connection", None)
        for fresh in (connection is None, True):
            if fresh:
                connection = self._local.connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
            try:
                connection.request(method, path, body, sent)
                reply = connection.getresponse()
                return Reply(reply.status, reply.headers, reply.read())
            except (OSError, http.client.HTTPException) as why:
                connection.close()
                self._local.connection = None
                # A kept-alive connection may have been closed in between; only a reader may try again.
                if fresh or method not in ("GET", "HEAD"):
                    raise Unanswered(f"{method} {path}: {why!r}") from why

    def get(self, path):
        return self.call("GET", path).result

    def post(self, path, body):
        return self.call("POST", path, body).result

    def put(self, path, body):
        return self.call("PUT", path, body).result

    def delete(self, path):
        return self.call("DELETE", path).result

    # --- what many tests ask ---

    def all(self, path):
        """Every item of a list, page by page."""
        items, token, sign = [], None, "&" if "?" in path else "?"
        while True:
            page = self.get(path + (f"{sign}count=1000" + (f"&page_token={token}" if token else "")))
            items += page["list"]
            token = page.get("next_page_token") or page.get("page_token")
            if not token or not page["list"]:
                return items

    def entries(self, dlma):
        return self.all(f"/ob/dls?dlma_uuid={dlma}")

    def campaign(self, uuid):
        return self.get(f"/ob/campaigns/{uuid}")

    def stats(self, uuid):
        return self.get(f"/ob/campaigns/{uuid}/stats")

    def status(self, uuid, status):
        return self.put(f"/ob/campaigns/{uuid}", {"status": status})
