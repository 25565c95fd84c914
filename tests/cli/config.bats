#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# /etc/kexec-ima.conf: defaults for all of it.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

config() { printf '%s\n' "$@" > "$root/etc/kexec-ima.conf"; }

@test "headroom in the file turns a plain load into a judged one" {
	config "headroom = auto"
	run kexec -l vmlinuz
	ends 0
	says "loaded, the measurement log fits"
	ran "-s -l vmlinuz"
}

@test "check in the file turns a plain -e into a judged one" {
	config "check = refuse"
	run kexec -e
	ends 3
	says "no image is loaded"
	ran
	loaded_by_us
	leave_room 100
	run kexec -e
	ends 3
	ran
	config "check = reload"
	run kexec -e
	ends 0
	ran "-s -l vmlinuz --initrd=initrd" -e
}

@test "values in the file are the defaults, and the command line goes before them" {
	config "headroom = 20K" "interval = 2h" "policy = warn"
	run kexec -s -l vmlinuz
	ends 0
	says "20480 bytes, as given" "as the policy says"
	fresh
	config "headroom = 20K" "interval = 2h" "policy = warn"
	run kexec -s -l vmlinuz --ima-headroom=auto --ima-policy=refuse
	ends 0
	says "in 2h0min"
	run kexec -s -l vmlinuz --ima-headroom --ima-interval=1h
	says "in 1h0min"
}

@test "the shutdown burst is set in the file" {
	config "shutdown-burst = 2K"
	run kexec -s -l vmlinuz --ima-headroom
	says "2048 of them for the shutdown"
}

@test "the real kexec is named in the file, below the sysroot" {
	mkdir "$root/opt"
	mv "$root$KEXEC_IMA_REAL" "$root/opt/kexec"
	config "kexec = /opt/kexec"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	run kexec -e
	ends 0
	run kexec -u
	ends 0
	ran "-s -l vmlinuz" -e -u
}

@test "comments, blanks and no last newline" {
	printf '# a comment\n; another\n\n  \nheadroom=auto ; why\ninterval =  2h' \
		> "$root/etc/kexec-ima.conf"
	run kexec -l vmlinuz
	ends 0
	says "in 2h0min"
}

@test "an empty file is no file" {
	config
	run kexec -l vmlinuz
	ends 0
	ran "-l vmlinuz"
}

@test "a mistake: 2, the file, the line and what it is" {
	while IFS='|' read -r line text says; do
		printf '# one\n\n%b\n' "$text" > "$root/etc/kexec-ima.conf"
		for command in "kexec -l vmlinuz --ima-headroom" "kexec -l vmlinuz" \
			"kexec --ima-check" "kexec_ima status" "kexec_ima check"; do
			run $command
			ends 2 || fail "$text" || return
			says "$root/etc/kexec-ima.conf, line $line:" "$says" || return
		done
	done <<-'END'
		3|hedroom = auto|hedroom is not known: see kexec-ima.conf(5)
		3|headroom = 12Q|headroom=12Q is not understood
		4|interval = 1h\ninterval = 2h|interval is given twice
		4|[kexec]\nheadroom = auto|[kexec]: the file has no sections
		3|confidence = 1.5|confidence=1.5 is not understood
		3|check = xyz|check=xyz is not understood
		3|policy = ignore|policy=ignore is not understood
		3|kexec = sbin/kexec|kexec=sbin/kexec is not understood
		3|metrics = /var/kexec-ima.txt|metrics=/var/kexec-ima.txt is not understood
		3|sysroot = /|sysroot is not known
		3|interval =|interval= is not understood
		3|headroom|this line is not "key = value"
		4|interval = 1h\nrubbish|this line is not "key = value"
		3|hedroom = auto\ncheck = xyz\nrubbish|hedroom is not known
	END
	ran
}

