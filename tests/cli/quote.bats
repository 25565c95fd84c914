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
	command -v swtpm > /dev/null && command -v tpm2_quote > /dev/null || skip "no swtpm or tpm2-tools"
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
