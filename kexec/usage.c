// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each command and its options, a line each.  tests/lint/in-step holds this, the man pages and the
 * completions against what the program takes.
 */
#include "usage.h"

#include <string.h>

struct option_line {
	const char *option;	/* with its value, as it is typed; NULL: says goes on */
	const char *says;
};

#define LINES_MAX 12
struct command_help {
	const char *name;
	const char *arguments;	/* besides options */
	const char *formats;	/* of --format */
	const char *says;
	struct option_line options[LINES_MAX];	/* up to a line that says nothing */
};

static const struct option_line global[] = {
	{ "--sysroot DIR", "look at a saved tree instead of this machine" },
	{ "-q, --quiet", "only complaints and the exit status" },
	{ "-v, --verbose", "also what is read and run" },
	{ "--help", "this, or that of a command" },
	{ "--version", "name and version" },
	{ NULL, NULL },
};

static const struct option_line of_kexec[] = {
	{ "--ima-headroom[=SIZE]", "with -l: judge the load; SIZE bytes (8K, 1M) or auto" },
	{ "--ima-check[=MODE]", "with -e or alone: judge the log against what is loaded;" },
	{ NULL, "refuse, reload, coldboot or warn" },
	{ "--ima-interval=TIME", "planned between load and execute: 90s, 10min, 2h, 3d" },
	{ "--ima-confidence=P", "with which the room must suffice: 0.999" },
	{ "--ima-policy=POLICY", "refuse, or warn: say it and do it" },
	{ "--ima-archive=DIR", "records may be moved there to make room" },
	{ "--ima-sysroot=DIR", "for tests: look below DIR" },
	{ NULL, NULL },
};

#define INTERVAL { "--interval TIME", "between load and execute: 90s, 10min, 2h, 3d" }
#define CONFIDENCE { "--confidence P", "with which the room must suffice: 0.999" }
#define HISTORY { "--history FILE", "a database, or a CSV boottime_seconds,records,bytes" }

static const struct command_help commands[] = {
	{ "status", "", "text, json or prometheus", "the log, the kernel, what is loaded and its room", {
		{ "--output FILE", "with --format prometheus: write it there, at once" } } },
	{ "estimate", "", "text or json", "how much the log will grow, and the room that needs", {
		INTERVAL, CONFIDENCE } },
	{ "check", "", "text", "judge the log against the loaded segment, as kexec --ima-check", {
		{ "--mode MODE", "refuse, reload, coldboot or warn: what is done if it does not fit" } } },
	{ "verify", "", "text or json",
	  "what happened at each boot, and whether the log explains the TPM", {
		{ "--log FILE", "a saved log instead of the live one; - is standard input" },
		{ "--archive FILE", "records that were moved out before; or the folder of trim" },
		{ "--pcr BANK:HEX", "PCR 10 to compare with; BANK:INDEX:HEX for another one" },
		{ "--quote FILE", "a quote to compare with (tpm2_quote -m), with" },
		{ "--signature FILE", "its signature (tpm2_quote -s) and" },
		{ "--key FILE", "the public key in PEM (tpm2_readpublic -f pem)" },
		{ "--nonce HEX", "what the quote was asked with" },
		{ "--quote-pcrs FILE", "the quoted values (tpm2_quote -o)" },
		{ "--full", "read all of the live log, whatever is known of it" },
		{ "--journal", "the verdict also goes to the journal and the metrics file" } } },
	{ "preflight", " KERNEL", "text or json", "would this kernel take the log over, and keep it?", {
		{ "--initrd FILE", "its initrd" },
		{ "--append TEXT", "its command line" },
		{ "--command-line TEXT", "the same" },
		{ "--reuse-cmdline", "with the running command line in front" } } },
	{ "sample", "", "text", "one observation into the history, for a timer", { { NULL, NULL } } },
	{ "backtest", "", "text or json", "how the estimate would have done on the history", {
		INTERVAL, CONFIDENCE, HISTORY } },
	{ "plot", "", "text", "the log, the loads and what is to come, as a picture", {
		{ "-o, --output FILE", "its name ends in .svg or .png; default kexec-ima.svg" }, HISTORY } },
	{ "trim", "", "text", "move the oldest records to an archive, out of the kernel", {
		{ "--archive DIR", "the folder to move them to" },
		{ "--keep N", "at least so many records stay" } } },
	{ "shutdown", " VERB", "text", "judge at the last moment of a shutdown, as its hook does", {
		{ NULL, NULL } } },
	{ "around", " FD FD kexec [ARGUMENT]...", "text",
	  "what a kexec with the patches of kexec-ima runs; not for people", { { NULL, NULL } } },
	{ "rehearse", "", "text or json",
	  "a whole soft reboot on a TPM in memory, with and without help", {
		{ "--log FILE", "a log to begin with; else the live one, else a recorded one" },
		{ "--grow BYTES", "growth between load and execute; else the estimate" },
		{ "--generation WORD", "none, copy-at-load, copy-at-execute, events or staging" },
		{ "--extra-kb N", "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB, 0 to 40" },
		{ "--page BYTES", "4K, 16K or 64K" },
		{ "--scheme WORD", "of the quote: ecdsa, rsassa or rsapss" },
		{ "--save DIR", "keep the next kernel's log, its quote and key there" } } },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void line(FILE *to, const char *left, const char *right)
{
	fprintf(to, "  %-22s %s\n", left, right);
}

static void lines(FILE *to, const struct option_line *lines)
{
	for (; lines->says; lines++)
		line(to, lines->option ? lines->option : "", lines->says);
}

static void global_lines(FILE *to, const char *formats)
{
	line(to, "--format FORMAT", formats);
	lines(to, global);
}

static void statuses(FILE *to, const char *what)
{
	fprintf(to, "\nexit status: 0 %s, 1 error, 2 usage, 3 does not fit or match, 4 cannot tell\n",
		what);
}

void usage_program(FILE *to)
{
	fputs("usage: kexec-ima COMMAND [OPTION]...\n"
	      "       kexec-ima COMMAND --help\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		line(to, commands[i].name, commands[i].says);
	fputs("\noptions of each command:\n", to);
	global_lines(to, "text, or json or prometheus where the command has it");
	fputs("\nas kexec, besides the options of kexec-tools:\n", to);
	lines(to, of_kexec);
	statuses(to, "fits, complete or done");
	fputs("See kexec-ima(8), and kexec(8ima) for kexec.\n", to);
}

bool usage_command(FILE *to, const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command_help *command = &commands[i];

		if (strcmp(command->name, name))
			continue;
		fprintf(to, "usage: kexec-ima %s%s [OPTION]...\n\n%s\n\n", name, command->arguments,
			command->says);
		lines(to, command->options);
		fputs(command->options[0].says ? "\n" : "", to);
		global_lines(to, command->formats);
		statuses(to, "done");
		return true;
	}
	return false;
}
