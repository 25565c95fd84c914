# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the host part of a scenario (its function "check") may say. Each check
# prints what it compared when that is not as it should be, and goes on.
# shellcheck disable=SC2154 # $here and $results are set by ./run

indent() { sed 's/^/#   /'; }
fail() { echo "# $*"; failures=$((failures + 1)); }

# boots N: exactly N boots ran, and the last came to its end. Otherwise there is
# nothing to compare, and the other checks are left out.
boots() {
	local found
	found=$(find "$results" -maxdepth 1 -name 'boot_*' | wc -l)
	[ "$found" -eq "$1" ] || fail "there were $found boots, not $1"
	[ -e "$results/boot_$1/ended" ] || fail "boot $1 did not come to its end"
	[ "$failures" -eq 0 ] || { commands; exit 1; }
}

# Every command of the guest, with what came of it.
commands() {
	local status command
	for status in "$results"/boot_*/*.status; do
		command=${status%.status}
		echo "# ${command#"$results"/} ended with '$(cat "$status")'"
		cat "$command".{out,err} 2>/dev/null | indent
	done
}

# replay BOOT WHEN: that log against that TPM, with the events listed.
replay() {
	local saved=$results/boot_$1/$2
	"$here/replay.py" --events --pcrs "$saved" "$saved/log"
}

# matches BOOT WHEN [no]: the log explains PCR 10 in all four banks (or in none).
matches() {
	local wanted=${3:-yes} what="the log at the $2 of boot $1" said found
	said=$(replay "$1" "$2") || :
	found=$(grep -c '^pcr .* matches' <<< "$said")
	if [ "$wanted" = yes ] && [ "$found" -ne 4 ]; then
		fail "$what matches $found of 4 banks:"
		indent <<< "$said"
	elif [ "$wanted" = no ] && [ "$found" -ne 0 ]; then
		fail "$what matches $found banks, none expected"
	fi
}

# begins_with BOOT: the log that boot starts with begins with the one that the boot
# before ended with.
begins_with_former() {
	local former=$results/boot_$(($1 - 1))/end/log log=$results/boot_$1/start/log
	cmp -s "$former" <(head -c "$(stat -c %s "$former")" "$log")
}

# last_events BOOT: names of the marks in its first log, the last three, in order.
last_events() {
	replay "$1" start | sed -n "s/^record .* '\([a-z_]*\)'.*/\1/p" | tail -n 3 | xargs
}

# verdict BOOT WORD STATUS: what the product said in that boot of its log and its TPM.
verdict() {
	local found
	found=$(json "$1" start/verify verdict)
	[ "$found $(cat "$results/boot_$1/start/verify.status" 2>/dev/null)" = "$2 $3" ] && return
	fail "kexec-ima verify in boot $1 says $found, not $2:"
	cat "$results/boot_$1/start/verify".{out,err} 2>/dev/null | indent
}

# predicted BOOT GENERATION: the log that boot begins with is, to the byte, what the model says of
# the boot before, and the kernel complains when the model says so. Nothing is said where the log
# has no kexec_load to go by.
predicted() {
	local former=$results/boot_$(($1 - 1)) start=$results/boot_$1/start said status=0 size
	said=$("$build/tests/vm/predict" "$2" "${hash:-sha256}" "$former/end/log" \
		"$former/predicted") || status=$?
	[ "$status" -ne 77 ] || return 0
	[ "$status" -eq 0 ] || { fail "predict ended with $status"; return; }
	size=$(stat -c %s "$former/predicted")
	if ! cmp -s "$former/predicted" <(head -c "$size" "$start/log") ||
		! grep " at $size size .* 'boot_aggregate'" > /dev/null < <(replay "$1" start); then
		fail "boot $1 does not begin with what was predicted: $said"
	fi
	case $said in
	*'restore 0') ! grep -q 'Failed to restore the measurement list' "$start/dmesg" ||
		fail "boot $1 complains of the restore, unlike predicted: $said" ;;
	*) says_kernel "$1" start 'Failed to restore the measurement list: -22' ;;
	esac
	echo "# predicted boot $1: $said"
}

