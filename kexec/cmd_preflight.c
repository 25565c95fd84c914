// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima preflight KERNEL: would this kernel, started so, have the log and keep it? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "look_ahead.h"
#include "report.h"

struct asked {
	char *kernel, *initrd, *append;
	bool reuse;
};

/* The command line as the real kexec would be given it; to be freed with free() alone. */
static char **arguments_of(const struct asked *asked)
{
	char **arguments = calloc(8, sizeof(*arguments));
	size_t used = 0;

	if (!arguments)
		return NULL;
	arguments[used++] = (char *)"kexec";
	arguments[used++] = (char *)"-l";
	arguments[used++] = asked->kernel;
	if (asked->reuse)
		arguments[used++] = (char *)"--reuse-cmdline";
	if (asked->append) {
		arguments[used++] = (char *)"--append";
		arguments[used++] = asked->append;
	}
	return arguments;
}

/* What is named from / on is below the root, as for a load. */
static const struct host_root *root_of(const struct run *run, const char *path)
{
	static const struct host_root here = { "" };

	return *path == '/' ? &run->root : &here;
}

static int explain_image(const struct run *run, const struct asked *asked, int error)
{
	const char *root = root_of(run, asked->kernel)->path;

	if (error == -ENOEXEC)
		return complain(STATUS_ERROR, "%s%s is no kernel image that is known: give a bzImage, an "
					      "arm64 Image, packed or not, a zboot image or a vmlinux",
				root, asked->kernel);
	return complain(STATUS_ERROR, "%s%s cannot be read: %s", root, asked->kernel, strerror(-error));
}

static int look(struct run *run, const struct asked *asked)
{
	char **arguments = arguments_of(asked);
	struct live_failure failure;
	struct look_ahead ahead;
	struct survey survey;
	int status = STATUS_DONE, error = 0;

	if (!arguments)
		return complain(STATUS_ERROR, "out of memory");
	if (survey_take(&run->root, &survey, &failure))
		status = complain_survey(run, &failure);
	else
		error = look_ahead(run, &survey, arguments, asked->kernel, &ahead);
	if (error)
		status = explain_image(run, asked, error);
	survey_free(&survey);
	free(arguments);
	if (status)
		return status;
	if (run->json)
		report_preflight_json(stdout, &ahead.image, &ahead.preflight);
	else if (!run->quiet)
		report_preflight_text(stdout, &ahead.image, &ahead.preflight);
	return plan_preflight_status(&ahead.preflight);
}

int cmd_preflight(struct run *run, int argc, char **argv)
{
	enum { INITRD = OPTION_OWN, APPEND, REUSE };
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "initrd", required_argument, NULL, INITRD },
		{ "append", required_argument, NULL, APPEND },
		{ "command-line", required_argument, NULL, APPEND },
		{ "reuse-cmdline", no_argument, NULL, REUSE },
		{ NULL, 0, NULL, 0 },
	};
	struct asked asked = { 0 };
	char path[PATH_MAX];
	int status, option;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0) {
		switch (option) {
		case INITRD: asked.initrd = optarg; break;
		case APPEND: asked.append = optarg; break;
		case REUSE: asked.reuse = true; break;
		}
	}
	if (option == -2)
		return status;
	if (optind + 1 != argc)
		return complain(STATUS_USAGE, "preflight needs one kernel: kexec-ima preflight KERNEL "
					      "[--initrd FILE] [--append TEXT] [--reuse-cmdline]");
	asked.kernel = argv[optind];
	if (asked.initrd && (host_path(root_of(run, asked.initrd), asked.initrd, path) || !host_is_file(path)))
		return complain(STATUS_ERROR, "%s%s is no file: name the initrd", root_of(run, asked.initrd)->path,
				asked.initrd);
	return look(run, &asked);
}
