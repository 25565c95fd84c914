#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# /run/kexec-ima: who may have made it, what is believed of it, and the lock.
# shellcheck disable=SC2154,SC2086,SC2016  # set by common.bash and bats; words on purpose
load common

state() { echo "$root/run/kexec-ima"; }

@test "the folder is 0700, its files 0600, and nothing is left over" {
	umask 0
	loaded_by_us
	test "$(stat -c %a "$(state)")" = 700
	test "$(stat -c %a "$(state)"/* | sort -u)" = 600
	test "$(cd "$(state)" && echo .[!.]* *)" = ".[!.]* checkpoint.json kernel.json load.json lock outlook.json"
}

@test "a folder that others could read is closed to them" {
	mkdir -m 755 "$(state)"
	loaded_by_us
	test "$(stat -c %a "$(state)")" = 700
}

@test "a symbolic link as the folder is refused" {
	mkdir "$root/elsewhere"
	ln -s "$root/elsewhere" "$(state)"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "/run/kexec-ima cannot be used" "no symbolic link"
	ran
	run kexec --ima-check -e
	ends 1
	ran
	test -z "$(ls -A "$root/elsewhere")"
}

@test "status does without a folder that cannot be used" {
	mkdir "$root/elsewhere"
	ln -s "$root/elsewhere" "$(state)"
	run kexec_ima status
	ends 0
	test -z "$(ls -A "$root/elsewhere")"
}

@test "a file as the folder is refused" {
	: > "$(state)"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "/run/kexec-ima cannot be used"
}

@test "a folder that others can write to is refused" {
	for mode in 0777 0770 0702; do
		rm -rf "$(state)"
		mkdir -m "$mode" "$(state)"
		run kexec -s -l vmlinuz --ima-headroom
		ends 1
		says "others cannot write"
		ran
	done
}

@test "no /run: said, 1" {
	rmdir "$root/run"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "/run/kexec-ima cannot be used"
	ran
}

@test "symbolic links in the place of the files are not followed" {
	loaded_by_us
	for name in load.json checkpoint.json kernel.json; do
		mv "$(state)/$name" "$root/$name"
		ln -s "$root/$name" "$(state)/$name"
		cp "$root/$name" "$root/$name.before"
	done
	feed files=1
	run kexec --ima-check
	ends 0
	says "by others, time not known"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	for name in load.json checkpoint.json kernel.json; do
		cmp "$root/$name" "$root/$name.before"
	done
}

@test "a symbolic link as the lock is refused" {
	mkdir -m 700 "$(state)"
	ln -s "$root/lock" "$(state)/lock"
	run kexec -s -l vmlinuz --ima-headroom
	ends 1
	says "lock cannot be taken"
	test ! -e "$root/lock"
}

# Each way to damage a file; none may change a number or crash.
@test "damaged files are ignored" {
	loaded_by_us
	run kexec_ima status --format json
	whole=$(grep -E '"(.*bytes|records|violations|verdict)":' <<< "$output" | grep -v grown)
	cp -a "$(state)" "$root/good"
	for name in load.json checkpoint.json kernel.json; do
		for damage in 1d '$ s/.$//' 's/^\(.\{20\}\).*/\1/' s/:/,/ 's/:[0-9]/:-1/g' \
			's/[0-9][0-9]*/99999999999999999999/g' 's/\[/{/g' 's/"version":1/"version":2/' \
			's/"boot_id":"[^"]*"/"boot_id":7/' 's/"[a-z_]*":/"x":/g' 's/\[.*\]/[]/' \
			's/\[.*\]/[null]/' 's/\[.*\]/null/' 's/:.*/:null}/' 's/.*/null/' 's/.*/[1]/' \
			's/\[[^]]*\]/[1]/g' 's/\([[,:]\)[0-9][0-9]*/\11.5/g' 's/.*/\xff\x00/'; do
			rm -rf "$(state)"
			cp -a "$root/good" "$(state)"
			sed -i "$damage" "$(state)/$name"
			! cmp -s "$root/good/$name" "$(state)/$name" || continue
			run kexec_ima status --format json
			ends 0 || fail "$name, $damage" || return
			now=$(grep -E '"(.*bytes|records|violations|verdict)":' <<< "$output" | grep -v grown)
			test "$now" = "$whole" || fail "$name, $damage: $now, not $whole" || return
		done
	done
}

