/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rehearsal is made of, and what becomes of it. */
#ifndef KEXEC_IMA_COURSE_H
#define KEXEC_IMA_COURSE_H

#include "options.h"
#include "verdict.h"

struct host_tpm_quote;

/* What is to be rehearsed. */
struct rehearsal {
	struct imalog_span log;		/* as it is before the load; borrowed */
	struct imalog_facts facts;	/* of the kernel that is left; generation, extra, headers, page */
	struct imalog_estimate estimate;	/* what the load is to leave room for */
	uint64_t grow_bytes;		/* growth between load and execute */
	unsigned scheme;		/* of the quote: enum host_tpm_scheme */
	struct settings settings;
};

/* What became of it.  Owns .verdict, .next and .quote. */
struct course {
	bool helped;			/* with kexec-ima, or the plain way */
	unsigned loads;			/* 0: nothing was loaded */
	bool has_segment;
	uint64_t segment_bytes;		/* of the last load */
	uint64_t grown_bytes, grown_records;
	struct imalog_decision at_load, at_check;	/* with .helped */
	bool executed;			/* else a cold boot */
	struct imalog_carry carry;	/* what the kernel dumped and restored, when .executed */
	unsigned char *next;		/* the log of the next kernel */
	size_t next_size;		/* bytes */
	struct host_tpm_quote *quote;
	struct verdict verdict;		/* by that log and that quote */
	char problem[256];		/* one sentence when it could not be rehearsed */
};

#endif
