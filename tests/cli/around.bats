#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima around: what a kexec with kexec/patches has judged.  The peer stands in for that kexec.
# shellcheck disable=SC2154,SC2086  # set by common.bash and bats; words on purpose
load common

patched() {
	"$KEXEC_IMA_PYTHON" -IS "$BATS_TEST_DIRNAME/peer" "$KEXEC_IMA_BUILD/kexec/kexec-ima" \
		"$root$KEXEC_IMA_REAL" --ima-sysroot="$root" "$@"
}

# What the two said to each other, on one line: l or g of ours, a number of the peer's.
said() {
	local words

	words=$(xargs < "$root/fake/words" 2>/dev/null) || words=
	test "$words" = "$*" || fail "the words were '$words', expected '$*'; it said: $output"
}

@test "a load that fits: the peer loads once, and it is told as ever" {
	run patched -s -l vmlinuz --ima-headroom
	ends 0
	said l 0
	ran "BY-PEER -s -l vmlinuz"
	stays_loaded
	golden load-fits
}

@test "what was loaded is written down as the real kexec can load it again" {
	touch vmlinuz
	run -0 patched -a -l vmlinuz --ima-headroom
	says "-a may fall back" "using -s"
	: > "$root/fake/calls"
	leave_room 100
	run patched --ima-check=reload -e
	ends 0
	says "loading the same image again"
	ran "-s -l vmlinuz"
}

@test "a load without room: 3, and the real kexec unloads" {
	run patched -s -l vmlinuz --ima-headroom --ima-interval=3d
	ends 3
	said l 0
	ran "BY-PEER -s -l vmlinuz" "-s -u"
	nothing_loaded
	says "; nothing is loaded now"
}

@test "page slack: the peer loads again until the room is enough" {
	extra 0
	feed bytes=$((8192 - ($(log_bytes) + 24 + 2048 + 600) % 4096))
	run patched -s -l vmlinuz --ima-headroom=4500
	ends 0
	says "for page slack"
	loads=$(grep -c '^l$' "$root/fake/words")
	test "$loads" -gt 1 || fail "$loads loads"
	test "$(grep -c BY-PEER "$root/fake/calls")" = "$loads"
	stays_loaded
}

@test "a kernel that never carries the log is refused before any load" {
	kernel none
	run patched -s -l vmlinuz --ima-headroom
	ends 3
	said
	ran
}

@test "wrong usage is refused before any load: 2" {
	while read -r line; do
		run patched $line
		ends 2 || fail "$line" || return
	done <<-'END'
		-c -l vmlinuz --ima-headroom
		--load-preserve-context vmlinuz --ima-headroom
		-l vmlinuz -e --ima-headroom
		-f vmlinuz --ima-headroom
		-u --ima-headroom
		-l vmlinuz --ima-check
		-l vmlinuz --ima-headroom=x
		-l vmlinuz --ima-interval=2h
		-e --ima-check=x
		-l vmlinuz --ima-unknown --ima-headroom
	END
	said
	ran
}

@test "a crash kernel is the peer's own business" {
	run patched -p vmlinuz --ima-headroom
	ends 0
	said g
	ran
}

@test "a load that fails: its status, and an earlier image stays" {
	loaded_by_us
	echo 255 > "$root/fake/status"
	: > "$root/fake/steps"
	run patched -s -l vmlinuz --ima-headroom
	ends 255
	said l 255
	stays_loaded
	rm "$root/fake/status"
	run patched --ima-check -e
	ends 0
	silent_about "loaded by others"
}

@test "the peer ends before it said how the load went: unloaded" {
	for when in before after; do
		fresh
		echo "$when" > "$root/fake/vanish"
		run patched -s -l vmlinuz --ima-headroom
		ends 99
		says "kexec ended before it said how the load went: unloading"
		nothing_loaded
		test ! -e "$root/run/kexec-ima/load.json"
	done
}

@test "an execute that fits: the peer goes on, and the lock is held until it ends" {
	loaded_by_us
	touch "$root/fake/look"
	run patched --ima-check -e
	ends 0
	said g helper waits
	ran
}

@test "an execute that does not fit: 3 in each mode that refuses, and no word to go on" {
	for mode in refuse coldboot; do
		fresh
		loaded_by_us
		leave_room 100
		run patched --ima-check=$mode -e
		ends 3
		said
	done
	ran "-s -u"
	fresh
	loaded_by_us
	leave_room 100
	run patched --ima-check=warn -e
	ends 0
	said g
}

@test "a check alone says nothing to the peer" {
	loaded_by_us
	run patched --ima-check
	ends 0
	leave_room 100
	run patched --ima-check
	ends 3
	said
	ran
}

@test "an execute that cannot be judged, or has nothing to execute, is refused" {
	run patched --ima-check -e
	ends 3
	loaded_by_others
	: > "$root/$ima/binary_runtime_measurements"
	feed boot files=9
	run patched --ima-check -e
	ends 4
	rm "$root/$ima/binary_runtime_measurements"
	run patched --ima-check -e
	ends 1
	said
	ran
}

@test "by hand it is a wrong usage: 2" {
	for line in "" 3 "x 4 kexec -e" "4 x kexec -e" "99999 99998 kexec -e" "-1 4 kexec -e"; do
		run kexec_ima around $line
		ends 2 || fail "around $line" || return
		says "around"
	done
	run kexec_ima around 0 0 kexec -e --ima-check < /dev/null
	ends 2
	says "no pipes"
}
