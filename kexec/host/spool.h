/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /var/lib/kexec-ima/spool below the root: rows of the history, a line each, that wait to be put into the database.
 *
 * Under a policy that measures what root reads (ima_policy=tcb) each look into a database that changed is a record
 * more in the very log that is being watched.  A file that is only opened to be written to is not measured (the rules
 * ask for MAY_READ: ima_policy.c, default_measurement_rules, 7.3.4), so a row a minute goes here, and into the database
 * when somebody asks for the history or there are many.
 *
 * Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef KEXEC_IMA_HOST_SPOOL_H
#define KEXEC_IMA_HOST_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "host.h"

#define HOST_SPOOL_FILE "/var/lib/kexec-ima/spool"
#define HOST_SPOOL_MANY (64u << 10)	/* bytes from which on it is time to put them into the database */
#define HOST_SPOOL_MAX (4u << 20)	/* bytes; what cannot be put there for so long is not collected further */

/*
 * Open the folder of the history, made 0700 if it is not there and @make.  A descriptor, or -EPERM: it is a link, not
 * ours, or others can write to it.
 */
int host_history_folder(const struct host_root *root, bool make);

/*
 * Append one line, @size bytes with its end: whole, or nothing.  *@bytes: how much is waiting then.  -EFBIG: more
 * than HOST_SPOOL_MAX; -EBUSY: another process did not let go of it within two seconds.
 */
int host_spool_append(const struct host_root *root, const char *line, size_t size, uint64_t *bytes);

/* The waiting lines, held: nobody appends until host_spool_close(). */
struct host_spool {
	int folder;		/* descriptor; the lock is on it */
	char *text;		/* owned */
	size_t size;		/* bytes */
};

enum host_spool_end {
	HOST_SPOOL_KEEP,	/* it stays as it is */
	HOST_SPOOL_DELETE,	/* every line is in the database */
	HOST_SPOOL_SET_ASIDE,	/* the good ones are, and some were no lines of ours: it gets another name */
};

/* 0, 1: nothing is waiting (nothing to close then), or a negative errno. */
int host_spool_open(const struct host_root *root, struct host_spool *spool);
int host_spool_close(struct host_spool *spool, enum host_spool_end end);

#endif
