// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima backtest: how the estimate would have done. */
#include <inttypes.h>
#include <stdlib.h>

#include "backtest.h"
#include "outlook.h"

enum { OPTION_INTERVAL = OPTION_OWN, OPTION_CONFIDENCE, OPTION_HISTORY };

static int run_backtest(const struct run *run, const struct history *history,
			const struct settings *settings)
{
	struct imalog_point *points = calloc(history->sample_count + 1, sizeof(*points));
	struct backtest backtest;
	struct progress progress;
	int error = IMALOG_ERROR_NO_MEMORY;

	progress_begin(&progress, run, "backtest: sample %" PRIu64, 0);
	if (points)
		error = backtest_run(points, history_points(history, points),
				     settings->interval_seconds, settings->confidence, progress_tell,
				     &progress, &backtest);
	progress_end(&progress);
	free(points);
	if (error < 0)
		return complain(STATUS_ERROR, "the backtest failed: %s", imalog_error_text(error));
	if (error)
		return complain(STATUS_UNKNOWN, "the history is shorter than the interval of %" PRIu64
						" s: give a shorter --interval, or a longer history",
				settings->interval_seconds);
	if (run->json)
		report_backtest_json(stdout, &backtest);
	else if (!run->quiet)
		report_backtest_text(stdout, &backtest);
	return STATUS_DONE;
}

/* Somebody else's history. */
struct given {
	struct history_given history;
	const struct settings *settings;
};

static int look(void *context)
{
	struct given *given = context;
	struct history history;
	int status = history_look(&given->history, &history);

	if (!status)
		status = run_backtest(given->history.run, &history, given->settings);
	history_free(&history);
	return status;
}

static int backtest_given(const struct run *run, const char *path, const struct settings *settings)
{
	struct given given = { .settings = settings };
	int status = history_take(run, path, &given.history);

	if (!status)
		status = run_sandboxed(run, look, &given);
	history_given_free(&given.history);
	return status;
}

static int backtest_own(const struct run *run, const struct settings *settings)
{
	struct history history;
	int status = read_history(run, &history);

	if (!status)
		status = run_backtest(run, &history, settings);
	history_free(&history);
	return status;
}

int cmd_backtest(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "interval", required_argument, NULL, OPTION_INTERVAL },
		{ "confidence", required_argument, NULL, OPTION_CONFIDENCE },
		{ "history", required_argument, NULL, OPTION_HISTORY },
		{ NULL, 0, NULL, 0 },
	};
	char error[OPTIONS_ERROR_SIZE];
	const char *path = NULL, *interval = NULL, *confidence = NULL;
	struct settings settings;
	int option, status;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		*(option == OPTION_HISTORY    ? &path
		  : option == OPTION_INTERVAL ? &interval : &confidence) = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "backtest takes no argument: %s", argv[optind]);
	/* Behind the options: one of them says below which folder the file is. */
	status = read_settings(run, &settings);
	if (status)
		return status;
	if ((interval && !settings_set(&settings, "interval", interval, error)) ||
	    (confidence && !settings_set(&settings, "confidence", confidence, error)))
		return complain(STATUS_USAGE, "--%s", error);
	if (!settings.interval_seconds)
		return complain(STATUS_USAGE, "--interval=0 is no interval: give a time such as 1h");
	return path ? backtest_given(run, path, &settings) : backtest_own(run, &settings);
}
