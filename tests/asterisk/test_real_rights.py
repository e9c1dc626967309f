# SPDX-License-Identifier: Apache-2.0
"""A real Asterisk whose queues are reloaded, and whose AMI user may not do all."""
from harness import eventually
from real import RealCase

AGENT = "Local/agent-{:02d}@agents/n"


class Reloads(RealCase):
    def begin(self, members):
        self.pbx = self.asterisk(members={"sales_1": members})
        self.run = self.daemon(self.pbx)
        self.api = self.run.api
        self.campaign = self.make_campaign(self.api, [str(3_000_000 + i) for i in range(20)],
                                           {"tech_name": "Local", "trunk_name": "customers", "dial_timeout": 30_000}, dest=self.queue())
        self.queues = (self.pbx.folder / "etc/queues.conf").read_text()

    def members(self, *members, queue="sales_1"):
        """Writes queues.conf anew, with these members alone in that queue."""
        head, _, tail = self.queues.partition(f"[{queue}](sales)\n")
        rest = tail[tail.find("[", 1):] if "[" in tail else ""
        lines = "".join(f"member => {m}\n" for m in members)
        (self.pbx.folder / "etc/queues.conf").write_text(f"{head}[{queue}](sales)\n{lines}\n{rest}")

    def until(self, count, seconds=10):
        self.until_agents(self.api, self.campaign, count, seconds)

    def ringing(self):
        return len([c for c in self.pbx.channels() if c["Channel"].endswith(";1") and "customers" in c["Channel"]])

    def test_one_more_and_then_nobody(self):
        self.begin([AGENT.format(1)])
        self.until(1)
        self.api.status(self.campaign, 1)
        eventually(lambda: self.ringing() == 1, what="a call for the one agent")
        self.members(AGENT.format(1), AGENT.format(2))
        self.pbx.console("module reload app_queue.so")
        self.until(2)
        eventually(lambda: self.ringing() == 2, what="a call for the second")
        self.members(AGENT.format(1), AGENT.format(2) + ",3,Second,,no,9", AGENT.format(3))
        self.pbx.console("core reload")
        self.until(3)
        member = next(m for m in self.api.get("/queue/members?queue_name=sales_1")["list"] if m["name"] == "Second")
        self.assertEqual(member["penalty"], 3)
        self.members()
        self.pbx.console("queue reload all")  # of which nothing is told
        self.until(0, 60)
        reasons = [r["code"] for r in self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"]]
        self.assertIn("no_agent", reasons)

    def test_a_queue_that_is_removed_and_made_again(self):
        self.begin([AGENT.format(1)])
        self.until(1)
        self.api.status(self.campaign, 1)
        (self.pbx.folder / "etc/queues.conf").write_text(self.queues.replace("[sales_1](sales)", "[other](sales)"))
        self.pbx.console("module reload app_queue.so")
        eventually(lambda: self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"][0]["code"] == "queue_unknown", what="the reason")
        self.until(0)
        (self.pbx.folder / "etc/queues.conf").write_text(self.queues)
        self.pbx.console("module reload app_queue.so")
        self.until(1)


class Rights(RealCase):
    class User:
        def __init__(self, pbx, name):
            self.address, self.USER, self.SECRET = pbx.address, name, "secret"

    def begin(self, read, write, *filters):
        pbx = self.pbx = self.asterisk(members={"sales_1": [AGENT.format(n) for n in (1, 2, 3)]})
        with open(pbx.folder / "etc/manager.conf", "a") as conf:
            conf.write(f"\n[few]\nsecret = secret\nread = {read}\nwrite = {write}\n" + "".join(f"eventfilter = {f}\n" for f in filters))
        pbx.console("manager reload")
        dialplan = pbx.folder / "etc/extensions.conf"  # agents talk until it is known what is not heard
        dialplan.write_text(dialplan.read_text().replace("TALK = 3", "TALK = 60"))
        pbx.console("dialplan reload")
        self.run = self.daemon(self.User(pbx, "few"))
        self.api = self.run.api
        self.campaign = self.make_campaign(self.api, [str(8_000_000 + i) for i in range(10)],
                                           {"tech_name": "Local", "trunk_name": "customers", "abandon_grace_ms": 5000}, dest=self.queue())
        eventually(lambda: self.health()["connected"], what="the login")
        self.api.status(self.campaign, 1)

    def health(self):
        return self.api.call("GET", "/health").json["pbxs"][0]

    def until_reason(self, code, right):
        def told():
            return [r for r in self.api.get(f"/ob/campaigns/{self.campaign}/explain")["reasons"]
                    if r["code"] == code and r["fields"]["right"] == right]
        eventually(told, 40, f"{code}, {right}")
        self.assertIn(f"right={right}", self.run.output())
        self.assertIn(right, [m["right"] for m in self.health()["missing_rights"]])

    def test_without_class_agent_and_command(self):
        self.begin("system,call", "system,call,originate")
        self.until_reason("events_not_heard", "hear_agents")
        self.assertEqual(self.api.stats(self.campaign)["abandoned"], 0)

    def test_without_class_agent_but_command_nobody_is_called(self):
        self.begin("system,call", "system,call,originate,command")
        self.until_reason("events_not_heard", "hear_queues")
        self.assertEqual(self.api.stats(self.campaign)["calls_begun"], 0)

    def test_a_filter_on_agents_events(self):
        self.begin("all", "all", "!Event: Agent.*")
        self.until_reason("events_not_heard", "hear_agents")
        self.assertEqual(self.api.stats(self.campaign)["abandoned"], 0)

    def test_without_call_in_write_and_system(self):
        self.begin("all", "reporting,originate")
        self.until_reason("action_not_permitted", "hang_up")

    def test_a_user_without_class_system_is_not_waited_for(self):
        self.begin("call,agent,user,agi,dialplan", "system,call,originate")
        eventually(lambda: self.api.stats(self.campaign)["connected"] >= 1, 30, "a call with an agent")
        self.assertEqual([m["right"] for m in self.health()["missing_rights"]], ["hear_system"])

    def test_all_rights_of_the_readme(self):
        self.begin("system,call,agent,agi,user,dialplan", "system,call,agent,agi,originate,reporting,command,config,user")
        eventually(lambda: self.api.stats(self.campaign)["connected"] >= 1, 30, "a call with an agent")
        self.assertEqual(self.health()["missing_rights"], [])

    def test_a_refused_login_in_its_words(self):
        run = self.daemon(self.User(self.asterisk(), "nobody"))
        eventually(lambda: "Authentication failed" in (run.api.call("GET", "/health").json["pbxs"][0]["trouble"] or ""), 15, "Asterisk's words")
