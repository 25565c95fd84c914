# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion of kexec-ima, and of kexec with kexec-ima in front of it.

# Sets cur, prefix, option and joined from the words on the command line: option is the one that the word
# under the cursor may be the value of, joined is "=" if it certainly is ("--option=value", which bash splits
# at the "=" or not), prefix what an answer has to begin with.
_kexec_ima_words() {
	cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} prefix='' joined=''
	if [[ $cur == --*=* ]]; then
		option=${cur%%=*} prefix=$option= cur=${cur#*=} joined='='
	elif [[ $cur == = ]]; then
		cur='' joined='='
	elif [[ $option == = && $COMP_CWORD -gt 2 ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]} joined='='
	fi
}

# Answers with those of the words $1 that fit.
_kexec_ima_answer() {
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$1" -- "$cur")
}

# Answers with files (-f) or folders (-d).
_kexec_ima_files() {
	compopt -o filenames 2> /dev/null
	mapfile -t COMPREPLY < <(compgen -P "$prefix" "$1" -- "$cur")
}

# The command that is on the line before the cursor, or nothing.
_kexec_ima_command() {
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--sysroot | --format)
			[[ ${COMP_WORDS[i + 1]-} != = ]] || ((i++))
			((i++))
			;;
		-*) ;;
		*)
			printf '%s\n' "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_kexec_ima_value() {
	case $command/$option in
	*/--format)
		case $command in
		status) _kexec_ima_answer 'text json prometheus' ;;
		estimate | verify | preflight | backtest | rehearse) _kexec_ima_answer 'text json' ;;
		*) _kexec_ima_answer text ;;
		esac
		;;
	*/--sysroot | trim/--archive | rehearse/--save) _kexec_ima_files -d ;;
	check/--mode) _kexec_ima_answer 'refuse reload coldboot warn' ;;
	*/--interval) _kexec_ima_answer '10min 1h 2h 12h 1d' ;;
	*/--confidence) _kexec_ima_answer '0.9 0.99 0.999' ;;
	rehearse/--generation)
		_kexec_ima_answer 'none copy-at-load copy-at-execute events staging'
		;;
	rehearse/--page) _kexec_ima_answer '4K 16K 64K' ;;
	rehearse/--scheme) _kexec_ima_answer 'ecdsa rsassa rsapss' ;;
	*/--log | */--archive | */--history | */--initrd | */--output | plot/-o | */--quote | \
		*/--signature | */--key | */--quote-pcrs) _kexec_ima_files -f ;;
	*/--pcr | */--nonce | */--append | */--command-line | */--keep | */--grow | */--extra-kb) ;;
	*) return 1 ;;
	esac
}

_kexec_ima() {
	local cur prefix option joined command own

	COMPREPLY=()
	_kexec_ima_words
	command=$(_kexec_ima_command)
	! _kexec_ima_value || return 0
	case $command in
	'') own= ;;
	status) own=--output ;;
	estimate) own='--interval --confidence' ;;
	check) own=--mode ;;
	verify) own='--log --archive --pcr --quote --signature --key --nonce --quote-pcrs --full --journal' ;;
	preflight) own='--initrd --append --command-line --reuse-cmdline' ;;
	backtest) own='--interval --confidence --history' ;;
	plot) own='-o --output --history' ;;
	trim) own='--archive --keep' ;;
	rehearse) own='--log --grow --generation --extra-kb --page --scheme --save' ;;
	esac
	if [[ $cur == -* ]]; then
		_kexec_ima_answer "$own --format --sysroot -q --quiet -v --verbose --help --version"
	elif [[ ! $command ]]; then
		_kexec_ima_answer 'status estimate check verify preflight sample backtest plot trim
			shutdown rehearse'
	elif [[ $command == preflight ]]; then
		_kexec_ima_files -f
	elif [[ $command == shutdown ]]; then
		_kexec_ima_answer 'kexec reboot poweroff halt'
	fi
}

_kexec_ima_kexec_value() {
	case $joined$option in
	=--ima-headroom) _kexec_ima_answer 'auto 4K 8K 64K' ;;
	=--ima-check) _kexec_ima_answer 'refuse reload coldboot warn' ;;
	=--ima-policy) _kexec_ima_answer 'refuse warn' ;;
	=--ima-interval) _kexec_ima_answer '10min 1h 2h 12h 1d' ;;
	=--ima-confidence) _kexec_ima_answer '0.9 0.99 0.999' ;;
	=--ima-archive | =--ima-sysroot) _kexec_ima_files -d ;;
	*--initrd | *--ramdisk) _kexec_ima_files -f ;;
	*--append | *--command-line | *--type | -t) ;;
	*) return 1 ;;
	esac
}

# kexec: our options, and the everyday ones of kexec-tools.
_kexec_ima_kexec() {
	local cur prefix option joined

	COMPREPLY=()
	_kexec_ima_words
	! _kexec_ima_kexec_value || return 0
	if [[ $cur != -* ]]; then
		_kexec_ima_files -f
		return
	fi
	_kexec_ima_answer '--ima-headroom --ima-check --ima-interval= --ima-confidence= --ima-policy=
		--ima-archive= --ima-sysroot=
		--load --exec --unload --load-panic --force --status --help --version
		--kexec-file-syscall --kexec-syscall --kexec-syscall-auto --initrd= --ramdisk=
		--append= --command-line= --reuse-cmdline --type= --debug --no-checks --no-ifdown --no-sync
		-l -e -u -p -f -s -c -a -S -h -v -t -d -i -x -y'
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2> /dev/null
}

complete -F _kexec_ima kexec-ima
complete -F _kexec_ima_kexec kexec
