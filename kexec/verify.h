/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bring a log and what it is to explain together: live or saved, PCR values or a quote. */
#ifndef KEXEC_IMA_VERIFY_H
#define KEXEC_IMA_VERIFY_H

#include "command.h"
#include "parts.h"
#include "verdict.h"

/* What is to be verified; borrowed. */
struct verify_request {
	const char **logs, **archives;	/* paths, "-" is standard input */
	size_t log_count, archive_count;	/* no log: the live one */
	const bool *pieces;		/* which of the archives are of a folder of trim; NULL: none */
	struct imalog_pcrs given;	/* PCR values, one by one */
	bool has_given;
	bool full;			/* live: use no checkpoint */
	struct verdict_quote quote;	/* .given: use it, it was checked */
	void (*tick)(void *context, uint64_t bytes);	/* as in struct pipeline_job */
	void *tick_context;
};

/* All that is opened for it, and of which nothing was looked at yet. */
struct verify_input {
	bool live;			/* the live log alone, which is opened when it is read */
	struct parts parts;		/* otherwise: what there is */
	struct imalog_pcrs pcrs;	/* what to compare them with */
	bool has_staging;		/* with the live log behind archives: the kernel has a staged list */
};

#define VERIFY_PCR 10	/* CONFIG_IMA_MEASURE_PCR_IDX */

/* That a log at @path ("-": standard input) cannot be read; @error is a negative errno.  STATUS_ERROR. */
int verify_complain_file(const char *path, int error);

/* STATUS_DONE, or what was explained.  Either way verify_close(). */
int verify_open(const struct run *run, const struct verify_request *request, struct verify_input *input);
void verify_close(struct verify_input *input);
/* Leave out the pieces of folders and begin again.  False: there are none, or it cannot be. */
bool verify_drop_pieces(const struct verify_request *request, struct verify_input *input);

/*
 * Replay and judge.  STATUS_DONE: @verdict is filled.  Otherwise it could not be done, and that was
 * explained.  Either way verdict_free().
 */
int verify_run(const struct run *run, const struct verify_request *request, struct verify_input *input,
	       struct verdict *verdict);

/*
 * The same for a log in memory and PCR values or a quote, as the rehearsal does it.  0 or a negative
 * errno.
 */
int verify_bytes(struct imalog_span log, const struct verify_request *request,
		 struct verdict *verdict);

#endif
