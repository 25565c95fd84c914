#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges the minute of the scenario "together": RESULTS/boot_1/noted has each run, machine/ the files it left.

  together.py RESULTS        writes RESULTS/whole, all that was ever measured

Prints what was done, and what is wrong.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))
sys.dont_write_bytecode = True
import judge  # noqa: E402

results = pathlib.Path(sys.argv[1])
noted = results / "boot_1/noted"
wrong = []
MAY_END = {"load-1": {0, 1, 3, 4}, "load-2": {0, 1, 3, 4}, "check": {0, 1, 3, 4}, "execute": {0, 1, 3, 4},
           "reload": {0, 1, 3, 4}, "sample": {0}, "estimate": {0}, "trim-1": {0, 1, 3}, "trim-2": {0, 1, 3},
           "grow": {0}}
KINDS = {"sample": ("sample",), "load": ("load-1", "load-2"), "check": ("check",)}


class Run:
    def __init__(self, name, number, status, begin, end):
        self.name, self.status, self.begin, self.end = name, int(status), float(begin), float(end)
        self.said = (noted / f"{name}.{number}.said").read_text(errors="replace")
        # grow(1), which is the test's own, says nothing
        if self.status not in MAY_END[name] or (self.status and not self.said.strip()):
            wrong.append(f"{name} ended with {status}: {self.said}")

    def number(self, pattern):
        found = re.search(pattern, self.said, re.MULTILINE)
        return int(found[1]) if found else None


def count(data):
    return sum(1 for _ in judge.records(data))


def joined(parts):
    """What each goes on with, also if it begins with what the one before ends with."""
    whole = b""
    for part in parts:
        ends = [0, *judge.records(part)]
        known = max(end for end in ends if whole.endswith(part[:end]))
        whole += part[known:]
    return whole


def judge_rows(runs):
    """No row is lost, and there is none that nobody made."""
    found, bad = judge.rows(results / "boot_1/machine")
    wrong.extend(bad)
    for kind, names in KINDS.items():
        made = [run for run in runs if run.name in names]
        good = sum(1 for run in made if not run.status)
        rows = sum(1 for row in found if row[0] == kind)
        if not good <= rows <= len(made):
            wrong.append(f"{rows} rows of {kind}, but {good} that ended with 0 of {len(made)}")
        yield f"{rows} rows of {kind}"


def judge_executes(runs, whole):
    """What was executed fitted in that moment, and the verdict was of that moment, to the byte."""
    executed = 0
    for run in runs:
        snapshot = re.search(r"^(executed\.\d+\.\d+)$", run.said, re.MULTILINE)
        if not snapshot:
            continue
        executed += 1
        log = (noted / f"{snapshot[1]}.log").read_bytes()
        loaded = (noted / f"{snapshot[1]}.loaded").read_text().split()[0]
        at = whole.find(log)
        segments = re.findall(rb"\0kexec_segment_size=(\d+)|kexec_load\0.{4}kexec_segment_size=(\d+)", whole[:at + len(log)],
                              re.DOTALL)
        segment = int(segments[-1][0] or segments[-1][1])
        room = segment - judge.HEADER - len(log)
        if at < 0 or loaded != "1" or room < judge.EXECUTE_RECORD:
            wrong.append(f"STALE: executed with {room} bytes of room, loaded {loaded}: {run.said}")
        told = (run.number(r"^  log +(\d+) records"), run.number(r"^  log +\d+ records, (\d+) bytes"),
                run.number(r"^  room +(-?\d+) bytes"))
        if told != (count(log), len(log), room):
            wrong.append(f"{run.name} told {told}, but it was {(count(log), len(log), room)}")
    return executed


def judge_checks(runs):
    """Each verdict is of a log that was there while it was made: loads add to it, trims take away."""
    exact = 0
    for run in (run for run in runs if run.name == "check"):
        told = run.number(r"^  log +(\d+) records")
        before, after = run.number(r"^before (\d+)"), run.number(r"^after (\d+)")
        if told is None:
            continue
        beside = [other for other in runs if other.name[:4] in ("load", "relo") and other.end >= run.begin and
                  other.begin <= run.end]
        more = 8 * len(beside)      # a load may load again
        if not min(before, after) - more <= told <= max(before, after) + more:
            wrong.append(f"a check told {told} records; there were {before} before it and {after} behind it")
        exact += told in (before, after)
    return exact


def main():
    runs = [Run(file.name[:-len(".runs")], *line.split()) for file in noted.glob("*.runs")
            for line in file.read_text().splitlines()]
    if (noted / "hung").exists():
        wrong.append("did not end: " + (noted / "hung").read_text())
    taken = sorted(noted.glob("taken.[0-9]*"), key=lambda file: int(file.suffix[1:]))
    pieces = sorted((results / "archive").glob("*.log"))
    whole = joined([file.read_bytes() for file in (*pieces, *taken, results / "boot_2/start/log")])
    (results / "whole").write_bytes(whole)
    wrong.extend(judge.state(results / "boot_1/machine"))
    rows = list(judge_rows(runs))
    executed, exact = judge_executes(runs, whole), judge_checks(runs)
    # Behind a deletion that is in no archive of its own a trim must not go on.
    first = float((noted / "taken.times").read_text().split()[0]) if taken else 1e9
    trims = [run for run in runs if run.name.startswith("trim")]
    moved = [run for run in trims if re.search(r"moved to|deleted from", run.said)]
    wrong.extend(f"a trim behind the deletion by others: {run.said}" for run in moved if run.begin > first)
    refused = sum(1 for run in trims if run.begin > first and run.status)
    done = {name: sum(1 for run in runs if run.name == name) for name in MAY_END}
    enough = {"executed": executed, "checks that told what there was": exact, "trims that moved records": len(moved),
              "deletions by others": len(taken), **done}
    wrong.extend(f"{what}: none" for what, number in enough.items() if not number)
    print("#", ", ".join([*(f"{number} {what}" for what, number in enough.items()), *rows,
                          f"{refused} trims that refused behind the others' deletion"]))
    for line in wrong[:30]:
        print("#", line.strip().replace("\n", "\n#   "))
    return bool(wrong)


sys.exit(main())
