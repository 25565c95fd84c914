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

/*
 * To the byte: a load of 200 bytes behind 10 records, on pages of 4096 but where it is said.  With half a page of extra
 * and one header the segment grows when 2025 bytes are counted.
 */
static void each_load_by_the_rule(void **state)
{
	enum { EXTRA = IMALOG_KNOWS_EXTRA, HEADERS = IMALOG_KNOWS_HEADERS, BOTH = EXTRA | HEADERS };
	static const struct {
		const char *label;
		unsigned known, extra_kib, headers;
		uint64_t counted, segment;	/* of the load */
		bool from_record, ahead, lost;	/* deleted from since, in three ways */
		uint64_t more;			/* bytes on the wire that are not counted */
		uint64_t needed;
		unsigned most, loads;		/* 0: it cannot */
		uint64_t room;
		uint64_t page;			/* 0: 4096 */
	} table[] = {
		{ .label = "the first", .known = BOTH, .headers = 1, .counted = 1000, .segment = 4096,
		  .needed = 2672, .most = 32, .loads = 1, .room = 2672 },
		{ .label = "one byte more", .known = BOTH, .headers = 1, .counted = 1000, .segment = 4096,
		  .needed = 2673, .most = 6, .loads = 6, .room = 5768 },
		{ .label = "one load too few", .known = BOTH, .headers = 1, .counted = 1000, .segment = 4096,
		  .needed = 2673, .most = 5 },
		{ .label = "one header", .known = BOTH, .headers = 1, .counted = 1010, .segment = 4096,
		  .needed = 2673, .most = 32, .loads = 6, .room = 5758 },
		{ .label = "two headers", .known = BOTH, .headers = 2, .counted = 1010, .segment = 4096,
		  .needed = 2673, .most = 32, .loads = 5, .room = 5958 },
		{ .label = "not known how many", .known = EXTRA | IMALOG_KNOWS_RAM, .headers = 2, .counted = 1010,
		  .segment = 4096, .needed = 2673, .most = 32, .loads = 6, .room = 5758 },
		{ .label = "not none", .known = EXTRA, .headers = 0, .counted = 1035, .segment = 4096,
		  .needed = 2673, .most = 32, .loads = 5, .room = 5933 },
		{ .label = "half a page, which is more than any extra", .known = HEADERS, .headers = 1,
		  .counted = 150000, .segment = 524288, .needed = 300000, .most = 1, .loads = 1, .room = 373864,
		  .page = 262144 },
		{ .label = "only the largest extra", .known = HEADERS, .headers = 1, .counted = 500,
		  .segment = 45056, .needed = 40000, .most = 1, .loads = 1, .room = 44132 },
		{ .label = "only a larger one", .known = HEADERS, .headers = 1, .counted = 4000,
		  .segment = 49152, .needed = 1, .most = 32 },
		{ .label = "by another rule", .known = BOTH, .headers = 1, .counted = 1000,
		  .segment = 409600, .needed = 1, .most = 32 },
		{ .label = "the mark is our own", .known = BOTH, .headers = 1, .counted = 1000,
		  .segment = 409600, .from_record = true, .needed = 1, .most = 32, .loads = 1, .room = 2672 },
		{ .label = "deleted before the load", .known = BOTH, .headers = 1, .counted = 1000,
		  .segment = 409600, .ahead = true, .needed = 1, .most = 32, .loads = 1, .room = 2672 },
		{ .label = "what it counted is not known", .known = BOTH, .headers = 1, .counted = 1000,
		  .segment = 409600, .lost = true, .needed = 1, .most = 32, .loads = 1, .room = 2672 },
		{ .label = "our own, the extra not known", .known = HEADERS, .headers = 1, .counted = 1000,
		  .segment = 4096, .from_record = true, .needed = 1, .most = 32 },
		{ .label = "deleted, the extra not known", .known = HEADERS, .headers = 1, .counted = 1000,
		  .segment = 4096, .ahead = true, .needed = 1, .most = 32 },
		{ .label = "more on the wire than a segment holds, until the rounding falls", .known = BOTH,
		  .headers = 1, .counted = 1000, .segment = 4096, .more = 3800,
		  .needed = 1, .most = 32, .loads = 6, .room = 1968 },
		{ .label = "more on the wire than any segment holds", .known = BOTH,
		  .headers = 1, .counted = 1000, .segment = 4096, .more = 10000, .needed = 1, .most = 32 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		uint64_t counted = table[i].counted, now = counted + 200;
		struct imalog_facts facts = {
			.known = table[i].known, .extra_kib = table[i].extra_kib, .headers = table[i].headers,
			.page_bytes = table[i].page ? table[i].page : 4096, .load_from_record = table[i].from_record,
		};
		struct imalog_mark load = {
			.event = { .segment_bytes = table[i].segment, .runtime_bytes = counted + 24,
				   .records = table[i].ahead ? 11 : 10 },
			.before = { 10, counted, counted }, .after = { 11, now, now },
			.counted_then = counted, .counted_known = !table[i].lost,
		};
		struct imalog_slack slack;
		bool can = imalog_plan_slack(&load, &(struct imalog_position){ 11, now + table[i].more, now },
					     &facts, table[i].needed, table[i].most, &slack);

		if (can != (table[i].loads > 0) || slack.loads != table[i].loads ||
		    slack.room_bytes != table[i].room)
			fail_msg("%s: %u, %llu", table[i].label, slack.loads,
				 (unsigned long long)slack.room_bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_loads_as_foretold),
		cmocka_unit_test(no_more_than_the_rounding_gives),
		cmocka_unit_test(large_pages_may_be_out_of_reach),
		cmocka_unit_test(an_unknown_extra_is_taken_for_the_smallest),
		cmocka_unit_test(a_segment_by_another_rule),
		cmocka_unit_test(each_load_by_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
