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

#endif
