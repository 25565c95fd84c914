// SPDX-License-Identifier: GPL-2.0-or-later
/* The history in SQLite: one table a kind of row, in a file that several processes may write. */
#include "history.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library.h"

#define SQLITE_LIST(X)                                                                             \
	X(sqlite3_open_v2) X(sqlite3_close_v2) X(sqlite3_exec) X(sqlite3_prepare_v2)               \
	X(sqlite3_bind_int64) X(sqlite3_bind_text) X(sqlite3_step) X(sqlite3_column_int64)         \
	X(sqlite3_finalize) X(sqlite3_busy_timeout) X(sqlite3_extended_errcode)                    \
	X(sqlite3_system_errno) X(sqlite3_last_insert_rowid) X(sqlite3_db_config)

static struct { SQLITE_LIST(HOST_SYMBOL) } sql;
static const char *const sql_names[] = { SQLITE_LIST(HOST_NAME) };
HOST_LIBRARY_NOTE_FOR(sqlite_note, "history", "the history of the log's growth", "libsqlite3.so.0");

#define APPLICATION 0x494d4c47	/* which program a SQLite file belongs to */
#define SCHEMA 1		/* raise it when a table changes its meaning */
#define BUSY_MS 200		/* another writer is waited for so long */

struct host_history {
	sqlite3 *db;
};

/* Times: milliseconds since boot, wall-clock seconds.  Sizes: bytes. */
static const char schema[] =
	"PRAGMA auto_vacuum = INCREMENTAL;"
	"PRAGMA journal_mode = WAL;"
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS boot (id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE);"
	"CREATE TABLE IF NOT EXISTS sample (boot INTEGER, boottime_ms INTEGER, unix INTEGER,"
	" records INTEGER, bytes INTEGER, staged INTEGER, violations INTEGER, loaded INTEGER,"
	" exact INTEGER, counted INTEGER, PRIMARY KEY (boot, boottime_ms)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS load (boot INTEGER, boottime_ms INTEGER, unix INTEGER,"
	" records INTEGER, bytes INTEGER, segment INTEGER, room INTEGER, needed INTEGER,"
	" interval INTEGER, deadline INTEGER, verdict INTEGER);"
	"CREATE TABLE IF NOT EXISTS \"check\" (boot INTEGER, boottime_ms INTEGER, unix INTEGER,"
	" records INTEGER, bytes INTEGER, segment INTEGER, room INTEGER, needed INTEGER,"
	" interval INTEGER, deadline INTEGER, verdict INTEGER);"
	"CREATE TABLE IF NOT EXISTS \"execute\" (boot INTEGER, boottime_ms INTEGER, unix INTEGER,"
	" records INTEGER, bytes INTEGER, segment INTEGER, grown INTEGER, interval INTEGER,"
	" burst INTEGER, entry INTEGER, UNIQUE (segment, records, bytes));"
	"CREATE TABLE IF NOT EXISTS verify (boot INTEGER, unix INTEGER, outcome INTEGER);"
	"PRAGMA application_id = 1229802567;"
	"PRAGMA user_version = 1;"
	"COMMIT;";

_Static_assert(APPLICATION == 1229802567 && SCHEMA == 1, "the two PRAGMAs of the schema");

static int error_of(const struct host_history *history)
{
	int code = sql.sqlite3_extended_errcode(history->db);

	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return 0;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* a table that is not there, or is another one */
	case SQLITE_SCHEMA:
	case SQLITE_FORMAT: return -EILSEQ;
	case SQLITE_FULL: return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return -EBUSY;
	case SQLITE_READONLY: return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH: return -EACCES;
	case SQLITE_NOMEM: return -ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		code = sql.sqlite3_system_errno(history->db);
		return code > 0 ? -code : -EIO;
	default: return -EIO;
	}
}

/* The next row.  0, 1: there is none, or a negative errno. */
static int step(struct host_history *history, sqlite3_stmt *statement)
{
	int code = sql.sqlite3_step(statement);

	return code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? 1 : error_of(history);
}

/* Run @text with these numbers in the place of its question marks; the statement, at its first row. */
static int query(struct host_history *history, const char *text, const char *word,
		 const int64_t *numbers, int count, sqlite3_stmt **statement)
{
	int at = 1;

	if (sql.sqlite3_prepare_v2(history->db, text, -1, statement, NULL))
		return error_of(history);
	if (word)
		sql.sqlite3_bind_text(*statement, at++, word, -1, SQLITE_STATIC);
	for (int i = 0; i < count; i++)
		sql.sqlite3_bind_int64(*statement, at++, numbers[i]);
	return step(history, *statement);
}

