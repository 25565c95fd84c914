/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was observed over time, as plain structs: the rows of the history, whoever keeps them
 * (host/history.h keeps them in SQLite; history_csv.c reads them from a file).
 */
#ifndef KEXEC_IMA_HISTORY_H
#define KEXEC_IMA_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imalog.h"

/* The log at one moment. */
struct history_sample {
	uint32_t boot;			/* which boot: a number that only tells boots apart, rising */
	double boottime_seconds;	/* on the boot-time clock, suspend included */
	int64_t unix_seconds;		/* wall clock at that moment, which may step */
	uint64_t records, bytes;	/* of the log, staged list included */
	uint64_t staged_bytes;		/* of them in the staged list */
	uint64_t violations;
	bool loaded;			/* an image was loaded */
	bool exact;			/* false: the bytes are the count times a mean record's size */
};

enum history_kind { HISTORY_LOAD, HISTORY_CHECK, HISTORY_EXECUTE, HISTORY_KINDS };

/* A load or a check that was judged, or an execute that a later log shows. */
struct history_event {
	enum history_kind kind;
	uint32_t boot;			/* 0: not known, as of an execute that only the log tells of */
	double boottime_seconds;	/* of an execute: the last time that this boot was seen */
	int64_t unix_seconds;
	uint64_t records, bytes;	/* of the log then; of an execute: at its own record */
	uint64_t segment_bytes;		/* 0: not known */
	int64_t room_bytes;		/* valid with segment_bytes */
	uint64_t needed_bytes;		/* load, check: what was asked for */
	uint64_t interval_seconds;	/* load: planned; execute: since its load, 0: not known */
	bool has_deadline;		/* load */
	uint64_t deadline_seconds;	/* after the load */
	enum imalog_verdict verdict;	/* load, check */
	uint64_t grown_bytes;		/* execute: since its load */
	bool has_burst;			/* execute: a check before it is known */
	uint64_t burst_bytes;		/* execute: since the last check before it */
	enum imalog_entry entry;	/* execute: how the next boot was entered */
};

/* Both lists in the order of boots and times.  Owned: history_free(). */
struct history {
	struct history_sample *samples;
	size_t sample_count;
	struct history_event *events;
	size_t event_count;
};

void history_free(struct history *history);

/*
 * Read a CSV with the header "boottime_seconds,records,bytes": one boot, times rising.  0, or the number
 * of the first bad line (from 1), or -1 (out of memory).  In each case history_free().
 */
int history_from_csv(const char *text, size_t size, struct history *out);

/*
 * The samples as points to estimate from.  @points: room for history->sample_count.  A new stretch begins
 * with each boot, where records were deleted and where the clock stood still or went back.
 * Returns how many there are.
 */
size_t history_points(const struct history *history, struct imalog_point *points);

/* The longest time between load and execute of the last few soft reboots, seconds; 0: none is known. */
uint64_t history_interval(const struct history *history);
/* The most that was measured between the last check and the execute of these, bytes; 0: none is known. */
uint64_t history_burst(const struct history *history);

#endif
