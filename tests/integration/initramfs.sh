# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # of ./run
# An initramfs that executes at shutdown has the guard in it: Debian's own mkinitramfs makes one in a
# fresh root, with the hooks of a package, of an administrator, and with none.

made=$work/initramfs
mkdir -p "$made/in"
make -s -C "$build" install DESTDIR="$made/in" > /dev/null 2>&1 \
	initramfshooksdir=/usr/share/initramfs-tools/hooks
printf '%s\n' 'headroom = 4K' 'kexec = /sbin/kexec' > "$made/conf"
# A log that has outgrown its segment by far, as seen from inside.
tree=$made/tree
mkdir -p "$tree"/{etc,run,dev,proc/sys/kernel/random,sys/kernel/security/ima}
"$here/../tools/gen-log" --out "$tree/sys/kernel/security/ima/binary_runtime_measurements" \
	boot files=300 load bytes=60000
echo 1 > "$tree/sys/kernel/kexec_loaded"
echo 36000.00 0.00 > "$tree/proc/uptime"
echo 0-0 > "$tree/proc/sys/kernel/random/boot_id"
printf '0 T %s\n' ima_add_kexec_buffer ima_kexec_post_load ima_measure_kexec_event > "$tree/proc/kallsyms"

# In the fresh root: makes an initramfs for each case, and looks into it.
cat > "$made/inside" <<'END'
#!/bin/sh
set -eu
trap 'tail -n 5 /cases/*.said >&2' EXIT
version=7.3.0-test
mkdir -p "/lib/modules/$version" /cases /etc/ima
echo CONFIG_RD_GZIP=y > "/boot/config-$version"
depmod "$version"
echo MODULES=list > /etc/initramfs-tools/conf.d/modules
cp /usr/local/share/kexec-ima/ima-policy/initramfs-tools/hook /etc/initramfs-tools/hooks/ima-policy
cp /usr/local/share/kexec-ima/ima-policy/initramfs-tools/script /etc/initramfs-tools/scripts/init-top/ima-policy
cp /usr/local/share/kexec-ima/ima-policy/kexec-ima.policy /etc/ima/ima-policy

# hook FILE: one that copies kexec into an exitrd, as many do.
hook() {
	printf '%s\n' '#!/bin/sh' '[ "${1-}" != prereqs ] || exit 0' \
		'. /usr/share/initramfs-tools/hook-functions' 'copy_exec /sbin/kexec' > "$1"
	chmod +x "$1"
}

# make NAME: what is in it, and what its kexec says of the tree.
make() {
	mkinitramfs -o "/cases/$1.img" "$version" > "/cases/$1.said" 2>&1
	mkdir "/cases/$1.d"
	unmkinitramfs "/cases/$1.img" "/cases/$1.d"
	(cd "/cases/$1.d" && find . | sort) > "/cases/$1.files"
	[ -e "/cases/$1.d/usr/sbin/kexec" ] || return 0
	cp "/cases/$1.d/etc/kexec-ima.conf" "/cases/$1.conf"
	cp -r /tree "/cases/$1.d/tree"
	# Where it finds "the real kexec" of the tree.
	mkdir -p "/cases/$1.d/tree/usr/sbin"
	cat > "/cases/$1.d/tree/usr/sbin/kexec.distrib" <<-'REAL'
		#!/bin/sh
		echo "executed: $*"
		case $* in *-u*) echo 0 > /tree/sys/kernel/kexec_loaded ;; esac
	REAL
	chmod +x "/cases/$1.d/tree/usr/sbin/kexec.distrib"
	cp "/cases/$1.d/etc/kexec-ima.conf" "/cases/$1.d/tree/etc"
	status=0
	chroot "/cases/$1.d" /usr/sbin/kexec --ima-sysroot=/tree -e > "/cases/$1.execute" 2>&1 || status=$?
	echo "status $status" >> "/cases/$1.execute"
	chroot "/cases/$1.d" /usr/sbin/kexec --version > "/cases/$1.version" 2>&1 || :
}

