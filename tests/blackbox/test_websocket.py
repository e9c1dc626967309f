# SPDX-License-Identifier: Apache-2.0
"""The live WebSocket against RFC 6455, case by case: the groups of cases are those that the field tests its servers with
(framing, pings, reserved bits and opcodes, fragments, UTF-8, closing, limits). The server echoes nothing; a request to
end a subscription that is not there is answered with its own topic, and stands for the echo."""
import json
import os
import socket
import struct

from harness import Case
from harness.live import LiveClient, LiveClosed

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PROTOCOL_ERROR, NOT_UNDERSTOOD, NOT_UTF8, TOO_BIG = 1002, 1003, 1007, 1009


def frame(opcode, body=b"", final=True, reserved=0, masked=True, length=None):
    """`length`: 16 or 64 bits for a length that needs fewer, or the bytes of a made-up one."""
    size = len(body)
    first = (0x80 if final else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    if isinstance(length, bytes):
        head = bytes([first, mask_bit | 127]) + length
    elif length == 16 or (length is None and 125 < size < 65536):
        head = bytes([first, mask_bit | 126]) + struct.pack(">H", size)
    elif length == 64 or size >= 65536:
        head = bytes([first, mask_bit | 127]) + struct.pack(">Q", size)
    else:
        head = bytes([first, mask_bit | size])
    if not masked:
        return head + body
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body))


def wish(name, size=None):
    """A text that is answered with `name`, padded to `size` bytes."""
    text = json.dumps({"type": "unsubscribe", "topic": "/ob/" + name}).encode()
    return text if size is None else text + b" " * (size - len(text))


def close_body(code, reason=b""):
    return struct.pack(">H", code) + reason


class Peer(LiveClient):
    def raw(self, data, piece=None):
        for at in range(0, len(data), piece or len(data)):
            self.socket.sendall(data[at:at + (piece or len(data))])

    def next(self):
        """(opcode, body) of the next frame."""
        return self._frame()

    def answered(self, name):
        opcode, body = self.next()
        assert opcode == TEXT and f"/ob/{name}" in json.loads(body)["error"]["message"], (opcode, body)

    def closed_with(self):
        """The code of the close that comes next; the connection has to end behind it."""
        opcode, body = self.next()
        assert opcode == CLOSE, (opcode, body)
        code = struct.unpack(">H", body[:2])[0] if body else None
        assert not body[2:].decode().encode() != body[2:], "the reason is UTF-8"
        try:
            self.raw(frame(CLOSE, body[:2]))
        except OSError:
            pass
        try:
            more = self.next()
            raise AssertionError(f"{more} came behind the close")
        except (LiveClosed, ConnectionError):
            return code


