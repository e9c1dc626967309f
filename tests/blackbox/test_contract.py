# SPDX-License-Identifier: Apache-2.0
"""Every call of the outbound reference: same fields, same types, same meaning."""
import json
import re
from pathlib import Path

from harness import Case, eventually

CONTRACT = json.loads((Path(__file__).resolve().parent.parent / "data" / "outbound_contract.json").read_text())
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def filled(value, saved):
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda m: saved[m.group(1)], value)
    if isinstance(value, dict):
        return {k: filled(v, saved) for k, v in value.items()}
    return value


class Contract(Case):
    def fits(self, value, kind, where):
        if kind.endswith("?"):
            if value is None:
                return
            kind = kind[:-1]
        if kind == "text":
            self.assertIsInstance(value, str, where)
        elif kind == "integer":
            self.assertIs(type(value), int, where)
        elif kind == "object":
            self.assertIsInstance(value, dict, where)
        elif kind == "uuid":
            self.assertRegex(value, UUID, where)
        elif kind == "time":
            self.assertRegex(value, TIME, where)
        else:
            self.assertIsInstance(value, dict, where)
            expected = CONTRACT["fields"][kind]
            missing = set(expected) - set(value)
            beyond = set(value) - set(expected) - set(CONTRACT["ours"].get(kind, ()))
            self.assertFalse(missing, f"{where} lacks fields")
            self.assertFalse(beyond, f"{where} has fields beyond the reference")
            for field, field_kind in expected.items():
                self.fits(value[field], field_kind, f"{where}.{field}")

    def envelope(self, reply, where):
        self.assertEqual(reply.status, 200, f"{where}: {reply}")
        body = reply.json
        self.assertEqual(body["api_ver"], "0.1", where)
        self.assertEqual(body["statuscode"], 200, where)
        self.assertRegex(body["timestamp"], TIME, where)
        self.assertTrue(reply.headers["Content-Type"].startswith("application/json"), where)
        self.assertLessEqual(set(body), {"api_ver", "statuscode", "timestamp", "result"}, where)
        return body.get("result")

    def list_of(self, kind, result, where):
        self.assertLessEqual({"list"}, set(result), where)
        self.assertLessEqual(set(result), {"list", *CONTRACT["ours"]["list"]}, where)
        self.assertTrue(result["list"], where)
        for item in result["list"]:
            if kind == "uuid":
                self.assertEqual(set(item), {"uuid"}, where)
                self.fits(item["uuid"], "uuid", where)
            else:
                self.fits(item, kind, where)

    def follow(self, prefix):
        api = self.daemon(self.pbx()).api
        saved, last = {}, {}
        for call in CONTRACT["calls"]:
            path = filled(call["path"], saved)
            path = prefix(path)
            where = f"{call['what']}: {call['method']} {path}"
            result = self.envelope(api.call(call["method"], path, filled(call.get("body"), saved)), where)
            kind = call["reply"]
            if kind.startswith("list of "):
                self.list_of(kind.removeprefix("list of "), result, where)
                continue
            self.fits(result, kind, where)
            for field, value in filled(call.get("same", {}), saved).items():
                self.assertEqual(result[field], value, f"{where}: {field}")
            if call["method"] == "PUT":
                self.assertIsNotNone(result["tm_update"], where)
            if call["method"] == "DELETE":
                self.assertIsNotNone(result["tm_delete"], where)
                changed = {field for field in result if result[field] != last[path][field]}
                self.assertLessEqual(changed, {"in_use", "tm_delete", "tm_update"}, f"{where}: a deleted object is shown as it was")
                self.assertEqual(api.call("GET", path).status, 404, where)
            if kind == "dlma":
                self.assertEqual(result["dl_table"], result["uuid"].replace("-", "_"))
            if "save" in call:
                saved[call["save"]] = result["uuid"]
                path += "/" + result["uuid"]
            last[path] = result

    def test_every_call_answers_as_the_reference_shows(self):
        self.follow(lambda path: path)

    def test_aliases_without_ob_are_the_same_resources(self):
        self.follow(lambda path: path.removeprefix("/ob"))

    def test_everything_answers_below_v1_as_well(self):
        self.follow(lambda path: "/v1" + path)

    def test_dialings_show_the_call_and_everything_as_it_was_when_it_began(self):
        pbx = self.pbx(time_scale=1)
        daemon = self.daemon(pbx)
        api = daemon.api
        names = {"plan": {"plan key 1": "plan value 1"}, "dest": {"destination key 1": "destination value 1"},
                 "dlma": {"dlma_key1": "dlma_val1"}, "dl": {"dl key1": "dl val1"}, "campaign": {"campaign key 1": "campaign value 1"}}
        dlma = self.make_list(api, [{"number_1": "1000300", "variables": names["dl"]}], variables=names["dlma"])
        campaign = self.make_campaign(api, dlma=dlma, plan={"tech_name": "SIP", "variables": names["plan"]},
                                      dest={**self.queue(), "variables": names["dest"]}, variables=names["campaign"])
        api.status(campaign, 1)
        dialing = eventually(lambda: [d for d in api.get("/ob/dialings")["list"] if d["res_dial"] == 4], what="an answered call")[0]
        self.list_of("dialing", self.envelope(api.call("GET", "/ob/dialings"), "list dialings"), "list dialings")
        shown = self.envelope(api.call("GET", f"/ob/dialings/{dialing['uuid']}"), "read a dialing")
        self.fits(shown, "dialing", "dialing")
        for field, value in {"dial_addr": "1000300", "dial_channel": "SIP/1000300", "dial_application": "queue", "dial_data": "sales_1",
                             "dial_context": None, "dial_exten": None, "dial_priority": None, "dial_index": 1, "dial_timeout": 30000,
                             "dial_trycnt": 1, "dial_type": 1, "res_dial": 4, "res_dial_detail": "Remote end has answered",
                             "res_hangup": 0, "uuid_camp": campaign, "uuid_dlma": dlma}.items():
            self.assertEqual(shown[field], value, field)
        self.assertEqual(shown["dial_variables"], {k: v for part in names.values() for k, v in part.items()})
        self.assertEqual(shown["info_dial"]["channelid"], shown["uuid"])
        for field, part in (("info_camp", "campaign"), ("info_plan", "plan"), ("info_dest", "dest"), ("info_dlma", "dlma"), ("info_dl_list", "dl")):
            self.assertEqual(shown[field]["variables"], names[part], field)

        api.put(f"/ob/plans/{shown['uuid_plan']}", {"name": "changed since"})
        self.assertNotEqual(api.get(f"/ob/dialings/{shown['uuid']}")["info_plan"]["name"], "changed since")

        gone = api.call("DELETE", f"/ob/dialings/{shown['uuid']}")
        self.assertIsNone(self.envelope(gone, "hang a dialing up"))
        line = self.until_results(daemon, 1)[0]
        self.assertEqual(line["uuid"], shown["uuid"])
        self.fits(line, "result line", "result line")
        self.assertEqual(list(line), list(CONTRACT["fields"]["result line"]), "the reference's order")
