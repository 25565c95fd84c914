# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws random rounds. A round is a soft reboot; those of one machine follow each other in one VM.

What is fixed for a machine (its command line) is drawn from (seed, machine), what a round does from
(seed, round): so that a round can be repeated without those before its machine's first.
"""
import random
from dataclasses import dataclass, field

CHAIN = 10          # rounds of one machine

# Name, how often, generation as the model calls it, headers and extra KiB of the sizing rule.  A kernel that could
# stage counts two headers, also where CONFIG_IMA_STAGING is not set.
KERNELS = {
    "7.3": (3, "events", 2, 0),
    "7.3-kb8": (2, "events", 2, 8),
    "7.3-staging": (3, "staging", 2, 0),
    "7.3-staging-kb8": (2, "staging", 2, 8),
    "7.2": (2, "staging", 2, 0),
    "6.12": (1, "copy-at-execute", 1, 0),
}
NAMED = {"ima-ng": 4, "ima-sig": 4, "ima-ngv2": 2, "ima-sigv2": 2, "ima-modsig": 1, "evm-sig": 1}
FORMATS = {"d-ng|n-ng": 3, "d-ng|n-ng|sig": 2, "d-ngv2|n-ng": 1, "d-ng|n-ng|iuid|igid|imode": 2,
           "n-ng|d-ng": 1, "d-ng|n-ng|sig|iuid": 1}
HASHES = {"sha256": 6, "sha1": 2, "sha384": 1, "sha512": 2}
MODES = {"plain": 5, "refuse": 6, "warn": 2, "policy": 1, "reload": 4, "coldboot": 2}
SIZES = {"0": 2, "1": 1, "500": 1, "1K": 4, "2K": 3, "3800": 1, "6K": 2, "9K": 1, "auto": 1}


def weighted(rng, table):
    """One of the keys of a table of weights."""
    weights = [entry[0] if isinstance(entry, tuple) else entry for entry in table.values()]
    return rng.choices(list(table), weights)[0]


@dataclass
class Machine:
    """What holds for all rounds of one VM."""
    number: int
    kernel: str                 # of its first boot
    template: str               # of the command line: a name, or a format with fields
    hash: str
    policy: str                 # of the command line, until the first process writes its own
    rounds: list = field(default_factory=list)

    def kernels(self):
        return sorted({self.kernel} | {one.next_kernel for one in self.rounds})

    def digest(self):
        """The kernel's hash; the template "ima" has SHA-1 only."""
        return "sha1" if self.template == "ima" else self.hash

    def cmdline(self):
        words = ["loglevel=4"]      # a serial line is slow: what the kernel complains of is enough
        if self.template:
            key = "ima_template_fmt" if "|" in self.template else "ima_template"
            words.append(f"{key}={self.template}")
        if self.template != "ima":
            words.append(f"ima_hash={self.hash}")
        if self.policy:
            words.append(f"ima_policy={self.policy}")
        return " ".join(words)


@dataclass
class Round:
    """One boot and what it ends with."""
    number: int
    kernel: str
    next_kernel: str
    rule: str                   # whether the policy measures the kexec events
    template: str               # of the policy's rule for files
    signature: int
    path: int
    acts: list
    mode: str
    edge: bool

    def events(self):
        return self.rule == "yes" and self.kernel != "6.12"

    def line(self):
        """For the guest; words, a value has no blanks."""
        words = [f"rule={self.rule}", f"signature={self.signature}", f"path={self.path}",
                 f"acts={','.join(self.acts)}", f"mode={self.mode}",
                 f"next_kernel={self.next_kernel}"]
        if self.template:
            words.append(f"template={self.template}")
        if not self.events():
            words.append("blind=%d:%d" % KERNELS[self.kernel][2:])
        return " ".join(words)


def draw_machine(seed, number):
    rng = random.Random(f"{seed} machine {number}")
    template, kind = "", rng.random()
    if kind < 0.07:
        template = "ima"
    elif kind < 0.32:
        template = weighted(rng, FORMATS)
    elif kind < 0.75:
        template = weighted(rng, NAMED)
    return Machine(number, weighted(rng, KERNELS), template, weighted(rng, HASHES),
                   rng.choice(["", "", "critical_data", "tcb|critical_data"]))


def draw_load(rng, mode):
    """One load. A reload is only possible after a load by the tool."""
    kind = rng.random()
    if kind < (0.9 if mode == "reload" else 0.5):
        return f"tool:{weighted(rng, SIZES)}"
    if kind < 0.6:
        return f"warned:{weighted(rng, SIZES)}"
    return "old:" if kind > 0.97 else "plain:"


def draw_deletion(rng):
    """Staging or deleting; first-record counts are small enough to be there mostly."""
    return rng.choice(["stage:", "stage:", "empty:", f"delete:{rng.randint(1, 3)}",
                       f"delete:{rng.randint(4, 40)}"])


def draw_round(seed, number, kernel):
    rng = random.Random(f"{seed} round {number}")
    staging = KERNELS[kernel][1] == "staging"
    mode = weighted(rng, MODES)
    acts = []
    if rng.random() < 0.6:
        acts.append(f"records:{rng.choice([1, 3, rng.randint(5, 40)])}")
    if rng.random() < 0.2:
        acts.append(f"violations:{rng.randint(1, 3)}")
    if staging and rng.random() < 0.3:
        acts.append(draw_deletion(rng))
        acts.append(f"records:{rng.randint(1, 8)}")
    loads = rng.choices([1, 2, 3], [7, 2, 1])[0]
    for load in range(loads):
        acts.append(draw_load(rng, mode))
        if load < loads - 1:
            acts.append(f"records:{rng.randint(1, 10)}")
    if staging and rng.random() < 0.25:
        acts.append(draw_deletion(rng))
    edge = rng.random() < 0.6
    acts.append(f"over:{rng.randint(-200, 200)}" if edge else f"share:{rng.randint(0, 220)}")
    if staging and rng.random() < 0.1:
        acts.append(draw_deletion(rng))
    return Round(number, kernel, weighted(rng, KERNELS),
                 "no" if rng.random() < 0.06 else "yes",
                 weighted(rng, NAMED) if rng.random() < 0.3 else "",
                 rng.choice([0, 0, 72, 265, rng.randint(20, 1000)]),
                 rng.choice([80, 80, rng.randint(24, 254)]), acts, mode, edge)


def draw(seed, count):
    """The machines of that many rounds."""
    machines, number = [], 1
    while number <= count:
        machine = draw_machine(seed, len(machines) + 1)
        kernel = machine.kernel
        while number <= count and len(machine.rounds) < CHAIN:
            machine.rounds.append(draw_round(seed, number, kernel))
            kernel = machine.rounds[-1].next_kernel
            number += 1
        machines.append(machine)
    return machines
