# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit tests that decisions are held to, built apart from ./dev build: with other flags, or without one object."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
UNIT = "tests/unit/"
# What decides, and the programs that are meant to notice when it decides otherwise.
TESTS = {
    "ima/room.c": ("test_rule", "test_reason", "test_decide", "test_room"),
    "kexec/plan.c": ("test_plan",),
    "ima/slack.c": ("test_slack",),
    "ima/growth.c": ("test_knots", "test_past", "test_growth"),
    "ima/windows.c": ("test_past", "test_growth"),
    "ima/distribution.c": ("test_past", "test_growth"),
    "kexec/history.c": ("test_history",),
}
LIBRARIES = ("cmocka", "nettle", "libgcrypt", "libRmath")
FLAGS = ["-std=c17", "-D_GNU_SOURCE", f"-I{TREE}/ima", f"-I{TREE}/kexec", f"-I{TREE}/tests/unit"]


def library_flags(what):
    said = subprocess.run(["pkg-config", what, *LIBRARIES], check=True, capture_output=True, text=True)
    return said.stdout.split()


def sources_of(test):
    """What a program is made of, as tests/unit/Makemodule.am says it; the library of ring 1 is not in it."""
    text = (TREE / UNIT / "Makemodule.am").read_text().replace("\\\n", " ")
    said = re.search(rf"^tests_unit_{test}_SOURCES = (.*)$", text, re.M)
    helpers = re.search(r"^tests_unit_libunit_a_SOURCES = (.*)$", text, re.M)
    words = (said[1] if said else f"{UNIT}{test}.c") + " " + helpers[1]
    return [word for word in words.split() if word.endswith(".c")]


class Workshop:
    """Objects and programs in a folder of their own."""

    def __init__(self, folder, compiler):
        self.folder, self.compiler = folder, compiler
        self.cflags, self.libs = library_flags("--cflags"), library_flags("--libs")
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())

    def compile(self, source):
        target = self.folder / (source.replace("/", "-") + ".o")
        subprocess.run([*self.compiler, *FLAGS, *self.cflags, "-c", TREE / source, "-o", target], check=True)
        return target

    def program(self, test, objects, without=None, more=()):
        """Links it, but for the object of @without, which the linker has to find in @more."""
        core = sorted(str(path.relative_to(TREE)) for path in (TREE / "ima").glob("*.c"))
        needed = [source for source in (*sources_of(test), *core) if source != without]
        target = self.folder / test
        subprocess.run([*self.compiler, *[objects[source] for source in needed], *more, *self.libs, "-o", target],
                       check=True)
        return target

    def objects(self, tests, without=None):
        """What these programs are linked from, by source."""
        core = [str(path.relative_to(TREE)) for path in (TREE / "ima").glob("*.c")]
        needed = {*core, *(source for test in tests for source in sources_of(test))} - {without}
        return dict(zip(needed, self.pool.map(self.compile, needed)))


def chosen(words):
    """The files that are named."""
    for word in words:
        if word not in TESTS:
            sys.exit(f"{word} is none of {', '.join(TESTS)}: name it in tests/mutants/programs.py with its tests")
    return list(words)
