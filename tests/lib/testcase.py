# SPDX-License-Identifier: LGPL-2.1-or-later
"""testcase - what a Python test is made of: named cases, checks that say what was found, exit codes for automake.

A test file marks functions with @case and ends with main(). Each case runs by itself, in the order written; a failure
prints the case's name, what was expected and found, and whatever the objects it used had to say (Failure.detail).
    test-NAME.py              run all          test-NAME.py WORD...      run the cases whose name has a WORD
    test-NAME.py --list       name them
"""

import fcntl
import os
import sys
import time
import traceback

PASSED, FAILED, SKIPPED, BROKEN = 0, 1, 77, 99

_cases = []


class Failure(Exception):
    """The thing under test did not do what it should; detail is printed below the message."""

    def __init__(self, message, detail=""):
        super().__init__(message)
        self.detail = detail


class Skip(Exception):
    """The test cannot run here; the message says why."""


def case(function):
    _cases.append(function)
    return function


def add_case(name, function):
    """A case made in a loop over a table."""
    function.__name__ = name
    _cases.append(function)


def check_equal(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}: wanted {wanted!r}, found {found!r}")


def check_in(wanted, found, what):
    if wanted not in found:
        raise Failure(f"{what}: wanted {wanted!r} in it, found {found!r}")


def check_not_in(unwanted, found, what):
    if unwanted in found:
        raise Failure(f"{what}: did not want {unwanted!r} in it, found {found!r}")


def check(truth, message):
    if not truth:
        raise Failure(message)


def environment(name):
    """A variable that ./dev sets for the tests; without it the test is skipped."""
    value = os.environ.get(name)
    if not value:
        raise Skip(f"{name} is not set: ./dev check sets it; by hand: eval \"$(./dev env)\"")
    return value


class Lock:
    """A file lock that is waited for without a deadline: others hold it for the length of one machine."""

    def __init__(self, path):
        self.path = path
        self.fd = -1

    def __enter__(self):
        if self.path:
            self.fd = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
            fcntl.flock(self.fd, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _run(function):
    started = time.monotonic()
    name = function.__name__
    try:
        function()
    except Failure as failure:
        print(f"FAIL {name}: {failure}")
        if failure.detail:
            print(failure.detail)
        frame = traceback.extract_tb(failure.__traceback__)
        for line in frame[1:]:
            print(f"  at {os.path.basename(line.filename)}:{line.lineno} in {line.name}: {line.line}")
        return FAILED
    print(f"ok   {name} ({time.monotonic() - started:.1f} s)")
    return PASSED


def _selected(words):
    return [one for one in _cases if not words or any(word in one.__name__ for word in words)]


def main(prepare=None):
    """prepare() runs first; it may raise Skip. Exits with what automake expects."""
    sys.stdout.reconfigure(line_buffering=True)
    words = sys.argv[1:]
    if words == ["--list"]:
        print("\n".join(one.__name__ for one in _cases))
        sys.exit(PASSED)
    try:
        if prepare:
            prepare()
        results = [_run(one) for one in _selected(words)]
    except Skip as skip:
        print(f"skipped: {skip}")
        sys.exit(SKIPPED)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        print("the harness is broken")
        sys.exit(BROKEN)
    if not results:
        print(f"no case is called like {words}")
        sys.exit(BROKEN)
    print(f"{results.count(PASSED)} of {len(results)} cases passed")
    sys.exit(FAILED if FAILED in results else PASSED)
