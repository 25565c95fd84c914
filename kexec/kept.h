/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sample finds in /run/kexec-ima, so that it need not open the database, which IMA may measure: texts of this
 * boot.  Writers give new text that the caller frees, or NULL when memory is short; readers are false unless @text is
 * such a text of the boot @boot_id.
 */
#ifndef KEXEC_IMA_KEPT_H
#define KEXEC_IMA_KEPT_H

#include "history.h"

/* The last sample. */
struct kept_sample {
	uint64_t counted;		/* the kernel's own count then, and after what the sample itself did */
	double boottime_seconds;	/* when */
	int64_t unix_seconds;		/* the same on the wall clock */
	struct history_sample exact;	/* the last one whose bytes were read; .boot is not used */
	uint64_t exact_counted;
};

#define KEPT_SAMPLE "sample.json"

char *kept_sample_to_text(const char *boot_id, const struct kept_sample *kept);
bool kept_sample_from_text(const char *text, const char *boot_id, struct kept_sample *kept);

/* The last verdict of verify on the live log. */
struct kept_verdict {
	int64_t unix_seconds;
	enum imalog_outcome outcome;
};

#define KEPT_VERDICT "verdict.json"

char *kept_verdict_to_text(const char *boot_id, const struct kept_verdict *kept);
bool kept_verdict_from_text(const char *text, const char *boot_id, struct kept_verdict *kept);

/* What the history said of the time to come. */
struct kept_outlook {
	double boottime_seconds;	/* when */
	uint64_t bytes;			/* of the log then */
	uint64_t interval_seconds;	/* history_interval() */
	uint64_t burst_bytes;		/* history_burst() */
	struct imalog_curve curve;	/* without a burst */
};

#define KEPT_OUTLOOK "outlook.json"

char *kept_outlook_to_text(const char *boot_id, const struct kept_outlook *kept);
bool kept_outlook_from_text(const char *text, const char *boot_id, struct kept_outlook *kept);

#endif
