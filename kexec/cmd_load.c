// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec -l ... --ima-headroom: judge, load, prove, say until when. */
#include <inttypes.h>
#include <string.h>

#include "look_ahead.h"
#include "remember.h"
#include "trim.h"

static void tell(const struct run *run, const struct view *view, const struct plan *plan,
		 bool was_loaded, bool unloaded)
{
	char sentence[512], when[64];
	struct view dated = *view;

	dated.at_load = true;
	report_verdict(&dated, sentence, sizeof(sentence));
	if (plan->status != STATUS_DONE || view->decision->verdict != IMALOG_FITS)
		fprintf(stderr, "kexec-ima: %s%s\n", sentence,
			unloaded && was_loaded ? "; nothing is loaded now, the image that was "
						 "loaded before is gone too"
			: unloaded	       ? "; nothing is loaded now"
			: plan->status == STATUS_UNKNOWN ? "; the image stays loaded"
							 : "; loaded all the same, as the policy says");
	if (run->quiet)
		return;
	if (plan->status == STATUS_DONE && view->decision->verdict == IMALOG_FITS)
		printf("loaded, %s\n", sentence);
	date_view(&dated, when, sizeof(when));
	report_details(stdout, &dated);
}

/* Before the load, a kernel or a log that never carries is refused at once. */
static bool refuse_hopeless(const struct run *run, const struct request *request,
			    const struct survey *survey, const struct outlook *outlook, int *status)
{
	struct imalog_decision decision;
	struct plan plan;
	struct view view;
	bool unloaded = true;

	imalog_decide(&survey->scan.census, NULL, &survey->facts, outlook->estimate.bound_bytes,
		      &decision);
	plan = plan_before_load(&decision, &request->settings);
	if (plan.step == STEP_LOAD)
		return false;
	if (survey->facts.loaded)
		unloaded = unload(run, request->arguments[0]);
	fill_view(&view, survey, &decision, NULL);
	tell(run, &view, &plan, survey->facts.loaded, unloaded);
	*status = unloaded ? plan.status : STATUS_ERROR;
	return true;
}

/* What loading again gave, and at what price. */
struct gain {
	unsigned loads;		/* in all */
	int64_t first_room;	/* bytes, after the first of them */
};

/* Whether loading again can give the room that is asked for. */
static bool slack_helps(const struct load_job *job, unsigned loads)
{
	struct imalog_slack slack;

	return loads <= PLAN_LOADS_MAX && job->survey->has_load &&
	       imalog_plan_slack(&job->survey->load, &job->survey->scan.census.total,
				 &job->survey->facts, job->decision.needed_bytes,
				 PLAN_LOADS_MAX + 1 - loads, &slack);
}

/* Make the room that no load gives, by moving records to the archive. */
static struct plan delete_for_room(struct load_job *job)
{
	struct survey *survey = job->survey;

	if (trim_for_room(job->run, job->settings, &job->decision, survey)) {
		imalog_decide(&survey->scan.census, survey->has_load ? &survey->load : NULL,
			      &survey->facts, job->outlook->estimate.bound_bytes, &job->decision);
		keep_load(job, survey, survey->has_load ? &survey->load : NULL);
	}
	return plan_after_load(&job->decision, job->settings, false, false);
}

/* Load, and again as long as the rounding of the segment has room to give.  False: *@status says why. */
static bool load_enough(struct load_job *job, struct gain *gain, struct plan *plan, int *status)
{
	struct progress progress;

	*gain = (struct gain){ 0 };
	progress_begin(&progress, job->run, "load %" PRIu64, 0);
	do {
		progress_tell(&progress, gain->loads + 1);
		if (!load_and_prove(job, status)) {
			progress_end(&progress);
			return false;
		}
		if (!gain->loads++)
			gain->first_room = job->decision.room_bytes;
		*plan = plan_after_load(&job->decision, job->settings,
					slack_helps(job, gain->loads),
					trim_allowed(job->run, job->settings, job->survey));
	} while (plan->step == STEP_LOAD_AGAIN);
	progress_end(&progress);
	if (plan->step == STEP_DELETE)
		*plan = delete_for_room(job);
	return true;
}

