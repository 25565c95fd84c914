#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What our options ask for, and how a wrong one ends: 2, named, and kexec is not run.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

# refuses WORDS... -- TEXT...: the command line WORDS ends with 2 and says each TEXT.
refuses() {
	local words=()

	while test "$1" != --; do
		words+=("$1")
		shift
	done
	shift
	run kexec "${words[@]}"
	ends 2 || fail "kexec ${words[*]}" || return
	says "$@" || return
	ran
}

# runs_as EXPECTED WORDS...: a judged load runs the real kexec so.
runs_as() {
	local expected=$1

	shift
	fresh
	run kexec "$@"
	ends 0 || return
	says "loaded, the measurement log fits" || return
	ran "$expected"
}

@test "a load with --ima-headroom gets -s unless it has it" {
	runs_as "-s -l vmlinuz" -l vmlinuz --ima-headroom
	runs_as "-s vmlinuz -l" vmlinuz --ima-headroom -l
	runs_as "-s -l vmlinuz" -s -l vmlinuz --ima-headroom
	runs_as "-l vmlinuz -s" -l vmlinuz -s --ima-headroom
	runs_as "-l --kexec-file-syscall vmlinuz" -l --kexec-file-syscall vmlinuz --ima-headroom
	runs_as "-l --kexec-file vmlinuz" -l --kexec-file vmlinuz --ima-headroom
	runs_as "-sl vmlinuz" -sl vmlinuz --ima-headroom
	runs_as "-ls vmlinuz" --ima-headroom -ls vmlinuz
	runs_as "-s -lt elf vmlinuz" -lt elf vmlinuz --ima-headroom
	runs_as "-s -ltsa vmlinuz" -ltsa vmlinuz --ima-headroom
	runs_as "-s --load vmlinuz" --load vmlinuz --ima-headroom
	runs_as "-s -l -- vmlinuz" -l --ima-headroom -- vmlinuz
	runs_as "-s -l -- -c" -l --ima-headroom -- -c
	runs_as "-s -l --append -c vmlinuz" -l --append -c vmlinuz --ima-headroom
	runs_as "-s --init x -l vmlinuz" --init x -l vmlinuz --ima-headroom
}

@test "the last of -s, -c, -a counts, as in kexec-tools" {
	refuses -s -c -l vmlinuz --ima-headroom -- "kexec_load(2) carries no IMA log"
	refuses -a -c -l vmlinuz --ima-headroom -- "kexec_load(2) carries no IMA log"
	runs_as "-c -s -l vmlinuz" -c -s -l vmlinuz --ima-headroom
}

@test "-a becomes -s, and that is said" {
	using="-a may fall back to kexec_load(2), which carries no IMA log: using -s"
	runs_as "-s -l vmlinuz" -a -l vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -l vmlinuz" -al vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -ld vmlinuz" -lad vmlinuz --ima-headroom
	says "$using"
	runs_as "-sl vmlinuz" -sal vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -lta vmlinuz" -alta vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -l vmlinuz" --kexec-syscall-auto -l vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -l vmlinuz" --kexec-syscall-a -l vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -l --append -a vmlinuz" -l -a --append -a vmlinuz --ima-headroom
	says "$using"
	runs_as "-s -l -- -a" -a -l --ima-headroom -- -a
	says "$using"
}

@test "a -c that a later -a overrules does not come to count when the -a goes" {
	runs_as "-s -l vmlinuz" -c -a -l vmlinuz --ima-headroom
	runs_as "-s -l vmlinuz" -lca vmlinuz --ima-headroom
	runs_as "-s -l vmlinuz" --kexec-syscall --kexec-syscall-auto -l vmlinuz --ima-headroom
}

@test "-s behind -a is a -s already" {
	runs_as "-a -s -l vmlinuz" -a -s -l vmlinuz --ima-headroom
	silent_about "using -s"
}

@test "-c and loads that need it are refused with --ima-headroom" {
	for option in -c --kexec-syscall --load-preserve-context --load-live-update -lc -dc; do
		refuses "$option" -l vmlinuz --ima-headroom -- \
			"kexec_load(2) carries no IMA log" "use -s"
	done
}

@test "a crash kernel is passed on as it is, --ima-headroom or not" {
	for option in -p --load-panic -sp --load-pa; do
		fresh
		run kexec "$option" vmlinuz --ima-headroom
		ends 0
		ran "$option vmlinuz"
		silent_about kexec-ima
	done
	fresh
	run kexec -p -c vmlinuz --ima-headroom=4K --ima-interval=2h
	ends 0
	ran "-p -c vmlinuz"
}

