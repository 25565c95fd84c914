#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How a verifier of keylime judges an IMA log by a runtime policy, written for this test.

    keylime_rule.py LOG POLICY.json      one line a failure; status 1 if there is one
    keylime_rule.py --policy LOG         a policy that has the log's files, and no ima-buf

The rule is that of keylime/ima/ima.py: excludes first, by match() from the beginning, then digests by
name; for ima-buf those of "ima-buf". Where keylime itself is installed its own code judges the same lines
too, and has to agree.
"""
import hashlib
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "vm"))
from replay import Reader, Record  # noqa: E402 (the bench's own reader of logs)


def fields(data):
    """The length-prefixed fields of a record's template data."""
    reader = Reader(data)
    found = []
    while reader.more():
        found.append(reader.counted())
    return found


def lines(path):
    """The log as the kernel prints it: ascii_runtime_measurements."""
    reader = Reader(Path(path).read_bytes())
    while reader.more():
        record = Record(reader)
        digest, name, *rest = fields(record.hashed)
        algorithm, value = digest.split(b":\0", 1)
        words = ["10", hashlib.sha1(record.hashed).hexdigest(), record.template,
                 "%s:%s" % (algorithm.decode(), value.hex()), name.rstrip(b"\0").decode()]
        yield " ".join(words + [field.hex() for field in rest])


def failures(log, policy):
    """The names of what the verifier would fail the node for, as "event name"."""
    excludes = policy.get("excludes")
    excluded = re.compile("(" + ")|(".join(excludes) + ")") if excludes else None
    for line in log:
        _, _, template, digest, name = line.split(" ")[:5]
        if excluded and excluded.match(name):
            continue
        allowed = policy["ima-buf" if template == "ima-buf" else "digests"].get(name)
        if allowed is None:
            yield "not_in_allowlist " + name
        elif digest.split(":")[1] not in allowed:
            yield "runtime_policy_hash " + name


def make_policy(log):
    """What keylime-policy makes of the files."""
    digests = {}
    for line in log:
        _, _, template, digest, name = line.split(" ")[:5]
        if template != "ima-buf":
            digests.setdefault(name, []).append(digest.split(":")[1])
    return {"meta": {"version": 1, "generator": 0}, "release": 0, "digests": digests, "excludes": [],
            "keyrings": {}, "ima": {"ignored_keyrings": [], "log_hash_alg": "sha1", "dm_policy": None},
            "ima-buf": {}, "verification-keys": ""}


def ask_keylime(log, policy, failed):
    """keylime's own words, where it is installed; a difference is told by AssertionError."""
    try:
        from keylime.agentstates import AgentAttestState
        from keylime.ima import ima
    except ImportError:
        return
    _, failure = ima.process_measurement_list(AgentAttestState("test"), log, policy)
    assert bool(failure) == bool(failed), "keylime itself says otherwise: %s" % failure


def main(arguments):
    """The program; its exit status."""
    if arguments[0] == "--policy":
        json.dump(make_policy(lines(arguments[1])), sys.stdout)
        return 0
    log = list(lines(arguments[0]))
    policy = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
    failed = list(failures(log, policy))
    ask_keylime(log, policy, failed)
    print("\n".join(failed) or "accepted")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
