#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is typed wrongly, and output that nobody can take: a sentence, a status, and nothing done.
# shellcheck disable=SC2154,SC2086  # set by common.bash and bats; words on purpose
load common

gen_log() { python "$BATS_TEST_DIRNAME/../tools/gen-log" "$@"; }

# stdout of @1: full, closed, unread (a pipe whose reader has gone, as head's), or deaf (stderr is such a pipe, too); then
# the program, which finds SIGPIPE as a shell has it.  What it says on stderr, and its status.
with_stdout() {
	run python -c 'import os, subprocess, sys
kind, *words = sys.argv[1:]
before = None
if kind == "full":
    out = open("/dev/full", "wb")
elif kind == "closed":
    out, before = None, lambda: os.close(1)
else:
    ours, out = os.pipe()
    os.close(ours)
done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=out, preexec_fn=before,
                      stderr=None if kind != "deaf" else out, restore_signals=True)
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)' "$@"
}

@test "an option with a value given twice is refused by every command" {
	while read -r line; do
		run --separate-stderr kexec_ima $line
		ends 2 || fail "$line" || return
		says "is given twice: give it once" || fail "$line" || return
		test -z "$output" || fail "$line: it said $output" || return
	done <<-'END'
		status --output a --output b --format prometheus
		estimate --interval 1h --interval 2h
		check --mode warn --mode refuse
		verify --quote a --quote b
		preflight k --append a --command-line b
		backtest --history a --confidence 0.9 --history a
		plot -o a.svg --output b.svg
		rehearse --grow 1K --grow 2K
		trim --keep 1 --keep 2 --archive d
		status --format json --format text
		--sysroot .
	END
	gen_log --out log boot files=3
	run kexec_ima verify --log log --log log --full --full
	ends 4
}

@test "a format that a command does not have, before the command or behind it" {
	while IFS='|' read -r line sentence; do
		run --separate-stderr kexec_ima $line
		ends 2 || fail "$line" || return
		says "$sentence" || fail "$line" || return
		test -z "$output" || fail "$line: it said $output" || return
	done <<-'END'
		check --format json|check has no --format json: it has text alone
		--format json sample|sample has no --format json: it has text alone
		verify --format prometheus|verify has no --format prometheus: it has text or json
		--format prometheus estimate|estimate has no --format prometheus: it has text or json
		plot --format xml|--format=xml is not understood: give text alone
		status --format xml|--format=xml is not understood: give text, json or prometheus
		--format xml status|--format=xml is not understood: give text, json or prometheus
	END
}

@test "a saved tree that is none" {
	: > file
	for name in nothing file ""; do
		run --separate-stderr "$KEXEC_IMA_BUILD/kexec/kexec-ima" status --sysroot "$name"
		ends 1
		says "--sysroot=$name is no folder"
	done
}

@test "backtest takes the configuration of the saved tree, and helps in spite of it" {
	echo "interval = soon" > "$root/etc/kexec-ima.conf"
	run -2 kexec_ima backtest
	says "$root/etc/kexec-ima.conf, line 1"
	run -0 kexec_ima backtest --help
	says "usage: kexec-ima backtest"
	printf 'boottime_seconds,records,bytes\n0,1,100\n700,1,100\n1400,1,100\n' > flat.csv
	echo "interval = 10min" > "$root/etc/kexec-ima.conf"
	run -0 --separate-stderr kexec_ima backtest --history flat.csv --format json
	json 'j["interval_seconds"]' 600 'j["asked_over_oracle"]' null 'j["asked_over_needed_95"]' null
	run -0 kexec_ima backtest --history flat.csv
	says "nothing came in any window"
}

@test "files that are given and are none of the kind: which, and what to give" {
	: > empty
	mkdir -p folder
	head -c 5000 /dev/zero | tr '\0' x > junk
	gen_log --out log boot files=3
	while IFS='|' read -r wanted line sentence; do
		run kexec_ima $line
		ends "$wanted" || fail "$line" || return
		says "$sentence" || fail "$line" || return
	done <<-END
		1|backtest --history nothing|the history nothing cannot be read: No such file or directory; give a database
		1|backtest --history folder|folder cannot be read: it must be a regular file, and no link to one; give a database
		1|backtest --history empty|empty cannot be read: it is no history of kexec-ima, or corrupt; give a database
		1|plot --history junk|junk cannot be read: it is no history of kexec-ima, or corrupt; give a database
		1|rehearse --log junk|the rehearsal with junk could not go on: this is no measurement log
		2|rehearse --page 8K|--page=8K is not understood: give 4K, 16K or 64K
		4|verify --log empty|fetch the log again, whole
		4|verify --archive junk --log log|junk ends early, inside a record or its gzip data
		0|verify --archive folder --log log|folder has no archived records: the log is judged without any
		1|preflight /nothing|$root/nothing cannot be read
		1|preflight junk|: junk is no kernel image
		1|preflight junk --initrd /nothing|$root/nothing is no file: name the initrd
		1|preflight junk --initrd nothing|: nothing is no file: name the initrd
		1|preflight junk --initrd empty|: junk is no kernel image
		1|plot -o nowhere/a.svg|let a timer run kexec-ima sample
		2|trim --archive d|run it without --sysroot
	END
}

