#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima rehearse: a soft reboot on a TPM in memory, and quotes of it verified.
# shellcheck disable=SC2154,SC2086  # set by common.bash and bats; words on purpose
load common

gen_log() { python "$BATS_TEST_DIRNAME/../tools/gen-log" "$@"; }
rehearse() { run kexec_ima rehearse --log log "$@"; }

# The quote of a rehearsal in the folder kept, as arguments of verify.
quoted() { echo "--quote kept/quote.msg --signature kept/quote.sig --key kept/key.pem"; }

@test "growth that overflows: lost without help, complete with it" {
	gen_log --out log boot files=100
	rehearse --grow 8K --format json
	ends 0
	json 'j["plain"]["verify"]["verdict"]' '"lost"' 'j["plain"]["loss"]' '"cut"' \
		'j["plain"]["grown_bytes"]' 8192 'j["helped"]["loads"]' 2 \
		'j["helped"]["judged_at_check"]' '"fits"' 'j["helped"]["verify"]["verdict"]' '"complete"' \
		'j["helped"]["arrived_records"] == j["helped"]["log_records"]' true \
		'j["verdict"]' '"complete"'
}

@test "every generation: what becomes of the log, and that help never loses one" {
	gen_log --out log boot files=50
	while IFS='|' read -r generation grow plain helped; do
		rehearse --generation $generation --grow $grow --format json
		ends 0 || fail "$generation" || return
		json 'j["plain"]["verify"]["verdict"]' "\"$plain\"" \
			'j["helped"]["verify"]["verdict"]' "\"$helped\"" ||
			fail "$generation, $grow bytes" || return
	done <<-'END'
		none|0|not-carried|cold
		copy-at-load|500|lost|cold
		copy-at-execute|500|complete|cold
		copy-at-execute|9K|lost|cold
		events|500|complete|complete
		events|9K|lost|complete
		staging|500|complete|complete
		staging|9K|lost|complete
	END
}

