// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec --ima-check [-e] and kexec-ima check: judge the log as it is now, then do as planned. */
#include <string.h>

#include "remember.h"
#include "trim.h"

/* Warnings that change nothing: the load is older than planned. */
static void warn_of_age(const struct settings *settings, const struct view *view)
{
	uint64_t interval = settings->has_interval ? settings->interval_seconds
						   : view->interval_seconds;
	char age[32], planned[32];

	if (!report_is_long(view, interval))
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

/* What is done about it, to follow the verdict's sentence. */
static const char *consequence(const struct request *request, const struct plan *plan)
{
	switch (plan->step) {
	case STEP_EXECUTE: return "; executing all the same";
	case STEP_DELETE: return "; moving records to the archive";
	case STEP_RELOAD: return "; loading the same image again";
	case STEP_UNLOAD: return "; unloading, so that the reboot is a cold one";
	default: return request->action == ACTION_SHUTDOWN ? "; going on all the same" : "";
	}
}

static void tell(const struct run *run, const struct request *request, const struct view *view,
		 const struct plan *plan)
{
	bool good = view->decision->verdict == IMALOG_FITS;
	char sentence[512], when[64];
	struct view dated = *view;

	report_verdict(view, sentence, sizeof(sentence));
	if (good && !run->quiet)
		printf("%s\n", sentence);
	if (!good)
		complain(plan->status, "%s%s", sentence, consequence(request, plan));
	if (request->action == ACTION_SHUTDOWN)
		return;
	warn_of_age(&request->settings, view);
	if (run->quiet)
		return;
	date_view(&dated, when, sizeof(when));
	report_details(stdout, &dated);
	fflush(stdout);
}

/* One judgement.  With -e nothing but the last record is to come. */
static void judge(const struct run *run, struct survey *survey, const struct request *request,
		  struct outlook *outlook, struct imalog_decision *decision)
{
	struct settings settings = request->settings;

	if (request->action == ACTION_EXECUTE) {
		settings.burst_bytes = 0;
		settings.has_burst = true;
	}
	/* The last moment neither needs the history nor waits for it. */
	outlook_take(run, survey, &settings, request->action == ACTION_CHECK ? OUTLOOK_HISTORY | OUTLOOK_KEPT : 0,
		     outlook);
	imalog_decide(&survey->scan.census, survey->has_load ? &survey->load : NULL,
		      &survey->facts, outlook->burst_bytes, decision);
}

bool reload_image(const struct run *run, const struct settings *settings, struct survey *survey,
		  struct imalog_decision *decision, int *status)
{
	struct load_record record = survey->record;
	struct outlook nothing = { .estimate.basis = IMALOG_BASIS_GIVEN };
	struct load_job job = {
		.run = run,
		.settings = settings,
		.arguments = record.arguments,
		.files = &record.files,
		.directory = record.directory,
		.outlook = &nothing,
		.earlier = &record,
		.survey = survey,
	};
	char **arguments = find_files(run, &record);
	bool good;

	if (!arguments) {
		*status = STATUS_ERROR;
		return false;
	}
	job.run_arguments = arguments;
	/* The job replaces the survey, which owned the record. */
	survey->record = (struct load_record){ 0 };
	survey->has_record = false;
	survey->record_is_ours = false;
	good = load_and_prove(&job, status);
	*decision = job.decision;
	load_record_free(&record);
	free_files(arguments);
	return good;
}

void measure_real(const struct run *run, char *kexec)
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
		host_limit_end();
		if (run->has_peer)
			return host_peer_go(&run->peer, true) ? STATUS_ERROR : STATUS_DONE;
		error = host_run_instead(request->arguments);
		return complain(STATUS_ERROR, "the real kexec, %s, cannot be run: %s",
				     request->arguments[0], strerror(-error));
	case STEP_UNLOAD:
		return unload(run, request->arguments[0]) ? plan->status : STATUS_ERROR;
	case STEP_END:
	case STEP_LOAD:
	case STEP_LOAD_AGAIN:
	case STEP_DELETE:
	case STEP_RELOAD:
		break;
	}
	return plan->status;
}

