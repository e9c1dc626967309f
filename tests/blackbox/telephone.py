# SPDX-License-Identifier: Apache-2.0
"""What the daemon shows of a telephone system, held against the reference: the same tests for a simulated PBX and a
real Asterisk. A case that mixes this in gives `exchange()`: something with `address` and `ami()`, in which there are
agents 1001 and 1002, queues `sales_1` and `empty`, lots `default` and `second`, and a PJSIP phone with an account; and
`exchange_without_line()`, whose queues.conf and res_parking.conf do not include our files."""
import json
import re
import threading
import time
import urllib.parse
from pathlib import Path

from harness import eventually
from harness.live import LiveClient

CONTRACT = json.loads((Path(__file__).resolve().parent.parent / "data" / "telephone_contract.json").read_text())
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
DOORS = ("", "/v1", "/admin", "/v1/admin")
CALL = "0f000000-0000-4000-8000-%012x"


def segment(name):
    """A name in a topic, as the reference encodes it: '_' as well."""
    return quoted(name).replace("_", "%5F")


def quoted(name):
    return urllib.parse.quote(name, safe="")


class Telephone:

    def begin(self, exchange=None, **settings):
        self.exchange_ = exchange or self.exchange()
        self.api = self.daemon(self.exchange_, config=settings).api
        self.ami = self.exchange_.ami()
        self.addCleanup(self.ami.close)
        self.calls_ = 0
        self.heard_ = set()
        eventually(lambda: self.api.get("/core/systems")["list"], what="the server's first lists")

    # --- calls, made past the daemon ---

    def call_into(self, context, exten, **variables):
        """A call of somebody's own, up and in that place of the dialplan; its unique id."""
        self.calls_ += 1
        call = CALL % self.calls_
        lasting = {"__LISTEN": 600, "__STAY": 600, **variables}
        reply = self.ami.action("Originate", *(("Variable", f"{k}={v}") for k, v in lasting.items()), Channel="Local/1000001@customers",
                                ChannelId=call, OtherChannelId=call[:-12] + "f" + call[-11:], Context=context, Exten=exten, Priority=1,
                                Timeout=30000, CallerID='"Ann Example" <5550100>', Async="true")
        self.assertEqual(reply["Response"], "Success", reply)
        return call

    def shown(self, path, wanted=lambda item: True):
        """The first item of the list for which `wanted` is true, once there is one."""
        return eventually(lambda: next((i for i in self.api.get(path)["list"] if wanted(i)), None), what=f"an item of {path}")

    def until_gone(self, path):
        eventually(lambda: self.api.call("GET", path).status == 404, what=f"{path} is gone")

    # --- the contract ---

    def fits(self, value, kind, where, may_be_null=False):
        if kind.endswith("?"):
            may_be_null, kind = True, kind[:-1]
        if value is None:
            self.assertTrue(may_be_null, f"{where} is null")
            return
        if kind in ("text", "integer", "object"):
            self.assertIs(type(value), {"text": str, "integer": int, "object": dict}[kind], where)
        elif kind == "number":
            self.assertIn(type(value), (int, float), where)
        elif kind == "time":
            self.assertRegex(value, TIME, where)
        elif kind.startswith("list of "):
            self.assertIs(type(value), list, where)
            for item in value:
                self.fits(item, kind.removeprefix("list of "), where)
        elif kind:
            self.assertIs(type(value), dict, where)
            expected = CONTRACT["fields"][kind]
            names = list(value)
            self.assertFalse(set(expected) - set(names), f"{where} lacks fields")
            silent = CONTRACT["silent"].get(kind, ())
            for field, field_kind in expected.items():
                self.fits(value[field], field_kind, f"{where}.{field}", field in silent)
            ours = [n for n in names if n not in expected]
            self.assertEqual(names[len(names) - len(ours):], ours, f"{where}: what is ours comes after the reference's")
            if kind != "queue status" and not kind.endswith(" command"):
                self.assertIn("pbx", ours, f"{where} does not say which server it lives on")
                self.assertTrue(value["global_id"].startswith(value["pbx"] + ":"), where)
            self.hides_secrets(value, where)

    def hides_secrets(self, value, where):
        for secret in ("password", "md5_cred"):
            if value.get(secret):
                self.assertEqual(value[secret], "***", where)

    def envelope(self, reply, where):
        self.assertEqual(reply.status, 200, f"{where}: {reply}")
        body = reply.json
        self.assertEqual((body["api_ver"], body["statuscode"]), ("0.1", 200), where)
        self.assertRegex(body["timestamp"], TIME, where)
        self.assertLessEqual(set(body), {"api_ver", "statuscode", "timestamp", "result"}, where)
        return body.get("result")

    def holds(self, group):
        """List and detail of a group, at every door and in every way that a detail is asked for."""
        about = next(g for g in CONTRACT["groups"] if g["group"] == group)
        for door in DOORS:
            path = f"{door}/{group}"
            listed = self.envelope(self.api.call("GET", path), f"GET {path}")
            self.assertTrue(listed["list"], f"GET {path}: nothing to look at")
            self.assertLessEqual(set(listed), {"list", *CONTRACT["ours"]["list"]}, path)
            for item in listed["list"]:
                self.fits(item, about["in the list"], f"GET {path}: {item}")
                name = item[about["key"]] if about["key"] else item["queue"]["name"]
                reply = self.api.call("GET", f"{path}/{quoted(name)}")
                if reply.status == 404 and group in ("core/channels", "device_states"):
                    continue  # it has gone in between
                where = f"GET {path}/{name}"
                found = self.envelope(reply, where)
                self.fits(found, about["item"], where)
                if about["key"]:
                    self.assertEqual(found[about["key"]], name, where)
            if about["key"]:
                by_body = self.api.call("GET", f"{path}/", {"name" if group == "queue/members" else about["key"]: name})
                self.assertEqual(self.envelope(by_body, f"{where} by body")[about["key"]], name)
            if group == "queue/members":  # as the reference asks for one
                by_queue = self.api.call("GET", f"{path}/{quoted(item['location'])}?queue_name={quoted(item['queue_name'])}")
                self.assertEqual(self.envelope(by_queue, f"{where} by queue")["id"], name)
            self.assertEqual(self.api.call("GET", f"{path}/no%20such").status, 404, path)
        page = self.api.get(f"/{group}?count=1")
        self.assertEqual(len(page["list"]), 1)
        self.assertIsNone(page.get("next_page_token") if len(listed["list"]) == 1 else None)
        self.assertEqual(self.api.call("GET", f"/{group}?count=0").status, 400)
        self.assertEqual(self.api.call("GET", f"/{group}?pbx=nobody").status, 400)
        self.assertEqual(self.api.call("GET", f"/{group}", token=None).status, 401)
        return listed["list"]

    def bare(self, reply):
        self.assertIsNone(self.envelope(reply, reply))

    def events(self):
        """A live client that hears everything; `told(name, topic)` waits for an event and holds it to the contract."""
        live = LiveClient(self.api)
        self.addCleanup(live.close)
        live.subscribe("/")
        return live

    def told(self, live, name, wanted=lambda item: True, seconds=20):
        message = live.hear_until(lambda m: name in m and wanted(m[name]), seconds)[-1]
        about = CONTRACT["events"][name]
        item = message[name]
        self.fits(item, about["item"], name)
        self.assertEqual(message["topic"], re.sub(r"\{(\w+)\}", lambda m: segment(item[m.group(1)]), about["topic"]), name)
        self.heard_.add(name)
        return item


