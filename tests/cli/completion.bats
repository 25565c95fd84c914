#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The completions of bash, zsh and fish.  That they have every option is for tests/lint/in-step.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031  # set by common.bash and bats; for another shell
load common

completion=$BATS_TEST_DIRNAME/../../packaging/completion

# bash_answers WORD...: what is offered for the last word.
bash_answers() {
	run bash --norc -c '
		. "$1/kexec-ima.bash"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		read -ra words < <(complete -p -- "$1")
		for ((i = 0; i < ${#words[@]}; i++)); do
			test "${words[i]}" != -F || "${words[i + 1]}" "$1" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
		done
		echo "${COMPREPLY[*]}"' bash "$completion" "$@"
}

@test "bash: commands, options, and the values of each" {
	touch some.log
	mkdir some-folder
	while IFS='|' read -r words answer; do
		read -ra words <<< "$words"
		bash_answers "${words[@]/EMPTY/}"
		test "$output" = "$answer" || fail "${words[*]}: $output, expected $answer" || return
	done <<-'END'
		kexec-ima s|status sample shutdown
		kexec-ima --sysroot / s|status sample shutdown
		kexec-ima --sysroot = / s|status sample shutdown
		kexec-ima --format json EMPTY|status estimate check verify preflight sample backtest plot trim shutdown rehearse
		kexec-ima --fo|--format
		kexec-ima status --format EMPTY|text json prometheus
		kexec-ima status --format =|text json prometheus
		kexec-ima status --format = j|json
		kexec-ima status --format=j|--format=json
		kexec-ima sample --format EMPTY|text
		kexec-ima check --mode c|coldboot
		kexec-ima verify --quote|--quote --quote-pcrs
		kexec-ima verify --log some|some-folder some.log
		kexec-ima verify -v --log some.|some.log
		kexec-ima verify --nonce 0|
		kexec-ima trim --archive so|some-folder
		kexec-ima plot -o some.|some.log
		kexec-ima preflight some.|some.log
		kexec-ima shutdown k|kexec
		kexec-ima nothing -|--format --sysroot -q --quiet -v --verbose --help --version
		kexec --ima-c|--ima-check --ima-confidence=
		kexec --ima-check = re|refuse reload
		kexec --ima-check=re|--ima-check=refuse --ima-check=reload
		kexec --ima-check re|
		kexec --ima-archive = so|some-folder
		kexec -s -l some.|some.log
		kexec --initrd = some.|some.log
		kexec --initrd some.|some.log
	END
}

@test "bash: its files are found by the names of the commands" {
	test -r /usr/share/bash-completion/bash_completion || fail "bash-completion is not installed"
	mkdir -p data/bash-completion/completions
	cp "$completion"/*.bash data/bash-completion/completions
	for command in kexec kexec-ima; do
		XDG_DATA_HOME=$PWD/data run bash --norc -ic '
			. /usr/share/bash-completion/bash_completion
			load=__load_completion
			type -t $load > /dev/null || load=_comp_load
			$load "$1" && complete -p "$1"' bash "$command"
		ends 0
		says "-F _kexec_ima"
	done
}

# presses SHELL...: at a terminal the tab key does what it has to.
presses() {
	touch vmlinuz
	run python "$BATS_TEST_DIRNAME/press-tab" . $'kexec-ima stat\t' $'kexec-ima verify --ful\t' \
		$'kexec-ima check --mode=rel\t' $'kexec-ima check --mode rel\t' $'kexec --ima-che\t' \
		$'kexec --ima-check=rel\t -e' $'kexec --ima-int\t2\t' $'kexec -s -l vm\t --ima-head\t' -- "$@"
	ends 0
	test "$output" = "status
verify --full
check --mode=reload
check --mode reload
--ima-check
--ima-check=reload -e
--ima-interval=2h
-s -l vmlinuz --ima-headroom" || fail "$output"
}

@test "bash: at a terminal" {
	cat > setup <<-END
		kexec-ima() { printf 'GO''T<%s>GO''T\n' "\$*"; }
		kexec() { kexec-ima "\$@"; }
		. "$completion/kexec-ima.bash"
	END
	presses bash --norc --noprofile -i
}

@test "zsh: at a terminal" {
	cat > setup <<-END
		kexec-ima() { printf 'GO''T<%s>GO''T\n' "\$*"; }
		kexec() { kexec-ima "\$@"; }
		fpath=("$completion" \$fpath)
		autoload -U compinit
		compinit -D -u
	END
	presses zsh -f -i
}

@test "fish: at a terminal" {
	cat > setup <<-END
		function kexec-ima; echo GOT"<\$argv>"GOT; end
		function kexec; kexec-ima \$argv; end
		source "$completion/kexec-ima.fish"
		source "$completion/kexec.fish"
	END
	presses fish --no-config -i
}
