# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016 # set by who sources this; the dollars of other programs
# Debians in folders, for the tests of the packages: each scenario has one of its own, an overlay over
# the same tree.  For root, in a mount namespace of its own.

cache=${KEXEC_IMA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kexec-ima}/packages

# make_base SUITE PACKAGE,PACKAGE...: such a Debian as a tar in the cache; its path is $base.
make_base() {
	local suite=$1 packages=$2 entry work

	base=$cache/$suite-$(echo "$packages" | md5sum | head -c 8).tar
	mkdir -p "$cache"
	exec 9> "$cache/.lock"
	flock 9
	if [ ! -e "$base" ]; then
		work=$(mktemp -d "$cache/.new-XXXXXX")
		chmod 755 "$work"
		echo "installing Debian packages of $suite into a tree (a minute)" >&2
		# Packages that scenarios install by hand are kept as files.
		if ! { entry=$("$here/../vm/debian-archive" "$work" "$suite") && mmdebstrap --variant=apt \
			--include="$packages" --skip=cleanup/apt \
			--customize-hook='chroot "$1" sh -c "cd /var/cache/apt/archives && apt-get download kexec-tools"' \
			"$suite" "$work/base.tar" "$entry"; } > "$work/log" 2>&1; then
			tail -n 20 "$work/log" >&2
			rm -rf "$work"
			flock -u 9
			return 1
		fi
		mv "$work/base.tar" "$base"
		rm -rf "$work"
	fi
	flock -u 9
}

# machine NAME: a fresh one, from $tree, at $root.
machine() {
	[ -z "${root-}" ] || leave
	root=$work/machines/$1
	mkdir -p "$root" "$work/layers/$1"/{upper,work}
	mount -t overlay overlay -o \
		"lowerdir=$tree,upperdir=$work/layers/$1/upper,workdir=$work/layers/$1/work" "$root"
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
}

leave() {
	umount -l "$root/dev" "$root/proc" "$root"
	rm -rf "${work:?}/layers/${root##*/}"
	root=
}

# inside COMMAND...: on that machine, without a word of this one.
inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		TERM=dumb chroot "$root" "$@"
}

# All that is there, but for what dpkg, apt and their like note of the way to it.  Contents are compared where
# something could have changed them and kept their size.
snapshot() {
	(
		cd "$root" || exit
		find . \( -path ./proc -o -path ./dev -o -path ./var/log -o -path ./var/cache -o -path ./tmp \
			-o -path ./root/debs -o -path './var/lib/dpkg/*' -o -path './var/lib/apt/*' \) -prune -o \
			! -path ./etc/ld.so.cache \( -type f -printf '%p %M %u:%g %s\n' -o \
			-printf '%p %M %u:%g %l\n' \) | LC_ALL=C sort
		find etc run usr/sbin var/lib/systemd -type f ! -path etc/ld.so.cache -print0 |
			LC_ALL=C sort -z | xargs -0 md5sum
	)
	inside dpkg-divert --list | sort
	inside dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' | grep -v '^kexec-ima .*un '
	inside dpkg --audit
	inside sh -c 'ls /var/lib/dpkg/info | grep kexec-ima' || :
	inside ls -A /var/lib/systemd/deb-systemd-helper-enabled 2> /dev/null || :
}
