/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replay of a log by several threads: one of them at a time reads and frames the next window, all
 * make template digests, and each chain of extends is taken up by whoever is free.  On one processor
 * the same steps are done one after the other.
 */
#ifndef KEXEC_IMA_PIPELINE_H
#define KEXEC_IMA_PIPELINE_H

#include "scan.h"

struct pipeline_job {
	scan_source source;
	void *context;			/* of the source */
	bool resume;			/* go on from what .scan and .replay know; see scan_tail() */
	unsigned threads;		/* at most so many, this one included */
	struct scan *scan;		/* filled */
	struct imalog_replay *replay;	/* filled; banks, padding and expectations as it comes */
	const struct imalog_quote *quote;	/* also compared at each prefix, or NULL */
	const struct imalog_pcrs *quote_others;	/* PCRs of it that the log does not extend; with .quote */
	uint64_t quote_records;		/* filled: records of the longest prefix it stands for; 0: none */
	void (*tick)(void *context, uint64_t bytes);	/* told now and then how far it is, or NULL */
	void *tick_context;
	bool altered;			/* filled: a record's digest is not that of its data */
	uint64_t altered_record;	/* the first of them, from 0; valid with .altered */
	int altered_error;		/* what is the matter with it: enum imalog_error */
	char altered_name[128];		/* of its file, escaped; "" when it cannot be told */
};

/* 0 (look at scan->damage too), 1 as scan_tail(), or a negative errno. */
int pipeline_run(struct pipeline_job *job);

#endif
