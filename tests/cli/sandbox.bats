#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Least privilege: what a parser that was taken over can do, what root gives up, what the environment changes.
# shellcheck disable=SC2154,SC2086,SC2046,SC2016  # set by common.bash and bats; words on purpose
load common

# The program with what planted.c plants, out of the same objects.
setup_file() {
	local build=$KEXEC_IMA_BUILD cc libs

	cc=$(sed -n 's/^\(CC\|LDFLAGS\) = //p' "$build/Makefile")
	libs=$(sed -n 's/^\(JSON_C\|INIH\|NETTLE\|GCRYPT\|ZLIB\|RMATH\)_LIBS = //p' "$build/Makefile")
	$cc -std=c17 -Wall -Wextra -Werror -D_GNU_SOURCE -O1 -I"$BATS_TEST_DIRNAME/../../ima" \
		-I"$BATS_TEST_DIRNAME/../.." -fno-lto -o "$BATS_FILE_TMPDIR/planted" \
		-Wl,--wrap=imalog_reader_next,--wrap=history_points,--wrap=history_from_csv,--wrap=archive_from_text \
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

@test "verify: also behind an archive or a folder of them, from standard input, and with a quote" {
	gen_log --out log boot files=9
	mkdir -m 700 folder
	cp log folder/0001.000000001-000000010.log
	printf '{ "version": 2, "boot_id": "%s", "archive": 1, "chain": 1, "first_record": 1, "last_record": 10,
		"bytes": %d, "sha256": "%s", "running_sha256": "%s" }' "$boot_id" "$(stat -c %s log)" \
		"$(sha256sum log | cut -c 1-64)" "$({ head -c 32 /dev/zero; sha256sum log | cut -c 1-64 |
		python -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(input()))'; } | sha256sum | cut -c 1-64)" \
		> folder/0001.000000001-000000010.json
	run kexec_ima verify --archive folder --log log
	ends 0
	planted json verify --archive folder --log log
	ends 1
	says "try what it must not"
	no_effect json
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
	says "it must be a regular file, and no link to one"
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

@test "without libseccomp: it goes on, says so to root, and files are out of reach still" {
	gen_log --out log boot files=9
	mkdir empty
	: > empty/libseccomp.so.2
	run env LD_LIBRARY_PATH=$PWD/empty "$KEXEC_IMA_BUILD/kexec/kexec-ima" verify -v --log log
	ends 0
	says "without a sandbox of system calls" "install libseccomp"
	[[ $output == *"only files are out of reach"* ]] || return 0	# a kernel without Landlock
	export LD_LIBRARY_PATH=$PWD/empty
	for what in write append read rename unlink mkdir symlink; do
		planted $what verify --log log
		no_effect $what || return
	done
}

# ---- what root gives up ------------------------------------------------------------------------

# The capabilities that a command has while it waits: for a log that is a pipe.
@test "root commands keep two capabilities of files, and gain none by an exec" {
	test "$(id -u)" = 0 || skip "root only"
	mkfifo pipe
	"$KEXEC_IMA_BUILD/kexec/kexec-ima" verify --log pipe 3>&- &
	waiting=$!
	for i in $(seq 100); do
		grep -q '^CapBnd:.*0000000000000006$' "/proc/$waiting/status" && break
		sleep 0.05
	done
	run cat "/proc/$waiting/status"
	: > pipe
	wait "$waiting" || :
	says $'CapPrm:\t0000000000000006' $'CapEff:\t0000000000000006' $'CapBnd:\t0000000000000006' $'NoNewPrivs:\t1'
}

