# SPDX-License-Identifier: GPL-2.0-or-later
"""A saved tree, and a command run in it with a fault."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import typing

import judge

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 30            # that a command may take at most, on a busy machine
# What the two clocks say suddenly: seconds since boot, and since 1970.
CLOCKS = ((0.01, None), (1e9, None), (36001, 0), (36001, 5_000_000_000), (0, -1))


def call_names():
    """The words for numbers of system calls."""
    header = pathlib.Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    text = header.read_text() if header.exists() else ""
    return {number: name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


CALLS = call_names()


PROGRAMS = re.compile(r"/trees/[^/]+/((usr|s?bin|lib|lib64)/|[^/]+\.so$)")


def copy(source, target):
    """A program that is just being written cannot be run."""
    if PROGRAMS.search(source) and not os.path.islink(source):
        os.link(source, target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


class Result(typing.NamedTuple):
    status: typing.Any      # negative: a signal; or "no end"
    said: str
    counted: int            # calls, or allocations, at which it can happen
    fired: str              # the one at which it happened
    seconds: float = 0


class Machine:
    """The one tree of a thread, made anew for each fault."""

    def __init__(self, build, work, memory, number):
        """@memory: a folder that is faster than @work, but no place for an archive."""
        self.build, self.work, self.memory = build, work, memory
        self.root, self.number = None, number
        self.report = self.work / f"report-{number}"
        self.said = self.work / f"said-{number}"

    def restore(self, tree):
        saved = self.work / "trees" / tree
        self.root = (self.work if (saved / "archive").exists() else self.memory) / f"root-{self.number}"
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(saved, self.root, symlinks=True, copy_function=copy)
        record = self.root / judge.STATE / "load.json"
        if record.exists():
            old, new = (str(path).replace("/", "\\/") for path in (self.work / "root-0", self.root))
            record.write_text(record.read_text().replace(old, new))

    def command(self, arguments):
        """The real words for an entry of COMMANDS; "in": chrooted, since a saved tree is only looked at."""
        program, *rest = arguments
        if program == "kexec":
            return [self.build / "kexec/kexec", f"--ima-sysroot={self.root}", *rest]
        if program == "kexec-ima":
            return [self.build / "kexec/kexec-ima", "--sysroot", self.root, *rest]
        return ["/usr/sbin/" + rest[0], *rest[1:]]

    def environment(self, arguments, preload=None):
        """@preload: a library of @work to be preloaded."""
        chroot = arguments[0] == "in"
        found = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "FAULT_ROOT": str(self.root),
                 "FAKE_ROOT": str(self.root), "FAULT_PROGRAM": str(self.build / "kexec/kexec-ima")}
        if chroot:
            found |= {"FAULT_CHROOT": str(self.root), "FAKE_ROOT": "", "FAULT_PROGRAM": str(self.root / "usr/sbin/kexec-ima")}
        if preload:
            found["FAULT_PRELOAD"] = f"/{preload}" if chroot else str(self.work / preload)
        return found

    def run(self, arguments, kind="count", ordinal=0):
        preload = None
        if kind in ("memory", "no-memory"):
            return self.run_short_of_memory(arguments, kind, ordinal)
        if kind == "clock":
            return self.run_at(arguments, *CLOCKS[ordinal - 1]) if ordinal else \
                self.run(arguments)._replace(counted=len(CLOCKS))
        if kind == "grows":
            kind = f"run={HERE / 'grow'} {self.root} {self.work / 'record'}"
        elif kind in ("stages", "deletes"):
            kind, preload = f"run={HERE / 'other'} {self.root} {kind[:-1]} {self.work / 'record'}", "exclude.so"
        elif kind == "full-run":
            kind = "full=/run/"
        elif kind == "full-var":
            kind = "full=/archive/" if arguments[0] == "in" else "full=/var/"
        line = [self.work / "inject", kind, str(ordinal), self.report, *self.command(arguments)]
        status, said, seconds = self.finish(line, self.environment(arguments, preload))
        counted, fired, killed = self.report.read_text().splitlines()
        number = re.search(r"call (\d+)", fired)
        if number:
            fired = fired.replace("call " + number[1], CALLS.get(number[1], number[1]))
        return Result(-int(killed) if int(killed) else status, said, int(counted), fired, seconds)

    def run_at(self, arguments, uptime, wall):
        """Behind a jump of the clocks."""
        (self.root / "proc/uptime").write_text(f"{uptime} 0.00\n")
        environment = self.environment(arguments, "exclude.so" if wall is not None else None)
        environment["WALL"] = str(wall)
        status, said, seconds = self.finish([self.work / "inject", "count", "0", self.report,
                                             *self.command(arguments)], environment)
        return Result(status, said, len(CLOCKS), f"{uptime} s since boot, {wall} since 1970", seconds)

    def run_short_of_memory(self, arguments, kind, ordinal):
        environment = self.environment(arguments, "memory.so")
        report = self.root / "memory-report"
        report.write_bytes(bytes(16))
        environment["FAULT_REPORT"] = "/memory-report" if arguments[0] == "in" else str(report)
        environment["FAULT_AT"] = str(ordinal)
        if kind == "no-memory":
            environment["FAULT_ON"] = "1"
        line = [self.work / "inject", "count", "0", self.report, *self.command(arguments)]
        status, said, seconds = self.finish(line, environment)
        killed = int(self.report.read_text().splitlines()[2])
        counted = int.from_bytes(report.read_bytes()[:8], "little")
        caller = int.from_bytes(report.read_bytes()[8:], "little")
        report.unlink()
        return Result(-killed if killed else status, said, counted, f"allocation {ordinal} ({caller:#x})", seconds)

    def finish(self, line, environment):
        self.report.write_text("0\nnothing\n0\n")
        start = time.monotonic()
        with open(self.said, "wb") as said, open(self.printed(), "wb") as out:
            process = subprocess.Popen(line, stdout=out, stderr=said, stdin=subprocess.DEVNULL, env=environment,
                                       cwd=self.root, start_new_session=True)
            try:
                status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = "no end"
        return status, self.said.read_text(errors="replace"), time.monotonic() - start

    def printed(self):
        """What the last command said on standard output."""
        return pathlib.Path(f"{self.said}-out")
