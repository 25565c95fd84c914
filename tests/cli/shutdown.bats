#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima shutdown: what the hook of systemd-shutdown does at the last moment.
load common

late() { kexec_ima shutdown kexec; }

@test "what is no soft reboot is none of its business" {
	local verb
	loaded_by_us
	leave_room 0
	for verb in reboot poweroff halt; do
		run -0 kexec_ima shutdown "$verb"
		test -z "$output" || fail "it said: $output"
	done
	ran
	stays_loaded
}

@test "wrong usage: 2" {
	run kexec_ima shutdown
	ends 2
	run kexec_ima shutdown kexec more
	ends 2
	run kexec_ima shutdown kexec --format json
	ends 2
}

@test "nothing loaded: nothing to do" {
	run -0 late
	ran
}

@test "fits: the image stays as it is" {
	loaded_by_us
	run -0 late
	ran
	stays_loaded
}

# One case a line: room left | what happens | status | runs of kexec.
@test "room at the last moment" {
	local room what want calls
	while IFS='|' read -r room what want calls; do
		fresh
		loaded_by_us
		leave_room "$room"
		run late
		ends "$want" || fail "room $room"
		says "$what" || fail "room $room"
		ran ${calls:+"$calls"} || fail "room $room"
		stays_loaded
	done <<-'END'
		1219|fits|0|
		1218|loading the same image again|0|-s -l vmlinuz --initrd=initrd
		195|loading the same image again|0|-s -l vmlinuz --initrd=initrd
		194|loading the same image again|0|-s -l vmlinuz --initrd=initrd
		-100|loading the same image again|0|-s -l vmlinuz --initrd=initrd
	END
	grep -q 'kexec-ima: the measurement log does not fit' "$root/dev/kmsg" ||
		fail "the kernel's log does not have it: $(cat "$root/dev/kmsg")"
}

@test "an image that others loaded, short: unloaded, and the kernel's log says why" {
	loaded_by_others
	leave_room 100
	run late
	ends 3
	says "unloading, so that the reboot is a cold one" "not loaded with --ima-headroom"
	ran "-s -u"
	nothing_loaded
	grep -q '<28>kexec-ima: .*does not fit.*unloading' "$root/dev/kmsg"
}

@test "an image that others loaded, enough for the last record: goes on" {
	loaded_by_others
	leave_room 195
	run -0 late
	stays_loaded
	ran
}

@test "a reload that fails: what is loaded is judged as it is" {
	loaded_by_us
	leave_room 500
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	run late
	ends 0
	stays_loaded
	fresh
	loaded_by_us
	leave_room 100
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	run late
	ends 3
	nothing_loaded
}

@test "shutdown = warn: said, and left" {
	echo "shutdown = warn" > "$root/etc/kexec-ima.conf"
	loaded_by_others
	leave_room 100
	run late
	ends 3
	says "going on all the same"
	stays_loaded
}

@test "cannot tell: goes on, unless shutdown-unknown says coldboot" {
	kernel copy-at-execute
	echo > "$root/fake/steps"
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run late
	ends 4
	says "cannot tell" "going on all the same"
	stays_loaded
	echo "shutdown-unknown = coldboot" > "$root/etc/kexec-ima.conf"
	run late
	ends 4
	says "unloading"
	nothing_loaded
}

@test "a load that the shutdown broke off is judged by nobody: cold boot" {
	touch vmlinuz
	cat > "$root/slow" <<-'END'
		#!/bin/bash
		"$0.fake" "$@"
		: > "$FAKE_ROOT/fake/made"
		exec sleep 60
	END
	mv "$root$KEXEC_IMA_REAL" "$root$KEXEC_IMA_REAL.fake"
	install -m 755 "$root/slow" "$root$KEXEC_IMA_REAL"
	"$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -s -l vmlinuz --ima-headroom 3>&- &
	while ! test -e "$root/fake/made"; do sleep 0.05; done
	kill -KILL $!
	wait $! || :
	mv "$root$KEXEC_IMA_REAL.fake" "$root$KEXEC_IMA_REAL"
	run late
	ends 4
	says "load.json" "unloading"
	nothing_loaded
}