@test "--ima-headroom without a load, or with another action" {
	refuses --ima-headroom -- "--ima-headroom" "add -l"
	refuses vmlinuz --ima-headroom -- "--ima-headroom" "add -l"
	refuses -s vmlinuz --ima-headroom -- "add -l"
	for option in -e --exec -f --force -u --unload -S --status -le -lf; do
		refuses "$option" -l vmlinuz --ima-headroom -- "--ima-headroom goes with a load alone"
	done
}

@test "--ima-check with anything but -e" {
	for option in -l -u -f -p --status --load-preserve-context; do
		refuses "$option" -e --ima-check -- "--ima-check goes with -e, or stands alone"
	done
	refuses -l vmlinuz --ima-check -- "--ima-check goes with -e"
	refuses vmlinuz --ima-check -- "--ima-check goes with -e"
	refuses -l vmlinuz --ima-check --ima-headroom -- "these are two runs"
}

@test "values that are not understood: the option, the value and what to give" {
	local good="-s -l vmlinuz"

	for value in 12Q auto1 -1 "" 1.5K 0x10 K 12k 12KB 99999999999999999999 17592186044417M; do
		refuses -l vmlinuz "--ima-headroom=$value" -- "--ima-headroom=$value" "12288, 12K"
	done
	for value in -5s 5x "" s 1h30 99999999999999999999s 9999999999999999w "5 s"; do
		refuses $good --ima-headroom "--ima-interval=$value" -- "--ima-interval=$value" 10min
	done
	for value in 1.5 0 1 -0.5 "" nan 0.9x 99%; do
		refuses $good --ima-headroom "--ima-confidence=$value" -- "--ima-confidence=$value" 0.999
	done
	for value in xyz "" Refuse warn,reload; do
		refuses -e "--ima-check=$value" -- "--ima-check=$value" "refuse, reload, coldboot or warn"
	done
	for value in xyz ""; do
		refuses $good --ima-headroom "--ima-policy=$value" -- "--ima-policy=$value" "warn or refuse"
	done
}

@test "options that need a value and have none" {
	for option in --ima-interval --ima-confidence --ima-policy --ima-sysroot; do
		refuses -l vmlinuz --ima-headroom "$option" -- "$option"
	done
}

@test "an unknown option of ours" {
	for option in --ima-x --ima-head --ima- --ima-headrooms --ima-kexec-x=/bin/sh; do
		refuses -l vmlinuz "$option" -- "${option%%=*}"
	done
}

@test "a number without a unit stands alone" {
	for interval in 0s5 1h30 30x s 1h0; do
		refuses --ima-check "--ima-interval=$interval" -- "--ima-interval=$interval is not understood"
	done
}

@test "an option of ours given twice" {
	for option in --ima-headroom --ima-interval=1h --ima-confidence=0.9 --ima-policy=warn; do
		refuses -l vmlinuz --ima-headroom=4K "$option" "$option" -- "is given twice"
	done
	refuses -e --ima-check --ima-check=warn -- "--ima-check is given twice"
	refuses -l vmlinuz "--ima-sysroot=$root" -- "--ima-sysroot is given twice"
}

@test "a relative --ima-sysroot is refused" {
	run "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot=root -l vmlinuz
	ends 2
	says "--ima-sysroot needs an absolute path"
	ran
}

@test "interval, confidence and policy alone are refused" {
	for option in --ima-interval=1h --ima-confidence=0.9 --ima-policy=warn; do
		refuses -l vmlinuz "$option" -- "go with --ima-headroom or --ima-check"
	done
}

@test "SIZE is in bytes, K or M, and is the growth there must be room for" {
	while read -r size bytes; do
		fresh
		run kexec -l vmlinuz "--ima-headroom=$size" --ima-policy=warn
		ends 0
		says "growth     $bytes bytes, as given"
	done <<-'END'
		0 0
		4096 4096
		12K 12288
		3M 3145728
		007 7
	END
}

@test "TIME is in seconds, minutes, hours, days, weeks" {
	while read -r time span; do
		fresh
		run kexec -l vmlinuz --ima-headroom "--ima-interval=$time" --ima-policy=warn
		ends 0
		says "bytes in $span with"
	done <<-'END'
		90s 1min30s
		45 45s
		10min 10min0s
		2h 2h0min
		3d 3d0h
		1w 7d0h
		1h30min 1h30min
	END
}