@test "a mistake does not leave an execute unjudged: it is told, and judged by the strictest" {
	local command
	for command in "kexec -e" "kexec --ima-check -e"; do
		fresh
		loaded_by_us
		config "check = warn" "hedroom = auto"
		run $command
		ends 0 || fail "$command"
		says "$root/etc/kexec-ima.conf, line 2: hedroom is not known" "built-in values are used"
		ran -e
		fresh
		loaded_by_us
		leave_room 100
		config "check = warn" "hedroom = auto"
		run $command
		ends 3 || fail "$command"
		says "line 2: hedroom is not known" "does not fit"
		ran
	done
}

@test "a mistake, and a mode on the command line: that is what counts" {
	loaded_by_us
	leave_room 100
	config "check = refuze"
	run kexec --ima-check=reload -e
	ends 0
	says "line 1: check=refuze is not understood"
	ran "-s -l vmlinuz --initrd=initrd" -e
}

@test "a file that cannot be read does not leave an execute unjudged" {
	loaded_by_us
	leave_room 100
	mkdir "$root/etc/kexec-ima.conf"
	run kexec -e
	ends 3
	says "cannot be read: Is a directory" "built-in values are used"
	ran
}

@test "a mistake does not hide where the real kexec is" {
	loaded_by_us
	mkdir "$root/opt"
	mv "$root$KEXEC_IMA_REAL" "$root/opt/kexec"
	config "kexec = /opt/kexec" "rubbish"
	run kexec -e
	ends 0
	run kexec -u
	ends 0
	ran -e -u
}

@test "KEXEC_IMA_HEADROOM asks for a judgement where the file does not" {
	KEXEC_IMA_HEADROOM=4K run kexec -l vmlinuz
	ends 0
	says "loaded, the measurement log fits" "4096 bytes, as given"
	ran "-s -l vmlinuz"
	fresh
	config "headroom = 20K"
	KEXEC_IMA_HEADROOM=4K run kexec -l vmlinuz
	says "20480 bytes"
	KEXEC_IMA_HEADROOM=4Q run kexec -s -l vmlinuz
	silent_about 4Q
	fresh
	KEXEC_IMA_HEADROOM=4Q run kexec -l vmlinuz
	ends 0
	says "KEXEC_IMA_HEADROOM: headroom=4Q is not understood" "the estimate is used" "fits"
	: > "$root/fake/calls"
	KEXEC_IMA_HEADROOM=4K run kexec -p vmlinuz
	ran "-p vmlinuz"
}

@test "a mistake does not stop a crash kernel, an unload or a question" {
	config "rubbish"
	while read -ra words; do
		: > "$root/fake/calls"
		run kexec "${words[@]}"
		ends 0 || fail "${words[*]}" || return
		ran "${words[*]}"
	done <<-'END'
		-p vmlinuz
		--load-panic vmlinuz
		-s -p vmlinuz --initrd=x
		-u
		-p -u
		--unload
		--version
		-v
		--help
		--status
	END
}

@test "headroom and check in the file leave a crash kernel, an unload and a question alone" {
	config "headroom = auto" "check = refuse"
	while read -ra words; do
		: > "$root/fake/calls"
		run kexec "${words[@]}"
		ends 0 || fail "${words[*]}" || return
		ran "${words[*]}" || return
		silent_about kexec-ima
	done <<-'END'
		-p vmlinuz
		-p -c vmlinuz
		-s -u
		--version
		-S
		-d
	END
}

@test "headroom in the file: a load and reboot in one run is refused" {
	config "headroom = auto"
	run kexec -f vmlinuz
	ends 2
	config "check = refuse"
	for words in "-f vmlinuz" "vmlinuz" "-s vmlinuz" "-l -f vmlinuz"; do
		run kexec $words
		ends 2 || fail "kexec $words" || return
	done
	ran
}

@test "an unload and what is to be judged in one run is refused" {
	config "headroom = auto" "check = refuse"
	loaded_by_others
	leave_room 100
	while read -ra words; do
		run kexec "${words[@]}"
		ends 2 || fail "${words[*]}" || return
		says "two runs"
	done <<-'END'
		-p -u -e
		-u -e
		-e -u
		-s -p -e -u
		-u -l vmlinuz
		-ul vmlinuz
	END
	ran
	stays_loaded
}

