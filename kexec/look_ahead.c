// SPDX-License-Identifier: GPL-2.0-or-later
/* Everything a preflight rests on, taken in; and what a load does about it. */
#include "look_ahead.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CMDLINE_MAX 8192	/* bytes; the kernel's own limit is smaller */
#define POLICY_MAX (1u << 20)	/* bytes */

static void read_policy(const struct run *run, struct preflight_system *system)
{
	char *text;

	if (host_read_all(&run->root, "/sys/kernel/security/ima/policy", POLICY_MAX, &text) < 0)
		return;
	/* An empty one is what a kernel shows that only has its built-in rules, or none. */
	if (text[0])
		preflight_read_policy(text, system);
	free(text);
}

static void read_system(const struct run *run, const struct survey *survey,
			struct preflight_system *system)
{
	char lockdown[128];

	*system = (struct preflight_system){
		.census = &survey->scan.census,
		.facts = &survey->facts,
	};
	read_policy(run, system);
	/* The one in force stands in brackets. */
	if (host_read_text(&run->root, "/sys/kernel/security/lockdown", lockdown,
			   sizeof(lockdown)) > 0)
		system->locked_down = strstr(lockdown, "[integrity]") ||
				      strstr(lockdown, "[confidentiality]");
}

static void read_running(const struct run *run, char text[CMDLINE_MAX], struct cmdline *running)
{
	if (host_read_text(&run->root, "/proc/cmdline", text, CMDLINE_MAX) < 0) {
		text[0] = '\0';
		*running = (struct cmdline){ 0 };
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	cmdline_read(text, running);
}

/* Absolute paths are below the root. */
static int read_image(const struct run *run, const char *kernel, struct image_facts *image)
{
	const struct host_root here = { "" };

	return host_image_read(*kernel == '/' ? &run->root : &here, kernel, image);
}

int look_ahead(const struct run *run, const struct survey *survey, char *const *arguments,
	       const char *kernel, struct look_ahead *ahead)
{
	char running_text[CMDLINE_MAX], next_text[2 * CMDLINE_MAX];
	struct preflight_system system;
	struct cmdline running, next = { 0 };

	*ahead = (struct look_ahead){ 0 };
	ahead->error = read_image(run, kernel, &ahead->image);
	read_system(run, survey, &system);
	system.kexec_uses_cma = host_kernel_uses_cma(&run->root);
	if (system.kexec_uses_cma) {
		char *help[] = { arguments[0], (char *)"--help", NULL };

		system.knows_no_cma = host_run_prints(help, "--no-cma");
		ahead->wants_no_cma = system.knows_no_cma;
	}
	read_running(run, running_text, &running);
	if (cmdline_of_load(arguments, running_text, next_text, sizeof(next_text)))
		cmdline_read(next_text, &next);
	preflight_find(&system, ahead->error ? NULL : &ahead->image, &running, &next,
		       &ahead->preflight);
	return ahead->error;
}

void look_ahead_tell(const struct preflight *preflight)
{
	for (unsigned i = 0; i < preflight->count; i++) {
		const struct finding *finding = &preflight->findings[i];

		complain(STATUS_DONE, "%s: %s: %s; %s", preflight_severity_text(finding->severity),
			 finding->what, finding->why, finding->remedy);
	}
}

static bool has_argument(char *const *arguments, const char *wanted)
{
	for (; *arguments && strcmp(*arguments, "--") != 0; arguments++)
		if (!strcmp(*arguments, wanted))
			return true;
	return false;
}

/* In front of all others, so that nothing can take it for its value. */
static bool put_first(struct request *request, const char *argument)
{
	size_t count = 0;
	char **more, *copy = strdup(argument);

	while (request->arguments[count])
		count++;
	more = realloc(request->arguments, (count + 2) * sizeof(*more));
	if (more)
		request->arguments = more;
	if (!more || !copy) {
		free(copy);
		return false;
	}
	memmove(more + 2, more + 1, count * sizeof(*more));
	more[1] = copy;
	return true;
}

bool look_ahead_of_load(const struct run *run, struct request *request,
			const struct survey *survey, int *status)
{
	struct look_ahead ahead;
	struct load_files files;
	const char *kernel;

	load_files_find(request->arguments, &files);
	*status = STATUS_DONE;
	if (!files.count)
		return true;
	kernel = request->arguments[files.file[0].argument] + files.file[0].offset;
	look_ahead(run, survey, request->arguments, kernel, &ahead);
	if (ahead.error == -ENOEXEC)
		complain(STATUS_DONE, "unknown: %s is no kernel image that is known, so whether it takes "
				      "the measurement log over cannot be told", kernel);
	look_ahead_tell(&ahead.preflight);
	if (ahead.wants_no_cma && !has_argument(request->arguments, "--no-cma")) {
		request->added = put_first(request, "--no-cma");
		if (!request->added) {
			*status = complain(STATUS_ERROR, "out of memory");
			return false;
		}
	}
	*status = plan_preflight_status(&ahead.preflight);
	return *status != STATUS_REFUSED || request->settings.warn;
}
