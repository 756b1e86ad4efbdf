#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each test file is in a list of tests: a line that lost its backslash takes a test away, and nothing else tells of it."""
import glob
import os
import re

from testcase import case, check_equal, main

SRC = os.environ["PINTLE_TEST_SRCDIR"]


def listed(fragment):
    """The words of all assignments in a make fragment, continued lines included."""
    with open(fragment) as f:
        text = f.read().replace("\\\n", " ")
    values = re.findall(r"^\w+ *\+?= *(.*)$", text, re.MULTILINE)
    return set(" ".join(values).split())


@case
def every_test_is_in_a_list():
    tests = {os.path.relpath(path, SRC).removesuffix(".c") for path in glob.glob(os.path.join(SRC, "tests/*/test-*.*"))
             if path.endswith((".c", ".py"))}
    words = set().union(*(listed(path) for path in glob.glob(os.path.join(SRC, "tests/*/*.mk"))))
    check_equal(sorted(tests - words), [], "tests that no list names")


main()
