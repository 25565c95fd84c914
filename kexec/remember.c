// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads, checks and executes are observations too. */
#include "remember.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/history.h"
#include "host/spool.h"

const char *remember_problem(int error)
{
	switch (error) {
	case -ENOENT: return "there is none";
	case -ENOPKG: return "libsqlite3.so.0 is not installed";
	case -EILSEQ: return "it is no history of kexec-ima, or corrupt";
	case -EPROTONOSUPPORT: return "it is of a newer version of kexec-ima";
	case -EPERM: return "it must be a file in a folder of root's that others cannot write to";
	case -EFBIG: return "too many rows wait in " HOST_SPOOL_FILE " to be put into it";
	default: return strerror(-error);
	}
}

void remember_sample(const struct survey *survey, struct history_sample *sample)
{
	const struct imalog_census *census = &survey->scan.census;

	*sample = (struct history_sample){
		.boottime_seconds = survey->uptime,
		.unix_seconds = time(NULL),
		.records = census->total.records,
		.bytes = census->total.bytes,
		.staged_bytes = survey->staged_bytes,
		.violations = census->violations,
		.loaded = survey->facts.known & IMALOG_KNOWS_LOADED && survey->facts.loaded,
		.exact = true,
	};
}

char *remember_kept(const struct run *run, const char *name)
{
	int dir = host_state_open(&run->root);
	char *text;

	if (dir < 0)
		return NULL;
	text = host_state_read(dir, name);
	close(dir);
	return text;
}

void remember_keep(const struct run *run, const char *name, char *text)
{
	int dir = text ? host_state_open(&run->root) : -1;

	if (dir >= 0) {
		host_state_write(dir, name, text);
		close(dir);
	}
	free(text);
}

int remember_row(const struct run *run, const struct history_row *row, uint64_t *waiting)
{
	char line[HISTORY_LINE_MAX];
	size_t size = history_line_write(row, line);

	return host_spool_append(&run->root, line, size, waiting);
}

static int add_row(struct host_history *database, const struct history_row *row)
{
	switch (row->kind) {
	case HISTORY_ROW_SAMPLE:
		return host_history_add(database, row->boot_id, &row->sample, row->counted);
	case HISTORY_ROW_LOAD:
	case HISTORY_ROW_CHECK:
		return host_history_add_event(database, row->boot_id, &row->event);
	case HISTORY_ROW_VERIFY:
		return host_history_add_verify(database, row->boot_id, row->unix_seconds, row->outcome);
	}
	return 0;
}

/* *@strange: there are lines that are no rows, as the last one after a power cut. */
static int add_rows(struct host_history *database, const struct host_spool *spool, bool *strange)
{
	const char *line = spool->text, *end = spool->text + spool->size;
	int error = host_history_begin(database);

	while (!error && line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		struct history_row row;

		if (stop && history_line_read(line, (size_t)(stop - line), &row))
			error = add_row(database, &row);
		else
			*strange = true;
		line = stop ? stop + 1 : end;
	}
	return error ? error : host_history_commit(database);
}

int remember_fold(const struct run *run, struct host_history *database)
{
	struct host_spool spool;
	bool strange = false;
	int error = host_spool_open(&run->root, &spool), closed;

	if (error)
		return error < 0 ? error : 0;
	error = add_rows(database, &spool, &strange);
	closed = host_spool_close(&spool, error ? HOST_SPOOL_KEEP
						: strange ? HOST_SPOOL_SET_ASIDE : HOST_SPOOL_DELETE);
	return error ? error : closed;
}

