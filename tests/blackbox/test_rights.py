# SPDX-License-Identifier: Apache-2.0
"""What the AMI user may not do or hear: it is named, and nobody is hung up for it."""
from harness import Case, ScriptedAmi, eventually

NO_COMMAND = ("system", "call", "originate")


class Rights(Case):
    def server(self, **options):
        server = ScriptedAmi(**{"queues": {"sales_1": ["PJSIP/a", "PJSIP/b", "PJSIP/c"]}, **options})
        self.addCleanup(server.kill)
        return server

    def begin(self, server, dest=None, **plan):
        self.run = self.daemon(server)
        self.api = self.run.api
        campaign = self.make_campaign(self.api, [str(7_000_000 + i) for i in range(40)],
                                      {"pacing_method": "available", "abandon_grace_ms": 1000, "max_retry_cnt_1": 1, **plan},
                                      dest=dest or self.queue())
        eventually(lambda: self.health()["connected"], what="the login")
        self.api.status(campaign, 1)
        return campaign

    def health(self):
        return self.api.call("GET", "/health").json["pbxs"][0]

    def missing(self):
        return [one["right"] for one in self.health()["missing_rights"]]

    def reasons(self, campaign):
        return {r["code"]: r for r in self.api.get(f"/ob/campaigns/{campaign}/explain")["reasons"]}

    def until_reason(self, campaign, code, right):
        def told():
            reason = self.reasons(campaign).get(code)
            return reason and reason["fields"]["right"] == right and reason
        reason = eventually(told, 30, f"the reason {code}, {right}")
        self.assertNotIn("no_agent", self.reasons(campaign))
        self.assertIn(f"right={right}", self.run.output())
        self.assertIn(right, self.missing())
        return reason

    def assert_nobody_was_lost(self, server, campaign):
        self.assertEqual([call for call in server.hung_up if call[1]], [], "who talks to an agent was hung up")
        self.assertEqual(self.api.stats(campaign)["abandoned"], 0)

    def test_a_user_with_all_rights_lacks_none(self):
        server = self.server()
        campaign = self.begin(server)
        eventually(lambda: len(server.calls) == 3, what="a call for each agent")
        eventually(lambda: self.api.stats(campaign)["connected"] == 3, what="their agents")
        self.assertEqual(self.missing(), [])
        self.assertNotIn("ami_right_missing", self.run.output())

    def test_without_class_agent_nothing_is_dialed_where_the_server_tells_it(self):
        server = self.server(read=("system", "call"), write=(*NO_COMMAND, "command"))
        campaign = self.begin(server)
        reason = self.until_reason(campaign, "events_not_heard", "hear_queues")
        self.assertIn("agent", reason["text"])
        self.assertEqual(server.calls, {})

    def test_without_class_agent_the_first_calls_tell_it_and_nobody_is_hung_up(self):
        server = self.server(read=("system", "call"), write=NO_COMMAND)
        campaign = self.begin(server)
        self.until_reason(campaign, "events_not_heard", "hear_agents")
        begun = len(server.calls)
        self.assertLessEqual(begun, 3)
        self.assert_nobody_was_lost(server, campaign)
        self.assertIn("hear_agents", self.missing())

    def test_a_filter_on_agents_events_is_found_out(self):
        server = self.server(dropped=("Agent",))
        campaign = self.begin(server)
        self.until_reason(campaign, "events_not_heard", "hear_agents")
        self.assert_nobody_was_lost(server, campaign)

    def test_who_waits_is_hung_up_although_no_agent_was_ever_heard(self):
        server = self.server(agents_take=False)
        campaign = self.begin(server)
        eventually(lambda: len(server.hung_up) >= 3, what="the end of those who wait")
        eventually(lambda: self.api.stats(campaign)["abandoned"] >= 3, what="and they are counted")
        self.assertEqual(self.missing(), [])

    def test_calls_that_are_not_heard_are_found_out(self):
        server = self.server(read=("system", "agent"), write=NO_COMMAND)
        campaign = self.begin(server)
        self.until_reason(campaign, "events_not_heard", "hear_calls")
        self.assertEqual(server.hung_up, [])

    def test_who_cannot_be_hung_up_is_not_called(self):
        server = self.server(write=("reporting", "originate"))
        campaign = self.begin(server)
        self.until_reason(campaign, "action_not_permitted", "hang_up")
        self.assertEqual(server.calls, {})
        parking = self.make_campaign(self.api, ["7100000"])
        self.api.status(parking, 1)
        eventually(lambda: len(server.calls) == 1, what="a call that nobody would hang up")

    def test_who_must_not_originate_does_not_dial(self):
        server = self.server(write=("system", "call"))
        campaign = self.begin(server, dest={"type": 1, "application": "park"})
        self.until_reason(campaign, "action_not_permitted", "begin_calls")
        self.assertNotIn("Originate", server.asked)

    def test_without_class_system_it_dials_and_says_what_it_does_not_hear(self):
        server = self.server(read=("call", "agent", "user", "agi", "dialplan"))
        campaign = self.begin(server)
        eventually(lambda: len(server.calls) == 3, what="calls")
        self.assertEqual(self.missing(), ["hear_system"])
        self.assertNotIn("events_not_heard", self.reasons(campaign))

    def test_who_must_not_list_channels_is_told_so(self):
        server = self.server(write=("call", "originate"))
        run = self.daemon(server)
        def told():
            health = run.api.call("GET", "/health").json["pbxs"][0]
            return not health["connected"] and "Permission denied" in (health["trouble"] or "") and health
        self.assertIn("CoreShowChannels", eventually(told, 15, "Asterisk's words")["trouble"])

    def test_rights_are_proved_again_when_manager_was_reloaded(self):
        server = self.server()
        campaign = self.begin(server)
        eventually(lambda: len(server.calls) == 3, what="calls")
        server.write = {"system", "call", "command"}
        server.reloaded("manager")
        eventually(lambda: "begin_calls" in self.missing(), what="what is missing now")
        self.until_reason(campaign, "action_not_permitted", "begin_calls")
        server.write = {"system", "call", "command", "originate"}
        server.reloaded("All")
        eventually(lambda: self.missing() == [], what="everything again")