/* The same where only the effect, or the first number, is wanted. */
static int run(struct host_history *history, const char *text, const char *word,
	       const int64_t *numbers, int count, int64_t *first)
{
	sqlite3_stmt *statement = NULL;
	int error = query(history, text, word, numbers, count, &statement);

	if (!error && first)
		*first = sql.sqlite3_column_int64(statement, 0);
	sql.sqlite3_finalize(statement);
	return error;
}

static int look_at_version(struct host_history *history, bool *fresh)
{
	int64_t application = 0, version = 0, tables = 0;
	int error = run(history, "PRAGMA application_id", NULL, NULL, 0, &application);

	if (error >= 0)
		error = run(history, "PRAGMA user_version", NULL, NULL, 0, &version);
	if (error >= 0 && !application && !version)
		error = run(history, "SELECT count(*) FROM sqlite_schema", NULL, NULL, 0, &tables);
	if (error < 0)
		return error;
	*fresh = !application && !version && !tables;
	if (*fresh)
		return 0;
	if (application != APPLICATION)
		return -EILSEQ;
	return version > SCHEMA ? -EPROTONOSUPPORT : version < SCHEMA ? -EILSEQ : 0;
}

/* The folder, private and ours. */
static int make_folder(const struct host_root *root)
{
	static const char *const folders[] = { "/var", "/var/lib", "/var/lib/kexec-ima" };
	char path[PATH_MAX];
	struct stat stat;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int error = host_path(root, folders[i], path);

		if (error)
			return error;
		if (mkdir(path, i == 2 ? 0700 : 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	if (lstat(path, &stat) < 0)
		return -errno;
	return !S_ISDIR(stat.st_mode) || stat.st_uid != geteuid() || stat.st_mode & 022 ? -EPERM : 0;
}

static int begin(struct host_history *history, bool write)
{
	bool fresh;
	int error;

	sql.sqlite3_busy_timeout(history->db, BUSY_MS);
	/* What was written is moved into the file when there are some hundred rows of it, not each minute. */
	sql.sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	error = look_at_version(history, &fresh);
	if (error)
		return error;
	if (!write)
		return fresh ? -ENOENT : 0;
	/* A crash may cost the last rows, never the file; a sync a minute costs every disk. */
	if (sql.sqlite3_exec(history->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL))
		return error_of(history);
	if (fresh && sql.sqlite3_exec(history->db, schema, NULL, NULL, NULL))
		return error_of(history);
	return 0;
}

/* For reading too it is opened to be written: SQLite keeps its locks in a file beside it. */
static int open_file(struct host_history *history, const char *path, bool write)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | (write ? SQLITE_OPEN_CREATE : 0);

	if (sql.sqlite3_open_v2(path, &history->db, flags, NULL))
		return error_of(history);
	return begin(history, write);
}

static bool is_read_only(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM || error == -EIO;
}

/* One that cannot be written, as on a read-only disk: nobody else writes it either. */
static int open_still(struct host_history *history, const char *path)
{
	char uri[3 * PATH_MAX + 32], *to = stpcpy(uri, "file:");

	for (; *path; path++)
		to += strchr("%?#", *path) ? sprintf(to, "%%%02X", (unsigned)(unsigned char)*path)
					   : sprintf(to, "%c", *path);
	strcpy(to, "?immutable=1");
	if (sql.sqlite3_open_v2(uri, &history->db,
				SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_URI, NULL))
		return error_of(history);
	return begin(history, false);
}

int host_history_open(const struct host_root *root, const char *path, bool write,
		      struct host_history **history)
{
	int error;
	char own[PATH_MAX];
	struct stat stat;

	*history = NULL;
	if (!path) {
		error = host_path(root, HOST_HISTORY_FILE, own);
		if (!error && write)
			error = make_folder(root);
		if (error)
			return error;
		path = own;
	}
	if (lstat(path, &stat) < 0) {
		if (!write || errno != ENOENT)
			return -errno;
	} else if (!S_ISREG(stat.st_mode)) {
		return -EPERM;
	}
	if (host_library_load("libsqlite3.so.0", sql_names, sizeof(sql_names) / sizeof(sql_names[0]),
			      &sql))
		return -ENOPKG;
	*history = calloc(1, sizeof(**history));
	if (!*history)
		return -ENOMEM;
	error = open_file(*history, path, write);
	if (error && !write && is_read_only(error)) {
		sql.sqlite3_close_v2((*history)->db);
		error = open_still(*history, path);
	}
	if (error) {
		host_history_close(*history);
		*history = NULL;
	}
	return error;
}

void host_history_close(struct host_history *history)
{
	if (!history)
		return;
	sql.sqlite3_close_v2(history->db);
	free(history);
}

int host_history_set_aside(const struct host_root *root)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	char from[PATH_MAX], to[PATH_MAX];
	int error = host_path(root, HOST_HISTORY_FILE, from);

	for (unsigned n = 1; !error; n++) {
		if ((size_t)snprintf(to, sizeof(to), "%s.corrupt-%u", from, n) >= sizeof(to))
			return -ENAMETOOLONG;
		if (access(to, F_OK) < 0)
			break;
	}
	for (size_t i = 0; !error && i < sizeof(parts) / sizeof(parts[0]); i++) {
		char part[PATH_MAX + 8], name[PATH_MAX + 8];

		snprintf(part, sizeof(part), "%s%s", from, parts[i]);
		snprintf(name, sizeof(name), "%s%s", to, parts[i]);
		if (rename(part, name) < 0 && errno != ENOENT)
			error = -errno;
	}
	return error;
}

