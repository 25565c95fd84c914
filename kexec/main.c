// SPDX-License-Identifier: GPL-2.0-or-later
/* Two names, one program: `kexec` in front of kexec-tools, and `kexec-ima COMMAND`. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "host/sandbox.h"
#include "usage.h"

static const struct {
	const char *name;
	int (*run)(struct run *run, int argc, char **argv);
	unsigned formats;	/* enum formats */
	unsigned needs;		/* enum host_needs: of root's capabilities */
} commands[] = {
	{ "status", cmd_status, FORMAT_JSON | FORMAT_PROMETHEUS, HOST_NEEDS_FILES },
	{ "estimate", cmd_estimate, FORMAT_JSON, HOST_NEEDS_FILES },
	{ "check", cmd_check, FORMAT_TEXT, HOST_NEEDS_ALL },
	{ "verify", cmd_verify, FORMAT_JSON, HOST_NEEDS_FILES },
	{ "preflight", cmd_preflight, FORMAT_JSON, HOST_NEEDS_FILES },
	{ "sample", cmd_sample, FORMAT_TEXT, HOST_NEEDS_ALL /* until it knows whether it will load */ },
	{ "backtest", cmd_backtest, FORMAT_JSON, HOST_NEEDS_FILES },
	{ "plot", cmd_plot, FORMAT_TEXT, HOST_NEEDS_FILES },
	{ "trim", cmd_trim, FORMAT_TEXT, HOST_NEEDS_FILES | HOST_NEEDS_DELETE },
	{ "shutdown", cmd_shutdown, FORMAT_TEXT, HOST_NEEDS_ALL },
	{ "around", cmd_around, FORMAT_TEXT, HOST_NEEDS_ALL },
	{ "rehearse", cmd_rehearse, FORMAT_JSON, HOST_NEEDS_FILES },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(const struct run *run)
{
	if (!run->command || !usage_command(stdout, run->command))
		usage_program(stdout);
}

/* What getopt_long(3) did not take: @option is ':' for a value that lacks. */
static int explain_option(const struct run *run, int option, char **argv)
{
	const char *argument = argv[optind - 1], *command = run->command ? run->command : "";
	const char *blank = run->command ? " " : "";
	char letter[] = { '-', (char)optopt, '\0' };

	/* Within a cluster of letters getopt has not gone on yet. */
	if (optopt > 0 && optopt < OPTION_SYSROOT && strncmp(argument, "--", 2))
		argument = letter;
	if (option == ':')
		return complain(STATUS_USAGE, "%s needs a value: see kexec-ima%s%s --help", argument, blank,
				command);
	if (optopt && argument != letter)
		return complain(STATUS_USAGE, "%s: this option takes no value: see kexec-ima%s%s --help",
				argument, blank, command);
	return complain(STATUS_USAGE, "%s is no option here: see kexec-ima%s%s --help", argument, blank,
			command);
}

/* A value that is given twice is a slip, and which of the two was meant is not known. */
static bool is_first(struct run *run, int option, const struct option *options, int *status)
{
	unsigned bit = option_bit(option);

	while (options->name && options->val != option)
		options++;
	if (options->has_arg != required_argument || run->repeats & bit)
		return true;
	if (run->seen & bit)
		*status = complain(STATUS_USAGE, "--%s is given twice: give it once", options->name);
	else
		*status = STATUS_DONE;
	run->seen |= bit;
	return !*status;
}

static const char *formats_text(unsigned formats)
{
	return formats & FORMAT_PROMETHEUS ? "text, json or prometheus" : formats ? "text or json" : "text alone";
}

/* Whether the command, once it is known, has the format that was asked for. */
static bool has_format(const struct run *run, int *status)
{
	unsigned wanted = run->json ? FORMAT_JSON : run->prometheus ? FORMAT_PROMETHEUS : FORMAT_TEXT;

	*status = STATUS_DONE;
	if (run->command && wanted & ~run->formats)
		*status = complain(STATUS_USAGE, "%s has no --format %s: it has %s", run->command,
				   run->json ? "json" : "prometheus", formats_text(run->formats));
	return !*status;
}

/* One global option.  False: the run is over with *@status. */
static bool take_global(struct run *run, int option, char **argv, const struct option *options,
			int *status)
{
	if (!is_first(run, option, options, status))
		return false;
	*status = STATUS_DONE;
	switch (option) {
	case OPTION_SYSROOT:
		run->root.path = optarg;
		if (host_is_folder(optarg))
			return true;
		*status = complain(STATUS_ERROR, "--sysroot=%s is no folder: name one with a saved tree", optarg);
		return false;
	case 'q': run->quiet = true; return true;
	case 'v': run->verbose = true; return true;
	case OPTION_FORMAT:
		run->json = !strcmp(optarg, "json");
		run->prometheus = !strcmp(optarg, "prometheus");
		if (run->json || run->prometheus || !strcmp(optarg, "text"))
			return has_format(run, status);
		*status = complain(STATUS_USAGE, "--format=%s is not understood: give %s", optarg,
				   formats_text(run->command ? run->formats : FORMAT_JSON | FORMAT_PROMETHEUS));
		return false;
	case OPTION_HELP: help(run); return false;
	case OPTION_VERSION: puts(PACKAGE_STRING); return false;
	default:
		*status = explain_option(run, option, argv);
		return false;
	}
}

int next_option(struct run *run, int argc, char **argv, const struct option *options,
		int *status)
{
	int option;

	while ((option = getopt_long(argc, argv, run->has_o ? ":qvo:" : ":qv", options, NULL)) != -1) {
		if (option >= OPTION_OWN || option == 'o')
			return is_first(run, option, options, status) ? option : -2;
		if (!take_global(run, option, argv, options, status))
			return -2;
	}
	return -1;
}

static int main_kexec_ima(int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct run run = { .root = { "" } };
	int status = STATUS_DONE, option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:qv", options, NULL)) != -1)
		if (!take_global(&run, option, argv, options, &status))
			return status;
	if (optind == argc) {
		usage_program(stderr);
		return STATUS_USAGE;
	}
	argc -= optind;
	argv += optind;
	optind = 0;	/* begin anew: the command has options of its own */
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[0]))
			continue;
		run.command = commands[i].name;
		run.formats = commands[i].formats;
		/* The option may stand before the command or behind it. */
		if (!has_format(&run, &status))
			return status;
		/* Without libcap-ng all are kept. */
		host_keep_capabilities(commands[i].needs);
		return commands[i].run(&run, argc, argv);
	}
	return complain(STATUS_USAGE, "no command is called %s: see kexec-ima --help", argv[0]);
}

