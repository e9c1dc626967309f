#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record.py FOLDER [SCENARIO ...]   Records what an Asterisk of its own answers to everything that the telephone
system's live state asks: FOLDER/SCENARIO.ami is every byte that it sent, SCENARIO.sent.ami every byte that it was sent.
tests/data/ami/telephone.tar.xz was made by this."""
import sys
from pathlib import Path

from peer import HERE, Asterisk  # also finds the harness  # noqa: F401
from harness import Ami, eventually

CALL = "00000000-0000-4000-8000-%012x"


class Tape:
    """A file that keeps what is read from it."""

    def __init__(self, file):
        self.file, self.bytes = file, b""

    def readline(self):
        line = self.file.readline()
        self.bytes += line
        return line

    def close(self):
        self.file.close()


class Recorder(Ami):
    """An AMI client that keeps every byte of both directions."""

    def __init__(self, asterisk):
        self.wrote = b""
        self.calls = 0
        self.asterisk = asterisk
        super().__init__(asterisk.port, asterisk.USER, asterisk.SECRET, "on")

    def action(self, name, *more, **headers):
        if name == "Login":
            self.file = Tape(self.file)
            self.file.bytes = b"Asterisk Call Manager/11.0.0\r\n"
            headers.pop("Events")
        return super().action(name, *more, **headers)

    def send(self, name, headers=()):
        self.sent += 1
        lines = [("Action", name), ("ActionID", f"{name}-{self.sent}"), *headers]
        text = "".join(f"{k}: {v}\r\n" for k, v in lines).encode() + b"\r\n"
        self.wrote += text
        self.socket.sendall(text)
        return f"{name}-{self.sent}"

    def originate(self, context, exten, number="1000001", **variables):
        """A Local call to the context; its unique id, once it is up."""
        self.calls += 1
        call = CALL % self.calls
        self.action("Originate", *(("Variable", f"{k}={v}") for k, v in {"__CALL_ID": call, **variables}.items()),
                    Channel=f"Local/{number}@customers", ChannelId=call, OtherChannelId=call[:-12] + "f" + call[-11:],
                    Context=context, Exten=exten, Priority=1, Timeout=30000, CallerID='"Sales" <5550100>', Async="true")
        self.event("OriginateResponse", ActionID=f"Originate-{self.sent}")
        return call

    def event(self, name, **headers):
        return self.collect(lambda m: m.get("Event") == name and all(m.get(k) == v for k, v in headers.items()))

    def again(self, name, **headers):
        """As `event`, but one that is new."""
        self.events.clear()
        return self.event(name, **headers)

    def until_idle(self):
        """No channel is left; what comes with a last breath is waited for by asking something."""
        eventually(lambda: self.asterisk.console("core show channels count").startswith("0 active"), what="no channel")
        self.action("Ping")

    def finish(self, folder, name):
        self.action("Logoff")
        while self.read():
            pass
        secret = self.asterisk.SECRET.encode()
        for ending, data in ((".ami", self.file.bytes), (".sent.ami", self.wrote)):
            (folder / (name + ending)).write_bytes(
                data.replace(b"Password: " + secret, b"Password: ***").replace(b"Md5Cred: " + secret, b"Md5Cred: ***"))


def tel_listing(ami):
    """Every list there is, of a quiet Asterisk."""
    for name, last in (("CoreShowChannels", "CoreShowChannelsComplete"), ("Status", "StatusComplete"), ("Agents", "AgentsComplete"),
                       ("DeviceStateList", "DeviceStateListComplete"), ("IAXpeerlist", "PeerlistComplete"), ("IAXregistry", "RegistrationsComplete"),
                       ("PJSIPShowEndpoints", "EndpointListComplete"), ("PJSIPShowAors", "AorListComplete"), ("PJSIPShowAuths", "AuthListComplete"),
                       ("PJSIPShowContacts", "ContactListComplete"), ("PJSIPShowRegistrationsOutbound", "OutboundRegistrationDetailComplete"),
                       ("QueueStatus", "QueueStatusComplete"), ("ParkedCalls", "ParkedCallsComplete"), ("Parkinglots", "ParkinglotsComplete")):
        ami.listing(name, last)
    ami.listing("PJSIPShowEndpoint", "EndpointDetailComplete", Endpoint="desk-01")
    ami.listing("PJSIPShowEndpoint", "EndpointDetailComplete", Endpoint="carrier")
    ami.action("CoreSettings")
    ami.action("CoreStatus")


def tel_iax_text(ami):
    """This list's events have no ActionID."""
    ami.action("IAXpeers")
    ami.action("Ping")


