#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The init scripts of Debian's kexec-tools, their own text with its paths moved into the tree, in the order
# in which runlevel 6 stops them: kexec-load while all is mounted, kexec when the root is read-only.
load common

# What the script called $1 is, whoever it came from.
script_text() {
	if test -r "/etc/init.d/$1"; then
		cat "/etc/init.d/$1"
		return
	fi
	(cd "$BATS_TEST_TMPDIR" && apt-get -qq download kexec-tools > /dev/null &&
		dpkg-deb --fsys-tarfile kexec-tools_*.deb | tar -xO "./etc/init.d/$1")
}

install_script() {
	script_text "$1" | sed "s|/sbin/kexec|$root/kexec|g
		s|/etc/default/kexec|$root/etc/default/kexec|g
		s|/sys/kernel/kexec_loaded|$root/sys/kernel/kexec_loaded|g
		s|/run/systemd/system|$root/run/systemd/system|g
		s|/sbin/runlevel|$root/runlevel|g
		s|/no-kexec-reboot|$root/no-kexec-reboot|g
		s|/lib/lsb/init-functions|$root/init-functions|g" > "$root/init-$1"
	grep -q "$root/kexec" "$root/init-$1" || fail "no init script $1 is to be had"
}

machine_with_sysv() {
	mkdir -p "$root/etc/default"
	install_script kexec-load
	install_script kexec
	cat > "$root/init-functions" <<-'END'
		log_action_msg() { echo "$@"; }
		log_action_begin_msg() { echo "$@"; }
		log_action_end_msg() { echo "ended with $1"; }
		log_failure_msg() { echo "failure: $*"; }
	END
	printf '#!/bin/sh\nexec "%s" --ima-sysroot="%s" "$@"\n' "$KEXEC_IMA_BUILD/kexec/kexec" \
		"$root" > "$root/kexec"
	chmod +x "$root/kexec"
	touch "$root/vmlinuz" "$root/initrd"
	cat > "$root/etc/default/kexec" <<-END
		LOAD_KEXEC=true
		KERNEL_IMAGE=/vmlinuz
		INITRD=/initrd
		APPEND=quiet
	END
}

# Each of the two scripts as init runs it.
stop() { sh "$root/init-$1" stop; }

@test "with the file's headroom the load is judged, and by kexec_file_load(2)" {
	machine_with_sysv
	echo 'headroom = 4K' > "$root/etc/kexec-ima.conf"
	run -0 stop kexec-load
	says "loaded, the measurement log fits" "ended with 0"
	ran "-s -l /vmlinuz --initrd=/initrd --append=quiet"
	stays_loaded
}

@test "without the file all is as it was" {
	machine_with_sysv
	run -0 stop kexec-load
	ran "-l /vmlinuz --initrd=/initrd --append=quiet"
}

@test "the moment before the execute: what does not fit is loaded again" {
	machine_with_sysv
	printf 'headroom = 4K\ncheck = reload\n' > "$root/etc/kexec-ima.conf"
	run -0 stop kexec-load
	: > "$root/fake/calls"
	leave_room 100
	run -0 stop kexec
	says "loading the same image again"
	ran "-s -l /vmlinuz --initrd=/initrd --append=quiet" -e
}

@test "what cannot be helped is not executed, and init goes on to a cold boot" {
	local mode
	for mode in refuse reload coldboot; do
		fresh
		machine_with_sysv
		echo "check = $mode" > "$root/etc/kexec-ima.conf"
		run -0 stop kexec-load
		: > "$root/fake/calls"
		leave_room 100
		run -0 stop kexec
		says "does not fit" "failure: kexec failed" || fail "$mode"
		test "$(grep -c -e '^-e' "$root/fake/calls")" = 0 || fail "$mode executed"
	done
}

@test "a load that is refused leaves nothing to execute" {
	machine_with_sysv
	printf 'headroom = 100K\ncheck = reload\n' > "$root/etc/kexec-ima.conf"
	run -0 stop kexec-load
	says "ended with 3"
	nothing_loaded
	: > "$root/fake/calls"
	run -0 stop kexec
	ran
}
