# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2119,SC2120  # set by bats; options that are often none
# A machine made of files, and what a test says about it.  `kexec` and `kexec_ima` always look at
# the tree of the test: without a sysroot the first would run the real one.

bats_require_minimum_version 1.5.0

ima=sys/kernel/security/ima
boot_id=6c9e2b50-3b5c-4a59-9f0e-0d3c1f5a7e11

# ---- the machine ---------------------------------------------------------------------------

kexec() { "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" "$@"; }
kexec_ima() { "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" "$@"; }
# slowly SECONDS COMMAND...: the configuration takes so long to read.
slowly() {
	local seconds=$1 compiler
	shift
	# The program's own: it may be of another machine.
	compiler=$(sed -n 's/^CC = //p' "$KEXEC_IMA_BUILD/Makefile")
	[ -e "$BATS_FILE_TMPDIR/slow.so" ] ||
		$compiler -O2 -Wall -Wextra -Werror -shared -fPIC -o "$BATS_FILE_TMPDIR/slow.so" "$BATS_TEST_DIRNAME/slow.c"
	# gcc's address sanitizer else insists on being the first library.
	timeout 60 env ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
		LD_PRELOAD="$BATS_FILE_TMPDIR/slow.so" SLOW="$seconds" "$@"
}
python() { "$KEXEC_IMA_PYTHON" -IS "$@"; }
feed() { python "$FAKE_FEED" "$root" "$@"; }

# What the kernel of this tree does with the log (a generation of kernel-facts).
kernel() {
	local count name names=(ima_add_kexec_buffer ima_kexec_post_load ima_measure_kexec_event
		ima_queue_stage)

	case $1 in
	none) count=0 ;;
	copy-at-load) count=1 ;;
	copy-at-execute) count=2 ;;
	events) count=3 ;;
	staging) count=4 ;;
	esac
	echo "0000000000000000 T _stext" > "$root/proc/kallsyms"
	for name in "${names[@]:0:count}"; do
		echo "0000000000000000 t $name" >> "$root/proc/kallsyms"
	done
	test "$1" != staging || : > "$root/$ima/binary_runtime_measurements_staged"
	gen_log_options
}

# CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB
extra() {
	echo "CONFIG_IMA_KEXEC=y
CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=$1" > "$root/boot/config-7.3.4"
	gen_log_options
}

gen_log_options() {
	local headers=1

	test ! -e "$root/$ima/binary_runtime_measurements_staged" || headers=2
	echo "--headers $headers --extra-kib $(sed -n 's/.*MEMORY_KB=//p' "$root/boot/config-7.3.4") $*" \
		> "$root/fake/options"
}

# A 7.3 machine ten hours after its boot: 301 records, 8 KiB of extra room, nothing loaded.
make_machine() {
	root=$1
	mkdir -p "$root"/{boot,dev,etc,fake,run,"${KEXEC_IMA_REAL%/*}"} \
		"$root"/proc/sys/kernel/random "$root/$ima"
	echo 7.3.4 > "$root/proc/sys/kernel/osrelease"
	echo "$boot_id" > "$root/proc/sys/kernel/random/boot_id"
	echo "36000.00 71000.00" > "$root/proc/uptime"
	echo "MemTotal:        2030000 kB" > "$root/proc/meminfo"
	echo 0 > "$root/sys/kernel/kexec_loaded"
	echo "lockdown,capability,ima" > "$root/sys/kernel/security/lsm"
	echo "6,1,0,-;Linux version 7.3.4" > "$root/dev/kmsg"
	: > "$root/$ima/binary_runtime_measurements"
	echo 0 0 > "$root/fake/deleted"
	echo load > "$root/fake/steps"
	: > "$root/fake/calls"
	echo "kexec-tools 2.0.25" > "$root/fake/version"
	extra 8
	kernel events
	cp "$BATS_TEST_DIRNAME/fake-kexec" "$root$KEXEC_IMA_REAL"
	feed boot files=300
}