def tel_errors(ami):
    for name, headers in (("PJSIPShowEndpoint", {"Endpoint": "nobody"}), ("PJSIPShowEndpoint", {}), ("ModuleCheck", {"Module": "no_such"}),
                          ("ModuleLoad", {"LoadType": "load", "Module": "no_such.so"}), ("ModuleLoad", {"LoadType": "unload", "Module": "no_such.so"}),
                          ("ModuleLoad", {"LoadType": "reload", "Module": "no_such.so"}), ("ModuleLoad", {"LoadType": "reload", "Module": "app_echo.so"}),
                          ("ModuleLoad", {"LoadType": "dance", "Module": "app_echo.so"}), ("ModuleLoad", {"LoadType": "unload", "Module": "res_pjsip.so"}),
                          ("ModuleLoad", {"LoadType": "load", "Module": "app_echo.so"}),
                          ("AGI", {"Channel": "none", "Command": "ANSWER"}), ("AGI", {"Channel": "none"}), ("AgentLogoff", {"Agent": "9999"}),
                          ("AgentLogoff", {"Agent": "1001"}), ("QueueMemberRingInUse", {"Interface": "Local/nobody@agents/n", "RingInUse": "yes"}),
                          ("QueuePenalty", {"Interface": "Local/nobody@agents/n", "Penalty": "1"}),
                          ("QueueAdd", {"Queue": "sales_1", "Interface": "Local/agent-01@agents/n"}),
                          ("ParkedCalls", {"ParkingLot": "no_such"}), ("Park", {"Channel": "none"}),
                          ("PJSIPUnregister", {"Registration": "no_such"}), ("PJSIPRegister", {"Registration": "no_such"})):
        ami.action(name, **headers)


def tel_modules(ami):
    ami.action("Command", Command="module show")
    ami.action("Command", Command="module show like app_echo")
    ami.action("Command", Command="module show like no_such")
    ami.action("ModuleCheck", Module="app_echo")
    ami.action("ModuleLoad", LoadType="unload", Module="app_echo.so")
    ami.action("ModuleCheck", Module="app_echo")
    ami.action("ModuleLoad", LoadType="load", Module="app_echo.so")
    ami.action("ModuleLoad", LoadType="reload", Module="res_parking.so")
    ami.action("ModuleCheck", Module="app_echo")


def tel_agent(ami):
    """An agent of the agent pool logs in over the telephone, is listed, and goes: once by hanging up, once by action."""
    ami.originate("agent-login", "1001")
    ami.event("AgentLogin", Agent="1001")
    ami.listing("Agents", "AgentsComplete")
    ami.listing("DeviceStateList", "DeviceStateListComplete")
    ami.listing("CoreShowChannels", "CoreShowChannelsComplete")
    ami.listing("Status", "StatusComplete")
    ami.action("AgentLogoff", Agent="1001")
    ami.event("AgentLogoff", Agent="1001")
    ami.until_idle()
    ami.listing("Agents", "AgentsComplete")
    call = ami.originate("agent-login", "1002")
    ami.event("AgentLogin", Agent="1002")
    ami.action("Hangup", Channel=call, Cause=16)
    ami.event("AgentLogoff", Agent="1002")
    ami.until_idle()


def tel_park(ami):
    """Parked by the dialplan and by action, in both lots, and ended by an action."""
    first = ami.originate("park", "s")
    ami.event("ParkedCall")
    ami.listing("ParkedCalls", "ParkedCallsComplete")
    second = ami.originate("hold", "s")
    channel = ami.event("Newchannel", Uniqueid=second)["Channel"]
    ami.action("Park", Channel=channel, Parkinglot="second", Timeout=60000)
    ami.again("ParkedCall", Parkinglot="second")
    ami.listing("ParkedCalls", "ParkedCallsComplete")
    ami.listing("ParkedCalls", "ParkedCallsComplete", ParkingLot="second")
    ami.listing("CoreShowChannels", "CoreShowChannelsComplete")
    for call in (first, second):
        ami.action("Hangup", Channel=call, Cause=16)
        ami.event("Hangup", Uniqueid=call)
    ami.until_idle()


def tel_agi(ami):
    call = ami.originate("async-agi", "s")
    channel = ami.event("AsyncAGIStart", Uniqueid=call)["Channel"]
    ami.listing("CoreShowChannels", "CoreShowChannelsComplete")
    for number, command in enumerate(('VERBOSE "hello" 1', "GET VARIABLE CALL_ID", "SET VARIABLE A 1", "NO SUCH", "WAIT FOR DIGIT 100", "CHANNEL STATUS"), 1):
        ami.action("AGI", Channel=channel, Command=command, CommandID=CALL % (100 + number))
        ami.event("AsyncAGIExec", CommandId=CALL % (100 + number))
    ami.action("AGI", Channel=channel, Command="ANSWER")
    ami.again("AsyncAGIExec")
    ami.action("Hangup", Channel=channel, Cause=16)
    ami.event("AsyncAGIEnd")
    ami.until_idle()
    second = ami.originate("async-agi", "s")
    channel = ami.event("AsyncAGIStart", Uniqueid=second)["Channel"]
    ami.action("AGI", Channel=channel, Command="ASYNCAGI BREAK", CommandID="break")
    ami.again("AsyncAGIEnd")
    ami.action("Hangup", Channel=second, Cause=16)
    ami.until_idle()


