// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-ima sample: one row a minute on every machine, so it has to cost almost nothing, and must add nothing to the log
 * that it watches.  The kernel's count is read; the log itself only when the count has moved so far, or so long ago,
 * that the mean size of a record may mislead; the database only on the first sample of a boot and when many rows wait.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/history.h"
#include "host/sandbox.h"
#include "host/spool.h"
#include "metrics.h"
#include "remember.h"
#include "watch.h"

#define STALE_RECORDS 32	/* so many new ones may be taken for records of mean size */
#define STALE_SECONDS 3600	/* and so long */

/* One sample on its way. */
struct taking {
	const struct run *run;
	struct history_row row;
	struct kept_sample kept;	/* the one before; at the end this one */
};

/* The database cannot be used; the row waits. */
static int give_up(const struct run *run, int error)
{
	int aside = error == -EILSEQ ? host_history_set_aside(&run->root) : -1;

	metrics_count_error(run);
	return complain(STATUS_ERROR, "the history %s%s cannot be used: %s; samples wait in %s%s",
			run->root.path, HOST_HISTORY_FILE, remember_problem(error), HOST_SPOOL_FILE,
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

/* Old rows go, and all that waits goes in.  @survey: of a boot whose log is new to the history, or NULL. */
static int renew_database(const struct taking *taking, const struct survey *survey)
{
	const struct run *run = taking->run;
	struct host_history *database;
	int error = host_history_open(&run->root, NULL, true, &database);

	if (error)
		return error;
	error = host_history_prune(database, taking->row.sample.unix_seconds, REMEMBER_SECONDS,
				   REMEMBER_BYTES);
	if (!error)
		error = remember_fold(run, database);
	if (!error && survey)
		error = learn_executes(database, survey);
	host_history_close(database);
	return error;
}

/*
 * The row, and what the next sample has to know.  @survey: as in renew_database(), or NULL.  The count is taken in
 * the end, as what was done here may be in the log too.  A status.
 */
static int keep(struct taking *taking, const struct survey *survey)
{
	const struct history_sample *sample = &taking->row.sample;
	const struct run *run = taking->run;
	int error, status = STATUS_DONE;
	uint64_t waiting;

	error = remember_row(run, &taking->row, &waiting);
	if (error) {
		metrics_count_error(run);
		return complain(STATUS_ERROR, "%s%s cannot be written: %s; no sample was kept",
				run->root.path, HOST_SPOOL_FILE, remember_problem(error));
	}
	if (survey || waiting > HOST_SPOOL_MANY) {
		error = renew_database(taking, survey);
		/* What cannot be read for a moment looks like a corrupt one too, and is not set aside for that. */
		if (error == -EILSEQ)
			error = renew_database(taking, survey);
		if (error)
			status = give_up(run, error);
		if (error && survey)	/* the next one is the first again */
			return status;
	}
	taking->kept.boottime_seconds = sample->boottime_seconds;
	taking->kept.unix_seconds = sample->unix_seconds;
	if (host_log_count(&run->root, &taking->kept.counted))
		taking->kept.counted = taking->row.counted;
	remember_keep(run, KEPT_SAMPLE, kept_sample_to_text(taking->row.boot_id, &taking->kept));
	return status;
}

/* Read what is new of the log.  A status. */
static int sample_exactly(struct taking *taking, bool is_first)
{
	const struct run *run = taking->run;
	struct live_failure failure;
	struct survey survey;
	int status;

	if (survey_take(&run->root, &survey, &failure)) {
		survey_free(&survey);
		return complain_survey(run, &failure);
	}
	remember_sample(&survey, &taking->row.sample);
	if (host_log_count(&run->root, &taking->row.counted))
		taking->row.counted = taking->row.sample.records;
	taking->kept.exact = taking->row.sample;
	taking->kept.exact_counted = taking->row.counted;
	status = keep(taking, is_first ? &survey : NULL);
	survey_free(&survey);
	return status;
}

/* Whether @counted can be put down without reading the log; taking->row becomes that. */
static bool can_guess(struct taking *taking, double uptime, uint64_t counted)
{
	const struct kept_sample *kept = &taking->kept;
	struct history_sample *sample = &taking->row.sample;
	uint64_t more;

	if (counted < kept->counted || counted < kept->exact_counted || uptime < kept->boottime_seconds)
		return false;
	more = counted - kept->exact_counted;
	if (more && (!kept->exact.records || more > STALE_RECORDS ||
		     uptime - kept->exact.boottime_seconds > STALE_SECONDS))
		return false;
	*sample = kept->exact;
	sample->exact = !more;
	if (more) {
		sample->records += more;
		sample->bytes += more * kept->exact.bytes / kept->exact.records;
	}
	sample->boottime_seconds = uptime;
	sample->unix_seconds = time(NULL);
	taking->row.counted = counted;
	return true;
}

/* *@moved: the log may have grown since the sample before.  A status. */
static int take_sample(const struct run *run, bool *moved)
{
	struct taking taking = { .run = run, .row.kind = HISTORY_ROW_SAMPLE };
	char *text = remember_kept(run, KEPT_SAMPLE);
	struct imalog_facts facts = { 0 };
	uint64_t counted;
	double uptime = 0;
	bool is_known;

	*moved = true;
	if (host_boot_id(&run->root, taking.row.boot_id) || host_uptime(&run->root, &uptime)) {
		free(text);
		return complain(STATUS_ERROR, "%s/proc cannot be read: mount it", run->root.path);
	}
	is_known = text && kept_sample_from_text(text, taking.row.boot_id, &taking.kept);
	free(text);
	if (!is_known || host_log_count(&run->root, &counted) || !can_guess(&taking, uptime, counted))
		return sample_exactly(&taking, !is_known);
	*moved = counted != taking.kept.counted;
	host_kernel_loaded(&run->root, &facts);
	taking.row.sample.loaded = facts.known & IMALOG_KNOWS_LOADED && facts.loaded;
	return keep(&taking, NULL);
}

int cmd_sample(struct run *run, int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS, { NULL, 0, NULL, 0 } };
	struct settings settings;
	int status, watched;
	bool moved = true;

	if (next_option(run, argc, argv, options, &status) == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "sample takes no argument: %s", argv[optind]);
	status = read_settings(run, &settings);
	if (status)
		return status;
	/* A reload is the real kexec's. */
	host_keep_capabilities(settings.watch == WATCH_RELOAD ? HOST_NEEDS_ALL : HOST_NEEDS_FILES);
	status = take_sample(run, &moved);
	/* The room is watched whether there is a history or not. */
	watched = watch(run, &settings, moved);
	status = status ? status : watched;
	if (settings.metrics[0])
		watched = metrics_publish(run, &settings, moved);
	return status ? status : watched;
}