@test "headroom in the file: a load by kexec_load(2) is refused" {
	config "headroom = auto"
	for words in "-c -l vmlinuz" "--load-preserve-context vmlinuz"; do
		run kexec $words
		ends 2
		says "carries no IMA log"
	done
	ran
}

@test "a file that cannot be read: said, 1" {
	mkdir "$root/etc/kexec-ima.conf"
	run kexec -l vmlinuz
	ends 1
	says "$root/etc/kexec-ima.conf cannot be read: Is a directory"
	ran
}

@test "a pipe in the place of the file: an error at once, and an execute is judged all the same" {
	loaded_by_others
	mkfifo "$root/etc/kexec-ima.conf"
	run timeout 20 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -s -l vmlinuz
	ends 1
	says "$root/etc/kexec-ima.conf cannot be read"
	leave_room 100
	run timeout 20 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" -e
	ends 3
	run timeout 20 "$KEXEC_IMA_BUILD/kexec/kexec" --ima-sysroot="$root" --version
	ends 0
	ran --version
	run timeout 20 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" shutdown kexec
	ends 3
	nothing_loaded
}

@test "a file that is far too long is refused" {
	for _ in {1..200}; do printf '# %0500d\n' 0; done > "$root/etc/kexec-ima.conf"
	run kexec -l vmlinuz
	ends 1
	says "$root/etc/kexec-ima.conf cannot be read"
	ran
}

@test "an indented line is a continuation, and so an error" {
	printf 'headroom = auto\n  interval = 2h\n' > "$root/etc/kexec-ima.conf"
	run kexec -l vmlinuz
	ends 2
	says "line 2:"
	ran
}

@test "a bare --ima-check or --ima-headroom is refuse or auto, whatever the file says" {
	config "headroom = 20K" "check = warn"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	says "fading boot"
	: > "$root/fake/calls"
	leave_room 100
	run kexec --ima-check -e
	ends 3
	run kexec_ima check
	ends 3
	ran
}

@test "nothing slips past check or headroom in the file by the order of the options" {
	for key in "check = refuse" "headroom = auto"; do
		config "$key"
		while read -ra words; do
			run kexec "${words[@]}"
			ends 2 || fail "$key: kexec ${words[*]}" || return
			says "unjudged" || return
		done <<-'END'
			-f vmlinuz
			-e -f
			-e -l vmlinuz
			-l -e vmlinuz
			-le vmlinuz
			-p -f vmlinuz
			-p -e vmlinuz
			-f -p vmlinuz
			-x vmlinuz
			-- vmlinuz
		END
	done
	ran
}

@test "the example that packages install changes nothing, and each of its lines can be switched on" {
	local example=$BATS_TEST_DIRNAME/../../data/kexec-ima.conf keys=0 line

	cp "$example" "$root/etc/kexec-ima.conf"
	run kexec -l vmlinuz
	ends 0
	ran "-l vmlinuz"
	silent_about kexec-ima
	while IFS= read -r line; do
		config "${line#\#}"
		run kexec_ima status
		[ "$status" -ne 2 ] && [ "$status" -ne 1 ] || fail "$line: $output" || return
		silent_about kexec-ima.conf || return
		keys=$((keys + 1))
	done < <(grep '^#[a-z-]* = ' "$example")
	[ "$keys" -ge 15 ]
	# All of them at once; those with a default mean what no file means.
	sed 's/^#\([a-z-]* = \)/\1/' "$example" > "$root/etc/kexec-ima.conf"
	run kexec_ima status
	[ "$status" -ne 2 ] && [ "$status" -ne 1 ] || fail "$output"
	fresh
	loaded_by_us
	run kexec_ima status --format json
	printf '%s\n' "$output" > without
	grep -v -e "#headroom" -e "#check" -e "#archive" -e "#metrics" -e "#kexec" "$example" |
		sed 's/^#\([a-z-]* = \)/\1/' > "$root/etc/kexec-ima.conf"
	run kexec_ima status --format json
	printf '%s\n' "$output" > with
	diff without with
}