static int pass(const struct run *run, struct request *request)
{
	int error;

	if (run->has_peer)
		return host_peer_go(&run->peer, false) ? STATUS_ERROR : STATUS_DONE;
	error = host_run_check(request->arguments[0]);
	if (!error && request->unjudged && hides_another(run))
		return load_unjudged(run, request);
	if (!error)
		error = host_run_instead(request->arguments);
	return explain_run(request->arguments[0], error);
}

int run_kexec(struct run *run, int argc, char **argv)
{
	char error[OPTIONS_ERROR_SIZE];
	struct settings settings;
	struct request request;
	struct glance glance = request_glance(argc, argv);
	int status = STATUS_DONE;

	host_outlive_readers();
	run->root.path = glance.sysroot ? glance.sysroot : "";
	/* It may be a shutdown that waits for this, as sysvinit's, and the file may be slow. */
	if (glance.executes)
		limit_execute(run, OPTIONS_SHUTDOWN_SECONDS);
	begin_settings(run, &settings);
	if (glance.executes) {
		/* What the file wanted of an execute is not known any more: it is judged, and by the strictest. */
		if (!read_guard_settings(run, &settings))
			settings.check = true;
	} else if (glance.wants_file) {
		status = read_settings(run, &settings);
	} else {
		find_real_kexec(run, &settings);
	}
	if (status)
		return status;
	settings.stops_early = getenv("POSIXLY_CORRECT");
	if (!request_parse(argc, argv, &settings, &request, error)) {
		status = complain(STATUS_USAGE, "%s", error);
		request_free(&request);
		return status;
	}
	if (glance.executes && request.action != ACTION_EXECUTE)
		unlimit_execute(run);
	switch (request.action) {
	case ACTION_LOAD: status = do_load(run, &request); break;
	case ACTION_EXECUTE:
	case ACTION_CHECK:
	case ACTION_SHUTDOWN: status = do_check(run, &request); break;
	case ACTION_PASS: status = pass(run, &request); break;
	}
	request_free(&request);
	return status;
}

static int main_kexec(int argc, char **argv)
{
	struct run run = { 0 };

	return run_kexec(&run, argc, argv);
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = !argc ? "" : slash ? slash + 1 : argv[0];
	int status;

	host_begin();
	status = strcmp(name, "kexec") ? main_kexec_ima(argc, argv) : main_kexec(argc, argv);
	if (!can_say() && !status)
		status = complain(STATUS_ERROR, "standard output cannot be written");
	return status;
}
