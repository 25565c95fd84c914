#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything of kexec-tools goes through unchanged.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

# Each argument is a whole command line of words without blanks.
all_pass() {
	local line words

	for line; do
		: > "$root/fake/calls"
		read -ra words <<< "$line"
		run kexec "${words[@]}"
		ends 0 || fail "kexec $line" || return
		silent_about kexec-ima || return
		ran "$line" || return
	done
}

@test "loads pass unchanged and in order" {
	all_pass "-l vmlinuz" "-s -l vmlinuz --initrd=initrd --reuse-cmdline" "-c -l vmlinuz" \
		"-a -l vmlinuz" "vmlinuz -l" "--load vmlinuz" "--load=vmlinuz" "-sl vmlinuz" \
		"-lsd vmlinuz" "-lt elf vmlinuz" "-ltelf vmlinuz" "--type elf -l vmlinuz" \
		"--type=elf -l vmlinuz" "-l vmlinuz --init=x" "-l vmlinuz --initr x" \
		"-l vmlinuz --append=root=/dev/vda --command-line=quiet" "--dtb=x -l vmlinuz" \
		"-l vmlinuz --ramdisk=r --dtb d --serial=ttyS0 --serial-baud=9600" \
		"-l vmlinuz --entry=1 --mem-min=2 --mem-max=3 --reuseinitrd --hotplug --no-cma" \
		"-l vmlinuz --module=a --module=b --args-linux --args-elf --args-none" \
		"-l vmlinuz --reset-vga --real-mode --console-vga --console-serial --noefi" \
		"-l vmlinuz --page-offset=1 --image-size=2 --reuse-node=3 --devicetreeblob=4" \
		"--load-preserve-context vmlinuz" "--load-live-update vmlinuz" "-l -i -x -y -d vmlinuz"
}

@test "other actions pass unchanged" {
	all_pass -e --exec -u --unload -p -f -S --status -h --help -v --version -d -i -x -y \
		"-p vmlinuz" "--load-panic vmlinuz" "-s -p vmlinuz" "-p -u" "-e -x -y" "-f vmlinuz" \
		"--force vmlinuz" "-s -u" --load-jump-back-helper --exec-live-update --print-ckr-size \
		vmlinuz
}

@test "options that no kexec-tools has pass unchanged" {
	all_pass "--quux -l vmlinuz" "-l vmlinuz --quux=1 -Z" "-Zl vmlinuz" "-" "--ima"
}

@test "nothing is taken out behind --" {
	all_pass "-l -- vmlinuz" "-l -- --ima-headroom" "-- --ima-check -e"
}

@test "arguments with blanks, quotes, newlines and nothing in them stay what they are" {
	run kexec -l vmlinuz --append $'a "b" \\\n c' '' --command-line=" x  y "
	ends 0
	ran "-l vmlinuz --append \$'a \"b\" \\\\\\n c' '' --command-line=\\ x\\ \\ y\\ "
}

@test "our words as another option's argument are passed on" {
	for option in --append --command-line --initrd --appe --type -t -lt; do
		: > "$root/fake/calls"
		run kexec -l "$option" --ima-headroom vmlinuz
		ends 0
		ran "-l $option --ima-headroom vmlinuz"
	done
	: > "$root/fake/calls"
	run kexec -l --append=--ima-check vmlinuz
	ran "-l --append=--ima-check vmlinuz"
}

@test "our words behind an option's own argument are ours" {
	run kexec -s -l vmlinuz --append=x --ima-headroom
	ends 0
	says "the measurement log fits"
	ran "-s -l vmlinuz --append=x"
}

@test "the exit status passes unchanged" {
	for number in 0 1 7 255; do
		echo "$number" > "$root/fake/status"
		run kexec -l vmlinuz
		ends "$number"
		run kexec --version
		ends "$number"
	done
}

@test "output and error of the real kexec pass, and there is nothing else" {
	echo "kexec_file_load failed: Cannot allocate memory" > "$root/fake/stderr"
	run --separate-stderr kexec -l vmlinuz
	test "$output" = ""
	test "$stderr" = "kexec_file_load failed: Cannot allocate memory"
	run --separate-stderr kexec --version
	test "$output" = "fake kexec ran"
	test "$stderr" = ""
}

@test "the working directory is the caller's" {
	mkdir "$root/images"
	cd "$root/images"
	kexec -l vmlinuz
	test "$(cat "$root/fake/folders")" = "$root/images"
}

@test "a bad log, state folder or kernel log does not matter without our options" {
	echo rubbish > "$root/$ima/binary_runtime_measurements"
	ln -s /nowhere "$root/run/kexec-ima"
	rm "$root/dev/kmsg" "$root/proc/kallsyms"
	: > "$root/fake/steps"
	all_pass "-s -l vmlinuz" -e -u "-p vmlinuz"
	rm -r "${root:?}/sys" "${root:?}/proc" "${root:?}/run"
	all_pass "--version" "-p vmlinuz"
	test ! -e "$root/run"
}

@test "no file of ours is written without our options" {
	all_pass "-s -l vmlinuz" -e -u
	test -z "$(ls -A "$root/run")"
}

@test "a missing real kexec: its path, what to do, 1" {
	rm "$root$KEXEC_IMA_REAL"
	run kexec -l vmlinuz
	ends 1
	says "$root$KEXEC_IMA_REAL" "install kexec-tools"
}

@test "a real kexec that cannot be executed: said, 1" {
	chmod -x "$root$KEXEC_IMA_REAL"
	run kexec -l vmlinuz
	ends 1
	says "$root$KEXEC_IMA_REAL, cannot be run: Permission denied"
}

@test "a real kexec that is this program: said, 1, no endless loop" {
	ln -sf "$KEXEC_IMA_BUILD/kexec/kexec" "$root$KEXEC_IMA_REAL"
	run timeout 10 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -l vmlinuz
	ends 1
	says "is this program and not the real kexec"
}

# The only test without a sysroot: in a mount namespace where the real kexec is the fake one.  The
# image does not exist, so nothing would come of it even outside.
@test "without any option of ours the real kexec runs in our place" {
	inside='mount --bind "$1" "$2" && test "$(head -c 2 "$2")" = "#!" && exec "$3" -s -l /no/such/image'
	unshare --user --map-root-user --mount true || skip "no namespaces here"
	test -e "$KEXEC_IMA_REAL" || skip "no $KEXEC_IMA_REAL here"
	run unshare --user --map-root-user --mount bash -c "$inside" bash "$root$KEXEC_IMA_REAL" \
		"$KEXEC_IMA_REAL" "$KEXEC_IMA_BUILD/kexec/kexec"
	ends 0
	ran "-s -l /no/such/image"
	test "$output" = ""
}

@test "no argument at all" {
	run kexec
	ends 0
	ran "''"
}

@test "a real kexec that a signal ends" {
	sed -i '2i kill -TERM $$' "$root$KEXEC_IMA_REAL"
	run kexec -l vmlinuz
	ends 143
	run kexec -s -l vmlinuz --ima-headroom
	ends 143
}

@test "standard input reaches the real kexec" {
	sed -i '2i cat' "$root$KEXEC_IMA_REAL"
	run kexec -l vmlinuz <<< "from outside"
	says "from outside"
}
