// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading again for the rounding's sake: foretold, and then loaded one by one by the sizing rule. */
#include "judge.h"

/* The census of the log as it is, with its last load; the caller frees it. */
static const struct imalog_mark *look(const struct build *build, struct imalog_census *census)
{
	const struct imalog_mark *load;

	assert_int_equal(build_census(build, census), 1);
	load = imalog_census_load(census);
	assert_non_null(load);
	return load;
}

static bool plan(const struct build *build, const struct imalog_facts *facts, uint64_t needed,
		 unsigned most, struct imalog_slack *slack)
{
	struct imalog_census census;
	const struct imalog_mark *load = look(build, &census);
	bool can = imalog_plan_slack(load, &census.total, facts, needed, most, slack);

	imalog_census_free(&census);
	return can;
}

/* Whatever the log's length, as many loads as foretold give the room, and one fewer does not. */
static void as_many_loads_as_foretold(void **state)
{
	struct imalog_facts facts = usual_facts();

	(void)state;
	for (size_t start = 100; start < 4200; start += 97) {
		struct imalog_slack slack;
		struct build build;
		uint64_t needed = 5000, room = 0;
		unsigned loads = 0;

		facts.extra_kib = 0;
		build_init(&build);
		build_file(&build, "ima-ng", "boot_aggregate");
		for (int i = 0; i < 120; i++)	/* numbers of five digits and of three, to the end */
			build_sized(&build, 120);
		build_sized(&build, start);
		build_load(&build, facts.headers, 0, facts.page_bytes);
		assert_true(plan(&build, &facts, needed, 32, &slack));
		assert_in_range(slack.loads, 1, 32);
		for (; loads < slack.loads; loads++) {
			uint64_t segment;

			if (loads)
				assert_true(room < needed);
			segment = build_load(&build, facts.headers, 0, facts.page_bytes);
			room = segment - IMALOG_HEADER_BYTES - build.size;
		}
		assert_true(room >= needed);
		assert_int_equal(room, slack.room_bytes);
		build_free(&build);
	}
}

/* The band is extra - record to extra + page - 1 - record: what is above is refused beforehand. */
static void no_more_than_the_rounding_gives(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_slack slack;
	struct build build;

	(void)state;
	facts.extra_kib = 0;
	build_init(&build);
	make_loaded(&build, &facts);
	assert_true(plan(&build, &facts, 2048 - 189, 1, &slack));
	assert_int_equal(slack.loads, 1);
	assert_false(plan(&build, &facts, 2048 + 4095 - 150, 32, &slack));
	assert_int_equal(slack.loads, 0);
	assert_false(plan(&build, &facts, UINT64_MAX, 32, &slack));
	assert_false(plan(&build, &facts, 100, 0, &slack));
	build_free(&build);
}

/* 32 loads move 6 KiB: on pages of 64 KiB that need not be enough, and then it says so. */
static void large_pages_may_be_out_of_reach(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_slack slack;
	struct build build;

	(void)state;
	facts.page_bytes = 65536;
	facts.extra_kib = 0;
	build_init(&build);
	make_loaded(&build, &facts);
	assert_true(plan(&build, &facts, 60000, 32, &slack));
	assert_int_equal(slack.loads, 1);
	assert_false(plan(&build, &facts, 64000, 32, &slack));
	assert_true(plan(&build, &facts, 64000, 1000, &slack));
	assert_true(slack.loads > 32);
	build_free(&build);
}

/* Without the kernel's configuration: the smallest extra that explains the segment. */
static void an_unknown_extra_is_taken_for_the_smallest(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_slack known, slack;
	struct build build;

	(void)state;
	facts.extra_kib = 8;
	build_init(&build);
	make_loaded(&build, &facts);
	assert_true(plan(&build, &facts, 9820, 32, &known));
	facts.known &= ~(unsigned)IMALOG_KNOWS_EXTRA;
	assert_true(plan(&build, &facts, 9820, 32, &slack));
	assert_true(slack.loads > known.loads);
	build_free(&build);
}

/* A segment that no rule explains: nothing is foretold. */
static void a_segment_by_another_rule(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_slack slack;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	build_event(&build, "kexec_load", 4096 * 100, build.size + 24, 1);
	assert_false(plan(&build, &facts, 1000, 32, &slack));
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_loads_as_foretold),
		cmocka_unit_test(no_more_than_the_rounding_gives),
		cmocka_unit_test(large_pages_may_be_out_of_reach),
		cmocka_unit_test(an_unknown_extra_is_taken_for_the_smallest),
		cmocka_unit_test(a_segment_by_another_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
