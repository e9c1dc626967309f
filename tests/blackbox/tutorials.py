# SPDX-License-Identifier: Apache-2.0
"""Both tutorials of the outbound reference, followed with curl as a reader would, against whatever PBX there is.

The reference's curl lines are kept as they are, but for the server's address, the uuids that earlier replies gave,
the token, and the line breaks that a printed page puts into a quoted body."""
import json
import shlex
import subprocess

from harness import eventually

NEW = {"in_use": 1, "tm_delete": None, "tm_update": None}
PLAN = {**NEW, "caller_id": None, "codecs": None, "dial_mode": 1, "dial_timeout": 30000, "dl_end_handle": 1, "early_media": None,
        "retry_delay": 60, "service_level": 0, "tech_name": "sip", "trunk_name": None, "variables": None,
        **{f"max_retry_cnt_{i}": 5 for i in range(1, 9)}}
DESTINATION = {**NEW, "context": None, "exten": None, "priority": None, "type": 1, "variables": None}
DLMA = {**NEW, "variables": None}
ENTRY = {**NEW, "dialing_camp_uuid": None, "dialing_plan_uuid": None, "dialing_uuid": None, "email": None, "number_1": "300",
         "res_dial": 0, "res_dial_detail": None, "res_hangup": 0, "res_hangup_detail": None, "resv_target": None, "status": 0,
         "tm_last_dial": None, "tm_last_hangup": None, "ukey": None, "variables": None,
         **{f"number_{i}": None for i in range(2, 9)}, **{f"trycnt_{i}": 0 for i in range(1, 9)}}
CAMPAIGN = {**NEW, "next_campaign": None, "sc_date_end": None, "sc_date_list": None, "sc_date_list_except": None,
            "sc_date_start": None, "sc_day_list": None, "sc_mode": 0, "sc_time_end": None, "sc_time_start": None, "status": 0}
LINE = {"name": None, "status": 7, "res_dial": 4, "res_dial_detail": "Remote end has answered", "dial_addr": "300",
        "dial_channel": "sip/300", "dial_trycnt": 1, "dial_type": 1, "dial_index": 1, "dial_timeout": 30000, "dial_exten": None,
        "tm_delete": None}
LINE_FIELDS = {*LINE, "uuid", "res_hangup", "res_hangup_detail", "action_id", "tm_update", "tm_create", "uuid_camp", "uuid_plan",
               "uuid_dest", "uuid_dlma", "uuid_dl_list", "dial_data", "dial_application"}

BASIC = {
    "plan": """curl -X POST http://192.168.200.10:8081/plans -d
'{"name":"basic tutorial plan", "detail":"test plan for basic tutorial", "tech_name":"sip", "dial_mode":1}'""",
    "destination": """curl -X POST http://192.168.200.10:8081/destinations -d
'{"name": "basic tutorial destination", "detail":"test pln for basic tutorial", "type":1, "application": "park"}'""",
    "dlma": """curl -X POST http://192.168.200.10:8081/dlmas -d
'{"name": "basic tutorial dlma", "detail": "test dlma for basic tutorial"}'""",
    "entry": """curl -X POST http://192.168.200.10:8081/dls -d
'{"dlma_uuid":"42b72a18-a6c5-43bf-b9aa-6043ff32128d", "name": "basic tutorial test customer 1", "detail": "test customer for basic tutorial", "number_1": "300"}'""",
    "campaign": """curl -X POST http://192.168.200.10:8081/campaigns -d
'{"name": "basic tutorial campaign", "detail": "test campaign for basic tutorial", \\
"plan":"50fd1e1f-920b-477a-b84c-afe58928dadc", "dest":"36a8a632-569d-414a-94e1-f92c8e0d505e", \\
"dlma":"42b72a18-a6c5-43bf-b9aa-6043ff32128d"}'""",
    "start": """curl -X PUT http://192.168.200.10:8081/campaigns/30097375-df96-4ca4-829b-b1e3100a2221 -d '{"status": 1}'""",
    "look": """curl -X GET http://192.168.200.10:8081/dls/7d760dd1-8ba5-48d9-989d-415d610ffe57""",
}
DISTRIBUTE = {
    "plan": """curl -X POST http://192.168.200.10:8081/plans -d
'{"name":"normal call distribute plan", "detail":"test plan for normal call distribute", "tech_name":"sip", "dial_mode":1}'""",
    "destination": """curl -X POST http://192.168.200.10:8081/destinations -d
'{"name": "normal call distribute destination", "detail":"test pln for normal call distribute", "type":1, "application": "queue", "data":"sales_1"}'""",
    "dlma": """curl -X POST http://192.168.200.10:8081/dlmas -d
'{"name": "normal call distribute dlma", "detail": "test dlma for normal call distribute"}'""",
    "entry": """curl -X POST http://192.168.200.10:8081/dls -d
'{"dlma_uuid":"b0d73193-2787-4341-8c32-bc051bad9f94", "name": "normal call distribute test customer 1", "detail": "test customer for normal call distribute", "number_1": "300"}'""",
    "campaign": """curl -X POST http://192.168.200.10:8081/campaigns -d
'{"name": "normal call distribute campaign", "detail": "test campaign for normal call distribute", \\
"plan":"2410fdf4-5633-4b84-917b-c66cc5e94d0c", "dest":"cc260c6a-80b5-434b-8d68-d2486eeb2c01", \\
"dlma":"b0d73193-2787-4341-8c32-bc051bad9f94"}'""",
    "start": """curl -X PUT http://192.168.200.10:8081/campaigns/ed40ec12-9d39-4594-823c-0a2b5d86d9b6 -d '{"status": 1}'""",
    "look": """curl -X GET http://192.168.200.10:8081/dls/d0527ab9-c240-49a4-a001-1d3adecebbcb""",
}


