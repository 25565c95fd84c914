#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima verify: quotes by tpm2-tools, kept ones and one made now of a TPM that saw the log.
# shellcheck disable=SC2154,SC2046,SC2086  # set by common.bash and bats; words on purpose
load common

data=$BATS_TEST_DIRNAME/../data/quotes
tools=$BATS_TEST_DIRNAME/../tools

# The log that the quotes in tests/data are of, as their README has it.
make_log() {
	python "$tools/gen-log" --out log boot files=20 load files=3 violations=1 execute boot files=5
}

has_tools() { command -v swtpm > /dev/null && command -v tpm2_quote > /dev/null; }

# The files of FOLDER as arguments of verify.
quote_in() { echo "--quote $1/quote.msg --signature $1/quote.sig --key $1/key.pem"; }

@test "a quote by tpm2-tools, by each scheme, with its PCR values in either format" {
	make_log
	for scheme in ecdsa rsassa rsapss; do
		for values in quote.pcrs quote.values; do
			run kexec_ima verify --log log $(quote_in "$data/$scheme") --nonce c0ffee \
				--quote-pcrs "$data/$scheme/$values"
			ends 0
			says "complete: " "signed by this key, for this nonce"
		done
	done
	run kexec_ima verify --log log --quote "$data/ecdsa/quote.msg" \
		--signature "$data/ecdsa/quote.sig" --key "$data/ecdsa/certificate.pem" \
		--quote-pcrs "$data/ecdsa/quote.pcrs"
	ends 0
}

# The file FROM with its last bit flipped, as TO.
altered() {
	python -c 'import sys
d = bytearray(open(sys.argv[1], "rb").read())
d[-1] ^= 1
open(sys.argv[2], "wb").write(d)' "$1" "$2"
}

# Ends with 1 and one sentence on standard error that has all of the words; nothing is printed.
refuses() {
	test "$status" = 1 || fail "status $status, expected 1; it said: $output $stderr" || return
	test -z "$output" || fail "it printed: $output" || return
	test "${#stderr_lines[@]}" = 1 || fail "more than one sentence: $stderr" || return
	says "$@"
}

