# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client of a few lines, independent of the product's library: RFC 6455, text messages, no extensions."""
import base64
import hashlib
import json
import os
import socket
import struct
import time
from urllib.parse import urlsplit

from .waiting import slowness


class LiveClosed(ConnectionError):
    pass


class LiveClient:
    """`LiveClient(daemon.api).subscribe("/ob", snapshot=True)`; `hear()` gives the next message as JSON."""

    def __init__(self, api, path="/ws"):
        at = urlsplit(api.url)
        self.socket = socket.create_connection((at.hostname, at.port), timeout=20 * slowness())
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"Authorization: Bearer {api.token}\r\n\r\n").encode())
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise LiveClosed(head.decode())
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert b"Sec-WebSocket-Accept: " + accept in head, head

    def say(self, message):
        self._send(1, json.dumps(message).encode())

    def subscribe(self, topic, **more):
        """Returns the answer; what comes before it is an error."""
        self.say({"type": "subscribe", "topic": topic, **more})
        answer = self.hear()
        assert answer["type"] == "subscribed", answer
        return answer

    def hear(self):
        end = time.monotonic() + 20 * slowness()  # of its own: the daemon's pings would keep the socket's from passing
        while True:
            if time.monotonic() > end:
                raise TimeoutError(f"nothing was heard for {20 * slowness():g} s but pings")
            opcode, body = self._frame()
            if opcode == 9:
                self._send(10, body)
            elif opcode == 8:
                raise LiveClosed(f"closed with {struct.unpack('>H', body[:2])[0] if len(body) > 1 else 'no code'}")
            elif opcode == 1:
                return json.loads(body)

    def hear_until(self, wanted, seconds=30):
        """All messages up to one for which `wanted(message)` is true, that one included."""
        heard, end = [], time.monotonic() + seconds * slowness()
        while time.monotonic() < end:
            heard.append(self.hear())
            if wanted(heard[-1]):
                return heard
        raise AssertionError(f"not heard within {seconds * slowness():g} s; last: {heard[-3:]}")

    def close(self):
        self.socket.close()

    def _more(self):
        got = self.socket.recv(65536)
        if not got:
            raise LiveClosed("the connection ended")
        self.bytes += got

    def _take(self, count):
        while len(self.bytes) < count:
            self._more()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def _frame(self):
        first, second = self._take(2)
        assert first & 0x80 and not second & 0x80, "a server sends whole, unmasked frames here"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._take(8))
        return first & 0x0F, self._take(length)

    def _send(self, opcode, body):
        mask = os.urandom(4)
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size)
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))
