#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The recipe of packaging/examples/sonic.md: a script in the manner of SONiC's warm-reboot, its calls of
# kexec word for word, between them services that take their time to stop and grow the log.
# shellcheck disable=SC2154  # set by common.bash and bats
load common

# What the recipe says, without the comment.
recipe() {
	sed -n '/^    # \/etc\/kexec-ima.conf/,/^$/s/^    \([a-z].*\)/\1/p' \
		"$BATS_TEST_DIRNAME/../../packaging/examples/sonic.md"
}

# A switch whose services measure $1 bytes while they are stopped; KEXEC_OPTION is -a, or -s under Secure Boot.
switch() {
	mkdir -p "$root/sbin" "$root/host/image/boot"
	touch "$root/host/image/boot/vmlinuz-7.3" "$root/host/image/boot/initrd.img-7.3"
	printf '#!/bin/sh\nexec "%s" --ima-sysroot="%s" "$@"\n' "$KEXEC_IMA_BUILD/kexec/kexec" "$root" \
		> "$root/switch-kexec"
	chmod +x "$root/switch-kexec"
	: > "$root/docker-is-active"
	recipe > "$root/etc/kexec-ima.conf"
	cat > "$root/warm-reboot" <<-END
		#!/bin/bash
		set -e
		KERNEL_IMAGE=/host/image/boot/vmlinuz-7.3
		INITRD=\$(echo \$KERNEL_IMAGE | sed 's/vmlinuz/initrd.img/g')
		BOOT_OPTIONS="root=/dev/sda3 SONIC_BOOT_TYPE=warm"
		if [[ "\$(cat $root/sys/kernel/kexec_loaded)" -eq 1 ]]; then
			$root/switch-kexec -u -a
		fi
		$root/switch-kexec -l "\$KERNEL_IMAGE" --initrd="\$INITRD" --append="\$BOOT_OPTIONS" \${KEXEC_OPTION:--a}
		set +e
		for service in bgp teamd swss syncd database; do
			echo "stopping \$service"
			"$KEXEC_IMA_PYTHON" -IS "$FAKE_FEED" "$root" bytes=$(($1 / 5))
		done
		rm $root/docker-is-active
		exec $root/switch-kexec -e
	END
	image=/host/image/boot
	load_line="-l $image/vmlinuz-7.3 --initrd=$image/initrd.img-7.3 --append=root=/dev/sda3\\ SONIC_BOOT_TYPE=warm"
}

# As the recipe says: warm-reboot || systemctl is-active --quiet docker || reboot
warm_reboot() {
	bash "$root/warm-reboot" || test -e "$root/docker-is-active" || echo "rebooting cold"
}

@test "the recipe is three keys, and they are understood" {
	test "$(recipe)" = "$(printf 'headroom = auto\ninterval = 10min\ncheck = reload')"
	recipe > "$root/etc/kexec-ima.conf"
	run kexec_ima status
	ends 0
}

@test "a quick stop: loaded with -s in the place of -a, judged, executed" {
	switch 1500
	run bash "$root/warm-reboot"
	says "loaded, the measurement log fits" "stopping database" "-s"
	ran "-s $load_line" -e
}

@test "under Secure Boot, with -s: the same" {
	switch 1500
	KEXEC_OPTION=-s run bash "$root/warm-reboot"
	ran "$load_line -s" -e
}

@test "an image that is loaded already: unloaded as the script asks, then judged" {
	switch 1500
	echo 1 > "$root/sys/kernel/kexec_loaded"
	run bash "$root/warm-reboot"
	ran "-u -a" "-s $load_line" -e
}

@test "a long stop that outgrows the room: loaded again behind the last service, then executed" {
	switch 60000
	run bash "$root/warm-reboot"
	says "stopping database" "loading the same image again"
	ran "-s $load_line" "-s $load_line" -e
}

@test "what cannot be helped is not executed, and the switch goes on to a cold boot" {
	switch 60000
	# The image went away while services were stopped.
	sed -i "s|^\tdone|&|; s|^done|rm $root/host/image/boot/vmlinuz-7.3; done|" "$root/warm-reboot"
	run warm_reboot
	says "does not fit" "rebooting cold"
	test "$(grep -c -e '^-e' "$root/fake/calls")" = 0 || fail "it was executed"
}

@test "a load without room ends the script before anything is stopped" {
	switch 1500
	sed -i 's/headroom = .*/headroom = 100K/' "$root/etc/kexec-ima.conf"
	run warm_reboot
	silent_about "stopping"
	silent_about "rebooting cold"
	nothing_loaded
}

@test "check = warn: who would rather lose records than forwarding" {
	switch 60000
	sed -i 's/check = .*/check = warn/' "$root/etc/kexec-ima.conf"
	run bash "$root/warm-reboot"
	says "executing all the same"
	ran "-s $load_line" -e
}
