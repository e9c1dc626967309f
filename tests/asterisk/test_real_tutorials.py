# SPDX-License-Identifier: Apache-2.0
"""Both tutorials, word for word, against Asterisk 22: without its SIP driver, so "sip/300" is dialed as PJSIP/300."""
from real import RealCase
from tutorials import Tutorials


class RealTutorials(Tutorials, RealCase):
    def test_basic_tutorial_parks_the_customer(self):
        asterisk = self.asterisk()
        with asterisk.ami(events="on") as ami:
            self.basic(self.daemon(asterisk))
            parked = ami.collect(lambda m: m.get("Event") == "ParkedCall")
        self.assertRegex(parked["ParkeeChannel"], "^PJSIP/300-")

    def test_normal_call_distribute_gives_the_customer_to_an_agent(self):
        asterisk = self.asterisk(members={"sales_1": []}, strategy="ringall", customer_stays=20)
        for agent in ("agent-01", "agent-02", "agent-03"):  # the tutorial's sip/agent-01, as this Asterisk has it
            self.assertIn("Added interface", asterisk.console(f"queue add member PJSIP/{agent} to sales_1"))
        with asterisk.ami(events="on") as ami:
            _, line = self.distribute(self.daemon(asterisk))
            connected = ami.collect(lambda m: m.get("Event") == "AgentConnect")
        self.assertRegex(connected["Interface"], "^PJSIP/agent-0[123]$")
        self.assertEqual(connected["Uniqueid"], line["uuid"])
