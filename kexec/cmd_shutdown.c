// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-ima shutdown kexec: the last moment before systemd-shutdown executes the loaded image.  It never
 * hangs, and what goes wrong with itself ends as the configuration says: by default in a cold boot.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* In memory that the child shares which does the work: this process looks at no file, so that none can hold it up. */
struct last_moment {
	struct run *run;
	struct request request;		/* .settings: the built-in ones, until .configured */
	char *arguments[2];
	char kexec[PATH_MAX];		/* the real one, with .configured */
	int result;			/* of the judgement that failed */
	atomic_uint judge_ms, unload_ms;	/* what each may take */
	atomic_bool configured;
};

/* A quarter is for the unloading, should the judgement not come back. */
static void share_out(struct last_moment *moment)
{
	unsigned limit = (unsigned)moment->request.settings.shutdown_seconds * 1000;

	moment->unload_ms = limit / 4;
	moment->judge_ms = limit - limit / 4;
}

static int configure(struct last_moment *moment)
{
	struct settings settings;

	read_guard_settings(moment->run, &settings);
	settings.mode = CHECK_REFUSE;
	if (host_path(&moment->run->root, settings.kexec, moment->kexec))
		return complain(STATUS_ERROR, "%s is too long", settings.kexec);
	moment->request.settings = settings;
	moment->configured = true;
	share_out(moment);
	return STATUS_DONE;
}

static bool is_loaded(const struct run *run)
{
	struct imalog_facts facts = { 0 };

	host_kernel_loaded(&run->root, &facts);
	return !(facts.known & IMALOG_KNOWS_LOADED) || facts.loaded;
}

static int judge_late(void *context)
{
	struct last_moment *moment = context;
	struct run *run = moment->run;
	struct live_failure failure;
	struct survey survey;
	int status = configure(moment);

	if (!status && !is_loaded(run))
		return STATUS_DONE;
	if (!status)
		status = take_lock(run);
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

static void explain_failure(const struct last_moment *moment)
{
	const char *what = moment->request.settings.shutdown_cold
			   ? "unloading, so that the reboot is a cold one"
			   : "going on all the same, as shutdown = warn says";

	if (moment->result >= 0)
		complain(STATUS_ERROR, "the measurement log could not be judged: %s", what);
	else if (moment->result == -ETIMEDOUT && !moment->configured)
		complain(STATUS_ERROR, OPTIONS_CONFIG " could not be read in time: %s", what);
	else if (moment->result == -ETIMEDOUT)
		complain(STATUS_ERROR, "the judgement at shutdown took too long (shutdown-timeout in "
				       OPTIONS_CONFIG "): %s", what);
	else
		complain(STATUS_ERROR, "the judgement at shutdown came to no end: %s", what);
}

/* The judgement failed by itself. */
static int fail_late(void *context)
{
	struct last_moment *moment = context;
	struct settings settings;

	if (!is_loaded(moment->run))
		return STATUS_DONE;
	explain_failure(moment);
	if (!moment->request.settings.shutdown_cold)
		return STATUS_ERROR;
	if (!moment->configured) {
		begin_settings(moment->run, &settings);
		if (host_path(&moment->run->root, settings.kexec, moment->kexec))
			return STATUS_ERROR;
	}
	return unload(moment->run, moment->kexec) ? STATUS_REFUSED : STATUS_ERROR;
}

static int fail_closed(struct last_moment *moment)
{
	int status = host_limited(fail_late, moment, &moment->unload_ms);

	if (status == STATUS_DONE || status == STATUS_REFUSED || !moment->request.settings.shutdown_cold)
		return status < 0 ? STATUS_ERROR : status;
	if (!moment->run->root.path[0] && !host_unload_directly())
		return STATUS_REFUSED;
	return complain(STATUS_ERROR, "the image could not be unloaded: the soft reboot may lose the "
				      "measurement log");
}

static int judge_in_time(struct run *run)
{
	static struct last_moment alone;	/* without memory to share the child has its own */
	struct last_moment *moment = host_shared(sizeof(*moment));

	if (!moment)
		moment = &alone;
	moment->run = run;
	moment->request.action = ACTION_SHUTDOWN;
	settings_init(&moment->request.settings, "");
	moment->request.arguments = moment->arguments;
	moment->arguments[0] = moment->kexec;
	share_out(moment);
	moment->result = host_limited(judge_late, moment, &moment->judge_ms);
	if (moment->result == STATUS_DONE || moment->result == STATUS_REFUSED ||
	    moment->result == STATUS_UNKNOWN)
		return moment->result;
	return fail_closed(moment);
}

int cmd_shutdown(struct run *run, int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
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
	return judge_in_time(run);
}
