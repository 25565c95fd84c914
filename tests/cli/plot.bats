#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima plot, and the metrics that status writes.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

csv() {
	printf 'boottime_seconds,records,bytes\n'
	for i in 1 2 3 4 5 6 7 8 9; do echo "$((i * 600)),$((300 + i)),$((36000 + i * i * 120))"; done
}

well_formed() { python -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' "$1"; }

@test "plot: a CSV as SVG and as PNG" {
	csv > h.csv
	run kexec_ima plot --history h.csv -o out.svg
	ends 0
	well_formed out.svg
	grep -q "hours since boot" out.svg
	run kexec_ima plot --history h.csv --output out.png
	ends 0
	test "$(head -c 4 out.png | od -An -tx1 | tr -d ' ')" = 89504e47
	test "$(find . -maxdepth 1 -name '*.new' | wc -l)" = 0
}

@test "plot: this machine, with its load, its segment and its deadline" {
	kexec_ima sample
	loaded_by_us
	for i in 1 2 3; do
		advance 600
		feed files=2
		kexec_ima sample
	done
	run kexec_ima plot
	ends 0
	well_formed kexec-ima.svg
	for word in load segment "what may come"; do
		grep -q "$word" kexec-ima.svg || fail "$word is not in the picture"
	done
}

@test "plot: a name with quotes is a name" {
	csv > h.csv
	run kexec_ima plot --history h.csv -o "it's; !touch gone.svg"
	ends 0
	test -s "it's; !touch gone.svg"
	test ! -e gone.svg
}

@test "plot: what cannot be" {
	csv > h.csv
	run kexec_ima plot --history h.csv -o out.pdf
	ends 2
	says ".svg or .png"
	run kexec_ima plot --history h.csv -o $'a\nb.svg'
	ends 2
	run kexec_ima plot --history h.csv -o nowhere/out.svg
	ends 1
	says "nowhere/out.svg"
	run kexec_ima plot
	ends 1
	says "there is none" "kexec-ima sample"
	run kexec_ima plot --history h.csv x
	ends 2
}

@test "metrics: what promtool finds nothing wrong with, in each state" {
	for state in none loaded damaged unknown; do
		test "$state" != loaded || loaded_by_us
		test "$state" != damaged || truncate -s -1 "$root/$ima/binary_runtime_measurements"
		test "$state" != unknown || rm "$root/proc/kallsyms"
		run --separate-stderr kexec_ima status --format prometheus
		promtool check metrics <<< "$output" || return
		says 'kexec_ima_log_records 30' 'kexec_ima_verdict{verdict='
	done
}

@test "metrics: to a file, at once; and each sample where it is configured" {
	run kexec_ima status --format prometheus --output out.prom
	ends 0
	test -z "$output"
	test "$(stat -c %a out.prom)" = 644
	test "$(find . -maxdepth 1 -name '*.new' | wc -l)" = 0
	run kexec_ima status --format prometheus --output nowhere/out.prom
	ends 1
	says "nowhere/out.prom cannot be written"
	run kexec_ima status --output out.prom
	ends 2
	mkdir "$root/metrics"
	echo 'metrics = /metrics/kexec-ima.prom' >> "$root/etc/kexec-ima.conf"
	loaded_by_us
	run kexec_ima sample
	ends 0
	grep -q '^kexec_ima_image_loaded 1' "$root/metrics/kexec-ima.prom"
	grep -q '^kexec_ima_deadline_timestamp_seconds [0-9]*$' "$root/metrics/kexec-ima.prom"
	grep -q '^kexec_ima_sample_errors_total 0' "$root/metrics/kexec-ima.prom"
	run kexec_ima verify
	rm "$root/metrics/kexec-ima.prom"
	kexec_ima sample
	grep -q '^kexec_ima_verify{verdict="cold"} 1' "$root/metrics/kexec-ima.prom"
}

@test "metrics: only status has them" {
	for command in verify check sample "backtest --history x"; do
		run kexec_ima $command --format prometheus
		ends 2
		run kexec_ima --format prometheus $command
		ends 2
	done
	run kexec_ima --format prometheus status
	ends 0
}

@test "a picture only on a terminal, and no colors with NO_COLOR" {
	loaded_by_us
	run kexec_ima status
	silent_about picture
	run script -qec "TERM=xterm '$KEXEC_IMA_BUILD/kexec/kexec-ima' --sysroot '$root' status" /dev/null
	says "picture    [" $'\033['
	run script -qec "TERM=xterm NO_COLOR=1 '$KEXEC_IMA_BUILD/kexec/kexec-ima' --sysroot '$root' status" /dev/null
	says "picture    [#"
	silent_about $'\033['
	run script -qec "TERM=dumb '$KEXEC_IMA_BUILD/kexec/kexec-ima' --sysroot '$root' status" /dev/null
	silent_about picture
}
