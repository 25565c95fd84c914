// SPDX-License-Identifier: GPL-2.0-or-later
/* What is to come: the history, the log's own past and this boot, brought together. */
#include "remember.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/spool.h"

#define CSV_MAX (256u << 20)	/* bytes */
#define KEPT_SECONDS 10800	/* so long what the history said is not looked for again */

/* Owned parts of a past. */
struct memory {
	struct history history;
	struct imalog_point *points;
	uint64_t *executes;
};

static int look_at_csv(const struct history_given *given, struct history *history)
{
	int line = history_from_csv(given->text, given->text_size, history);

	if (line > 0)
		return complain(STATUS_ERROR, "%s, line %d: give the header boottime_seconds,records,"
					      "bytes and then three numbers a line, times rising",
				given->path, line);
	return line ? complain(STATUS_ERROR, "%s: memory is short", given->path) : STATUS_DONE;
}

/* @path: of the history that was given, or NULL. */
static int complain_history(const struct run *run, const char *path, int error)
{
	if (path)
		return complain(STATUS_ERROR, "the history %s cannot be read: %s; give a database of kexec-ima, or "
					      "a CSV whose name ends in .csv", path,
				error == -ENOENT  ? strerror(ENOENT)
				: error == -EPERM ? "it must be a regular file, and no link to one" : remember_problem(error));
	return complain(STATUS_ERROR, "the history %s%s cannot be read: %s", run->root.path, HOST_HISTORY_FILE,
			error == -EACCES   ? "run as root"
			: error == -ENOENT ? "there is none; let a timer run kexec-ima sample"
					   : remember_problem(error));
}

int history_take(const struct run *run, const char *path, struct history_given *given)
{
	const struct host_root here = { "" };
	const char *dot = strrchr(path, '.');
	ssize_t size;
	int error;

	*given = (struct history_given){ .run = run, .path = path, .is_csv = dot && !strcmp(dot, ".csv") };
	if (!given->is_csv) {
		error = host_history_take(path, &given->bytes);
		return error ? complain_history(run, path, error) : STATUS_DONE;
	}
	size = host_read_all(&here, path, CSV_MAX, &given->text);
	if (size < 0)
		return complain(STATUS_ERROR, "%s cannot be read: %s", path, strerror((int)-size));
	given->text_size = (size_t)size;
	return STATUS_DONE;
}

int history_look(struct history_given *given, struct history *history)
{
	struct host_history *database;
	int error;

	*history = (struct history){ 0 };
	if (given->is_csv)
		return look_at_csv(given, history);
	error = host_history_open_bytes(&given->bytes, &database);
	if (error == -ENOENT)
		error = -EILSEQ;	/* the file is there, with nothing in it */
	if (!error) {
		error = host_history_read(database, 0, history);
		host_history_close(database);
	}
	return error ? complain_history(given->run, given->path, error) : STATUS_DONE;
}

void history_given_free(struct history_given *given)
{
	free(given->text);
	host_history_release(&given->bytes);
}

/* What waits goes into this machine's history first; where that cannot be, it goes on waiting. */
static void fold(const struct run *run)
{
	struct host_history *database;
	char path[PATH_MAX];

	if (host_path(&run->root, HOST_SPOOL_FILE, path) || !host_is_file(path) ||
	    host_history_open(&run->root, NULL, true, &database))
		return;
	remember_fold(run, database);
	host_history_close(database);
}

int outlook_history(const struct run *run, struct history *history)
{
	struct host_history *database;
	int error;

	fold(run);
	error = host_history_open(&run->root, NULL, false, &database);
	if (error)
		return error;
	error = host_history_read(database, 0, history);
	host_history_close(database);
	return error;
}

int read_history(const struct run *run, struct history *history)
{
	int error;

	*history = (struct history){ 0 };
	error = outlook_history(run, history);
	return error ? complain_history(run, NULL, error) : STATUS_DONE;
}

/* The growth of each earlier soft reboot that the log shows. */
static size_t take_executes(const struct survey *survey, struct memory *memory)
{
	const struct imalog_census *census = &survey->scan.census;
	size_t count = 0;

	memory->executes = calloc((size_t)census->boot_count + 1, sizeof(*memory->executes));
	for (uint32_t i = 0; memory->executes && i < census->boot_count; i++) {
		const struct imalog_boot *boot = &census->boots[i];
		const struct imalog_mark *load, *execute;

		if (!boot->has_load || !boot->has_execute || boot->load >= boot->execute)
			continue;
		load = &census->marks[boot->load];
		execute = &census->marks[boot->execute];
		memory->executes[count++] = execute->before.bytes - load->after.bytes;
	}
	return count;
}

/* The history, and the present moment as its last point. */
static void take_history(const struct run *run, const struct survey *survey, struct memory *memory,
			 struct imalog_past *past, bool *told)
{
	const struct imalog_point *last;
	struct imalog_point now = { .seconds = survey->uptime, .bytes = survey->scan.census.total.bytes };
	int error = outlook_history(run, &memory->history);