class Contract(Telephone):
    """What the contract lists is driven by the list: an entry that nothing here brings about fails."""

    def test_every_event_is_told_as_the_reference_shows_it(self):
        self.begin()
        live = self.events()
        call = self.call_into("hold", "s", MARK="yes")
        mine = lambda c: c["unique_id"] == call
        self.told(live, "core.channel.create", mine)
        self.told(live, "core.channel.update", lambda c: mine(c) and c["application"] == "Wait")
        self.bare(self.api.call("DELETE", f"/core/channels/{call}"))
        self.told(live, "core.channel.delete", mine)

        agi = self.call_into("async-agi", "s")
        mine = lambda c: c["unique_id"] == agi
        self.told(live, "core.agi.create", mine)
        self.envelope(self.api.call("POST", f"/core/agis/{agi}", {"command": "CHANNEL STATUS"}), "an AGI command")
        self.told(live, "core.agi.update", mine)
        self.bare(self.api.call("DELETE", f"/core/agis/{agi}"))
        self.told(live, "core.agi.delete", mine)

        parked = self.call_into("park", "second")
        mine = lambda p: p["parkee_unique_id"] == parked
        self.told(live, "park.parkedcall.create", mine)
        self.shown("/park/parkedcalls", mine)
        self.bare(self.api.call("DELETE", f"/park/parkedcalls/{parked}"))
        self.told(live, "park.parkedcall.delete", mine)

        # A queue whose name the topic has to encode.
        member = "Local/agent-15@agents/n"
        self.bare(self.api.call("POST", "/queue/queues", {"name": "one_two", "strategy": "ringall"}))
        self.told(live, "queue.queue.update", lambda q: q["name"] == "one_two")
        self.bare(self.api.call("POST", "/queue/members", {"queue_name": "one_two", "location": member, "paused": 1}))
        mine = lambda m: m["queue_name"] == "one_two"
        self.told(live, "queue.member.update", mine)
        waiting = self.call_into("queue", "one_two")
        self.told(live, "queue.entry.update", mine)
        self.told(live, "queue.queue.update", lambda q: q["name"] == "one_two" and q["calls"] == 1)
        self.bare(self.api.call("DELETE", f"/core/channels/{waiting}"))
        self.told(live, "queue.entry.delete", mine)
        self.bare(self.api.call("DELETE", f"/queue/members/{quoted(member)}", {"queue_name": "one_two"}))
        self.told(live, "queue.member.delete", mine)

        self.assertEqual(self.heard_, set(CONTRACT["events"]), "an event of the contract that nobody has brought about")
        self.assertFalse(set(CONTRACT["no example"]) & set(CONTRACT["events"]))

    def test_every_method_that_changes_something_answers_as_the_reference_shows_it(self):
        self.begin()
        self.shown("/park/parkinglots", lambda p: p["name"] == "second")
        self.shown("/queue/queues", lambda q: q["name"] == "empty")
        come = {
            ("POST", "queue"): lambda: self.api.get("/queue/queues/test%20create%20queue")["strategy"] == "ringall",
            ("PUT", "queue"): lambda: sorted(m["location"] for m in self.api.get("/queue/members?queue_name=test%20create%20queue")["list"]) == ["Agent/10001", "Agent/10003"],
            ("DELETE", "queue"): lambda: self.api.call("GET", "/queue/queues/test%20create%20queue").status == 404 and
                                         not self.api.get("/queue/members?queue_name=test%20create%20queue")["list"],
            ("POST", "park"): lambda: (lambda p: (p["start_space"], p["stop_spcae"], p["timeout"]) == ("800", "850", 45))(self.api.get("/park/parkinglots/test_parkinglot")),
            ("PUT", "park"): lambda: self.api.get("/park/parkinglots/test_parkinglot")["stop_spcae"] == "900",
            ("DELETE", "park"): lambda: self.api.call("GET", "/park/parkinglots/test_parkinglot").status == 404,
        }
        for door in DOORS:
            for write in CONTRACT["writes"]:
                shown = come[write["method"], write["path"].split("/")[1]]
                self.bare(self.api.call(write["method"], door + write["path"], write.get("body")))
                eventually(shown, what=f"{write['method']} {door}{write['path']} shows")


