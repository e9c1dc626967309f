# SPDX-License-Identifier: Apache-2.0
"""What is sent to harm: requests that two parsers could read in two ways, and connections that are cut anywhere.

RINGMASTER_CUTS=N sets how many connections are cut (200)."""
import os
import random
import re
import socket

from harness import Case, eventually
from harness.report import report

CUTS = int(os.environ.get("RINGMASTER_CUTS", "200"))


def send(host, data, pieces=1, timeout=5):
    """What came back until the connection ended, and whether it did."""
    address, port = host.split(":")
    with socket.create_connection((address, int(port)), timeout=timeout) as s:
        try:
            for i in range(pieces):
                s.sendall(data[i * len(data) // pieces:(i + 1) * len(data) // pieces])
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all of it was sent
        answer = b""
        try:
            while more := s.recv(65536):
                answer += more
        except TimeoutError:
            return answer, False
        except OSError:
            pass
        return answer, True


LENGTHS = [b"+5", b"-1", b"-0", b"5,5", b"5, 5", b"5, 6", b"5 5", b"5\t5", b"0x5", b"5.0", b"5e0", b"", b" ", b"9" * 25, b"18446744073709551621", b"\xef\xbc\x95",
           b"5\x00", b"5\x0b", b"five", b"5;", b"5\"", b"\"5\""]
CODINGS = [b"identity", b"gzip", b"gzip, chunked", b"chunked, identity", b"chunked, chunked", b"xchunked", b"chunkedx", b"chunked;q=1", b"chunked;", b",chunked",
           b"chunked,", b"\"chunked\"", b"\x0bchunked", b"chunked\x00", b"chun\x00ked", b"ch\xc3\xbcnked", b"", b"deflate", b"chunked gzip"]
SIZES = [b"0x5", b"5;ext=1", b"5 ;x", b" 5", b"5 ", b"-1", b"+5", b"", b"g", b"5\x00", b"FFFFFFFFFFFFFFFFF", b"10000000000000000", b"5\t", b"5,5", b"\xef\xbc\x95"]
LINES = [b"%s  %s HTTP/1.1", b"%s\t%s HTTP/1.1", b" %s %s HTTP/1.1", b"%s %s  HTTP/1.1", b"%s %s HTTP/1.1 ", b"%s %s HTTP/2.0", b"%s %s http/1.1", b"%s %s HTTP/1.10",
         b"%s %s HTTP/1.1\x00", b"%s %s HTTP/11", b"%s %s", b"%s http://a%s HTTP/1.1", b"%s //a%s#x HTTP/1.1", b"%s %s#x HTTP/1.1", b"%s a%s HTTP/1.1", b"%s %s\x00 HTTP/1.1",
         b"%s %s\xff HTTP/1.1", b"%s %s x HTTP/1.1", b"(%s) %s HTTP/1.1", b"%s:%s HTTP/1.1", b"%s %s FTP/1.1"]
FIELDS = [b"X : y", b" X: y", b"\tX: y", b": y", b"X y", b"X\x00: y", b"X: y\x00z", b"X: y\x01", b"X\xff: y", b"X: a\r\n folded", b"X: a\r\n\tfolded", b"X: y\nY: z",
          b"X: y\rY: z", b"X: y\n", b"X\n: y", b"(X): y", b"X@: y", b"Content-Length : 5", b"Transfer-Encoding : chunked", b"Host: b", b"Expect: 200-ok"]


class Attacks(Case):
    def setUp(self):
        super().setUp()
        self.server = self.daemon()
        self.api = self.server.api

    def smuggled(self):
        """A request that must never be taken for one: it would create something."""
        body = b'{"name": "smuggled"}'
        return (b"POST /ob/plans HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + self.api.token.encode() +
                b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)

    def framings(self):
        token = b"Host: a\r\nAuthorization: Bearer " + self.api.token.encode() + b"\r\n"
        hidden = self.smuggled()
        for method, path in ((b"GET", b"/ob/plans"), (b"POST", b"/ob/plans"), (b"PUT", b"/ob/plans/x"), (b"DELETE", b"/ob/plans/x")):
            line = method + b" " + path + b" HTTP/1.1\r\n" + token
            for value in LENGTHS:
                yield line + b"Content-Length: " + value + b"\r\n\r\n" + b"{   }" + hidden
            for one, two in ((b"5", b"5"), (b"5", b"0"), (b"0", b"5"), (b"5", str(5 + len(hidden)).encode())):
                yield line + b"Content-Length: " + one + b"\r\nContent-Length: " + two + b"\r\n\r\n{   }" + hidden
            for value in CODINGS:
                yield line + b"Transfer-Encoding: " + value + b"\r\n\r\n5\r\n{   }\r\n0\r\n\r\n" + hidden
            for both in (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
                         b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"):
                yield line + both + b"\r\n\r\n5\r\n{   }\r\n0\r\n\r\n" + hidden
            for size in SIZES:
                yield line + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\n{   }\r\n0\r\n\r\n" + hidden
            yield line + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{   }0\r\n\r\n" + hidden
            yield line + b"Transfer-Encoding: chunked\r\n\r\n5\n{   }\n0\n\n" + hidden
            yield line + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{   }\r\n0\r\nX: trailer\r\n\r\n" + hidden
            yield line.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{   }\r\n0\r\n\r\n" + hidden
            for form in LINES:
                yield form % (method, path) + b"\r\n" + token + b"\r\n" + hidden
            for field in FIELDS:
                yield line + field + b"\r\n\r\n" + hidden
            yield line.replace(b"Host: a\r\n", b"") + b"\r\n" + hidden
            yield line.replace(b"Host: a", b"Host: a b") + b"\r\n" + hidden
            yield line.replace(b"\r\n", b"\n") + b"\n" + hidden

    def test_what_could_be_read_in_two_ways_is_refused_and_hides_nothing(self):
        cases = list(self.framings())
        self.assertGreater(len(cases), 335)
        seed = random.randrange(2**32)
        print(f"seed {seed}, {len(cases)} cases")
        pieces = random.Random(seed)
        for case in cases:
            answer, ended = send(self.api.host, case, pieces.choice((1, 1, 2, 7)))
            shown = case[:300]
            self.assertTrue(ended, f"left open: {shown!r}")
            self.assertEqual(1, len(re.findall(rb"HTTP/1\.1 \d\d\d ", answer)), f"not one answer: {shown!r}\n{answer[:600]!r}")
            status = int(answer.split(None, 2)[1])
            self.assertIn(status, (400, 408, 413, 414, 417, 431, 501, 505), f"{shown!r}\n{answer[:300]!r}")
        report("Ambiguous framings", {"seed": seed, "cases, each refused, none hiding a request": len(cases)})
        self.assertEqual([], [p["name"] for p in self.api.get("/ob/plans?count=10000")["list"] if p.get("name") == "smuggled"])

    def test_connections_cut_anywhere_change_nothing_but_what_was_whole(self):
        seed = random.randrange(2**32)
        print(f"seed {seed}, {CUTS} cuts")
        rng = random.Random(seed)
        dlma = self.api.post("/ob/dlmas", {"name": "cuts"})["uuid"]
        whole_ones = set()
        for cut in range(CUTS):
            name = f"cut-{cut}"
            body = b'{"dlma_uuid": "%s", "name": "%s", "number_1": "300"}' % (dlma.encode(), name.encode())
            head = b"POST /ob/dls HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + self.api.token.encode() + b"\r\n"
            if rng.random() < 0.5:
                whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
            else:
                whole = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:20], body[20:])) + b"0\r\n\r\n"
            at = rng.randrange(1, len(whole) + 1)
            address, port = self.api.host.split(":")
            with socket.create_connection((address, int(port)), timeout=10) as s:
                s.sendall(whole[:at])
                if at == len(whole):
                    self.assertIn(b" 200 ", s.recv(4096))
                    whole_ones.add(name)
                elif rng.random() < 0.5:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # ends with a reset
        there = {e["name"] for e in self.api.entries(dlma)}
        self.assertEqual(whole_ones, there)
        report("Requests cut anywhere", {"seed": seed, "cuts": CUTS, "whole ones, all there and nothing else": len(whole_ones)})
        eventually(lambda: b"ringmaster_http_connections 1\n" in self.api.call("GET", "/metrics").body, 90, what="no connection stays behind")
