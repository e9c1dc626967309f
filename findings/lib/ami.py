# SPDX-License-Identifier: Apache-2.0
"""A small AMI client for the findings: messages are dicts, in the order in which they came."""
import os
import socket
import time


class Ami:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", int(os.environ["AMI_PORT"])), 10)
        self.buffer = b""
        self.seen = []  # all that came, replies and events
        self.count = 0
        self._line()  # the greeting
        assert self.action("Login", Username="finding", Secret=os.environ["AMI_SECRET"])["Response"] == "Success"

    def _fill(self, until):
        self.socket.settimeout(max(until - time.monotonic(), 0.01))
        more = self.socket.recv(65536)
        if not more:
            raise EOFError("Asterisk closed the connection")
        self.buffer += more

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._fill(time.monotonic() + 10)
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def read(self, until):
        """The next message; None if none comes until then."""
        while True:
            while b"\r\n\r\n" not in self.buffer:
                try:
                    self._fill(until)
                except TimeoutError:
                    return None
            raw, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            if raw.strip():
                break
        message = {}
        for line in raw.decode().split("\r\n"):
            name, _, value = line.partition(": ") if ": " in line else line.partition(":")
            message.setdefault(name, value)
        self.seen.append(message)
        return message

    def send(self, action, *pairs, **headers):
        """Pairs are headers whose names Python does not take, or that come more than once. Returns the ActionID."""
        self.count += 1
        lines = [("Action", action), ("ActionID", str(self.count)), *headers.items(), *pairs]
        self.socket.sendall("".join(f"{name}: {value}\r\n" for name, value in lines).encode() + b"\r\n")
        return str(self.count)

    def wait(self, test, seconds=15, since=0):
        """The first message, of those seen since a place in `seen` as well, for which `test` holds; None if there is none."""
        until = time.monotonic() + seconds
        at = since
        while True:
            while at < len(self.seen):
                if test(self.seen[at]):
                    return self.seen[at]
                at += 1
            if self.read(until) is None:
                return None

    def event(self, name, seconds=15, since=0, **headers):
        return self.wait(lambda m: m.get("Event") == name and all(m.get(k) == v for k, v in headers.items()), seconds, since)

    def reply(self, action_id, seconds=15):
        return self.wait(lambda m: "Response" in m and "Event" not in m and m.get("ActionID") == action_id, seconds)

    def action(self, action, *pairs, **headers):
        return self.reply(self.send(action, *pairs, **headers))

    def list(self, action, **headers):
        """The events of a list, without its end."""
        since = len(self.seen)
        asked = self.send(action, **headers)
        self.wait(lambda m: m.get("ActionID") == asked and m.get("EventList") == "Complete", since=since)
        return [m for m in self.seen[since:] if m.get("ActionID") == asked and "Event" in m and "EventList" not in m]

    def pause(self, seconds):
        """Reads on for so long; returns the events that came."""
        since = len(self.seen)
        self.wait(lambda m: False, seconds, since)
        return [m for m in self.seen[since:] if "Event" in m]

