/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Archives and logs as one stream of bytes.  Where a part begins with the very records that those
 * before it end with (an archive made before they were deleted from the kernel), it gives them once.
 */
#ifndef KEXEC_IMA_PARTS_H
#define KEXEC_IMA_PARTS_H

#include "host/host.h"
#include "scan.h"

#define PARTS_CANDIDATES 8	/* places where an overlap may begin; more are not looked at */

struct part {
	const char *path;	/* for messages; borrowed */
	struct host_file file;	/* owned */
	bool is_archive, is_piece;	/* the second: of a folder of trim */
	struct imalog_format format;
	uint64_t bytes;		/* up to the end of its last whole record; UINT64_MAX: not known */
	uint64_t records;	/* valid with .bytes */
	int damage;		/* enum imalog_error behind them, or 0 */
	uint64_t skip_bytes, skip_records;	/* at its beginning, which others gave before */
	bool has_first;		/* it has a record; the two below are of the first */
	unsigned char first[32];	/* SHA-256 of the whole record */
	uint64_t first_size;
	struct { size_t part; uint64_t offset, record; } candidates[PARTS_CANDIDATES];
	size_t candidate_count;
};

struct parts {
	struct part *list;	/* owned */
	size_t count;
	size_t at;		/* the one being read */
	uint64_t read;		/* bytes of it given out, the skipped ones included */
	bool cut_last;		/* also the last part ends with its last whole record */
};

/* What went wrong, for one sentence; or a sentence of its own. */
struct parts_failure {
	int error;		/* negative errno, or 0: .path's format is not that of .other */
	const char *path, *other;
};

void parts_init(struct parts *parts);
void parts_free(struct parts *parts);
/* Open a saved log behind those that are there.  0 or a negative errno. */
int parts_add(struct parts *parts, const char *path, bool is_archive);
/* Take over an open file. */
int parts_add_file(struct parts *parts, const char *path, struct host_file *file);
/*
 * When all are there: look for seams.  A part that cannot be read twice is first copied to a temporary
 * file.  With one part nothing is done.  0, or -1 with @failure filled.
 */
int parts_join(struct parts *parts, struct parts_failure *failure);
/* Leave out the pieces after all, and be as before parts_join().  Whether it could be rewound. */
bool parts_drop_pieces(struct parts *parts);
/* Give the overlaps twice after all. */
void parts_keep_overlaps(struct parts *parts);
/* Records that were dropped because others gave them before. */
uint64_t parts_overlap(const struct parts *parts);
/* Whether it can be read from the beginning again; if so, do that.  */
bool parts_rewind(struct parts *parts);
/* Like read(2); @context is a struct parts. */
ssize_t parts_read(void *context, void *out, size_t size);
/* The first part whose content ended early, or NULL: cut inside a record, or damaged gzip data. */
const struct part *parts_cut(const struct parts *parts);

#endif
