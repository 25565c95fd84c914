/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a replayed log says about the reboots behind it: all that was found, and the judgement. */
#ifndef KEXEC_IMA_VERDICT_H
#define KEXEC_IMA_VERDICT_H

#include "scan.h"

#define VERDICT_NAME_SIZE 128	/* bytes, the NUL included */

/* A quote beside a log. */
struct verdict_quote {
	bool given;
	bool forged;		/* the signature is not by this key */
	bool other_nonce;	/* it answers another question */
	bool nonce_checked;	/* one was given, and the quote is signed */
	bool forged_values;	/* the PCR values that came with it are not those quoted */
	struct imalog_quote quote;
	struct imalog_pcrs values;	/* known of it: from the file of tpm2_quote -o */
	uint64_t records;	/* of the longest prefix that it stands for; 0: none */
};

/* Everything there is to judge by, and the judgement.  Owns .scan. */
struct verdict {
	struct scan scan;
	struct imalog_replay replay;
	bool live;			/* the log of this machine, PCR values from sysfs */
	bool has_staging;		/* its kernel can delete records */
	bool has_pcrs;			/* there are PCR values to compare with */
	bool explicit_pcrs;		/* given one by one: compared also where the log never extends them */
	struct verdict_quote quote;
	const char *cut_path;		/* a file that ended early, or NULL; borrowed */
	uint64_t overlap_records;	/* that archive and log both had */
	uint64_t known_records;		/* not read again, known from an earlier verify */
	bool other_chain;		/* a folder's records are of an earlier cold boot, and were left out */
	bool altered;
	uint64_t altered_record;	/* from 0; valid with .altered */
	int altered_error;		/* enum imalog_error */
	char altered_name[VERDICT_NAME_SIZE];	/* of the file, escaped; "" when it cannot be told */
	/* filled by verdict_judge() */
	struct imalog_gap gap;
	enum imalog_replayed replayed;
	enum imalog_outcome outcome;
	bool quote_untold;		/* the quote is good, but what it covers cannot be told from the log */
};

void verdict_init(struct verdict *verdict);
void verdict_free(struct verdict *verdict);

/* Whether this PCR has been replayed and has something to be told. */
bool verdict_shows(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr);
/* Whether it was compared with a value. */
bool verdict_compares(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr);
/* Records of the prefix at which it matches; 0: none behind the last boot_aggregate. */
uint64_t verdict_matched(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr);
/* Its value: the one it was compared with if that matches, else the replay's; NULL: not known. */
const unsigned char *verdict_value(const struct verdict *verdict, enum imalog_hash hash,
				   unsigned pcr);
/* Fill the judgement from the rest. */
void verdict_judge(struct verdict *verdict);

#endif
