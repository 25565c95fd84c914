// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-ima sample: one row a minute on every machine, so it has to cost almost nothing.  The kernel's
 * count is read; the log itself only when the count has moved so far, or so long ago, that the mean
 * size of a record may mislead.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/history.h"
#include "metrics.h"
#include "remember.h"
#include "watch.h"

#define STALE_RECORDS 32	/* so many new ones may be taken for records of mean size */
#define STALE_SECONDS 3600	/* and so long */
#define PRUNE_SECONDS 3600	/* how often old rows are looked for */

static int give_up(const struct run *run, int error)
{
	int aside;

	metrics_count_error(run);
	aside = error == -EILSEQ ? host_history_set_aside(&run->root) : -1;

	return complain(STATUS_ERROR, "the history %s%s cannot be used: %s; no sample was kept%s",
			run->root.path, HOST_HISTORY_FILE, remember_problem(error),
			error != -EILSEQ ? "" : aside ? ", and it could not be set aside"
						      : "; the file is set aside as .corrupt-N, and the next "
							"sample begins a new one");
}

/* The soft reboots before this boot, on the first sample in it. */
static int learn_executes(struct host_history *database, const struct survey *survey)
{
	struct history_event *events;
	struct history history;
	size_t count = 0;
	int error = host_history_read(database, 0, &history);

	if (error)
		return error;
	events = remember_executes(&history, &survey->scan.census, &count);
	for (size_t i = 0; !error && i < count; i++)
		error = host_history_add_event(database, NULL, &events[i]);
	free(events);
	history_free(&history);
	return error;
}

/* Read what is new of the log.  A status, or a negative errno of the history. */
static int sample_exactly(const struct run *run, struct host_history *database, bool first)
{
	struct live_failure failure;
	struct history_sample sample;
	struct survey survey;
	uint64_t counted;
	int result = 0;

	if (survey_take(&run->root, &survey, &failure)) {
		survey_free(&survey);
		return complain_survey(run, &failure);
	}
	remember_sample(&survey, &sample);
	if (host_log_count(&run->root, &counted))
		counted = sample.records;
	if (first)
		result = learn_executes(database, &survey);
	if (!result)
		result = host_history_add(database, survey.boot_id, &sample, counted);
	survey_free(&survey);
	return result;
}

/* Whether @counted can be put down without reading the log; @sample becomes the new row. */
static bool can_guess(struct host_history *database, const char *boot_id, double uptime,
		      uint64_t counted, uint64_t known, struct history_sample *sample)
{
	struct history_sample exact;
	uint64_t exact_counted;

	if (counted < known)
		return false;
	if (counted > known || !sample->exact) {
		if (host_history_latest(database, boot_id, true, &exact, &exact_counted) ||
		    !exact.records || counted - exact_counted > STALE_RECORDS ||
		    uptime - exact.boottime_seconds > STALE_SECONDS)
			return false;
		sample->records = exact.records + (counted - exact_counted);
		sample->bytes = exact.bytes +
				(counted - exact_counted) * exact.bytes / exact.records;
		sample->exact = false;
	}
	return true;
}

static int prune(struct host_history *database, const struct history_sample *before,
		 const struct history_sample *now)
{
	int64_t passed = now->unix_seconds - before->unix_seconds;

	if ((int64_t)(before->boottime_seconds / PRUNE_SECONDS) ==
	    (int64_t)(now->boottime_seconds / PRUNE_SECONDS))
		return 0;
	/* A wall clock that jumped must not age every row. */
	if (passed < 0 || passed > 2 * PRUNE_SECONDS)
		return 0;
	return host_history_prune(database, now->unix_seconds, REMEMBER_SECONDS, REMEMBER_BYTES);
}

/* *@moved: the log may have grown since the sample before. */
static int take_sample(const struct run *run, struct host_history *database, bool *moved)
{
	struct imalog_facts facts = { 0 };
	char boot_id[HOST_BOOT_ID_SIZE];
	struct history_sample sample, before;
	uint64_t counted, known;
	double uptime = 0;
	int error;

	*moved = true;
	if (host_boot_id(&run->root, boot_id) || host_uptime(&run->root, &uptime))
		return complain(STATUS_ERROR, "%s/proc cannot be read: mount it", run->root.path);
	error = host_history_latest(database, boot_id, false, &before, &known);
	if (error < 0)
		return error;
	if (error || host_log_count(&run->root, &counted))
		return sample_exactly(run, database, error);
	sample = before;
	*moved = counted != known;
	if (!can_guess(database, boot_id, uptime, counted, known, &sample))
		return sample_exactly(run, database, false);
	host_kernel_loaded(&run->root, &facts);
	sample.loaded = facts.loaded;
	sample.boottime_seconds = uptime;
	sample.unix_seconds = time(NULL);
	error = host_history_add(database, boot_id, &sample, counted);
	return error ? error : prune(database, &before, &sample);
}

int cmd_sample(struct run *run, int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct host_history *database;
	struct settings settings;
	int status, watched;
	bool moved = true;

	if (next_option(run, argc, argv, options, &status) == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "sample takes no argument: %s", argv[optind]);
	if (run->json)
		return complain(STATUS_USAGE, "sample has no --format json");
	status = read_settings(run, &settings);
	if (status)
		return status;
	status = host_history_open(&run->root, NULL, true, &database);
	if (!status) {
		status = take_sample(run, database, &moved);
		host_history_close(database);
	}
	if (status < 0)
		status = give_up(run, status);
	/* The room is watched whether there is a history or not. */
	watched = watch(run, &settings, moved);
	status = status ? status : watched;
	if (settings.metrics[0])
		watched = metrics_publish(run, &settings, moved);
	return status ? status : watched;
}
