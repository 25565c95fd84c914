#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima sample, estimate and backtest: the history, and what is made of it.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

db() { sqlite3 "$root/var/lib/kexec-ima/history.db" "$1"; }

# is QUERY VALUE: what the database says, with the rows that wait in it.
is() {
	local got

	kexec_ima estimate > /dev/null 2>&1
	got=$(db "$1")
	test "$got" = "$2" || fail "$1: $got, expected $2"
}

# The kernel's count, as a real one has it.
count() { echo "$1" > "$root/$ima/runtime_measurements_count"; }

# steady SECONDS STEP RECORDS: a CSV of a log that grows by so many records of 120 bytes a step.
steady() {
	awk -v n="$1" -v s="$2" -v r="$3" 'BEGIN {
		print "boottime_seconds,records,bytes"
		for (i = 0; i * s < n; i++) printf "%d,%d,%d\n", 20 + i * s, 300 + i * r, 36000 + i * r * 120
	}'
}

@test "a sample a minute: one row each, and the log is read only for what is new" {
	count 301
	for minute in 1 2 3; do
		run kexec_ima sample
		ends 0
		test -z "$output" || fail "$output"
		advance 60
	done
	is 'SELECT count(*), min(records), max(records), min(bytes), max(bytes) FROM sample' \
		'3|301|301|36854|36854'
	# A few new records are taken for records of mean size; many are read.
	count 303
	kexec_ima sample
	is 'SELECT records, exact FROM sample ORDER BY boottime_ms DESC LIMIT 1' '303|0'
	is 'SELECT bytes FROM sample ORDER BY boottime_ms DESC LIMIT 1' "$((36854 + 2 * 36854 / 301))"
	advance 60
	feed files=60
	count 361
	kexec_ima sample
	is 'SELECT records, bytes, exact FROM sample ORDER BY boottime_ms DESC LIMIT 1' \
		"361|$(log_bytes)|1"
}

@test "what was guessed is read again after an hour" {
	count 301
	kexec_ima sample
	feed files=1
	count 302
	advance 3500
	kexec_ima sample
	is 'SELECT exact FROM sample ORDER BY boottime_ms DESC LIMIT 1' 0
	advance 200
	kexec_ima sample
	is 'SELECT exact, bytes FROM sample ORDER BY boottime_ms DESC LIMIT 1' "1|$(log_bytes)"
}

@test "a count that falls, as after a deletion, is read" {
	count 301
	kexec_ima sample
	advance 60
	: > "$root/$ima/binary_runtime_measurements"
	feed files=10
	count 10
	run kexec_ima sample
	ends 0
	is 'SELECT records, exact FROM sample ORDER BY boottime_ms DESC LIMIT 1' '10|1'
}

@test "two boots in one file" {
	kexec_ima sample
	echo 11111111-3b5c-4a59-9f0e-0d3c1f5a7e11 > "$root/proc/sys/kernel/random/boot_id"
	echo "100.00 0.00" > "$root/proc/uptime"
	run kexec_ima sample
	ends 0
	is 'SELECT count(*) FROM boot' 2
	is 'SELECT boot, boottime_ms FROM sample ORDER BY boot' '1|36000000
2|100000'
	run kexec_ima status
	ends 0
}

@test "loads and checks are kept, and a new boot learns the execute and its burst" {
	loaded_by_us
	advance 600
	feed files=5
	run kexec_ima check
	ends 0
	advance 60
	feed files=3 execute boot files=20
	echo 0 > "$root/sys/kernel/kexec_loaded"
	echo 22222222-3b5c-4a59-9f0e-0d3c1f5a7e11 > "$root/proc/sys/kernel/random/boot_id"
	echo "50.00 0.00" > "$root/proc/uptime"
	rm -rf "$root/run/kexec-ima"
	run kexec_ima sample
	ends 0
	is 'SELECT count(*) FROM load' 1
	is 'SELECT count(*) FROM "check"' 1
	is 'SELECT boot, interval, grown > burst, burst > 0, entry FROM "execute"' '1|600|1|1|1'
	# The habit is the interval from now on.
	run --separate-stderr kexec_ima estimate --format json
	json 'j["interval_seconds"]' 600
}

@test "a machine with no history learns from its log" {
	feed load files=100 execute boot files=300 load files=100 execute boot files=300 
	run --separate-stderr kexec_ima estimate --format json
	ends 0
	json 'j["basis"]' '"log"' 'j["bound_bytes"] > 12000' true 'j["small_sample"]' true
}

