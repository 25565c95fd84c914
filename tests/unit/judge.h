/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the decision share. */
#ifndef JUDGE_H
#define JUDGE_H

#include "build.h"

#define KNOWS_USUAL (IMALOG_KNOWS_GENERATION | IMALOG_KNOWS_LOADED | IMALOG_KNOWS_EXTRA | \
		     IMALOG_KNOWS_HEADERS | IMALOG_KNOWS_RAM)

/* A machine of today with an image loaded: everything is known, nothing is wrong. */
struct imalog_facts usual_facts(void);

/* A boot, some files and a load by the rule; returns the segment. */
uint64_t make_loaded(struct build *build, const struct imalog_facts *facts);

/* The decision about the log as it is, by its own last load. */
struct imalog_decision decide(const struct build *build, const struct imalog_facts *facts,
			      uint64_t growth);

void expect(const char *label, const struct imalog_decision *decision,
	    enum imalog_verdict verdict, enum imalog_reason reason);

#endif
