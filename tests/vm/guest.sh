# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2034,SC2154 # variables shared with init and scenarios
# What the guest part of a scenario may say. Everything goes to $results, the
# folder of this boot on the host's share.

ima=/sys/kernel/security/ima

# What is measured unless a scenario says otherwise: the kernel's kexec events and
# the files of "grow" and nothing else, so that every byte of the log is intended.
policy='measure func=CRITICAL_DATA label=ima_kexec
measure func=FILE_CHECK mask=MAY_READ fowner=1000'

story() { echo "== $*" > /dev/console; }

# run NAME COMMAND...: keeps output, errors and exit status under NAME.
run() {
	local name="$1" status=0
	shift
	story "\$ $*"
	"$@" > "$results/$name.out" 2> "$results/$name.err" || status=$?
	cat "$results/$name.out" "$results/$name.err" > /dev/console
	echo "$status" > "$results/$name.status"
	return "$status"
}

# The same for a command that may never come back: the state is saved before.
last() {
	save end
	echo gone > "$results/$1.status"
	run "$@"
}

# Staged list, then current list. Opening meets EBUSY while somebody writes.
read_log() {
	local list
	for list in binary_runtime_measurements_staged binary_runtime_measurements; do
		[ ! -e "$ima/$list" ] || cat "$ima/$list"
	done
}

# save WHEN: log, count, PCR 10 of each bank, what is loaded, the kernel's messages. All of one
# moment: again, while something is measured meanwhile.
save() {
	local to="$results/$1" bank before tries=0
	mkdir -p "$to"
	until [ "$(cat /sys/class/tpm/tpm0/pcr-sha256/10)" = "${before-}" ] || [ $tries -gt 30 ]; do
		tries=$((tries + 1))
		before=$(cat /sys/class/tpm/tpm0/pcr-sha256/10)
		read_log > "$to/log"
		cat $ima/runtime_measurements_count > "$to/count"
		for bank in sha1 sha256 sha384 sha512; do
			cat /sys/class/tpm/tpm0/pcr-$bank/10 > "$to/$bank"
		done
	done
	loaded > "$to/loaded"
	dmesg > "$to/dmesg"
	cat /proc/cmdline > "$to/cmdline"
}

# judge WHEN: what the product says of the log and this machine's TPM. It keeps nothing, so that
# a scenario finds the machine as it was.
judge() {
	local status=0
	[ -x /usr/sbin/kexec-ima ] || return 0
	kexec-ima verify --format json > "$results/$1/verify.out" 2> "$results/$1/verify.err" ||
		status=$?
	echo "$status" > "$results/$1/verify.status"
	rm -rf /run/kexec-ima
}

# Moves the current list to the staged one; deletes the first N current records.
stage() { echo A > $ima/binary_runtime_measurements_staged; }
delete_first() { echo "$1" > $ima/binary_runtime_measurements; }

loaded() { cat /sys/kernel/kexec_loaded 2>/dev/null || cat /sys/kernel/kexec/loaded; }

# The host's TPM tools, on the share, for a scenario with tools=tpm2.
tpm2() {
	LD_LIBRARY_PATH=/share/tools/lib TPM2TOOLS_TCTI=device:/dev/tpmrm0 /share/tools/bin/tpm2 "$@"
}

# The arguments that load the next kernel; others follow.
next='/share/bzImage --initrd=/share/initramfs --reuse-cmdline'

# Load and execute by the real kexec alone, as a user without the product would.
# shellcheck disable=SC2086 # $next is a list of words
{
plain_load() { run "${1:-load}" /sbin/kexec -s -l $next; }
plain_execute() { last "${1:-execute}" /sbin/kexec -e; }

# tool_load NAME OPTION...: load by the product.
tool_load() {
	local name="$1"
	shift
	run "$name" kexec -s -l $next "$@"
}
}
