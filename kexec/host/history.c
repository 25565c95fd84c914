// SPDX-License-Identifier: GPL-2.0-or-later
/* The history in SQLite: one table a kind of row, in a file that several processes may write. */
#include "history_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

struct host_sqlite host_sql;
static const char *const sql_names[] = { HOST_SQLITE_LIST(HOST_NAME) };
HOST_LIBRARY_NOTE_FOR(sqlite_note, "history", "the history of the log's growth", "libsqlite3.so.0");

#define APPLICATION 0x494d4c47	/* which program a SQLite file belongs to */
#define SCHEMA 1		/* raise it when a table changes its meaning */
#define BUSY_MS 200		/* another writer is waited for so long */

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

int host_history_load(void)
{
	return host_library_load("libsqlite3.so.0", sql_names, sizeof(sql_names) / sizeof(sql_names[0]),
				 &host_sql);
}

int host_history_error(const struct host_history *history)
{
	int code = host_sql.sqlite3_extended_errcode(history->db);

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
		code = host_sql.sqlite3_system_errno(history->db);
		return code > 0 ? -code : -EIO;
	default: return -EIO;
	}
}

int host_history_step(struct host_history *history, sqlite3_stmt *statement)
{
	int code = host_sql.sqlite3_step(statement);

	return code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? 1 : host_history_error(history);
}

int host_history_query(struct host_history *history, const char *text, const char *word,
		 const int64_t *numbers, int count, sqlite3_stmt **statement)
{
	int at = 1;

	if (host_sql.sqlite3_prepare_v2(history->db, text, -1, statement, NULL))
		return host_history_error(history);
	if (word)
		host_sql.sqlite3_bind_text(*statement, at++, word, -1, SQLITE_STATIC);
	for (int i = 0; i < count; i++)
		host_sql.sqlite3_bind_int64(*statement, at++, numbers[i]);
	return host_history_step(history, *statement);
}

int host_history_run(struct host_history *history, const char *text, const char *word,
	       const int64_t *numbers, int count, int64_t *first)
{
	sqlite3_stmt *statement = NULL;
	int error = host_history_query(history, text, word, numbers, count, &statement);

	if (!error && first)
		*first = host_sql.sqlite3_column_int64(statement, 0);
	host_sql.sqlite3_finalize(statement);
	return error;
}

static int look_at_version(struct host_history *history, bool *fresh)
{
	int64_t application = 0, version = 0, tables = 0;
	int error = host_history_run(history, "PRAGMA application_id", NULL, NULL, 0, &application);

	if (error >= 0)
		error = host_history_run(history, "PRAGMA user_version", NULL, NULL, 0, &version);
	if (error >= 0 && !application && !version)
		error = host_history_run(history, "SELECT count(*) FROM sqlite_schema", NULL, NULL, 0, &tables);
	if (error < 0)
		return error;
	*fresh = !application && !version && !tables;
	if (*fresh)
		return 0;
	if (application != APPLICATION)
		return -EILSEQ;
	return version > SCHEMA ? -EPROTONOSUPPORT : version < SCHEMA ? -EILSEQ : 0;
}

int host_history_check(struct host_history *history, bool write)
{
	bool fresh;
	int error;

	host_sql.sqlite3_busy_timeout(history->db, BUSY_MS);
	/* What was written is moved into the file when there are some hundred rows of it, not each minute. */
	host_sql.sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	error = look_at_version(history, &fresh);
	if (error)
		return error;
	if (!write)
		return fresh ? -ENOENT : 0;
	/* A crash may cost the last rows, never the file; a sync a minute costs every disk. */
	if (host_sql.sqlite3_exec(history->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL))
		return host_history_error(history);
	if (fresh && host_sql.sqlite3_exec(history->db, schema, NULL, NULL, NULL))
		return host_history_error(history);
	return 0;
}

/* For reading too it is opened to be written: SQLite keeps its locks in a file beside it. */
static int open_file(struct host_history *history, const char *path, bool write)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | (write ? SQLITE_OPEN_CREATE : 0);

	if (host_sql.sqlite3_open_v2(path, &history->db, flags, NULL))
		return host_history_error(history);
	return host_history_check(history, write);
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
	if (host_sql.sqlite3_open_v2(uri, &history->db,
				SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_URI, NULL))
		return host_history_error(history);
	return host_history_check(history, false);
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
		int folder = error ? error : host_history_folder(root, write);

		if (folder < 0)
			return folder;
		close(folder);
		path = own;
	}
	if (lstat(path, &stat) < 0) {
		if (!write || errno != ENOENT)
			return -errno;
	} else if (!host_is_private(&stat)) {
		return -EPERM;
	}
	if (host_history_load())
		return -ENOPKG;
	*history = calloc(1, sizeof(**history));
	if (!*history)
		return -ENOMEM;
	error = open_file(*history, path, write);
	if (error && !write && is_read_only(error)) {
		host_sql.sqlite3_close_v2((*history)->db);
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
	host_sql.sqlite3_close_v2(history->db);
	free(history);
}

static int transact(struct host_history *history, const char *text)
{
	return host_sql.sqlite3_exec(history->db, text, NULL, NULL, NULL) ? host_history_error(history) : 0;
}

int host_history_begin(struct host_history *history)
{
	return transact(history, "BEGIN IMMEDIATE");
}

int host_history_commit(struct host_history *history)
{
	return transact(history, "COMMIT");
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

/* ---- pruning -------------------------------------------------------------------------------------- */

int host_history_prune(struct host_history *history, int64_t unix_seconds, uint64_t seconds,
		       uint64_t bytes)
{
	static const char *const tables[] = { "sample", "load", "\"check\"", "\"execute\"", "verify" };
	int64_t pages = 0, page = 0, free_pages = 0, oldest = unix_seconds;
	int error = host_history_run(history, "SELECT min(?, coalesce(max(unix), 0)) FROM sample", NULL,
				     &unix_seconds, 1, &oldest);

	oldest -= (int64_t)seconds;

	for (size_t i = 0; error >= 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "DELETE FROM %s WHERE unix < ?", tables[i]);
		error = host_history_run(history, text, NULL, &oldest, 1, NULL);
	}
	for (int turn = 0; error >= 0 && turn < 64; turn++) {
		error = host_history_run(history, "PRAGMA page_count", NULL, NULL, 0, &pages);
		if (error >= 0)
			error = host_history_run(history, "PRAGMA page_size", NULL, NULL, 0, &page);
		if (error >= 0)
			error = host_history_run(history, "PRAGMA freelist_count", NULL, NULL, 0, &free_pages);
		if (error < 0 || (uint64_t)((pages - free_pages) * page) <= bytes)
			break;
		error = host_history_run(history, "DELETE FROM sample WHERE (boot, boottime_ms) IN (SELECT boot, "
				     "boottime_ms FROM sample ORDER BY boot, boottime_ms LIMIT (SELECT "
				     "count(*) / 8 + 1 FROM sample))", NULL, NULL, 0, NULL);
	}
	if (error >= 0 && host_sql.sqlite3_exec(history->db, "PRAGMA incremental_vacuum", NULL, NULL, NULL))
		error = host_history_error(history);
	return error < 0 ? error : 0;
}
