# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # of ./run
# keylime: what its verifier says of a log with kexec events, by the policy as it was and with ours.

keylime=$packaging/keylime
gen_log=$here/../tools/gen-log
logs=$work/keylime
mkdir "$logs"

rule() { python3 "$here/keylime_rule.py" "$@"; }
# log NAME STEP...
log() {
	local name=$1
	shift
	"$gen_log" --out "$logs/$name" --seed 1 "$@"
}

log cold boot files=30
log soft boot files=30 load execute boot load
rule --policy "$logs/cold" > "$logs/policy.json"
"$keylime/kexec-ima-keylime-policy" "$logs/policy.json" > "$logs/new.json"

check "keylime accepts the log of a cold boot" rule "$logs/cold" "$logs/policy.json"
check "without the snippet it fails a node for its load and its execute, and for nothing else" \
	says 'not_in_allowlist kexec_load
not_in_allowlist kexec_execute
not_in_allowlist kexec_load' rule "$logs/soft" "$logs/policy.json"
check "with it the soft reboot is accepted" says accepted rule "$logs/soft" "$logs/new.json"
check "and the cold boot still is" says accepted rule "$logs/cold" "$logs/new.json"

log strange boot files=30 files=1
check "a file that nobody knows still fails" is 1 rule "$logs/strange" "$logs/new.json"

# What a policy made of a node's own list has: digests of events, which match once.
measured_policy() {
	python3 - "$logs/policy.json" "$here" "$logs/soft" <<-'END'
		import json, sys
		sys.path.insert(0, sys.argv[2])
		import keylime_rule
		policy = json.load(open(sys.argv[1]))
		for line in keylime_rule.lines(sys.argv[3]):
		    _, _, template, digest, name = line.split(" ")[:5]
		    if template == "ima-buf":
		        policy["ima-buf"].setdefault(name, []).append(digest.split(":")[1])
		print(json.dumps(policy))
	END
}
measured_policy > "$logs/measured.json"
log later boot files=30 load execute boot bytes=500 load
rule --policy "$logs/later" | python3 -c 'import json, sys
later, measured = json.load(sys.stdin), json.load(open(sys.argv[1]))
measured["digests"] = later["digests"]
print(json.dumps(measured))' "$logs/measured.json" > "$logs/later.json"
check "a policy with the digests of loads that were fails at the next load" \
	says 'runtime_policy_hash kexec_load' rule "$logs/later" "$logs/later.json"
"$keylime/kexec-ima-keylime-policy" "$logs/later.json" > "$logs/later-new.json"
check "not when it went through kexec-ima-keylime-policy" rule "$logs/later" "$logs/later-new.json"
check "which takes those digests out" says '{}' \
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ima-buf"])' "$logs/later-new.json"
"$keylime/kexec-ima-keylime-policy" "$logs/new.json" > "$logs/twice.json"
check "twice is once" cmp "$logs/new.json" "$logs/twice.json"

# Only these two names, and whole.
excluded() {
	python3 - "$keylime/runtime-policy-kexec.json" "$logs/new.json" <<-'END'
		import json, re, sys
		snippet, policy = (json.load(open(path)) for path in sys.argv[1:])
		assert set(snippet) == {"excludes"} and snippet["excludes"] == policy["excludes"]
		match = re.compile("(" + ")|(".join(snippet["excludes"]) + ")").match
		for name in ("kexec_load", "kexec_execute"):
		    assert match(name), name
		for name in ("kexec_load_evil", "kexec_load\n", "/usr/bin/kexec_load", "xkexec_load", "kexec_loa",
		             "kexec_load/x", "boot_aggregate"):
		    assert not match(name), name
	END
}
check "the snippet excludes two names, whole, and is what the program adds" excluded

# refuses PROGRAM...: 1 and one sentence, and no traceback.
refuses() {
	local said

	said=$(is 1 "$@" 2>&1) || { echo "$said"; return 1; }
	[[ $said == "kexec-ima-keylime-"*": "* && $said != *$'\n'* ]] || { echo "it said: $said"; return 1; }
}
echo '[]' > "$logs/list.json"
echo '{' > "$logs/broken.json"
echo '{"digests": {}, "excludes": [5]}' > "$logs/odd-excludes.json"
echo '{"digests": {}, "ima-buf": [5]}' > "$logs/odd-names.json"
for name in list broken absent odd-excludes odd-names; do
	check "kexec-ima-keylime-policy: a policy that is $name is refused" \
		refuses "$keylime/kexec-ima-keylime-policy" "$logs/$name.json"
