#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima verify with records that were moved out of the kernel, and on the live log.
# shellcheck disable=SC2154,SC2086  # set by common.bash and bats; words on purpose
load common

gen_log() { python "$BATS_TEST_DIRNAME/../tools/gen-log" "$@"; }
verify() { run kexec_ima verify "$@"; }
log() { echo "$root/$ima/binary_runtime_measurements"; }

# The PCR values that a log comes to, as arguments.
pcrs() { gen_log --append "$1" --pcrs | sed 's/\(.*\) /--pcr \1:/' | tr '\n' ' '; }

# cut LOG N...: parts.1, parts.2, ... of it, which end behind record N, ... and at its end.
parts() {
	python - "$@" <<-'END'
		import struct, sys
		log, ends, at, count = open(sys.argv[1], "rb").read(), [int(n) for n in sys.argv[2:]], 0, 0
		offsets = [0]
		while at < len(log):
		    name, = struct.unpack_from("<I", log, at + 24)
		    at += 32 + name + struct.unpack_from("<I", log, at + 28 + name)[0]
		    offsets.append(at)
		begin = 0
		for number, end in enumerate(ends + [len(offsets) - 1], 1):
		    open("parts.%d" % number, "wb").write(log[offsets[begin]:offsets[end]])
		    begin = end
	END
}

# The PCRs of this machine, as its log (with what was deleted in front) has them.
set_pcrs() {
	local bank value

	while read -r bank value; do
		mkdir -p "$root/sys/class/tpm/tpm0/pcr-$bank"
		echo "${value^^}" > "$root/sys/class/tpm/tpm0/pcr-$bank/10"
	done < <(gen_log --append "${1:-$(log)}" --pcrs)
}

# ---- archives -------------------------------------------------------------------------------------

@test "archives come before the log, plain or packed" {
	gen_log --out whole boot files=50 load execute boot files=20
	right=$(pcrs whole)
	parts whole 10 40
	gzip -k parts.1
	verify --archive parts.1.gz --archive parts.2 --log parts.3 $right
	ends 0
	says "complete: "
	verify --archive parts.2 --archive parts.1 --log parts.3 $right
	ends 3
	verify --archive parts.1 --log parts.3 $right
	ends 3
	verify --archive parts.1 --archive parts.2 $right --log - < parts.3
	ends 0
}

@test "an overlap of archive and log counts once" {
	gen_log --out whole boot files=50 load execute boot files=20
	right=$(pcrs whole)
	parts whole 30
	cp parts.2 behind
	cp parts.1 front
	parts whole 40
	# the archive has ten records that the log still has
	verify --archive parts.1 --log behind --format json $right
	ends 0
	json 'j["overlap_records"]' 10 'j["records"]' 74
	# the whole archive is in the log
	verify --archive parts.1 --log whole --format json $right
	ends 0
	json 'j["overlap_records"]' 40 'j["records"]' 74
	# two archives, the second begins within the first, the log within the second
	verify --archive parts.1 --archive whole --log behind --format json $right
	ends 0
	json 'j["records"]' 74
	verify --archive front --archive front --log behind --format json $right
	ends 0
	json 'j["records"]' 74 'j["overlap_records"]' 30
	verify --archive parts.1 --log behind $right
	says "10 records at the end of an archive stood at the beginning of the next part too"
}

@test "what only looks like an overlap is not dropped when the PCR says so" {
	gen_log --out log boot files=3
	python - <<-'END'
		import struct
		log, at = open("log", "rb").read(), 0
		for _ in range(3):
		    start = at
		    name, = struct.unpack_from("<I", log, at + 24)
		    at += 32 + name + struct.unpack_from("<I", log, at + 28 + name)[0]
		open("first", "wb").write(log[:at])
		open("second", "wb").write(log[start:at] + log[at:])	# the same record twice, truly
		open("whole", "wb").write(log[:at] + log[start:])
	END
	verify --archive first --log second --format json $(pcrs whole)
	ends 0
	json 'j["overlap_records"]' 0 'j["records"]' 5
}