class Channels(Telephone):
    def test_channels(self):
        self.begin()
        live = self.events()
        call = self.call_into("hold", "s", MARK="yes")
        self.told(live, "core.channel.create", lambda c: c["unique_id"] == call)
        self.told(live, "core.channel.update", lambda c: c["unique_id"] == call and c["application"] == "Wait" and c["variables"].get("MARK") == "yes")
        self.holds("core/channels")
        one = self.api.get(f"/core/channels/{call}")
        self.assertEqual((one["caller_id_name"], one["caller_id_num"], one["context"], one["exten"], one["channel_state"], one["channel_state_desc"]),
                         ("Ann Example", "5550100", "hold", "s", 6, "Up"))
        self.assertIsNone(one["hangup_cause"])
        self.bare(self.api.call("DELETE", f"/core/channels/{call}"))
        gone = self.told(live, "core.channel.delete", lambda c: c["unique_id"] == call)
        self.assertEqual((gone["hangup_cause"], gone["hangup_cause_desc"]), (16, "Normal Clearing"))
        self.until_gone(f"/core/channels/{call}")
        self.assertEqual(self.api.call("DELETE", f"/core/channels/{call}").status, 404)


class Agis(Telephone):
    def test_agis(self):
        self.begin()
        live = self.events()
        call = self.call_into("async-agi", "s")
        self.told(live, "core.agi.create", lambda c: c["unique_id"] == call)
        self.holds("core/agis")
        one = self.api.get(f"/core/agis/{call}")
        self.assertEqual(one["cmd"], {})
        self.assertEqual({k: one["env"][k] for k in ("agi_request", "agi_uniqueid", "agi_context", "agi_arg_1", "agi_arg_2")},
                         {"agi_request": "async", "agi_uniqueid": call, "agi_context": "async-agi", "agi_arg_1": "first argument",
                          "agi_arg_2": "second argument"})
        self.assertTrue(all(isinstance(v, str) for v in one["env"].values()))
        self.envelope(self.api.call("POST", f"/core/agis/{call}", {"command": "CHANNEL STATUS"}), "an AGI command")
        told = self.told(live, "core.agi.update", lambda c: c["unique_id"] == call and any(r.get("result") for r in c["cmd"].values()))
        ((_, done),) = told["cmd"].items()
        self.fits(done, "agi command", "cmd")
        self.assertEqual((done["command"], done["result"]), ("CHANNEL STATUS", "200 result=6\n"))
        for bad in ("EXEC System rm", "EXEC TrySystem x", "no\r\nsuch", ""):
            self.assertEqual(self.api.call("POST", f"/core/agis/{call}", {"command": bad}).status, 400, bad)
        self.bare(self.api.call("DELETE", f"/core/agis/{call}"))
        self.told(live, "core.agi.delete", lambda c: c["unique_id"] == call)
        self.until_gone(f"/core/agis/{call}")