@test "a quote that is not signed by this key: 3, whatever is given beside it" {
	make_log
	: > empty
	for scheme in ecdsa rsassa rsapss; do
		from=$data/$scheme
		altered $from/quote.sig sig
		altered $from/quote.msg msg
		for beside in "" "--nonce c0ffee" "--nonce 00" "--quote-pcrs $from/quote.pcrs" \
			"--nonce c0ffee --quote-pcrs $from/quote.values" "--quote-pcrs empty"; do
			for forged in "$from/quote.msg sig" "msg $from/quote.sig"; do
				run --separate-stderr kexec_ima verify --log log --quote ${forged% *} \
					--signature ${forged#* } --key $from/key.pem $beside
				ends 3 || fail "$scheme, $forged $beside" || return
				says "mismatch: the quote was not signed by this key" || return
				silent_about "this nonce"
				silent_about "may be an old one"
				test -z "$stderr" || fail "$stderr" || return
			done
		done
	done
	run kexec_ima verify --log log --quote $from/quote.msg --signature sig --key $from/key.pem \
		--nonce c0ffee --format json
	json 'j["verdict"]' '"mismatch"' 'j["quote"]["signature"]' false 'j["quote"]["nonce"]' null \
		'j["quote"]["matched_records"]' 0
	run kexec_ima verify --log log --quote $data/rsassa/quote.msg \
		--signature $data/rsassa/quote.sig --key $data/rsapss/key.pem --nonce c0ffee \
		--quote-pcrs $data/rsassa/quote.pcrs
	ends 3
	says "mismatch: the quote was not signed by this key"
	# What cannot be read or is no nonce is that all the same.
	run --separate-stderr kexec_ima verify --log log --quote $from/quote.msg --signature sig \
		--key $from/key.pem --quote-pcrs nowhere
	refuses "nowhere cannot be read"
	run kexec_ima verify --log log --quote $from/quote.msg --signature sig --key $from/key.pem \
		--nonce c0ffe
	ends 2
}

@test "a good quote, and another nonce or PCR values than were quoted" {
	make_log
	for scheme in ecdsa rsassa rsapss; do
		for nonce in 00 c0ff c0ffeeff c0ffef; do
			run kexec_ima verify --log log $(quote_in "$data/$scheme") --nonce $nonce \
				--quote-pcrs "$data/$scheme/quote.pcrs"
			ends 3 || fail "nonce $nonce" || return
			says "mismatch: the quote answers another nonce" "signed by this key, NOT for this nonce"
		done
		run kexec_ima verify --log log $(quote_in "$data/$scheme") --nonce C0FFEE \
			--quote-pcrs "$data/$scheme/quote.values"
		ends 0
		altered "$data/$scheme/quote.values" values
		run kexec_ima verify --log log $(quote_in "$data/$scheme") --quote-pcrs values
		ends 3
		says "mismatch: the PCR values given with the quote are not those it was made of"
	done
}

@test "files that are no quote, signature, key or PCR values: 1, one sentence that names the file" {
	make_log
	: > empty
	mkdir folder
	head -c 70000 /dev/zero > huge
	for scheme in ecdsa rsassa rsapss; do
		from=$data/$scheme
		for size in 1 3 6 40 -1; do
			head -c $size $from/quote.msg > cut
			run --separate-stderr kexec_ima verify --log log --quote cut \
				--signature $from/quote.sig --key $from/key.pem
			refuses "kexec-ima: cut: the quote ends too early" || return
			head -c $size $from/quote.sig > cut
			run --separate-stderr kexec_ima verify --log log --quote $from/quote.msg \
				--signature cut --key $from/key.pem
			refuses "kexec-ima: cut: the signature ends too early" || return
			head -c $size $from/quote.pcrs > cut
			run --separate-stderr kexec_ima verify --log log $(quote_in $from) --quote-pcrs cut
			refuses "kexec-ima: cut: not the PCR values of this quote" || return
		done
		head -c 100 $from/key.pem > cut
		run --separate-stderr kexec_ima verify --log log --quote $from/quote.msg \
			--signature $from/quote.sig --key cut
		refuses "kexec-ima: cut: no public key in PEM" || return
	done
	files=($from/quote.msg $from/quote.sig $from/key.pem $from/quote.pcrs)
	for i in 0 1 2 3; do
		for bad in "empty|kexec-ima: empty: " "folder|folder cannot be read: Is a directory" \
			"nowhere|nowhere cannot be read: No such file" "huge|huge" "log|kexec-ima: log: "; do
			words=("${files[@]}")
			words[i]=${bad%|*}
			run --separate-stderr kexec_ima verify --log log --quote ${words[0]} \
				--signature ${words[1]} --key ${words[2]} --quote-pcrs ${words[3]}
			refuses "${bad#*|}" || fail "file $i is $bad" || return
		done
	done
	run --separate-stderr kexec_ima verify --log log --quote $from/quote.msg \
		--signature $from/quote.sig --key $data/ecdsa/key.pem
	refuses "this kind of key does not make this kind of signature"
}

@test "a quote of PCRs that no log explains, without their values: unknown" {
	make_log
	run kexec_ima verify --log log $(quote_in "$data/ecdsa")
	ends 4
	says "--quote-pcrs"
}

@test "a quote by tpm2-tools, and a log that is another" {
	make_log
	python "$tools/gen-log" --out other --seed 2 boot files=20 load files=3 violations=1 execute \
		boot files=5
	run kexec_ima verify --log other $(quote_in "$data/rsapss") \
		--quote-pcrs "$data/rsapss/quote.pcrs"
	ends 3
}

@test "a quote made now, of a TPM that this log went into record by record" {
	has_tools || skip "no swtpm or tpm2-tools"
	make_log
	for bank in sha1 sha256 sha384 sha512; do
		"$tools/make-quote" --out $bank --log log --pcrs $bank:10 --nonce 01 --scheme ecdsa384 \
			--hash sha384
		run kexec_ima verify --log log $(quote_in $bank) --nonce 01
		ends 0
		says "complete: "
	done
	# A prefix: the log went on after the quote.
	python "$tools/gen-log" --append log files=2
	run kexec_ima verify --log log $(quote_in sha512) --nonce 01
	ends 0
	says "matches at record 33 of 35"
}

@test "quotes made now, of several PCRs and banks, by each scheme" {
	has_tools || skip "no swtpm or tpm2-tools"
	make_log
	for scheme in ecdsa rsassa rsapss; do
		while IFS='|' read -r pcrs bare with; do
			rm -rf made
			"$tools/make-quote" --out made --log log --pcrs $pcrs --nonce 0a0b --scheme $scheme
			run kexec_ima verify --log log $(quote_in made) --nonce 0a0b
			ends $bare || fail "$scheme, $pcrs" || return
			for values in quote.pcrs quote.values; do
				run kexec_ima verify --log log $(quote_in made) --nonce 0a0b \
					--quote-pcrs made/$values
				ends $with || fail "$scheme, $pcrs, $values" || return
			done
		done <<-'END'
			sha1:10+sha256:10|0|0
			sha256:0,10|4|0
			sha256:23|4|4
			sha384:0|4|4
		END
	done
}

@test "quotes made now, of a TPM that saw another log" {
	has_tools || skip "no swtpm or tpm2-tools"
	make_log
	mv log seen
	python "$tools/gen-log" --out log boot files=20 load files=3 execute boot files=5
	"$tools/make-quote" --out made --log seen --pcrs sha256:0,10
	run kexec_ima verify --log log $(quote_in made) --quote-pcrs made/quote.pcrs
	ends 3
	says "mismatch: the log does not replay to the quote"
	run kexec_ima verify --log log $(quote_in made)
	ends 4
}

@test "a kernel without some hashes: its quotes of padded and other banks" {
	has_tools || skip "no swtpm or tpm2-tools"
	make_log
	while read -r pcrs lacks padded; do
		rm -rf made
		"$tools/make-quote" --out made --log log --pcrs $pcrs --padded $lacks
		run kexec_ima verify --log log $(quote_in made) --format json
		ends 0 || fail "$pcrs without $lacks" || return
		json '"".join("np"[p["padded"]] for p in j["pcrs"])' "\"$padded\"" || return
		# Now from securityfs.
		cp log "$root/$ima/binary_runtime_measurements"
		run kexec_ima verify $(quote_in made)
		ends 0 || fail "$pcrs without $lacks, live" || return
		python "$tools/gen-log" --out other --seed 2 boot files=20
		run kexec_ima verify --log other $(quote_in made)
		ends 3 || fail "$pcrs without $lacks, another log" || return
		silent_about "filled up with zeroes"
	done <<-'END'
		sha384:10 sha384,sha512 p
		sha256:10+sha384:10 sha384,sha512 np
		sha1:10+sha256:10+sha384:10+sha512:10 sha384,sha512 nnpp
		sha1:10+sha256:10+sha512:10 sha256 npn
		sha256:10+sha384:10 sha256,sha384,sha512 pp
	END
}
