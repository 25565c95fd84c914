/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KEXEC_IMA_SCAN_H
#define KEXEC_IMA_SCAN_H

#include <sys/types.h>

#include "imalog.h"

/* Where bytes come from: like read(2), but a negative errno on failure. */
typedef ssize_t (*scan_source)(void *context, void *out, size_t size);

/* Proof that a log still is the one that was read: its last record. */
struct scan_seal {
	uint64_t offset;	/* bytes before the last record */
	unsigned char digest[32];	/* SHA-256 of the whole record */
};

/* What is known after reading a log up to .census.total.bytes.  Owns the census. */
struct scan {
	struct imalog_format format;
	struct imalog_census census;
	struct scan_seal seal;	/* valid when there is a record */
	int damage;		/* 0, or the enum imalog_error that ended the good part */
	uint64_t damage_offset;	/* the byte it was found at */
	uint64_t damage_record;	/* the record it was found in, from 0 */
};

void scan_init(struct scan *scan);
void scan_free(struct scan *scan);

/*
 * Read a log from its first byte, in memory that does not depend on its length.  0 (look at
 * .damage too) or a negative errno: what @source gave, or -ENOMEM.
 */
int scan_whole(struct scan *scan, scan_source source, void *context);

/*
 * Go on from what @scan knows.  @source is at byte scan->seal.offset.  1: the record there is not
 * the one that was read before, and @scan is as it was; otherwise as scan_whole().
 */
int scan_tail(struct scan *scan, scan_source source, void *context);

/* ---- window by window --------------------------------------------------------------------- */

/* Bytes in memory.  Owned by whoever has the struct. */
struct scan_buffer {
	unsigned char *data;
	size_t room;	/* bytes */
};

struct scan_pump {
	scan_source source;
	void *context;
	struct imalog_reader reader;
	struct scan_buffer buffer;	/* the window; owned */
	size_t used;	/* bytes of it */
	bool started;	/* the format is known */
	bool end;	/* the source has no more */
};

void scan_pump_init(struct scan_pump *pump, scan_source source, void *context);
void scan_pump_free(struct scan_pump *pump);

/*
 * Begin: find the format, or (@resume) go on from what @scan knows, as scan_tail().
 * 0, 1 (only with @resume) or a negative errno.
 */
int scan_begin(struct scan *scan, struct scan_pump *pump, bool resume);

/*
 * Take one window of records in.  0: there is more.  1: it was the last one, or scan->damage ended
 * it.  Or a negative errno.
 * @batch (or NULL): also gets the records, whose bytes are from then on in @keep: the pump's window
 * and @keep change places.
 */
int scan_step(struct scan *scan, struct scan_pump *pump, struct imalog_batch *batch,
	      struct scan_buffer *keep);

/* ---- record by record ------------------------------------------------------------------------ */

/* The records of a source, framed and no more. */
struct scan_walk {
	struct scan_pump pump;	/* .reader tells how far it is */
	int damage;		/* 0, or the enum imalog_error that ended it */
};

void scan_walk_init(struct scan_walk *walk, scan_source source, void *context);
void scan_walk_free(struct scan_walk *walk);
/* 0: @record is filled, good until the next call.  1: the end (look at .damage).  Or a negative errno. */
int scan_walk_next(struct scan_walk *walk, struct imalog_record *record);

#endif