class Modules(Telephone):
    def test_modules_and_systems(self):
        self.begin()
        eventually(lambda: self.api.get("/core/modules")["list"], what="modules")
        names = {m["name"] for m in self.api.get("/core/modules")["list"]}
        self.assertIn("app_echo", names)
        self.bare(self.api.call("DELETE", "/core/modules/app_echo"))
        eventually(lambda: self.api.call("GET", "/core/modules/app_echo").status == 404 or
                   self.api.get("/core/modules/app_echo")["load"] != "Running", what="it is unloaded")
        self.bare(self.api.call("POST", "/core/modules/app_echo"))
        eventually(lambda: self.api.call("GET", "/core/modules/app_echo").status == 200, what="it is loaded")
        self.bare(self.api.call("PUT", "/core/modules/res_parking"))
        for method, name, status in (("POST", "no_such", 502), ("PUT", "..%2Fetc", 400), ("POST", "a%20b", 400)):
            self.assertIn(self.api.call(method, f"/core/modules/{name}").status, (status, 404), name)
        self.holds("core/modules")
        self.holds("core/systems")
        (system,) = self.api.get("/core/systems")["list"]
        self.assertTrue(system["ast_version"].startswith("22."), system)


class Queues(Telephone):
    def test_queues_and_who_waits(self):
        self.begin()
        live = self.events()
        call = self.call_into("queue", "empty")
        self.told(live, "queue.entry.update", lambda e: e["unique_id"] == call and e["queue_name"] == "empty" and e["position"] == 1)
        for group in ("queue/entries", "queue/queues", "queue/members", "queue/statuses"):
            self.holds(group)
        self.shown("/queue/queues", lambda q: q["name"] == "empty" and q["calls"] == 1)
        status = self.api.get("/queue/statuses/empty")
        self.assertEqual([e["unique_id"] for e in status["entries"]], [call])
        self.bare(self.api.call("DELETE", f"/core/channels/{call}"))
        self.told(live, "queue.entry.delete", lambda e: e["unique_id"] == call)
        eventually(lambda: self.api.get("/queue/entries")["list"] == [], what="nobody waits")
        self.shown("/queue/queues", lambda q: q["name"] == "empty" and q["calls"] == 0 and q["abandoned"] >= 1)

    def test_queues_are_changed_while_they_are_used(self):
        self.begin()
        self.shown("/queue/members", lambda m: m["queue_name"] == "sales_1")
        self.bare(self.api.call("POST", "/queue/queues", {"name": "busy", "strategy": "ringall", "servicelevel": 5}))
        made = self.shown("/queue/queues", lambda q: q["name"] == "busy")
        self.assertEqual((made["strategy"], made["service_level"], made["weight"], made["max"]), ("ringall", 5, 0, 0))
        call = self.call_into("queue", "busy")
        self.shown("/queue/queues", lambda q: q["name"] == "busy" and q["calls"] == 1)
        self.bare(self.api.call("PUT", "/queue/queues/busy", {"strategy": "fewestcalls", "servicelevel": 33, "weight": "7", "maxlen": 5}))
        self.shown("/queue/queues", lambda q: (q["name"], q["strategy"], q["service_level"], q["weight"], q["max"], q["calls"]) == ("busy", "fewestcalls", 33, 7, 5, 1))
        self.bare(self.api.call("DELETE", f"/core/channels/{call}"))
        self.bare(self.api.call("PUT", "/queue/queues/busy", {"weight": None, "member": ["Local/agent-15@agents/n,2,Agent 15"]}))
        one = self.shown("/queue/members?queue_name=busy")
        self.assertEqual((one["location"], one["name"], one["penalty"], one["membership"]), ("Local/agent-15@agents/n", "Agent 15", 2, "static"))
        self.shown("/queue/queues", lambda q: (q["name"], q["strategy"], q["weight"]) == ("busy", "fewestcalls", 0))
        self.bare(self.api.call("PUT", "/queue/queues/busy", {"member": None}))
        eventually(lambda: not self.api.get("/queue/members?queue_name=busy")["list"], what="its member is gone")
        self.assertEqual(len(self.api.get("/queue/members?queue_name=sales_1")["list"]), 10, "the others' members stay")
        self.bare(self.api.call("DELETE", "/queue/queues/busy"))
        self.until_gone("/queue/queues/busy")
        for body, field in (({"name": "x", "strategy": "best"}, "strategy"), ({"name": "x]"}, "name"), ({"name": "empty"}, "name"),
                            ({"name": "x", "monitor-format": "wav"}, "monitor-format"), ({"name": "x", "context": "a\nb"}, "context")):
            reply = self.api.call("POST", "/queue/queues", body)
            self.assertEqual((reply.status, reply.json["error"]["field"]), (400, field), body)

    def test_members_as_a_supervisor_changes_them(self):
        self.begin()
        live = self.events()
        member = "Local/agent-15@agents/n"
        self.ami.action("QueueAdd", Queue="empty", Interface=member, MemberName="Agent 15", Penalty=1)
        one = self.told(live, "queue.member.update", lambda m: m["queue_name"] == "empty")
        self.assertEqual((one["name"], one["location"], one["membership"], one["penalty"], one["paused"]), ("Agent 15", member, "dynamic", 1, 0))
        self.ami.action("QueuePause", Queue="empty", Interface=member, Paused="true", Reason="lunch")
        self.told(live, "queue.member.update", lambda m: m["queue_name"] == "empty" and (m["paused"], m["paused_reason"]) == (1, "lunch"))
        self.ami.action("QueueRemove", Queue="empty", Interface=member)
        self.told(live, "queue.member.delete", lambda m: m["queue_name"] == "empty")