@test "what runs the real kexec hands on all that it has" {
	test "$(id -u)" = 0 || skip "root only"
	cat > "$root$KEXEC_IMA_REAL" <<-END
		#!/bin/sh
		grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status > "$PWD/had"
	END
	run kexec -u
	ends 0
	grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | diff - had
	# A sample that may load again does too.
	rm had
	fresh
	echo "watch = reload" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	sed -i "2i grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status > '$PWD/had'" "$root$KEXEC_IMA_REAL"
	leave_room 300
	run kexec_ima sample
	test -s had || fail "it did not load again: $output" || return
	grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | diff - had
	# One that only looks does not need it.
	fresh
	mkdir -p "$root/usr/bin"
	printf '#!/bin/sh\ngrep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status > "%s"\n' "$PWD/had" \
		> "$root/usr/bin/wall"
	chmod 755 "$root/usr/bin/wall"
	echo "wall = yes" > "$root/etc/kexec-ima.conf"
	loaded_by_us
	leave_room 300
	run kexec_ima sample
	test "$(tr -s '\t\n' ' ' < had)" = "CapEff: 0000000000000006 CapBnd: 0000000000000006 NoNewPrivs: 1 "
}

# ---- the environment ------------------------------------------------------------------------------

@test "no variable changes what is run: PATH, HOME, those of gnuplot, of OpenSSL and of TPM2-TSS" {
	mkdir bin home conf
	for name in kexec kexec.distrib gnuplot wall sh; do
		printf '#!/bin/bash\ntouch %q\n' "$PWD/was-run" > "bin/$name"
		chmod 755 "bin/$name"
	done
	printf 'system "touch %s"\n' "$PWD/was-run" | tee home/.gnuplot conf/.gnuplot > conf/gnuplotrc
	echo "#include <unistd.h>
#include <fcntl.h>
__attribute__((constructor)) static void run(void) { close(open(\"$PWD/was-run\", O_WRONLY | O_CREAT, 0600)); }" \
		> evil.c
	gcc -shared -fPIC -o evil.so evil.c
	cat > openssl.cnf <<-END
		openssl_conf = init
		[init]
		providers = list
		[list]
		default = known
		evil = evil
		[known]
		activate = 1
		[evil]
		module = $PWD/evil.so
		activate = 1
	END
	# It would be run by a program that reads it.
	OPENSSL_CONF=$PWD/openssl.cnf openssl version > /dev/null 2>&1 || :
	OPENSSL_CONF=$PWD/openssl.cnf openssl list -providers > /dev/null 2>&1 || :
	test -e was-run || fail "the trap does not work" || return
	rm was-run
	csv > h.csv
	gen_log --out log boot files=9
	touch vmlinuz initrd
	echo 'wall = yes' >> "$root/etc/kexec-ima.conf"
	evil=(PATH="$PWD/bin:$PATH" HOME="$PWD/home" GNUPLOT_LIB="$PWD/conf" GNUTERM=dumb IFS=/ CDPATH="$PWD/bin"
		OPENSSL_CONF="$PWD/openssl.cnf" OPENSSL_MODULES="$PWD" OPENSSL_ENGINES="$PWD"
		TSS2_LOGFILE="$PWD/was-run" SQLITE_TMPDIR="$PWD" XDG_CONFIG_HOME="$PWD/home")
	cd conf
	evilly() {
		run env "${evil[@]}" "$@"
		ends 0 || return
		test ! -e ../was-run || fail "something that the environment names was run by: $*"
	}
	evilly "$KEXEC_IMA_BUILD/kexec/kexec-ima" plot --history ../h.csv -o ../out.svg || return
	evilly "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" rehearse --grow 0 || return
	evilly "$KEXEC_IMA_BUILD/kexec/kexec-ima" rehearse --log ../log --grow 0 --save ../kept || return
	evilly "$KEXEC_IMA_BUILD/kexec/kexec-ima" verify --log ../kept/log --quote ../kept/quote.msg \
		--signature ../kept/quote.sig --key ../kept/key.pem || return
	evilly "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" sample || return
	# What a kexec does with its caller's environment is its own affair; which one it is is not.
	printf '#!/bin/sh\necho "$0" > %q\n' "$PWD/ran" > "$root$KEXEC_IMA_REAL"
	evilly "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -u || return
	test "$(cat ran)" = "$root$KEXEC_IMA_REAL"
	test -s ../out.svg
}

# ---- files that say what root does ----------------------------------------------------------------

@test "a configuration, or a kexec, that others can write is not used" {
	loaded_by_others
	echo "kexec = /tmp/mine" > "$root/etc/kexec-ima.conf"
	chmod 666 "$root/etc/kexec-ima.conf"
	for words in status estimate sample; do
		run kexec_ima $words
		ends 1
		says "can be written by others than root" || return
	done
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "can be written by others"
	# What is none of ours passes, to the kexec that was built in.
	run kexec -u
	ends 0
	ran "-u"
	rm "$root/etc/kexec-ima.conf"
	chmod 777 "$root$KEXEC_IMA_REAL"
	for words in "-u" "-s -l vmlinuz --ima-headroom" "--ima-check -e"; do
		run kexec $words
		ends 1
		says "can be written by others than root" || return
	done
	if test "$(id -u)" = 0; then
		chmod 755 "$root$KEXEC_IMA_REAL"
		chown 65534 "$root$KEXEC_IMA_REAL"
		run kexec -u
		ends 1
		says "can be written by others than root"
	fi
}

@test "a link anywhere in the way to /run/kexec-ima or /var/lib/kexec-ima is not followed" {
	mkdir -p elsewhere "$root/var"
	ln -s "$PWD/elsewhere" "$root/var/lib"
	run kexec_ima sample
	ends 1
	says "others cannot write to"
	test "$(find elsewhere | wc -l)" = 1 || fail "the link was followed"
	rm -r "$root/run"
	ln -s "$PWD/elsewhere" "$root/run"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "no symbolic link"
	test "$(find elsewhere | wc -l)" = 1 || fail "the link was followed"
}

@test "a file of ours with a second name, of others, or that others write, is as if it were not there" {
	loaded_by_us
	state=$root/run/kexec-ima
	run kexec_ima status --format json
	json 'j["segment"]["loaded_age_seconds"] is not None' true
	for how in link write own pipe; do
		cp -a "$state/load.json" before
		case $how in
		link) ln "$state/load.json" second ;;
		write) chmod 666 "$state/load.json" ;;
		own) test "$(id -u)" = 0 || continue; chown 65534 "$state/load.json" ;;
		pipe) rm "$state/load.json"; mkfifo "$state/load.json" ;;
		esac
		run timeout 10 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" status --format json
		json 'j["segment"]["loaded_age_seconds"] is not None' false || fail "$how" || return
		rm -f "$state/load.json" second
		cp -a before "$state/load.json"
	done
	ln "$state/lock" second
	run kexec --ima-check
	ends 1
	says "/lock cannot be taken"
}

