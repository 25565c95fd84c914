# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges random rounds: what the tool said beforehand against the next kernel's log and TPM.

What was measured is followed by the test's own reading of the logs (replay.py): deleted and lost
records too, so that the PCR of each boot is explained whatever the rounds before it did.
"""
import hashlib
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from replay import BANKS, records   # noqa: E402
import draw                         # noqa: E402

HEADER = 24
PAGE = 4096
POLICY = "--ima-policy=warn"
OLD = "kexec_load(2)"       # an image that carries nothing
LOAD_TEXT = re.compile(r"kexec_segment_size=(\d+);")


def read(path, missing=b""):
    return path.read_bytes() if path.exists() else missing


def word(path):
    return read(path, b"none").decode().strip()


def undeleted(folder, log):
    """A log with all that was deleted in this boot, back where it stood."""
    for number in reversed(range(len(list(folder.glob("gone_*"))))):
        at = int(word(folder / f"at_{number}"))
        log = log[:at] + read(folder / f"gone_{number}") + log[at:]
    return log


def counted(log):
    """By the kernel's count: a template that it has no name for has none, and a record of the
    template "ima" is counted with two lengths and a NUL that the log does not show."""
    return sum(record.size - (len(record.template) if "|" in record.template else 0) +
               (4 + 4 + 1 if record.template == "ima" else 0) for record in records(log)[0])


def ruled_segment(log, headers, extra_kib):
    """What the sizing rule gives."""
    size = headers * HEADER + (extra_kib * 1024 or PAGE // 2) + counted(log)
    return -(-size // PAGE) * PAGE


def execute_record(segment, log, digest):
    """The kexec_execute that a kernel adds to a log, deleted records included."""
    text = (f"kexec_segment_size={segment};ima_binary_runtime_size={HEADER + counted(log)};"
            f"ima_runtime_measurements_count={len(records(log)[0])};").encode()
    fields = (digest.encode() + b":\0" + hashlib.new(digest, text).digest(),
              b"kexec_execute\0", text)
    data = b"".join(struct.pack("<I", len(one)) + one for one in fields)
    return struct.pack("<I", 10) + hashlib.sha1(data).digest() + struct.pack("<I", 7) + \
        b"ima-buf" + struct.pack("<I", len(data)) + data


class Measured:
    """All that was ever measured on a machine, and the PCR that follows."""

    def __init__(self):
        self.data = b""
        self.pcrs = {bank: bytes(hashlib.new(bank).digest_size) for bank in BANKS}

    def copy(self):
        other = Measured()
        other.data, other.pcrs = self.data, dict(self.pcrs)
        return other

    def add(self, data):
        for record in records(data)[0]:
            for bank in BANKS:
                self.pcrs[bank] = hashlib.new(
                    bank, self.pcrs[bank] + record.extension(bank)).digest()
        self.data += data
        return self

    def explains(self, saved):
        """Names the banks it does not explain."""
        return [bank for bank in BANKS if word(saved / bank).lower() != self.pcrs[bank].hex()]


class Prediction:
    """What the tool's model says of a log at the execute."""

    def __init__(self, said, log, execute):
        self.log, self.execute, self.said = log, execute, said
        fields = dict(zip(said.split()[::2], said.split()[1::2]))
        self.records, self.loss = int(fields["records"]), fields["loss"]
        self.dump, self.restore = int(fields["dump"]), int(fields["restore"])
        self.survives = self.loss == "none"


