/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person or a script is told.  Written to a FILE that the caller hands in. */
#ifndef KEXEC_IMA_REPORT_H
#define KEXEC_IMA_REPORT_H

#include <stdio.h>

#include "course.h"
#include "preflight.h"
#include "scan.h"
#include "verdict.h"

/* Everything there is to tell; all pointers are borrowed. */
struct view {
	const struct scan *scan;
	uint64_t staged_bytes;
	const struct imalog_facts *facts;
	const struct imalog_decision *decision;
	const struct imalog_estimate *estimate;
	bool has_age;
	uint64_t age_seconds;		/* of the load */
	bool has_grown;
	uint64_t grown_bytes;		/* by which the log grew since the load */
	bool has_deadline;
	uint64_t deadline_seconds;	/* from now, at the estimate's speed */
	const char *deadline_when;	/* the same as a date, or NULL */
	bool at_load;			/* told about a load just made, which may be gone again */
	bool judged_load;		/* .has_age, and the two below are from our own record */
	uint64_t interval_seconds;	/* planned between load and execute */
	bool deadline_passed;		/* the deadline that was given at the load */
};

/* "1d2h", "3h20min", "45s": two units at most. */
void report_span(uint64_t seconds, char out[32]);

/*
 * Whether an image waits long: it is older than @interval_seconds (0: than was planned at its load), or
 * past the deadline that was given then.  The one meaning that this has anywhere.
 */
bool report_is_long(const struct view *view, uint64_t interval_seconds);

/* One sentence without a full stop: the verdict with its numbers and what to do. */
void report_verdict(const struct view *view, char *out, size_t size);
/* What an estimate says, on one line without its end. */
void report_growth(FILE *to, const struct imalog_estimate *estimate);
/* `kexec-ima estimate`; @kib: CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB that gives the room, 0: none does. */
void report_estimate_text(FILE *to, const struct imalog_estimate *estimate, uint64_t needed_bytes,
			  unsigned kib);
void report_estimate_json(FILE *to, const struct imalog_estimate *estimate, uint64_t needed_bytes,
			  unsigned kib);
/* The lines that a load or a check prints below its verdict. */
void report_details(FILE *to, const struct view *view);
/* `kexec-ima status`. */
void report_status_text(FILE *to, const struct view *view);
void report_status_json(FILE *to, const struct view *view);

/* What node_exporter is told besides a view. */
struct metrics {
	const struct view *view;
	const char *version;
	int64_t now;			/* wall clock, seconds, as all times here */
	bool has_verify;
	int64_t verify_time;
	enum imalog_outcome outcome;
	bool has_sample;
	int64_t sample_time;
	uint64_t sample_errors;
};

/* `kexec-ima status --format prometheus`: the text exposition format; what is not known is left out. */
void report_status_prom(FILE *to, const struct metrics *metrics);

/* ---- verify -------------------------------------------------------------------------------- */

/* One sentence without a full stop: why the outcome is what it is. */
void report_outcome(const struct verdict *verdict, char *out, size_t size);
/* What to do about it; "" when there is nothing. */
void report_advice(const struct verdict *verdict, char *out, size_t size);
/* `kexec-ima verify`. */
void report_verify_text(FILE *to, const struct verdict *verdict);
void report_verify_json(FILE *to, const struct verdict *verdict);

/* ---- preflight ------------------------------------------------------------------------------ */

/* `kexec-ima preflight`. */
void report_preflight_text(FILE *to, const struct image_facts *image,
			   const struct preflight *preflight);
void report_preflight_json(FILE *to, const struct image_facts *image,
			   const struct preflight *preflight);

/* ---- rehearse ------------------------------------------------------------------------------ */

/* `kexec-ima rehearse`: both ways, side by side.  @source: where the log is from. */
void report_rehearse_text(FILE *to, const char *source, const struct rehearsal *rehearsal,
			  const struct course *plain, const struct course *helped);
void report_rehearse_json(FILE *to, const char *source, const struct rehearsal *rehearsal,
			  const struct course *plain, const struct course *helped);

#endif
