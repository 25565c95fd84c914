// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima estimate: growth, the room it needs, and the kernel option that gives it. */
#include "outlook.h"

enum { OPTION_INTERVAL = OPTION_OWN, OPTION_CONFIDENCE };

/* The smallest extra memory that holds @needed however a load is rounded; 0: none does. */
static unsigned find_extra(const struct survey *survey, uint64_t needed)
{
	struct imalog_facts facts = survey->facts;
	const struct imalog_position *now = &survey->scan.census.total;

	facts.known |= IMALOG_KNOWS_EXTRA;
	for (facts.extra_kib = 1; facts.extra_kib <= IMALOG_EXTRA_KIB_MAX; facts.extra_kib++)
		if (facts.extra_kib * UINT64_C(1024) >= needed + IMALOG_EVENT_RECORD_MAX &&
		    imalog_load_segment_bytes(now, &facts))
			return facts.extra_kib;
	return 0;
}

/* The kexec_execute record: as the last load says, else as large as any. */
static uint64_t last_record(const struct survey *survey)
{
	if (survey->has_load)
		return imalog_execute_record_bytes(&survey->load, &survey->scan.census.total, 0);
	return IMALOG_EVENT_RECORD_MAX;
}

static int estimate(const struct run *run, const struct settings *settings)
{
	struct live_failure failure;
	struct outlook outlook;
	struct survey survey;
	uint64_t needed;
	unsigned kib;

	if (survey_take(&run->root, &survey, &failure)) {
		survey_free(&survey);
		return complain_survey(run, &failure);
	}
	outlook_take(run, &survey, settings, OUTLOOK_HISTORY | OUTLOOK_RECENT, &outlook);
	needed = outlook.estimate.bound_bytes + last_record(&survey);
	if (needed < outlook.estimate.bound_bytes)
		needed = UINT64_MAX;
	kib = needed > IMALOG_EXTRA_KIB_MAX * UINT64_C(1024) ? 0 : find_extra(&survey, needed);
	if (run->json)
		report_estimate_json(stdout, &outlook.estimate, needed, kib);
	else if (!run->quiet)
		report_estimate_text(stdout, &outlook.estimate, needed, kib);
	survey_free(&survey);
	return STATUS_DONE;
}

int cmd_estimate(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "interval", required_argument, NULL, OPTION_INTERVAL },
		{ "confidence", required_argument, NULL, OPTION_CONFIDENCE },
		{ NULL, 0, NULL, 0 },
	};
	char error[OPTIONS_ERROR_SIZE];
	const char *interval = NULL, *confidence = NULL;
	struct settings settings;
	int option, status;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		*(option == OPTION_INTERVAL ? &interval : &confidence) = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "estimate takes no argument: %s", argv[optind]);
	status = read_settings(run, &settings);
	if (status)
		return status;
	settings.headroom_given = false;
	if ((interval && !settings_set(&settings, "interval", interval, error)) ||
	    (confidence && !settings_set(&settings, "confidence", confidence, error)))
		return complain(STATUS_USAGE, "--%s", error);
	return estimate(run, &settings);
}