class Judge:
    """One machine's results."""

    def __init__(self, machine, share, build):
        self.machine, self.results, self.build = machine, share / "results", build
        self.measured = Measured()
        self.problems = []
        console = read(share / "console").decode("latin-1").replace("\r", "")
        self.console = console.split("== boot ")[1:]

    def boot(self, number):
        return self.results / f"boot_{number}"

    def fail(self, text):
        self.problems.append(text)

    def predict(self, one, folder, whole, left, segment):
        command = [self.build / "tests/vm/predict", draw.KERNELS[one.kernel][1],
                   self.machine.digest(),
                   folder / "whole", folder / "predicted", folder / "left"]
        if segment is not None:
            command.append(str(segment))
        (folder / "whole").write_bytes(whole)
        (folder / "left").write_bytes(left)
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            return None
        return Prediction(done.stdout, read(folder / "predicted"),
                          read(folder / "predicted.execute"))

    def last_load(self, folder, judged=False):
        """Number and words of the last load of a boot, or of the last one that was judged."""
        last = int(word(folder / "loads")) - 1 if judged else \
            max(int(path.name[5:-6]) for path in folder.glob("load_*.words"))
        return last, word(folder / f"load_{last}.words")

    def loaded_by_old(self, folder, judged=False):
        return " -c " in self.last_load(folder, judged)[1]

    def is_unseen(self, one, folder):
        """Whether an image that the tool cannot see took the place of one it loaded."""
        last, words = self.last_load(folder, judged=True)
        by_tool = [number for number in range(last + 1) if "--ima-headroom" in word(folder / f"load_{number}.words")]
        return " -c " in words or not one.events() and by_tool and by_tool[-1] < last

    def segment(self, one, folder, new, judged=False):
        """That of the last load, as its event says; of a blind kernel by the rule."""
        if not one.events():
            return ruled_segment(read(folder / f"before_{self.last_load(folder, judged)[0]}"),
                                 *draw.KERNELS[one.kernel][2:])
        found = [record for record in records(new)[0] if record.name == "kexec_load"]
        return int(LOAD_TEXT.match(found[-1].text)[1]) if found else None

    def loads_kept_their_word(self, one, folder):
        """A load that says "fits" has the room that was asked for; one that refuses has it not."""
        for words in folder.glob("load_*.words"):
            number = words.name[5:-6]
            size = re.search(r"--ima-headroom=(\d+)(K?)$", word(words).removesuffix(POLICY).strip())
            log = read(folder / f"after_{number}")
            found = [record for record in records(log)[0] if record.name == "kexec_load"]
            status = word(folder / f"load_{number}.status")
            if not size or not one.events() or not found or status not in ("0", "3"):
                continue
            asked = int(size[1]) * (1024 if size[2] else 1) + found[-1].size + len("execute") - 4
            room = int(LOAD_TEXT.match(found[-1].text)[1]) - HEADER - len(log)
            said = read(folder / f"load_{number}.out").decode()
            fits = said.startswith("loaded, ")
            # The numbers in the last record may get longer.
            if fits and room < asked or not fits and room > asked + 8 and \
                    word(folder / "status.out").find('"not-carried"') < 0:
                error = read(folder / f"load_{number}.err").decode().strip()
                self.fail(f"load {number} ends with {status} at {room} bytes of room, "
                          f"{asked} asked: {said}{error}")

    # ---- one round ---------------------------------------------------------------

    def replayed(self, boot):
        """The tool's own replay of all that was ever measured, against the TPM."""
        saved, log = self.boot(boot) / "start", self.results / "measured"
        log.write_bytes(self.measured.data)
        command = [self.build / "kexec/kexec-ima", "verify", "--format", "json", "--log", log]
        for bank in BANKS:
            command += ["--pcr", f"{bank}:{word(saved / bank).lower()}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        banks = {pcr["bank"]: pcr["match"] for pcr in json.loads(done.stdout)["pcrs"]}
        if list(banks.values()) != [True] * len(BANKS):
            self.fail(f"the replay of all that was measured by verify: {banks}")

    def begin(self):
        """The machine's first boot."""
        start = self.boot(1) / "start"
        self.measured.add(read(start / "log"))
        self.start_is_right(1)

    def start_is_right(self, boot):
        """PCR, and the verdict of verify, at the start of a boot."""
        start = self.boot(boot) / "start"
        wrong = self.measured.explains(start)
        if wrong:
            self.fail(f"what was measured does not explain the PCR of {' '.join(wrong)}")
        self.replayed(boot)
        whole = not Measured().add(read(start / "log")).explains(start)
        try:
            verdict = json.loads(read(start / "verify.out"))["verdict"]
        except ValueError:
            verdict = "none"
        status = word(start / "verify.status")
        good = ("complete", "cold") if whole else ("lost", "not-carried", "mismatch")
        if status != ("0" if whole else "3") or verdict not in good:
            self.fail(f"verify says {verdict} ({status}) where the log "
                      f"{'explains' if whole else 'does not explain'} the PCR")
        return verdict

    def what_was_said(self, one, folder, start):
        """The judgements before the execute, against the prediction for the log as it was then."""
        judged = read(folder / "judged")
        whole = undeleted(folder, judged)
        segment = self.segment(one, folder, whole[len(start):], judged=True)
        said = json.loads(read(folder / "status.out"))
        room, verdict = said["segment"]["room_bytes"], said["verdict"]
        truth = {"verdict": verdict, "room": None, "survives": None, "edge": False}
        check = word(folder / "check.status")
        good = verdict in ("fits", "tight")
        wanted = "0" if good else "4" if verdict == "unknown" else "3"
        if check != wanted:
            self.fail(f"status says {verdict}, and the check ends with {check}")
        if segment is None:
            if good:
                self.fail(f"{verdict}, and no load is in the log")
            return truth
        truth["room"] = segment - HEADER - len(judged)
        unseen = self.is_unseen(one, folder)
        if room is not None and room != truth["room"] and (one.events() or not unseen):
            self.fail(f"status says {room} bytes of room, there are {truth['room']}")
        told = self.predict(one, folder, whole, judged,
                            None if one.events() else segment)
        if not told:
            self.fail("no prediction for the log that was judged")
            return truth
        left = truth["room"] - len(told.execute)
        truth.update(left=left, edge=abs(left) <= 200, survives=told.survives)
        last = said["segment"]["last_record_bytes"]
        if one.events() and verdict != "not-carried" and last is not None and \
                last != len(told.execute):
            self.fail(f"status says {last} bytes for the last record, it has {len(told.execute)}")
        if unseen:
            return truth
        if good and not told.survives or verdict in ("short", "not-carried") and told.survives:
            self.fail(f"status says {verdict}, the model {told.said}")
        load = [r for r in records(whole[len(start):])[0] if r.name == "kexec_load"][-1:]
        deleted = load and load[0].digest not in judged
        if verdict == "unknown" and one.events() and not deleted:
            self.fail(f"unknown, though all is known: {said['reason']}")
        if not one.events() and good:
            self.fail(f"{verdict} on a kernel that says nothing")
        return truth

    def what_was_done(self, one, folder, truth, extra):
        """Whether it executed when it should have, and only then."""
        status, good = word(folder / "execute.status"), truth["verdict"] in ("fits", "tight")
        if one.mode in ("plain", "warn", "policy"):
            right = status == "gone"
        elif one.mode == "reload":
            by_tool = self.last_load(folder, judged=True)[1].startswith("kexec ")
            easy = one.events() and by_tool and not self.machine.template.count("|") and \
                truth["verdict"] != "not-carried"
            right = status == "gone" and not extra if good else \
                status == "gone" and extra if easy else status in ("gone", "3", "4")
        else:
            right = status == ("gone" if good else word(folder / "check.status"))
        if not right:
            self.fail(f"{truth['verdict']}, and {one.mode} ended with {status} after {extra} "
                      f"more loads: {read(folder / 'execute.err').decode().strip()}")
        after = word(folder / "loaded_after")
        if status in ("3", "4") and one.mode in ("refuse", "coldboot") and \
                after != ("1" if one.mode == "refuse" else "0"):
            self.fail(f"{one.mode} leaves kexec_loaded at {after}")
        return status

    def reloaded(self, one, folder, end, arrived):
        """The loads that --ima-check=reload made behind what was saved: bytes, and how many."""
        if one.mode != "reload" or word(folder / "execute.status") != "gone":
            return b"", 0
        behind = records(arrived)[0][len(records(end)[0]):]
        if behind and behind[-1].name == "kexec_execute":
            behind = behind[:-1]
        if any(record.name != "kexec_load" for record in behind):
            self.fail("more than loads was measured by the reload")
        data = b"".join(arrived[r.offset:r.offset + r.size] for r in behind)
        return data, len(behind)

    def arrival(self, one, folder, boot, told):
        """The next boot's log against the prediction; the records of its own."""
        following = self.boot(boot + 1) / "start"
        log = read(following / "log")
        found = records(log[len(told.log):])[0] if log.startswith(told.log) else []
        if not found or not found[0].name.startswith("boot_aggregate"):
            self.fail(f"the next log ({len(log)} bytes) does not begin with what was predicted "
                      f"({len(told.log)} bytes): {told.said}")
        complaint = "Failed to restore the measurement list: -22"
        if (complaint in read(following / "dmesg").decode("latin-1")) != bool(told.restore):
            self.fail(f"the next kernel and the model differ on the restore: {told.said}")
        dumped = "Dump measurements failed" in self.console[boot - 1]
        if dumped != bool(told.dump) and told.loss != OLD:
            self.fail(f"the kernel and the model differ on the dump: {told.said}")
        return log[len(told.log):]

    def round(self, boot, one):
        """Judges the round of a boot; returns what is known of it."""
        self.problems = []
        folder, following = self.boot(boot), self.boot(boot + 1) / "start"
        start, end = read(folder / "start/log"), read(folder / "end/log")
        if not (following / "sha512").exists() or not (following / "verify.status").exists():
            self.fail("the next kernel never came up")
            return {}
        whole = undeleted(folder, end)
        if not whole.startswith(start):
            self.fail("what was deleted and what is left does not begin with the start's log")
        self.loads_kept_their_word(one, folder)
        truth = self.what_was_said(one, folder, start)
        self.measured.add(whole[len(start):])
        if self.measured.explains(folder / "end"):
            self.fail("the log does not explain the PCR before the execute")
        log = read(following / "log")
        own = [r.offset for r in records(log)[0] if r.name == "boot_aggregate"]
        behind, extra = self.reloaded(one, folder, end, log[:own[-1]] if own else b"")
        status = self.what_was_done(one, folder, truth, extra)
        if status == "gone" and not extra and end != read(folder / "judged"):
            self.fail("something was measured between the judgement and the execute")
        whole += behind
        self.measured.add(behind)
        told = self.expected(one, folder, whole, end + behind, start, extra)
        if not told:
            return truth
        own = self.arrival(one, folder, boot, told)
        self.measured.add(told.execute).add(own)    # which is in the PCR, arrived or not
        if status == "gone" and one.mode in ("refuse", "reload", "coldboot") and \
                not told.survives and not (self.loaded_by_old(folder) and not extra):
            self.fail(f"it was executed, and records are lost: {told.said}")
        verdict = self.start_is_right(boot + 1)
        truth.update(status=status, loads=extra, loss=told.loss, arrived=told.records,
                     of=len(records(end + behind)[0]) + bool(told.execute), verify=verdict)
        return truth

    def expected(self, one, folder, whole, left, start, extra):
        """The prediction for the log that was executed with."""
        segment = self.segment(one, folder, whole[len(start):])
        told = None
        if segment is not None:
            told = self.predict(one, folder, whole, left, None if one.events() else segment)
        last = execute_record(segment or 0, whole, self.machine.digest()) if one.events() else b""
        if told and told.execute != last:
            self.fail("the model's kexec_execute is not the one of the rule")
        if self.loaded_by_old(folder) and not extra:
            # Such an image is announced too, with the segment of whatever was loaded before.
            return Prediction(f"records 0 bytes 0 loss {OLD} dump 0 restore 0", b"", last)
        if not told:
            self.fail("no prediction for the log that was executed with")
        return told
