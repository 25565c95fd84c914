// SPDX-License-Identifier: GPL-2.0-or-later
/* Walk a history, ask at each point, compare with what came. */
#include "backtest.h"

#include <stdlib.h>

/* The answers so far. */
struct answers {
	uint64_t *asked, *came;
	double *over;	/* asked over came */
	size_t count, overs;
};

static int compare_bytes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int compare_ratios(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The smallest index below which, itself included, lies the share @part. */
static size_t place(size_t count, double part)
{
	double want = part * (double)count;
	size_t index = (size_t)want;

	if ((double)index < want - 1e-9)
		index++;
	return index ? (index > count ? count : index) - 1 : 0;
}

static void sum_up(struct answers *answers, struct backtest *backtest)
{
	size_t count = answers->count;

	backtest->windows = count;
	for (size_t i = 0; i < count; i++)
		backtest->covered += answers->came[i] <= answers->asked[i];
	backtest->coverage = (double)backtest->covered / (double)count;
	qsort(answers->asked, count, sizeof(*answers->asked), compare_bytes);
	qsort(answers->came, count, sizeof(*answers->came), compare_bytes);
	qsort(answers->over, answers->overs, sizeof(*answers->over), compare_ratios);
	backtest->asked_median = answers->asked[place(count, 0.5)];
	backtest->oracle_bytes = answers->came[place(count, backtest->confidence)];
	if (backtest->oracle_bytes)
		backtest->asked_over_oracle =
			(double)backtest->asked_median / (double)backtest->oracle_bytes;
	if (answers->overs) {
		backtest->over_needed_median = answers->over[place(answers->overs, 0.5)];
		backtest->over_needed_95 = answers->over[place(answers->overs, 0.95)];
	}
}

/* What is asked for standing at the last of @count points. */
static uint64_t ask(const struct imalog_point *points, size_t count, const struct backtest *backtest)
{
	struct imalog_past past = { .points = points, .count = count };
	struct imalog_estimate estimate;
	struct imalog_curve curve;

	imalog_curve_make(&past, backtest->confidence, 0, backtest->interval_seconds, &curve);
	imalog_curve_estimate(&curve, backtest->interval_seconds, &estimate);
	return estimate.bound_bytes;
}

static void walk(const struct imalog_point *points, size_t count, const struct backtest *backtest,
		 void (*tick)(void *context, uint64_t done), void *tick_context,
		 struct answers *answers)
{
	size_t end = 0;

	for (size_t i = count / 10; i < count; i++) {
		double until = points[i].seconds + (double)backtest->interval_seconds;

		for (end = end > i ? end : i; end < count && points[end].stretch == points[i].stretch &&
					      points[end].seconds < until; end++)
			;
		if (end == count)
			break;
		if (points[end].stretch != points[i].stretch)
			continue;
		answers->asked[answers->count] = ask(points, i + 1, backtest);
		answers->came[answers->count] = points[end].bytes - points[i].bytes;
		if (answers->came[answers->count])
			answers->over[answers->overs++] = (double)answers->asked[answers->count] /
							  (double)answers->came[answers->count];
		answers->count++;
		if (tick)
			tick(tick_context, i);
	}
}

int backtest_run(const struct imalog_point *points, size_t count, uint64_t interval_seconds,
		 double confidence, void (*tick)(void *context, uint64_t done), void *tick_context,
		 struct backtest *backtest)
{
	struct answers answers = {
		.asked = malloc((count + 1) * sizeof(*answers.asked)),
		.came = malloc((count + 1) * sizeof(*answers.came)),
		.over = malloc((count + 1) * sizeof(*answers.over)),
	};
	int error = IMALOG_ERROR_NO_MEMORY;

	*backtest = (struct backtest){
		.interval_seconds = interval_seconds,
		.confidence = confidence,
	};
	if (answers.asked && answers.came && answers.over) {
		walk(points, count, backtest, tick, tick_context, &answers);
		error = !answers.count;
	}
	if (!error)
		sum_up(&answers, backtest);
	free(answers.asked);
	free(answers.came);
	free(answers.over);
	return error;
}
