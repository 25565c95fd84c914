// SPDX-License-Identifier: GPL-2.0-or-later
/* Two names, one program: `kexec` in front of kexec-tools, and `kexec-ima COMMAND`. */
#include <getopt.h>
#include <string.h>

#include "command.h"

static const struct {
	const char *name;
	int (*run)(struct run *run, int argc, char **argv);
	const char *says;
} commands[] = {
	{ "status", cmd_status, "the log, the kernel, what is loaded and its room" },
	{ "estimate", cmd_estimate, "how much the log will grow, and the room that needs" },
	{ "check", cmd_check, "judge the log against the loaded segment, as kexec --ima-check" },
	{ "verify", cmd_verify, "what happened at each boot, and whether the log explains the TPM" },
	{ "preflight", cmd_preflight, "would this kernel take the log over, and keep it?" },
	{ "sample", cmd_sample, "one observation into the history, for a timer" },
	{ "backtest", cmd_backtest, "how the estimate would have done on the history" },
	{ "plot", cmd_plot, "the log, the loads and what is to come, as a picture" },
	{ "trim", cmd_trim, "move the oldest records to an archive, out of the kernel" },
	{ "shutdown", cmd_shutdown, "judge at the last moment of a shutdown, as its hook does" },
	{ "rehearse", cmd_rehearse, "a whole soft reboot on a TPM in memory, with and without help" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int usage(FILE *to, int status)
{
	fputs("usage: kexec-ima COMMAND [OPTION]...\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].says);
	fputs("\n"
	      "  --sysroot DIR       look at a saved tree instead of this machine\n"
	      "  --format FORMAT     text or json (status, verify, rehearse, preflight, estimate,\n"
	      "                      backtest); prometheus (status)\n"
	      "  -q, --quiet         only errors and the exit status\n"
	      "  -v, --verbose       also what is run\n"
	      "  --help, --version\n\n"
	      "status:\n"
	      "  --output FILE       write it there, at once, for node_exporter\n\n"
	      "check:\n"
	      "  --mode MODE         refuse, reload, coldboot or warn\n\n"
	      "verify:\n"
	      "  --log FILE          a saved log instead of the live one; - is standard input\n"
	      "  --archive FILE      records that were moved out before; or the folder of trim\n"
	      "  --pcr BANK:HEX      PCR 10 to compare with; BANK:INDEX:HEX for another one\n"
	      "  --quote FILE        a quote to compare with (tpm2_quote -m), with\n"
	      "    --signature FILE  its signature (tpm2_quote -s) and\n"
	      "    --key FILE        the public key in PEM (tpm2_readpublic -f pem)\n"
	      "    --nonce HEX       what the quote was asked with\n"
	      "    --quote-pcrs FILE the quoted values (tpm2_quote -o)\n"
	      "  --full              read all of the live log, whatever is known of it\n\n"
	      "preflight KERNEL:\n"
	      "  --initrd FILE, --append TEXT, --reuse-cmdline\n"
	      "                      as they would be given to kexec\n\n"
	      "estimate, backtest:\n"
	      "  --interval TIME     between load and execute (90s, 10min, 2h, 3d)\n"
	      "  --confidence P      with which the room must suffice\n"
	      "  --history FILE      backtest: a database, or a CSV boottime_seconds,records,bytes\n\n"
	      "plot:\n"
	      "  -o FILE             .svg or .png (kexec-ima.svg)\n"
	      "  --history FILE      as for backtest\n\n"
	      "trim:\n"
	      "  --archive DIR       the folder to move them to\n"
	      "  --keep N            at least so many records stay\n\n"
	      "rehearse:\n"
	      "  --log FILE          a log to begin with; else the live one, else a recorded one\n"
	      "  --grow BYTES        growth between load and execute; else the estimate\n"
	      "  --generation WORD   none, copy-at-load, copy-at-execute, events or staging\n"
	      "  --extra-kb N        CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB\n"
	      "  --page BYTES        4K, 16K or 64K\n"
	      "  --scheme WORD       of the quote: ecdsa, rsassa or rsapss\n"
	      "  --save DIR          keep the next kernel's log, its quote and key there\n\n"
	      "exit status: 0 fits, complete or done, 1 error, 2 usage, 3 does not fit or match,\n"
	      "4 cannot tell\n"
	      "As `kexec` it is kexec-tools with --ima-headroom and --ima-check: kexec-ima(8).\n",
	      to);
	return status;
}

/* One global option.  False: the run is over with *@status. */
static bool take_global(struct run *run, int option, char **argv, const struct option *options,
			int *status)
{
	if (option == OPTION_SYSROOT || option == OPTION_FORMAT) {
		unsigned bit = 1u << (option - OPTION_SYSROOT);

		if (run->seen & bit) {
			*status = complain(STATUS_USAGE, "--%s is given twice: give it once",
					   options[option - OPTION_SYSROOT].name);
			return false;
		}
		run->seen |= bit;
	}
	*status = STATUS_DONE;
	switch (option) {
	case OPTION_SYSROOT: run->root.path = optarg; return true;
	case 'q': run->quiet = true; return true;
	case 'v': run->verbose = true; return true;
	case OPTION_FORMAT:
		run->json = !strcmp(optarg, "json");
		run->prometheus = !strcmp(optarg, "prometheus");
		if (run->json || !strcmp(optarg, "text") || (run->prometheus && run->has_prometheus))
			return true;
		*status = complain(STATUS_USAGE, "--format=%s is not understood: give text or json%s",
				   optarg, run->has_prometheus ? ", or prometheus for status" : "");
		return false;
	case OPTION_HELP: usage(stdout, STATUS_DONE); return false;
	case OPTION_VERSION: puts(PACKAGE_STRING); return false;
	default:
		*status = complain(STATUS_USAGE,
				   "%s is no option here, or it lacks its value: see kexec-ima --help",
				   argv[optind - 1]);
		return false;
	}
}

int next_option(struct run *run, int argc, char **argv, const struct option *options,
		int *status)
{
	int option;

	while ((option = getopt_long(argc, argv, "qvo:", options, NULL)) != -1) {
		if (option >= OPTION_OWN || (option == 'o' && run->has_o))
			return option;
		if (!take_global(run, option, argv, options, status))
			return -2;
	}
	return -1;
}

/* Only status has the format prometheus, and the option may stand before the command or behind it. */
static int run_command(struct run *run, int (*command)(struct run *run, int argc, char **argv), int argc,
		       char **argv)
{
	run->has_prometheus = command == cmd_status;
	if (run->prometheus && !run->has_prometheus)
		return complain(STATUS_USAGE, "%s has no --format prometheus: status has", argv[0]);
	return command(run, argc, argv);
}

static int main_kexec_ima(int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct run run = { .root = { "" }, .has_prometheus = true };
	int status = STATUS_DONE, option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+qv", options, NULL)) != -1)
		if (!take_global(&run, option, argv, options, &status))
			return status;
	if (optind == argc)
		return usage(stderr, STATUS_USAGE);
	argc -= optind;
	argv += optind;
	optind = 0;	/* begin anew: the command has options of its own */
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, argv[0]))
			return run_command(&run, commands[i].run, argc, argv);
	return complain(STATUS_USAGE, "no command is called %s: see kexec-ima --help", argv[0]);
}

static int pass(struct request *request)
{
	int error = host_run_check(request->arguments[0]);

	if (!error)
		error = host_run_instead(request->arguments);
	return explain_run(request->arguments[0], error);
}

static int main_kexec(int argc, char **argv)
{
	char error[OPTIONS_ERROR_SIZE];
	struct settings settings;
	struct request request;
	struct glance glance = request_glance(argc, argv);
	struct run run = { .root = { glance.sysroot ? glance.sysroot : "" } };
	int status = STATUS_DONE;

	begin_settings(&run, &settings);
	if (glance.wants_file)
		status = read_settings(&run, &settings);
	else
		find_real_kexec(&run, &settings);
	if (status)
		return status;
	if (!request_parse(argc, argv, &settings, &request, error)) {
		status = complain(STATUS_USAGE, "%s", error);
		request_free(&request);
		return status;
	}
	switch (request.action) {
	case ACTION_LOAD: status = do_load(&run, &request); break;
	case ACTION_EXECUTE:
	case ACTION_CHECK:
	case ACTION_SHUTDOWN: status = do_check(&run, &request); break;
	case ACTION_PASS: status = pass(&request); break;
	}
	request_free(&request);
	return status;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = !argc ? "" : slash ? slash + 1 : argv[0];
	int status;

	status = strcmp(name, "kexec") ? main_kexec_ima(argc, argv) : main_kexec(argc, argv);
	if (fflush(stdout) && !status)
		status = complain(STATUS_ERROR, "standard output cannot be written");
	return status;
}
