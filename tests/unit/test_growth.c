// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 3000

/* A number that only depends on the ones before: the same history in each run. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* @kind 0: steady, 1: bursts, 2: days and nights, 3: fading, 4: nothing, 5: two boots and deletions. */
static struct imalog_past make_past(struct imalog_point *points, size_t count, double step,
				    unsigned kind, uint32_t seed)
{
	uint64_t bytes = 36000;
	uint32_t stretch = 1;
	double seconds = 20;

	for (size_t i = 0; i < count; i++) {
		uint32_t draw = next_random(&seed) % 1000;

		if (kind == 5 && i && !(i % (count / 3))) {
			stretch++;
			bytes /= 2;
			seconds = stretch == 2 ? 20 : seconds;
		}
		points[i] = (struct imalog_point){ stretch, seconds, bytes };
		seconds += step;
		switch (kind) {
		case 0: case 5: bytes += 100 + draw / 10; break;
		case 1: bytes += draw < 5 ? 20000 + draw * 1000 : draw < 100 ? 120 : 0; break;
		case 2: bytes += fmod(seconds, 86400) < 36000 ? 2 * draw : draw / 20; break;
		case 3: bytes += (uint64_t)(step * 40000 / (seconds + 10)) + (draw < 20 ? 120 : 0); break;
		default: break;
		}
	}
	return (struct imalog_past){ .points = points, .count = count };
}

static const double confidences[] = { 0.5, 0.9, 0.99, 0.999 };

static void estimate_at(const struct imalog_curve *curve, uint64_t seconds, uint64_t *bound)
{
	struct imalog_estimate estimate;

	imalog_curve_estimate(curve, seconds, &estimate);
	*bound = estimate.bound_bytes;
	assert_true(estimate.central_bytes <= estimate.bound_bytes);
	assert_true(estimate.interval_seconds == seconds);
}

static void check_curve(const struct imalog_curve *curve, uint32_t seed)
{
	uint64_t before = 0, bound, after;

	for (uint64_t seconds = 0; seconds < 3000000; seconds += 1 + seconds / 7) {
		estimate_at(curve, seconds, &bound);
		assert_true(bound >= before);
		before = bound;
	}
	for (int i = 0; i < 200; i++) {
		uint64_t room = next_random(&seed) % 2000000, seconds;

		if (!imalog_curve_deadline(curve, room, &seconds)) {
			estimate_at(curve, 400000000, &bound);
			assert_true(bound <= room);
			continue;
		}
		estimate_at(curve, seconds, &bound);
		estimate_at(curve, seconds + 1, &after);
		if (after <= room || (seconds && bound > room))
			fail_msg("room %llu, deadline %llu: %llu, then %llu", (unsigned long long)room,
				 (unsigned long long)seconds, (unsigned long long)bound,
				 (unsigned long long)after);
	}
}

/* estimate(deadline) <= room < estimate(deadline + 1), and neither ever falls. */
static void deadline_and_bound_agree_on_random_histories(void **state)
{
	struct imalog_point *points = calloc(POINTS, sizeof(*points));
	static const size_t counts[] = { 1, 2, 3, 30, 300, POINTS };
	static const double steps[] = { 60, 300, 3000 };

	(void)state;
	for (unsigned kind = 0; kind < 6; kind++)
		for (size_t c = 0; c < COUNT(counts); c++)
			for (size_t s = 0; s < COUNT(steps); s++)
				for (size_t p = 0; p < COUNT(confidences); p++) {
					struct imalog_past past;
					struct imalog_curve curve;

					if (kind == 5 && counts[c] < 3)
						continue;
					past = make_past(points, counts[c], steps[s], kind, (uint32_t)c);
					imalog_curve_make(&past, confidences[p], 730, UINT64_MAX, &curve);
					check_curve(&curve, kind * 100 + (uint32_t)s);
				}
	free(points);
}

/* A limit saves work and changes nothing below it; more confidence never asks for less. */
static void a_limit_changes_nothing_below_it(void **state)
{
	struct imalog_point *points = calloc(POINTS, sizeof(*points));

	(void)state;
	for (unsigned kind = 0; kind < 5; kind++) {
		struct imalog_past past = make_past(points, POINTS, 60, kind, 7);
		struct imalog_curve all, some;
		uint64_t a, b, before = 0;

		imalog_curve_make(&past, 0.99, 0, UINT64_MAX, &all);
		imalog_curve_make(&past, 0.99, 0, 3600, &some);
		for (uint64_t seconds = 1; seconds <= 3600; seconds += 37) {
			estimate_at(&all, seconds, &a);
			estimate_at(&some, seconds, &b);
			assert_true(a == b);
		}
		for (size_t p = 0; p < COUNT(confidences); p++) {
			imalog_curve_make(&past, confidences[p], 0, 3600, &some);
			estimate_at(&some, 3600, &a);
			assert_true(a >= before);
			before = a;
		}
	}
	free(points);
}

