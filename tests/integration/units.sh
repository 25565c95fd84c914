# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # of ./run
# The units are units, as an installation has them, and stay as closed as they are now. The numbers are
# those of "systemd-analyze security", 0 to 10; what is left open is justified in the unit.

make -s -C "$build" install DESTDIR="$work/root" > /dev/null 2>&1
units=$(find "$work/root" -path '*/lib/systemd/system' -type d)
program=$(find "$work/root" -name kexec-ima -path '*/sbin/*' -type f)

# The program where the units look for it, which is all that verify misses here.
verify_unit() {
	local said
	said=$(systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1 |
		grep -v 'is not executable: No such file') || :
	[ -z "$said" ] || { echo "$said"; return 1; }
}

# The marks of what is open are told by this character only in UTF-8.
security() { LC_ALL=C.UTF-8 systemd-analyze security --offline=yes --no-pager "$units/$1"; }

# exposure UNIT LIMIT: at most that, and it is told.
exposure() {
	local said number
	said=$(security "$1")
	number=$(sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p' <<< "$said")
	echo "# $1: exposure $number, at most $2" >&3
	awk -v is="$number" -v limit="$2" 'BEGIN { exit !(is != "" && is <= limit) }' && return
	grep '^✗' <<< "$said"
	return 1
}

# justified UNIT: each thing that is left open is named in it, in a comment or by what opens it.
justified() {
	local setting name missing=0 open=0
	while read -r setting; do
		open=$((open + 1))
		name=${setting%%=*}
		[[ $setting != *~* ]] || name=${setting##*~}
		grep -qF -- "$name" "$units/$1" || { echo "$setting is open, and nothing says why"; missing=1; }
	done < <(security "$1" | sed -n 's/^✗ \([^ ]*\).*/\1/p')
	# A service of root's is never closed: none found is a list that was not read.
	[ "$missing" = 0 ] && [ "$open" -gt 0 ]
}
exec 3>&1

check "the program and its units are installed" test -x "$program" -a -n "$units"
for unit in kexec-ima-sample.service kexec-ima-sample.timer kexec-ima-verify.service; do
	check "$unit is a unit" verify_unit "$units/$unit"
done
check "so is the example kexec-load@.service" verify_unit "$packaging/examples/kexec-load@.service"
check "kexec-ima-sample.service is closed" exposure kexec-ima-sample.service 2.2
check "kexec-ima-verify.service is closed" exposure kexec-ima-verify.service 1.0
check "kexec-ima-sample.service says why of each opening" justified kexec-ima-sample.service
check "kexec-ima-verify.service says why of each opening" justified kexec-ima-verify.service
check "the drop-in for kexec-load is beside them" \
	grep -q '^Environment=KEXEC_IMA_HEADROOM=auto' "$units/kexec-load.service.d/kexec-ima.conf"
make -s -C "$build" uninstall DESTDIR="$work/root" > /dev/null 2>&1
check "an uninstallation leaves no file" says '' find "$work/root" ! -type d