@test "estimate: the options, the text, the kernel's extra memory" {
	run kexec_ima estimate --interval 2h --confidence 0.9
	ends 0
	says "in 2h0min with probability 0.9" "needed     " "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB="
	run kexec_ima estimate --interval 900d
	ends 0
	says "no CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB gives that"
	for bad in "--interval x" "--confidence 1" "--confidence 0" "more"; do
		run kexec_ima estimate $bad
		ends 2
	done
}

@test "backtest: a steady log is covered, for little more than it needs" {
	steady 172800 300 5 > h.csv
	for p in 0.9 0.99 0.999; do
		run --separate-stderr kexec_ima backtest --history h.csv --interval 1h --confidence $p \
			--format json
		ends 0
		json 'j["covered"] == j["windows"]' true 'j["asked_over_oracle"] < 2' true \
			'j["oracle_bytes"]' 7200 'j["windows"]' 507
	done
	run kexec_ima backtest --history h.csv
	ends 0
	says "covered    507 of 507 windows" "7200 is the smallest constant"
}

@test "backtest: a history in the database" {
	kexec_ima sample
	db "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
		INSERT INTO sample SELECT 1, 36000000 + i * 60000, unix + i * 60, records + i, bytes + i * 120,
		0, 0, 0, 1, counted + i FROM n, sample WHERE boottime_ms = 36000000"
	run --separate-stderr kexec_ima backtest --interval 10min --confidence 0.9 --format json
	ends 0
	json 'j["oracle_bytes"]' 1200 'j["covered"] == j["windows"]' true
}

@test "a bad CSV: the line is named" {
	steady 3000 300 5 > good.csv
	while IFS='|' read -r line edit; do
		sed "$edit" good.csv > bad.csv
		run kexec_ima backtest --history bad.csv --interval 10min
		ends 1
		says "bad.csv, line $line:"
	done <<-'END'
		1|1s/bytes/byte/
		2|2s/20/-20/
		3|3s/,/;/
		4|4s/$/,1/
		4|4s/,[0-9]*$//
		5|5s/^[0-9]*/20/
		5|5s/^[0-9]*/nan/
		6|6s/$/x/
		6|6s/,[0-9]*$/,99999999999999999999/
		2|2,$d
	END
	run kexec_ima backtest --history good.csv --interval 10h
	ends 4
	says "shorter than the interval"
	run kexec_ima backtest --history nowhere.csv
	ends 1
	says "nowhere.csv cannot be read"
}

@test "a corrupt database: one message, set aside, and nothing else fails" {
	kexec_ima sample
	rm -f "$root"/var/lib/kexec-ima/history.db-*
	echo "this is no database, whatever its name may say" > "$root/var/lib/kexec-ima/history.db"
	run --separate-stderr kexec_ima status
	ends 0
	says "made from the log alone" "fading boot"
	loaded_by_us
	test "$(grep -c . <<< "$(kexec -s -l vmlinuz --initrd=initrd --ima-headroom 2>&1 > /dev/null)")" -le 2
	# The next boot looks into it.
	rm -rf "$root/run/kexec-ima"
	advance 60
	run --separate-stderr kexec_ima sample
	ends 1
	test "$(wc -l <<< "$stderr")" = 1 || fail "$stderr"
	says "samples wait in" "set aside"
	grep -q "this is no database" "$root/var/lib/kexec-ima/history.db.corrupt-1"
	advance 60
	run kexec_ima sample
	ends 0
	is 'SELECT count(*) FROM sample' 2
}

@test "of a newer version: left alone" {
	kexec_ima sample
	db 'PRAGMA user_version = 9'
	rm -rf "$root/run/kexec-ima"
	run kexec_ima sample
	ends 1
	says "newer version"
	is 'PRAGMA user_version' 9
	run kexec_ima status
	ends 0
}

@test "a folder that others can write, or a link in the file's place, is not used" {
	mkdir -p "$root/var/lib/kexec-ima"
	chmod 777 "$root/var/lib/kexec-ima"
	run kexec_ima sample
	ends 1
	says "that others cannot write to"
	chmod 700 "$root/var/lib/kexec-ima"
	touch elsewhere
	ln -s "$PWD/elsewhere" "$root/var/lib/kexec-ima/history.db"
	run kexec_ima sample
	ends 1
	test ! -s elsewhere
}

