# SPDX-License-Identifier: Apache-2.0
"""Live events, as a wallboard hears them: nothing missing, nothing twice, the same as REST says."""
from harness import Case, eventually
from harness.live import LiveClient, LiveClosed


def kind(message):
    """"ob.dialing.update", or the message's type."""
    return message.get("type") or next(name for name in message if name not in ("topic", "seq"))


class Live(Case):
    def setUp(self):
        super().setUp()
        self.sim = self.pbx(time_scale=20)
        self.server = self.daemon(self.sim)
        self.api = self.server.api

    def listen(self, topic, **more):
        client = LiveClient(self.api)
        self.addCleanup(client.close)
        return client, client.subscribe(topic, **more)

    def run_campaign(self, numbers):
        campaign = self.make_campaign(self.api, numbers, plan={"max_retry_cnt_1": 1, "dial_timeout": 5000})
        self.api.status(campaign, 1)
        self.until_results(self.server, len(numbers))
        self.until_status(self.api, campaign, 0)
        return campaign

    def test_every_call_is_told_from_its_beginning_to_its_end(self):
        client, _ = self.listen("/")
        numbers = [f"{kind_of}00{i:04}" for kind_of in (1, 2, 3, 4) for i in range(10)]
        campaign = self.run_campaign(numbers)
        heard = client.hear_until(lambda m: m.get("ob.campaign.update", {}).get("status") == 0)
        calls, sequence = {}, []
        for message in heard:
            sequence.append(message["seq"])
            if kind(message).startswith("ob.dialing."):
                body = message[kind(message)]
                self.assertEqual(message["topic"], "/ob/dialings/" + body["uuid"])
                self.assertEqual(body["uuid_camp"], campaign)
                calls.setdefault(body["uuid"], []).append((kind(message), body))
        self.assertEqual(sequence, list(range(sequence[0], sequence[0] + len(sequence))), "numbers without a gap")
        results = {r["uuid"]: r for r in self.server.results()}
        self.assertEqual(set(calls), set(results))
        for uuid, told in calls.items():
            self.assertEqual(told[0][0], "ob.dialing.create", told)
            self.assertEqual(told[-1][0], "ob.dialing.delete", told)
            self.assertEqual({name for name, _ in told[1:-1]}, {"ob.dialing.update"}, told)
            for field in ("status", "res_dial", "res_dial_detail", "res_hangup", "res_hangup_detail"):
                self.assertEqual(told[-1][1][field], results[uuid][field], f"{field} of {uuid}")
        # An event tells how the campaign stands: made and started in one breath may be one "create" with status 1.
        statuses = [m[kind(m)]["status"] for m in heard if kind(m) in ("ob.campaign.create", "ob.campaign.update")]
        self.assertEqual(statuses[-1], 0)
        self.assertIn(1, statuses)

    def test_figures_are_those_of_rest(self):
        client, _ = self.listen("/ob/stats")
        campaign = self.run_campaign(["1000001", "2000001"])

        def same_as_rest(message):
            return message.get("ob.stats") == self.api.stats(campaign)
        client.hear_until(same_as_rest)

    def test_a_snapshot_and_what_follows_give_the_state(self):
        campaign = self.make_campaign(self.api, [f"70000{i:02}" for i in range(30)], plan={"max_retry_cnt_1": 1})
        self.api.status(campaign, 1)
        eventually(lambda: len(self.sim.originates()) >= 5, what="some calls")
        client, _ = self.listen("/ob/dialings", snapshot=True)
        state, snapshot_over = {}, False

        def take(message):
            nonlocal snapshot_over
            name = kind(message)
            if name == "snapshot":
                state.update({item["uuid"]: item for item in message["items"]})
                snapshot_over = message["last"]
            elif name == "complete":
                self.assertTrue(snapshot_over)
            elif name == "ob.dialing.delete":
                state.pop(message[name]["uuid"], None)
            else:
                state[message[name]["uuid"]] = message[name]
            return snapshot_over and not state and len(self.sim.originates()) == 30
        client.hear_until(take)
        self.until_results(self.server, 30)  # a line is in the file a moment after its call's last event

    def test_a_daemon_that_was_killed_says_that_its_numbers_begin_anew(self):
        client, answer = self.listen("/ob/campaigns")
        self.server.kill()
        with self.assertRaises((LiveClosed, OSError)):
            client.hear_until(lambda m: False)
        self.server.start()
        self.api = self.server.api
        campaign = self.make_campaign(self.api)
        again, _ = self.listen("/ob/campaigns", **{"from": answer["seq"], "snapshot": True})
        self.assertEqual(kind(again.hear()), "resync")
        items = again.hear()["items"]
        self.assertEqual([item["uuid"] for item in items], [campaign])