class Configured(Telephone):
    """Queues and lots of the configuration: which file they are in."""

    def refused(self, reply, status, *words, field=None):
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.json["error"].get("field"), field, reply)
        for word in words:
            self.assertIn(word, reply.json["error"]["message"])

    def sections(self, file, name):
        """What GetConfig tells of the sections of that name: a list of lines for each."""
        reply = self.ami.action("GetConfig", Filename=file, Category=name, Filter="TEMPLATES=include")
        found = []
        for key, value in reply:
            if key.startswith("Category-"):
                found.append([])
            elif key.startswith("Line-"):
                found[-1].append(value)
        return found

    def write(self, file, *changes):
        headers = [("SrcFilename", file), ("DstFilename", file)]
        for i, change in enumerate(changes):
            headers += [(f"{name}-{i:06}", value) for name, value in zip(("Action", "Cat", "Var", "Value"), change)]
        self.assertEqual(self.ami.action("UpdateConfig", *headers)["Response"], "Success")

    def ready(self):
        self.shown("/queue/queues", lambda q: q["name"] == "sales_1")
        self.shown("/park/parkinglots", lambda p: p["name"] == "second")

    def test_what_is_made_is_in_a_file_of_our_own(self):
        self.begin()
        self.ready()
        self.bare(self.api.call("POST", "/queue/queues", {"name": "new one", "weight": 3, "member": ["Local/agent-15@agents/n,2,Ann"]}))
        self.bare(self.api.call("POST", "/park/parkinglots", {"name": "third", "context": "parkedthird", "parkpos": "901-902"}))
        self.assertEqual(self.sections("ringmaster-queues.conf", "new one"), [["weight=3", "member=Local/agent-15@agents/n,2,Ann"]])
        self.assertEqual(self.sections("ringmaster-parking.conf", "third"), [["context=parkedthird", "parkpos=901-902"]])
        self.shown("/queue/queues", lambda q: q["name"] == "new one")
        self.bare(self.api.call("PUT", "/queue/queues/new%20one", {"weight": 4, "member": None}))
        self.assertEqual(self.sections("ringmaster-queues.conf", "new one"), [["weight=4"]])
        self.shown("/queue/queues", lambda q: (q["name"], q["weight"]) == ("new one", 4))
        self.bare(self.api.call("DELETE", "/queue/queues/new%20one"))
        self.assertEqual(self.sections("ringmaster-queues.conf", "new one"), [])
        self.until_gone("/queue/queues/new%20one")
        self.shown("/park/parkinglots", lambda p: p["name"] == "third")
        self.bare(self.api.call("DELETE", "/park/parkinglots/third"))
        self.until_gone("/park/parkinglots/third")

    def test_sections_of_other_files_are_refused(self):
        self.begin()
        self.ready()
        before = self.sections("queues.conf", "sales_1"), self.sections("res_parking.conf", "second")
        words = "not in ringmaster-", "allow_lossy_config_changes"
        self.refused(self.api.call("PUT", "/queue/queues/sales_1", {"weight": 9}), 400, *words, field="name")
        self.refused(self.api.call("DELETE", "/queue/queues/sales_1"), 400, *words, field="name")
        self.refused(self.api.call("PUT", "/park/parkinglots/second", {"parkingtime": 9}), 400, *words, field="name")
        self.refused(self.api.call("DELETE", "/park/parkinglots/second"), 400, *words, field="name")
        self.assertEqual((self.sections("queues.conf", "sales_1"), self.sections("res_parking.conf", "second")), before)

    def test_sections_of_other_files_are_changed_where_that_is_allowed(self):
        self.begin(allow_lossy_config_changes=True)
        self.ready()
        self.bare(self.api.call("PUT", "/queue/queues/sales_1", {"weight": 9}))
        self.shown("/queue/queues", lambda q: (q["name"], q["weight"]) == ("sales_1", 9))
        self.bare(self.api.call("DELETE", "/park/parkinglots/second"))
        self.until_gone("/park/parkinglots/second")
        self.bare(self.api.call("POST", "/queue/queues", {"name": "new"}))
        self.assertEqual(len(self.sections("ringmaster-queues.conf", "new")), 1)

    def test_without_the_line_it_is_named_and_nothing_is_left(self):
        self.begin(self.exchange_without_line())
        self.ready()
        members = [f"Local/agent-{n:02d}@agents/n" for n in range(1, 60)]
        self.refused(self.api.call("POST", "/queue/queues", {"name": "new", "member": members}), 400,
                     "'#tryinclude ringmaster-queues.conf' at the end of queues.conf")
        self.refused(self.api.call("POST", "/park/parkinglots", {"name": "third", "parkpos": "901-902", "context": "x"}), 400,
                     "'#tryinclude ringmaster-parking.conf' at the end of res_parking.conf")
        for file, name in (("ringmaster-queues.conf", "new"), ("ringmaster-parking.conf", "third")):
            self.assertEqual(self.sections(file, name), [])
        self.assertEqual(self.api.call("GET", "/queue/queues/new").status, 404)

    def test_a_name_that_another_file_has_is_not_made_again(self):
        self.begin()
        self.ready()
        self.write("queues.conf", ("NewCat", "hidden"), ("Append", "hidden", "weight", "5"))  # and not reloaded
        self.refused(self.api.call("POST", "/queue/queues", {"name": "hidden"}), 400, "[hidden] already", field="name")
        self.refused(self.api.call("POST", "/queue/queues", {"name": "HIDDEN"}), 400, "[HIDDEN] already", field="name")
        self.refused(self.api.call("POST", "/queue/queues", {"name": "Sales_1"}), 400, "already", field="name")
        self.assertEqual(self.sections("ringmaster-queues.conf", "hidden"), [])

    def test_what_was_left_behind_is_replaced(self):
        self.begin()
        self.ready()
        self.ami.action("CreateConfig", Filename="ringmaster-queues.conf")
        self.write("ringmaster-queues.conf", ("NewCat", "new"), ("Append", "new", "weight", "5"), ("Append", "new", "maxlen", "5"))
        self.bare(self.api.call("POST", "/queue/queues", {"name": "new", "weight": 6}))
        self.assertEqual(self.sections("ringmaster-queues.conf", "new"), [["weight=6"]])
        self.shown("/queue/queues", lambda q: (q["name"], q["weight"], q["max"]) == ("new", 6, 0))

    def test_several_at_once_lose_nothing(self):
        self.begin()
        self.ready()
        names = [f"team {n}" for n in range(8)]
        members = {name: [f"Local/agent-{n:02d}@agents/n,0,{name}" for n in range(1, 41)] for name in names}
        answers = {}

        def ask(name, method, path, body):
            answers[name] = self.api.call(method, path, body)

        def all_at_once(method, path, body):
            threads = [threading.Thread(target=ask, args=(name, method, path(name), body(name))) for name in names]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for name in names:
                self.bare(answers[name])

        all_at_once("POST", lambda _: "/queue/queues", lambda name: {"name": name, "member": members[name]})
        for name in names:
            self.assertEqual(self.sections("ringmaster-queues.conf", name), [[f"member={m}" for m in members[name]]])
            self.shown("/queue/queues", lambda q, name=name: q["name"] == name)
        all_at_once("PUT", lambda name: f"/queue/queues/{quoted(name)}", lambda name: {"weight": 2, "member": members[name][:3]})
        for name in names:
            self.assertEqual(self.sections("ringmaster-queues.conf", name), [["weight=2"] + [f"member={m}" for m in members[name][:3]]])

    def test_a_lot_that_the_module_cannot_read_is_as_it_was(self):
        self.begin()
        self.ready()
        self.bare(self.api.call("POST", "/park/parkinglots", {"name": "third", "context": "parkedthird", "parkpos": "901-902"}))
        self.shown("/park/parkinglots", lambda p: p["name"] == "third")
        self.write("res_parking.conf", ("NewCat", "broken"), ("Append", "broken", "parkpos", "nonsense"))
        before = self.sections("ringmaster-parking.conf", "third")
        self.refused(self.api.call("PUT", "/park/parkinglots/third", {"parkpos": "903-904"}), 502, "An unknown error occurred")
        self.assertEqual(self.sections("ringmaster-parking.conf", "third"), before)
        self.refused(self.api.call("POST", "/park/parkinglots", {"name": "fourth", "context": "x", "parkpos": "911-912"}), 502, "An unknown error occurred")
        self.assertEqual(self.sections("ringmaster-parking.conf", "fourth"), [])