static void tell_gain(const struct run *run, const struct load_job *job, const struct gain *gain)
{
	const struct imalog_decision *decision = &job->decision;

	if (run->quiet)
		return;
	if (gain->loads > 1)
		printf("  loads      %u, for page slack: %" PRId64 " -> %" PRId64 " bytes of room\n",
		       gain->loads, gain->first_room, decision->room_bytes);
	else if (decision->reason == IMALOG_REASON_NO_EVENTS ||
		 decision->reason == IMALOG_REASON_NO_LOAD_EVENT)
		printf("  loads      1; a load logs nothing here, so loading again would not change "
		       "the room\n");
}

/* The files must be those that were read before the load, or a reload would load others. */
static void check_files(const struct run *run, struct load_job *job, struct load_files *files)
{
	if (!files->known || confirm_files(run, job->arguments, files))
		return;
	complain(STATUS_DONE, "a file of the image was changed during the load, so the same image "
			      "cannot be loaded again by --ima-check=reload: load it again");
	drop_copies(run);
	keep_load(job, job->survey, job->survey->has_load ? &job->survey->load : NULL);
}

/* The next kernel would not have the log; the findings were told. */
static int refuse_image(const struct run *run, const struct request *request,
			const struct survey *survey, int status)
{
	if (status != STATUS_REFUSED)
		return status;
	if (survey->facts.loaded && !unload(run, request->arguments[0]))
		return STATUS_ERROR;
	return complain(status, "not loaded%s; --ima-policy=warn loads it all the same",
			survey->facts.loaded ? ", and the image that was loaded before is gone too" : "");
}

static int load_and_judge(struct run *run, struct request *request, struct survey *survey)
{
	bool was_loaded = survey->facts.loaded, unloaded = false;
	struct load_record earlier = { 0 };
	struct outlook outlook;
	struct load_files files;
	struct load_job job = {
		.run = run,
		.settings = &request->settings,
		.arguments = request->arguments,
		.files = &files,
		.outlook = &outlook,
		.survey = survey,
	};
	struct plan plan;
	struct gain gain;
	struct view view;
	int status;

	outlook_take(run, survey, &request->settings, OUTLOOK_HISTORY | OUTLOOK_RECENT, &outlook);
	request->settings.interval_seconds = outlook.estimate.interval_seconds;
	if (refuse_hopeless(run, request, survey, &outlook, &status))
		return status;
	if (!look_ahead_of_load(run, request, survey, &status))
		return refuse_image(run, request, survey, status);
	job.arguments = request->arguments;
	/* The peer can only load what it was called with. */
	job.by_peer = run->has_peer && !request->added;
	if (survey->record_is_ours) {
		/* The first load replaces the survey, which owns it. */
		earlier = survey->record;
		survey->record = (struct load_record){ 0 };
		survey->has_record = survey->record_is_ours = false;
		job.earlier = &earlier;
	}
	take_files(run, request->arguments, &files);
	if (!load_enough(&job, &gain, &plan, &status)) {
		load_record_free(&earlier);
		return status;
	}
	load_record_free(&earlier);
	check_files(run, &job, &files);
	remember_judgement(run, survey, HISTORY_LOAD, &job.decision, &outlook);
	fill_view(&view, survey, &job.decision, &outlook);
	if (plan.step == STEP_UNLOAD)
		unloaded = unload(run, request->arguments[0]);
	tell(run, &view, &plan, was_loaded, unloaded);
	tell_gain(run, &job, &gain);
	if (plan.step == STEP_UNLOAD && !unloaded)
		return STATUS_ERROR;
	return plan.status;
}

int do_load(struct run *run, struct request *request)
{
	struct live_failure failure;
	struct survey survey;
	int status = take_lock(run);

	if (status)
		return status;
	if (request->replaced_auto)
		fputs("kexec-ima: -a may fall back to kexec_load(2), which carries no IMA log: "
		      "using -s\n", stderr);
	if (survey_take(&run->root, &survey, &failure))
		status = complain_survey(run, &failure);
	else
		status = load_and_judge(run, request, &survey);
	survey_free(&survey);
	return status;
}
