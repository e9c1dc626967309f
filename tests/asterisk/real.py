# SPDX-License-Identifier: Apache-2.0
"""A test case against a real Asterisk."""
import os
import unittest

from fetch import Unavailable, tree
from harness import Case
from peer import Asterisk


class RealCase(Case):
    @classmethod
    def setUpClass(cls):
        try:
            tree()
        except Unavailable as why:
            if os.environ.get("CI"):
                raise
            raise unittest.SkipTest(str(why)) from None

    def asterisk(self, **options):
        asterisk = Asterisk(**options)
        self.addCleanup(self._stop, asterisk)
        return asterisk.start()

    def _stop(self, asterisk):
        if not self._so_far_well():
            print(f"--- the Asterisk of {self.id()}\n{asterisk.tail()}", flush=True)
        asterisk.stop()

    def make_campaign(self, api, numbers=(), plan=None, **rest):
        """Over the trunk `carrier`, unless the plan says otherwise."""
        return super().make_campaign(api, numbers, {"trunk_name": "carrier", "max_retry_cnt_1": 1, **(plan or {})}, **rest)

    def local(self, **plan):
        """A plan of Local channels: the entries' numbers carry the context."""
        return {"tech_name": "Local", "trunk_name": "customers", **plan}
