#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""main.py MODULE... [-v]   Runs test modules of this folder, or of tests/asterisk. Exit status 77 when every
test was skipped, which CTest shows as such."""
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "asterisk")]


class Result(unittest.TextTestResult):
    """Says at once what went wrong, not only in the end."""

    def addError(self, test, err):
        super().addError(test, err)
        self.stream.writeln(self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.stream.writeln(self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.stream.writeln((self.failures or self.errors)[-1][1])


def main():
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result, failfast="-f" in sys.argv)
    result = runner.run(suite)
    if not result.wasSuccessful():
        return 1
    return 77 if result.testsRun == len(result.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