@test "old rows go at the first sample of a boot; a clock that jumps takes nothing" {
	kexec_ima sample
	db 'UPDATE sample SET unix = unix - 100 * 86400'
	rm -rf "$root/run/kexec-ima"
	advance 3600
	kexec_ima sample
	# A hundred days have passed at once: not believed.
	is 'SELECT count(*) FROM sample' 2
	rm -rf "$root/run/kexec-ima"
	advance 3600
	kexec_ima sample
	is 'SELECT count(*) FROM sample' 2
	# And one that jumps ahead makes no row old.
	db 'UPDATE sample SET unix = unix + 1000 * 86400 WHERE boottime_ms = (SELECT max(boottime_ms) FROM sample)'
	rm -rf "$root/run/kexec-ima"
	advance 3600
	kexec_ima sample
	is 'SELECT count(*) FROM sample' 3
}

# ---- the rows that wait ------------------------------------------------------------------------

spool() { cat "$root/var/lib/kexec-ima/spool"; }

# traced EXPRESSION... : a sample with faults put into its system calls.
traced() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null "$@" "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" sample
}

@test "a row waits in a file that is never read meanwhile, until somebody asks" {
	kexec_ima sample
	advance 60
	run strace -f -qq -e trace=openat,open -o trace "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" sample
	ends 0
	grep -q 'spool", O_WRONLY' trace
	! grep 'var/lib' trace | grep -v 'O_WRONLY\|O_DIRECTORY' || fail "opened for reading"
	test "$(spool | wc -l)" = 1
	test "$(db 'SELECT count(*) FROM sample')" = 1
	kexec_ima estimate > /dev/null
	test "$(db 'SELECT count(*) FROM sample')" = 2
	test ! -e "$root/var/lib/kexec-ima/spool"
}

@test "many rows are put into the database by the sample itself" {
	local i

	kexec_ima sample
	advance 60
	kexec_ima sample
	for ((i = 0; i < 1000; i++)); do
		echo "sample $(cat "$root/proc/sys/kernel/random/boot_id") $((100000 + i)) 1700000000 301 36854 0 0 0 1 301"
	done >> "$root/var/lib/kexec-ima/spool"
	advance 60
	kexec_ima sample
	test ! -e "$root/var/lib/kexec-ima/spool"
	test "$(db 'SELECT count(*) FROM sample')" = 1003
}

@test "rows that are in the database already are not doubled, as after a crash behind the commit" {
	loaded_by_us
	kexec_ima sample
	advance 60
	kexec_ima sample
	advance 60
	run kexec_ima check
	ends 0
	echo "verify $(cat "$root/proc/sys/kernel/random/boot_id") 1700000000 0" >> "$root/var/lib/kexec-ima/spool"
	cp "$root/var/lib/kexec-ima/spool" kept
	kexec_ima estimate > /dev/null
	test ! -e "$root/var/lib/kexec-ima/spool"
	cp kept "$root/var/lib/kexec-ima/spool"
	kexec_ima estimate > /dev/null
	for table in sample load '"check"' verify; do
		is "SELECT count(*) FROM $table" "$(test "$table" = sample && echo 2 || echo 1)"
	done
}

@test "a line that is no row: the good ones are kept, the file is set aside" {
	local good n=0

	kexec_ima sample
	advance 60
	kexec_ima sample
	good=$(spool)
	while IFS= read -r edit; do
		n=$((n + 1))
		{ sed "$edit" <<< "$good"; echo "${good/ 36060000 / 36120000 }"; } > "$root/var/lib/kexec-ima/spool"
		kexec_ima estimate > /dev/null
		test -e "$root/var/lib/kexec-ima/spool.corrupt-$n" || fail "$edit was taken"
		test "$(db 'SELECT max(boottime_ms), count(*) FROM sample')" = '36120000|2' || fail "after $edit"
	done <<-'END'
		s/sample/simple/
		s/ [0-9]*$//
		s/$/ 1/
		s/ [0-9]*$/ 99999999999999999999/
		s/ [0-9]*$/ x/
		s/ 36060000 / -1 /
		s/1 301$/2 301/
		s/^sample [^ ]*/sample/
	END
	test "$n" = 8
	# One that was cut by a crash.
	printf '%s' "$good" > "$root/var/lib/kexec-ima/spool"
	kexec_ima estimate > /dev/null
	test -e "$root/var/lib/kexec-ima/spool.corrupt-9"
}