uint32_t host_history_boot(struct host_history *history, const char *boot_id)
{
	int64_t id = 0;

	if (run(history, "SELECT id FROM boot WHERE boot_id = ?", boot_id, NULL, 0, &id))
		return 0;
	return (uint32_t)id;
}

/* The same; made if it is not there. */
static int find_boot(struct host_history *history, const char *boot_id, int64_t *id)
{
	int error;

	*id = 0;
	if (!boot_id)
		return 0;
	*id = host_history_boot(history, boot_id);
	if (*id)
		return 0;
	error = run(history, "INSERT INTO boot (boot_id) VALUES (?)", boot_id, NULL, 0, NULL);
	if (error < 0)
		return error;
	*id = sql.sqlite3_last_insert_rowid(history->db);
	return 0;
}

/* ---- samples -------------------------------------------------------------------------------- */

static struct history_sample sample_of(sqlite3_stmt *row)
{
	return (struct history_sample){
		.boot = (uint32_t)sql.sqlite3_column_int64(row, 0),
		.boottime_seconds = (double)sql.sqlite3_column_int64(row, 1) / 1000,
		.unix_seconds = sql.sqlite3_column_int64(row, 2),
		.records = (uint64_t)sql.sqlite3_column_int64(row, 3),
		.bytes = (uint64_t)sql.sqlite3_column_int64(row, 4),
		.staged_bytes = (uint64_t)sql.sqlite3_column_int64(row, 5),
		.violations = (uint64_t)sql.sqlite3_column_int64(row, 6),
		.loaded = sql.sqlite3_column_int64(row, 7),
		.exact = sql.sqlite3_column_int64(row, 8),
	};
}

#define SAMPLE "SELECT boot, boottime_ms, unix, records, bytes, staged, violations, loaded, exact"

int host_history_latest(struct host_history *history, const char *boot_id, bool exact,
			struct history_sample *sample, uint64_t *counted)
{
	const int64_t least = exact;
	sqlite3_stmt *row = NULL;
	int error = query(history, SAMPLE ", counted FROM sample WHERE boot = (SELECT id FROM boot WHERE "
				   "boot_id = ?) AND exact >= ? ORDER BY boottime_ms DESC LIMIT 1",
			  boot_id, &least, 1, &row);

	if (!error) {
		*sample = sample_of(row);
		*counted = (uint64_t)sql.sqlite3_column_int64(row, 9);
	}
	sql.sqlite3_finalize(row);
	return error;
}

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
	error = run(history, "INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL,
		    numbers, sizeof(numbers) / sizeof(numbers[0]), NULL);
	return error < 0 ? error : 0;
}

