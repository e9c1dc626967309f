# SPDX-License-Identifier: Apache-2.0
"""What is seen is printed, and compared with what was seen when the finding was written."""
import sys

_changed = []


def expect(what, seen, wanted):
    print(f"  {what}: {seen}", flush=True)
    if seen != wanted:
        _changed.append(what)
        print(f"    CHANGED, it was: {wanted}", flush=True)


def done():
    if _changed:
        sys.exit(f"the behaviour has changed: {', '.join(_changed)}")
    print("as described")