@test "the segment is full to the byte, and one byte more is lost" {
	gen_log --out log boot files=50
	rehearse --grow 500 --format json
	ends 0
	room=$(python -c 'import json, sys; j = json.load(sys.stdin)["plain"]
e = j["verify"]["boots"][0]["kexec_execute"]
print(e["segment_bytes"] - 24 - j["verify"]["bytes"] + j["verify"]["boots"][1]["bytes"] + 500)' <<< "$output")
	rehearse --grow "$room" --format json
	json 'j["plain"]["verify"]["verdict"]' '"complete"' 'j["helped"]["loads"]' 1
	rehearse --grow $((room + 1)) --format json
	json 'j["plain"]["verify"]["verdict"]' '"lost"' 'j["helped"]["verify"]["verdict"]' '"complete"'
}

@test "a custom format overflows without growth; the template ima cannot be restored" {
	gen_log --out log --template 'd-ng|n-ng' boot files=700
	rehearse --grow 0 --format json
	ends 0
	json 'j["plain"]["verify"]["verdict"]' '"lost"'
	gen_log --out log --template ima boot files=9
	rehearse --grow 0 --format json
	ends 0
	json 'j["plain"]["verify"]["verdict"]' '"not-carried"' 'j["plain"]["loss"]' '"template-ima"' \
		'j["helped"]["executed"]' false 'j["helped"]["verify"]["verdict"]' '"cold"'
}

@test "a custom format that is a builtin's: the next kernel calls it by name, and it replays" {
	gen_log --out log --template 'd-ng|n-ng' boot files=5
	run kexec_ima rehearse --log log --grow 0 --save kept
	ends 0
	test "$(grep -ao 'd-ng|n-ng' kept/log | wc -l)" = 0
	run kexec_ima verify --log kept/log $(quoted)
	ends 0
}

@test "without a log: the recorded boot" {
	rm -r "$root/$ima"
	run kexec_ima rehearse --grow 8K
	ends 0
	says "the recorded boot of a Debian 12" "complete"
}

@test "the live log, with this machine's kernel" {
	kernel staging
	run kexec_ima rehearse --grow 1K
	ends 0
	says "the log of this machine" "staging, CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=8"
}

@test "quotes of all three schemes verify; a changed log, nonce, key, quote does not" {
	gen_log --out log boot files=20
	nonce=$(printf 'a rehearsal' | od -An -tx1 | tr -d ' \n')
	for scheme in ecdsa rsassa rsapss; do
		rm -rf kept
		run kexec_ima rehearse --log log --grow 500 --scheme $scheme --save kept
		ends 0
		run kexec_ima verify --log kept/log $(quoted) --nonce $nonce
		ends 0
		says "complete: " "signed by this key, for this nonce"
		run kexec_ima verify --log kept/log $(quoted) --nonce 00
		ends 3
		says "the quote answers another nonce"
		head -c -1 kept/quote.sig > sig
		run kexec_ima verify --log kept/log --quote kept/quote.msg --signature sig --key kept/key.pem
		ends 1
		test "${#lines[@]}" = 1
		run kexec_ima verify --log log $(quoted)
		ends 3
		says "not-carried: " "does not match"
		python -c 'd = bytearray(open("kept/quote.msg", "rb").read())
d[-1] ^= 1
open("msg", "wb").write(d)'
		run kexec_ima verify --log kept/log --quote msg --signature kept/quote.sig --key kept/key.pem
		ends 3
		says "the quote was not signed by this key"
	done
	mv kept first
	run kexec_ima rehearse --log log --grow 500 --scheme rsapss --save kept
	run kexec_ima verify --log first/log --quote first/quote.msg --signature first/quote.sig \
		--key kept/key.pem
	ends 3
	run kexec_ima verify --log first/log --quote first/quote.msg --signature first/quote.sig --key log
	ends 1
	says "log: "
	for part in quote signature key; do
		: > empty
		run kexec_ima verify --log first/log --quote first/quote.msg --signature first/quote.sig \
			--key first/key.pem
		words="--quote first/quote.msg --signature first/quote.sig --key first/key.pem"
		case $part in
		quote) words=${words/first\/quote.msg/empty} ;;
		signature) words=${words/first\/quote.sig/empty} ;;
		key) words=${words/first\/key.pem/empty} ;;
		esac
		run kexec_ima verify --log first/log $words
		ends 1 || fail "empty $part" || return
		test "${#lines[@]}" = 1 || fail "$output" || return
	done
	run kexec_ima verify --log first/log --quote nowhere --signature first/quote.sig --key first/key.pem
	ends 1
	says "nowhere cannot be read: No such file or directory"
}

@test "the live log against a quote" {
	rm -rf kept
	cp "$root/$ima/binary_runtime_measurements" log
	run kexec_ima rehearse --log log --grow 0 --save kept
	ends 0
	cp kept/log "$root/$ima/binary_runtime_measurements"
	run kexec_ima verify $(quoted)
	ends 0
	says "complete: "
	feed files=2
	run kexec_ima verify $(quoted)
	ends 0
}

@test "kept files are not overwritten" {
	gen_log --out log boot
	run kexec_ima rehearse --log log --grow 0 --save kept
	ends 0
	run kexec_ima rehearse --log log --grow 0 --save kept
	ends 1
	says "kept/log cannot be written: File exists"
}

@test "wrong usage: 2, and it is named; bad logs: 1" {
	while IFS='|' read -r words says; do
		run kexec_ima rehearse $words
		ends 2 || fail "$words" || return
		says "$says" || return
	done <<-'END'
		now|rehearse takes no argument: now
		--extra-kb 41|--extra-kb=41 is not understood: give 0 to 40
		--extra-kb x|--extra-kb=x is not understood
		--grow much|--grow=much is not understood
		--grow 65M|--grow=65M is not understood
		--generation new|--generation=new is not understood
		--page 5000|--page=5000 is not understood
		--scheme dsa|--scheme=dsa is not understood
	END
	printf '%0200d' 0 > log
	rehearse
	ends 1
	gen_log --out log boot files=3
	truncate -s -1 log
	rehearse
	ends 1
	run kexec_ima rehearse --log nowhere
	ends 1
	says "nowhere cannot be rehearsed with: No such file or directory"
}
