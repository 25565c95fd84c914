#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A log is read whole once a boot; the checkpoint serves only as long as it is proven.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

log() { echo "$root/$ima/binary_runtime_measurements"; }

# Make the digest of the first record zero: a reader of the whole log now counts a violation, one that
# goes on from the checkpoint does not.
mark_head() { printf '\0%.0s' {1..20} | dd of="$(log)" bs=1 seek=4 conv=notrunc status=none; }

# Status in JSON, and what it must say: records, bytes as they are in the files, 1 if read whole.
status_is() {
	run kexec_ima status --format json
	json 'j["log"]["records"]' "$1" 'j["log"]["violations"]' "$2" || return
	json 'j["log"]["bytes"]' "$(cat "$root/$ima"/binary_runtime_measurements* | wc -c)"
}

@test "without a checkpoint the whole log is read" {
	mark_head
	status_is 301 1
}

@test "the second reading goes on from the first" {
	status_is 301 0
	mark_head
	status_is 301 0
	feed files=7
	status_is 308 0
	feed violations=2
	status_is 310 2
}

@test "marks before the checkpoint are known: a load is judged without them being read again" {
	loaded_by_us
	run kexec_ima status
	mark_head
	leave_room 100
	run kexec_ima status --format json
	json 'j["log"]["violations"]' 0 'j["segment"]["room_bytes"]' 100
	run kexec --ima-check -e
	ends 3
	run kexec --ima-check=reload
	ends 0
}

@test "another boot: read whole" {
	status_is 301 0
	mark_head
	echo 11111111-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
	status_is 301 1
}

@test "a log that became shorter: read whole" {
	status_is 301 0
	: > "$(log)"
	feed boot files=100
	mark_head
	status_is 101 1
}

@test "another log of the same length and more: read whole" {
	status_is 301 0
	: > "$(log)"
	gen_log_options --seed 2
	feed boot files=400
	mark_head
	status_is 401 1
}

@test "a last record that is not the remembered one: read whole" {
	status_is 301 0
	printf x | dd of="$(log)" bs=1 seek=$(($(log_bytes) - 2)) conv=notrunc status=none
	mark_head
	status_is 301 1
}

@test "records deleted: read whole" {
	kernel staging
	status_is 301 0
	feed delete=100
	mark_head
	status_is 201 1
	feed files=5
	status_is 206 1
}

@test "records deleted and as many bytes grown: read whole" {
	kernel staging
	before=$(log_bytes)
	status_is 301 0
	feed delete=10
	feed bytes=$((before - $(log_bytes)))
	mark_head
	status_is "$(cat "$root/$ima/runtime_measurements_count")" 1
}

@test "everything staged: read whole, and counted once" {
	kernel staging
	status_is 301 0
	feed stage
	run kexec_ima status --format json
	json 'j["log"]["records"]' 301 'j["log"]["staged_bytes"] == j["log"]["bytes"]' true
	feed files=9
	run kexec_ima status --format json
	json 'j["log"]["records"]' 310 'j["log"]["staged_bytes"] < j["log"]["bytes"]' true
	feed unstage
	status_is 9 0
}

@test "no counter: read whole" {
	status_is 301 0
	mark_head
	rm "$root/$ima/runtime_measurements_count"
	status_is 301 1
}

@test "a counter below what is remembered: read whole" {
	status_is 301 0
	mark_head
	echo 300 > "$root/$ima/runtime_measurements_count"
	status_is 301 1
}

@test "a cut tail behind the checkpoint: its place in the whole log is named" {
	status_is 301 0
	before=$(log_bytes)
	feed files=2
	truncate -s -3 "$(log)"
	python - "$(log)" "$before" > "$root/place" <<-'END'
		import struct, sys
		log, at = open(sys.argv[1], "rb").read(), int(sys.argv[2])
		name, = struct.unpack_from("<I", log, at + 24)
		data, = struct.unpack_from("<I", log, at + 28 + name)
		print(at + 32 + name + data)
	END
	run kexec_ima status
	ends 4
	says "at byte $(cat "$root/place") (record 303)"
}

@test "a damaged log leaves no checkpoint" {
	truncate -s -3 "$(log)"
	run kexec_ima status
	test ! -e "$root/run/kexec-ima/checkpoint.json"
}

@test "a big-endian log is gone on with in its own order" {
	: > "$(log)"
	gen_log_options --order big
	feed boot files=300
	status_is 301 0
	mark_head
	feed files=3
	status_is 304 0
}

@test "a second verify goes on from the first, also where the history keeps its verdict" {
	kexec_ima sample
	kexec_ima verify -v > /dev/null 2>&1
	feed files=3
	run --separate-stderr kexec_ima verify -v
	[[ $stderr =~ ([0-9]+)' records were known' ]] || fail "$stderr"
	test "${BASH_REMATCH[1]}" -gt 0 || fail "$stderr"
}
