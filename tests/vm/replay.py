#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay an IMA measurement log and compare it with the TPM's PCR 10.

The test bench's own reading of the log: it shares no code with the product, so
that the two can disagree. Only the standard library is used.

  replay.py [--pcrs DIR] [--events] [--text] LOG...

The LOGs are read one after the other (the staged list, then the current one).
DIR holds files named sha1, sha256, sha384, sha512 with the PCR in hexadecimal.
Prints one fact a line. Status 0: every bank given matches; 1: some bank does
not; 2: the log ends inside a record, or is no log.
"""
import argparse
import hashlib
import struct
import sys
from pathlib import Path

BANKS = ("sha1", "sha256", "sha384", "sha512")


class Malformed(Exception):
    """The log is cut or corrupt; says where."""


class Reader:
    """Takes bytes off the front; refuses to take what is not there."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise Malformed(f"{size} bytes wanted at byte {self.at}, "
                            f"{len(self.data) - self.at} left")
        piece = self.data[self.at:self.at + size]
        self.at += size
        return piece

    def number(self):
        return struct.unpack("<I", self.take(4))[0]

    def counted(self):
        return self.take(self.number())

    def more(self):
        return self.at < len(self.data)


class Record:
    """One measurement; offset and size are bytes of the whole log."""

    def __init__(self, reader):
        self.offset = reader.at
        self.pcr = reader.number()
        self.digest = reader.take(20)
        self.template = reader.counted().decode("latin-1")
        if self.template == "ima":      # the one template without a total length
            self.file_digest = reader.take(20)
            self.name = reader.counted().decode("latin-1")
            self.text = ""
            # Hashed as the fixed-size structure it once was.
            self.hashed = self.file_digest + self.name.encode("latin-1").ljust(256, b"\0")
        else:
            self.hashed = reader.counted()
            # The name is the second field, but for a format of one's own that says otherwise.
            order = self.template.split("|")
            before = order.index("n-ng") if "n-ng" in order else 1
            fields = Reader(self.hashed)
            for _ in range(before):
                fields.counted()
            self.name = fields.counted().rstrip(b"\0").decode("latin-1")
            self.text = ""
            if self.template == "ima-buf":
                self.text = fields.counted().decode("latin-1")
        self.size = reader.at - self.offset

    def is_violation(self):
        return not any(self.digest)

    def event(self):
        """The name, for the records that mark a boot or a kexec."""
        marks = ("boot_aggregate", "boot_aggregate_late", "kexec_load", "kexec_execute")
        return self.name if self.name in marks else None

    def extension(self, bank):
        """What the kernel extends this bank with."""
        size = hashlib.new(bank).digest_size
        if self.is_violation():
            return b"\xff" * size
        return hashlib.new(bank, self.hashed).digest()


def records(data):
    """The whole records of a log, and the complaint about its tail, if any."""
    reader, found = Reader(data), []
    while reader.more():
        try:
            found.append(Record(reader))
        except Malformed as problem:
            return found, f"record {len(found) + 1}: {problem}"
    return found, None


def replay(found, bank):
    """PCR 10 after these records, from the zero it has after a cold boot."""
    pcr = bytes(hashlib.new(bank).digest_size)
    for record in found:
        pcr = hashlib.new(bank, pcr + record.extension(bank)).digest()
    return pcr.hex()


def wrong_digests(found):
    """Numbers of the records whose SHA-1 template digest is not that of their data."""
    return [number for number, record in enumerate(found, 1)
            if not record.is_violation() and record.digest != record.extension("sha1")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", nargs="+", type=Path, metavar="LOG")
    parser.add_argument("--pcrs", type=Path, metavar="DIR")
    parser.add_argument("--events", action="store_true", help="list boots and kexecs")
    parser.add_argument("--text", action="store_true", help="list every record")
    options = parser.parse_args()

    data = b"".join(log.read_bytes() for log in options.log)
    found, problem = records(data)
    print(f"bytes {len(data)}")
    print(f"records {len(found)}")
    print(f"violations {sum(record.is_violation() for record in found)}")
    for number, record in enumerate(found, 1):
        if options.text or (options.events and record.event()):
            print(f"record {number} at {record.offset} size {record.size} "
                  f"{record.template} {record.name!r} {record.text}".rstrip())
    for number in wrong_digests(found):
        print(f"record {number} has a wrong template digest")
    matches = True
    for bank in BANKS if options.pcrs else ():
        held = (options.pcrs / bank).read_text().strip().lower()
        same = replay(found, bank) == held
        matches = matches and same
        print(f"pcr {bank} {'matches' if same else 'differs'} {held}")
    if problem:
        print(f"cut: {problem}")
        return 2
    return 0 if matches else 1


if __name__ == "__main__":
    sys.exit(main())