done
to_full() { "$@" > /dev/full; }
check "kexec-ima-keylime-policy: a policy that cannot be written is told" \
	refuses to_full "$keylime/kexec-ima-keylime-policy" "$logs/policy.json"

# ---- the verdict ------------------------------------------------------------------------------

# verdict STATUS WORD VERIFY-OPTION...: what the check makes of it, read and run.
verdict() {
	local status=$1 word=$2 said
	shift 2
	"$build/kexec/kexec-ima" verify --format json "$@" > "$logs/verdict.json" || :
	said=$(is "$status" "$keylime/kexec-ima-keylime-check" "$logs/verdict.json") || { echo "$said"; return 1; }
	[[ $said == "$word: "* ]] || { echo "$said"; return 1; }
	is "$status" "$keylime/kexec-ima-keylime-check" < "$logs/verdict.json" > /dev/null || return 1
	PATH=$build/kexec:$PATH is "$status" "$keylime/kexec-ima-keylime-check" "$@"
}

pcr() { "$gen_log" --append "$logs/$1" --pcrs | sed -n 's/^sha256 /sha256:/p'; }
log lost boot files=9 load boot
log whole boot files=9 load execute boot files=1
check "check: a cold boot that replays is attested" verdict 0 cold --log "$logs/cold" --pcr "$(pcr cold)"
check "check: so is a whole soft reboot" verdict 0 complete --log "$logs/whole" --pcr "$(pcr whole)"
check "check: lost records want a cold boot" verdict 3 lost --log "$logs/lost" --pcr "$(pcr lost)"
check "check: a log of less than the PCR too" verdict 3 not-carried --log "$logs/cold" --pcr "$(pcr whole)"
check "check: what no soft reboot explains is an attack" \
	verdict 5 mismatch --log "$logs/whole" --pcr "$(pcr lost)"
check "check: a good word without a comparison is none" verdict 4 complete --log "$logs/whole"
head -c 700 "$logs/whole" > "$logs/cut"
check "check: cannot tell" verdict 4 unknown --log "$logs/cut"

# A quote is what a verifier has; tests/data/quotes says of which log.
log quoted boot files=20 load files=3 violations=1 execute boot files=5
quote=$here/../data/quotes/ecdsa
with_quote() {
	PATH=$build/kexec:$PATH is "$1" "$keylime/kexec-ima-keylime-check" --log "$logs/$2" \
		--quote "$quote/quote.msg" --signature "$quote/quote.sig" --key "$quote/key.pem" --nonce c0ffee \
		--quote-pcrs "$quote/quote.pcrs"
}
check "check: a quote that the log explains" with_quote 0 quoted
check "check: a quote that it does not" with_quote 5 whole

is_plain() {
	local said

	said=$(is 3 "$keylime/kexec-ima-keylime-check" - <<< '{"verdict": "lost", "reason": "a\u001b[2J\nb"}') &&
		[ "$said" = 'lost: cold boot it, then attest it again (a?[2J?b)' ] || { echo "it said: $said"; return 1; }
}
no_line() { refuses to_full "$keylime/kexec-ima-keylime-check" - <<< '{"verdict": "lost"}'; }
no_verdict() { refuses "$keylime/kexec-ima-keylime-check" - <<< "$1"; }
for text in '' '{}' '[]' 'ssh: connect to host n7: No route to host' '{"verdict": "splendid"}' \
	'{"verdict": "cold", "pcrs": [1]}' '{"verdict": "cold", "pcrs": 5}' '{"verdict": "cold", "quote": [5]}'; do
	check "check: no verdict is no verdict: '$text'" no_verdict "$text"
done
check "check: no verdict, a thousand times nested" no_verdict "$(printf '[%.0s' {1..100000})"
check "check: what a node says is one line that no terminal obeys" is_plain
check "check: a line that cannot be written is none" no_line
check "check: a file that is not there" is 1 "$keylime/kexec-ima-keylime-check" "$logs/absent"