@test "a probability is said as it was given" {
	run -0 kexec_ima estimate --confidence 0.9999999
	says "with probability 0.9999999"
}

@test "output that cannot be written is an error, whatever was said before" {
	gen_log --out log boot files=3
	loaded_by_others
	for kind in full closed; do
		for line in --help --version "status --help" status "status --format json" \
			"status --format prometheus" estimate check verify "verify --log log" \
			"rehearse --log log --grow 1K --save kept"; do
			words=($line)
			[[ $line == --* ]] || words=(--sysroot "$root" "${words[@]}")
			with_stdout $kind "$KEXEC_IMA_BUILD/kexec/kexec-ima" "${words[@]}"
			ends 1 || fail "$kind: $line" || return
			test "$output" = "kexec-ima: standard output cannot be written" ||
				fail "$kind: $line said: $output" || return
		done
		with_stdout $kind "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" --ima-check
		ends 1
		test "$output" = "kexec-ima: standard output cannot be written" || fail "$output"
	done
}

@test "what is closed does not become a file, and a report is not written into one" {
	loaded_by_others
	for line in check sample status verify; do
		"$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" $line <&- >&- 2>&- || :
	done
	! grep -r 'bytes of room' "$root/run" "$root/var" || fail "a report is in a file of the machine"
	grep -qx '[0-9]*' "$root/run/kexec-ima/lock" || fail "the lock: $(cat "$root/run/kexec-ima/lock")"
	run -0 kexec_ima check
}

@test "a reader that goes away ends what only reports, without a word about bugs" {
	gen_log --out log boot files=3
	for line in "status" "verify --log log" "rehearse --log log --grow 1K"; do
		with_stdout unread "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" $line
		ends 141 || fail "$line" || return
		test -z "$output" || fail "$line said: $output" || return
	done
}

@test "a reader that goes away does not keep the hook from unloading" {
	loaded_by_others
	# It cannot be judged.
	rm "$root/$ima/binary_runtime_measurements"
	with_stdout deaf "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 3
	nothing_loaded
	ran "-s -u"
}

@test "who may not: run as root" {
	local open as=() said=()

	loaded_by_others
	run -0 kexec_ima sample
	# A copy where a user of no account may go.
	test "$(id -u)" != 0 || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	open=$(mktemp -d)
	chmod 755 "$open"
	cp -a "$root" "$KEXEC_IMA_BUILD/kexec/kexec-ima" "$open"
	chmod 000 "$open/root/run/kexec-ima" "$open/root/var/lib/kexec-ima"
	for line in check backtest; do
		run "${as[@]}" "$open/kexec-ima" --sysroot "$open/root" $line
		# A build that counts for coverage cannot write its counts there, and says so.
		said+=("$status $(sed '/^profiling:/d' <<< "$output")")
	done
	chmod -R u+rwx "$open"
	rm -r "$open"
	test "${said[0]}" = "1 kexec-ima: $open/root/run/kexec-ima cannot be used: run as root" || fail "${said[0]}"
	test "${said[1]}" = "1 kexec-ima: the history $open/root/var/lib/kexec-ima/history.db cannot be read: run as root" ||
		fail "${said[1]}"
}

@test "a reader that goes away does not leave a refused load behind" {
	touch vmlinuz
	# Neither the report nor the complaint has a reader.
	with_stdout deaf "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -s -l vmlinuz --ima-headroom=1M
	ends 3
	nothing_loaded
	ran "-s -l vmlinuz" "-s -u"
	# The kexec that is run takes its end from it as ever.
	with_stdout unread "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -s -l vmlinuz --ima-headroom=1K
	stays_loaded
	grep -q '"arguments"' "$root/run/kexec-ima/load.json" || fail "$(cat "$root/run/kexec-ima/load.json")"
}