class Agents(Telephone):
    def test_agents(self):
        self.begin()
        self.shown("/agents", lambda a: a["id"] == "1002")
        logged_off = self.api.get("/agents/1001")
        self.assertEqual((logged_off["status"], logged_off["name"], logged_off["unique_id"]), ("AGENT_LOGGEDOFF", "Agent 1001", None))
        call = self.call_into("agent-login", "1001")
        eventually(lambda: self.api.get("/agents/1001")["status"] == "AGENT_IDLE", what="the agent is there")
        self.holds("agents")
        one = self.api.get("/agents/1001")
        self.assertEqual((one["unique_id"], one["linked_id"], one["caller_id_num"], one["context"], one["exten"], one["channel_state"], one["channel_state_desc"]),
                         (call, call, "5550100", "agent-login", "1001", 6, "Up"))
        self.assertLess(abs(one["logged_in_time"] - time.time()), 300)
        self.ami.action("AgentLogoff", Agent="1001")
        eventually(lambda: self.api.get("/agents/1001")["status"] == "AGENT_LOGGEDOFF", what="the agent has gone")


class Devices(Telephone):
    def test_device_states(self):
        self.begin()
        self.shown("/device_states", lambda d: d["device"] == "Agent:1001")
        self.call_into("devices", "gate", TO="INUSE")
        self.shown("/device_states", lambda d: d["device"] == "Custom:gate")
        eventually(lambda: self.api.get("/device_states/Custom%3Agate")["state"] == "INUSE", what="in use")
        self.call_into("devices", "gate", TO="NOT_INUSE")
        eventually(lambda: self.api.get("/device_states/Custom%3Agate")["state"] == "NOT_INUSE", what="not in use")
        self.holds("device_states")
        self.assertEqual([d for d in self.api.get("/device_states")["list"] if d["device"].startswith("Local/")], [])


