#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima verify over saved logs: each row of the table of verdicts, altered logs, other formats.
# shellcheck disable=SC2154,SC2086  # set by common.bash and bats; words on purpose
load common

gen_log() { python "$BATS_TEST_DIRNAME/../tools/gen-log" "$@"; }
gen() { gen_log --out "$@"; }

# The PCR values that a log comes to, as arguments; of all banks or those named.
pcrs() {
	local log=$1 bank value

	shift
	while read -r bank value; do
		test $# = 0 || [[ " $* " == *" $bank "* ]] || continue
		printf -- '--pcr %s:%s ' "$bank" "$value"
	done < <(gen_log --append "$log" --pcrs)
}

verify() { run kexec_ima verify "$@"; }

# kinds: how each boot was entered, as one word.
kinds() {
	json '" ".join(b["kind"] for b in j["boots"])' "\"$1\""
}

# ---- the table of verdicts --------------------------------------------------------------------

@test "every row of the table of verdicts" {
	gen other --seed 7 boot files=3
	wrong=$(pcrs other)
	while IFS='|' read -r steps pcr verdict status kind; do
		gen log $steps
		arguments=
		case $pcr in
		right) arguments=$(pcrs log) ;;
		wrong) arguments=$wrong ;;
		esac
		verify --log log --format json $arguments
		ends "$status" || fail "$steps, PCR $pcr" || return
		json 'j["verdict"]' "\"$verdict\"" || fail "$steps, PCR $pcr" || return
		kinds "$kind" || fail "$steps, PCR $pcr" || return
		verify -q --log log $arguments
		ends "$status" || return
		test -z "$output" || fail "-q says $output" || return
	done <<-'END'
		boot files=9|none|cold|0|cold
		boot files=9|right|cold|0|cold
		boot files=9|wrong|not-carried|3|unknown
		boot files=9 load files=2 execute boot files=3|none|complete|0|cold soft
		boot files=9 load files=2 execute boot files=3|right|complete|0|cold soft
		boot files=9 load files=2 execute boot files=3|wrong|mismatch|3|cold soft
		boot files=9 load files=2 boot files=3|none|lost|3|cold soft-lost
		boot files=9 load files=2 boot files=3|right|lost|3|cold soft-lost
		boot files=9 load files=2 boot files=3|wrong|lost|3|cold soft-lost
		boot files=9 boot files=3|none|unknown|4|cold unknown
		boot files=9 boot files=3|right|complete|0|cold soft
		boot files=9 boot files=3|wrong|lost|3|cold unknown
		boot load execute boot files=2 load boot load execute boot|right|lost|3|cold soft soft-lost soft
	END
}

@test "the keys that scripts rely on" {
	gen log boot files=9 load files=2 execute boot files=3
	verify --log log --format json $(pcrs log)
	ends 0
	size=$(stat -c %s log)
	json 'j["records"]' 18 'j["bytes"]' "$size" 'len(j["boots"])' 2 \
		'j["boots"][0]["first_record"]' 0 'j["boots"][1]["first_record"]' 14 \
		'j["boots"][0]["kexec_load"]["records"]' 10 \
		'j["boots"][0]["kexec_execute"]["records"]' 13 \
		'j["boots"][0]["kexec_load"]["segment_bytes"]' 4096 \
		'j["boots"][1]["kexec_load"]' null 'j["boots"][1]["kexec_execute"]' null \
		'[p["bank"] for p in j["pcrs"]]' '["sha1", "sha256", "sha384", "sha512"]' \
		'{p["pcr"] for p in j["pcrs"]} == {10}' true \
		'all(p["match"] for p in j["pcrs"])' true \
		'{p["matched_records"] for p in j["pcrs"]} == {18}' true
	want=$(gen_log --append log --pcrs | sed -n 's/sha256 //p')
	json 'j["pcrs"][1]["value"]' "\"$want\""
}

@test "text: a line a boot, the PCRs, what to do" {
	gen log boot files=9 load files=2 execute boot files=3 load files=9
	verify --log log $(pcrs log sha1 sha256)
	ends 0
	golden verify-complete
	gen log boot files=9 load files=2 boot files=3
	verify --log log $(pcrs log sha256)
	ends 3
	golden verify-lost
	verify --log log
	ends 3
}

