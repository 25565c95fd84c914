// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-ima shutdown kexec: the last moment before systemd-shutdown executes the loaded image.  It never
 * hangs, and what goes wrong with itself ends as the configuration says: by default in a cold boot.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

struct last_moment {
	struct run *run;
	struct request request;
};

static int judge_late(void *context)
{
	struct last_moment *moment = context;
	struct run *run = moment->run;
	struct live_failure failure;
	struct survey survey;
	int status = take_lock(run);

	if (status)
		return status;
	status = host_run_check(moment->request.arguments[0]);
	if (status)
		return explain_run(moment->request.arguments[0], status);
	measure_real(run, moment->request.arguments[0]);
	if (survey_take(&run->root, &survey, &failure))
		status = complain_survey(run, &failure);
	else
		status = judge_and_act(run, &moment->request, &survey);
	survey_free(&survey);
	return status;
}

static int unload_late(void *context)
{
	struct last_moment *moment = context;

	return unload(moment->run, moment->request.arguments[0]) ? STATUS_DONE : STATUS_ERROR;
}

static bool is_loaded(const struct run *run)
{
	struct imalog_facts facts = { 0 };

	host_kernel_loaded(&run->root, &facts);
	return !(facts.known & IMALOG_KNOWS_LOADED) || facts.loaded;
}

/* The judgement failed by itself. */
static int fail_closed(struct last_moment *moment, int result, unsigned milliseconds)
{
	const struct run *run = moment->run;
	bool cold = moment->request.settings.shutdown_cold;

	if (!is_loaded(run))
		return STATUS_DONE;
	if (result < 0)
		complain(STATUS_ERROR, "the judgement at shutdown %s%s",
			 result == -ETIMEDOUT ? "took too long (shutdown-timeout in " OPTIONS_CONFIG ")"
					      : "came to no end",
			 cold ? ": unloading, so that the reboot is a cold one"
			      : ": going on all the same, as shutdown = warn says");
	else
		complain(STATUS_ERROR, "the measurement log could not be judged%s",
			 cold ? ": unloading, so that the reboot is a cold one"
			      : ": going on all the same, as shutdown = warn says");
	if (!cold)
		return STATUS_ERROR;
	if (host_limited(unload_late, moment, milliseconds) && !run->root.path[0])
		host_unload_directly();
	if (!is_loaded(run))
		return STATUS_REFUSED;
	return complain(STATUS_ERROR, "the image could not be unloaded: the soft reboot may lose the "
				      "measurement log");
}

static int judge_in_time(struct last_moment *moment)
{
	/* A quarter is for the unloading, should the judgement not come back. */
	unsigned limit = (unsigned)moment->request.settings.shutdown_seconds * 1000;
	int result = host_limited(judge_late, moment, limit / 4 * 3);

	if (result == STATUS_DONE || result == STATUS_REFUSED || result == STATUS_UNKNOWN)
		return result;
	return fail_closed(moment, result, limit / 4);
}

int cmd_shutdown(struct run *run, int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct last_moment moment = { .run = run, .request = { .action = ACTION_SHUTDOWN } };
	char *arguments[2] = { NULL, NULL }, path[PATH_MAX];
	int status;

	if (next_option(run, argc, argv, options, &status) == -2)
		return status;
	if (optind + 1 != argc)
		return complain(STATUS_USAGE, "shutdown needs one word, what systemd-shutdown gives its "
					      "hooks: kexec, reboot, poweroff or halt");
	if (strcmp(argv[optind], "kexec"))
		return STATUS_DONE;
	host_outlive_readers();
	complain_to_kernel(&run->root);
	run->quiet = run->quiet || !host_takes_output(STDOUT_FILENO);
	read_guard_settings(run, &moment.request.settings);
	moment.request.settings.mode = CHECK_REFUSE;
	if (host_path(&run->root, moment.request.settings.kexec, path))
		return complain(STATUS_ERROR, "%s is too long", moment.request.settings.kexec);
	arguments[0] = path;
	moment.request.arguments = arguments;
	if (!is_loaded(run))
		return STATUS_DONE;
	return judge_in_time(&moment);
}
