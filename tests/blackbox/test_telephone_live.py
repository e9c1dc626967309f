# SPDX-License-Identifier: Apache-2.0
"""The telephone system's live state while calls run: what is told is what REST says, nothing is left behind."""
from harness import Case, eventually
from harness.live import LiveClient


def kind(message):
    return message.get("type") or next(name for name in message if name not in ("topic", "seq"))


class TelephoneLive(Case):
    def setUp(self):
        super().setUp()
        self.sim = self.pbx(time_scale=20)
        self.server = self.daemon(self.sim)
        self.api = self.server.api

    def listed(self, path):
        return self.api.get(path)["list"]

    def listen(self, topic, **more):
        client = LiveClient(self.api)
        self.addCleanup(client.close)
        client.subscribe(topic, **more)
        return client

    def run_campaign(self, numbers, **more):
        campaign = self.make_campaign(self.api, numbers, plan={"max_retry_cnt_1": 1, "dial_timeout": 5000}, **more)
        self.api.status(campaign, 1)
        self.until_results(self.server, len(numbers))
        self.until_status(self.api, campaign, 0)

    def test_every_channel_of_a_campaign_is_told_from_beginning_to_end(self):
        client = self.listen("/core/channels")
        numbers = [f"{kind_of}00{i:04}" for kind_of in (1, 2, 3, 4) for i in range(10)]
        self.run_campaign(numbers)
        eventually(lambda: not self.listed("/core/channels"), 30, "no channel is left")
        uuids = {r["uuid"] for r in self.server.results()}
        lives, open_now = {}, set()

        def over(message):
            if kind(message).startswith("core.channel."):
                body = message[kind(message)]
                lives.setdefault(body["unique_id"], []).append((kind(message), body))
                (open_now.discard if kind(message).endswith("delete") else open_now.add)(body["unique_id"])
            return uuids <= set(lives) and not open_now

        client.hear_until(over)
        for unique_id, told in lives.items():
            names = [name.rsplit(".", 1)[1] for name, _ in told]
            self.assertEqual(names[0], "create", unique_id)
            self.assertEqual(names[-1], "delete", unique_id)
            self.assertEqual(set(names[1:-1]) - {"update"}, set(), unique_id)
            self.assertIsNone(told[0][1]["hangup_cause"])
            self.assertIsInstance(told[-1][1]["hangup_cause"], int)
            self.assertEqual(told[-1][1]["pbx"], self.listed("/core/systems")[0]["pbx"])
        for unique_id in uuids:  # the dialing's uuid is its channel's unique id
            self.assertIn(unique_id, lives)

    def test_callers_and_members_of_a_queue_are_told(self):
        queue = "sales_1"
        eventually(lambda: any(q["name"] == queue for q in self.listed("/queue/queues")), 20, "queues")
        client = self.listen("/queue/statuses", snapshot=True)
        self.run_campaign([f"100{i:04}" for i in range(5)], dest=self.queue(queue))
        waiting, heard = set(), set()

        def done(message):
            name = kind(message)
            heard.add(name)
            if name.startswith("queue.entry."):
                body = message[name]
                self.assertEqual(body["queue_name"], queue)
                (waiting.discard if name.endswith("delete") else waiting.add)(body["unique_id"])
            return {"queue.entry.delete", "queue.queue.update", "queue.member.update"} <= heard and not waiting

        client.hear_until(done)
        eventually(lambda: not self.listed("/queue/entries"), 20, "nobody waits")

    def test_a_supervisor_pauses_a_member(self):
        member = eventually(lambda: self.listed("/queue/members"), 20, "members")[0]
        client = self.listen("/queue/statuses")
        path = f"/queue/members/{member['location'].replace('/', '%2F').replace('@', '%40')}?queue_name={member['queue_name']}"
        self.api.put(path, {"paused": 1, "paused_reason": "lunch", "penalty": 3})
        client.hear_until(lambda m: m.get("queue.member.update", {}).get("penalty") == 3)
        now = self.api.get(path)
        self.assertEqual((now["paused"], now["paused_reason"], now["penalty"]), (1, "lunch", 3))
        self.api.put(path, {"paused": 0})
        eventually(lambda: self.api.get(path)["paused"] == 0, 20, "the pause ends")

    def test_a_queue_is_heard_however_its_name_is_encoded(self):
        member = eventually(lambda: self.listed("/queue/members"), 20, "members")[0]
        name = member["queue_name"]
        self.assertIn("_", name)
        path = f"/queue/members/{member['location'].replace('/', '%2F').replace('@', '%40')}?queue_name={name}"
        clients = [self.listen("/queue/statuses/" + spelt, snapshot=True)
                   for spelt in (name, name.replace("_", "%5F"), name.replace("_", "%5f"))]
        for client in clients:
            snapshot = [m for m in client.hear_until(lambda m: m.get("name") == "queue.entry") if m["name"] == "queue.member"]
            self.assertTrue(snapshot[-1]["items"])
        self.api.put(path, {"paused": 1, "paused_reason": "lunch"})
        for client in clients:
            heard = client.hear_until(lambda m: m.get("queue.member.update", {}).get("paused") == 1)
            self.assertEqual(heard[-1]["topic"], "/queue/statuses/" + name.replace("_", "%5F"))

    def test_what_a_restart_of_the_server_ended_is_found_out(self):
        campaign = self.make_campaign(self.api, [f"100{i:04}" for i in range(10)])
        client = self.listen("/core/channels")
        self.api.status(campaign, 1)
        eventually(lambda: len(self.listed("/core/channels")) >= 5, 30, "channels")
        self.api.status(campaign, 0)
        self.sim.kill()
        eventually(lambda: self.listed("/core/systems")[0]["connected"] == 0, 30, "the loss is noticed")
        left = {c["unique_id"] for c in self.listed("/core/channels")}
        self.assertTrue(left, "what it had stays shown")
        self.sim.start()
        eventually(lambda: self.listed("/core/systems")[0]["connected"] == 1, 60, "it is back")
        eventually(lambda: not {c["unique_id"] for c in self.listed("/core/channels")} & left, 30, "ghosts end")
        deleted = set()
        client.hear_until(lambda m: deleted.add(m.get("core.channel.delete", {}).get("unique_id")) or left <= deleted)