class Peers(Telephone):
    account = "desk-account"

    def test_peers_registries_and_a_phone_that_goes_and_comes_back(self):
        self.begin()
        self.shown("/peers", lambda p: p["peer"] == "PJSIP/desk-01")
        self.shown("/peers", lambda p: p["peer"] == "IAX2/branch-01")
        eventually(lambda: self.api.get("/peers/PJSIP%2Fdesk-01")["status"] == "Reachable", what="reachable")
        for group in ("peers", "registries"):
            self.holds(group)
        by_name = self.api.call("GET", "/peers/", {"peer": "desk-01"}).result
        self.assertEqual((by_name["peer"], by_name["channel_type"]), ("PJSIP/desk-01", "PJSIP"))
        self.assertRegex(by_name["address"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual(self.api.get("/peers/IAX2%2Fbranch-02")["monitor_status"], "Unmonitored")
        registry = self.shown("/registries", lambda r: r["account"].startswith("desk-01@127.0.0.1:"))["account"]
        one = self.api.get(f"/registries/{quoted(registry)}")
        self.assertEqual((one["state"], one["username"], one["domain"], one["host"]), ("Registered", "desk-01", "127.0.0.1", "127.0.0.1"))
        self.shown("/registries", lambda r: r["account"].startswith("branch-01@127.0.0.1:"))
        self.ami.action("PJSIPUnregister", Registration=self.account)
        eventually(lambda: self.api.get("/peers/PJSIP%2Fdesk-01")["status"] == "Unreachable", what="unreachable")
        eventually(lambda: self.api.get(f"/registries/{quoted(registry)}")["state"] == "Unregistered", what="unregistered")
        eventually(lambda: not [c for c in self.api.get("/pjsip/contacts")["list"] if c["aor"] == "desk-01"], what="no contact")
        self.ami.action("PJSIPRegister", Registration=self.account)
        eventually(lambda: self.api.get("/peers/PJSIP%2Fdesk-01")["status"] == "Reachable", 60, "reachable again")
        self.shown("/pjsip/contacts", lambda c: c["aor"] == "desk-01" and c["status"] == "Reachable")


class Park(Telephone):
    def test_parked_calls_and_lots(self):
        self.begin()
        live = self.events()
        self.shown("/park/parkinglots", lambda p: p["name"] == "second")
        first, second = self.call_into("park", "s"), self.call_into("park", "second")
        for call in (first, second):
            self.shown("/park/parkedcalls", lambda p, call=call: p["parkee_unique_id"] == call)
        for group in ("park/parkedcalls", "park/parkinglots"):
            self.holds(group)
        one = self.api.get(f"/park/parkedcalls/{first}")
        self.assertEqual((one["parking_lot"], one["parking_space"], one["parkee_channel_state"], one["parkee_caller_id_name"], one["parking_timeout"]),
                         ("default", "701", "6", "Ann Example", 45))
        lot = self.api.get("/park/parkinglots/second")
        self.assertEqual((lot["start_space"], lot["stop_spcae"], lot["timeout"]), ("801", "820", 300))
        self.bare(self.api.call("DELETE", f"/park/parkedcalls/{second}"))
        self.until_gone(f"/park/parkedcalls/{second}")
        self.until_gone(f"/core/channels/{second}")
        self.assertEqual(self.api.call("DELETE", f"/park/parkedcalls/{second}").status, 404)
        self.told(live, "park.parkedcall.create", lambda p: p["parkee_unique_id"] == first)

    def test_lots_that_are_made_take_calls(self):
        self.begin()
        self.shown("/park/parkinglots", lambda p: p["name"] == "second")
        self.bare(self.api.call("POST", "/park/parkinglots", {"name": "third", "context": "parkedthird", "parkpos": "901-902", "parkingtime": 77}))
        lot = self.shown("/park/parkinglots", lambda p: p["name"] == "third")
        self.assertEqual((lot["start_space"], lot["stop_spcae"], lot["timeout"]), ("901", "902", 77))
        call = self.call_into("park", "third")
        parked = self.shown("/park/parkedcalls", lambda p: p["parkee_unique_id"] == call)
        self.assertEqual((parked["parking_lot"], parked["parking_space"], parked["parking_timeout"]), ("third", "901", 77))
        self.bare(self.api.call("DELETE", f"/park/parkedcalls/{call}"))
        self.until_gone(f"/park/parkedcalls/{call}")
        self.bare(self.api.call("DELETE", "/park/parkinglots/third"))
        self.until_gone("/park/parkinglots/third")
        self.assertEqual({p["name"] for p in self.api.get("/park/parkinglots")["list"]}, {"default", "second"})

    def test_events_of_a_lot_are_told_below_it(self):
        self.begin()
        live = LiveClient(self.api)
        self.addCleanup(live.close)
        live.subscribe("/park/parkinglots/second", snapshot=True)
        other, call = self.call_into("park", "s"), self.call_into("park", "second")
        heard = live.hear_until(lambda m: "park.parkedcall.create" in m)
        self.assertEqual(heard[-1]["park.parkedcall.create"]["parkee_unique_id"], call)
        self.shown("/park/parkedcalls", lambda p: p["parkee_unique_id"] == other)
        self.bare(self.api.call("DELETE", f"/park/parkedcalls/{other}"))
        self.bare(self.api.call("DELETE", f"/park/parkedcalls/{call}"))
        heard += live.hear_until(lambda m: "park.parkedcall.delete" in m)
        gone = heard[-1]["park.parkedcall.delete"]
        self.assertEqual(gone["parkee_unique_id"], call)
        self.fits(gone, "parked call", "the delete event")
        self.assertFalse([m for m in heard if m.get("topic") == "/park/parkinglots/default"])


class Pjsip(Telephone):
    def test_pjsip(self):
        self.begin()
        self.shown("/pjsip/endpoints", lambda e: e["object_name"] == "desk-01")
        self.shown("/pjsip/contacts", lambda c: c["aor"] == "desk-01")
        self.shown("/pjsip/contacts", lambda c: c["aor"] == "carrier")
        for group in ("pjsip/aors", "pjsip/auths", "pjsip/contacts", "pjsip/endpoints"):
            self.holds(group)
        auth = self.api.get("/pjsip/auths/desk-01")
        self.assertEqual((auth["username"], auth["password"], auth["auth_type"], auth["endpoint_name"]), ("desk-01", "***", "userpass", "desk-01"))
        aor = self.api.get("/pjsip/aors/desk-01")
        self.assertEqual((aor["endpoint_name"], aor["total_contacts"], aor["contacts_registered"], aor["qualify_timeout"]), ("desk-01", 1, 1, 3))
        endpoint = self.api.get("/pjsip/endpoints/desk-01")
        self.assertEqual((endpoint["auth"], endpoint["aors"], endpoint["device_state"], endpoint["rel_100"]), ("desk-01", "desk-01", "Not in use", "yes"))
        for door in DOORS:
            self.assertEqual(self.api.get(f"{door}/pjsip/auth/desk-01")["object_name"], "desk-01")
            outbound = self.api.get(f"{door}/pjsip/registration_outbounds")["list"]
            self.assertIn("no-provider", [r["object_name"] for r in outbound])
            found = self.api.get(f"{door}/pjsip/registration_outbounds/no-provider")
            self.assertRegex(found["client_uri"], "^sip:1234@127.0.0.1:")
        everything = json.dumps([self.api.get(f"/pjsip/{g}") for g in ("aors", "auths", "contacts", "endpoints", "registration_outbounds")])
        self.assertNotIn('"password": "secret"', everything)
        self.assertNotIn("simulated\"", everything)
