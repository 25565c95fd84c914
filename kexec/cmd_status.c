// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima status: what is, without doing anything. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gauge.h"
#include "metrics.h"

/* For a person at a terminal: the last day, and the room, in one line. */
static void draw_line(const struct run *run, const struct survey *survey, const struct view *view)
{
	const struct imalog_decision *decision = view->decision;
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct history history = { 0 };

	if (!isatty(STDOUT_FILENO) || !term || !strcmp(term, "dumb"))
		return;
	fputs("  picture    ", stdout);
	if (decision->has_segment) {
		gauge_room(stdout, survey->scan.census.total.bytes + IMALOG_HEADER_BYTES,
			   decision->needed_bytes, decision->segment_bytes, !no_color || !*no_color);
		fputc(' ', stdout);
	}
	if (!outlook_history(run, &history) && history.sample_count &&
	    gauge_growth(stdout, &history, history.samples[history.sample_count - 1].boot, 86400))
		fputs(" growth in 24h", stdout);
	fputc('\n', stdout);
	history_free(&history);
}

int cmd_status(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "output", required_argument, NULL, OPTION_OWN },
		{ NULL, 0, NULL, 0 },
	};
	const char *output = NULL;
	struct imalog_decision decision;
	struct live_failure failure;
	struct outlook outlook;
	struct settings settings;
	struct survey survey;
	struct view view;
	int status, option;
	char when[64];

	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		output = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "status takes no argument: %s", argv[optind]);
	if (output && !run->prometheus)
		return complain(STATUS_USAGE, "--output goes with --format prometheus: add that");
	status = read_settings(run, &settings);
	if (status)
		return status;
	if (survey_take(&run->root, &survey, &failure)) {
		survey_free(&survey);
		return complain_survey(run, &failure);
	}
	tell_reading(run, &survey);
	outlook_take(run, &survey, &settings, OUTLOOK_HISTORY | OUTLOOK_KEPT, &outlook);
	imalog_decide(&survey.scan.census, survey.has_load ? &survey.load : NULL, &survey.facts,
		      outlook.estimate.bound_bytes, &decision);
	fill_view(&view, &survey, &decision, &outlook);
	date_view(&view, when, sizeof(when));
	status = decision.reason == IMALOG_REASON_NOTHING_LOADED ? STATUS_DONE
								 : plan_status(&decision);
	if (run->prometheus) {
		status = metrics_write(run, &survey, &view, output, status);
	} else if (run->json) {
		report_status_json(stdout, &view);
	} else if (!run->quiet) {
		report_status_text(stdout, &view);
		draw_line(run, &survey, &view);
	}
	survey_free(&survey);
	return status;
}