@test "without a PCR the values of all four banks are told" {
	gen log boot files=9
	verify --log log
	ends 0
	says $(gen_log --append log --pcrs)
}

# ---- PCRs ------------------------------------------------------------------------------------------

@test "each bank may match at its own prefix, behind the last boot_aggregate only" {
	gen early boot files=5 boot files=2
	one=$(pcrs early sha1)
	cp early log
	gen_log --append log files=3
	two=$(pcrs log sha256)
	gen_log --append log files=1
	verify --log log --format json $one $two
	ends 0
	json '[p["matched_records"] for p in j["pcrs"]]' '[9, 12]'
	gen before boot files=5
	verify --log log $(pcrs before)
	ends 3
	says "lost: "
	gen aggregate boot files=5 boot
	verify --log log $(pcrs aggregate)
	ends 0
}

@test "one bank of several that does not match" {
	gen log boot files=9
	gen other --seed 7 boot files=8 violations=1
	verify --log log $(pcrs log sha1) $(pcrs other sha256)
	ends 3
	says "pcr 10  sha1    matches at record 10 of 10" "sha256  does not match: the log gives"
}

@test "other PCRs are on their own" {
	gen log boot files=3
	ten=$(pcrs log sha256)
	gen part --pcr 11 files=4
	eleven=$(pcrs part sha256)
	cat part >> log
	verify --log log --format json $ten ${eleven/sha256:/sha256:11:}
	ends 0
	json '[(p["pcr"], p["match"], p["matched_records"]) for p in j["pcrs"]]' \
		'[[10, true, 8], [11, true, 8]]'
	verify --log log ${eleven/sha256:/sha256:10:}
	ends 3
	verify --log log ${eleven/sha256:/sha256:12:}
	ends 3
}

@test "a kernel without SHA-384: padded SHA-1 digests are recognized" {
	gen log boot files=3 violations=1 files=2
	padded=$(python - log <<-'END'
		import hashlib, struct, sys
		log, at, pcr = open("log", "rb").read(), 0, bytes(48)
		while at < len(log):
		    digest = log[at + 4:at + 24]
		    name, = struct.unpack_from("<I", log, at + 24)
		    size, = struct.unpack_from("<I", log, at + 28 + name)
		    at += 32 + name + size
		    step = digest.ljust(48, b"\0") if any(digest) else b"\xff" * 48
		    pcr = hashlib.sha384(pcr + step).digest()
		print(pcr.hex())
	END
	)
	verify --log log --format json $(pcrs log sha256) --pcr sha384:$padded
	ends 0
	json '[p["padded"] for p in j["pcrs"]]' '[false, true]'
	verify --log log $(pcrs log sha256) --pcr sha384:$padded
	says "as SHA-1 digests filled up with zeroes"
}

# The PCR of bank $2 of log $1 whose records from the $3-th boot on and before the $4-th are padded.
padded_pcr() {
	python - "$BATS_TEST_DIRNAME/../vm" "$@" <<-'END'
		import hashlib, sys
		sys.path.insert(0, sys.argv.pop(1))
		import replay
		log, bank, first, end = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
		reader, boot, size = replay.Reader(open(log, "rb").read()), 0, hashlib.new(bank).digest_size
		pcr = bytes(size)
		while reader.more():
		    record = replay.Record(reader)
		    boot += record.name == "boot_aggregate"
		    if record.is_violation():
		        step = b"\xff" * size
		    elif first <= boot < end:
		        step = record.digest.ljust(size, b"\0")
		    else:
		        step = hashlib.new(bank, record.hashed).digest()
		    pcr = hashlib.new(bank, pcr + step).digest()
		print(pcr.hex())
	END
}

