/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records out of the kernel and into an archive: proven on the disk, then deleted.  Glue. */
#ifndef KEXEC_IMA_TRIM_H
#define KEXEC_IMA_TRIM_H

#include "archive.h"
#include "command.h"

/* How many of the oldest records: the fewest that do. */
struct trim_goal {
	uint64_t bytes;		/* to be freed; UINT64_MAX: as many as may go */
	uint64_t keep_records;	/* at least so many stay */
};

/* What was done. */
struct trimmed {
	uint64_t records, bytes;	/* deleted from the kernel */
	bool wrote;			/* there is a new piece; all else was in the archive before */
	struct archive_piece piece;	/* valid with .wrote */
	uint64_t pending;		/* records that are in the archive already, and may not go; 0: none */
};

/*
 * Archive in the folder @archive, then delete.  @survey: the log as it is; a new look whenever something was
 * deleted.  While an image is loaded, its kexec_load record and all behind it stay.  What a run before archived and
 * could not delete goes first, by itself.  A status; all but STATUS_DONE are explained.  STATUS_REFUSED: so many may
 * not go, or archive and log do not explain the PCR.  In any case @trimmed says what was deleted.
 */
int trim_oldest(const struct run *run, const char *archive, const struct trim_goal *goal,
		struct survey *survey, struct trimmed *trimmed);

/* Whether records may be moved away at all: there is an archive, and the kernel deletes. */
bool trim_allowed(const struct run *run, const struct settings *settings,
		  const struct survey *survey);
/*
 * Delete as many records as @decision lacks bytes, and say so.  @survey is a new one afterwards.  False:
 * nothing was deleted, and why was explained.
 */
bool trim_for_room(const struct run *run, const struct settings *settings,
		   const struct imalog_decision *decision, struct survey *survey);

/* The newest chain of an archive. */
struct trim_chain {
	int dir;		/* the folder; -1: not open */
	struct archive_piece *pieces;	/* owned */
	char **paths;		/* of the .log files; owned */
	char **texts;		/* what the .json files have; owned */
	struct host_content *contents;	/* what the .log files have; owned */
	size_t count;
	const char *archive;	/* borrowed */
};

/*
 * Find and read it.  @make: to write there.  A status that was explained.  Either way trim_chain_free().
 */
int trim_chain_open(const char *archive, bool make, struct trim_chain *chain);
/* Look at what was read: is it whole in itself?  A status that was explained. */
int trim_chain_check(struct trim_chain *chain);
void trim_chain_free(struct trim_chain *chain);
/* The piece of @chain that was written last; NULL without any.  Borrowed. */
const struct archive_piece *trim_last_piece(const struct trim_chain *chain);
/*
 * The log of @survey follows the archive's chain, or (@fresh) begins a new one.  @pending: its last piece is still
 * in the log.  Without a TPM to tell, a chain is known by the boot that it was made in, and a new one by its
 * boot_aggregate.  A status; all but STATUS_DONE are explained: STATUS_REFUSED when records are missing,
 * STATUS_UNKNOWN when it cannot be told.
 */
int trim_explain(const struct run *run, const char *archive, const struct trim_chain *chain,
		 const struct survey *survey, bool pending, bool *fresh);

#endif
