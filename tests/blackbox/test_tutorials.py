# SPDX-License-Identifier: Apache-2.0
"""Both tutorials, word for word, against the simulated PBX."""
from harness import Case
from tutorials import Tutorials


class SimulatedTutorials(Tutorials, Case):
    def test_basic_tutorial_parks_the_customer(self):
        pbx = self.pbx(time_scale=5)
        self.basic(self.daemon(pbx))
        (call,) = pbx.originates()
        # The PBX has no SIP driver, as Asterisk since 21: the client's SIP is dialed as PJSIP.
        self.assertEqual((call["number"], call["channel"]), ("300", "PJSIP/300"))

    def test_normal_call_distribute_gives_the_customer_to_an_agent(self):
        agents = {"name": "sales_1", "strategy": "ringall", "agents": 3, "interface": "PJSIP/agent-%02d"}
        pbx = self.pbx(time_scale=5, population={"queues": [agents]})
        _, line = self.distribute(self.daemon(pbx))
        (call,) = pbx.originates()
        self.assertEqual((call["number"], call["channel_id"]), ("300", line["uuid"]))