# carried BOOT: every record arrived from the boot before, and the TPM agrees.
carried() {
	begins_with_former "$1" || fail "boot $1 lacks records of boot $(($1 - 1))"
	matches "$1" start
	verdict "$1" complete 0
}

# carried_with_event BOOT: and the last record of the boot before is there too.
carried_with_event() {
	carried "$1"
	case $(last_events "$1") in
	*'kexec_execute boot_aggregate') ;;
	*) fail "the log of boot $1 ends with '$(last_events "$1")'" ;;
	esac
}

# lost BOOT: the log was handed over, but some of its records are missing.
lost() {
	matches "$1" start no
	verdict "$1" lost 3
	says_kernel "$1" start 'Failed to restore the measurement list'
	case $(last_events "$1") in
	*'kexec_execute boot_aggregate') fail "kexec_execute reached boot $1 all the same" ;;
	esac
}

# not_carried BOOT: its log is its own alone, while the PCR goes on.
not_carried() {
	matches "$1" start no
	verdict "$1" not-carried 3
	[ "$(replay "$1" start | grep -c "'boot_aggregate'")" -eq 1 ] ||
		fail "the log of boot $1 has other boots in it"
	[ "$(head -n 1 "$results/boot_$1/start/count")" -eq 1 ] ||
		fail "the log of boot $1 starts with $(cat "$results/boot_$1/start/count") records"
}

# status BOOT NAME WANTED: how a command ended ("gone": it never came back).
status() {
	local found
	found=$(cat "$results/boot_$1/$2.status" 2>/dev/null) || found='never run'
	[ "$found" = "$3" ] && return
	fail "boot $1: $2 ended with '$found', not '$3'; it said:"
	cat "$results/boot_$1/$2".{out,err} 2>/dev/null | indent
}

# says BOOT NAME PATTERN, says_kernel BOOT WHEN PATTERN (extended expressions).
says() {
	cat "$results/boot_$1/$2".{out,err} 2>/dev/null | grep -Eq -- "$3" && return
	fail "boot $1: $2 does not say '$3' but:"
	cat "$results/boot_$1/$2".{out,err} 2>/dev/null | indent
}
says_kernel() {
	grep -Eq -- "$3" "$results/boot_$1/$2/dmesg" ||
		fail "the kernel of boot $1 ($2) does not say '$3'"
}

# output BOOT NAME: what a command printed, for use in other checks.
output() { cat "$results/boot_$1/$2.out"; }

# json BOOT NAME KEY.KEY: one value of a command's JSON output.
json() {
	python3 -c 'import functools, json, sys
value = functools.reduce(dict.get, sys.argv[2].split("."), json.load(open(sys.argv[1])))
print(json.dumps(value) if not isinstance(value, str) else value)' \
		"$results/boot_$1/$2.out" "$3" 2>/dev/null || echo none
}

# is WHAT FOUND WANTED: for everything else.
is() { [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"; }

# loaded BOOT WHEN WANTED: /sys/kernel/kexec_loaded.
loaded() { is "kexec_loaded in boot $1 ($2)" "$(cat "$results/boot_$1/$2/loaded")" "$3"; }

# console PATTERN: the machine's console has it.
console() { grep -q -- "$1" "${results%/*}/console" || fail "the console lacks '$1'"; }

# adjacent BOOT: in the log that boot starts with, kexec_execute follows the last kexec_load at once.
adjacent() {
	local numbers
	numbers=$(replay "$1" start | sed -n "s/^record \([0-9]*\) .*'kexec_\(load\|execute\)'.*/\1 \2/p" |
		tail -n 2 | tr '\n' ' ')
	awk '{ exit !($2 == "load" && $4 == "execute" && $3 == $1 + 1) }' <<< "$numbers" ||
		fail "kexec_execute does not follow the last kexec_load at once: $numbers"
}

# cold_boot: the machine was reset by systemd-shutdown, and it was no kexec and no panic.
cold_boot() {
	console 'reboot: Restarting system'
	! grep -q 'kexec_core: Starting new kernel\|Kernel panic' "${results%/*}/console" ||
		fail 'it was no cold boot'
}
