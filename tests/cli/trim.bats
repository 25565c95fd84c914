#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives: what verify makes of a folder, and what trim refuses.  The deletion itself is the
# kernel's: tests/vm/scenarios/archive, trims and trim-refused.
load common

# An archive of the first N records of this machine's log, in pieces of as many records as are named.
make_archive() {
	python - "$root" "$BATS_TEST_DIRNAME/feed" "$@" <<-'END'
		import hashlib, json, struct, sys
		from pathlib import Path
		root = Path(sys.argv[1])
		log = root / "sys/kernel/security/ima/binary_runtime_measurements"
		data, first, running = log.read_bytes(), 1, bytes(32)
		folder = root / "archive"
		folder.mkdir(mode=0o700)
		def record(at):
		    name, = struct.unpack_from("<I", data, at + 24)
		    size, = struct.unpack_from("<I", data, at + 28 + name)
		    return at + 32 + name + size
		for count in map(int, sys.argv[3:]):
		    at = 0
		    for _ in range(count):
		        at = record(at)
		    piece, data = data[:at], data[at:]
		    digest = hashlib.sha256(piece).digest()
		    running = hashlib.sha256(running + digest).digest()
		    name = f"0001.{first:09}-{first + count - 1:09}"
		    (folder / (name + ".log")).write_bytes(piece)
		    (folder / (name + ".json")).write_text(json.dumps({
		        "version": 2, "boot_id": "6c9e2b50-3b5c-4a59-9f0e-0d3c1f5a7e11", "archive": 1,
		        "chain": 1, "first_record": first, "last_record": first + count - 1,
		        "bytes": len(piece), "sha256": digest.hex(), "running_sha256": running.hex()}))
		    first += count
		(root / "rest").write_bytes(data)
	END
}

look() { kexec_ima verify --archive "$root/archive" --log "$root/rest" "$@"; }

@test "a folder stands for its pieces, before the log" {
	make_archive 100 1 150
	run -0 look --format json
	json 'j["records"]' 301 'j["bytes"]' "$(log_bytes)" 'len(j["boots"])' 1
}

@test "what runs at each boot takes the folder of the file along" {
	make_archive 100 1 150
	cp "$root/rest" "$root/$ima/binary_runtime_measurements"
	echo "archive = $root/archive" > "$root/etc/kexec-ima.conf"
	run -0 kexec_ima verify --journal --format json
	json 'j["records"]' 301 'j["verdict"]' '"cold"'
	# By hand it is named by hand.
	run kexec_ima verify --format json
	json 'j["records"]' 50
}

# Its PCR 10 in the bank sha256, as --pcr takes it.
pcr_of() {
	python "$BATS_TEST_DIRNAME/../tools/gen-log" --append "$1" --pcrs | sed -n 's/^sha256 /sha256:/p'
}

@test "after a cold boot the chain before it is left out, and only where that explains the PCR" {
	make_archive 100 50
	python "$BATS_TEST_DIRNAME/../tools/gen-log" --seed 9 --out cold boot files=20
	run kexec_ima verify --archive "$root/archive" --log cold --pcr "$(pcr_of cold)" --format json
	ends 0
	json 'j["other_chain"]' true 'j["records"]' 21
	run kexec_ima verify --archive "$root/archive" --log cold --pcr "$(pcr_of cold)"
	says "the archive's records are of an earlier cold boot, and were left out"
	whole=$(pcr_of "$root/$ima/binary_runtime_measurements")
	run kexec_ima verify --archive "$root/archive" --log "$root/rest" --pcr "$whole" --format json
	ends 0
	json 'j["other_chain"]' false 'j["records"]' 301
	# A file is what the user says belongs there; a wrong PCR is wrong either way.
	run kexec_ima verify --archive "$root/archive/0001.000000001-000000100.log" --log cold \
		--pcr "$(pcr_of cold)"
	ends 3
	run kexec_ima verify --archive "$root/archive" --log cold --pcr "$whole"
	ends 3
	# The log must begin at its boot: this one lacks its first records.
	run kexec_ima verify --archive "$root/archive" --log "$root/rest" --pcr "$(pcr_of "$root/rest")"
	ends 3
}

