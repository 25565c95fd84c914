// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec --ima-check [-e] and kexec-ima check: judge the log as it is now, then do as planned. */
#include <string.h>

#include "command.h"

/* Warnings that change nothing: the load is older than planned. */
static void warn_of_age(const struct settings *settings, const struct view *view)
{
	uint64_t interval = settings->has_interval ? settings->interval_seconds
						   : view->interval_seconds;
	char age[32], planned[32];

	if (!view->judged_load)
		return;
	report_span(view->age_seconds, age);
	report_span(interval, planned);
	if (view->age_seconds > interval)
		fprintf(stderr, "kexec-ima: the load is %s old, %s was planned: load again soon\n",
			age, planned);
	if (view->deadline_passed)
		fprintf(stderr, "kexec-ima: the deadline given at the load is past (the load is %s "
				"old): load again soon\n", age);
}

static void tell(const struct run *run, const struct settings *settings, const struct view *view,
		 const struct plan *plan)
{
	bool good = view->decision->verdict == IMALOG_FITS;
	char sentence[512], when[64];
	struct view dated = *view;

	report_verdict(view, sentence, sizeof(sentence));
	if (good && !run->quiet)
		printf("%s\n", sentence);
	if (!good)
		fprintf(stderr, "kexec-ima: %s%s\n", sentence,
			plan->step == STEP_EXECUTE  ? "; executing all the same"
			: plan->step == STEP_RELOAD ? "; loading the same image again"
			: plan->step == STEP_UNLOAD ? "; unloading, so that the reboot is a cold one"
						    : "");
	warn_of_age(settings, view);
	if (run->quiet)
		return;
	date_view(&dated, when, sizeof(when));
	report_details(stdout, &dated);
	fflush(stdout);
}

/* One judgement.  @execute: nothing but the last record is to come. */
static void judge(struct survey *survey, const struct settings *settings, bool execute,
		  struct imalog_estimate *estimate, struct imalog_decision *decision)
{
	struct imalog_growth growth;
	bool known = survey_growth(survey, &growth);
	uint64_t to_come = execute ? 0 : settings->burst_bytes;

	imalog_estimate_growth(known ? &growth : NULL, NULL, settings->interval_seconds, to_come,
			       estimate);
	imalog_decide(&survey->scan.census, survey->has_load ? &survey->load : NULL,
		      &survey->facts, to_come, decision);
}

/* The recorded load once more; afterwards the survey and the decision are the new ones. */
static bool reload(struct run *run, const struct settings *settings, struct survey *survey,
		   struct imalog_decision *decision, int *status)
{
	struct load_record record = survey->record;
	struct imalog_estimate nothing = { .basis = IMALOG_BASIS_GIVEN };
	struct load_job job = {
		.run = run,
		.settings = settings,
		.arguments = record.arguments,
		.directory = record.directory,
		.estimate = &nothing,
		.earlier = &record,
		.survey = survey,
	};
	bool good;

	/* The job replaces the survey, which owned the record. */
	survey->record = (struct load_record){ 0 };
	survey->has_record = false;
	survey->record_is_ours = false;
	good = load_and_prove(&job, status);
	*decision = job.decision;
	load_record_free(&record);
	return good;
}

/*
 * The real kexec's own files are measured when they are first run in a boot.  Run it once before
 * the judgement, so that nothing of it is left to come behind.
 */
static void measure_real(const struct run *run, char *kexec)
{
	char *arguments[] = { kexec, (char *)"--version", NULL };

	if (!run->root.path[0])
		host_run(arguments, NULL, true);
}

static int finish(struct run *run, struct request *request, const struct plan *plan)
{
	int error;

	switch (plan->step) {
	case STEP_EXECUTE:
		error = host_run_instead(request->arguments);
		return complain(STATUS_ERROR, "the real kexec, %s, cannot be run: %s",
				     request->arguments[0], strerror(-error));
	case STEP_UNLOAD:
		return unload(run, request->arguments[0]) ? plan->status : STATUS_ERROR;
	case STEP_END:
	case STEP_LOAD:
	case STEP_RELOAD:
		break;
	}
	return plan->status;
}

static int judge_and_act(struct run *run, struct request *request, struct survey *survey)
{
	const struct settings *settings = &request->settings;
	bool execute = request->action == ACTION_EXECUTE, reloaded = false, can_reload;
	struct imalog_decision decision;
	struct imalog_estimate estimate;
	struct plan plan;
	struct view view;
	int status;

	tell_reading(run, survey);
	judge(survey, settings, execute, &estimate, &decision);
	for (;;) {
		can_reload = survey->record_is_ours && survey->has_load;
		plan = plan_check(&decision, settings, execute, reloaded, can_reload);
		fill_view(&view, survey, &decision, &estimate);
		tell(run, settings, &view, &plan);
		if (plan.step != STEP_RELOAD)
			break;
		if (!reload(run, settings, survey, &decision, &status))
			return status;
		reloaded = true;
		judge(survey, settings, execute, &estimate, &decision);
	}
	if (settings->mode == CHECK_RELOAD && !reloaded && !survey->record_is_ours &&
	    plan.status != STATUS_DONE && survey->facts.loaded)
		complain(plan.status, "this image was not loaded with --ima-headroom, so it cannot be "
				      "loaded again: load it with kexec -s -l ... --ima-headroom");
	return finish(run, request, &plan);
}

int do_check(struct run *run, struct request *request)
{
	struct live_failure failure;
	struct survey survey;
	int status = take_lock(run), error;

	if (status)
		return status;
	if (request->action == ACTION_EXECUTE) {
		error = host_run_check(request->arguments[0]);
		if (error)
			return explain_run(request->arguments[0], error);
		measure_real(run, request->arguments[0]);
	}
	if (survey_take(&run->root, &survey, &failure))
		status = complain_survey(run, &failure);
	else
		status = judge_and_act(run, request, &survey);
	survey_free(&survey);
	return status;
}

int cmd_check(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "mode", required_argument, NULL, OPTION_OWN },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = { .action = ACTION_CHECK };
	char *arguments[2] = { NULL, NULL }, path[PATH_MAX];
	const char *mode = NULL;
	int status, option;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0) {
		if (mode)
			return complain(STATUS_USAGE, "--mode is given twice: give it once");
		mode = optarg;
	}
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "check takes no argument: %s", argv[optind]);
	if (run->json)
		return complain(STATUS_USAGE, "check has no --format json");
	status = read_settings(run, &request.settings);
	if (status)
		return status;
	request.settings.mode = CHECK_REFUSE;
	if (mode && !parse_mode(mode, &request.settings.mode))
		return complain(STATUS_USAGE, "--mode=%s is not understood: give refuse, reload, "
						   "coldboot or warn", mode);
	if (run->root.path[0] && (request.settings.mode == CHECK_RELOAD ||
				  request.settings.mode == CHECK_COLDBOOT))
		return complain(STATUS_USAGE, "--mode reload and coldboot act, and a saved tree is only "
					      "looked at: give refuse or warn");
	if (host_path(&run->root, request.settings.kexec, path))
		return complain(STATUS_ERROR, "%s is too long", request.settings.kexec);
	arguments[0] = path;
	request.arguments = arguments;
	return do_check(run, &request);
}
