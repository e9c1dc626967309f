# SPDX-License-Identifier: Apache-2.0
"""Waits are polls with a deadline."""
import os
import random
import time


def slowness():
    """By how much deadlines are stretched: sanitizers and busy machines are slow, a hang is a hang."""
    return float(os.environ.get("RINGMASTER_SLOWNESS", "3"))


def eventually(condition, seconds=10, what="", interval=0.02):
    """The first true value of `condition()`; AssertionError, with the last value, after `seconds` of slow time.
    A condition may raise AssertionError or LookupError for "not yet". `what` may be a function, for figures that
    are to be those of the end."""
    deadline = time.monotonic() + seconds * slowness()
    while True:
        try:
            value = condition()
            if value:
                return value
        except (AssertionError, LookupError) as not_yet:
            value = not_yet
        if time.monotonic() > deadline:
            said = what() if callable(what) else what or condition
            raise AssertionError(f"not within {seconds * slowness():g} s: {said}; last: {value!r}")
        time.sleep(interval)


def seed():
    """The seed of a test that draws; printed, so that a failure can be drawn again."""
    value = int(os.environ.get("RINGMASTER_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"RINGMASTER_SEED={value}", flush=True)
    return value