class Reader:
    """Types the tutorial's lines in, one after the other, with the uuids that this daemon gave."""

    def __init__(self, case, api, text):
        self.case, self.api, self.text, self.uuids = case, api, text, {}

    def types(self, step):
        arguments = shlex.split(self.text[step].replace("\\\n", "").replace("\n", " "))
        arguments = [a.replace("http://192.168.200.10:8081", self.api.url) for a in arguments]
        arguments = [a + f"?authtoken={self.api.token}" if a.startswith("http://") else a for a in arguments]
        for theirs, ours in self.uuids.items():
            arguments = [a.replace(theirs, ours) for a in arguments]
        done = subprocess.run([arguments[0], "-s", *arguments[1:]], capture_output=True, text=True, timeout=60)
        self.case.assertEqual(done.returncode, 0, done.stderr)
        reply = json.loads(done.stdout)
        self.case.assertEqual(reply["statuscode"], 200, f"{arguments}\n{reply}")
        self.case.assertEqual(reply["api_ver"], "0.1")
        return reply["result"]

    def makes(self, step, theirs, expected):
        result = self.types(step)
        self.holds(result, {**expected, **json.loads(self.body(step))}, step)
        self.uuids[theirs] = result["uuid"]
        return result

    def body(self, step):
        body = shlex.split(self.text[step].replace("\\\n", "").replace("\n", " "))[-1]
        for theirs, ours in self.uuids.items():
            body = body.replace(theirs, ours)
        return body

    def holds(self, value, expected, where):
        self.case.assertEqual({k: value.get(k, "not there") for k in expected}, expected, where)


class Tutorials:
    """Mixed into a Case. `hangup_causes`: what the PBX may give as the cause of a call that ended well."""

    hangup_causes = {16: "Normal Clearing"}

    def follow(self, daemon, text, uuids, destination):
        """From the plan to the result line; returns the entry as it is in the end, and the line."""
        reader = Reader(self, daemon.api, text)
        plan = reader.makes("plan", uuids["plan"], PLAN)
        dest = reader.makes("destination", uuids["dest"], {**DESTINATION, **destination})
        dlma = reader.makes("dlma", uuids["dlma"], DLMA)
        self.assertEqual(dlma["dl_table"].replace("_", "-"), dlma["uuid"])
        entry = reader.makes("entry", uuids["entry"], ENTRY)
        campaign = reader.makes("campaign", uuids["campaign"], CAMPAIGN)
        started = reader.types("start")
        reader.holds(started, {**{k: v for k, v in campaign.items() if k != "tm_update"}, "status": 1}, "start")
        self.assertIsNotNone(started["tm_update"])

        result_file = daemon.data / "outbound_result.json"
        eventually(lambda: result_file.exists() and result_file.stat().st_size, 40, "the result file")
        line = json.loads(subprocess.run(["tail", "-n", "1", str(result_file)], capture_output=True, text=True, check=True).stdout)
        reader.holds(line, {**LINE, **{f"dial_{k}": v or "" for k, v in destination.items()}, "uuid_camp": campaign["uuid"],
                            "uuid_plan": plan["uuid"], "uuid_dest": dest["uuid"], "uuid_dlma": dlma["uuid"],
                            "uuid_dl_list": entry["uuid"]}, "result line")
        self.assertEqual(set(line), LINE_FIELDS)
        self.assertIn(line["res_hangup"], self.hangup_causes)
        self.assertEqual(line["res_hangup_detail"], self.hangup_causes[line["res_hangup"]])

        seen = reader.types("look")
        reader.holds(seen, {**{k: v for k, v in entry.items() if not k.startswith(("tm_", "res_"))}, "trycnt_1": 1, "res_dial": 4,
                            "res_dial_detail": "Remote end has answered", "res_hangup": line["res_hangup"],
                            "res_hangup_detail": line["res_hangup_detail"], "status": 0, "dialing_uuid": None,
                            "tm_create": entry["tm_create"], "tm_update": None, "tm_delete": None}, "look")
        self.assertLess(entry["tm_create"], seen["tm_last_dial"])
        self.assertLess(seen["tm_last_dial"], seen["tm_last_hangup"])
        # The list is done, and dl_end_handle 1 stops the campaign.
        self.until_status(daemon.api, campaign["uuid"], 0)
        return seen, line

    def basic(self, daemon):
        return self.follow(daemon, BASIC, {"plan": "50fd1e1f-920b-477a-b84c-afe58928dadc", "dest": "36a8a632-569d-414a-94e1-f92c8e0d505e",
                                           "dlma": "42b72a18-a6c5-43bf-b9aa-6043ff32128d", "entry": "7d760dd1-8ba5-48d9-989d-415d610ffe57",
                                           "campaign": "30097375-df96-4ca4-829b-b1e3100a2221"}, {"application": "park", "data": None})

    def distribute(self, daemon):
        return self.follow(daemon, DISTRIBUTE, {"plan": "2410fdf4-5633-4b84-917b-c66cc5e94d0c", "dest": "cc260c6a-80b5-434b-8d68-d2486eeb2c01",
                                                "dlma": "b0d73193-2787-4341-8c32-bc051bad9f94", "entry": "d0527ab9-c240-49a4-a001-1d3adecebbcb",
                                                "campaign": "ed40ec12-9d39-4594-823c-0a2b5d86d9b6"}, {"application": "queue", "data": "sales_1"})
