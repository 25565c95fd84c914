#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is around the program is missing, old, or not a whole machine: said in words that help.
# shellcheck disable=SC2154  # set by common.bash and bats
load common

@test "kexec-tools is not installed: named, with what to do, whatever is asked" {
	local command
	rm "$root$KEXEC_IMA_REAL"
	for command in "-s -l vmlinuz --ima-headroom" "-l vmlinuz" "--ima-check -e" -e -u; do
		read -ra words <<< "$command"
		run kexec "${words[@]}"
		ends 1 || fail "kexec $command"
		says "the real kexec, $root$KEXEC_IMA_REAL, is not there: install kexec-tools" || fail "$command"
	done
	run kexec_ima status
	ends 0
}

@test "kexec-tools is removed while an image is loaded: the hook says so, and a question still works" {
	loaded_by_us
	rm "$root$KEXEC_IMA_REAL"
	run kexec_ima check
	ends 0
	says fits
	run kexec_ima shutdown kexec
	says "the real kexec, $root$KEXEC_IMA_REAL, is not there" "unloading, so that the reboot is a cold one"
}

@test "the real kexec is this program: said, and no loop" {
	cp "$KEXEC_IMA_BUILD/kexec/kexec-ima" "$root/kexec-ima"
	ln -f "$root/kexec-ima" "$root$KEXEC_IMA_REAL"
	run "$root$KEXEC_IMA_REAL" --ima-sysroot="$root" -l vmlinuz --ima-headroom
	if test "$(basename "$KEXEC_IMA_REAL")" = kexec; then
		ends 1
		says "is this program and not the real kexec"
	fi
}

@test "a load by an old kexec-tools fails: the version is named" {
	local version
	echo 1 > "$root/fake/status"
	: > "$root/fake/steps"
	for version in 2.0.19 2.0.3 1.101.0; do
		echo "kexec-tools $version" > "$root/fake/version"
		run kexec -s -l vmlinuz --ima-headroom
		ends 1
		says "kexec-tools $version" "2.0.20 or later" || fail "$version"
	done
	for version in "kexec-tools 2.0.20" "kexec-tools 2.0.32 (git)" "kexec-tools 10.0.1" \
		"kexec-tools 2" "something else" "kexec-tools 2.0" ""; do
		echo "$version" > "$root/fake/version"
		run kexec -s -l vmlinuz --ima-headroom
		ends 1
		silent_about "or later" || fail "$version"
	done
}

@test "in a container: the log is the host's" {
	local mark
	rm -r "${root:?}/$ima"
	for mark in run/systemd/container run/.containerenv .dockerenv; do
		mkdir -p "$(dirname "$root/$mark")"
		: > "$root/$mark"
		for command in status verify check sample; do
			run kexec_ima $command
			ends 1 || fail "$command"
			says "is not there: this is a container" "on the host" || fail "$mark $command"
		done
		rm "$root/$mark"
	done
}

@test "in a bare chroot: nothing is mounted" {
	rm -r "${root:?}/sys"
	run kexec_ima status
	ends 1
	says "nothing is mounted at /sys" "chroot"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "nothing is mounted at /sys"
	ran
}

@test "without systemd a verdict that is not good goes to standard error, a good one nowhere" {
	run --separate-stderr kexec_ima --quiet verify --journal
	ends 0
	test -z "$output$stderr" || fail "$output $stderr"
	feed load boot
	run --separate-stderr kexec_ima --quiet verify --journal
	ends 3
	test -z "$output"
	[[ $stderr == "kexec-ima: the measurement log of this boot: "*"cold boot this machine"* ]] ||
		fail "$stderr"
}

@test "verify --journal: the metrics file has the verdict; a mistake in the file costs only that" {
	echo "metrics = /out.prom" > "$root/etc/kexec-ima.conf"
	run kexec_ima --quiet verify --journal
	ends 0
	test -s "$root/out.prom"
	rm "$root/out.prom"
	echo "metrics = out.prom" > "$root/etc/kexec-ima.conf"
	run kexec_ima verify --journal
	ends 0
	says "line 1: metrics=out.prom is not understood" "one boot"
	test ! -e "$root/out.prom"
}

@test "verify --journal is about this machine alone" {
	local words
	for words in "--log $root/$ima/binary_runtime_measurements" "--pcr sha1:00"; do
		read -ra words <<< "$words"
		run kexec_ima verify --journal "${words[@]}"
		ends 2
	done
}
