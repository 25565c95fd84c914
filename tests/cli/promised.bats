#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The keys of --format json are those that kexec-ima(8) promises, each command's in its own paragraph.
load common

man=$BATS_TEST_DIRNAME/../../doc/kexec-ima.8
make_image() { python "$BATS_TEST_DIRNAME/../tools/make-image" "$root/boot/kernel" "$@"; }

# promised COMMAND: what was printed has no key that the page does not have for COMMAND, and of status also the other
# way round, with the types.
promised() {
	python -c '
import json, re, sys
command, page = sys.argv[1], re.sub(r"\\(?=[-& ])", "", open(sys.argv[2]).read())
told = json.load(sys.stdin)

section = page[page.index(".SS JSON\n"):page.index(".SH EXIT STATUS\n")]
if command == "preflight":
    section = page[page.index(".SH PREFLIGHT\n"):page.index(".SH ARCHIVE\n")]
    said = section[section.index("--format json"):]
else:
    parts = re.split(r"kexec-ima (\w+)(?: --format json)?\W", section)
    said = dict(zip(parts[1::2], parts[2::2]))[command]
    if command == "rehearse":       # "and verify as above"
        said += dict(zip(parts[1::2], parts[2::2]))["verify"]

def flat(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, (*path, key))
            yield (*path, key), inner
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, path)

words = set(re.findall(r"[a-z0-9_]+", said))
lack = sorted({key for path, _ in flat(told) for key in path} - words)
if command == "status":
    found = {".".join(path): inner for path, inner in flat(told) if not isinstance(inner, dict)}
    listed = re.findall(r"^\.BR ([a-z_.]+(?: \", \" [a-z_.]+)*)(?: \" \((\w+)\)\")?$", said, re.M)
    types = {name: kind for names, kind in listed for name in names.split(" \", \" ")}
    lack += sorted(set(found) ^ set(types))
    is_a = {"number": (int, float), "string": str, "bool": bool}
    lack += [f"{name} is no {kind}" for name, kind in types.items() if kind and name in found and
             found[name] is not None and not isinstance(found[name], is_a[kind])]
if lack:
    sys.exit(f"{command}: {lack}")
print(len(words))' "$1" "$man" <<< "$output" > checked || fail "the page and the program differ: $output"
}

@test "status: the same keys, of the types that are promised, whatever is known" {
	run --separate-stderr kexec_ima status --format json
	promised status
	loaded_by_us
	feed bytes=300
	run --separate-stderr kexec_ima status --format json
	promised status
	rm "$root/proc/kallsyms" "$root/sys/kernel/kexec_loaded" "$root/proc/uptime"
	run --separate-stderr kexec_ima status --format json
	ends 4
	promised status
	# It can fail.
	output=${output/\"needed_bytes\"/\"wanted_bytes\"}
	run ! promised status
	says "needed_bytes', 'wanted_bytes"
}

@test "verify and rehearse: two boots, a quote, a log that is cut" {
	python "$BATS_TEST_DIRNAME/../tools/gen-log" --out log boot files=30
	run -0 --separate-stderr kexec_ima rehearse --log log --grow 8K --save kept --format json
	promised rehearse
	run -0 --separate-stderr kexec_ima verify --log kept/log --quote kept/quote.msg \
		--signature kept/quote.sig --key kept/key.pem --format json
	json 'len(j["boots"])' 2
	promised verify
	head -c 2000 log > cut
	run -4 --separate-stderr kexec_ima verify --log cut --format json
	json 'j["damage"]["record"] > 0' true
	promised verify
}

@test "estimate, backtest and preflight" {
	run -0 --separate-stderr kexec_ima estimate --format json
	promised estimate
	run -0 --separate-stderr kexec_ima backtest --format json \
		--history "$BATS_TEST_DIRNAME/../data/traces/synthetic-idle.csv"
	promised backtest
	make_image texts=old
	run -0 --separate-stderr kexec_ima preflight /boot/kernel --format json
	json 'len(j["findings"]) > 0' true
	promised preflight
}

@test "no report has a key that no page has" {
	python - "$BATS_TEST_DIRNAME/../../kexec" "$man" <<-'END'
		import pathlib, re, sys
		page = re.sub(r"\\(?=[-& ])", "", open(sys.argv[2]).read())
		said = page[page.index(".SS JSON\n"):page.index(".SH EXIT STATUS\n")] + \
		    page[page.index(".SH PREFLIGHT\n"):page.index(".SH ARCHIVE\n")]
		words = set(re.findall(r"[a-z0-9_]+", said))
		source = "".join(path.read_text() for path in pathlib.Path(sys.argv[1]).glob("report_*.c"))
		keys = set(re.findall(r'(?:report_(?:number|text|flag)|_object_add|digest)\(\s*\w+,\s*"(\w+)"', source))
		assert len(keys) > 60, keys
		sys.exit(" ".join(sorted(keys - words)) or None)
	END
}
