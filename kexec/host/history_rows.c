// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of the history: a statement for each kind, there and back. */
#include "history_inside.h"

#include <errno.h>
#include <stdlib.h>

/* The number of the boot @boot_id, which is made if it is not there; 0 with NULL. */
static int find_boot(struct host_history *history, const char *boot_id, int64_t *id)
{
	int error;

	*id = 0;
	if (!boot_id)
		return 0;
	error = host_history_run(history, "SELECT id FROM boot WHERE boot_id = ?", boot_id, NULL, 0, id);
	if (error <= 0)
		return error;
	error = host_history_run(history, "INSERT INTO boot (boot_id) VALUES (?)", boot_id, NULL, 0, NULL);
	if (error < 0)
		return error;
	*id = host_sql.sqlite3_last_insert_rowid(history->db);
	return 0;
}

/* ---- samples -------------------------------------------------------------------------------- */

static struct history_sample sample_of(sqlite3_stmt *row)
{
	return (struct history_sample){
		.boot = (uint32_t)host_sql.sqlite3_column_int64(row, 0),
		.boottime_seconds = (double)host_sql.sqlite3_column_int64(row, 1) / 1000,
		.unix_seconds = host_sql.sqlite3_column_int64(row, 2),
		.records = (uint64_t)host_sql.sqlite3_column_int64(row, 3),
		.bytes = (uint64_t)host_sql.sqlite3_column_int64(row, 4),
		.staged_bytes = (uint64_t)host_sql.sqlite3_column_int64(row, 5),
		.violations = (uint64_t)host_sql.sqlite3_column_int64(row, 6),
		.loaded = host_sql.sqlite3_column_int64(row, 7),
		.exact = host_sql.sqlite3_column_int64(row, 8),
	};
}

#define SAMPLE "SELECT boot, boottime_ms, unix, records, bytes, staged, violations, loaded, exact"

int host_history_add(struct host_history *history, const char *boot_id,
		     const struct history_sample *sample, uint64_t counted)
{
	int64_t boot;
	int error = find_boot(history, boot_id, &boot);
	const int64_t numbers[] = {
		boot,
		(int64_t)(sample->boottime_seconds * 1000),
		sample->unix_seconds,
		(int64_t)sample->records,
		(int64_t)sample->bytes,
		(int64_t)sample->staged_bytes,
		(int64_t)sample->violations,
		sample->loaded,
		sample->exact,
		(int64_t)counted,
	};

	if (error)
		return error;
	error = host_history_run(history, "INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL,
		    numbers, sizeof(numbers) / sizeof(numbers[0]), NULL);
	return error < 0 ? error : 0;
}

/* ---- events ----------------------------------------------------------------------------------- */

/* A row that is there already, as after a crash between the database and the spool, is not added again. */
#define VALUES_ONCE(table)                                                                         \
	"SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS (SELECT 1 FROM " table    \
	" WHERE boot = ?1 AND boottime_ms = ?2)"

static int add_judgement(struct host_history *history, int64_t boot, const struct history_event *event)
{
	const int64_t numbers[] = {
		boot,
		(int64_t)(event->boottime_seconds * 1000),
		event->unix_seconds,
		(int64_t)event->records,
		(int64_t)event->bytes,
		(int64_t)event->segment_bytes,
		event->room_bytes,
		(int64_t)event->needed_bytes,
		(int64_t)event->interval_seconds,
		event->has_deadline ? (int64_t)event->deadline_seconds : -1,
		(int64_t)event->verdict,
	};

	return host_history_run(history, event->kind == HISTORY_LOAD
		   ? "INSERT INTO load " VALUES_ONCE("load") : "INSERT INTO \"check\" " VALUES_ONCE("\"check\""),
		   NULL, numbers, sizeof(numbers) / sizeof(numbers[0]), NULL);
}

static int add_execute(struct host_history *history, int64_t boot, const struct history_event *event)
{
	const int64_t numbers[] = {
		boot,
		(int64_t)(event->boottime_seconds * 1000),
		event->unix_seconds,
		(int64_t)event->records,
		(int64_t)event->bytes,
		(int64_t)event->segment_bytes,
		(int64_t)event->grown_bytes,
		(int64_t)event->interval_seconds,
		event->has_burst ? (int64_t)event->burst_bytes : -1,
		(int64_t)event->entry,
	};

	return host_history_run(history, "INSERT OR IGNORE INTO \"execute\" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL,
		   numbers, sizeof(numbers) / sizeof(numbers[0]), NULL);
}

int host_history_add_event(struct host_history *history, const char *boot_id,
			   const struct history_event *event)
{
	int64_t boot;
	int error = find_boot(history, boot_id, &boot);

	if (error)
		return error;
	if (!boot)
		boot = event->boot;
	error = event->kind == HISTORY_EXECUTE ? add_execute(history, boot, event)
					       : add_judgement(history, boot, event);
	return error < 0 ? error : 0;
}