@test "kernels with and without SHA-384 in turn: padded between soft reboots" {
	local first end text
	gen log boot files=3 violations=1 load execute boot files=4 load execute boot files=2 \
		violations=1 load execute boot files=5
	while read -r first end record records text; do
		padded=$(padded_pcr log sha384 $first $end)
		verify --log log --format json $(pcrs log sha256) --pcr sha384:$padded
		ends 0 || fail "$first $end" || return
		json '[[p["padded_first_record"], p["padded_records"]] for p in j["pcrs"]]' \
			"[[null, null], [$record, $records]]" || return
		verify --log log $(pcrs log sha256) --pcr sha384:$padded
		says "$text" || return
		# Live, and once more from the checkpoint of that.
		cp log "$root/$ima/binary_runtime_measurements"
		echo 26 > "$root/$ima/runtime_measurements_count"
		for _ in 1 2; do
			verify -v --format json $(pcrs log sha256) --pcr sha384:$padded
			ends 0 || fail "$first $end, live" || return
		done
		says "26 records were known" || return
	done <<-'END'
		0 9 0 26 as SHA-1 digests filled up with zeroes (its kernel
		2 9 7 19 , from record 8 on as SHA-1 digests
		4 9 20 6 , from record 21 on as
		0 3 0 14 , up to record 14 as
		2 3 7 7 , records 8 to 14 as
		2 4 7 13 , records 8 to 20 as
	END
	# Whatever the padding, another log is another log.
	gen other boot files=3 violations=1 load execute boot files=3
	verify --log log $(pcrs other sha256) --pcr sha384:$padded
	ends 3
	verify --log log $(pcrs log sha256) --pcr sha384:${padded//[0-9]/0}
	ends 3
}

# ---- formats -----------------------------------------------------------------------------------------

@test "each template, bank and byte order" {
	for template in ima ima-ng ima-sig ima-ngv2 ima-sigv2 ima-modsig evm-sig 'd-ng|n-ng'; do
		for order in little big; do
			for bank in sha1 sha256 sha384 sha512; do
				gen log --template "$template" --order $order --bank $bank boot files=6 \
					violations=2 files=2
				verify --log log $(gen_log --append log --template "$template" --order $order \
					--bank $bank --pcrs | sed 's/\(.*\) /--pcr \1:/')
				ends 0 || fail "$template, $order, $bank" || return
				says "cold: " || return
			done
		done
	done
}

@test "a record of any size in the middle, and what is behind it" {
	for size in 65000 70000 131072 131200 200000 300000 4000000; do
		gen log boot files=3 record=$size files=5
		verify --log log --format json $(pcrs log)
		ends 0 || fail "$size" || return
		json 'j["records"]' 10 || fail "$size" || return
	done
}

@test "packed by gzip, from standard input, from a pipe" {
	gen log boot files=400 load execute boot
	right=$(pcrs log)
	gzip -k log
	verify --log log.gz $right
	ends 0
	run bash -c '"$0" verify --log - '"$right"' < log' "$KEXEC_IMA_BUILD/kexec/kexec-ima"
	ends 0
	run bash -c 'cat log.gz | "$0" verify --log - '"$right" "$KEXEC_IMA_BUILD/kexec/kexec-ima"
	ends 0
	mkfifo pipe
	cat log > pipe &
	verify --log pipe $right
	ends 0
}

@test "several logs are one, the staged list before the current one" {
	gen log boot files=20
	right=$(pcrs log)
	head -c 0 log > nothing
	split -n 2 log half.
	# halves do not end at a record: make them
	python - log <<-'END'
		import struct
		log, at = open("log", "rb").read(), 0
		for _ in range(10):
		    name, = struct.unpack_from("<I", log, at + 24)
		    at += 32 + name + struct.unpack_from("<I", log, at + 28 + name)[0]
		open("staged", "wb").write(log[:at])
		open("current", "wb").write(log[at:])
	END
	verify --log staged --log current $right
	ends 0
	verify --log current --log staged $right
	ends 3
	verify --log nothing --log log --log nothing $right
	ends 0
}

# ---- altered logs ---------------------------------------------------------------------------------------

@test "one flipped byte anywhere in a small log is found" {
	gen log boot files=2 load execute boot files=1
	right=$(pcrs log)
	verify --log log $right
	ends 0
	python - log "$KEXEC_IMA_BUILD/kexec/kexec-ima" $right <<-'END'
		import subprocess, sys
		log = open(sys.argv[1], "rb").read()
		for at in range(len(log)):
		    for flip in (0x01, 0x20, 0x80):
		        bad = log[:at] + bytes([log[at] ^ flip]) + log[at + 1:]
		        done = subprocess.run([sys.argv[2], "verify", "--log", "-", *sys.argv[3:]], input=bad,
		                              capture_output=True)
		        if done.returncode not in (3, 4) or not done.stdout or done.stderr:
		            sys.exit("byte %d ^ %#x: status %d, %s%s" % (at, flip, done.returncode,
		                     done.stdout.decode(), done.stderr.decode()))
	END
}

@test "an altered record is named, whatever the PCR says" {
	gen log boot files=9
	gen_log --append log --template ima-sig files=1
	right=$(pcrs log)
	python - log <<-'END'
		log = bytearray(open("log", "rb").read())
		log[5] ^= 1		# the template digest of the first record
		open("log", "wb").write(log)
	END
	verify --log log $right
	ends 3
	says "mismatch: record 1 boot_aggregate was altered"
	verify --log log --format json
	ends 3
	json 'j["altered_record"]' 0
}

@test "names with escape sequences and invalid UTF-8 are shown escaped" {
	feed 'file=/tmp/\x1b[31mred\xff"\x5c'
	log=$root/$ima/binary_runtime_measurements
	python - "$log" <<-'END'
		import sys
		log = bytearray(open(sys.argv[1], "rb").read())
		log[log.rindex(b"/tmp/\x1b") - 1 - 4] ^= 1	# in its digest field
		open(sys.argv[1], "wb").write(log)
	END
	verify --log "$log"
	ends 3
	says 'record 302 /tmp/\x1b[31mred\xff' "was altered"
	silent_about $'\e'
	verify --log "$log" --format json
	ends 3
	json 'j["verdict"]' '"mismatch"'
	silent_about $'\e'
}

@test "an event with a false text is told, and does not count" {
	gen log boot files=3 load execute=digest boot
	verify --log log
	ends 3
	says "record 6 is named like a kexec event"
}

@test "a template that no kernel has: cannot tell" {
	gen log boot files=3
	python - log <<-'END'
		log = bytearray(open("log", "rb").read())
		log[28:34] = b"ima-no"
		open("log", "wb").write(log)
	END
	verify --log log $(pcrs log)
	ends 4
	says "the template name of record 1 does not explain its data"
}

# ---- bad input -------------------------------------------------------------------------------------------

# A little-endian record: PCR, template name length, name, data length; the rest is zeroes.
raw() {
	python -c 'import struct, sys
pcr, size, name, data = sys.argv[1:]
sys.stdout.buffer.write(struct.pack("<I", int(pcr)) + b"\1" * 20 + struct.pack("<I", int(size)) +
                        name.encode() + struct.pack("<I", int(data)))' "$@"
}

@test "bad input: one sentence each" {
	gen good boot files=3
	{ cat good; raw 10 6 ima-ng 4294967295; } > huge-record
	{ cat good; raw 10 2147483648 ima-ng 8; } > huge-name
	{ cat good; raw 99 6 ima-ng 8; head -c 8 /dev/zero; } > pcr-99
	{ cat good; raw 40 6 ima-ng 8; head -c 8 /dev/zero; } > pcr-40
	{ cat good; raw 10 6 ima-ng 8; printf '\377\0\0\0ABCD'; } > field-overruns
	head -c -1 good > cut
	: > empty
	mkdir folder
	head -c 100 /dev/urandom | tr -d '\n' > rubbish
	printf '%0200d' 0 > digits
	size=$(stat -c %s good)
	while IFS='|' read -r file status says; do
		verify --log $file
		ends "$status" || fail "$file" || return
		says "${says//SIZE/$size}" || fail "$file" || return
	done <<-END
		huge-record|4|at byte SIZE (record 5)
		huge-name|4|at byte SIZE (record 5)
		pcr-99|4|at byte SIZE (record 5)
		pcr-40|4|at byte SIZE (record 5)
		field-overruns|3|record 5 was altered
		cut|4|at byte
		empty|4|the log is empty
		folder|1|folder is a folder: name the log in it
		nowhere|1|nowhere cannot be read: No such file or directory
		digits|4|unknown: 
	END
	mkfifo pipe
	head -c -1 good > pipe &
	verify --log pipe
	ends 4
	says "at byte" "record 4"
	verify --log rubbish
	test "$status" != 0
}

@test "damaged gzip data: what is there counts, and it is said" {
	gen log boot files=2000
	gzip -k log
	head -c 3000 log.gz > cut.gz
	verify --log cut.gz
	ends 4
	says "unknown: "
	{ head -c 3000 log.gz; head -c 50 /dev/zero; tail -c +3051 log.gz; } > bad.gz
	verify --log bad.gz
	test "$status" = 4 || test "$status" = 3
}

@test "wrong usage: 2, and it is named" {
	gen log boot
	while IFS='|' read -r words says; do
		verify $words
		ends 2 || fail "$words" || return
		says "$says" || return
	done <<-'END'
		log|verify takes no argument: log; name a log with --log
		--pcr sha256:00|--pcr sha256:00 is not understood
		--pcr md5:00112233445566778899aabbccddeeff|is not understood
		--pcr sha1:24:0000000000000000000000000000000000000000|is not understood
		--pcr sha1:x:0000000000000000000000000000000000000000|is not understood
		--pcr sha1:000000000000000000000000000000000000000g|is not understood
		--pcr sha1:0000000000000000000000000000000000000000 --pcr sha1:10:0000000000000000000000000000000000000000|has a value already
		--quote q|a quote needs --quote, --signature and --key together
		--nonce 00|--nonce belongs to a --quote
		--quote-pcrs f|--quote-pcrs belongs to a --quote
		--quote q --quote r|--quote is given twice
		--quote q --signature s --key k --pcr sha1:0000000000000000000000000000000000000000|exclude each other
		--format prometheus|verify has no --format prometheus
		--mode warn|--mode is no option here
	END
}

@test "output that cannot be written: 1" {
	test -e /dev/full || skip "no /dev/full"
	gen log boot
	run bash -c '"$0" verify --log log > /dev/full' "$KEXEC_IMA_BUILD/kexec/kexec-ima"
	ends 1
}

# ---- beside others ------------------------------------------------------------------------------------------

# What evmctl of ima-evm-utils calls a match: 0.  It wants a line for each PCR, like a TPM 1.2 has it.
evmctl_says() {
	local log=$1 bank value pcr arguments=()

	shift
	for value; do
		bank=${value%%:*}
		value=${value#*:}
		for pcr in {00..23}; do
			printf 'PCR-%s:%s\n' "$pcr" "$(
				{ test "$pcr" = 10 && echo "$value" || echo "${value//?/0}"; } | sed 's/../ &/g')"
		done > "evm.$bank"
		arguments+=(--pcrs "$bank,evm.$bank")
	done
	evmctl ima_measurement --ignore-violations "${arguments[@]}" "$log" > evm.out 2>&1
}

@test "evmctl and verify: the same PCRs, the same yes and no" {
	command -v evmctl > /dev/null || fail "ima-evm-utils is not installed: ./dev deps"
	for steps in 'boot files=50' 'boot files=9 violations=2 files=9' \
		'boot files=5 load execute boot files=5' '--template ima-sig boot files=30' \
		'--template ima boot files=20'; do
		gen log $steps
		right=$(pcrs log sha1 sha256 | sed 's/--pcr //g')
		evmctl_says log $right || fail "evmctl: $(cat evm.out)" || return
		verify --log log ${right//sha/--pcr sha}
		ends 0 || return
		# one digit of one bank wrong
		wrong=${right/sha256:?/sha256:g}
		wrong=${wrong/g/$(test "${right#*sha256:0}" = "$right" && echo 0 || echo 1)}
		! evmctl_says log $wrong || fail "evmctl finds $wrong in $steps: $(cat evm.out)" || return
		verify --log log ${wrong//sha/--pcr sha}
		ends 3 || return
	done
}
