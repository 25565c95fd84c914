/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to come, from all that is known of the past.  Glue over the history and the estimate. */
#ifndef KEXEC_IMA_OUTLOOK_H
#define KEXEC_IMA_OUTLOOK_H

#include "command.h"
#include "history.h"
#include "host/history.h"

struct outlook {
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

/* This machine's history.  A status: anything but STATUS_DONE was explained.  history_free() in any case. */
int read_history(const struct run *run, struct history *history);
/* A history that was given: a CSV if its file is called so, else a database.  Read, and not yet looked at. */
struct history_given {
	const struct run *run;
	const char *path;
	bool is_csv;
	char *text;			/* of a CSV; owned */
	size_t text_size;
	struct host_history_bytes bytes;	/* else; owned */
};

/* Statuses, as above; in each case history_given_free(). */
int history_take(const struct run *run, const char *path, struct history_given *given);
int history_look(struct history_given *given, struct history *history);
void history_given_free(struct history_given *given);
/* This machine's history, without a word when it cannot be read: 0 or a negative errno. */
int outlook_history(const struct run *run, struct history *history);

#endif
