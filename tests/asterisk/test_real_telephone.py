# SPDX-License-Identifier: Apache-2.0
"""The telephone system's live state, with a real Asterisk 22."""
import telephone
from harness import eventually
from real import RealCase


class Real(RealCase):
    def exchange_without_line(self):
        return self.asterisk(members={"empty": []}, included=False)

    def exchange(self):
        asterisk = self.asterisk(members={"empty": []})
        eventually(lambda: "Avail" in asterisk.console("pjsip show contacts"), 90, "the phone has registered")
        return asterisk


class Contract(telephone.Contract, Real):
    pass


class Channels(telephone.Channels, Real):
    pass


class Agis(telephone.Agis, Real):
    pass


class Modules(telephone.Modules, Real):
    pass


class Queues(telephone.Queues, Real):
    pass


class Configured(telephone.Configured, Real):
    def exchange(self):
        return self.asterisk(members={"empty": []})


class Agents(telephone.Agents, Real):
    pass


class Devices(telephone.Devices, Real):
    pass


class Peers(telephone.Peers, Real):
    pass


class Park(telephone.Park, Real):
    pass


class Pjsip(telephone.Pjsip, Real):
    pass
