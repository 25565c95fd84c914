#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Least privilege: what a parser that was taken over can do, what root gives up, what the environment changes.
# shellcheck disable=SC2154,SC2086,SC2046  # set by common.bash and bats; words on purpose
load common

# The program with what planted.c plants, out of the same objects.
setup_file() {
	local build=$KEXEC_IMA_BUILD libs

	libs=$(sed -n 's/^\(JSON_C\|INIH\|NETTLE\|GCRYPT\|ZLIB\|RMATH\)_LIBS = //p' "$build/Makefile")
	gcc -std=c17 -Wall -Wextra -Werror -D_GNU_SOURCE -O1 -I"$BATS_TEST_DIRNAME/../../ima" \
		-I"$BATS_TEST_DIRNAME/../.." -fno-lto -o "$BATS_FILE_TMPDIR/planted" \
		-Wl,--wrap=imalog_reader_next,--wrap=history_points,--wrap=history_from_csv \
		"$BATS_TEST_DIRNAME/planted.c" $(find "$build/kexec" -name 'kexec_ima-*.o') \
		"$build/kexec/host/libtpm.a" "$build/ima/libimalog.a" $libs -lpthread
}

planted() {
	local what=$1

	shift
	rm -rf planted-effect planted-victim
	echo victim > planted-victim
	run env PLANTED="$what" "$BATS_FILE_TMPDIR/planted" --sysroot "$root" "$@"
}

gen_log() { python "$BATS_TEST_DIRNAME/../tools/gen-log" "$@"; }

csv() {
	printf 'boottime_seconds,records,bytes\n'
	for i in 1 2 3 4 5 6 7 8 9; do echo "$((i * 600)),$((300 + i)),$((36000 + i * i * 120))"; done
}

no_effect() {
	test ! -e planted-effect -a ! -L planted-effect || fail "$1 had its effect" || return
	test "$(cat planted-victim)" = victim || fail "$1 changed a file"
}

deadly="write append exec execveat fork socket rename unlink mkdir symlink code kill trace kexec"

@test "the plant works where there is no sandbox: the live log" {
	for what in write append read exec openat2 rename unlink mkdir symlink code kill; do
		planted $what verify --full
		test -e planted-effect -o -L planted-effect || fail "$what had no effect: $output" || return
	done
}

@test "verify: whatever is tried while a saved log is read is stopped, and is an error" {
	gen_log --out log boot files=9
	gzip -k log
	for log in log log.gz; do
		for what in $deadly; do
			test "$what" != fork || continue	# where it is a new call, there is none: see below
			planted $what verify --log $log
			ends 1 || fail "$what" || return
			says "try what it must not" || return
			no_effect $what || return
		done
	done
	for what in fork read openat2 type; do
		planted $what verify --log log
		no_effect $what || return
	done
}

@test "verify: also behind an archive, from standard input, and with a quote" {
	gen_log --out log boot files=9
	for words in "--log - --log log" "--archive log --log log"; do
		planted write verify $words < log
		ends 1
		no_effect write || return
	done
	run kexec_ima rehearse --log log --grow 0 --save kept
	ends 0
	planted exec verify --log kept/log --quote kept/quote.msg --signature kept/quote.sig --key kept/key.pem
	ends 1
	no_effect exec
}

@test "a crash is an error, with one sentence" {
	gen_log --out log boot files=9
	planted crash verify --log log
	ends 1
	says "Segmentation fault" "a bug"
	test "${#lines[@]}" = 1
}

@test "rehearse: what is tried is stopped, and nothing is saved" {
	gen_log --out log boot files=9
	for what in write exec socket; do
		planted $what rehearse --log log --grow 0 --save kept
		ends 1
		no_effect $what || return
		test ! -e kept || fail "saved after $what"
	done
}

@test "backtest and plot: what is tried is stopped; a database of others as well as a CSV" {
	csv > h.csv
	for what in write exec socket rename; do
		planted $what backtest --history h.csv --interval 20min
		ends 1
		no_effect $what || return
		planted $what plot --history h.csv -o out.svg
		ends 1
		no_effect $what || return
		test ! -e out.svg
	done
	make_database
	planted write backtest --history copy.db --interval 20min
	ends 1
	no_effect write
}

# A history whose rows are in the write-ahead log still, as copy.db and copy.db-wal.
make_database() {
	python "$BATS_TEST_DIRNAME/make-history" copy.db
	test "$(stat -c %s copy.db-wal)" -gt 100000
}

@test "a database with rows in its write-ahead log: all are seen, and no file is made or changed" {
	make_database
	sha256sum copy.db* > before
	run kexec_ima backtest --history copy.db --interval 20min --format json
	ends 0
	windows=$(python -c 'import json, sys; print(json.load(sys.stdin)["windows"])' <<< "$output")
	test "$windows" -gt 400 || fail "$windows windows: rows are missing"
	sha256sum copy.db* | diff before -
	# A torn end is left out, as SQLite does.
	truncate -s -100 copy.db-wal
	run kexec_ima backtest --history copy.db --interval 20min
	ends 0
	# What is damaged from the beginning is no log any more.
	printf '\377' | dd of=copy.db-wal bs=1 seek=5000 conv=notrunc status=none
	run kexec_ima backtest --history copy.db --interval 20min
	ends 4
	head -c 50 copy.db > short.db
	run kexec_ima backtest --history short.db
	ends 1
	ln -s copy.db link.db
	run kexec_ima backtest --history link.db
	ends 1
	says "it must be a file"
}

@test "the walls are there, and nobody needs root for files" {
	gen_log --out log boot files=9
	run kexec_ima verify -v --log log
	says "in a sandbox: system calls"
	test "$(id -u)" = 0 || return 0
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	chmod 644 log
	csv > h.csv
	mkdir -m 777 nobody
	# As a user of no account, with a copy where that user may go.
	cp "$KEXEC_IMA_BUILD/kexec/kexec-ima" log h.csv nobody
	run setpriv --reuid 65534 --regid 65534 --clear-groups bash -c 'cd "$0" && ./kexec-ima verify -q --log log &&
		./kexec-ima backtest -q --history h.csv --interval 20min && ./kexec-ima plot --history h.csv -o x.svg &&
		./kexec-ima rehearse -q --log log --grow 0 --save kept && test -s kept/quote.msg' "$PWD/nobody"
	ends 0
}

@test "without libseccomp: it goes on, and says so to root" {
	gen_log --out log boot files=9
	mkdir empty
	: > empty/libseccomp.so.2
	run env LD_LIBRARY_PATH=$PWD/empty "$KEXEC_IMA_BUILD/kexec/kexec-ima" verify -v --log log
	ends 0
	says "without a sandbox of system calls" "install libseccomp"
}
