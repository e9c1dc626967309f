# SPDX-License-Identifier: Apache-2.0
"""What the black-box tests share: the programs under test, a REST client, an AMI client, waits."""
from .ami import Ami
from .case import Case
from .daemon import Daemon
from .ledger import Ledger
from .line import Line
from .pbx import SimulatedPbx
from .rest import Api, Reply, Unanswered
from .scripted import ScriptedAmi
from .waiting import eventually, seed, slowness

__all__ = ["Ami", "Api", "Case", "Daemon", "Ledger", "Line", "Reply", "ScriptedAmi", "SimulatedPbx", "Unanswered", "eventually", "seed", "slowness"]
