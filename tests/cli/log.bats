#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Logs that are empty, cut, rubbish, not there or not to be read.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

log() { echo "$root/$ima/binary_runtime_measurements"; }

# Where record number @1 (from 1) begins.
begin_of() {
	python - "$(log)" "$1" <<-'END'
		import struct, sys
		log, at = open(sys.argv[1], "rb").read(), 0
		for _ in range(int(sys.argv[2]) - 1):
		    name, = struct.unpack_from("<I", log, at + 24)
		    at += 32 + name + struct.unpack_from("<I", log, at + 28 + name)[0]
		print(at)
	END
}

@test "an empty log: nothing loaded is no error, an execute is refused" {
	: > "$(log)"
	echo 0 > "$root/$ima/runtime_measurements_count"
	run kexec_ima status
	ends 0
	says "0 records, 0 bytes"
	run kexec --ima-check -e
	ends 3
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run kexec --ima-check -e
	ends 4
	ran
}

@test "a load into an empty log" {
	: > "$(log)"
	echo 0 > "$root/$ima/runtime_measurements_count"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	says "1 record,"
}

@test "a log cut inside a record: the byte named, unknown, 4, whatever is loaded" {
	cut=$(begin_of 301)
	truncate -s -1 "$(log)"
	run kexec_ima status
	ends 4
	says "unknown: " "at byte $cut (record 301)" "300 records, $cut bytes"
	run kexec_ima status --format json
	ends 4
	json 'j["verdict"]' '"unknown"' 'j["log"]["records"]' 300 'j["log"]["bytes"]' "$cut"
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run kexec --ima-check -e
	ends 4
	says "at byte $cut"
	ran
}

@test "a log cut behind a load that fits: 4, not executed" {
	loaded_by_us
	feed files=1
	truncate -s -1 "$(log)"
	run kexec --ima-check -e
	ends 4
	says "at byte $(begin_of 303)"
	ran
}

@test "a log whose good part alone is too long: 3" {
	loaded_by_us
	leave_room 100
	feed files=5
	truncate -s -1 "$(log)"
	run kexec --ima-check -e
	ends 3
	ran
}

@test "a corrupt record in the middle: its byte, 4" {
	at=$(begin_of 100)
	printf '\xff\xff\xff\xff' | dd of="$(log)" bs=1 seek=$((at + 24)) conv=notrunc status=none
	run kexec_ima status
	ends 4
	says "at byte $at (record 100)" "99 records, $at bytes"
	loaded_calls=$(cat "$root/fake/calls")
	test -z "$loaded_calls"
}

@test "a length that says more than there is: its byte, 4" {
	at=$(begin_of 200)
	printf '\xff\xff\x0f\x00' | dd of="$(log)" bs=1 seek=$((at + 34)) conv=notrunc status=none
	run kexec_ima status
	ends 4
	says "at byte $at (record 200)"
}

@test "rubbish: byte 0, 4" {
	for rubbish in rubbish "$(printf 'x%.0s' {1..5000})"; do
		fresh
		echo "$rubbish" > "$(log)"
		run kexec_ima status
		ends 4
		says "at byte 0 (record 1)"
	done
	head -c 100000 /dev/zero > "$(log)"
	run kexec_ima status
	ends 4
}

@test "no securityfs: the path and what to do, 1" {
	rm -r "${root:?}/sys/kernel/security"
	for command in "kexec_ima status" "kexec_ima check" "kexec --ima-check -e" \
		"kexec -s -l vmlinuz --ima-headroom"; do
		run $command
		ends 1
		says "$root/$ima/binary_runtime_measurements is not there" "mount securityfs"
		test "${#lines[@]}" = 1
	done
	ran
}

@test "IMA off: the path and what to do, 1" {
	rm -r "${root:?}/$ima"
	for command in "kexec_ima status" "kexec --ima-check -e" "kexec -s -l vmlinuz --ima-headroom"; do
		run $command
		ends 1
		says "$root/$ima/binary_runtime_measurements is not there" \
			"this kernel runs without IMA" "CONFIG_IMA"
		test "${#lines[@]}" = 1
	done
	ran
}

@test "the log below integrity/ima is found too" {
	mkdir "$root/sys/kernel/security/integrity"
	mv "$root/$ima" "$root/sys/kernel/security/integrity/ima"
	run kexec_ima status
	ends 0
	says "301 records"
}

@test "a log that cannot be read: the path and why, 1" {
	rm "$(log)"
	mkdir "$(log)"
	for command in "kexec_ima status" "kexec --ima-check -e" "kexec -s -l vmlinuz --ima-headroom"; do
		run $command
		ends 1
		says "$root/$ima/binary_runtime_measurements cannot be read: Is a directory"
	done
	ran
}

@test "no permission: the path and 'run as root', 1" {
	if test "$(id -u)" = 0; then
		# In a folder that nobody can enter, unlike that of bats.
		open=$(mktemp -d)
		chmod 755 "$open"
		cp -a "$root" "$KEXEC_IMA_BUILD/kexec/kexec-ima" "$open"
		chmod 400 "$open/root/$ima"/*
		run setpriv --reuid=65534 --clear-groups "$open/kexec-ima" --sysroot "$open/root" status
		rm -r "$open"
	else
		chmod 000 "$root/$ima"/*
		run kexec_ima status
	fi
	ends 1
	says "/$ima/binary_runtime_measurements" "cannot be read: run as root"
}

@test "a log that goes after the load: said, unloaded, 1" {
	mv "$root$KEXEC_IMA_REAL" "$root/fake/kexec"
	printf '#!/bin/sh\n"%s" "$@"; rm -f "%s"\n' "$root/fake/kexec" "$(log)" > "$root$KEXEC_IMA_REAL"
	chmod +x "$root$KEXEC_IMA_REAL"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	nothing_loaded
	says "is not there"
}

@test "names in the log never reach the terminal" {
	feed 'file=/tmp/\x1b]0;evil\x07\x1b[31m"\\\n' load
	echo 1 > "$root/sys/kernel/kexec_loaded"
	for command in "kexec_ima status" "kexec_ima status --format json" "kexec --ima-check"; do
		run $command
		ends 0
		[[ $output != *$'\x1b'* && $output != *$'\x07'* ]]
	done
}

@test "a file called kexec_load is no event" {
	feed file=kexec_load
	: > "$root/fake/steps"
	run kexec -s -l vmlinuz --ima-headroom
	ends 4
	says "no kexec_load event of this boot"
}

@test "digests of other banks in the log are read" {
	for bank in sha256 sha384 sha512; do
		fresh
		: > "$(log)"
		gen_log_options --bank "$bank"
		feed boot files=20
		run kexec_ima status
		ends 0
		says "21 records, $(log_bytes) bytes"
	done
}

@test "a log without a staged list: no descriptor is closed but those of the log" {
	: > "$root/fake/input"
	# Leaks cannot be looked for below a tracer.
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -o closes -e trace=close "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" status \
		> /dev/null < "$root/fake/input"
	run grep -e 'close(0)' -e EBADF closes
	ends 1
}
