// SPDX-License-Identifier: GPL-2.0-or-later
/* The curve of an estimate at its knots and between them, where formulas say what it is. */
#include "build.h"

#include <math.h>
#include <stdlib.h>

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

/* Without a history each knot is a formula: what is allowed for, and what the boot goes on to grow as it fades. */
static void what_is_allowed_for_without_a_history(void **state)
{
	static const struct {
		bool has_boot;
		double age;
		uint64_t bytes;
		enum imalog_basis basis;
	} table[] = {
		{ false, 36000, 36000, IMALOG_BASIS_NONE },
		{ true, 36000, 36000, IMALOG_BASIS_FADING },
		{ true, 100, 500000, IMALOG_BASIS_FADING },
		{ true, 0, 36000, IMALOG_BASIS_FADING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		double age = table[i].age, bytes = (double)table[i].bytes;
		struct imalog_past past = { .has_boot = table[i].has_boot, .boot_seconds = age,
					    .boot_bytes = table[i].bytes };
		struct imalog_curve curve;

		imalog_curve_make(&past, 0.999, 730, UINT64_MAX, &curve);
		assert_int_equal(curve.count, IMALOG_KNOTS);
		assert_true(curve.burst_bytes == 730 && near(curve.confidence, 0.999));
		assert_true(curve.knot[1].seconds == 60 && curve.knot[2].seconds == 85);
		assert_true(near(curve.knot[0].bound, 0) && near(curve.knot[0].central, 0) && !curve.knot[0].seconds);
		for (unsigned k = 1; k < curve.count; k++) {
			const struct imalog_knot *knot = &curve.knot[k];
			double seconds = (double)knot->seconds;
			double fades = bytes * log1p(seconds / (age + 10)) / log1p(age / 10);

			fades = !past.has_boot || age <= 0 ? 0 : fmin(fades, bytes);
			assert_true(k < 3 || knot->seconds == 2 * knot[-2].seconds);
			assert_true(near(knot->central, fades));
			assert_true(near(knot->bound, fades + 4096 + 1024 * seconds / 3600));
			assert_true(knot->basis == table[i].basis && knot->small && near(knot->windows, 0));
		}
		assert_true(curve.knot[0].basis == table[i].basis && curve.knot[0].small);
	}
}

/* Earlier soft reboots count where they ask for more: with their quantile where they are many, twice the most of few. */
static void what_earlier_soft_reboots_ask_for(void **state)
{
	enum { N = 3000 };
	uint64_t *executes = calloc(N, sizeof(*executes));
	struct imalog_past past = { .executes = executes, .execute_count = N };
	struct imalog_curve curve;

	(void)state;
	for (size_t i = 0; i < N; i++)
		executes[i] = 1000000 + i * 7 % N;
	imalog_curve_make(&past, 0.5, 0, 3600, &curve);
	assert_int_equal(curve.knot[1].basis, IMALOG_BASIS_LOG);
	assert_true(!curve.knot[1].small && near(curve.knot[1].windows, N));
	assert_in_range((uint64_t)curve.knot[1].bound, 1000000 + N * 4 / 10, 1000000 + N * 6 / 10);
	past.execute_count = 3;
	executes[0] = 3000;
	executes[1] = 30000;
	executes[2] = 5000;
	imalog_curve_make(&past, 0.999999, 0, 3600, &curve);
	assert_true(near(curve.knot[1].bound, 60000) && curve.knot[1].small);
	assert_true(near(curve.knot[1].windows, 3) && near(curve.knot[1].central, 0));
	executes[1] = 3000;
	executes[2] = 3000;
	imalog_curve_make(&past, 0.9, 0, 3600, &curve);
	assert_int_equal(curve.knot[1].basis, IMALOG_BASIS_NONE);
	free(executes);
}

/* The two lines of a curve, to its end and behind it. */
static void between_two_knots_and_behind_them(void **state)
{
	static const struct imalog_curve curve = {
		.confidence = 0.9, .burst_bytes = 7, .count = 3,
		.knot = { { .seconds = 0, .bound = 100, .central = 0 },
			  { .seconds = 100, .bound = 300, .central = 50, .windows = 3, .basis = IMALOG_BASIS_COUNTS },
			  { .seconds = 200, .bound = 310, .central = 250, .windows = 2, .basis = IMALOG_BASIS_LOG,
			    .small = true } },
	};
	static const struct {
		uint64_t seconds, bound, central;
	} table[] = {
		{ 0, 107, 7 }, { 1, 109, 8 }, { 50, 207, 32 }, { 100, 307, 57 }, { 101, 308, 59 },
		{ 200, 317, 257 }, { 220, 319, 297 }, { 231, 321, 319 }, { 300, 327, 327 }, { 1200, 417, 417 },
	};
	struct imalog_estimate estimate;
	uint64_t seconds;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		imalog_curve_estimate(&curve, table[i].seconds, &estimate);
		if (estimate.bound_bytes != table[i].bound || estimate.central_bytes != table[i].central)
			fail_msg("row %zu: %llu, %llu", i, (unsigned long long)estimate.bound_bytes,
				 (unsigned long long)estimate.central_bytes);
		assert_int_equal(estimate.basis, table[i].seconds > 100 ? IMALOG_BASIS_LOG : IMALOG_BASIS_COUNTS);
		assert_int_equal(estimate.small_sample, table[i].seconds > 100);
		assert_true(near(estimate.windows, table[i].seconds > 100 ? 2 : 3));
		assert_true(near(estimate.confidence, 0.9) && estimate.burst_bytes == 7);
	}
	assert_true(imalog_curve_deadline(&curve, 106, &seconds) && seconds == 0);
	assert_true(imalog_curve_deadline(&curve, 107, &seconds) && seconds == 0);
	assert_true(imalog_curve_deadline(&curve, 109, &seconds) && seconds == 1);
	assert_true(imalog_curve_deadline(&curve, 307, &seconds) && seconds == 100);
	assert_true(imalog_curve_deadline(&curve, 417, &seconds) && seconds == 1200);
	/* 30 years are 946080000 seconds: 94607990 bytes and 417 at 1200 s */
	assert_true(imalog_curve_deadline(&curve, 94608296, &seconds) && seconds == 946079990);
	assert_false(imalog_curve_deadline(&curve, 94608297, &seconds));
	assert_true(seconds == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_allowed_for_without_a_history),
		cmocka_unit_test(what_earlier_soft_reboots_ask_for),
		cmocka_unit_test(between_two_knots_and_behind_them),
	};

	return cmocka_run_group_tests_name("knots", tests, NULL, NULL);
}
