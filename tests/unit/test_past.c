// SPDX-License-Identifier: GPL-2.0-or-later
/* Past intervals and what a quantile of few is, against the plainest way to say the same. */
#include "build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distribution.h"
#include "windows.h"

#define MANY 6000

static uint32_t next_random(uint32_t *state)
{
	*state = (uint32_t)((UINT64_C(1664525) * *state + 1013904223) & UINT32_MAX);
	return *state >> 8;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Stretches of some points each, at whole seconds, now and then with a gap in which nobody looked. */
static void draw_past(struct imalog_point *points, size_t count, size_t longest, uint32_t seed)
{
	struct imalog_point at = { 1, 0, 5000 };
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (!left) {
			at.stretch++;
			at.seconds = 1 + next_random(&seed) % 500;
			at.bytes = 1000;
			left = 1 + next_random(&seed) % longest;
		}
		left--;
		points[i] = at;
		at.seconds += next_random(&seed) % 10 ? 60 : 60 + next_random(&seed) % 900;
		at.bytes += next_random(&seed) % 3 ? 0 : next_random(&seed) % 700;
	}
}

/* All in a line, one step after the other. */
static void take_plainly(const struct imalog_past *past, const struct windows_choice *choice,
			 double seconds, struct windows *windows)
{
	const struct imalog_point *points = past->points;

	*windows = (struct windows){ .bytes = windows->bytes };
	for (size_t begin = 0, end; begin < past->count; begin = end) {
		size_t first, last;
		double span;

		for (end = begin; end < past->count && points[end].stretch == points[begin].stretch; end++)
			;
		for (first = begin; first < end && points[first].seconds < choice->from; first++)
			;
		for (last = first; last + 1 < end && points[last].seconds < choice->until + seconds; last++)
			;
		if (first >= end || first == last)
			continue;
		for (size_t i = first; i <= last; i++) {
			size_t stop = i;
			double length;

			if (i > first)
				windows->clump += pow((double)(points[i].bytes - points[i - 1].bytes), 2);
			while (stop <= last && points[stop].seconds < points[i].seconds + seconds)
				stop++;
			if (stop > last || points[stop].seconds > points[i].seconds + 2 * seconds)
				continue;
			length = stop == i + 1 ? seconds : points[stop].seconds - points[i].seconds;
			if (!windows->count || length < windows->shortest)
				windows->shortest = length;
			windows->bytes[windows->count++] = (double)(points[stop].bytes - points[i].bytes);
		}
		span = points[last].seconds - points[first].seconds;
		windows->span += span;
		windows->total += (double)(points[last].bytes - points[first].bytes);
		windows->independent += span < seconds ? 0 : span / seconds;
	}
	windows->clump = windows->total > 0 ? fmax(windows->clump / windows->total, 128) : 128;
	windows->independent = fmin(windows->independent, (double)windows->count);
}

static void windows_of_any_past(void **state)
{
	static const struct windows_choice choices[] = { { 0, 1e18 }, { 900, 1e18 }, { 300, 1200 }, { 2000, 2100 } };
	static const double lengths[] = { 1, 60, 61, 120, 600, 1500, 5000 };
	struct imalog_point *points = calloc(300, sizeof(*points));
	double some[WINDOWS_STARTS], others[WINDOWS_STARTS];

	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++)
		for (size_t c = 0; c < COUNT(choices); c++)
			for (size_t l = 0; l < COUNT(lengths); l++) {
				struct imalog_past past = { .points = points, .count = seed * 5 };
				struct windows got = { .bytes = some }, want = { .bytes = others };

				draw_past(points, past.count, 1 + 10 * seed, seed);
				imalog_windows_take(&past, &choices[c], lengths[l], &got);
				take_plainly(&past, &choices[c], lengths[l], &want);
				assert_int_equal(got.count, want.count);
				assert_true(got.span == want.span && got.total == want.total);
				assert_true(got.shortest == want.shortest);
				assert_true(fabs(got.independent - want.independent) < 1e-9);
				assert_true(fabs(got.clump / want.clump - 1) < 1e-9);
				assert_memory_equal(some, others, got.count * sizeof(*some));
			}
	free(points);
}

