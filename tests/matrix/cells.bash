# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The cells of run: what is built and tried.  $work is the folder of their builds; the tree is where they begin.
# shellcheck disable=SC2154 # $here, $top and $work are run's

cell() {
	local cell=$1 seen='' unit_flags=() hard='-fno-sanitize-recover=all -fno-omit-frame-pointer'

	case $1 in
	gcc-O0) compiled "$1" CC=gcc CFLAGS='-O0 -g -Werror' --disable-lto ;;
	gcc-O2) compiled "$1" CC=gcc CFLAGS='-O2 -g -Werror' --disable-lto ;;
	# make check's own -fno-lto would keep the linker from what the other flag made.
	gcc-O3-lto) unit_flags=(UNIT_CFLAGS=)
		compiled "$1" CC=gcc AR=gcc-ar RANLIB=gcc-ranlib CFLAGS='-O3 -flto=auto -g -Werror' ;;
	clang-O0) compiled "$1" CC=clang CFLAGS='-O0 -g -Werror' --disable-lto ;;
	clang-O2) compiled "$1" CC=clang CFLAGS='-O2 -g -Werror' --disable-lto ;;
	clang-O3-lto) unit_flags=(UNIT_CFLAGS=)
		compiled "$1" CC=clang AR=llvm-ar RANLIB=llvm-ranlib CFLAGS='-O3 -flto -g -Werror' \
		LDFLAGS=-fuse-ld=lld ;;
	signed-char | unsigned-char)
		compiled "$1" CC=gcc CFLAGS="-O2 -g -Werror -f$1" --disable-lto
		command_line "$work/$1" "${foreign[@]}" ;;
	asan)
		compiled "$1" CC=gcc --disable-lto \
			CFLAGS="-O1 -g -Werror -fsanitize=address,undefined,float-cast-overflow $hard"
		command_line "$work/$1" "${foreign[@]}" ;;
	integer)
		# As in tests/fuzz/Makefile: unsigned numbers do not wrap in the product, though C lets them.
		compiled "$1" CC=clang --disable-lto \
			CFLAGS="-O1 -g -Werror -fsanitize=address,undefined,float-cast-overflow,integer $hard \
				-fsanitize-ignorelist=$here/integer.ignored"
		command_line "$work/$1" "${foreign[@]}" ;;
	32-bit)
		elsewhere i386
		# Those of the sandbox that need neither another account nor other libraries: the sysroot has them.
		command_line build-i386 -f '^(verify|rehearse|backtest|the plant)' tests/cli/sandbox.bats
		command_line build-i386 tests/cli/{check,trim,verify}.bats ;;
	big-endian) elsewhere s390x ;;
	msan | tsan | musl | coverage) "$1" ;;
	valgrind-unit) valgrind_unit ;;
	valgrind-cli) valgrind_cli ;;
	gcc-analyzer | clang-tidy | cppcheck | shellcheck) analyzed "$1" ;;
	*) return 2 ;;
	esac
}

# The command-line tests that read what others wrote.
foreign=(tests/cli/{log,verify,archive,quote,rehearse,preflight,trim,shutdown}.bats)

# configured NAME [CONFIGURE ARGUMENT]...: anew when they are others than last time.
configured() {
	local folder=$work/$1
	shift
	[ configure -nt configure.ac ] || autoreconf -fi > /dev/null
	[ "$(cat "$folder/.arguments" 2>/dev/null)" != "$*" ] || return 0
	rm -rf "$folder"
	mkdir -p "$folder"
	(cd "$folder" && "$top/configure" -q "$@")
	echo "$*" > "$folder/.arguments"
}

# make_in NAME [MAKE ARGUMENT]...
make_in() {
	make -s --no-print-directory -C "$work/$1" -j"$(nproc)" V=1 "${@:2}"
}