@test "the history: with a second name, or writable by others, it is not used" {
	run kexec_ima sample
	ends 0
	store=$root/var/lib/kexec-ima
	for file in spool history.db; do
		rm -f "$store"/*
		run kexec_ima sample
		run kexec_ima estimate
		kexec_ima sample
		test -e "$store/$file" || fail "no $file" || return
		ln "$store/$file" second
		run kexec_ima $(test $file = spool && echo sample || echo backtest)
		ends 1 || fail "$file" || return
		says "it must be a file" || return
		rm second
		chmod 666 "$store/$file"
		run kexec_ima $(test $file = spool && echo sample || echo backtest)
		ends 1
		chmod 600 "$store/$file"
	done
}

@test "metrics: a link planted in the folder is replaced, not followed" {
	mkdir "$root/metrics"
	echo 'metrics = /metrics/kexec-ima.prom' >> "$root/etc/kexec-ima.conf"
	echo victim > victim
	ln -s "$PWD/victim" "$root/metrics/kexec-ima.prom"
	run kexec_ima sample
	ends 0
	test "$(cat victim)" = victim
	test -f "$root/metrics/kexec-ima.prom" -a ! -L "$root/metrics/kexec-ima.prom"
	ln -sf "$PWD/victim" out.prom
	run kexec_ima status --format prometheus --output out.prom
	ends 0
	test "$(cat victim)" = victim
	ln -f victim out.prom
	run kexec_ima status --format prometheus --output out.prom
	ends 0
	test "$(cat victim)" = victim
}
