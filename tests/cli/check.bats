#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec --ima-check [-e]: what is judged, and what is then run.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

# States of the machine for the tables.
put() {
	fresh
	case $1 in
	fits) loaded_by_us ;;
	tight) loaded_by_us && leave_room 300 ;;
	short) loaded_by_us && leave_room 100 ;;
	unknown) loaded_by_others && : > "$root/$ima/binary_runtime_measurements" && feed boot files=9 ;;
	nothing) ;;
	esac
	: > "$root/fake/calls"
}

@test "alone: fits 0, tight 0, short 3, unknown 4, nothing loaded 3; kexec is not run" {
	while read -r state expected; do
		put "$state"
		run kexec --ima-check
		ends "$expected" || fail "$state" || return
		ran || return
		run kexec_ima check
		ends "$expected" || fail "$state" || return
		ran || return
	done <<-'END'
		fits 0
		tight 0
		short 3
		unknown 4
		nothing 3
	END
}

# load: the image once more; a reload fits unless the log's own size forbids it.
@test "with -e, all modes: status, and what was run" {
	while IFS='|' read -r mode state expected calls; do
		put "$state"
		run kexec "--ima-check=$mode" -e
		ends "$expected" || fail "$mode, $state" || return
		calls=${calls//load/-s -l vmlinuz --initrd=initrd}
		calls=${calls//unload/-s -u}
		IFS=, read -ra lines <<< "$calls"
		ran "${lines[@]}" || fail "$mode, $state" || return
	done <<-'END'
		refuse|fits|0|-e
		refuse|tight|0|-e
		refuse|short|3|
		refuse|unknown|4|
		refuse|nothing|3|
		reload|fits|0|-e
		reload|tight|0|-e
		reload|short|0|load,-e
		reload|unknown|4|
		reload|nothing|3|
		coldboot|fits|0|-e
		coldboot|tight|0|-e
		coldboot|short|3|-s -u
		coldboot|unknown|4|-s -u
		coldboot|nothing|3|
		warn|fits|0|-e
		warn|tight|0|-e
		warn|short|0|-e
		warn|unknown|0|-e
		warn|nothing|3|
	END
}

@test "--ima-policy=warn executes what would be refused" {
	for state in short unknown; do
		put "$state"
		run kexec --ima-check --ima-policy=warn -e
		ends 0
		ran -e
		says "executing all the same"
	done
	put nothing
	run kexec --ima-check --ima-policy=warn -e
	ends 3
	ran
}

@test "alone, the modes that act do act: reload loads, coldboot unloads" {
	put short
	run kexec --ima-check=reload
	ends 0
	ran "-s -l vmlinuz --initrd=initrd"
	put short
	run kexec --ima-check=coldboot
	ends 3
	ran "-s -u"
	nothing_loaded
	says "unloading, so that the reboot is a cold one"
	put short
	run kexec_ima check --mode=warn
	ends 0
	ran
}

@test "other options of kexec -e go through" {
	loaded_by_us
	run kexec -x -y --ima-check -e -d
	ends 0
	ran "-x -y -e -d"
	run kexec --exec --ima-check
	ends 0
	ran "-x -y -e -d" --exec
}

@test "a check that fits: the text" {
	loaded_by_us
	feed files=5
	advance 600
	run kexec --ima-check
	ends 0
	golden check-fits
}

@test "a check that does not fit: the text" {
	loaded_by_us
	leave_room 100
	advance 600
	run kexec --ima-check -e
	ends 3
	golden check-short
}

@test "the CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB advised holds what the log grew by since the load" {
	loaded_by_us
	loaded=$(log_bytes)
	leave_room 100
	run kexec --ima-check -e
	kib=${output##*CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=}
	test "$((${kib%%[!0-9]*} * 1024))" -gt $(($(log_bytes) - loaded))
}

@test "nothing loaded: says so and what to do" {
	run kexec --ima-check -e
	ends 3
	says "no image is loaded: load one with kexec -s -l ... --ima-headroom"
}

# The record to come is known exactly: three bytes more than the kexec_load record.
@test "the last record must fit to the byte" {
	before=$(log_bytes)
	kexec -s -l vmlinuz --ima-headroom > /dev/null
	last=$(($(log_bytes) - before + 3))
	leave_room "$last"
	run kexec --ima-check -e
	ends 0
	says "$last bytes of room, $last needed"
	fresh
	kexec -s -l vmlinuz --ima-headroom > /dev/null
	leave_room "$((last - 1))"
	run kexec --ima-check -e
	ends 3
	says "$((last - 1)) bytes of room, and the kexec_execute record alone needs $last"
}

@test "a load older than planned, and past its deadline, is warned of" {
	loaded_by_us --ima-interval=1h
	advance 3601
	run kexec --ima-check -e
	ends 0
	says "the load is 1h0min old, 1h0min was planned: load again soon"
	silent_about "the deadline given at the load is past"
	advance 40000
	run kexec --ima-check --ima-interval=2d -e
	ends 0
	silent_about "was planned"
	says "the deadline given at the load is past"
}

@test "a load within its time is not warned of" {
	loaded_by_us --ima-interval=1h
	advance 3600
	run --separate-stderr kexec --ima-check -e
	test -z "$stderr"
}

@test "a load by others is judged from the log alone" {
	loaded_by_others
	run kexec --ima-check -e
	ends 0
	ran -e
	says "by others, time not known"
	leave_room 100
	run kexec --ima-check -e
	ends 3
	ran -e
}

complained() { echo "3,$1,10,-;ima: Could not map measurements buffer." >> "$root/dev/kmsg"; }

# Said by the kernel while nobody of us listened: of this load, or of one before it.
@test "a load by others in a boot in which the kernel complained of a load: 4, not executed" {
	complained 7
	loaded_by_others
	run kexec --ima-check -e
	ends 4
	ran
	stays_loaded
	says "a segment does not work (see dmesg)" "--ima-headroom"
	# That is known of a load of ours.
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	run kexec --ima-check
	ends 0
	# What is known is said, whatever the kernel said.
	fresh
	loaded_by_others
	complained 8
	leave_room 100
	run kexec --ima-check
	ends 3
	says "does not fit"
}

@test "a load by others: a kernel's log that cannot be read, or never ends, has no complaint" {
	loaded_by_others
	for kind in absent folder endless; do
		rm -rf "$root/dev/kmsg"
		case $kind in
		folder) mkdir "$root/dev/kmsg" ;;
		endless) truncate -s 1T "$root/dev/kmsg" ;;
		esac
		run kexec --ima-check
		ends 0 || fail "$kind" || return
	done
}

@test "a log that no load can carry any more: no word of loading again" {
	loaded_by_us
	leave_room 100
	echo "MemTotal:        100 kB" > "$root/proc/meminfo"
	rm "$root/run/kexec-ima/kernel.json"
	run kexec --ima-check
	ends 3
	says "does not fit" "cold boot, or delete records"
	[[ $output != *reload* ]] || fail "$output"
}

@test "a load by others cannot be loaded again: said, 3" {
	loaded_by_others
	leave_room 100
	run kexec --ima-check=reload -e
	ends 3
	ran
	stays_loaded
	says "was not loaded with --ima-headroom, so it cannot be loaded again"
}

@test "a load of ours, then one by others: ours is not taken for theirs" {
	loaded_by_us
	feed files=3 load
	leave_room 100
	run kexec --ima-check=reload -e
	ends 3
	ran
	says "was not loaded with --ima-headroom"
}

@test "reload uses the recorded arguments and folder" {
	mkdir "$root/images"
	pushd "$root/images" > /dev/null
	touch vmlinuz
	run -0 kexec -sl -t elf ./vmlinuz --append "a  b" --initrd= --ima-headroom
	popd > /dev/null
	: > "$root/fake/calls"
	: > "$root/fake/folders"
	leave_room 100
	run kexec --ima-check=reload -e
	ends 0
	says "loading the same image again"
	ran "-sl -t elf ./vmlinuz --append a\\ \\ b --initrd=" -e
	test "$(head -n 1 "$root/fake/folders")" = "$root/images"
	test "$(tail -n 1 "$root/fake/folders")" = "$PWD"
}

@test "reload from a folder that is gone: said, not executed" {
	mkdir "$root/images"
	pushd "$root/images" > /dev/null
	touch vmlinuz
	run -0 kexec -s -l vmlinuz --ima-headroom
	popd > /dev/null
	rm -r "$root/images"
	: > "$root/fake/calls"
	leave_room 100
	run kexec --ima-check=reload -e
	ends 1
	ran
	says "$root/images" "load it again"
	silent_about "install kexec-tools"
}

@test "reload of a file that was changed meanwhile: said, not executed" {
	local file
	for file in vmlinuz initrd; do
		fresh
		loaded_by_us
		leave_room 100
		echo other > "$file"
		run kexec --ima-check=reload -e
		ends 1
		ran
		says "$file is gone or not what was loaded"
		stays_loaded
	done
}

# A new folder on another file system than that of the tree, as a relative path.
elsewhere() { realpath --relative-to=. "$(mktemp -d /dev/shm/kexec-ima-test.XXXXXX)"; }

@test "reload of a file whose file system is gone: from its copy in /run" {
	local copy=$root/run/kexec-ima/image-1
	echo kernel > vmlinuz
	# Another file system than that of the tree: it will be unmounted.
	other=$(elsewhere)
	echo initrd > "$other/initrd"
	run -0 kexec -s -l vmlinuz --initrd="$other/initrd" --ima-headroom
	rm -r "$other"
	test "$(cat "$copy")" = initrd
	test ! -e "$root/run/kexec-ima/image-0"
	: > "$root/fake/calls"
	leave_room 100
	run kexec --ima-check=reload -e
	ends 0
	ran "-s -l vmlinuz --initrd=$copy" -e
	# What is remembered is what was given, and the copy serves again.
	: > "$root/fake/calls"
	leave_room 100
	run kexec --ima-check=reload
	ends 0
	ran "-s -l vmlinuz --initrd=$copy"
	leave_room 100
	: > "$root/fake/calls"
	echo damaged > "$copy"
	run kexec --ima-check=reload -e
	ends 1
	ran
}

@test "an image that is unloaded leaves no copy" {
	other=$(elsewhere)
	touch "$other/vmlinuz"
	run -0 kexec -s -l "$other/vmlinuz" --ima-headroom
	test -e "$root/run/kexec-ima/image-0"
	leave_room 100
	run kexec --ima-check=coldboot
	ends 3
	nothing_loaded
	test ! -e "$root/run/kexec-ima/image-0"
	rm -r "$other"
}

@test "a file that changes during the load is not taken for the loaded one" {
	touch vmlinuz
	mv "$root$KEXEC_IMA_REAL" "$root$KEXEC_IMA_REAL.fake"
	printf '#!/bin/sh\necho more >> vmlinuz\nexec "$0.fake" "$@"\n' > "$root$KEXEC_IMA_REAL"
	chmod +x "$root$KEXEC_IMA_REAL"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	says "changed during the load"
	leave_room 100
	: > "$root/fake/calls"
	run kexec --ima-check=reload -e
	ends 3
	ran
	says "cannot be loaded again"
}

@test "reload twice: the second is known too" {
	loaded_by_us
	for _ in 1 2; do
		: > "$root/fake/calls"
		leave_room 100
		run kexec --ima-check=reload
		ends 0
		ran "-s -l vmlinuz --initrd=initrd"
	done
}

@test "reload that does not help: 3, not executed" {
	loaded_by_us
	leave_room 100
	echo "load bytes=12000" > "$root/fake/steps"
	run kexec --ima-check=reload -e
	ends 3
	ran "-s -l vmlinuz --initrd=initrd"
}

@test "reload without an event: 4, not executed" {
	loaded_by_us
	leave_room 100
	: > "$root/fake/steps"
	run kexec --ima-check=reload -e
	ends 4
	ran "-s -l vmlinuz --initrd=initrd"
}

@test "reload that the kernel complains of: 3, not executed" {
	loaded_by_us
	leave_room 100
	echo "3,7,9,-;ima: Could not map measurements buffer." > "$root/fake/kmsg"
	run kexec --ima-check=reload -e
	ends 3
	ran "-s -l vmlinuz --initrd=initrd"
	says "could not map the segment"
}

@test "reload where the real kexec fails: its status, not executed" {
	loaded_by_us
	leave_room 100
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	run kexec --ima-check=reload -e
	ends 7
	ran "-s -l vmlinuz --initrd=initrd"
}

@test "a reload that failed can be tried again" {
	loaded_by_us
	leave_room 100
	echo 7 > "$root/fake/status"
	: > "$root/fake/steps"
	run kexec --ima-check=reload -e
	ends 7
	rm "$root/fake/status"
	echo load > "$root/fake/steps"
	: > "$root/fake/calls"
	run kexec --ima-check=reload -e
	ends 0
	ran "-s -l vmlinuz --initrd=initrd" -e
}

@test "reload on a kernel without events: 4, and no word of a load by others" {
	kernel copy-at-execute
	: > "$root/fake/steps"
	run kexec -s -l vmlinuz --ima-headroom
	: > "$root/fake/calls"
	run kexec --ima-check=reload -e
	ends 4
	ran
	silent_about "was not loaded with --ima-headroom"
	says "it is not loaded again"
}

@test "coldboot where the unload fails: said, 1" {
	loaded_by_us
	leave_room 100
	: > "$root/fake/stuck"
	run kexec --ima-check=coldboot -e
	ends 1
	says "the image could not be unloaded"
}

@test "a missing real kexec: 1" {
	loaded_by_us
	rm "$root$KEXEC_IMA_REAL"
	run kexec --ima-check -e
	ends 1
	says "$root$KEXEC_IMA_REAL" "install kexec-tools"
}

@test "the status of the real kexec -e passes" {
	loaded_by_us
	sed -i '$ i exit 9' "$root$KEXEC_IMA_REAL"
	sed -i 's/^action=other/exit 9/' "$root$KEXEC_IMA_REAL"
	run kexec --ima-check -e
	ends 9
	ran -e
}

@test "a log that shrank below the load (another boot's log): not executed" {
	loaded_by_us
	: > "$root/$ima/binary_runtime_measurements"
	feed boot files=3
	run kexec --ima-check -e
	ends 4
	ran
}

@test "an earlier boot's load does not count" {
	loaded_by_us
	feed execute boot files=3
	run kexec --ima-check -e
	ends 4
	ran
}

@test "kexec-ima check refuses arguments and bad modes" {
	run kexec_ima check now
	ends 2
	says "check takes no argument: now"
	run kexec_ima check --mode=xyz
	ends 2
	says "--mode=xyz" "refuse, reload, coldboot or warn"
}

@test "--ima-policy=warn does not overrule coldboot, and counts after a reload" {
	put short
	run kexec --ima-check=coldboot --ima-policy=warn -e
	ends 3
	ran "-s -u"
	put short
	echo "load bytes=12000" > "$root/fake/steps"
	run kexec --ima-check=reload --ima-policy=warn -e
	ends 0
	ran "-s -l vmlinuz --initrd=initrd" -e
	says "executing all the same"
}

@test "an image unloaded by kexec -u is no longer known" {
	loaded_by_us
	run kexec -u
	run kexec --ima-check -e
	ends 3
	ran -u
	says "no image is loaded"
}

@test "whether the kernel complained was not known at the load: nor at the check, 4" {
	rm "$root/dev/kmsg"
	run kexec -s -l vmlinuz --ima-headroom
	ends 4
	run kexec --ima-check -e
	ends 4
	ran "-s -l vmlinuz"
}

@test "reload gives any byte of an argument back" {
	touch vmlinuz
	run -0 kexec -s -l vmlinuz $'--append=\x01\t"\\\n\xff\xc3\xa4%s' "" --ima-headroom
	leave_room 100
	run kexec --ima-check=reload -e
	ends 0
	test "$(sed -n 1p "$root/fake/calls")" = "$(sed -n 2p "$root/fake/calls")"
	test "$(wc -l < "$root/fake/calls")" = 3
}

@test "reload with the log cut: loads, cannot tell, 4" {
	loaded_by_us
	feed files=1
	truncate -s -1 "$root/$ima/binary_runtime_measurements"
	: > "$root/fake/steps"
	run kexec --ima-check=reload -e
	ends 4
	silent_about "executing"
}

@test "a check from another folder, with a relative sysroot" {
	loaded_by_us
	cd "$root/.."
	run "$KEXEC_IMA_BUILD/kexec/kexec-ima" check --sysroot root
	ends 0
	leave_room 100
	run "$KEXEC_IMA_BUILD/kexec/kexec-ima" check --sysroot root
	ends 3
	ran
}

@test "kexec-ima check only looks at a saved tree: modes that act are refused" {
	put short
	for mode in reload coldboot; do
		run kexec_ima check "--mode=$mode"
		ends 2
		says "a saved tree is only looked at"
	done
	ran
	stays_loaded
}

@test "a configuration that cannot be read in time: nothing is executed, within the built-in limit" {
	local start=$SECONDS
	loaded_by_us
	echo "check = refuse" > "$root/etc/kexec-ima.conf"
	run slowly 50 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -e
	ends 1
	says "took too long (shutdown-timeout" "nothing is executed"
	test $((SECONDS - start)) -le 15 || fail "it took $((SECONDS - start)) s"
	ran
}

@test "a slow configuration: its limit counts from the beginning" {
	loaded_by_us
	echo "shutdown-timeout = 2s" > "$root/etc/kexec-ima.conf"
	run slowly 3 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" --ima-check -e
	ends 1
	says "took too long (shutdown-timeout" "nothing is executed"
	ran
	# No limit is left where nothing is judged.
	printf '#!/bin/sh\nsleep 12\necho "$*" >> "%s"\n' "$root/fake/calls" > "$root$KEXEC_IMA_REAL"
	run -0 slowly 1 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -e
	ran "-e"
}

@test "a reload that hangs: nothing is executed" {
	echo "shutdown-timeout = 2s" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	leave_room 100
	printf '#!/bin/sh\necho $$ > "%s"\nexec sleep 600\n' "$root/pid" > "$root$KEXEC_IMA_REAL"
	chmod +x "$root$KEXEC_IMA_REAL"
	run timeout 60 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" --ima-check=reload -e
	ends 1
	says "took too long (shutdown-timeout" "nothing is executed"
	# Nor does the load go on (a zombie that nobody has waited for does not).
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		run grep 'State:[[:space:]]*[SRD]' "/proc/$(cat "$root/pid")/status"
		test "$status" -eq 0 || break
		sleep 0.1
	done
	test "$status" -ne 0
}