@test "an archive of another version is not read, one of this version whatever the files of /run are" {
	make_archive 100
	sed -i 's/"version": 2, //' "$root/archive/"*.json
	run -0 look
	sed -i 's/"archive": 1/"archive": 2/' "$root/archive/"*.json
	run look
	ends 1
	says "is damaged"
}

@test "a piece without its json is none" {
	make_archive 100 100
	cp "$root/rest" "$root/archive/0001.000000201-000000301.log"
	touch "$root/archive/0002.000000001-000000009.log.new" "$root/archive/README"
	run -0 look --format json
	json 'j["records"]' 301
}

@test "only the newest chain counts" {
	make_archive 100 100
	cp "$root/archive/0001.000000001-000000100.log" "$root/archive/0002.000000001-000000100.log"
	sed 's/"chain": 1/"chain": 2/' "$root/archive/0001.000000001-000000100.json" \
		> "$root/archive/0002.000000001-000000100.json"
	run -0 look --format json
	json 'j["records"]' 201
}

# What is done to the second of three pieces | what is said.
@test "an archive with one thing broken is not verified" {
	local what text
	while IFS='|' read -r what text; do
		fresh
		make_archive 100 50 50
		cd "$root/archive" || return
		name=0001.000000101-000000150
		eval "$what"
		cd - > /dev/null
		run look
		ends 1 || fail "$what"
		says "$text" || fail "$what"
	done <<-'END'
		rm $name.json $name.log|does not follow the piece before it
		rm $name.log|cannot be read
		echo >> $name.log|is not what was written there
		truncate -s -1 $name.log|is not what was written there
		truncate -s 20 $name.json|is damaged
		: > $name.json|is damaged
		sed -i 's/"bytes"/"size"/' $name.json|is damaged
		sed -i 's/"chain": 1/"chain": 3/' $name.json|is damaged
		sed -i 's/"first_record": 101/"first_record": 102/' $name.json|is damaged
		sed -i 's/"running_sha256": "./"running_sha256": "x/' $name.json|is damaged
		sed -i 's/\("running_sha256": "\)../\100/' $name.json|does not follow the piece before it
		cp 0001.000000001-000000100.log $name.log|is not what was written there
	END
}

@test "a folder that is empty or not there" {
	mkdir "$root/archive"
	cp "$root/$ima/binary_runtime_measurements" "$root/rest"
	run -0 --separate-stderr look --format json
	json 'j["records"]' 301
	says "has no archived records: the log is judged without any"
	rmdir "$root/archive"
	run look
	ends 1
}

@test "trim: wrong usage is 2, and a saved tree is only looked at" {
	local options
	while read -r options; do
		# shellcheck disable=SC2086 # words
		run "$KEXEC_IMA_BUILD/kexec/kexec-ima" trim $options
		ends 2 || fail "$options"
	done <<-'END'
		--keep 5 --sysroot /
		--archive /a --archive /b
		--archive /a --keep -1
		--archive /a --keep 5K
		--archive /a --keep
		--archive /a more
		--archive /a --format json
	END
	run kexec_ima trim --archive /a
	ends 2
	says "a saved tree is only looked at"
}

@test "--ima-archive goes with a load or a check, and is an absolute path" {
	run kexec --ima-archive=/a -u
	ends 2
	run kexec -s -l vmlinuz --ima-headroom --ima-archive=a
	ends 2
	says "absolute path"
	echo "archive = here" > "$root/etc/kexec-ima.conf"
	run kexec_ima status
	ends 2
	says "archive=here"
}

@test "a kernel that deletes nothing: an archive does not help, nor hinder" {
	touch vmlinuz
	run kexec -s -l vmlinuz --ima-headroom=100K --ima-archive="$root/archive"
	ends 3
	test ! -e "$root/archive"
}