class WebSocket(Case):
    """One daemon for all cases; each case has a connection of its own."""

    def setUp(self):
        super().setUp()
        self.server = self.daemon()

    def each(self, cases):
        for name, act in cases:
            with self.subTest(name):
                peer = Peer(self.server.api)
                try:
                    act(peer)
                finally:
                    peer.close()

    def ends(self, code, *frames, or_with=None):
        """`or_with`: another code that the standard leaves to the server."""
        def act(peer):
            for one in frames:
                peer.raw(one)
            self.assertIn(peer.closed_with(), (code, or_with or code))
        return act

    def test_framing(self):
        def text_of(size, piece=None):
            def act(peer):
                peer.raw(frame(TEXT, wish("x", size)), piece)
                peer.answered("x")
            return act

        def empty(peer):
            peer.raw(frame(TEXT))
            self.assertEqual(peer.hear()["type"], "error")

        def many(peer):
            peer.raw(b"".join(frame(TEXT, wish(f"n{i}")) for i in range(100)))
            for i in range(100):
                peer.answered(f"n{i}")
        self.each([("empty", empty), ("many in one write", many),
                   *((f"{size} bytes", text_of(size)) for size in (124, 125, 126, 127, 128, 16 * 1024)),
                   *((f"{size} bytes, one at a time", text_of(size, 1)) for size in (125, 126, 300)),
                   ("binary", self.ends(NOT_UNDERSTOOD, frame(BINARY, b"\0\xfe"))),
                   ("not masked", self.ends(PROTOCOL_ERROR, frame(TEXT, wish("x"), masked=False))),
                   ("a ping that is not masked", self.ends(PROTOCOL_ERROR, frame(PING, masked=False)))])

    def test_pings_and_pongs(self):
        def pong(body, piece=None):
            def act(peer):
                peer.raw(frame(PING, body), piece)
                self.assertEqual(peer.next(), (PONG, body))
            return act

        def unasked(peer):
            peer.raw(frame(PONG, b"unasked") + frame(PONG) + frame(PING, b"after"))
            self.assertEqual(peer.next(), (PONG, b"after"))

        def several(peer):
            for piece in (None, 1):
                peer.raw(b"".join(frame(PING, b"%d" % i) for i in range(10)), piece)
                # An answer to the newest one may stand for those before it (5.5.3).
                while True:
                    opcode, body = peer.next()
                    self.assertEqual(opcode, PONG)
                    if body == b"9":
                        break
        self.each([("without a body", pong(b"")), ("text", pong(b"Hello")), ("bytes", pong(b"\0\xff\xfe\xfd\xfc\xfb\0\xff")),
                   ("125 bytes", pong(b"\xfe" * 125)), ("125 bytes, one at a time", pong(b"\xfe" * 125, 1)),
                   ("126 bytes", self.ends(PROTOCOL_ERROR, frame(PING, b"x" * 126))),
                   ("pongs that nobody asked for", unasked), ("several", several)])

    def test_reserved_bits_and_opcodes(self):
        cases = []
        for bits in range(1, 8):
            for opcode in (TEXT, PING, CLOSE):
                cases.append((f"bits {bits} in opcode {opcode}", self.ends(PROTOCOL_ERROR, frame(opcode, reserved=bits))))
            cases.append((f"bits {bits} in a later fragment", self.ends(
                PROTOCOL_ERROR, frame(TEXT, b"{", final=False), frame(CONTINUATION, b"}", reserved=bits))))
        for opcode in (*range(3, 8), *range(11, 16)):
            cases += [(f"opcode {opcode}", self.ends(PROTOCOL_ERROR, frame(opcode))),
                      (f"opcode {opcode} with a body", self.ends(PROTOCOL_ERROR, frame(opcode, b"body")))]
        self.each(cases)

    def test_fragments(self):
        text = wish("x")

        def in_pieces(pieces, between=b"", one_by_one=None):
            def act(peer):
                step = -(-len(text) // pieces)
                parts = [text[at:at + step] for at in range(0, len(text), step)]
                for i, part in enumerate(parts):
                    peer.raw(frame(TEXT if i == 0 else CONTINUATION, part, final=i == len(parts) - 1), one_by_one)
                    if between and i + 1 < len(parts):
                        peer.raw(between)
                        self.assertEqual(peer.next(), (PONG, b"between"))
                peer.answered("x")
            return act

        def empty_ones(peer):
            peer.raw(frame(TEXT, final=False) + frame(CONTINUATION, final=False) + frame(CONTINUATION, text))
            peer.answered("x")

        def whole_after(peer):
            peer.raw(frame(TEXT, text[:5], final=False) + frame(CONTINUATION, text[5:]) + frame(TEXT, wish("y")))
            peer.answered("x")
            peer.answered("y")
        part = frame(TEXT, text[:5], final=False)
        self.each([("two", in_pieces(2)), ("as many as bytes", in_pieces(len(text))), ("cut within frames", in_pieces(3, b"", 1)),
                   ("with pings between", in_pieces(4, frame(PING, b"between"))), ("empty ones", empty_ones),
                   ("a whole message behind", whole_after),
                   ("a ping in fragments", self.ends(PROTOCOL_ERROR, frame(PING, b"x", final=False), frame(CONTINUATION, b"y"))),
                   ("a pong in fragments", self.ends(PROTOCOL_ERROR, frame(PONG, b"x", final=False), frame(CONTINUATION, b"y"))),
                   ("a continuation of nothing", self.ends(PROTOCOL_ERROR, frame(CONTINUATION, b"x"))),
                   ("a first continuation that goes on", self.ends(PROTOCOL_ERROR, frame(CONTINUATION, b"x", final=False))),
                   ("a continuation behind a whole message", self.ends(PROTOCOL_ERROR, part, frame(TEXT, b"x"))),
                   ("a message within a message", self.ends(PROTOCOL_ERROR, part, frame(TEXT, text))),
                   ("binary within text", self.ends(PROTOCOL_ERROR, part, frame(BINARY, text)))])

    def test_utf8(self):
        good = [b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", b"\x00", b"\x7f", b"\xc2\x80", b"\xdf\xbf", b"\xe0\xa0\x80", b"\xef\xbf\xbf",
                b"\xf0\x90\x80\x80", b"\xf4\x8f\xbf\xbf", b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf0\x9f\xbf\xbe"]
        bad = [b"\x80", b"\xbf", b"\x80\xbf\x80", b"\xc0\x80", b"\xc1\xbf", b"\xc3", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xe1\x80", b"\xed\xa0\x80",
               b"\xed\xbf\xbf", b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf0\x90\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
               b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"]

        def taken(body, pieces):
            def act(peer):
                parts = [body[i:i + 1] for i in range(len(body))] if pieces else [body]
                for i, part in enumerate(parts):
                    peer.raw(frame(TEXT if i == 0 else CONTINUATION, part, final=i == len(parts) - 1))
                self.assertEqual(peer.hear()["type"], "error", "the text is no JSON, but it is text")
            return act

        cases = []
        for body in good:
            cases += [(f"good {body.hex()}", taken(body, False)), (f"good {body.hex()}, byte by byte", taken(body, True))]
        for body in bad:
            cases += [(f"bad {body.hex()}", self.ends(NOT_UTF8, frame(TEXT, body))),
                      (f"bad {body.hex()} in the middle", self.ends(NOT_UTF8, frame(TEXT, b'{"topic":"' + body + b'"}'))),
                      (f"bad {body.hex()} in fragments", self.ends(
                          NOT_UTF8, frame(TEXT, b"ab" + body[:1], final=False), frame(CONTINUATION, body[1:])))]
        self.each(cases)

    def test_closing(self):
        def ignored_behind(data):
            def act(peer):
                peer.raw(frame(CLOSE, close_body(1000)) + data)
                self.assertEqual(peer.closed_with(), 1000)
            return act
        cases = [("without a body", self.ends(None, frame(CLOSE), or_with=1000)),
                 ("with a reason", self.ends(1000, frame(CLOSE, close_body(1000, b"Hello")))),
                 ("with the longest reason", self.ends(1000, frame(CLOSE, close_body(1000, b"x" * 123)))),
                 ("a text behind it", ignored_behind(frame(TEXT, wish("x")))), ("a ping behind it", ignored_behind(frame(PING, b"x"))),
                 ("another one behind it", ignored_behind(frame(CLOSE, close_body(1001)))),
                 ("within a fragmented text", self.ends(1000, frame(TEXT, b"{", final=False), frame(CLOSE, close_body(1000)))),
                 ("one byte", self.ends(PROTOCOL_ERROR, frame(CLOSE, b"\x03"))),
                 ("a reason too long", self.ends(PROTOCOL_ERROR, frame(CLOSE, close_body(1000, b"x" * 124)))),
                 ("a reason that is not UTF-8", self.ends(
                     NOT_UTF8, frame(CLOSE, close_body(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80")), or_with=PROTOCOL_ERROR)),
                 ("in fragments", self.ends(PROTOCOL_ERROR, frame(CLOSE, close_body(1000), final=False)))]
        cases += [(f"code {code}", self.ends(code, frame(CLOSE, close_body(code))))
                  for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)]
        cases += [(f"code {code}", self.ends(PROTOCOL_ERROR, frame(CLOSE, close_body(code))))
                  for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)]
        self.each(cases)

    def test_limits(self):
        one_too_many = b" " * (16 * 1024 + 1)
        self.each([("a message too big", self.ends(TOO_BIG, frame(TEXT, one_too_many))),
                   ("fragments that are too big together", self.ends(
                       TOO_BIG, frame(TEXT, b" " * 16384, final=False), frame(CONTINUATION, b" "))),
                   ("a length that is announced and never comes", self.ends(TOO_BIG, frame(TEXT, length=struct.pack(">Q", 1 << 40)))),
                   ("a length with the highest bit", self.ends(
                       PROTOCOL_ERROR, frame(TEXT, length=struct.pack(">Q", 1 << 63)), or_with=TOO_BIG)),
                   ("a short length in 16 bits", self.ends(PROTOCOL_ERROR, frame(TEXT, wish("x"), length=16))),
                   ("a short length in 64 bits", self.ends(PROTOCOL_ERROR, frame(TEXT, wish("x"), length=64)))])

    def test_a_connection_that_just_ends_disturbs_nobody(self):
        other = Peer(self.server.api)
        self.addCleanup(other.close)
        for data in (b"", frame(TEXT, wish("x"))[:1], frame(TEXT, wish("x"))[:9], frame(TEXT, b"{", final=False)):
            peer = Peer(self.server.api)
            peer.raw(data) if data else None
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
        other.raw(frame(TEXT, wish("x")))
        other.answered("x")

    def upgrade(self, **changed):
        """The status of an upgrade whose headers are as usual, but for `changed`."""
        headers = {"Host": "127.0.0.1", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Authorization": "Bearer " + self.server.api.token}
        headers.update({name.replace("_", "-"): value for name, value in changed.items()})
        address = self.server.api.url.rsplit("/", 1)[1].split(":")
        with socket.create_connection((address[0], int(address[1])), timeout=20) as s:
            s.sendall(b"GET /ws HTTP/1.1\r\n" + b"".join(f"{n}: {v}\r\n".encode() for n, v in headers.items() if v is not None) + b"\r\n")
            return int(s.recv(4096).split(b" ", 2)[1])

    def test_the_upgrade(self):
        self.assertEqual(self.upgrade(), 101)
        self.assertEqual(self.upgrade(Upgrade="WebSocket", Connection="keep-alive, Upgrade"), 101)
        for changed in ({"Upgrade": None}, {"Connection": None}, {"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Version": None},
                        {"Sec_WebSocket_Key": None}, {"Upgrade": "h2c"}):
            with self.subTest(changed):
                self.assertIn(self.upgrade(**changed), (400, 426))
