// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima status: what is, without doing anything. */
#include "outlook.h"

int cmd_status(struct run *run, int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct imalog_decision decision;
	struct live_failure failure;
	struct outlook outlook;
	struct settings settings;
	struct survey survey;
	struct view view;
	int status;
	char when[64];

	if (next_option(run, argc, argv, options, &status) == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "status takes no argument: %s", argv[optind]);
	status = read_settings(run, &settings);
	if (status)
		return status;
	if (survey_take(&run->root, &survey, &failure)) {
		survey_free(&survey);
		return complain_survey(run, &failure);
	}
	tell_reading(run, &survey);
	outlook_take(run, &survey, &settings, OUTLOOK_HISTORY, &outlook);
	imalog_decide(&survey.scan.census, survey.has_load ? &survey.load : NULL, &survey.facts,
		      outlook.estimate.bound_bytes, &decision);
	fill_view(&view, &survey, &decision, &outlook);
	date_view(&view, when, sizeof(when));
	if (run->json)
		report_status_json(stdout, &view);
	else if (!run->quiet)
		report_status_text(stdout, &view);
	status = decision.reason == IMALOG_REASON_NOTHING_LOADED ? STATUS_DONE
								 : plan_status(&decision);
	survey_free(&survey);
	return status;
}