# unit_tests NAME [MAKE ARGUMENT]...: cmocka's own count.
unit_tests() {
	local folder=$work/$1/tests/unit passed
	rm -f "$folder"/*.{log,trs}
	make_in "$1" check VERBOSE=1 "${unit_flags[@]}" "${@:2}" || return
	passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$folder"/*.log | paste -sd+ | bc)
	[ "${passed:-0}" -gt 0 ] || return
	seen="no warning, $passed unit tests"
	echo "$seen"
}

compiled() {
	configured "$@"
	make_in "$1" all
	unit_tests "$1"
}

# command_line FOLDER [BATS ARGUMENT]...
command_line() {
	tests/cli/run "$@" | tee "$work/.$cell.cli" || return
	seen="${seen:+$seen, }$(sed -n '$s/ passed, 0 failed$/ command-line tests/p' "$work/.$cell.cli")"
	echo "$seen"
}

# elsewhere ARCH: what tests/arch does there.
elsewhere() {
	tests/arch/run "$1" | tee "$work/.$cell.arch"
	seen=$(sed -n '$s/ passed, 0 failed$/ tests of tests\/arch/p' "$work/.$cell.arch")
	echo "$seen"
}

# ---- sanitizers --------------------------------------------------------------------------------------

# The unit tests of ring 1 alone: those that link nothing of kexec/.
ring1_tests() {
	awk '$1 ~ /^tests_unit_test_.*_SOURCES$/ { sub(/_SOURCES$/, "", $1); others[$1] = 1 }
		$1 ~ /^tests_unit_test_.*_LDADD$/ && $3 == "$(unit_libs)" && NF == 3 {
			sub(/_LDADD$/, "", $1); if (!($1 in others)) { sub(/^tests_unit_/, "", $1); print $1 } }' \
		tests/unit/Makemodule.am
}

# The sanitizers want their addresses; a kernel that draws more bits of them than they know of is kept from it.
fixed() { timeout 600 setarch -R "$@"; }

msan() {
	local list wrap=nettle_sha1_update,nettle_sha1_digest,nettle_sha256_update,nettle_sha256_digest
	wrap=-Wl,--wrap=${wrap//,/,--wrap=},--wrap=gcry_md_hash_buffer
	list=$(ring1_tests | sed 's|^|tests/unit/|' | paste -sd ' ')
	configured msan CC=clang --disable-lto --disable-hardening \
		CFLAGS='-O1 -g -Werror -fsanitize=memory -fsanitize-memory-track-origins -fno-sanitize-recover=all'
	clang -O1 -g -Wall -Wextra -Werror -fsanitize=memory -c tests/matrix/msan.c -o "$work/msan/msan.o"
	# make does not know of that object.
	# shellcheck disable=SC2086 # words
	(cd "$work/msan" && rm -f $list)
	unit_tests msan check_PROGRAMS="$list" TESTS="$list" LDFLAGS="$wrap $work/msan/msan.o" LOG_COMPILER='setarch -R'
}

# threaded OUT PIPELINE: the program by the thread sanitizer, with this pipeline.o and eight threads.
threaded() {
	local libs
	libs=$(sed -n 's/^\(JSON_C\|INIH\|NETTLE\|GCRYPT\|ZLIB\|RMATH\)_LIBS = //p' "$work/tsan/Makefile")
	# shellcheck disable=SC2046,SC2086 # words
	clang -O1 -g -fsanitize=thread -o "$1" -Wl,--wrap=host_processors tests/matrix/threads.c "$2" \
		$(find "$work/tsan/kexec" -name 'kexec_ima-*.o' ! -name 'kexec_ima-pipeline.o') \
		"$work/tsan/kexec/host/libtpm.a" "$work/tsan/ima/libimalog.a" $libs -lpthread
}

# replays PROGRAM TIMES: what reads a log by several threads; how many were said to run in "threads".
replays() {
	local logs=$work/tsan/logs i
	export TSAN_OPTIONS=exitcode=66:second_deadlock_stack=1
	for ((i = 0; i < $2; i++)); do
		fixed "$1" verify -q --log "$logs/long"
		fixed "$1" verify -q --log "$logs/odd"
		fixed "$1" verify -q --log "$logs/after/log" --quote "$logs/after/quote.msg" \
			--signature "$logs/after/quote.sig" --key "$logs/after/key.pem"
		fixed "$1" rehearse -q --log "$logs/long" --grow 8K
	done
}

tsan() {
	local logs=$work/tsan/logs program=$work/tsan/replay race=$work/tsan/race
	configured tsan CC=clang --disable-lto --disable-hardening CFLAGS='-O1 -g -Werror -fsanitize=thread'
	make_in tsan all
	unit_tests tsan LOG_COMPILER='setarch -R'
	mkdir -p "$logs"
	tests/tools/gen-log --out "$logs/long" --extra-kib 4096 boot files=9000 load files=900 execute boot files=9000
	tests/tools/gen-log --out "$logs/odd" --template ima-sig --bank sha256 boot files=6000 violations=50 files=3000
	threaded "$program" "$work/tsan/kexec/kexec_ima-pipeline.o"
	rm -rf "$logs/after"
	fixed "$program" rehearse -q --log "$logs/long" --grow 8K --save "$logs/after"
	replays "$program" 5

	# The sanitizer would have seen it: what was made is looked at without the lock, which harms nobody.
	mkdir -p "$race"
	sed 's/case DIGEST: imalog_batch_digest(&work.slot->batch, work.hash); break;/case DIGEST:\
		imalog_batch_digest(\&work.slot->batch, work.hash);\
		(void)*(volatile unsigned *)\&work.slot->made;\
		break;/' kexec/pipeline.c > "$race/pipeline.c"
	if cmp -s kexec/pipeline.c "$race/pipeline.c"; then
		echo "the place for the race is no longer in kexec/pipeline.c: plant it elsewhere"
		return 1
	fi
	clang -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=thread -Iima -Ikexec -c "$race/pipeline.c" -o "$race/pipeline.o"
	threaded "$race/replay" "$race/pipeline.o"
	replays "$race/replay" 3 > "$race/said" 2>&1 || :
	if ! grep -q 'WARNING: ThreadSanitizer: data race' "$race/said"; then
		cat "$race/said"
		echo "a planted race was not seen"
		return 1
	fi
	echo "21 replays of 9000 to 19000 records by eight threads: nothing; a planted race: seen"
}

# ---- valgrind ------------------------------------------------------------------------------------------

# No sandbox: valgrind's own system calls are none of those that it allows.
memcheck="valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99"

valgrind_build() {
	configured valgrind CC=gcc --disable-lto --disable-sandbox --disable-hardening CFLAGS='-O1 -g -Werror'
	make_in valgrind all
}

valgrind_unit() {
	valgrind_build
	unit_tests valgrind LOG_COMPILER="$memcheck"
}

# The program behind a name: each process has a file of its own, since a test may want the status of a failure.
valgrind_cli() {
	local folder=$work/valgrind-cli name runs
	valgrind_build
	rm -rf "$folder"
	mkdir -p "$folder/kexec" "$folder/said"
	cp "$work/valgrind/Makefile" "$folder"
	for name in kexec kexec-ima; do
		printf '#!/bin/sh\nexec %s --log-file=%s "%s" "$@"\n' "$memcheck" "$folder/said/%p" \
			"$work/valgrind/kexec/$name" > "$folder/kexec/$name"
		chmod +x "$folder/kexec/$name"
	done
	# Each command, and each format that others write; a second for a process is too slow for all of them.
	command_line "$folder" tests/cli/{archive,quote,trim,plot,watch}.bats
	command_line "$folder" -f '^(a load|reload|a check|--ima-policy|estimate|backtest: a |a sample|loads|with -e|rehears|preflight)' \
		tests/cli/{load,check,history,rehearse,preflight,shutdown}.bats
	runs=$(find "$folder/said" -type f | wc -l)
	if [ -n "$(find "$folder/said" -type f -size +0)" ]; then
		find "$folder/said" -type f -size +0 -exec cat {} + | head -n 200
		return 1
	fi
	echo "$runs processes: no error, nothing lost; $seen"
}

# ---- musl ---------------------------------------------------------------------------------------------

# Headers of libraries are those of this machine, without the C library's beside them.  Its archives of the digest
# libraries are linked: what they want of glibc is in musl.c.
musl() {
	local folder=$work/musl name object machine files=0 programs=0 passed=0
	machine=$(gcc -print-multiarch)
	rm -rf "$folder"
	mkdir -p "$folder/include"
	for name in json-c nettle ini.h Rmath.h cmocka.h gcrypt.h gpg-error.h; do
		for object in "/usr/include/$name" "/usr/include/$machine/$name"; do
			[ ! -e "$object" ] || ln -s "$object" "$folder/include/$name"
		done
		[ -e "$folder/include/$name" ] || { echo "there is no $name"; return 1; }
	done
	local compile=(musl-gcc "${flags[@]}" -O2 -g -Wall -Wextra -Wconversion -Werror -idirafter "$folder/include")
	for name in ima/*.c kexec/*.c; do
		object=$folder/${name//\//-}.o
		"${compile[@]}" -c "$name" -o "$object"
		files=$((files + 1))
	done
	for name in tests/unit/{build,judge,naive}.c $(ring1_tests | sed 's|.*|tests/unit/&.c|'); do
		"${compile[@]}" -c "$name" -o "$folder/$(basename "$name").o"
	done
	"${compile[@]}" -c tests/matrix/musl.c -o "$folder/musl.o"
	for name in $(ring1_tests); do
		musl-gcc -static -o "$folder/$name" "$folder/$name.c.o" "$folder"/{build,judge,naive}.c.o "$folder"/ima-*.o \
			"$folder/musl.o" "/usr/lib/$machine"/lib{nettle,gcrypt,gpg-error}.a /usr/lib/libRmath.a
		# One that is static asks for no loader.
		! readelf -lW "$folder/$name" | grep INTERP || return 1
		"$folder/$name" > "$folder/said" 2>&1 || { echo "$name:"; cat "$folder/said"; return 1; }
		passed=$((passed + $(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$folder/said")))
		programs=$((programs + 1))
	done
	echo "$files files without a warning; $passed tests in $programs static programs"
}

# ---- coverage ------------------------------------------------------------------------------------------

coverage() {
	local files
	gcc -O0 -g -Wall -Wextra -Werror -c tests/matrix/ended.c -o "$work/ended.o"
	configured coverage CC=gcc --disable-lto --disable-sandbox --disable-hardening \
		CFLAGS='-O0 -g -Werror --coverage' LDFLAGS="-Wl,--wrap=_exit $work/ended.o"
	find "$work/coverage" -name '*.gcda' -delete
	make_in coverage all
	unit_tests coverage > "$work/.$cell.said" || { cat "$work/.$cell.said"; return 1; }
	# All but those of the sandbox, which this build does not have.
	mapfile -t files < <(find tests/cli -name '*.bats' ! -name sandbox.bats | sort)
	command_line "$work/coverage" "${files[@]}" >> "$work/.$cell.said" || { cat "$work/.$cell.said"; return 1; }
	tests/matrix/coverage "$work/coverage" > "$work/coverage.txt"
	cat "$work/coverage.txt"
	echo "$seen: $(sed -n 's/^all of both *//p' "$work/coverage.txt" | sed 's/% */% lines, /; s/$/ branches/')"
}
