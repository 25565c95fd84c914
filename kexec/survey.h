/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that is known now: the log, the kernel, what was loaded.  Glue over kexec/host/. */
#ifndef KEXEC_IMA_SURVEY_H
#define KEXEC_IMA_SURVEY_H

#include "live.h"

struct survey {
	struct scan scan;		/* the log; owned */
	uint64_t staged_bytes;		/* of it in the staged list */
	bool has_staging;		/* the kernel has the staged file */
	struct imalog_facts facts;
	char boot_id[HOST_BOOT_ID_SIZE];	/* "" when it cannot be read */
	bool has_uptime;
	double uptime;			/* seconds since boot */
	bool has_record;		/* .record is of this boot */
	struct load_record record;	/* owned */
	bool record_is_ours;		/* the load in the log is the recorded one */
	bool has_load;
	struct imalog_mark load;	/* the mark to judge by; valid with has_load */
	bool has_earlier;		/* an earlier reading in this boot is known */
	double earlier_uptime;		/* seconds since boot */
	struct imalog_position earlier;	/* its sums */
};

/*
 * Look at everything.  The log is read from the checkpoint where one holds, and a new one is left.
 * 0, or -1 with @failure filled.  Either way survey_free().
 */
int survey_take(const struct host_root *root, struct survey *survey,
		struct live_failure *failure);
void survey_free(struct survey *survey);

/* Speed since boot, from the current boot's records.  False when it is not known. */
bool survey_growth(const struct survey *survey, struct imalog_growth *growth);
/*
 * Recent speed: since the last reading of this boot if that is not too near, or else over one second from now (which this
 * waits for).  False when it is not known, or in a saved tree.
 */
bool survey_sample(const struct host_root *root, const struct survey *survey,
		   struct imalog_growth *growth);
/* Age of the load, seconds; false when others loaded it. */
bool survey_load_age(const struct survey *survey, uint64_t *seconds);
/* Bytes that the log grew by since the load; false when the load's place is not known. */
bool survey_growth_since_load(const struct survey *survey, uint64_t *bytes);

/* Whether two marks are one and the same event: no two loads of a boot have the same numbers. */
bool survey_is_same_load(const struct imalog_mark *a, const struct imalog_mark *b);

/* The event of a load made between two looks, owned by @after; NULL: there is none that was not there before. */
const struct imalog_mark *survey_new_load(const struct survey *before, const struct survey *after);

/* Keep, or forget, what was loaded.  0 or a negative errno. */
int survey_keep_load(const struct host_root *root, const struct load_record *record);
/* From now on until then: nobody knows how a load went that is made meanwhile. */
int survey_doubt_load(const struct host_root *root);
int survey_forget_load(const struct host_root *root);

#endif
