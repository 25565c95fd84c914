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

#include "history.h"
#include "host.h"

#define HOST_HISTORY_FILE "/var/lib/kexec-ima/history.db"

struct host_history;	/* an open database */

/*
 * Open the file @path (or NULL: HOST_HISTORY_FILE below the root).  @write: made if it is not there;
 * one that is corrupt is set aside as history.db.corrupt-N (*@aside is set) and a new one begun.
 */
int host_history_open(const struct host_root *root, const char *path, bool write,
		      struct host_history **history, bool *aside);
void host_history_close(struct host_history *history);

/* All rows not older than @seconds before the newest (0: all).  To be freed with history_free(). */
int host_history_read(struct host_history *history, uint64_t seconds, struct history *out);

#endif