/* What each past is worth. */
static void the_basis_is_the_best_there_is(void **state)
{
	static const uint64_t executes[] = { 9000, 30000, 12000 };
	struct imalog_point *points = calloc(POINTS, sizeof(*points));
	struct imalog_past past = { 0 };
	struct imalog_estimate estimate;
	struct imalog_curve curve;

	(void)state;
	imalog_curve_make(&past, 0.999, 730, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3600, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_NONE);
	assert_true(estimate.bound_bytes >= IMALOG_DEFAULT_BYTES + 730 &&
		    estimate.bound_bytes <= IMALOG_DEFAULT_BYTES + IMALOG_DEFAULT_HOURLY + 731 && estimate.small_sample);
	past.has_boot = true;
	past.boot_seconds = 36000;
	past.boot_bytes = 36000;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_FADING);
	assert_true(estimate.bound_bytes > IMALOG_DEFAULT_BYTES && estimate.bound_bytes < 7000);
	past.executes = executes;
	past.execute_count = COUNT(executes);
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_LOG);
	assert_true(estimate.bound_bytes >= 30000 && estimate.bound_bytes <= 60000);
	past = make_past(points, 60, 60, 0, 1);
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_COUNTS);
	assert_true(estimate.small_sample && estimate.bound_bytes > 64 * 100);
	past = make_past(points, POINTS, 60, 0, 1);
	imalog_curve_make(&past, 0.9, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_WINDOWS);
	/* 64 steps of 100 to 199 bytes */
	assert_true(!estimate.small_sample && estimate.bound_bytes > 64 * 145 &&
		    estimate.bound_bytes < 64 * 160);
	free(points);
}

/* The most that came in @steps steps on end. */
static uint64_t most_in(const struct imalog_past *past, size_t steps)
{
	uint64_t most = 0;

	for (size_t i = 0; i + steps < past->count; i++) {
		uint64_t came = past->points[i + steps].bytes - past->points[i].bytes;

		most = came > most ? came : most;
	}
	return most;
}

/* Six windows say less of a tail than forty: beyond twice the largest for the one, not for the other. */
static void few_windows_ask_for_more(void **state)
{
	struct imalog_point *points = calloc(POINTS, sizeof(*points));
	struct imalog_past past = make_past(points, 576, 300, 1, 3);
	struct imalog_estimate estimate;
	struct imalog_curve curve;
	uint64_t most;

	(void)state;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 21600, &estimate);
	most = most_in(&past, 72);
	assert_true(estimate.bound_bytes > 2 * most && estimate.bound_bytes <= 10 * most);
	past = make_past(points, POINTS, 300, 1, 3);
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 21600, &estimate);
	most = most_in(&past, 73);
	assert_true(estimate.bound_bytes > most && estimate.bound_bytes <= 2 * most);
	free(points);
}

/* A look each five minutes: ten minutes are two steps, whatever the knots, and less is what one step is. */
static void a_bound_is_that_of_the_steps_there_are(void **state)
{
	struct imalog_point *points = calloc(POINTS, sizeof(*points));
	struct imalog_past past = make_past(points, POINTS, 300, 0, 1);
	struct imalog_curve curve;
	uint64_t bound;

	(void)state;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	for (unsigned i = 1; i < curve.count; i++)
		assert_true(curve.knot[i].seconds > curve.knot[i - 1].seconds);
	estimate_at(&curve, 600, &bound);
	assert_in_range(bound, 370, most_in(&past, 2));
	estimate_at(&curve, 60, &bound);
	assert_in_range(bound, 190, most_in(&past, 1));
	free(points);
}

static void a_live_sample_that_asks_for_more(void **state)
{
	struct imalog_past past = { .has_recent = true, .recent = { 100, 1 } };
	struct imalog_estimate estimate;
	struct imalog_curve curve;

	(void)state;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_int_equal(estimate.basis, IMALOG_BASIS_RECENT);
	assert_true(estimate.bound_bytes == 384000);
	past.recent.bytes_per_second = NAN;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	past.recent.bytes_per_second = HUGE_VAL;
	imalog_curve_make(&past, 0.999, 1, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3840, &estimate);
	assert_true(estimate.bound_bytes == UINT64_MAX);
}

/* Nothing ever came: still some records may. */
static void an_idle_history_is_not_a_promise(void **state)
{
	struct imalog_point *points = calloc(POINTS, sizeof(*points));
	struct imalog_past past = make_past(points, POINTS, 60, 4, 1);
	struct imalog_estimate estimate;
	struct imalog_curve curve;

	(void)state;
	imalog_curve_make(&past, 0.999, 0, UINT64_MAX, &curve);
	imalog_curve_estimate(&curve, 3600, &estimate);
	assert_true(estimate.bound_bytes >= 128 && estimate.bound_bytes < 4096);
	free(points);
}

static void every_basis_has_its_words(void **state)
{
	static const char *const words[] = { "none", "fading boot", "live sample", "log", "counts",
					     "windows", "given" };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++)
		assert_string_equal(imalog_basis_text((enum imalog_basis)i), words[i]);
	assert_string_equal(imalog_basis_text((enum imalog_basis)99), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadline_and_bound_agree_on_random_histories),
		cmocka_unit_test(a_limit_changes_nothing_below_it),
		cmocka_unit_test(the_basis_is_the_best_there_is),
		cmocka_unit_test(few_windows_ask_for_more),
		cmocka_unit_test(a_bound_is_that_of_the_steps_there_are),
		cmocka_unit_test(a_live_sample_that_asks_for_more),
		cmocka_unit_test(an_idle_history_is_not_a_promise),
		cmocka_unit_test(every_basis_has_its_words),
	};

	return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
