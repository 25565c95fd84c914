#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a caller hands on, or does not: signals that it ignores or blocks, outputs that nobody reads, its environment.
# None of that may leave an image loaded that was to be unloaded, or execute one that was not judged.
# shellcheck disable=SC2154  # set by common.bash and bats
load common

# caller SETUP COMMAND...: the command as a caller starts it that has done what the Python says.
caller() {
	/usr/bin/timeout 60 "$KEXEC_IMA_PYTHON" -IS -c 'import os, signal, sys
for number in signal.SIGPIPE, signal.SIGXFSZ:
    signal.signal(number, signal.SIG_DFL)
def output(fd):
    for number in 1, 2:
        os.dup2(fd, number)
def gone():
    "A pipe whose reader has ended."
    read, write = os.pipe()
    os.close(read)
    output(write)
def full():
    "A pipe that is full, whose reader does not read."
    read, write = os.pipe()
    os.set_inheritable(read, True)
    os.set_blocking(write, False)
    try:
        while os.write(write, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(write, True)
    output(write)
exec(sys.argv[1])
os.execv(sys.argv[2], sys.argv[2:])' "$@"
}
kexec_as() { caller "$1" "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" "${@:2}"; }
kexec_ima_as() { caller "$1" "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" "${@:2}"; }

ignored='signal.signal(signal.SIGCHLD, signal.SIG_IGN)'

@test "nobody reads what it says any more: what was to be unloaded is unloaded" {
	loaded_by_others
	leave_room 100
	run kexec_as 'gone()' --ima-check=coldboot -e
	ends 3
	ran "-s -u"
	nothing_loaded
	fresh
	loaded_by_others
	leave_room 100
	run kexec_ima_as 'gone()' shutdown kexec
	ends 3
	ran "-s -u"
	nothing_loaded
}

@test "nobody reads what it says any more: a load that does not fit is unloaded, and what it runs may end by that" {
	run kexec_as 'gone()' -s -l vmlinuz --ima-headroom=1M -v
	nothing_loaded
	fresh
	mv "$root$KEXEC_IMA_REAL" "$root$KEXEC_IMA_REAL.fake"
	cat > "$root$KEXEC_IMA_REAL" <<-'END'
		#!/bin/bash
		sed -n 's/^SigIgn:.//p' /proc/self/status >> "$FAKE_ROOT/fake/ignored"
		exec "$0.fake" "$@"
	END
	chmod +x "$root$KEXEC_IMA_REAL"
	run -0 kexec_as 'pass' -s -l vmlinuz --ima-headroom
	run -0 kexec_as 'pass' --ima-check -e
	test "$(sort -u "$root/fake/ignored")" = 0000000000000000 ||
		fail "the real kexec ignores signals: $(cat "$root/fake/ignored")"
}

@test "an output that is full, and nobody reads it: the shutdown goes on, and cold" {
	echo "shutdown-timeout = 2s" > "$root/etc/kexec-ima.conf"
	loaded_by_others
	leave_room 100
	run kexec_ima_as 'full()' shutdown kexec
	test "$status" != 124 || fail "it hangs"
	nothing_loaded
	grep -q 'kexec-ima: .*unloading' "$root/dev/kmsg"
	fresh
	# The mistake is told before anything is judged.
	echo "shutdown = never" > "$root/etc/kexec-ima.conf"
	loaded_by_others
	leave_room 100
	run kexec_ima_as 'full()' shutdown kexec
	test "$status" != 124 || fail "it hangs"
	nothing_loaded
}

@test "no input and no outputs: what is said is not written to a file of ours" {
	touch vmlinuz
	kexec -s -l vmlinuz --ima-headroom <&- >&- 2>&- || test $? = 1
	stays_loaded
	[[ "$(cat "$root/run/kexec-ima/lock")" =~ ^[0-9]+$ ]] || fail "the lock has: $(cat "$root/run/kexec-ima/lock")"
	leave_room 100
	kexec --ima-check=coldboot -e <&- >&- 2>&- || test $? = 3
	[[ "$(cat "$root/run/kexec-ima/lock")" =~ ^[0-9]+$ ]] || fail "the lock has: $(cat "$root/run/kexec-ima/lock")"
	nothing_loaded
}

@test "a caller that ignores the end of its children: a load, a reload and a log of others are judged all the same" {
	touch vmlinuz
	run -0 kexec_as "$ignored" -s -l vmlinuz --ima-headroom
	says "loaded, the measurement log fits"
	stays_loaded
	leave_room 500
	run -0 kexec_ima_as "$ignored" shutdown kexec
	says "loading the same image again"
	stays_loaded
	ran "-s -l vmlinuz" "-s -l vmlinuz"
	run -0 kexec_ima_as "$ignored" verify --log "$root/$ima/binary_runtime_measurements"
}

@test "a caller that blocks the alarm: a judgement before an execute that hangs ends in time, and nothing is executed" {
	echo "shutdown-timeout = 1s" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	leave_room 100
	printf '#!/bin/bash\necho "$*" >> "$FAKE_ROOT/fake/calls"\nexec sleep 600\n' > "$root$KEXEC_IMA_REAL"
	run kexec_as 'signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})' --ima-check=reload -e
	ends 1
	says "took too long"
	ran "-s -l vmlinuz --initrd=initrd"
}

@test "what wall leaves behind, for a terminal that is stuck, does not keep the lock" {
	printf 'watch = reload\nwall = yes\n' > "$root/etc/kexec-ima.conf"
	mkdir -p "$root/usr/bin"
	printf '#!/bin/sh\nsleep 30 < /dev/null 3>&- &\n' > "$root/usr/bin/wall"
	chmod +x "$root/usr/bin/wall"
	loaded_by_us
	leave_room 800
	run -0 kexec_ima sample
	says "not what is to come"
	flock -n "$root/run/kexec-ima/lock" true || fail "the lock is held still"
}

@test "POSIXLY_CORRECT: an option that kexec would not read is not counted on" {
	local words
	echo "check = refuse" > "$root/etc/kexec-ima.conf"
	loaded_by_others
	leave_room 100
	while read -r words; do
		: > "$root/fake/calls"
		read -ra words <<< "$words"
		run env POSIXLY_CORRECT=1 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" "${words[@]}"
		ends 2 || fail "kexec ${words[*]}"
		says POSIXLY_CORRECT "vmlinuz"
		ran || fail "kexec ${words[*]}"
	done <<-'END'
		-e vmlinuz --help
		vmlinuz -e
		-l vmlinuz --ima-headroom -s
	END
	run env POSIXLY_CORRECT=1 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -s -l vmlinuz --ima-headroom
	ends 0
	ran "-s -l vmlinuz"
}
