# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual pages are free of warnings and agree with --help; the links of the Markdown pages lead somewhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SRC = Path(os.environ["PINTLE_TEST_SRCDIR"])
BUILD = Path(os.environ["PINTLE_TEST_BUILDDIR"])

# Programs with a --help of their own. The page of pintlectl describes the links to it, too.
PROGRAMS = {
    "pintlectl": "pintlectl.1",
    "pintle-compile": "pintle-compile.8",
    "pintle-mkinitrd": "pintle-mkinitrd.8",
}

OPTION = re.compile(r"(?<![\w/=-])--?[A-Za-z][A-Za-z0-9-]*")
failures = []


def check(condition, text):
    print(("ok: " if condition else "FAILED: ") + text)
    if not condition:
        failures.append(text)


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def rendered(page):
    """The page as plain text, without overstriking."""
    return re.sub(".\b", "", output("mandoc", "-Tascii", "-Owidth=160", str(page)))


def tagged_options(text):
    """Options at the beginning of a line of the page: those that it describes."""
    found = set()
    in_section = False
    section = "OPTIONS" if "\nOPTIONS" in text else "DESCRIPTION"
    for line in text.splitlines():
        if re.match(r"[A-Z]", line):
            in_section = line.startswith(section)
        tag = re.match(r" +(-\S.*?)(  |$)", line)
        if in_section and tag:
            found.update(OPTION.findall(tag.group(1)))
    return found


def help_options(text):
    """Options at the beginning of a line of --help."""
    found = set()
    for line in text.splitlines():
        tag = re.match(r" +(-\S.*?)(  |$)", line)
        if tag:
            found.update(OPTION.findall(tag.group(1)))
    return found


def test_lint():
    pages = sorted(SRC.glob("doc/*.[0-9]"))
    check(len(pages) > 0, "there are manual pages")
    for page in pages:
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(page)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        check(lint.returncode == 0 and not lint.stdout, f"{page.name} has no warnings\n{lint.stdout}".strip())


def test_options():
    for program, page in PROGRAMS.items():
        path = SRC / "doc" / page
        if not path.exists() or not (BUILD / program).exists():
            check(False, f"{program} and {page} are there")
            continue
        text = rendered(path)
        in_help = help_options(output(str(BUILD / program), "--help"))
        in_page = tagged_options(text)
        check(len(in_help) > 0, f"{program} --help names options")
        missing = in_help - set(OPTION.findall(text))
        check(not missing, f"every option of {program} --help stands in {page} (missing: {sorted(missing)})")
        unknown = in_page - in_help
        check(not unknown, f"every option of {page} stands in {program} --help (unknown: {sorted(unknown)})")


def test_verbs():
    verbs = re.findall(r"^  ([a-z][a-z-]+)", output(str(BUILD / "pintlectl"), "--help").split("Options:")[0], re.M)
    source = (SRC / "doc" / "pintlectl.1").read_text()
    described = set(re.findall(r"^\.It Cm ([a-z-]+)", source, re.M))
    check(len(verbs) > 20, "pintlectl --help names its verbs")
    check(not set(verbs) - described, f"each verb is described (missing: {sorted(set(verbs) - described)})")
    check(not described - set(verbs), f"each verb described exists (unknown: {sorted(described - set(verbs))})")


def test_references():
    for page in sorted(SRC.glob("doc/*.[0-9]")):
        for name, section in re.findall(r"^\.Xr (pintle\S*) ([0-9])", page.read_text(), re.M):
            file = f"{name}.{section}"
            check((SRC / "doc" / file).exists(), f"{page.name} refers to {name}({section})")


def test_links():
    for page in [*SRC.glob("*.md"), *SRC.glob("doc/*.md")]:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            check((page.parent / target.split("#")[0]).exists(), f"{page.name} links to {target}")
        # Files named in the text as `src/...`; a NAME to be filled in is left aside.
        for name in re.findall(r"`((?:src|stage1|stage2|tests|doc|units|rules)/[\w./-]*)`", page.read_text()):
            if "NAME" not in name:
                check((SRC / name).exists(), f"{page.name} names {name}")


def main():
    if not shutil.which("mandoc"):
        print("mandoc is not installed")
        return 77
    for test in (test_lint, test_options, test_verbs, test_references, test_links):
        test()
    print(f"{len(failures)} failures")
    for text in failures:
        print("FAILED: " + text)
    return 1 if failures else 0


sys.exit(main())