@test "a gap is found by the kernel's own count" {
	gen_log --out whole boot files=50 load files=3 execute boot files=20
	right=$(pcrs whole)
	parts whole 10 14
	verify --archive parts.1 --log parts.3 --format json $right
	ends 3
	json 'j["verdict"]' '"mismatch"' 'j["gap"]["records"]' 4 'j["gap"]["before_record"]' 47
	verify --archive parts.1 --log parts.3
	ends 4
	says "at least 4 records are missing between record 0 and record 48"
}

@test "a damaged archive, an archive of another bank, one that is not there" {
	gen_log --out whole boot files=50
	right=$(pcrs whole)
	parts whole 20
	head -c -1 parts.1 > cut
	verify --archive cut --log parts.2 $right
	ends 4
	says "cut ends early"
	gen_log --out other --bank sha256 boot files=9
	verify --archive other --log parts.2
	ends 1
	says "parts.2 has another byte order or digest size than other"
	verify --archive nowhere --log parts.2
	ends 1
	says "nowhere cannot be read"
	: > empty
	verify --archive empty --log whole $right
	ends 0
}

# ---- the live log --------------------------------------------------------------------------------------

@test "live: the log and the PCRs of this machine" {
	set_pcrs
	verify
	ends 0
	says "cold: one boot, and its log replays to the PCR" "sha512  matches at record 301 of 301"
	feed files=2 load execute boot
	verify
	ends 3
	set_pcrs
	verify --format json
	ends 0
	json 'j["verdict"]' '"complete"' 'j["records"]' 306
	rm -r "$root/sys/class"
	verify
	ends 0
	says "no TPM: "
}

@test "live: staged records count" {
	kernel staging
	feed stage files=3
	cat "$(log)_staged" "$(log)" > whole
	set_pcrs whole
	verify
	ends 0
	says "304 records"
}

@test "live: only what is new is read and hashed, and --full reads all" {
	set_pcrs
	verify -v
	says "0 records were known from an earlier verify"
	feed files=5
	set_pcrs
	verify -v
	ends 0
	says "301 records were known from an earlier verify" "matches at record 306 of 306"
	verify -v --full
	ends 0
	says "0 records were known"
	# another boot
	echo 11111111-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
	verify -v
	ends 0
	says "0 records were known"
}

@test "live: a log that was altered behind the checkpoint's back is read again" {
	set_pcrs
	verify
	ends 0
	feed files=5
	verify
	ends 0	# the PCR's value is that of a prefix
	gen_log --out other --seed 9 boot files=310
	cp other "$(log)"
	echo 311 > "$root/$ima/runtime_measurements_count"
	set_pcrs
	verify -v
	ends 0
	says "0 records were known" "of 311"
}

@test "live: a checkpoint that misleads is not believed when the PCR does not match" {
	set_pcrs
	verify
	ends 0
	python - "$root/run/kexec-ima/verify.json" <<-'END'
		import json, sys
		kept = json.load(open(sys.argv[1]))
		for pcr in kept["replay"]["pcrs"]:
		    pcr["value"] = "00" * (len(pcr["value"]) // 2)
		json.dump(kept, open(sys.argv[1], "w"))
	END
	feed files=1
	set_pcrs
	verify
	ends 0
	says "matches at record 302 of 302"
}

@test "live: records deleted and not archived are a mismatch, with the archive they replay" {
	kernel staging
	feed load
	cp "$(log)" whole
	set_pcrs
	parts whole 100
	feed delete=100
	verify
	ends 3
	says "records were deleted from the kernel and are in no --archive given"
	verify --archive parts.1
	ends 0
	verify --archive whole --format json
	ends 0
	json 'j["overlap_records"]' 202
}

@test "live: no log is an error, with what to do" {
	rm -r "$root/$ima"
	verify
	ends 1
	says "binary_runtime_measurements is not there"
}
