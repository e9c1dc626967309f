# SPDX-License-Identifier: Apache-2.0
"""A small AMI client: to ask an Asterisk, real or simulated, what it knows, and to give it faults."""
import socket
import time

from .waiting import slowness


class Message(list):
    """Headers in order, repeats kept; `m["Name"]` is the first of that name."""

    def __getitem__(self, name):
        for key, value in self:
            if key.lower() == name.lower():
                return value
        raise KeyError(name)

    def get(self, name, default=None):
        try:
            return self[name]
        except KeyError:
            return default


class Ami:
    def __init__(self, port, user="dialer", secret="secret", events="off"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        self.events = []
        self.sent = 0
        self.file.readline()  # the greeting
        reply = self.action("Login", Username=user, Secret=secret, Events=events)
        if reply["Response"] != "Success":
            raise AssertionError(f"AMI login: {reply}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, name, headers=()):
        self.sent += 1
        lines = [("Action", name), ("ActionID", f"test-{self.sent}"), *headers]
        self.socket.sendall("".join(f"{k}: {v}\r\n" for k, v in lines).encode() + b"\r\n")
        return f"test-{self.sent}"

    def read(self):
        """The next message, whatever it is; None at the end of the connection."""
        message = Message()
        while True:
            try:
                line = self.file.readline()
            except TimeoutError:
                raise AssertionError("the AMI connection is silent") from None
            if not line:
                return None
            text = line.decode(errors="replace").rstrip("\r\n")
            if not text:
                if message:
                    return message
                continue
            key, _, value = text.partition(":")
            message.append((key, value.removeprefix(" ")))

    def action(self, name, *more, **headers):
        """The response; events that come before it are kept in `events`. `more`: pairs, for repeated headers."""
        action_id = self.send(name, [*headers.items(), *more])
        deadline = time.monotonic() + 10 * slowness()
        while time.monotonic() < deadline:
            message = self.read()
            if message is None:
                raise AssertionError(f"AMI connection closed instead of an answer to {name}")
            if message.get("Response") and message.get("ActionID") == action_id:
                return message
            if message.get("Event"):
                self.events.append(message)
        raise AssertionError(f"no answer to {name}")

    def listing(self, name, last, **headers):
        """The events of a list action, up to the one named `last`."""
        action_id = self.send(name, headers.items())
        found = []
        while True:
            message = self.read()
            if message is None:
                raise AssertionError(f"AMI connection closed in the list of {name}")
            if message.get("ActionID") != action_id:
                continue
            if message.get("Event") == last:
                return found
            if message.get("Event"):
                found.append(message)
            elif message["Response"] != "Success":
                raise AssertionError(f"{name}: {message}")

    def channels(self):
        return self.listing("CoreShowChannels", "CoreShowChannelsComplete")

    def collect(self, wanted, seconds=10):
        """The first event, old or new, for which `wanted(message)` holds."""
        for message in self.events:
            if wanted(message):
                return message
        deadline = time.monotonic() + seconds * slowness()
        while time.monotonic() < deadline:
            message = self.read()
            if message is None:
                raise AssertionError("AMI connection closed")
            if message.get("Event"):
                self.events.append(message)
                if wanted(message):
                    return message
        raise AssertionError("the event did not come")
