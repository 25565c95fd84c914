/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history in SQLite: /var/lib/kexec-ima/history.db below the root.  libsqlite3 is loaded at the
 * time of use.
 *
 * Functions return 0 or a negative errno: -ENOENT: no database yet (reading); -ENOPKG: no libsqlite3;
 * -EILSEQ: the file is no history of ours or is corrupt; -EPROTONOSUPPORT: of a newer version;
 * -EROFS, -EACCES, -ENOSPC, -EBUSY, -EIO as they say.
 */
#ifndef KEXEC_IMA_HOST_HISTORY_H
#define KEXEC_IMA_HOST_HISTORY_H

#include "kexec/history.h"
#include "host.h"

#define HOST_HISTORY_FILE "/var/lib/kexec-ima/history.db"

struct host_history;	/* an open database */

/*
 * Open the file @path (or NULL: HOST_HISTORY_FILE below the root).  @write: it is made if it is not there.
 */
int host_history_open(const struct host_root *root, const char *path, bool write,
		      struct host_history **history);
/* A database as bytes, to be looked at elsewhere. */
struct host_history_bytes {
	unsigned char *file, *wal;	/* it, and what is beside it; owned */
	size_t size, wal_size;		/* bytes */
};

/* Read them, of one moment; libsqlite3 is loaded too.  -EPERM: no regular file; -EBUSY: it never stands still. */
int host_history_take(const char *path, struct host_history_bytes *bytes);
void host_history_release(struct host_history_bytes *bytes);
/* Open what was taken, for reading; no file is touched.  @bytes stay the caller's. */
int host_history_open_bytes(struct host_history_bytes *bytes, struct host_history **history);

/*
 * Give the corrupt file below the root another name, history.db.corrupt-1 or the next that is free, so
 * that a new one can begin; nothing is deleted.
 */
int host_history_set_aside(const struct host_root *root);
void host_history_close(struct host_history *history);

/* All rows not older than @seconds before the newest (0: all).  To be freed with history_free(). */
int host_history_read(struct host_history *history, uint64_t seconds, struct history *out);

/*
 * What is added between the two is there as one, or not at all; closing without host_history_commit() takes it back.
 */
int host_history_begin(struct host_history *history);
int host_history_commit(struct host_history *history);
/* Add a row; its .boot is found by @boot_id.  @counted: runtime_measurements_count, records. */
int host_history_add(struct host_history *history, const char *boot_id,
		     const struct history_sample *sample, uint64_t counted);
/* @boot_id NULL: of a boot that is not known.  A row that is there already is left as it is. */
int host_history_add_event(struct host_history *history, const char *boot_id,
			   const struct history_event *event);
/* What verify said of the live log. */
int host_history_add_verify(struct host_history *history, const char *boot_id, int64_t unix_seconds,
			    enum imalog_outcome outcome);
/*
 * Delete the oldest rows: those of more than @seconds before the newest sample, or before @unix_seconds (now) where
 * that is earlier, so that a wall clock which jumped ahead does not make all rows old at once; and as many as it takes
 * to come below @bytes.
 */
int host_history_prune(struct host_history *history, int64_t unix_seconds, uint64_t seconds,
		       uint64_t bytes);

#endif
