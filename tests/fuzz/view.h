/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that the reports can tell, made of the fuzzer's bytes. */
#ifndef VIEW_H
#define VIEW_H

#include "report.h"

/* Owns .scan; .view and .metrics borrow from it. */
struct fuzz_view {
	struct scan scan;
	struct imalog_facts facts;
	struct imalog_decision decision;
	struct imalog_estimate estimate;
	struct view view;
	struct metrics metrics;
};

/* The beginning of @input chooses what is not of the log, which is the rest. */
void fuzz_view_make(struct fuzz_view *all, struct imalog_span *input);
void fuzz_view_free(struct fuzz_view *all);

#endif
