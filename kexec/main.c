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

static int main_kexec_ima(int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct run run = { .root = { "" } };
	int status = STATUS_DONE;

	opterr = 0;
	if (next_option(&run, argc, argv, options, &status) == -2)
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
