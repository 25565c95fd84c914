// SPDX-License-Identifier: GPL-2.0-or-later
/* The options that all commands of kexec-ima have, and what is said of those that none has. */
#include <getopt.h>
#include <string.h>

#include "command.h"
#include "usage.h"

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

bool has_format(const struct run *run, int *status)
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
	/* In front of the command, only options up to it. */
	const char *letters = !run->command ? "+:qv" : run->has_o ? ":qvo:" : ":qv";
	int option;

	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option >= OPTION_OWN || option == 'o')
			return is_first(run, option, options, status) ? option : -2;
		if (!take_global(run, option, argv, options, status))
			return -2;
	}
	return -1;
}
