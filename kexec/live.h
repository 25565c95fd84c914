/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the live log, from a checkpoint where one holds. */
#ifndef KEXEC_IMA_LIVE_H
#define KEXEC_IMA_LIVE_H

#include "host/host.h"
#include "record.h"

/* The log as it was read, and when.  Owns .scan. */
struct live {
	const struct host_root *root;	/* borrowed */
	int dir;			/* of the state files, or a negative errno; the caller closes it */
	char boot_id[HOST_BOOT_ID_SIZE];	/* "" when it cannot be read: */
	int boot_error;			/* why, a negative errno */
	bool has_uptime;
	double uptime;			/* seconds since boot */
	bool whole;			/* to be set by the caller: read all of it again */
	struct scan scan;
	uint64_t staged_bytes;		/* of the log, in the staged list */
	bool has_staging;		/* the kernel has the staged file */
	bool has_earlier;		/* only what came behind an earlier reading was read */
	double earlier_uptime;		/* of that reading, seconds since boot */
	struct imalog_position earlier;	/* its sums */
};

/* What is done with the bytes. */
struct live_reader {
	const char *file;	/* name of its checkpoint */
	/* As scan_tail() (@resume) or scan_whole(). */
	int (*read)(void *context, struct scan *scan, bool resume, scan_source source,
		    void *source_context);
	/* Take over more of the checkpoint (false: it is of no use), or (NULL) start anew.  May be NULL. */
	bool (*adopt)(void *context, const struct checkpoint *checkpoint);
	void *context;
};

/* Only the census. */
extern const struct live_reader live_census;

/* What went wrong, for one sentence. */
struct live_failure {
	int error;		/* negative errno */
	char path[PATH_MAX];
};

/* Which boot, and when.  Fills all but the log. */
void live_open(struct live *live, const struct host_root *root);
/* Fills .scan and what is said of the reading.  0, or -1 with @failure filled. */
int live_read(struct live *live, const struct live_reader *reader, struct live_failure *failure);
/*
 * Leave a checkpoint, where it would hold something new.  One that cannot be written only costs time.
 * @replay: of the same records, or NULL.
 */
void live_keep(const struct live *live, const struct live_reader *reader,
	       const struct imalog_replay *replay);

#endif