/* Of more points than there is room for, each second or third begins one; never more than there is room for. */
static void no_more_windows_than_there_is_room_for(void **state)
{
	static const struct windows_choice all = { 0, 1e18 };
	struct imalog_point *points = calloc(MANY, sizeof(*points));
	double *bytes = calloc(WINDOWS_STARTS, sizeof(*bytes));	/* exactly: a sanitizer sees who goes on */
	struct windows windows = { .bytes = bytes };
	struct imalog_past past = { .points = points, .count = MANY };

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		points[i] = (struct imalog_point){ 1, i, i * 1000 };
	imalog_windows_take(&past, &all, 10, &windows);
	assert_int_equal(windows.count, 1997);	/* 6000 / 2047 + 1 is 3; the last ones have no end */
	assert_true(windows.bytes[0] == 10000 && windows.bytes[1996] == 10000);
	assert_true(fabs(windows.clump - 3000) < 10);	/* what came from one to the next */
	past.count = 2046;
	imalog_windows_take(&past, &all, 10, &windows);
	assert_int_equal(windows.count, 2036);	/* each of them */
	past.count = 2047;
	imalog_windows_take(&past, &all, 10, &windows);
	assert_int_equal(windows.count, 1019);	/* each second one */
	/* Many short boots: one for each of the first ones. */
	for (uint32_t i = 0; i < MANY; i++)
		points[i] = (struct imalog_point){ i / 2, i % 2 * 10, i % 2 * 10 };
	past.count = MANY;
	imalog_windows_take(&past, &all, 10, &windows);
	assert_int_equal(windows.count, WINDOWS_STARTS);
	free(bytes);
	free(points);
}

static void the_middle_of_any_numbers(void **state)
{
	double bytes[60], sorted[60] = { 0 };

	(void)state;
	for (uint32_t seed = 0; seed < 3000; seed++) {
		size_t count = 1 + seed % COUNT(bytes);
		struct windows windows = { .bytes = bytes, .count = count };
		uint32_t random = seed, most = seed % 7 ? 1000 : 3;

		for (size_t i = 0; i < count; i++)
			sorted[i] = bytes[i] = next_random(&random) % most;
		qsort(sorted, count, sizeof(*sorted), compare);
		assert_true(imalog_windows_central(&windows) == sorted[(count - 1) / 2]);
		/* and none is lost */
		qsort(bytes, count, sizeof(*bytes), compare);
		assert_memory_equal(bytes, sorted, count * sizeof(*bytes));
	}
}

