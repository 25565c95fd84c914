#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima status, its two formats, and the program's own options.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

@test "nothing loaded: 0, the text" {
	run kexec_ima status
	ends 0
	golden status-none
}

@test "loaded: the text" {
	loaded_by_us
	feed violations=1 files=3
	advance 7200
	run kexec_ima status
	ends 0
	golden status-loaded
}

@test "loaded, staged records: the text" {
	kernel staging
	feed stage files=10 load
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run kexec_ima status
	ends 0
	golden status-staged
}

@test "nothing loaded: the JSON" {
	run --separate-stderr kexec_ima status --format json
	ends 0
	test -z "$stderr"
	golden status-none-json
}

@test "loaded: the JSON" {
	loaded_by_us
	feed violations=1 files=3
	advance 7200
	run --separate-stderr kexec_ima status --format json
	ends 0
	test -z "$stderr"
	golden status-loaded-json
}

@test "the promised keys are all there, with the promised types" {
	for state in none loaded damaged; do
		test "$state" != loaded || loaded_by_us
		test "$state" != damaged || truncate -s -1 "$root/$ima/binary_runtime_measurements"
		run --separate-stderr kexec_ima status --format=json
		python - <<-'END' "$output" || return
			import json, sys
			j = json.loads(sys.argv[1])
			number, null = (int, float), type(None)
			keys = {
			    "generation": str, "loaded": bool,
			    "log": {"bytes": int, "records": int, "staged_bytes": int, "violations": int},
			    "segment": {"bytes": (int, null), "room_bytes": (int, null), "confirmed": bool,
			                "loaded_age_seconds": (int, null)},
			    "growth": {"bytes_per_second": number, "records_per_second": number, "basis": str},
			    "needed_bytes": int, "deadline_seconds": (int, null), "verdict": str, "reason": str,
			}

			def check(keys, value):
			    for key, kind in keys.items():
			        if isinstance(kind, dict):
			            check(kind, value[key])
			        else:
			            assert isinstance(value[key], kind), (key, value[key])

			check(keys, j)
			assert j["verdict"] in ("fits", "tight", "short", "not-carried", "unknown")
		END
	done
}

@test "each generation by its symbols" {
	for generation in none copy-at-load copy-at-execute events staging; do
		fresh
		kernel "$generation"
		run kexec_ima status --format json
		json 'j["generation"]' "\"$generation\""
		run kexec_ima status
		says "  kernel     $generation"
	done
}

@test "a kernel with the staging symbol but no staged file has events only" {
	kernel staging
	rm "$root/$ima/binary_runtime_measurements_staged"
	run kexec_ima status --format json
	json 'j["generation"]' '"events"'
}

@test "no symbols to see: the generation is not known" {
	rm "$root/proc/kallsyms"
	run kexec_ima status --format json
	ends 0
	json 'j["generation"]' null
	run kexec_ima status
	says "generation not known"
}

@test "the configuration is found in each of its places, compressed or not" {
	while read -r place; do
		fresh
		rm "$root/boot/config-7.3.4"
		mkdir -p "$root/$(dirname "$place")"
		echo CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=17 > "$root/$place"
		case $place in *.gz) gzip -c "$root/$place" > "$root/x" && mv "$root/x" "$root/$place" ;; esac
		run kexec_ima status
		says "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=17"
	done <<-'END'
		proc/config.gz
		boot/config-7.3.4
		usr/lib/modules/7.3.4/config
		lib/modules/7.3.4/config
	END
}

@test "verdict and status go together" {
	loaded_by_us
	leave_room 300
	run kexec_ima status --format json
	ends 0
	json 'j["verdict"]' '"tight"'
	fresh
	loaded_by_us
	leave_room 100
	run kexec_ima status --format json
	ends 3
	json 'j["verdict"]' '"short"' 'j["segment"]["room_bytes"]' 100
	fresh
	loaded_by_us
	leave_room 0
	feed files=5
	run kexec_ima status --format json
	ends 3
	json 'j["segment"]["room_bytes"] < 0' true
	fresh
	kernel none
	run kexec_ima status --format json
	ends 3
	json 'j["verdict"]' '"not-carried"' 'j["generation"]' '"none"'
}

@test "status runs nothing and changes nothing but its own folder" {
	loaded_by_us
	# The locks of SQLite are no content.
	find "$root" -path "$root/run" -prune -o -type f ! -name 'history.db-shm' -exec md5sum {} + \
		> "$BATS_TEST_TMPDIR/before"
	run kexec_ima status
	find "$root" -path "$root/run" -prune -o -type f ! -name 'history.db-shm' -exec md5sum {} + |
		cmp - "$BATS_TEST_TMPDIR/before"
	ran
}