void remember_judgement(const struct run *run, const struct survey *survey, enum history_kind kind,
			const struct imalog_decision *decision, const struct outlook *outlook)
{
	const struct imalog_position *at = &survey->scan.census.total;
	struct history_row row = {
		.kind = kind == HISTORY_LOAD ? HISTORY_ROW_LOAD : HISTORY_ROW_CHECK,
		.event = {
			.kind = kind,
			.boottime_seconds = survey->uptime,
			.unix_seconds = time(NULL),
			.segment_bytes = decision->has_segment ? decision->segment_bytes : 0,
			.room_bytes = decision->room_bytes,
			.needed_bytes = decision->needed_bytes,
			.interval_seconds = outlook->estimate.interval_seconds,
			.verdict = decision->verdict,
		},
	};
	uint64_t waiting;
	int error;

	if (!survey->boot_id[0] || !survey->has_uptime)
		return;
	strcpy(row.boot_id, survey->boot_id);
	/* By its place in the log a load is found again after the reboot. */
	if (kind == HISTORY_LOAD && survey->has_load)
		at = &survey->load.after;
	row.event.records = at->records;
	row.event.bytes = at->bytes;
	row.event.has_deadline = survey->has_record && survey->record.has_deadline;
	row.event.deadline_seconds = row.event.has_deadline ? survey->record.deadline_seconds : 0;
	error = remember_row(run, &row, &waiting);
	if (error && !outlook->told)
		complain(STATUS_ERROR, "the history %s%s cannot be written: %s; nothing else is changed by "
				       "that", run->root.path, HOST_SPOOL_FILE, remember_problem(error));
}

void remember_verify(const struct run *run, enum imalog_outcome outcome)
{
	struct history_row row = { .kind = HISTORY_ROW_VERIFY, .unix_seconds = time(NULL), .outcome = outcome };
	const struct kept_verdict kept = { row.unix_seconds, outcome };
	char path[PATH_MAX];
	uint64_t waiting;
	int error;

	/* A saved tree is only looked at, unless it has a history to add to. */
	if (host_boot_id(&run->root, row.boot_id) ||
	    (run->root.path[0] && (host_path(&run->root, HOST_HISTORY_FILE, path) || !host_is_file(path))))
		return;
	remember_keep(run, KEPT_VERDICT, kept_verdict_to_text(row.boot_id, &kept));
	error = remember_row(run, &row, &waiting);
	if (error && run->verbose)
		complain(STATUS_ERROR, "the history %s%s cannot be written: %s", run->root.path,
			 HOST_SPOOL_FILE, remember_problem(error));
}

/* Fill in what the rows of the boot that ended so know: when it was loaded, and checked last. */
static void complete(const struct history *history, const struct imalog_mark *load,
		     struct history_event *event)
{
	const struct history_event *loaded = NULL;
	double seen = 0;

	for (size_t i = 0; i < history->event_count; i++) {
		const struct history_event *row = &history->events[i];

		if (row->kind == HISTORY_LOAD && row->segment_bytes == load->event.segment_bytes &&
		    row->records == load->after.records && row->bytes == load->after.bytes)
			loaded = row;
		if (loaded && row->kind == HISTORY_CHECK && row->boot == loaded->boot &&
		    row->bytes >= loaded->bytes && row->bytes <= event->bytes) {
			event->has_burst = true;
			event->burst_bytes = event->bytes - row->bytes;
			seen = row->boottime_seconds;
		}
	}
	if (!loaded)
		return;
	for (size_t i = 0; i < history->sample_count; i++) {
		const struct history_sample *row = &history->samples[i];

		if (row->boot == loaded->boot && row->boottime_seconds > seen)
			seen = row->boottime_seconds;
	}
	event->boot = loaded->boot;
	event->boottime_seconds = seen > loaded->boottime_seconds ? seen : loaded->boottime_seconds;
	event->interval_seconds = (uint64_t)(event->boottime_seconds - loaded->boottime_seconds);
	event->unix_seconds = loaded->unix_seconds + (int64_t)event->interval_seconds;
}

struct history_event *remember_executes(const struct history *history,
					const struct imalog_census *census, size_t *count)
{
	struct history_event *events = calloc((size_t)census->boot_count + 1, sizeof(*events));

	*count = 0;
	for (uint32_t i = 0; events && i + 1 < census->boot_count; i++) {
		const struct imalog_boot *boot = &census->boots[i];
		const struct imalog_mark *load, *execute;

		if (!boot->has_load || !boot->has_execute || boot->load >= boot->execute)
			continue;
		load = &census->marks[boot->load];
		execute = &census->marks[boot->execute];
		events[*count] = (struct history_event){
			.kind = HISTORY_EXECUTE,
			.unix_seconds = time(NULL),
			.records = execute->before.records,
			.bytes = execute->before.bytes,
			.segment_bytes = execute->event.segment_bytes,
			.grown_bytes = execute->before.bytes - load->after.bytes,
			.entry = imalog_boot_entry(census, i + 1, IMALOG_REPLAYED_NOTHING),
		};
		complete(history, load, &events[(*count)++]);
	}
	return events;
}
