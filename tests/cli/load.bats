#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec -l ... --ima-headroom: load, proof, and what is left behind.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

try() { run kexec -s -l vmlinuz --ima-headroom "$@"; }

@test "a load that fits: 0, room, need and the date" {
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	ran "-s -l vmlinuz"
	stays_loaded
	golden load-fits
}

@test "nothing on standard error when all is well" {
	run --separate-stderr kexec -s -l vmlinuz --ima-headroom
	test -z "$stderr"
}

# The kexec_execute record is three bytes longer than the kexec_load record (as long as no number
# gets a digit more, and none does here).
@test "the room is exact to the byte" {
	before=$(log_bytes)
	kexec -s -l vmlinuz --ima-headroom=0
	last=$(($(log_bytes) - before + 3))
	segment=$(grep -ao 'kexec_segment_size=[0-9]*' "$root/$ima/binary_runtime_measurements")
	room=$((${segment#*=} - 24 - $(log_bytes)))
	fresh
	run kexec -s -l vmlinuz --ima-headroom=$((room - last))
	ends 0
	says "$room bytes of room, $room needed"
	fresh
	run kexec -s -l vmlinuz --ima-headroom=$((room - last + 1))
	ends 3
	says "$room bytes of room, $((room + 1)) needed"
}

@test "a load without room for the growth: 3, nothing loaded" {
	try --ima-interval=3d
	ends 3
	ran "-s -l vmlinuz" "-s -u"
	nothing_loaded
	says "fits as it is, but not what is to come" "; nothing is loaded now"
	silent_about "is gone too"
	test ! -e "$root/run/kexec-ima/load.json"
}

@test "a refused load takes an earlier image with it, and says so" {
	loaded_by_us
	try --ima-interval=3d
	ends 3
	ran "-s -l vmlinuz" "-s -u"
	nothing_loaded
	says "; nothing is loaded now, the image that was loaded before is gone too"
}

@test "a short room names the CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB that helps" {
	run kexec -s -l vmlinuz --ima-headroom=20K
	ends 3
	says "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=21"
}

@test "--ima-policy=warn keeps a load without room: said, 0" {
	try --ima-interval=3d --ima-policy=warn
	ends 0
	ran "-s -l vmlinuz"
	stays_loaded
	says "fits as it is, but not what is to come" "loaded all the same, as the policy says"
}

@test "no event: 4, stays loaded, names the policy rule" {
	: > "$root/fake/steps"
	try
	ends 4
	ran "-s -l vmlinuz"
	stays_loaded
	says "cannot tell" "func=CRITICAL_DATA label=ima_kexec" "the image stays loaded"
}

@test "no event of this load, but one of an earlier load: 4" {
	loaded_by_us
	: > "$root/fake/steps"
	try
	ends 4
	stays_loaded
	says "cannot tell" "func=CRITICAL_DATA label=ima_kexec"
	run kexec --ima-check -e
	ends 4
	ran "-s -l vmlinuz"
}

@test "two loads that leave no event, behind one that did: 4 each" {
	loaded_by_us
	: > "$root/fake/steps"
	try
	ends 4
	try
	ends 4
	says "cannot tell" "func=CRITICAL_DATA label=ima_kexec"
	run kexec --ima-check -e
	ends 4
	ran "-s -l vmlinuz" "-s -l vmlinuz"
}

@test "a load that is killed before it is written down is not taken for a good one" {
	loaded_by_us
	: > "$root/fake/steps"
	# The fake kexec ends whoever waits for it.
	sed -i '/^case $action in/i test "$action" != load || { echo 1 > "$loaded"; kill -9 $PPID; exit; }' \
		"$root$KEXEC_IMA_REAL"
	try
	ends 137
	run kexec --ima-check -e
	ends 4
	says "load.json) is unfinished"
	run kexec_ima status
	says "cannot tell"
}

@test "no event and --ima-policy=warn: said, 0" {
	: > "$root/fake/steps"
	try --ima-policy=warn
	ends 0
	stays_loaded
	says "cannot tell" "loaded all the same"
}

@test "an event whose numbers are not the rule's: 4" {
	for lie in count size segment; do
		fresh
		echo "load=$lie" > "$root/fake/steps"
		try
		ends 4
		stays_loaded
		says "not those of the kernel's known sizing rule"
	done
}

@test "a damaged event: 4" {
	for lie in digest text; do
		fresh
		echo "load=$lie" > "$root/fake/steps"
		try
		ends 4
		stays_loaded
		says "a kexec event in the log is damaged"
	done
}

@test "an image of kexec_load(2) in the place of a judged one is not taken for that, and not executed" {
	local line words
	for line in "-c -l other" "-l other" other "--load-preserve-context other" "-a -l other"; do
		read -ra words <<< "$line"
		fresh
		loaded_by_us
		echo > "$root/fake/steps"
		run -0 kexec "${words[@]}"
		silent_about kexec-ima
		run kexec --ima-check -e
		ends 4 || fail "kexec $line" || return
		run kexec --ima-check=reload -e
		ends 4 || fail "kexec $line" || return
		ran "$line" || return
	done
}

@test "the same behind a load of others, once anything of ours was used" {
	loaded_by_others
	run -0 kexec_ima status
	echo > "$root/fake/steps"
	run -0 kexec -c -l other
	run kexec --ima-check -e
	ends 4
	ran "-c -l other"
}

@test "a load that was not judged, and logs its event, is judged by that" {
	loaded_by_us
	run -0 kexec -s -l other
	silent_about kexec-ima
	run -0 kexec --ima-check -e
	ran "-s -l other" -e
	fresh
	loaded_by_us
	run -0 kexec -p other
	run -0 kexec --ima-check -e
	ran "-p other" -e
}

@test "a load that was not judged, and of which the kernel complained: not carried, 3" {
	loaded_by_us
	echo "4,9,9,-;Could not map measurements buffer." > "$root/fake/kmsg"
	run -0 kexec -s -l other
	run kexec --ima-check -e
	ends 3
	says "could not map the segment"
	ran "-s -l other"
}

@test "a load that was not judged, and fails: what was loaded before is judged as before" {
	loaded_by_us
	echo > "$root/fake/steps"
	echo 7 > "$root/fake/status"
	run kexec -c -l other
	ends 7
	rm "$root/fake/status"
	echo load > "$root/fake/steps"
	run -0 kexec --ima-check
	leave_room 100
	run -0 kexec --ima-check=reload -e
	ran "-c -l other" "-s -l vmlinuz --initrd=initrd" -e
}

@test "a load that was not judged, and fails when the kernel had sized a segment: not known, 4" {
	loaded_by_us
	echo 7 > "$root/fake/status"
	run kexec -s -l other
	ends 7
	run kexec --ima-check -e
	ends 4
	ran "-s -l other"
}

@test "a load that was not judged, and cannot be written down, is not made" {
	loaded_by_us
	rm "$root/run/kexec-ima/load.json"
	mkdir "$root/run/kexec-ima/load.json"
	run kexec -c -l other
	ends 1
	says "load.json cannot be written" "not loaded"
	ran
}

@test "a false event is not covered by a true one of an earlier load" {
	for lie in none count size segment digest text; do
		fresh
		loaded_by_us
		echo "load=$lie" > "$root/fake/steps"
		try
		ends 4
		run kexec --ima-check -e
		ends 4
		ran "-s -l vmlinuz"
	done
}

@test "records that come in between the sizing and the event, or behind it, do no harm" {
	for steps in "load files=3" "files=3 load" "load violations=1"; do
		fresh
		echo "$steps" > "$root/fake/steps"
		try
		ends 0
	done
}

@test "what the kernel complains of during the load: 3, and its own advice" {
	while IFS=: read -r complaint advice; do
		fresh
		echo "3,77,1000,-;ima: $complaint." > "$root/fake/kmsg"
		try
		ends 3
		ran "-s -l vmlinuz" "-s -u"
		nothing_loaded
		says "will not survive: the kernel" "$advice" "; nothing is loaded now"
	done <<-'END'
		Could not map measurements buffer:load with --no-cma
		Binary measurement list too large:cold boot this machine
		Not enough memory for the kexec measurement buffer:free memory and load again
		Error passing over kexec measurement buffer:load again, or cold boot
	END
}

@test "what the kernel said before the load does not count" {
	echo "3,7,10,-;ima: Could not map measurements buffer." >> "$root/dev/kmsg"
	try
	ends 0
}

@test "a complaint with --ima-policy=warn: said, 0, and again at the check" {
	echo "3,77,1000,-;Could not map measurements buffer." > "$root/fake/kmsg"
	try --ima-policy=warn
	ends 0
	stays_loaded
	says "could not map the segment"
	run kexec --ima-check -e
	ends 3
	says "could not map the segment"
	ran "-s -l vmlinuz"
}

@test "a kernel log that cannot be read: 4" {
	rm "$root/dev/kmsg"
	try
	ends 4
	stays_loaded
	says "/dev/kmsg" "cannot tell"
}

@test "a kernel log whose reading fails: 4" {
	rm "$root/dev/kmsg"
	mkdir "$root/dev/kmsg"
	try
	ends 4
	says "/dev/kmsg"
}

@test "the real kexec says 0 but nothing is loaded: 1" {
	: > "$root/fake/no-load"
	try
	ends 1
	says "ended with 0, but nothing is loaded" "kexec_loaded is 0"
}

@test "where the kernel has kexec/loaded instead of kexec_loaded" {
	mkdir "$root/sys/kernel/kexec"
	mv "$root/sys/kernel/kexec_loaded" "$root/sys/kernel/kexec/loaded"
	try
	ends 0
	run kexec_ima status --format json
	json 'j["loaded"]' true
}

@test "whether something is loaded cannot be read: 4" {
	mkdir "$root/nowhere"
	sed -i 's|^loaded=.*|loaded=$FAKE_ROOT/nowhere/loaded|; /test -e "$loaded"/d' \
		"$root$KEXEC_IMA_REAL"
	rm "$root/sys/kernel/kexec_loaded"
	try
	ends 4
	says "whether an image is loaded cannot be read"
}

@test "a missing real kexec: 1, and what was recorded stays" {
	rm "$root$KEXEC_IMA_REAL"
	try
	ends 1
	says "$root$KEXEC_IMA_REAL" "install kexec-tools"
}

@test "a real kexec that fails: its message and its status" {
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	echo "kexec_file_load failed: Exec format error" > "$root/fake/stderr"
	try
	ends 7
	says "kexec_file_load failed: Exec format error"
	silent_about "kexec-ima:"
	ran "-s -l vmlinuz"
}

@test "a real kexec that fails before the kernel sized a segment leaves the earlier image" {
	loaded_by_us
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	try
	ends 7
	ran "-s -l vmlinuz"
	stays_loaded
}

@test "an earlier image and its record survive a load that fails at once" {
	loaded_by_us
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	try
	advance 60
	run kexec --ima-check -e
	ends 0
	says "load       1min0s ago"
}

@test "a real kexec that fails after the kernel sized a segment: the earlier image is unloaded" {
	loaded_by_us
	echo 7 > "$root/fake/status"
	try
	ends 7
	ran "-s -l vmlinuz" "-s -u"
	nothing_loaded
	says "the image that was loaded before is unloaded too"
}

@test "an unload that fails is said, 1" {
	: > "$root/fake/stuck"
	try --ima-interval=3d
	ends 1
	says "the image could not be unloaded" "do not execute it"
}

@test "a kernel without IMA_KEXEC: 3 before any load" {
	kernel none
	try
	ends 3
	ran
	says "CONFIG_IMA_KEXEC is not set"
}

@test "a kernel without IMA_KEXEC unloads what is loaded, and says so" {
	kernel none
	echo 1 > "$root/sys/kernel/kexec_loaded"
	try
	ends 3
	ran "-s -u"
	says "is gone too"
}

@test "its configuration alone tells a kernel without IMA_KEXEC" {
	: > "$root/proc/kallsyms"
	echo "# CONFIG_IMA_KEXEC is not set" > "$root/boot/config-7.3.4"
	try
	ends 3
	ran
}

@test "a kernel without IMA_KEXEC and --ima-policy=warn loads" {
	kernel none
	try --ima-policy=warn
	ends 0
	ran "-s -l vmlinuz"
	says "CONFIG_IMA_KEXEC is not set"
}

@test "the template ima: 3 before any load" {
	gen_log_options --template ima
	feed files=2
	try
	ends 3
	ran
	says 'template "ima"'
}

# The kernel counts 9 bytes too few for each such record (322 of them overflow a fresh segment).
@test "a custom template is short at once: 3" {
	extra 0
	: > "$root/$ima/binary_runtime_measurements"
	gen_log_options --template "d-ng|n-ng"
	feed boot files=700
	run kexec -s -l vmlinuz --ima-headroom=0
	ends 3
	says "the measurement log does not fit: -"
	ran "-s -l vmlinuz" "-s -u"
}

@test "sha512, signatures and big records are no trouble" {
	for options in "--hash sha512" "--template ima-sig" "--template ima-modsig" "--pcr 11" \
		"--template evm-sig"; do
		fresh
		gen_log_options "$options"
		feed files=100 record=70000
		run kexec -s -l vmlinuz --ima-headroom=1K
		ends 0
	done
}

@test "a kernel that copies the log at load: 4 at the load, 3 once the log has grown" {
	kernel copy-at-load
	: > "$root/fake/steps"
	try
	ends 4
	says "copies the log at load"
	stays_loaded
	feed files=1
	run kexec --ima-check -e
	ends 3
	ran "-s -l vmlinuz"
}

@test "a kernel without events: 4, what the log grew by is judged all the same" {
	kernel copy-at-execute
	: > "$root/fake/steps"
	try
	ends 4
	says "does not log kexec_load"
	stays_loaded
	run kexec --ima-check -e
	ends 4
	feed bytes=9000
	run kexec --ima-check -e
	ends 3
	says "does not fit"
	ran "-s -l vmlinuz"
}

@test "more than half of RAM: 3" {
	echo "MemTotal: 80 kB" > "$root/proc/meminfo"
	try
	ends 3
	says "more than half of RAM"
	nothing_loaded
}

@test "a staging kernel: staged and current records count, two headers" {
	kernel staging
	feed stage files=20
	try
	ends 0
	says "322 records" "of them staged"
}

@test "a staging kernel after a deletion: the event's numbers are cumulative" {
	kernel staging
	feed stage unstage files=20
	try
	ends 0
	says "21 records"
}

@test "records deleted after the load make room" {
	kernel staging
	loaded_by_us
	leave_room 100
	run kexec --ima-check -e
	ends 3
	feed delete=100
	run kexec --ima-check -e
	ends 0
	ran -e
}

@test "all records deleted, the load's own too: cannot tell, 4" {
	kernel staging
	loaded_by_us
	feed stage unstage
	run kexec --ima-check -e
	ends 4
	says "was deleted from the kernel" "load again"
	ran
	# the number of records in it is the kernel's, of the deleted ones too
	run kexec_ima status --format json
	says '"last_record_bytes": null'
	run kexec_ima status
	says "needed at least "
}

@test "a big-endian log" {
	: > "$root/$ima/binary_runtime_measurements"
	gen_log_options --order big
	feed boot files=300
	try
	ends 0
	says "302 records"
}

@test "several boots in the log: only the event of this one counts" {
	feed load execute boot files=20
	: > "$root/fake/steps"
	try
	ends 4
	echo load > "$root/fake/steps"
	try
	ends 0
	says "2 boots"
}

@test "a log cut inside a record after the load: 4" {
	truncate -s -5 "$root/$ima/binary_runtime_measurements"
	: > "$root/fake/steps"
	try
	ends 4
	says "the log ends inside a record" "at byte"
}

@test "what was loaded is written down: arguments and folder" {
	try
	python - "$root/run/kexec-ima/load.json" "$root$KEXEC_IMA_REAL" "$PWD" <<-'END'
		import json, sys
		record = json.load(open(sys.argv[1]))
		assert record["arguments"] == [sys.argv[2], "-s", "-l", "vmlinuz"], record
		assert record["directory"] == sys.argv[3], record
	END
}