@test "a full disk: the sample is skipped with one message, nothing else fails" {
	kexec_ima sample
	advance 60
	run traced -P "$root/var/lib/kexec-ima/spool" -e inject=write:error=ENOSPC
	ends 1
	says "No space left on device; no sample was kept"
	test "${#lines[@]}" = 1
	test ! -s "$root/var/lib/kexec-ima/spool"
	run kexec_ima status
	ends 0
	run kexec_ima sample
	ends 0
	# Full when the rows are to go into the database: they go on waiting.
	rm -rf "$root/run/kexec-ima"
	advance 60
	run traced -e inject=pwrite64:error=ENOSPC
	ends 1
	says "samples wait in"
	test "${#lines[@]}" = 1
	test "$(spool | wc -l)" = 2
	advance 60
	run kexec_ima sample
	ends 0
	is 'SELECT count(*) FROM sample' 4
}

@test "a read-only disk: what is there is read, and nothing is kept" {
	local faults=(-P "$root/var/lib/kexec-ima")

	kexec_ima sample
	advance 60
	run traced "${faults[@]}" -e inject=openat:error=EROFS
	ends 1
	says "Read-only file system; no sample was kept"
	test "${#lines[@]}" = 1
	# SQLite asks to write, is refused, and the file is read as it is.
	sqlite3 "$root/var/lib/kexec-ima/history.db" 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
	rm -f "$root"/var/lib/kexec-ima/history.db-*
	run --separate-stderr strace -f -qq -o /dev/null -P "$root/var/lib/kexec-ima/history.db-wal" \
		-P "$root/var/lib/kexec-ima/history.db-shm" -e inject=openat:error=EROFS \
		"$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" estimate
	ends 0
	silent_about "cannot be used"
}

@test "a wall clock that steps back, and a machine that slept, change nothing in the estimate" {
	kexec_ima sample
	for minute in 1 2 3 4 5; do
		advance 60
		kexec_ima sample
	done
	run --separate-stderr kexec_ima estimate --format json
	before=$output
	db 'UPDATE sample SET unix = unix - 7200 WHERE boottime_ms > 36120000'
	run --separate-stderr kexec_ima estimate --format json
	test "$output" = "$before" || fail "$before $output"
	# Asleep for eight hours: the boot-time clock went on, the log did not.
	advance 28800
	run kexec_ima sample
	ends 0
	is 'SELECT count(*), max(boottime_ms) FROM sample' "7|$((36000000 + 300000 + 28800000))"
	run kexec_ima estimate
	ends 0
}

@test "sample takes no argument and no format" {
	run kexec_ima sample now
	ends 2
	run kexec_ima sample --format json
	ends 2
}

@test "backtest: every trace is covered, for at most twice what a constant would have taken" {
	local traces=$BATS_TEST_DIRNAME/../data/traces

	for trace in "$traces"/*.csv; do
		for p in 0.9 0.99 0.999; do
			run --separate-stderr kexec_ima backtest --history "$trace" --interval 1h \
				--confidence $p --format json
			ends 0
			python - <<-'END' "$output" "$trace" || return
				import json, math, sys
				told = json.loads(sys.argv[1])
				# Twelve windows of an hour overlap at a sample each five minutes.
				miss, n = 1 - told["confidence"], told["windows"] // 12
				missed = (told["windows"] - told["covered"]) / 12
				# No more than comes by chance in 97.5 of 100 such histories.
				allowed, below = 0, (1 - miss) ** n
				while below < 0.975:
				    allowed += 1
				    below += math.comb(n, allowed) * miss ** allowed * (1 - miss) ** (n - allowed)
				assert missed <= allowed, (sys.argv[2], allowed, told)
				assert told["asked_over_oracle"] <= 2, (sys.argv[2], told)
			END
		done
	done
}

@test "the synthetic traces are what the generator makes" {
	local traces=$BATS_TEST_DIRNAME/../data/traces kind

	for kind in constant bursty diurnal fading idle; do
		"$BATS_TEST_DIRNAME/../tools/gen-trace" $kind --seed 1 | cmp - "$traces/synthetic-$kind.csv"
	done
	for raw in "$traces"/raw/*.csv; do
		test -e "$raw" || continue
		"$BATS_TEST_DIRNAME/../tools/gen-trace" --recorded "$raw" --seed 1 |
			cmp - "$traces/$(basename "$raw")"
	done
}
