/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the database share: libsqlite3, loaded at the time of use, and a query. */
#ifndef KEXEC_IMA_HOST_HISTORY_INSIDE_H
#define KEXEC_IMA_HOST_HISTORY_INSIDE_H

#include <sqlite3.h>

#include "history.h"
#include "library.h"

#define HOST_SQLITE_LIST(X)                                                                        \
	X(sqlite3_open_v2) X(sqlite3_close_v2) X(sqlite3_exec) X(sqlite3_prepare_v2)               \
	X(sqlite3_bind_int64) X(sqlite3_bind_text) X(sqlite3_step) X(sqlite3_column_int64)         \
	X(sqlite3_finalize) X(sqlite3_busy_timeout) X(sqlite3_extended_errcode)                    \
	X(sqlite3_system_errno) X(sqlite3_last_insert_rowid) X(sqlite3_db_config)

struct host_sqlite {
	HOST_SQLITE_LIST(HOST_SYMBOL)
};
extern struct host_sqlite host_sql;

struct host_history {
	sqlite3 *db;
};

/* Load libsqlite3.  0 or a negative errno. */
int host_history_load(void);
/* What every database that is open goes through: is it ours?  @write: it becomes so if it is empty. */
int host_history_check(struct host_history *history, bool write);
/* What went wrong last, as a negative errno of history.h, or 0. */
int host_history_error(const struct host_history *history);
/* The next row.  0, 1: there is none, or a negative errno. */
int host_history_step(struct host_history *history, sqlite3_stmt *statement);
/*
 * Run @text with @word (or NULL) and these numbers in the place of its question marks; @statement, to be finalized
 * in any case, is at its first row.  As host_history_step().
 */
int host_history_query(struct host_history *history, const char *text, const char *word,
		       const int64_t *numbers, int count, sqlite3_stmt **statement);
/* The same where only the effect, or the first number, is wanted. */
int host_history_run(struct host_history *history, const char *text, const char *word,
		     const int64_t *numbers, int count, int64_t *first);

#endif
