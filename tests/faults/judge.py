# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be so of a saved tree, whatever happened to a program in it.  Each returns sentences of what is not so."""
import hashlib
import json
import pathlib
import re
import sqlite3
import struct

FEED = pathlib.Path(__file__).resolve().parent.parent / "cli/feed"
IMA = "sys/kernel/security/ima"
LOG = IMA + "/binary_runtime_measurements"
STATE = "run/kexec-ima"
HISTORY = "var/lib/kexec-ima"
HEADER = 24
EXECUTE_RECORD = 192     # at least
LINE = re.compile(rb"(sample|load|check|verify) [0-9a-f-]{36}( -?[0-9]+)+\Z")
METRIC = re.compile(r"(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [-+.0-9eEIinfNa]+)\Z")


# ---- the log, as the kernel would have it --------------------------------------------------------

def records(log):
    """Where each record of a log ends."""
    at = 0
    while at < len(log):
        name, = struct.unpack_from("<I", log, at + 24)
        size, = struct.unpack_from("<I", log, at + 28 + name)
        at += 32 + name + size
        yield at


def extend(pcr, log):
    """A PCR of SHA-256 behind these records, none of them a violation or of the template ima."""
    begin = 0
    for end in records(log):
        name, = struct.unpack_from("<I", log, begin + 24)
        pcr = hashlib.sha256(pcr + hashlib.sha256(log[begin + 32 + name:end]).digest()).digest()
        begin = end
    return pcr


def log_of(root):
    """Staged list and current list, as one."""
    staged = root / (LOG + "_staged")
    return (staged.read_bytes() if staged.exists() else b"") + (root / LOG).read_bytes()


def taken(root):
    """What another program has deleted."""
    file = root / "fake/taken"
    return file.read_bytes() if file.exists() else b""


def grown(root):
    """What was measured meanwhile, loads included."""
    file = root / "fake/grown"
    return file.read_bytes() if file.exists() else b""


def fits(root):
    """Whether an execute now would carry the log: the segment of the last load, and the record of the execute."""
    log = log_of(root)
    segment = int(re.findall(rb"kexec_segment_size=(\d+)", taken(root) + log)[-1])
    return (root / "sys/kernel/kexec_loaded").read_text().strip() == "1" and \
        not (root / "fake/never").exists() and segment - HEADER - len(log) >= EXECUTE_RECORD


# ---- files ----------------------------------------------------------------------------------------

def state(root):
    """Files of /run: whole or not there."""
    for file in (root / STATE).glob("*.json"):
        try:
            found = json.loads(file.read_text())
            if None in found.values() or "version" not in found or "boot_id" not in found:
                yield f"{file.name} lacks something: {file.read_text()[:300]}"
        except ValueError:
            yield f"{file.name} is half: {file.read_bytes()[:300]}"


def rows(root):
    """The rows of the history and of the lines that wait; what is wrong with them."""
    found, wrong, folder = set(), [], root / HISTORY
    if (folder / "spool").exists():
        text = (folder / "spool").read_bytes()
        if text and not text.endswith(b"\n"):
            wrong.append(f"the spool ends inside a line: {text[-80:]}")
        for line in text.splitlines():
            if not LINE.match(line):
                wrong.append(f"a line of the spool is none: {line}")
                continue
            kind, boot, first, second, *_ = line.decode().split()
            found.add((kind, boot, first if kind != "verify" else second))
    for file in folder.glob("*.corrupt-*"):
        wrong.append(f"{file.name}: nothing was corrupt")
    if (folder / "history.db").exists():
        try:
            with sqlite3.connect(folder / "history.db") as database:
                answer = database.execute("PRAGMA integrity_check").fetchone()[0]
                if answer != "ok":
                    wrong.append(f"the history: {answer}")
                if database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    for kind in ("sample", "load", "check"):
                        found |= {(kind, boot, str(ms)) for boot, ms in database.execute(
                            f'SELECT boot_id, boottime_ms FROM "{kind}" JOIN boot ON boot.id = boot')}
            database.close()
        except sqlite3.DatabaseError as error:
            wrong.append(f"the history: {error}")
    return found, wrong


def metrics(root):
    for file in root.glob("metrics/*.prom"):
        text = file.read_text()
        if not text.endswith("\n"):
            yield f"{file.name} ends inside a line"
        for line in text.splitlines():
            if not METRIC.match(line):
                yield f"{file.name} has the line {line!r}"


def archive(root, whole):
    """No record is gone: what is sealed in the archive, what others took, and the log from some record of it on."""
    log, gone, sealed, folder = log_of(root), taken(root), b"", root / "archive"
    whole += grown(root)
    for seal in sorted(folder.glob("*.json")):
        try:
            piece = json.loads(seal.read_text())
        except ValueError:
            yield f"archive/{seal.name} is half"
            continue
        bytes_ = seal.with_suffix(".log").read_bytes() if seal.with_suffix(".log").exists() else b""
        if hashlib.sha256(bytes_).hexdigest() != piece["sha256"]:
            yield f"archive/{seal.name} has no such log"
        sealed += bytes_
    if not whole.startswith(sealed):
        yield "the archive is not the log's beginning"
    if not whole.endswith(log):
        yield "the log is not its own end"
    begin = whole.find(gone)
    if begin < 0:
        yield "what another program took was no part of the log"
    elif begin > len(sealed) and gone:
        yield f"{begin - len(sealed)} bytes of records are gone"
    elif max(len(sealed), begin + len(gone)) + len(log) < len(whole):
        yield f"{len(whole) - max(len(sealed), begin + len(gone)) - len(log)} bytes of records are gone"