@test "a damaged load.json: the load counts as one by others" {
	loaded_by_us
	truncate -s -1 "$(state)/load.json"
	leave_room 100
	run kexec --ima-check=reload -e
	ends 3
	ran
	says "was not loaded with --ima-headroom"
}

@test "a load.json of another boot is ignored" {
	loaded_by_us
	echo 11111111-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
	run kexec --ima-check
	ends 0
	says "by others, time not known"
	leave_room 100
	run kexec --ima-check=reload -e
	ends 3
	ran
}

@test "a kernel.json of another boot is ignored" {
	run kexec_ima status
	says "  kernel     events"
	kernel none
	run kexec_ima status
	says "  kernel     events"
	echo 11111111-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
	run kexec_ima status
	says "  kernel     none"
}

@test "no boot id: nothing is kept, all is read, a load is still judged" {
	rm "$root/proc/sys/kernel/random/boot_id"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	test ! -e "$(state)/checkpoint.json"
	run kexec --ima-check -e
	ends 0
	ran "-s -l vmlinuz" -e
}

@test "no boot id: a load that went wrong, or was not finished, is not taken for a good one" {
	local name
	touch vmlinuz
	echo "4,9,9,-;Could not map measurements buffer." > "$root/fake/kmsg"
	run kexec -s -l vmlinuz --ima-headroom --ima-policy=warn
	ends 0
	mv "$root/proc/sys/kernel/random/boot_id" "$root/boot_id"
	run kexec --ima-check -e
	ends 4
	ran "-s -l vmlinuz"
	mv "$root/boot_id" "$root/proc/sys/kernel/random/boot_id"
	for name in "$boot_id" 11111111-2222-3333-4444-555555555555; do
		echo "{\"version\":2,\"boot_id\":\"$boot_id\",\"pending\":1}" > "$(state)/load.json"
		test "$name" = "$boot_id" || rm "$root/proc/sys/kernel/random/boot_id"
		run kexec --ima-check -e
		ends 4 || fail "$name" || return
	done
	ran "-s -l vmlinuz"
}

@test "no uptime: no growth, no date, a load is still judged" {
	rm "$root/proc/uptime"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	says "growth     at most"
	run kexec --ima-check -e
	ends 0
}

@test "a folder that cannot be written to: the load is judged, and what is lost is said" {
	mkdir -m 700 "$(state)" "$(state)/load.json"
	run kexec -s -l vmlinuz --ima-headroom
	ends 0
	says "load.json cannot be written" "will not know this load"
}

# The one slow test: the lock is waited for, three quarters of the time that an execute may take.
@test "one at a time: a lock that is held is told with its process, 1" {
	mkdir -m 700 "$(state)"
	flock "$(state)/lock" sleep 60 3>&- &
	holder=$!
	while flock -n "$(state)/lock" true 3>&-; do sleep 0.02; done
	echo 4711 > "$(state)/lock"
	run kexec --ima-check -e
	kill "$holder"
	ends 1
	says "another load, check or execute (process 4711)" "for 8 s: wait for it"
	ran
}

@test "a lock that is released in time is waited for" {
	loaded_by_us
	flock "$(state)/lock" sleep 0.7 3>&- &
	sleep 0.1
	run kexec --ima-check -e
	ends 0
	ran -e
}

@test "the lock is held until kexec -e has ended" {
	loaded_by_us
	sed -i "s|^action=other|flock -n '$(state)/lock' true \&\& echo free >> '$root/fake/lock'|" \
		"$root$KEXEC_IMA_REAL"
	run kexec --ima-check -e
	ran -e
	test ! -e "$root/fake/lock"
}

@test "status takes no lock" {
	mkdir -m 700 "$(state)"
	flock "$(state)/lock" sleep 5 3>&- &
	holder=$!
	run timeout 3 "$KEXEC_IMA_BUILD/kexec/kexec-ima" --sysroot "$root" status
	kill "$holder"
	ends 0
}