make without
hook /etc/initramfs-tools/hooks/exitrd
make administrator
rm /etc/initramfs-tools/hooks/exitrd
hook /usr/share/initramfs-tools/hooks/zz-exitrd
cp /conf /etc/kexec-ima.conf
make package
rm /usr/share/initramfs-tools/hooks/zz-exitrd
echo KEXEC_IMA=y > /etc/initramfs-tools/conf.d/kexec-ima
echo 'check = coldboot' >> /etc/kexec-ima.conf
make asked
trap - EXIT
rm -r /cases/*.d
tar -c -C /cases -f /cases.tar .
END
chmod 755 "$made/inside"

# Writes $made/cases; what it said is told when that fails.
make_initramfs() {
	local entry
	entry=$("$here/../vm/debian-archive" "$made" bookworm) || return
	mmdebstrap --variant=apt --include="initramfs-tools-core,kexec-tools,kmod,libjson-c5,libinih1,\
libnettle8,libgcrypt20,zlib1g,r-mathlib" \
		--customize-hook="copy-in $made/in/usr /" \
		--customize-hook="copy-in $tree $made/conf $made/inside /" \
		--customize-hook='chroot "$1" /inside' \
		--customize-hook="copy-out /cases.tar $made" \
		bookworm /dev/null "$entry" > "$made/said" 2>&1 || { tail -n 30 "$made/said"; return 1; }
	mkdir "$made/cases"
	tar -x -C "$made/cases" -f "$made/cases.tar"
}

# has CASE FILE...: those are in it.
has() {
	local case=$1 file
	shift
	for file; do
		grep -qE "^\./(main/)?$file\$" "$made/cases/$case.files" ||
			{ echo "$file is not in it:"; grep kexec "$made/cases/$case.files"; return 1; }
	done
}

has_none() { [ -s "$made/cases/$1.files" ] && ! grep kexec "$made/cases/$1.files"; }

# guards CASE: its kexec is ours, with its libraries, and does not execute what does not fit.
guards() {
	has "$1" usr/sbin/kexec usr/lib/kexec-ima/kexec usr/sbin/kexec.distrib etc/kexec-ima.conf &&
		grep -q '^kexec = /usr/sbin/kexec.distrib$' "$made/cases/$1.conf" &&
		[ "$(grep -c '^kexec *=' "$made/cases/$1.conf")" = 1 ] &&
		grep -q '^kexec-tools 2' "$made/cases/$1.version" &&
		grep -q 'does not fit' "$made/cases/$1.execute" &&
		! grep -q '^executed: -e' "$made/cases/$1.execute" &&
		grep -q "^status 3" "$made/cases/$1.execute" && return
	cat "$made/cases/$1".{conf,version,execute,said}
	return 1
}

check "mkinitramfs makes them in a fresh Debian" make_initramfs
check "no exitrd, no guard" has_none without
check "beside an administrator's hook" guards administrator
check "which asks for nothing: refuse" grep -q '^check = refuse$' "$made/cases/administrator.conf"
check "behind a package's hook" guards package
check "with the file of the machine" grep -q '^headroom = 4K$' "$made/cases/package.conf"
check "when it is asked for" guards asked
check "by the file's own mode" says 'check = coldboot' grep '^check' "$made/cases/asked.conf"
check "the IMA policy and what loads it are in it" \
	has without etc/ima/ima-policy scripts/init-top/ima-policy

# dracut's module, with dracut's functions replaced by ones that write down.
dracut_module() {
	local initdir=$made/dracut
	mkdir -p "$initdir/usr/sbin"
	(
		# shellcheck disable=SC2317 # called by the module
		inst() { echo "inst $*"; mkdir -p "$initdir${2%/*}" && : > "$initdir$2"; }
		# shellcheck disable=SC2317 # called by the module
		inst_multiple() { echo "inst $*"; }
		dracutsysrootdir=$made/in
		# shellcheck source=/dev/null
		. "$build/packaging/dracut/90kexec-ima/module-setup.sh"
		depends && install
	) > "$made/dracut.said" &&
		grep -qx shutdown "$made/dracut.said" &&
		grep -q "^inst .*/kexec-ima /usr/lib/kexec-ima/kexec-ima$" "$made/dracut.said" &&
		grep -q "^inst .*/exitrd-kexec /usr/sbin/kexec$" "$made/dracut.said" &&
		grep -qx "inst mount" "$made/dracut.said" &&
		grep -q "^inst .*kexec.* /usr/sbin/kexec.distrib$" "$made/dracut.said" &&
		[ "$(readlink "$initdir/usr/lib/kexec-ima/kexec")" = kexec-ima ] &&
		grep -qx 'kexec = /usr/sbin/kexec.distrib' "$initdir/etc/kexec-ima.conf" &&
		grep -qx 'check = refuse' "$initdir/etc/kexec-ima.conf" && return
	cat "$made/dracut.said" "$initdir/etc/kexec-ima.conf"
	return 1
}
check "dracut's module does the same" dracut_module
