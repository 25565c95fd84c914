// SPDX-License-Identifier: GPL-2.0-or-later
/* Two names, one program: `kexec` in front of kexec-tools, and `kexec-ima COMMAND`. */
#include <getopt.h>
#include <string.h>

#include "command.h"

static const struct {
	const char *name;
	int (*run)(struct run *run, int argc, char **argv);
	bool json, mode;	/* takes --format json, --mode */
	const char *says;
} commands[] = {
	{ "status", cmd_status, true, false, "the log, the kernel, what is loaded and its room" },
	{ "check", cmd_check, false, true, "judge the log against the loaded segment, as kexec --ima-check" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *to, int status)
{
	fputs("usage: kexec-ima COMMAND [OPTION]...\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].says);
	fputs("\n"
	      "  --sysroot DIR       look at a saved tree instead of this machine\n"
	      "  --format FORMAT     text or json (status)\n"
	      "  --mode MODE         refuse, reload, coldboot or warn (check)\n"
	      "  -q, --quiet         only errors and the exit status\n"
	      "  -v, --verbose       also what is run\n"
	      "  --help, --version\n\n"
	      "exit status: 0 fits or done, 1 error, 2 usage, 3 does not fit, 4 cannot tell\n"
	      "As `kexec` it is kexec-tools with --ima-headroom and --ima-check: kexec-ima(8).\n",
	      to);
	return status;
}

/* Options of `kexec-ima`, before or behind the command.  A status; 0 also sets *@first. */
static int parse(int argc, char **argv, struct run *run, int *first, bool *done)
{
	enum { SYSROOT = 256, FORMAT, MODE, HELP, VERSION_OPTION };
	static const struct option longopts[] = {
		{ "sysroot", required_argument, NULL, SYSROOT },
		{ "format", required_argument, NULL, FORMAT },
		{ "mode", required_argument, NULL, MODE },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION_OPTION },
		{ NULL, 0, NULL, 0 },
	};
	bool seen[4] = { false };
	int option;

	while ((option = getopt_long(argc, argv, "qv", longopts, NULL)) != -1) {
		if (option >= SYSROOT && option <= MODE) {
			if (seen[option - SYSROOT])
				return complain(STATUS_USAGE, "--%s is given twice: give it once",
						longopts[option - SYSROOT].name);
			seen[option - SYSROOT] = true;
		}
		switch (option) {
		case SYSROOT: run->root.path = optarg; break;
		case MODE: run->mode = optarg; break;
		case 'q': run->quiet = true; break;
		case 'v': run->verbose = true; break;
		case FORMAT:
			run->json = !strcmp(optarg, "json");
			if (run->json || !strcmp(optarg, "text"))
				break;
			return complain(STATUS_USAGE, "--format=%s is not understood: give text or json",
					optarg);
		case HELP:
			*done = true;
			return usage(stdout, STATUS_DONE);
		case VERSION_OPTION:
			*done = true;
			puts(PACKAGE_STRING);
			return STATUS_DONE;
		default:
			return usage(stderr, STATUS_USAGE);
		}
	}
	*first = optind;
	return STATUS_DONE;
}

static int main_kexec_ima(int argc, char **argv)
{
	struct run run = { .root = { "" } };
	bool done = false;
	int first = argc;
	int status = parse(argc, argv, &run, &first, &done);

	if (status || done)
		return status;
	if (first == argc)
		return usage(stderr, STATUS_USAGE);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[first]))
			continue;
		if (run.json && !commands[i].json)
			return complain(STATUS_USAGE, "%s has no --format json", argv[first]);
		if (run.mode && !commands[i].mode)
			return complain(STATUS_USAGE, "%s has no --mode", argv[first]);
		return commands[i].run(&run, argc - first, argv + first);
	}
	return complain(STATUS_USAGE, "no command is called %s: see kexec-ima --help",
			     argv[first]);
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

	settings_init(&settings, REAL_KEXEC);
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
	case ACTION_CHECK: status = do_check(&run, &request); break;
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