static struct plan make_plan(const struct request *request, const struct survey *survey,
			     const struct imalog_decision *decision, bool reloaded, bool deletion)
{
	struct means means = {
		.reload = survey->record_is_ours && survey->has_load &&
			  survey->record.files.known,
		.deletion = deletion,
	};

	if (request->action == ACTION_SHUTDOWN)
		return plan_shutdown(decision, &request->settings, reloaded, means.reload);
	return plan_check(decision, &request->settings, request->action == ACTION_EXECUTE,
			  reloaded, means);
}

/* Why a reload that was asked for cannot be. */
static void tell_no_reload(const struct survey *survey, int status)
{
	if (!survey->record_is_ours)
		complain(status, "this image was not loaded with --ima-headroom, so it cannot be "
				 "loaded again: load it with kexec -s -l ... --ima-headroom");
	else if (!survey->has_load)
		complain(status, "the log has no kexec_load event of this image, and would have none of another "
				 "load, which could not be confirmed: it is not loaded again");
	else if (!survey->record.files.known)
		complain(status, "the files of this image were not all read at the load, or changed "
				 "meanwhile, so it cannot be loaded again: load it with kexec -s -l "
				 "... --ima-headroom");
}

int judge_and_act(struct run *run, struct request *request, struct survey *survey)
{
	const struct settings *settings = &request->settings;
	bool reloaded = false;
	bool deletion = trim_allowed(run, settings, survey);
	struct imalog_decision decision;
	struct outlook outlook;
	struct live_failure failure;
	struct plan plan;
	struct view view;
	int status;

	tell_reading(run, survey);
	judge(run, survey, request, &outlook, &decision);
	for (;;) {
		plan = make_plan(request, survey, &decision, reloaded, deletion);
		fill_view(&view, survey, &decision, &outlook);
		/*
		 * Before an execute nothing may be done that IMA measures, as a library and a database are
		 * when they are opened: it would come behind the judgement.
		 */
		if (request->action == ACTION_CHECK && survey->facts.loaded)
			remember_judgement(run, survey, HISTORY_CHECK, &decision, &outlook);
		tell(run, request, &view, &plan);
		if (plan.step == STEP_DELETE) {
			deletion = false;
			trim_for_room(run, settings, &decision, survey);
			judge(run, survey, request, &outlook, &decision);
			continue;
		}
		if (plan.step != STEP_RELOAD)
			break;
		reloaded = true;
		if (!reload_image(run, settings, survey, &decision, &status)) {
			if (request->action != ACTION_SHUTDOWN)
				return status;
			/* What is loaded now has to be judged as it is. */
			survey_free(survey);
			if (survey_take(&run->root, survey, &failure))
				return complain_survey(run, &failure);
		}
		judge(run, survey, request, &outlook, &decision);
	}
	if ((settings->mode == CHECK_RELOAD || request->action == ACTION_SHUTDOWN) && !reloaded &&
	    plan.status != STATUS_DONE && survey->facts.loaded)
		tell_no_reload(survey, plan.status);
	return finish(run, request, &plan);
}

int do_check(struct run *run, struct request *request)
{
	struct live_failure failure;
	struct survey survey;
	int status, error;

	if (request->action == ACTION_EXECUTE)
		limit_execute(run, (unsigned)request->settings.shutdown_seconds);
	status = take_lock(run);
	if (status)
		return status;
	if (request->settings.mode == CHECK_COLDBOOT)
		complain_to_kernel(&run->root);
	if (request->action == ACTION_EXECUTE) {
		error = host_run_check(request->arguments[0]);
		if (error)
			return explain_run(request->arguments[0], error);
		if (!run->has_peer)
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

	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		mode = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "check takes no argument: %s", argv[optind]);
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
