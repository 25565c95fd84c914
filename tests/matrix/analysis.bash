# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Static analysis.  Each tool's findings become lines FILE:LINE: CHECK: MESSAGE, and judge holds them against the list.
# clang's scan-build is not here: clang-tidy runs the same analyzer.
# shellcheck disable=SC2154 # $here, $top and $work are run's

# analyzed TOOL: its function says what it found, from the top of the tree; its own failure is one, too.
analyzed() {
	if [ "$1" = shellcheck ]; then
		tests/lint/shellcheck
		return
	fi
	"${1//-/_}" > "$work/$1.found"
	tests/matrix/judge "$1" < "$work/$1.found"
}

# What the sources are compiled with, as far as an analyzer has to know.
flags=(-std=c17 -D_GNU_SOURCE -DPACKAGE_STRING='"x"' -DREAL_KEXEC='"x"' -DREAL_KEXEC_ELSE='"y"' -I. -Iima -Ikexec)

product() { find ima kexec -name '*.c' | sort; }
tests() { find tests/{unit,matrix,cli,fuzz} -name '*.c' | sort; }

# each COMMAND...: for the product's files; an analyzer's status says that it found something, and no more.
each() { product | xargs -P "$(nproc)" "$@" || [ $? = 123 ]; }

gcc_analyzer() {
	# shellcheck disable=SC2016 # that shell's own
	each -I{} sh -c '
		file=$1
		shift
		gcc "$@" -O1 -fanalyzer -fdiagnostics-plain-output -S -o /dev/null "$file" 2>&1' sh {} "${flags[@]}" |
		sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: \(warning\|error\): \(.*\) \[-W\(analyzer-\)\?\([a-z-]*\)\]$/\1: \5: \3/p'
}

clang_tidy() {
	clang-tidy --version > /dev/null
	# shellcheck disable=SC2016 # that shell's own
	each -n 4 sh -c '
		flags=$1
		shift
		clang-tidy --quiet "$@" -- $flags 2>/dev/null' sh "$(printf '%s ' "${flags[@]}")" |
		sed -n "s|^$top/||; s/^\([^: ]*:[0-9]*\):[0-9]*: \(warning\|error\): \(.*\) \[\([a-zA-Z0-9.,-]*\)\]$/\1: \4: \3/p"
}

# Its own words for "no such header" are no findings: it does without those of the system.
cppcheck() {
	local names
	mapfile -t names < <(product; tests)
	command cppcheck -q -j "$(nproc)" --std=c11 --library=posix,gnu --enable=warning,performance,portability,style \
		--suppress=missingIncludeSystem "${flags[@]:1}" --template='{file}:{line}: {id}: {message}' \
		"${names[@]}" 2>&1
}
