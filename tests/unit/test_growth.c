// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <math.h>
#include <string.h>

static void the_larger_speed_times_the_interval_and_the_burst(void **state)
{
	static const struct {
		double boot, sample;	/* bytes a second; negative: not known */
		uint64_t interval, burst, bound;
		enum imalog_basis basis;
	} table[] = {
		{ -1, -1, 3600, 0, 0, IMALOG_BASIS_NONE },
		{ -1, -1, 3600, 730, 730, IMALOG_BASIS_NONE },
		{ 2, -1, 3600, 730, 7930, IMALOG_BASIS_BOOT },
		{ -1, 3, 3600, 730, 11530, IMALOG_BASIS_SAMPLE },
		{ 2, 3, 3600, 730, 11530, IMALOG_BASIS_SAMPLE },
		{ 3, 2, 3600, 730, 11530, IMALOG_BASIS_BOOT },
		{ 2, 2, 10, 0, 20, IMALOG_BASIS_BOOT },
		{ 0, 0, 3600, 730, 730, IMALOG_BASIS_BOOT },
		{ 2, -1, 0, 730, 730, IMALOG_BASIS_BOOT },
		/* rounded up to whole bytes */
		{ 0.5, -1, 3, 0, 2, IMALOG_BASIS_BOOT },
		{ 0.001, -1, 1, 0, 1, IMALOG_BASIS_BOOT },
		{ 0.25, -1, 4, 0, 1, IMALOG_BASIS_BOOT },
		/* saturates */
		{ 1e30, -1, 1, 0, UINT64_MAX, IMALOG_BASIS_BOOT },
		{ 1, -1, UINT64_MAX, 0, UINT64_MAX, IMALOG_BASIS_BOOT },
		{ 1, -1, 1, UINT64_MAX, UINT64_MAX, IMALOG_BASIS_BOOT },
		{ 1e30, -1, 1, UINT64_MAX, UINT64_MAX, IMALOG_BASIS_BOOT },
		{ HUGE_VAL, -1, 1, 0, UINT64_MAX, IMALOG_BASIS_BOOT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_growth boot = { table[i].boot, 0 }, sample = { table[i].sample, 0 };
		struct imalog_estimate estimate;

		imalog_estimate_growth(boot.bytes_per_second < 0 ? NULL : &boot,
				       sample.bytes_per_second < 0 ? NULL : &sample,
				       table[i].interval, table[i].burst, &estimate);
		if (estimate.bound_bytes != table[i].bound || estimate.basis != table[i].basis)
			fail_msg("row %zu: bound %llu, basis %d", i,
				 (unsigned long long)estimate.bound_bytes, estimate.basis);
		assert_true(estimate.interval_seconds == table[i].interval);
		assert_true(estimate.burst_bytes == table[i].burst);
	}
}

/* A speed that is not a number asks for everything, never for nothing. */
static void a_speed_that_is_not_a_number(void **state)
{
	struct imalog_growth boot = { NAN, 0 };
	struct imalog_estimate estimate;

	(void)state;
	imalog_estimate_growth(&boot, NULL, 3600, 730, &estimate);
	assert_true(estimate.bound_bytes == UINT64_MAX);
}

static void deadlines(void **state)
{
	static const struct {
		double speed;
		uint64_t burst, room;
		bool comes;
		uint64_t seconds;
	} table[] = {
		{ 2, 0, 100, true, 50 },
		{ 2, 0, 101, true, 50 },
		{ 2, 60, 100, true, 20 },
		{ 2, 100, 100, true, 0 },
		{ 2, 101, 100, true, 0 },	/* too late already */
		{ 0, 101, 100, true, 0 },
		{ 0, 100, 100, false, 0 },
		{ 0, 0, 100, false, 0 },
		{ 0.001, 0, 1, true, 1000 },
		{ 1e-30, 0, 100, false, 0 },	/* longer than any number of seconds */
		{ 2, 0, 0, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_estimate estimate = {
			.growth.bytes_per_second = table[i].speed,
			.burst_bytes = table[i].burst,
		};
		uint64_t seconds = 0;
		bool comes = imalog_deadline(&estimate, table[i].room, &seconds);

		if (comes != table[i].comes || seconds != table[i].seconds)
			fail_msg("row %zu: %d, %llu s", i, comes, (unsigned long long)seconds);
	}
}

/* More room never makes the deadline earlier; a longer interval never asks for less room. */
static void deadline_and_bound_only_rise(void **state)
{
	static const double speeds[] = { 0.003, 0.7, 1, 13.37, 4096, 1e9 };

	(void)state;
	for (size_t s = 0; s < COUNT(speeds); s++) {
		struct imalog_growth boot = { speeds[s], 0 };
		struct imalog_estimate estimate;
		uint64_t before = 0, bound = 0, seconds;

		for (uint64_t interval = 0; interval < 300000; interval += 997) {
			imalog_estimate_growth(&boot, NULL, interval, 730, &estimate);
			assert_true(estimate.bound_bytes >= bound);
			bound = estimate.bound_bytes;
		}
		for (uint64_t room = 0; room < 20000; room += 13) {
			assert_true(imalog_deadline(&estimate, room, &seconds));
			assert_true(seconds >= before);
			before = seconds;
		}
	}
}

/*
 * The two agree: the bound for an interval lasts that long, and what grows until the deadline
 * fits in the room.
 */
static void deadline_and_bound_agree(void **state)
{
	static const double speeds[] = { 0.01, 0.7, 1, 13.37, 4096 };

	(void)state;
	for (size_t s = 0; s < COUNT(speeds); s++) {
		for (uint64_t interval = 1; interval < 100000; interval = interval * 3 + 1) {
			struct imalog_growth boot = { speeds[s], 0 };
			struct imalog_estimate estimate, until;
			uint64_t seconds, room;

			imalog_estimate_growth(&boot, NULL, interval, 730, &estimate);
			room = estimate.bound_bytes;
			assert_true(imalog_deadline(&estimate, room, &seconds));
			assert_true(seconds + 1 >= interval);	/* the last bit of a double */
			imalog_estimate_growth(&boot, NULL, seconds, 730, &until);
			assert_true(until.bound_bytes <= room);
		}
	}
}

static void every_basis_has_its_words(void **state)
{
	(void)state;
	assert_string_equal(imalog_basis_text(IMALOG_BASIS_NONE), "none");
	assert_string_equal(imalog_basis_text(IMALOG_BASIS_BOOT), "mean since boot");
	assert_string_equal(imalog_basis_text(IMALOG_BASIS_SAMPLE), "live sample");
	assert_string_equal(imalog_basis_text(IMALOG_BASIS_GIVEN), "given");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_larger_speed_times_the_interval_and_the_burst),
		cmocka_unit_test(a_speed_that_is_not_a_number),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(deadline_and_bound_only_rise),
		cmocka_unit_test(deadline_and_bound_agree),
		cmocka_unit_test(every_basis_has_its_words),
	};

	return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