@test "a kernel that never carries: cold boot" {
	kernel none
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run late
	ends 3
	nothing_loaded
}

@test "a log that cannot be read: as configured" {
	loaded_by_us
	rm -r "${root:?}/$ima"
	run late
	ends 3
	says "could not be judged" "unloading"
	nothing_loaded
}

@test "a log that cannot be read, shutdown = warn: goes on" {
	echo "shutdown = warn" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	rm -r "${root:?}/$ima"
	run late
	ends 1
	says "going on all the same"
	stays_loaded
}

@test "a mistake in the file: said, judged with what is built in" {
	loaded_by_others
	leave_room 100
	echo "shutdown = never" > "$root/etc/kexec-ima.conf"
	run late
	ends 3
	says "line 1: shutdown=never is not understood" "coldboot or warn" "built-in values are used"
	grep -q 'kexec-ima: .*line 1: shutdown=never' "$root/dev/kmsg"
	nothing_loaded
}

# The real kexec sleeps for the first of its runs; an unload works.
hangs_until_unload() {
	mv "$root$KEXEC_IMA_REAL" "$root$KEXEC_IMA_REAL.fake"
	cat > "$root$KEXEC_IMA_REAL" <<-'END'
		#!/bin/bash
		case $1$2 in
		-s-u) exec "$0.fake" "$@" ;;
		esac
		sleep 600
	END
	chmod +x "$root$KEXEC_IMA_REAL"
}

@test "a kexec that hangs: the shutdown goes on, cold" {
	echo "shutdown-timeout = 2s" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	leave_room 500
	hangs_until_unload
	run timeout 60 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 3
	says "took too long" "unloading"
	nothing_loaded
}

@test "a file that cannot be read in time: the shutdown goes on, cold, within the built-in limit" {
	local start
	loaded_by_us
	: > "$root/etc/kexec-ima.conf"
	start=$SECONDS
	run slowly 50 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 3
	says "kexec-ima.conf could not be read in time" "unloading"
	test $((SECONDS - start)) -le 12 || fail "it took $((SECONDS - start)) s"
	nothing_loaded
	# Nor is a word said where there is nothing to lose.
	run slowly 50 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 0
	test -z "$output" || fail "it said: $output"
}

@test "a slow file: its limit counts from the beginning" {
	local start
	loaded_by_us
	leave_room 500
	hangs_until_unload
	echo "shutdown-timeout = 2s" > "$root/etc/kexec-ima.conf"
	start=$SECONDS
	run slowly 3 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 3
	says "took too long (shutdown-timeout" "unloading"
	test $((SECONDS - start)) -le 7 || fail "it took $((SECONDS - start)) s"
	nothing_loaded
	fresh
	loaded_by_us
	echo "shutdown-timeout = 30s" > "$root/etc/kexec-ima.conf"
	run -0 slowly 3 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	says "fits"
	stays_loaded
}

@test "a kexec that hangs, shutdown = warn: the shutdown goes on, softly" {
	printf 'shutdown-timeout = 2s\nshutdown = warn\n' > "$root/etc/kexec-ima.conf"
	loaded_by_us
	leave_room 500
	hangs_until_unload
	run timeout 60 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 1
	says "took too long" "going on all the same"
	stays_loaded
}

@test "an unload that fails: said" {
	loaded_by_others
	leave_room 100
	: > "$root/fake/stuck"
	run late
	ends 1
	says "could not be unloaded"
}

@test "the hook asks for kexec alone" {
	local hook=$KEXEC_IMA_BUILD/packaging/systemd/kexec-ima
	test -x "$hook"
	run -0 "$hook" reboot
	test -z "$output"
	grep -q "kexec-ima shutdown \"\$1\"" "$hook"
}