setup() {
	export FAKE_ROOT=$BATS_TEST_TMPDIR/root FAKE_FEED=$BATS_TEST_DIRNAME/feed
	test -d "$BATS_RUN_TMPDIR/machine" || make_machine "$BATS_RUN_TMPDIR/machine"
	cp -a "$BATS_RUN_TMPDIR/machine" "$FAKE_ROOT"
	root=$FAKE_ROOT
	cd "$BATS_TEST_TMPDIR" || return
}

# As it was before the first step of a table.
fresh() {
	rm -rf "$root"
	cp -a "$BATS_RUN_TMPDIR/machine" "$root"
}

# Time passes.
advance() {
	local now

	read -r now _ < "$root/proc/uptime"
	echo "$((${now%.*} + $1)).00 0.00" > "$root/proc/uptime"
}

# An image that another program loaded: the log knows it, we do not.
loaded_by_others() {
	feed load
	echo 1 > "$root/sys/kernel/kexec_loaded"
}

# Load with --ima-headroom, which must go well, and forget the calls so far.
loaded_by_us() {
	touch vmlinuz initrd
	run -0 kexec -s -l vmlinuz --initrd=initrd --ima-headroom "$@"
	: > "$root/fake/calls"
}

# Fill the segment until @1 bytes are left (the kexec_execute record needs 192).
leave_room() {
	local segment

	segment=$(grep -ao 'kexec_segment_size=[0-9]*' "$root/$ima/binary_runtime_measurements" |
		tail -n 1)
	feed bytes=$((${segment#*=} - 24 - $(log_bytes) - $1))
}

log_bytes() { stat -c %s "$root/$ima/binary_runtime_measurements"; }
is_loaded() { test "$(cat "$root/sys/kernel/kexec_loaded")" = 1; }

# ---- what must be so ---------------------------------------------------------------------------

fail() {
	echo "$*"
	return 1
}

# The status of the last `run`.
ends() {
	test "$status" = "$1" || fail "status $status, expected $1; it said: $output ${stderr:-}"
}

# Each argument is somewhere in what the last `run` printed.
says() {
	local text

	for text; do
		[[ "$output${stderr:-}" == *"$text"* ]] ||
			fail "expected to read \"$text\"; it said: $output ${stderr:-}" || return
	done
}

silent_about() {
	[[ "$output${stderr:-}" != *"$1"* ]] || fail "must not say \"$1\": $output ${stderr:-}"
}

# The fake kexec was run with these command lines (as printf %q writes them), and no others.
ran() {
	local expected=""

	test $# = 0 || expected=$(printf '%s\n' "$@")
	test "$(cat "$root/fake/calls")" = "$expected" ||
		fail "kexec was run as:
$(cat "$root/fake/calls")
expected:
$expected
it said: $output ${stderr:-}"
}

stays_loaded() { is_loaded || fail "the image was unloaded; it said: $output"; }
nothing_loaded() { ! is_loaded || fail "an image is still loaded; it said: $output"; }

# What was printed is golden/NAME.txt, less its comments; dates are masked.
golden() {
	local file=$BATS_TEST_DIRNAME/golden/$1.txt printed

	printed=$(sed -E "s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} [A-Z]+/DATE/
		s|$root|ROOT|g" <<< "$output")
	test "$printed" = "$(grep -v '^#' "$file")" || fail "$file should be:
# SPDX-License-Identifier: GPL-2.0-or-later
$printed"
}

# json EXPRESSION VALUE...: in the JSON that was printed, `EXPRESSION of j` is VALUE.
json() {
	local got

	while test $# -gt 1; do
		got=$(python -c 'import json, sys
j = json.load(sys.stdin)
print(json.dumps(eval(sys.argv[1])))' "$1" <<< "$output") || fail "not JSON: $output" || return
		test "$got" = "$2" || fail "$1 is $got, expected $2: $output" || return
		shift 2
	done
}