@test "-q says nothing, with the same status" {
	run kexec_ima -q status
	ends 0
	test -z "$output"
	truncate -s -1 "$root/$ima/binary_runtime_measurements"
	run kexec_ima status --quiet
	ends 4
	test -z "$output"
}

@test "-q check says what is wrong, and nothing when all is well" {
	loaded_by_us
	run kexec_ima check -q
	ends 0
	test -z "$output"
	leave_room 100
	run kexec_ima check -q
	ends 3
	test "${#lines[@]}" = 1
	says "does not fit"
}

@test "--help: every command, 0, on standard output" {
	run --separate-stderr kexec_ima --help
	ends 0
	test -z "$stderr"
	says "usage: kexec-ima" status check --sysroot --format --version "exit status"
}

@test "--help behind a command: its own options, and nothing is done" {
	run --separate-stderr kexec_ima verify --help
	ends 0
	test -z "$stderr"
	says "usage: kexec-ima verify [OPTION]..." "--quote-pcrs FILE" "text or json" "--sysroot DIR"
	silent_about --scheme
	silent_about rehearse
	run kexec_ima -v preflight --initrd nowhere --help
	ends 0
	says "preflight KERNEL"
	run kexec_ima trim --archive "$root/archive" --help
	ends 0
	test ! -e "$root/archive"
	ran
}

@test "--version: name and number, 0" {
	run --separate-stderr kexec_ima --version
	ends 0
	[[ $output =~ ^kexec-ima\ [0-9]+\.[0-9]+ ]]
	test "${#lines[@]}" = 1
}

@test "wrong usage: 2, and it is named" {
	while IFS='|' read -r words says; do
		run kexec_ima $words
		ends 2 || fail "kexec-ima $words" || return
		says "$says" || return
	done <<-'END'
		|usage: kexec-ima COMMAND
		frobnicate|no command is called frobnicate
		status now|status takes no argument: now
		status --format xml|--format=xml is not understood
		status --format json --format text|--format is given twice
		status --sysroot /|--sysroot is given twice
		check --mode warn --mode warn|--mode is given twice
		check --format json|check has no --format json
		status --mode warn|--mode is no option here: see kexec-ima status --help
		status -o file|-o is no option here
		plot -o|-o needs a value: see kexec-ima plot --help
		plot --history|--history needs a value
		status -qx|-x is no option here
		status -xq|-x is no option here
		verify --full=yes|--full=yes: this option takes no value
		status --frobnicate|frobnicate
		--sysroot|sysroot
	END
	ran
}

@test "a sysroot that is not there: its path, 1" {
	run "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root/nowhere" status
	ends 1
	says "--sysroot=$root/nowhere is no folder"
}

@test "output that cannot be written: 1" {
	test -e /dev/full || skip "no /dev/full"
	run bash -c '"$0" --sysroot "$1" status > /dev/full' "$KEXEC_IMA_BUILD/kexec/kexec-ima" "$root"
	ends 1
	says "standard output cannot be written"
}

@test "a long log is read in bounded memory" {
	(ulimit -v 65536 && kexec_ima --version) || skip "this build needs more address space"
	python - "$root/$ima/binary_runtime_measurements" <<-'END'
		import sys
		log = open(sys.argv[1], "rb").read()
		with open(sys.argv[1], "ab") as out:
		    for _ in range(2000):
		        out.write(log)
	END
	(
		ulimit -v 65536
		kexec_ima status > "$root/out"
	)
	run cat "$root/out"
	says "602301 records"
}

@test "-v says how much of the log was read" {
	run kexec_ima -v status
	says "read the whole log"
	run kexec_ima -v status
	says "from the checkpoint"
}

@test "a first record larger than one read is a log all the same" {
	log=$root/sys/kernel/security/ima/binary_runtime_measurements
	"$BATS_TEST_DIRNAME/../tools/gen-log" --out "$log" record=200000 files=3
	run kexec_ima --format json status
	says '"records": 4,'
	says '"bytes": 200'
}

@test "a record larger than one read in the middle hides nothing behind it" {
	log=$root/sys/kernel/security/ima/binary_runtime_measurements
	"$BATS_TEST_DIRNAME/../tools/gen-log" --out "$log" boot files=3 record=300000 files=5
	run kexec_ima --format json status
	says '"records": 10,' "\"bytes\": $(stat -c %s "$log"),"
}