def tel_members(ami):
    """What a supervisor does to members."""
    member = "Local/agent-15@agents/n"
    ami.action("QueueAdd", Queue="sales_1", Interface=member, MemberName="Agent 15", Penalty=1, Paused="false", StateInterface="Local/agent-15@agents")
    ami.event("QueueMemberAdded")
    ami.listing("QueueStatus", "QueueStatusComplete", Queue="sales_1", Member=member)
    ami.action("QueuePause", Queue="sales_1", Interface=member, Paused="true", Reason="lunch")
    ami.event("QueueMemberPause", Paused="1")
    ami.listing("QueueStatus", "QueueStatusComplete", Queue="sales_1", Member=member)
    ami.action("QueuePause", Interface=member, Paused="false")
    ami.event("QueueMemberPause", Paused="0")
    ami.action("QueuePenalty", Queue="sales_1", Interface=member, Penalty=5)
    ami.event("QueueMemberPenalty")
    ami.action("QueueMemberRingInUse", Queue="sales_1", Interface=member, RingInUse="yes")
    ami.event("QueueMemberRinginuse")
    ami.listing("QueueStatus", "QueueStatusComplete", Queue="sales_1", Member=member)
    ami.action("QueueRemove", Queue="sales_1", Interface=member)
    ami.event("QueueMemberRemoved")
    ami.action("Ping")


def tel_waiting(ami):
    """A caller that waits in a queue without members, as the lists show it."""
    call = ami.originate("queue", "empty")
    ami.event("QueueCallerJoin")
    ami.listing("QueueStatus", "QueueStatusComplete", Queue="empty")
    ami.listing("CoreShowChannels", "CoreShowChannelsComplete")
    ami.listing("Status", "StatusComplete")
    ami.action("Hangup", Channel=call, Cause=16)
    ami.event("Hangup", Uniqueid=call)
    ami.until_idle()


def tel_devices(ami):
    call = ami.originate("devices", "gate", TO="INUSE")
    ami.event("DeviceStateChange", Device="Custom:gate", State="INUSE")
    ami.until_idle()
    ami.originate("devices", "gate", TO="NOT_INUSE")
    ami.event("DeviceStateChange", Device="Custom:gate", State="NOT_INUSE")
    ami.until_idle()
    ami.listing("DeviceStateList", "DeviceStateListComplete")
    return call


def tel_peers(ami):
    """A phone's account goes and comes back, and is asked whether it is there."""
    ami.action("PJSIPUnregister", Registration="desk-account")
    ami.event("Registry", Status="Unregistered")
    ami.event("PeerStatus")
    ami.action("PJSIPShowContacts")  # an empty list is an error
    ami.listing("PJSIPShowEndpoint", "EndpointDetailComplete", Endpoint="desk-01")
    ami.listing("PJSIPShowRegistrationsOutbound", "OutboundRegistrationDetailComplete")
    ami.action("PJSIPRegister", Registration="desk-account")
    ami.event("Registry", Status="Registered")
    ami.event("ContactStatus", ContactStatus="Reachable")
    ami.action("PJSIPQualify", Endpoint="desk-01")
    ami.listing("PJSIPShowContacts", "ContactListComplete")
    ami.action("Ping")


SCENARIOS = [tel_listing, tel_iax_text, tel_errors, tel_modules, tel_agent, tel_park, tel_agi, tel_members, tel_waiting, tel_devices, tel_peers]


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asterisk = Asterisk(members={"empty": []}).start()
    try:
        eventually(lambda: "Registered " in asterisk.console("pjsip show registrations"), what="the phone has registered")
        eventually(lambda: "Avail" in asterisk.console("pjsip show contacts"), what="and has answered")
        for scenario in SCENARIOS:
            name = scenario.__name__.replace("_", "-")
            if sys.argv[2:] and name not in sys.argv[2:]:
                continue
            ami = Recorder(asterisk)
            try:
                scenario(ami)
                ami.finish(folder, name)
            except BaseException:
                (folder / "failed.ami").write_bytes(ami.file.bytes)
                raise
            print(name, (folder / f"{name}.ami").stat().st_size)
    finally:
        asterisk.stop()


if __name__ == "__main__":
    main()