	*told = error && error != -ENOENT;
	if (*told)
		complain(STATUS_ERROR, "the history %s%s cannot be used: %s; the estimate is made from "
				       "the log alone", run->root.path, HOST_HISTORY_FILE,
			 remember_problem(error));
	if (error || !memory->history.sample_count || !survey->has_uptime)
		return;
	memory->points = calloc(memory->history.sample_count + 1, sizeof(*memory->points));
	if (!memory->points)
		return;
	past->points = memory->points;
	past->count = history_points(&memory->history, memory->points);
	last = &memory->points[past->count - 1];
	now.stretch = last->stretch;
	if (now.seconds <= last->seconds || now.bytes < last->bytes)
		now.stretch++;
	memory->points[past->count++] = now;
}

static void take_boot(const struct run *run, const struct survey *survey, unsigned how,
		      struct imalog_past *past)
{
	const struct imalog_census *census = &survey->scan.census;
	const struct imalog_boot *boot = imalog_census_current_boot(census);

	if (boot && boot->has_aggregate && survey->has_uptime && survey->uptime > 0) {
		past->has_boot = true;
		past->boot_seconds = survey->uptime;
		past->boot_bytes = census->total.bytes - boot->start.bytes;
	}
	if (how & OUTLOOK_RECENT && !past->count)
		past->has_recent = survey_sample(&run->root, survey, &past->recent);
}

/* Look into everything. */
static void make(const struct run *run, const struct survey *survey, const struct settings *settings,
		 unsigned how, struct kept_outlook *made, bool *told)
{
	struct imalog_past past = { 0 };
	struct memory memory = { 0 };

	*made = (struct kept_outlook){
		.boottime_seconds = survey->uptime,
		.bytes = survey->scan.census.total.bytes,
	};
	if (how & OUTLOOK_HISTORY)
		take_history(run, survey, &memory, &past, told);
	take_boot(run, survey, settings->headroom_given ? 0 : how, &past);
	past.execute_count = take_executes(survey, &memory);
	past.executes = memory.executes;
	made->interval_seconds = history_interval(&memory.history);
	made->burst_bytes = history_burst(&memory.history);
	imalog_curve_make(&past, settings->confidence, 0, UINT64_MAX, &made->curve);
	history_free(&memory.history);
	free(memory.points);
	free(memory.executes);
}

/* Whether @kept still says what it said: it is not old, and no more came than it and @spare (bytes) allow for. */
static bool still_holds(const struct kept_outlook *kept, const struct survey *survey, uint64_t spare)
{
	double passed = survey->uptime - kept->boottime_seconds;
	uint64_t bytes = survey->scan.census.total.bytes;
	struct imalog_estimate expected;

	if (!(passed >= 0 && passed < KEPT_SECONDS) || bytes < kept->bytes)
		return false;
	imalog_curve_estimate(&kept->curve, (uint64_t)passed, &expected);
	bytes -= kept->bytes;
	return bytes <= spare || bytes - spare <= expected.bound_bytes;
}

static bool find_kept(const struct run *run, const struct survey *survey,
		      const struct settings *settings, struct kept_outlook *kept)
{
	char *text = remember_kept(run, KEPT_OUTLOOK);
	bool good = text && kept_outlook_from_text(text, survey->boot_id, kept);

	free(text);
	/* What is left for a shutdown in any case also takes the records of a load. */
	return good && kept->curve.confidence == settings->confidence &&
	       still_holds(kept, survey, settings->burst_bytes);
}

void outlook_take(const struct run *run, const struct survey *survey,
		  const struct settings *settings, unsigned how, struct outlook *outlook)
{
	uint64_t interval = settings->interval_seconds;
	struct kept_outlook made;

	*outlook = (struct outlook){ .burst_bytes = settings->burst_bytes };
	if (!(how & OUTLOOK_KEPT && find_kept(run, survey, settings, &made))) {
		make(run, survey, settings, how, &made, &outlook->told);
		if (how & OUTLOOK_HISTORY && !outlook->told && survey->boot_id[0])
			remember_keep(run, KEPT_OUTLOOK, kept_outlook_to_text(survey->boot_id, &made));
	}
	if (!settings->has_interval && made.interval_seconds)
		interval = made.interval_seconds;
	if (!settings->has_burst && made.burst_bytes > outlook->burst_bytes)
		outlook->burst_bytes = made.burst_bytes;
	outlook->curve = made.curve;
	outlook->curve.burst_bytes = outlook->burst_bytes;
	imalog_curve_estimate(&outlook->curve, interval, &outlook->estimate);
	survey_growth(survey, &outlook->estimate.growth);
	if (settings->headroom_given) {
		outlook->estimate.basis = IMALOG_BASIS_GIVEN;
		outlook->estimate.bound_bytes = settings->headroom_bytes;
		outlook->estimate.small_sample = false;
	}
}
