# SPDX-License-Identifier: Apache-2.0
"""What `./check` says at its end, of logs as CTest writes them."""
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/failures"
LINE = "-" * 58


def test(number, name, output, result):
    return (f"{number}/9 Testing: {name}\n{number}/9 Test: {name}\nCommand: \"x\"\nOutput:\n{LINE}\n{output}\n<end of output>\n"
            f"Test time =   1.00 sec\n{LINE}\nTest {result}.\n\"{name}\" end time: x\n{LINE}\n\n")


class Failures(unittest.TestCase):
    def said(self, *tests):
        with tempfile.TemporaryDirectory() as folder:
            where = Path(folder, "Testing/Temporary")
            where.mkdir(parents=True)
            (where / "LastTest.log").write_text(f"Start testing: x\n{LINE}\n" + "".join(tests) + "End testing: x\n")
            return subprocess.run([SCRIPT, folder], check=True, capture_output=True, text=True).stdout

    def test_an_assertion_of_googletest(self):
        said = self.said(test(1, "good", "/a.cpp:1: Failure\nof a test that passed", "Passed"),
                         test(2, "bad", "[x] [info] noise\n/b.cpp:7: Failure\nExpected: a\n[  FAILED  ] suite.case (5 ms)\n[x] [info] more", "Failed"))
        for part in ("bad: Failed", "/b.cpp:7: Failure", "Expected: a", "suite.case"):
            self.assertIn(part, said)
        for part in ("noise", "more", "good"):
            self.assertNotIn(part, said)

    def test_the_end_of_a_traceback(self):
        trace = "\n".join(f"  frame {i}" for i in range(30))
        said = self.said(test(1, "python", f"ok\n{'=' * 70}\nFAIL: test_x (m.C)\n{'-' * 70}\nTraceback\n{trace}\nAssertionError: 1 != 2\n\n{'-' * 70}", "Failed"))
        self.assertIn("FAIL: test_x", said)
        self.assertIn("AssertionError: 1 != 2", said)
        self.assertNotIn("frame 3\n", said)

    def test_node_sanitizers_and_the_silent(self):
        said = self.said(test(1, "node", "    not ok 1 - a page\n      error: 'not within 45 s'", "Failed"),
                         test(2, "asan", "==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 x", "Failed"),
                         test(3, "silent", "the last word", "Timeout"))
        for part in ("a page", "not within 45 s", "AddressSanitizer", "silent: Timeout", "the last word"):
            self.assertIn(part, said)
        self.assertNotIn("end of output", said)

    def test_it_is_brief(self):
        said = self.said(test(1, "many", "\n".join(f"/a.cpp:{i}: Failure\n" for i in range(500)), "Failed"))
        self.assertLess(len(said.splitlines()), 70)
        self.assertIn("more lines", said)


if __name__ == "__main__":
    unittest.main()