/* The parts are as large as they are on average by bytes, and at least 128. */
static void the_size_of_what_comes(void **state)
{
	static const struct windows_choice all = { 0, 1e18 };
	static const struct {
		uint64_t first, second;
		double clump;
	} table[] = {
		{ 0, 0, 128 }, { 1, 0, 128 }, { 127, 127, 128 }, { 128, 128, 128 },
		{ 128, 129, (128 * 128 + 129 * 129) / 257.0 }, { 1000, 0, 1000 }, { 1000, 3000, 2500 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_point points[] = {
			{ 1, 10, 500 }, { 1, 20, 500 + table[i].first },
			{ 1, 30, 500 + table[i].first + table[i].second },
		};
		struct imalog_past past = { .points = points, .count = COUNT(points) };
		double bytes[WINDOWS_STARTS];
		struct windows windows = { .bytes = bytes };

		imalog_windows_take(&past, &all, 10, &windows);
		if (!(fabs(windows.clump - table[i].clump) < 1e-9))
			fail_msg("row %zu: %g", i, windows.clump);
	}
}

/* A bound of so many that it need not be extrapolated: the observation of that rank. */
static void the_bound_of_many(void **state)
{
	static const double confidences[] = { 0.1, 0.5, 0.9, 0.99 };
	double bytes[1000];

	(void)state;
	for (size_t c = 0; c < COUNT(confidences); c++)
		for (size_t count = 150; count <= COUNT(bytes); count += 50) {
			struct windows windows = { .bytes = bytes, .count = count, .independent = (double)count };
			double rank = imalog_distribution_rank((double)count, confidences[c], 0.65), bound;
			bool small = true;

			for (size_t i = 0; i < count; i++)
				bytes[i] = (double)((i * 7919) % count);	/* 0 to count - 1 */
			bound = imalog_windows_bound(&windows, confidences[c], &small);
			assert_false(small);
			assert_true(bound == ceil(rank / (double)count * (double)count) - 1);
		}
}

/* How many times rarer the quantile @confidence is than a window that is larger than all @n. */
static double times(double n, double confidence)
{
	return (1 - pow(0.35, 1 / n)) / (1 - confidence);
}

/* Few say less: a tail that starts at the largest, and its limits. */
static void the_bound_of_few(void **state)
{
	const struct {
		double independent;
		double values[12];
		size_t count;
		double confidence, bound;
	} table[] = {
		/* nothing ever came */
		{ 3, { 0, 0, 0 }, 3, 0.999, 0 },
		/* all alike: nothing beyond */
		{ 3, { 500, 500, 500 }, 3, 0.999, 500 },
		/* so rare that a limit holds: eight times the largest of few, twice that of more */
		{ 3, { 100, 0, 0 }, 3, 1 - 1e-12, 800 },
		{ 7.9, { 100, 0, 0, 0, 0, 0, 0, 0 }, 8, 1 - 1e-12, 800 },
		{ 8, { 100, 0, 0, 0, 0, 0, 0, 0 }, 8, 1 - 1e-12, 200 },
		/* a Lomax tail: in the mean 100 beyond the median */
		{ 2, { 100, 0 }, 2, 0.9, 100 + 100 * 2 * (sqrt(times(2, 0.9)) - 1) },
		{ 4, { 100, 0, 0, 0 }, 4, 0.9, 100 + 100 * 2 * (sqrt(times(4, 0.9)) - 1) },
		{ 5, { 100, 0, 0, 0, 0 }, 5, 0.9, 100 + 100 * 2.5 * (pow(times(5, 0.9), 0.4) - 1) },
		{ 6, { 3100, 1100, 0, 100, 0, 0 }, 6, 0.99,
		  3100 + 4300.0 / 3 * 3 * (cbrt(times(6, 0.99)) - 1) },
		{ 3.5, { 100, 0, 0, 0 }, 4, 0.9, 100 + 100 * 2 * (sqrt(times(3.5, 0.9)) - 1) },
		{ 7, { 0, 100, 10, 60, 20, 50, 40 }, 7, 0.99, 100 + 30 * 3.5 * (pow(times(7, 0.99), 1 / 3.5) - 1) },
		{ 7.5, { 100, 60, 60, 60, 50, 50, 0, 0 }, 8, 0.99,
		  100 + 20 * 3.75 * (pow(times(7.5, 0.99), 1 / 3.75) - 1) },
		/* an exponential one: 20 beyond the median, then 35 beyond all but the last four of ten */
		{ 8, { 100, 60, 60, 60, 50, 50, 0, 0 }, 8, 0.99, 100 + 20 * log(times(8, 0.99)) },
		{ 10, { 0, 0, 100, 0, 50, 0, 0, 10, 10, 20, 30, 40 }, 12, 0.99, 100 + 35 * log(times(10, 0.99)) },
		/* less than one: what there is, and nothing below it */
		{ 0.5, { 100, 0 }, 2, 0.99, 800 },
		{ 0.5, { 100, 0 }, 2, 0.8, 100 + 100 * 2 * (sqrt(0.65 / 0.2) - 1) },
		{ 0.5, { 100, 0 }, 2, 0.1, 100 },
		{ 0.5, { 100, 100 }, 2, 0.1, 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		double bytes[12];
		struct windows windows = { .bytes = bytes, .count = table[i].count,
					   .independent = table[i].independent };
		double bound;
		bool small = false;

		memcpy(bytes, table[i].values, sizeof(bytes));
		bound = imalog_windows_bound(&windows, table[i].confidence, &small);
		if (!small || !(fabs(bound - table[i].bound) < 1e-9))
			fail_msg("row %zu: %g", i, bound);
	}
}

/* The k-th of n uniform numbers is below the quantile with the probability that binomial sums give. */
static void a_rank_covers_its_quantile(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 150; n += n < 3 ? 1 : 7)
		for (double confidence = 0.05; confidence < 1; confidence += 0.1) {
			double rank = imalog_distribution_rank(n, confidence, 0.65);
			double term = pow(1 - confidence, n), below = 0;	/* none, one ... below it */

			if (1 - pow(confidence, n) < 0.65) {
				assert_true(rank == n + 1);
				continue;
			}
			for (unsigned k = 0; k < rank; k++) {
				below += term;
				term *= (n - k) * confidence / ((k + 1) * (1 - confidence));
			}
			/* the observation of that rank is beyond the quantile with 0.65, the one before is not */
			assert_true(rank <= n && below >= 0.65 - 1e-6);
			below -= term / ((n - ceil(rank) + 1) * confidence / (ceil(rank) * (1 - confidence)));
			assert_true(below < 0.65);
		}
	assert_true(imalog_distribution_rank(0, 0.5, 0.65) == 1);
	assert_true(imalog_distribution_rank(0.5, 0.5, 0.65) == 1.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_of_any_past),
		cmocka_unit_test(no_more_windows_than_there_is_room_for),
		cmocka_unit_test(the_middle_of_any_numbers),
		cmocka_unit_test(the_size_of_what_comes),
		cmocka_unit_test(the_bound_of_many),
		cmocka_unit_test(the_bound_of_few),
		cmocka_unit_test(a_rank_covers_its_quantile),
	};

	return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
