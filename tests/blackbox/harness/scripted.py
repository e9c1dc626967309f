# SPDX-License-Identifier: Apache-2.0
"""An AMI server whose behaviour a test lays down: who may log in, what that user may do and hear, which queues there are.
For what a healthy Asterisk does not do; the simulated PBX is for the rest."""
import threading

from .listener import Listener, end

ALL = ("system", "call", "agent", "user", "agi", "dialplan", "originate", "reporting", "command", "config")
BITS = {"system": 1, "call": 2, "command": 16, "agent": 32, "user": 64, "config": 128, "reporting": 512, "dialplan": 2048,
        "originate": 4096, "agi": 8192}
ACTIONS = {"Ping": (), "ListCommands": (), "QueueStatus": (), "Challenge": (), "Login": (), "Events": (), "Originate": ("originate",),
           "Hangup": ("system", "call"), "Redirect": ("call",), "CoreShowChannels": ("system", "reporting"), "CoreStatus": ("system", "reporting"),
           "UserEvent": ("user",), "Status": ("system", "call", "reporting"), "Command": ("command",), "ModuleCheck": ("system",)}


class Member:
    def __init__(self, interface):
        self.interface, self.in_call, self.taken = interface, 0, 0
        self.ring_in_use = self.penalty = 0


class ScriptedAmi(Listener):
    """`greeting`, `login` (None: accepted, else the words of the refusal), `challenge` (None: given; "": an empty one; else the
    words of its refusal), `booted` may be changed while it runs, and so may `read`, `write` (classes), `dropped` (beginnings
    of names of events that a filter drops) and `queues` ({name: [interface]}). Whoever is called answers at once and is taken
    by an agent who is free, if `agents_take`; nobody hangs up."""

    USER, SECRET = "dialer", "secret"

    def __init__(self, queues=None, read=ALL, write=ALL, dropped=(), login=None, greeting="Asterisk Call Manager/11.0.0", booted=True,
                 agents_take=True):
        self.queues = {name: [Member(m) for m in members] for name, members in (queues or {}).items()}
        self.read, self.write, self.dropped = set(read), set(write), tuple(dropped)
        self.login, self.greeting, self.booted, self.agents_take = login, greeting, booted, agents_take
        self.challenge = None
        self.logins, self.calls, self.hung_up, self.asked = 0, {}, [], []
        self.said = []  # all that was sent, line by line
        self.login_time = 1_000
        self._lock = threading.RLock()
        self._clients = []
        super().__init__()

    def kill(self):
        self.close()
        end(list(self._clients))

    def set_members(self, queue, interfaces):
        """As a reload does: static members begin anew."""
        with self._lock:
            self.login_time += 1
            self.queues[queue] = [Member(m) for m in interfaces]

    def event(self, name, kind, *headers):
        """To whoever may read the class `kind` and has no filter on it."""
        if kind not in self.read or any(name.startswith(d) for d in self.dropped):
            return
        self._all(self._text([("Event", name), ("Privilege", f"{kind},all"), *headers]))

    def reloaded(self, module="app_queue.so"):
        self.event("Reload", "system", ("Module", module), ("Status", 0))

    # --- below: one thread a client ---

    @staticmethod
    def _text(headers):
        return "".join(f"{k}: {v}\r\n" for k, v in headers) + "\r\n"

    def _all(self, text):
        with self._lock:
            for client in list(self._clients):
                self._send(client, text)

    @staticmethod
    def _send(client, text):
        try:
            client.sendall(text.encode())
        except OSError:
            pass

    def taken(self, client):
        with client:
            if self.greeting == "":
                return  # closed at once
            if self.greeting is not None:
                self._send(client, self.greeting + "\r\n")
            try:
                message = {}
                for line in client.makefile("r", newline="\r\n", errors="replace"):
                    self.said.append(line)
                    key, colon, value = line.rstrip("\r\n").partition(":")
                    if colon:
                        message.setdefault(key.lower(), value.strip())
                    elif message:
                        with self._lock:
                            if not self._act(client, message):
                                return
                        message = {}
            except OSError:
                pass
            finally:
                if client in self._clients:
                    self._clients.remove(client)

    def _answer(self, client, m, kind, *headers):
        self._send(client, self._text([("Response", kind), ("ActionID", m.get("actionid", "")), *headers]))

    def _list(self, client, m, message, last, events):
        self._answer(client, m, "Success", ("EventList", "start"), ("Message", message))
        for name, headers in events:
            self._send(client, self._text([("Event", name), *headers, ("ActionID", m["actionid"])]))
        self._send(client, self._text([("Event", last), ("ActionID", m["actionid"]), ("EventList", "Complete"), ("ListItems", len(events))]))

    def _act(self, client, m):
        name = m.get("action", "")
        self.asked.append(name)
        if name == "Login":
            self.logins += 1
            if self.login is not None:
                self._answer(client, m, "Error", ("Message", self.login))
                return False
            self._clients.append(client)
            self._answer(client, m, "Success", ("Message", "Authentication accepted"))
            if self.booted:
                self._full_boot(client)
        elif name not in ACTIONS:
            self._answer(client, m, "Error", ("Message", f"Invalid/unknown command: {name}."))
        elif ACTIONS[name] and not self.write & set(ACTIONS[name]):
            self._answer(client, m, "Error", ("Message", "Permission denied"))
        else:
            getattr(self, "_" + name.lower(), self._plain)(client, m)
        return True

    def _plain(self, client, m):
        self._answer(client, m, "Success", ("Message", "Done"))

    def _full_boot(self, client):
        if "system" in self.read:
            self._send(client, self._text([("Event", "FullyBooted"), ("Privilege", "system,all"), ("Uptime", 1)]))

    def _challenge(self, client, m):
        if self.challenge:
            return self._answer(client, m, "Error", ("Message", self.challenge))
        self._answer(client, m, "Success", ("Challenge", "123456789" if self.challenge is None else ""))

    def _corestatus(self, client, m):
        date = "2026-11-29" if self.booted else "1970-01-01"
        self._answer(client, m, "Success", ("CoreStartupDate", date), ("CoreStartupTime", "01:02:03"))

    def _listcommands(self, client, m):
        self._answer(client, m, "Success", *((a, f"Something.  (Priv: {','.join(c) or '<none>'})") for a, c in ACTIONS.items()
                                             if not c or self.write & set(c)))

    def _command(self, client, m):
        if m.get("command") != "manager show connected":
            return self._answer(client, m, "Error", ("Message", "Command output follows"), ("Output", "No such command"))
        read, write = (sum(BITS[c] for c in classes) for classes in (self.read, self.write))
        self._answer(client, m, "Success", ("Message", "Command output follows"),
                     ("Output", "  Username         IP Address       Start       Elapsed     FileDes   HttpCnt   ReadPerms   WritePerms"),
                     ("Output", f"  {self.USER:<15.15}  127.0.0.1        1795996654  0           11        0         {read:010}  {write:010}"),
                     ("Output", "1 users connected."))

    def _userevent(self, client, m):
        self._plain(client, m)
        self.event("UserEvent", "user", ("UserEvent", m["userevent"]), *((k, v) for k, v in m.items() if k not in ("action", "userevent")))

    def _coreshowchannels(self, client, m):
        self._list(client, m, "Channels will follow", "CoreShowChannelsComplete",
                   [("CoreShowChannel", self._channel(c)) for c in self.calls.values()])

    def _status(self, client, m):
        calls = [c for c in self.calls.values() if m.get("channel") in (None, c["id"], c["channel"])]
        if m.get("channel") and not calls:
            return self._answer(client, m, "Error", ("Message", "No such channel"))
        self._list(client, m, "Channel status will follow", "StatusComplete",
                   [("Status", [*self._channel(c), ("BridgeID", f"bridge-{c['id']}" if c["agent"] else "")]) for c in calls])

    def _queuestatus(self, client, m):
        rows = []
        for name, members in self.queues.items():
            if m.get("queue", name) != name:
                continue
            rows.append(("QueueParams", [("Queue", name), ("Max", 0), ("Strategy", "rrmemory"), ("Calls", 0), ("Holdtime", 0), ("TalkTime", 0),
                                         ("Completed", 0), ("Abandoned", 0), ("ServiceLevel", 0), ("ServicelevelPerf", "0.0"), ("Weight", 0)]))
            for one in members:
                rows.append(("QueueMember", [("Queue", name), ("Name", one.interface), ("Location", one.interface), *self._member(one)]))
            for place, call in enumerate((c for c in self.calls.values() if c["queue"] == name and not c["agent"]), 1):
                rows.append(("QueueEntry", [("Queue", name), ("Position", place), ("Channel", call["channel"]), ("Uniqueid", call["id"]), ("Wait", 1)]))
        self._list(client, m, "Queue status will follow", "QueueStatusComplete", rows)

    def _member(self, one):
        return [("StateInterface", one.interface), ("Membership", "static"), ("Penalty", one.penalty), ("CallsTaken", one.taken), ("LastCall", 0),
                ("LastPause", 0), ("LoginTime", self.login_time), ("InCall", one.in_call), ("Status", 2 if one.in_call else 1), ("Paused", 0),
                ("PausedReason", ""), ("Wrapuptime", 0)]

    @staticmethod
    def _channel(call):
        return [("Channel", call["channel"]), ("ChannelState", 6), ("ChannelStateDesc", "Up"), ("CallerIDNum", ""), ("CallerIDName", ""),
                ("ConnectedLineNum", ""), ("ConnectedLineName", ""), ("AccountCode", ""), ("Context", "default"), ("Exten", "s"), ("Priority", 1),
                ("Uniqueid", call["id"]), ("Linkedid", call["id"])]

    def _originate(self, client, m):
        call = {"id": m["channelid"], "channel": f"PJSIP/{m['channelid']}", "agent": None,
                "queue": m.get("data", "").split(",")[0] if m.get("application", "").lower() == "queue" else None}
        self.calls[call["id"]] = call
        self._answer(client, m, "Success", ("Message", "Originate successfully queued"))
        channel = self._channel(call)
        self.event("Newchannel", "call", *[(k, 0 if k == "ChannelState" else v) for k, v in channel])
        self.event("Newstate", "call", *channel)
        self.event("OriginateResponse", "call", ("ActionID", m["actionid"]), ("Response", "Success"), ("Channel", call["channel"]), ("Reason", 4),
                   ("Uniqueid", call["id"]))
        if call["queue"] not in self.queues:
            return
        self.event("QueueCallerJoin", "agent", *channel, ("Queue", call["queue"]), ("Position", 1), ("Count", 1))
        free = next((one for one in self.queues[call["queue"]] if not one.in_call), None)
        if free and self.agents_take:
            free.in_call, call["agent"] = 1, free
            who = [("Queue", call["queue"]), ("MemberName", free.interface), ("Interface", free.interface)]
            self.event("QueueCallerLeave", "agent", *channel, ("Queue", call["queue"]), ("Position", 1), ("Count", 0))
            self.event("AgentConnect", "agent", *channel, *who, ("RingTime", 0), ("HoldTime", 0))
            self.event("QueueMemberStatus", "agent", ("Queue", call["queue"]), ("MemberName", free.interface), ("Interface", free.interface),
                       *self._member(free), ("Ringinuse", free.ring_in_use))

    def _hangup(self, client, m):
        call = next((c for c in self.calls.values() if m["channel"] in (c["id"], c["channel"])), None)
        if not call:
            return self._answer(client, m, "Error", ("Message", "No such channel"))
        self.hung_up.append((call["id"], bool(call["agent"])))
        self._plain(client, m)
        del self.calls[call["id"]]
        if call["agent"]:
            call["agent"].in_call, call["agent"].taken = 0, call["agent"].taken + 1
        self.event("Hangup", "call", *self._channel(call), ("Cause", 16), ("Cause-txt", "Normal Clearing"))
