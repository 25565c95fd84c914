#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec-ima preflight: made-up kernels, from a good one with one thing broken.
load common

make_image() { python "$BATS_TEST_DIRNAME/../tools/make-image" "$root/boot/kernel" "$@"; }
look() { kexec_ima preflight /boot/kernel "$@"; }

@test "a good kernel of each kind: carries" {
	local kind
	for kind in bzimage "bzimage pack=xz" "bzimage pack=zstd" "bzimage pack=lz4" zboot \
		"zboot pack=zstd" arm64 gz elf; do
		# shellcheck disable=SC2086 # words
		make_image $kind
		run -0 look
		says "carries:" "7.9.1-test, events, CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=8" ||
			fail "$kind"
		silent_about warning || fail "$kind"
	done
}

# One a line: what make-image is told | status | what is said.
@test "kernels that take the log over, or do not" {
	local what want text
	while IFS='|' read -r what want text; do
		# shellcheck disable=SC2086 # words
		make_image $what
		run look
		ends "$want" || fail "$what"
		says "$text" || fail "$what"
	done <<-'END'
		texts=none|3|no ima_load_kexec_buffer()
		config=CONFIG_X86=y|3|no CONFIG_IMA
		texts=no-carry config=CONFIG_IMA=y|0|has no CONFIG_IMA_KEXEC
		texts=old|0|logs no kexec events
		texts=copy-at-load|0|copies the log when it loads
		config=none|0|configuration not known
		break=damage|4|cannot be told
		break=config|0|configuration not known
		break=header|1|is no kernel image that is known
		break=payload|1|is no kernel image that is known
		zboot break=payload|1|is no kernel image that is known
		break=empty|1|is no kernel image that is known
	END
}

@test "a configuration beside the kernel is found by its release" {
	local place
	for place in boot/config-7.9.1-test usr/lib/modules/7.9.1-test/config \
		lib/modules/7.9.1-test/config; do
		fresh
		make_image config=none
		mkdir -p "$root/${place%/*}"
		printf 'CONFIG_IMA=y\nCONFIG_IMA_KEXEC=y\nCONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=12\n' \
			> "$root/$place"
		run -0 look
		says "EXTRA_MEMORY_KB=12" || fail "$place"
	done
}

@test "a release is no path" {
	make_image config=none release=7.9/../../etc/passwd
	run -0 look
	says "7.9, events"
}

# The running command line | the next one's options | the finding's word, or nothing.
@test "command lines" {
	local running next id
	make_image
	while IFS=';' read -r running next id; do
		echo "$running" > "$root/proc/cmdline"
		eval "set -- $next"
		run -0 look "$@" --format json
		json "[f['id'] for f in j['findings']]" "[${id:+\"$id\"}]" || fail "$running | $next"
	done <<-'END'
		ima_policy=tcb quiet;--reuse-cmdline;
		ima_policy=tcb quiet;--append quiet;policy-dropped
		ima_policy=tcb quiet;--append "a ima_policy=tcb";
		ima_policy="tcb|critical_data";--append ima_policy=tcb;critical-data-dropped
		quiet;--append ima_template=ima;next-template-ima
		quiet;--append "x -- ima_template=ima";
		quiet;--append "ima_template_fmt=d-ng|n-ng";next-template-format
		ima_hash=sha512;--append quiet;hash-changes
		ima_hash=sha512;--reuse-cmdline --append=quiet;
		ima_template_fmt=d-ng;--reuse-cmdline --append=ima_template_fmt=;template-format
	END
}

@test "a policy without a rule for the kexec events gives the line to add" {
	make_image
	mkdir -p "$root/$ima"
	echo 'measure func=BPRM_CHECK' > "$root/$ima/policy"
	run -0 look
	says "measure func=CRITICAL_DATA label=ima_kexec"
	echo 'measure func=CRITICAL_DATA label=selinux' >> "$root/$ima/policy"
	run -0 look
	says "label=ima_kexec"
	echo 'measure func=CRITICAL_DATA label=ima_kexec' >> "$root/$ima/policy"
	run -0 look
	silent_about "does not measure"
}

@test "lockdown and appraisal are said" {
	make_image
	echo 'none [integrity] confidentiality' > "$root/sys/kernel/security/lockdown"
	printf 'measure func=CRITICAL_DATA\nappraise func=KEXEC_KERNEL_CHECK appraise_type=imasig\n' \
		> "$root/$ima/policy"
	run -0 look
	says "locked down" "KEXEC_KERNEL_CHECK"
}

@test "the running kernel and its log count too" {
	make_image
	kernel none
	run look
	ends 3
	says "hands nothing over"
}

@test "a load refuses a kernel that would not have the log" {
	make_image texts=none
	run kexec -s -l /boot/kernel --ima-headroom
	ends 3
	says "loss: the next kernel has no" "not loaded"
	ran
	run -0 kexec -s -l /boot/kernel --ima-headroom --ima-policy=warn
	says "loss: the next kernel has no"
	ran "-s -l /boot/kernel"
}

@test "a load that is refused takes an earlier image with it" {
	loaded_by_us
	make_image texts=none
	run kexec -s -l /boot/kernel --ima-headroom
	ends 3
	says "the image that was loaded before is gone too"
	ran "-s -u"
	nothing_loaded
}

@test "--no-cma is added where the kernel may use CMA and the real kexec has it" {
	make_image
	echo 'CONFIG_DMA_CMA=y' >> "$root/boot/config-7.3.4"
	echo '0000000000000000 t kexec_alloc_contig' >> "$root/proc/kallsyms"
	run -0 kexec -s -l /boot/kernel --ima-headroom
	says "no --no-cma"
	ran --help "-s -l /boot/kernel"
	: > "$root/fake/calls"
	mv "$root$KEXEC_IMA_REAL" "$root$KEXEC_IMA_REAL.fake"
	printf '#!/bin/sh\n[ "$1" != --help ] || exec echo "     --no-cma  ..."\nexec "$0.fake" "$@"\n' \
		> "$root$KEXEC_IMA_REAL"
	chmod +x "$root$KEXEC_IMA_REAL"
	run -0 kexec -s -l /boot/kernel --ima-headroom
	silent_about "no --no-cma"
	ran "--no-cma -s -l /boot/kernel"
}

@test "wrong usage: 2; a file that is not there: 1" {
	run kexec_ima preflight
	ends 2
	run kexec_ima preflight a b
	ends 2
	run kexec_ima preflight /boot/kernel --append a --append b
	ends 2
	run look
	ends 1
	says "cannot be read"
	make_image
	run look --initrd /boot/none
	ends 1
}
