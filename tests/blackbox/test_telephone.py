# SPDX-License-Identifier: Apache-2.0
"""The telephone system's live state, with a simulated PBX."""
import telephone
from harness import Case


class Simulated(Case):
    def exchange(self):
        return self.pbx(time_scale=1)

    def exchange_without_line(self):
        return self.pbx(time_scale=1, population={"includes": []})


class Contract(telephone.Contract, Simulated):
    pass


class Channels(telephone.Channels, Simulated):
    pass


class Agis(telephone.Agis, Simulated):
    pass


class Modules(telephone.Modules, Simulated):
    pass


class Queues(telephone.Queues, Simulated):
    pass


class Configured(telephone.Configured, Simulated):
    pass


class Agents(telephone.Agents, Simulated):
    pass


class Devices(telephone.Devices, Simulated):
    pass


class Peers(telephone.Peers, Simulated):
    account = "desk-01-account"


class Park(telephone.Park, Simulated):
    pass


class Pjsip(telephone.Pjsip, Simulated):
    pass
