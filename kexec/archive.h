/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive: a folder with the records that were deleted from kernels, in pieces.
 *
 *	CHAIN.FIRST-LAST.log	the records, as the log has them
 *	CHAIN.FIRST-LAST.json	made last: a piece without it does not count
 *
 * A chain begins at a cold boot; its records are counted from 1, across soft reboots.  Each piece
 * follows the one before it, which the running digest binds.
 */
#ifndef KEXEC_IMA_ARCHIVE_H
#define KEXEC_IMA_ARCHIVE_H

#include "record.h"

#define ARCHIVE_NAME_SIZE 48	/* bytes, the NUL included */

struct archive_piece {
	uint32_t chain;			/* from 1 */
	uint64_t first, last;		/* record numbers in the chain, from 1 */
	uint64_t bytes;			/* of the .log */
	unsigned char sha256[32];	/* of the .log */
	unsigned char running[32];	/* SHA-256 of the running digest before (32 zeroes) and .sha256 */
	char boot_id[RECORD_BOOT_ID_SIZE];	/* of the boot that it was made in */
};

/* "0001.000000001-000000200" and @suffix. */
void archive_name(const struct archive_piece *piece, const char *suffix,
		  char out[ARCHIVE_NAME_SIZE]);
/* Whether a file name is that of a piece's .json; then @chain, @first and @last of @piece are set. */
bool archive_parse_name(const char *name, struct archive_piece *piece);

/* New text that the caller frees, or NULL when memory is short. */
char *archive_to_text(const struct archive_piece *piece);
/* Fill the rest of @piece, which knows its name.  False when @text is not of this piece. */
bool archive_from_text(const char *text, struct archive_piece *piece);

/* How many records a piece has. */
uint64_t archive_records(const struct archive_piece *piece);
/* Fill .running: @previous is the piece before it in its chain, or NULL. */
void archive_run_on(struct archive_piece *piece, const struct archive_piece *previous);
/* Order for a sort: chain, then first record. */
int archive_compare(const struct archive_piece *a, const struct archive_piece *b);
/*
 * Whether the @count pieces, sorted and all of one chain, follow each other from record 1 on.  If
 * not, *@bad is the first that does not.
 */
bool archive_is_chain(const struct archive_piece *pieces, size_t count, size_t *bad);

#endif