static struct history_event event_of(sqlite3_stmt *row)
{
	struct history_event event = {
		.kind = (enum history_kind)host_sql.sqlite3_column_int64(row, 0),
		.boot = (uint32_t)host_sql.sqlite3_column_int64(row, 1),
		.boottime_seconds = (double)host_sql.sqlite3_column_int64(row, 2) / 1000,
		.unix_seconds = host_sql.sqlite3_column_int64(row, 3),
		.records = (uint64_t)host_sql.sqlite3_column_int64(row, 4),
		.bytes = (uint64_t)host_sql.sqlite3_column_int64(row, 5),
		.segment_bytes = (uint64_t)host_sql.sqlite3_column_int64(row, 6),
		.interval_seconds = (uint64_t)host_sql.sqlite3_column_int64(row, 7),
	};
	int64_t a = host_sql.sqlite3_column_int64(row, 8), b = host_sql.sqlite3_column_int64(row, 9),
		c = host_sql.sqlite3_column_int64(row, 10), d = host_sql.sqlite3_column_int64(row, 11);

	if (event.kind == HISTORY_EXECUTE) {
		event.grown_bytes = (uint64_t)a;
		event.has_burst = b >= 0;
		event.burst_bytes = b >= 0 ? (uint64_t)b : 0;
		event.entry = (enum imalog_entry)c;
	} else {
		event.room_bytes = a;
		event.needed_bytes = (uint64_t)b;
		event.verdict = (enum imalog_verdict)c;
		event.has_deadline = d >= 0;
		event.deadline_seconds = d >= 0 ? (uint64_t)d : 0;
	}
	return event;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* Room for one more in a list of things of @size bytes. */
static bool grow(void **list, size_t *room, size_t count, size_t size)
{
	void *more;

	if (count < *room)
		return true;
	*room = *room ? *room * 2 : 4096;
	more = realloc(*list, *room * size);
	if (more)
		*list = more;
	return more;
}

static bool take_sample(struct history *out, size_t *room, sqlite3_stmt *row)
{
	if (!grow((void **)&out->samples, room, out->sample_count, sizeof(*out->samples)))
		return false;
	out->samples[out->sample_count++] = sample_of(row);
	return true;
}

static bool take_event(struct history *out, size_t *room, sqlite3_stmt *row)
{
	if (!grow((void **)&out->events, room, out->event_count, sizeof(*out->events)))
		return false;
	out->events[out->event_count++] = event_of(row);
	return true;
}

/* Each row of @query that is not older than @since. */
static int read_rows(struct host_history *history, const char *query, int64_t since,
		     bool take(struct history *, size_t *, sqlite3_stmt *), struct history *out)
{
	sqlite3_stmt *row = NULL;
	size_t room = 0;
	int error = host_history_query(history, query, NULL, &since, 1, &row);

	while (!error)
		error = take(out, &room, row) ? host_history_step(history, row) : -ENOMEM;
	host_sql.sqlite3_finalize(row);
	return error < 0 ? error : 0;
}

static int read_samples(struct host_history *history, int64_t since, struct history *out)
{
	return read_rows(history, SAMPLE " FROM sample WHERE unix >= ? ORDER BY boot, boottime_ms", since,
			 take_sample, out);
}

static int read_events(struct host_history *history, int64_t since, struct history *out)
{
	return read_rows(history,
			 "SELECT 0, boot, boottime_ms, unix, records, bytes, segment, interval, room, "
			 "needed, verdict, deadline FROM load WHERE unix >= ?1 UNION ALL "
			 "SELECT 1, boot, boottime_ms, unix, records, bytes, segment, interval, room, "
			 "needed, verdict, deadline FROM \"check\" WHERE unix >= ?1 UNION ALL "
			 "SELECT 2, boot, boottime_ms, unix, records, bytes, segment, interval, grown, "
			 "burst, entry, 0 FROM \"execute\" WHERE unix >= ?1 ORDER BY 2, 3, 1",
			 since, take_event, out);
}

int host_history_read(struct host_history *history, uint64_t seconds, struct history *out)
{
	int64_t since = INT64_MIN;
	int error = 0;

	*out = (struct history){ 0 };
	if (seconds) {
		error = host_history_run(history, "SELECT max(unix) FROM sample", NULL, NULL, 0, &since);
		since -= (int64_t)seconds;
	}
	if (error >= 0)
		error = read_samples(history, since, out);
	if (!error)
		error = read_events(history, since, out);
	if (error < 0)
		history_free(out);
	return error < 0 ? error : 0;
}

/* ---- verdicts ------------------------------------------------------------------------------------- */

int host_history_add_verify(struct host_history *history, const char *boot_id, int64_t unix_seconds,
			    enum imalog_outcome outcome)
{
	int64_t boot;
	int error = find_boot(history, boot_id, &boot);
	const int64_t numbers[] = { boot, unix_seconds, (int64_t)outcome };

	if (!error)
		error = host_history_run(history, "INSERT INTO verify SELECT ?1, ?2, ?3 WHERE NOT EXISTS "
						  "(SELECT 1 FROM verify WHERE boot = ?1 AND unix = ?2 AND outcome = ?3)",
					 NULL, numbers, 3, NULL);
	return error < 0 ? error : 0;
}