/* ---- events ----------------------------------------------------------------------------------- */

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

	return run(history, event->kind == HISTORY_LOAD
		   ? "INSERT INTO load VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		   : "INSERT INTO \"check\" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

	return run(history, "INSERT OR IGNORE INTO \"execute\" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL,
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
		.kind = (enum history_kind)sql.sqlite3_column_int64(row, 0),
		.boot = (uint32_t)sql.sqlite3_column_int64(row, 1),
		.boottime_seconds = (double)sql.sqlite3_column_int64(row, 2) / 1000,
		.unix_seconds = sql.sqlite3_column_int64(row, 3),
		.records = (uint64_t)sql.sqlite3_column_int64(row, 4),
		.bytes = (uint64_t)sql.sqlite3_column_int64(row, 5),
		.segment_bytes = (uint64_t)sql.sqlite3_column_int64(row, 6),
		.interval_seconds = (uint64_t)sql.sqlite3_column_int64(row, 7),
	};
	int64_t a = sql.sqlite3_column_int64(row, 8), b = sql.sqlite3_column_int64(row, 9),
		c = sql.sqlite3_column_int64(row, 10), d = sql.sqlite3_column_int64(row, 11);

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

static int read_samples(struct host_history *history, int64_t since, struct history *out)
{
	sqlite3_stmt *row = NULL;
	size_t room = 0;
	int error = query(history, SAMPLE " FROM sample WHERE unix >= ? ORDER BY boot, boottime_ms",
			  NULL, &since, 1, &row);

	while (!error) {
		if (!grow((void **)&out->samples, &room, out->sample_count, sizeof(*out->samples))) {
			error = -ENOMEM;
			break;
		}
		out->samples[out->sample_count++] = sample_of(row);
		error = step(history, row);
	}
	sql.sqlite3_finalize(row);
	return error < 0 ? error : 0;
}

static int read_events(struct host_history *history, int64_t since, struct history *out)
{
	sqlite3_stmt *row = NULL;
	size_t room = 0;
	int error = query(history,
			  "SELECT 0, boot, boottime_ms, unix, records, bytes, segment, interval, room, "
			  "needed, verdict, deadline FROM load WHERE unix >= ?1 UNION ALL "
			  "SELECT 1, boot, boottime_ms, unix, records, bytes, segment, interval, room, "
			  "needed, verdict, deadline FROM \"check\" WHERE unix >= ?1 UNION ALL "
			  "SELECT 2, boot, boottime_ms, unix, records, bytes, segment, interval, grown, "
			  "burst, entry, 0 FROM \"execute\" WHERE unix >= ?1 ORDER BY 2, 3, 1",
			  NULL, &since, 1, &row);

	while (!error) {
		if (!grow((void **)&out->events, &room, out->event_count, sizeof(*out->events))) {
			error = -ENOMEM;
			break;
		}
		out->events[out->event_count++] = event_of(row);
		error = step(history, row);
	}
	sql.sqlite3_finalize(row);
	return error < 0 ? error : 0;
}

int host_history_read(struct host_history *history, uint64_t seconds, struct history *out)
{
	int64_t since = INT64_MIN;
	int error = 0;

	*out = (struct history){ 0 };
	if (seconds) {
		error = run(history, "SELECT max(unix) FROM sample", NULL, NULL, 0, &since);
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
		error = run(history, "INSERT INTO verify VALUES (?, ?, ?)", NULL, numbers, 3, NULL);
	return error < 0 ? error : 0;
}

int host_history_latest_verify(struct host_history *history, const char *boot_id,
			       int64_t *unix_seconds, enum imalog_outcome *outcome)
{
	sqlite3_stmt *row = NULL;
	int error = query(history, "SELECT unix, outcome FROM verify WHERE boot = (SELECT id FROM boot WHERE "
				   "boot_id = ?) ORDER BY rowid DESC LIMIT 1", boot_id, NULL, 0, &row);

	if (!error) {
		*unix_seconds = sql.sqlite3_column_int64(row, 0);
		*outcome = (enum imalog_outcome)sql.sqlite3_column_int64(row, 1);
	}
	sql.sqlite3_finalize(row);
	return error;
}

/* ---- pruning -------------------------------------------------------------------------------------- */

int host_history_prune(struct host_history *history, int64_t unix_seconds, uint64_t seconds,
		       uint64_t bytes)
{
	static const char *const tables[] = { "sample", "load", "\"check\"", "\"execute\"", "verify" };
	const int64_t oldest = unix_seconds - (int64_t)seconds;
	int64_t pages = 0, page = 0, free_pages = 0;
	int error = 0;

	for (size_t i = 0; error >= 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "DELETE FROM %s WHERE unix < ?", tables[i]);
		error = run(history, text, NULL, &oldest, 1, NULL);
	}
	for (int turn = 0; error >= 0 && turn < 64; turn++) {
		error = run(history, "PRAGMA page_count", NULL, NULL, 0, &pages);
		if (error >= 0)
			error = run(history, "PRAGMA page_size", NULL, NULL, 0, &page);
		if (error >= 0)
			error = run(history, "PRAGMA freelist_count", NULL, NULL, 0, &free_pages);
		if (error < 0 || (uint64_t)((pages - free_pages) * page) <= bytes)
			break;
		error = run(history, "DELETE FROM sample WHERE (boot, boottime_ms) IN (SELECT boot, "
				     "boottime_ms FROM sample ORDER BY boot, boottime_ms LIMIT (SELECT "
				     "count(*) / 8 + 1 FROM sample))", NULL, NULL, 0, NULL);
	}
	if (error >= 0 && sql.sqlite3_exec(history->db, "PRAGMA incremental_vacuum", NULL, NULL, NULL))
		error = error_of(history);
	return error < 0 ? error : 0;
}
