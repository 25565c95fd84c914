#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What sample says, and does, about an image that waits for its execute.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

count() { echo "$1" > "$root/$ima/runtime_measurements_count"; }
config() { printf '%s\n' "$@" >> "$root/etc/kexec-ima.conf"; }

# minute [FEED]...: the log grows, time passes, the timer fires.
minute() {
	test $# = 0 || feed "$@"
	advance 60
	run --separate-stderr kexec_ima sample
}

@test "room enough: nothing is said" {
	loaded_by_us
	for turn in 1 2 3; do
		minute files=1
		ends 0
		test -z "$output$stderr" || fail "$output $stderr"
	done
}

@test "the room becomes short: said once, and once when it is enough again" {
	loaded_by_us
	leave_room 800
	minute
	ends 0
	says "fits as it is, but not what is to come"
	minute
	test -z "$stderr" || fail "$stderr"
	minute files=1
	test -z "$stderr" || fail "$stderr"
	kexec -s -l vmlinuz --initrd=initrd --ima-headroom=2K > /dev/null 2>&1
	minute files=1
	says "enough room again"
	minute files=1
	test -z "$stderr" || fail "$stderr"
}

@test "watch = reload: loaded again before it is too late" {
	config 'watch = reload'
	loaded_by_us
	leave_room 800
	minute
	ends 0
	says "but not what is to come"
	test "$(wc -l < "$root/fake/calls")" = 1 || fail "$(cat "$root/fake/calls")"
	for turn in 1 2 3; do
		minute files=1
	done
	test "$(wc -l < "$root/fake/calls")" = 1 || fail "$(cat "$root/fake/calls")"
	run kexec_ima check
	ends 0
}

@test "watch = off: silent, whatever happens" {
	config 'watch = off'
	loaded_by_us
	leave_room 100
	minute
	ends 0
	test -z "$stderr"
}

@test "an image that waits longer than planned, whoever looks" {
	loaded_by_us --ima-interval=10min
	advance 700
	minute
	says "longer than planned"
	minute
	test -z "$stderr" || fail "$stderr"
	run kexec_ima check
	says "was planned: load again soon"
}

@test "the deadline comes near: when less than a share of the interval is left" {
	config 'watch-left = 0.9'
	loaded_by_us --ima-interval=6h --ima-policy=warn
	minute files=1
	says "lasts only" "more"
}

@test "wall = yes: everybody is told" {
	config 'wall = yes'
	mkdir -p "$root/usr/bin"
	printf '#!/bin/sh\necho "$1" >> "%s/told"\n' "$BATS_TEST_TMPDIR" > "$root/usr/bin/wall"
	chmod +x "$root/usr/bin/wall"
	loaded_by_us
	leave_room 800
	minute
	grep -q "not what is to come" told
	minute
	test "$(wc -l < told)" = 1
}

@test "an image that others loaded is watched too; nothing loaded, nothing said" {
	loaded_by_others
	leave_room 800
	minute
	says "not what is to come"
	echo 0 > "$root/sys/kernel/kexec_loaded"
	minute files=1
	test -z "$stderr"
	test ! -e "$root/run/kexec-ima/watch.json"
}

@test "mistakes in the keys are named" {
	while read -r line; do
		fresh
		config "$line"
		run kexec_ima sample
		ends 2
		says "line 1: ${line%% *}"
	done <<-'END'
		watch = maybe
		watch-left = 1
		watch-left = x
		wall = perhaps
	END
}
