/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the estimate would have done on a history. */
#ifndef KEXEC_IMA_BACKTEST_H
#define KEXEC_IMA_BACKTEST_H

#include <stdio.h>

#include "imalog.h"

struct backtest {
	uint64_t interval_seconds;
	double confidence;
	uint64_t windows, covered;	/* questions that were asked; answers that were enough */
	double coverage;		/* covered / windows */
	uint64_t asked_median;		/* bytes */
	uint64_t oracle_bytes;		/* the smallest constant that would have covered the share P */
	double asked_over_oracle;	/* median asked over it; 0: the oracle is 0 */
	double over_needed_median, over_needed_95;	/* asked over what came, where something came; 0: nowhere */
};

/*
 * Stand at each of @points after the first tenth, know only what came before, ask for the growth over
 * @interval_seconds, compare with what came.  @tick: told how many are done, or NULL.
 * 0, 1 (no window is as long as the interval) or IMALOG_ERROR_NO_MEMORY.
 */
int backtest_run(const struct imalog_point *points, size_t count, uint64_t interval_seconds,
		 double confidence, void (*tick)(void *context, uint64_t done), void *tick_context,
		 struct backtest *backtest);

void report_backtest_text(FILE *to, const struct backtest *backtest);
void report_backtest_json(FILE *to, const struct backtest *backtest);

#endif
