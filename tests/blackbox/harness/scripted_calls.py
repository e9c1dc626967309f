# SPDX-License-Identifier: Apache-2.0
"""An AMI server that answers each Originate as a script says: for what a whole PBX would have to be broken for."""
import re
import threading
import time

from .listener import Listener, end


class ScriptedPbx(Listener):
    """One queue whose members are always free. `answer` is what becomes of an Originate: a function of the server and
    the action's headers, which sends what it likes; it may be changed at any time. `originates` is what was asked for:
    (seconds since the start, number, ActionID)."""
    USER, SECRET = "dialer", "secret"

    def __init__(self, queue="sales_1", members=4, answer=None):
        self.queue, self.members, self.answer = queue, members, answer or congested()
        self.originates, self.begun = [], time.monotonic()
        self.connections, self.guard = [], threading.Lock()
        super().__init__()

    def kill(self):
        """No more connections, and those that there are end."""
        self.close()
        self.cut()

    def cut(self):
        """The connections end; new ones are taken."""
        with self.guard:
            connections, self.connections = self.connections, []
        end(connections)

    def send(self, kind, name, headers):
        lines = [f"{kind}: {name}"] + [f"{key}: {value}" for key, value in headers.items()]
        self._write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def later(self, seconds, what, *arguments):
        timer = threading.Timer(seconds, what, arguments)
        timer.daemon = True
        timer.start()

    def numbers(self):
        return [number for _, number, _ in list(self.originates)]

    # --- the server

    def _write(self, data):
        with self.guard:
            connections = list(self.connections)
        for one in connections:
            try:
                one.sendall(data)
            except OSError:
                pass

    def taken(self, connection):
        with self.guard:
            self.connections.append(connection)
        connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        waiting = b""
        while True:
            try:
                data = connection.recv(65536)
            except OSError:
                return
            if not data:
                return
            waiting += data
            *actions, waiting = waiting.split(b"\r\n\r\n")
            for action in actions:
                self._take(dict(line.split(": ", 1) for line in action.decode().split("\r\n") if ": " in line))

    def _take(self, action):
        name, of = action.get("Action"), {"ActionID": action.get("ActionID", "")}
        reply = lambda result, **headers: self.send("Response", result, {**of, **headers})
        if name == "Challenge":
            reply("Success", Challenge="123456")
        elif name == "Login":
            reply("Success", Message="Authentication accepted")
            self.send("Event", "FullyBooted", {"Privilege": "system,all", "Uptime": 1, "LastReload": 1, "Status": "Fully Booted"})
        elif name == "CoreShowChannels":
            reply("Success", EventList="start", Message="Channels will follow")
            self.send("Event", "CoreShowChannelsComplete", {**of, "EventList": "Complete", "ListItems": 0})
        elif name == "QueueStatus":
            reply("Success", EventList="start", Message="Queue status will follow")
            self.send("Event", "QueueParams", {"Queue": self.queue, "Max": 0, "Strategy": "ringall", "Calls": 0, **of})
            for n in range(self.members):
                self.send("Event", "QueueMember", {
                    "Queue": self.queue, "Name": f"Agent {n}", "Location": f"PJSIP/agent-{n}", "StateInterface": f"PJSIP/agent-{n}",
                    "Membership": "static", "Penalty": 0, "CallsTaken": 0, "LastCall": 0, "LastPause": 0, "LoginTime": 1,
                    "InCall": 0, "Status": 1, "Paused": 0, "PausedReason": "", "Wrapuptime": 0, **of})
            self.send("Event", "QueueStatusComplete", {**of, "EventList": "Complete", "ListItems": self.members + 1})
        elif name == "Originate":
            number = re.match(r"[^/]*/([^@]*)", action["Channel"]).group(1)
            self.originates.append((time.monotonic() - self.begun, number, of["ActionID"]))
            self.answer(self, action)
        elif name in ("Ping", "Hangup", "ListCommands", "UserEvent", "Filter"):
            reply("Success", Message="done")
        else:
            reply("Error", Message=f"Invalid/unknown command: {name}. Use Action: ListCommands to show available commands.")


# --- what becomes of an Originate

def refused(words):
    """Asterisk says no at once."""
    return lambda pbx, action: pbx.send("Response", "Error", {"ActionID": action["ActionID"], "Message": words})


def failed(cause, text, reason=0, after=0.05, sip=None, channel=True):
    """It is taken, and fails; without `channel` before there is one."""
    def answer(pbx, action):
        call = action["ActionID"]
        name = action["Channel"].replace("/", "/x-", 1)
        about = {"Channel": name, "ChannelState": 0, "ChannelStateDesc": "Down", "Uniqueid": call, "Linkedid": call}
        pbx.send("Response", "Success", {"ActionID": call, "Message": "Originate successfully queued"})
        if channel:
            pbx.send("Event", "Newchannel", about)

        def end():
            pbx.send("Event", "OriginateResponse", {"ActionID": call, "Response": "Failure", "Channel": action["Channel"],
                                                    "Reason": reason, "Uniqueid": call if channel else "<null>"})
            if channel:
                pbx.send("Event", "Hangup", {**about, "Cause": cause, "Cause-txt": text, **({"TechCause": sip} if sip else {})})
        pbx.later(after, end)
    return answer


def congested(cause=34, text="Circuit/channel congestion", sip=None):
    return failed(cause, text, reason=8, sip=sip)


def busy():
    return failed(17, "User busy", reason=5)


def no_channel():
    return failed(0, "", channel=False)
