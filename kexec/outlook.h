/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to come, from all that is known of the past.  Glue over the history and the estimate. */
#ifndef KEXEC_IMA_OUTLOOK_H
#define KEXEC_IMA_OUTLOOK_H

#include "command.h"
#include "history.h"

struct outlook {
	bool has_curve;
	struct imalog_curve curve;
	struct imalog_estimate estimate;	/* for the planned interval */
	bool told;			/* that the history cannot be used */
	uint64_t burst_bytes;		/* of a shutdown: as configured, or learnt */
};

enum {
	OUTLOOK_HISTORY = 1 << 0,	/* look into the history; one that cannot be read is told */
	OUTLOOK_RECENT = 1 << 1,	/* take a live sample, which may last a second */
	/*
	 * What the history said within the last hours will do: looking into it may be measured, and so must not be
	 * done by what runs each minute.
	 */
	OUTLOOK_KEPT = 1 << 2,
};

/*
 * Fill @outlook.  @settings: the interval if it was given, the confidence, the burst, a SIZE that takes
 * the place of the estimate.  @how: OUTLOOK_*.
 */
void outlook_take(const struct run *run, const struct survey *survey,
		  const struct settings *settings, unsigned how, struct outlook *outlook);

/*
 * The history in @path: a CSV if it is called so, else a database; NULL: this machine's.  A status: anything but
 * STATUS_DONE was explained.  To be freed with history_free().
 */
int read_history(const struct run *run, const char *path, struct history *history);
/* This machine's history, without a word when it cannot be read: 0 or a negative errno. */
int outlook_history(const struct run *run, struct history *history);

#endif
