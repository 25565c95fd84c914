// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec -l ... --ima-headroom: judge, load, prove, say until when. */
#include <string.h>

#include "command.h"

static void make_estimate(const struct run *run, const struct settings *settings,
			  const struct survey *survey, struct imalog_estimate *estimate)
{
	struct imalog_growth since_boot, sample;
	bool has_boot, has_sample;

	has_boot = survey_growth(survey, &since_boot);
	has_sample = !settings->headroom_given && survey_sample(&run->root, survey, &sample);
	imalog_estimate_growth(has_boot ? &since_boot : NULL, has_sample ? &sample : NULL,
			       settings->interval_seconds, settings->burst_bytes, estimate);
	if (settings->headroom_given) {
		estimate->basis = IMALOG_BASIS_GIVEN;
		estimate->bound_bytes = settings->headroom_bytes;
	}
}

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
			    const struct survey *survey, const struct imalog_estimate *estimate,
			    int *status)
{
	struct imalog_decision decision;
	struct plan plan;
	struct view view;
	bool unloaded = true;

	imalog_decide(&survey->scan.census, NULL, &survey->facts, estimate->bound_bytes, &decision);
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

static int load_and_judge(struct run *run, struct request *request, struct survey *survey)
{
	bool was_loaded = survey->facts.loaded, unloaded = false;
	struct imalog_estimate estimate;
	struct load_job job = {
		.run = run,
		.settings = &request->settings,
		.arguments = request->arguments,
		.estimate = &estimate,
		.earlier = survey->record_is_ours ? &survey->record : NULL,
		.survey = survey,
	};
	struct plan plan;
	struct view view;
	int status;

	make_estimate(run, &request->settings, survey, &estimate);
	if (refuse_hopeless(run, request, survey, &estimate, &status))
		return status;
	if (!load_and_prove(&job, &status))
		return status;
	plan = plan_after_load(&job.decision, &request->settings);
	fill_view(&view, survey, &job.decision, &estimate);
	if (plan.step == STEP_UNLOAD)
		unloaded = unload(run, request->arguments[0]);
	tell(run, &view, &plan, was_loaded, unloaded);
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
