// SPDX-License-Identifier: GPL-2.0-or-later
/* The census's only lists, of boots and marks: when they are full, and when they were put back. */
#include "build.h"

/* More boots and marks than are kept: no more memory, and the newest is there. */
static void the_newest_is_kept_when_the_lists_are_full(void **state)
{
	const uint64_t rounds = IMALOG_LIST_MAX + 5;
	struct imalog_census census;
	struct imalog_reader reader;
	struct imalog_record boot, load;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	build_event(&build, "kexec_load", 8192, 2546, 21);
	imalog_reader_init(&reader, &build.format);
	imalog_reader_feed(&reader, build_log(&build), true);
	assert_int_equal(imalog_reader_next(&reader, &boot), 0);
	assert_int_equal(imalog_reader_next(&reader, &load), 0);
	imalog_census_init(&census);
	for (uint64_t i = 0; i < rounds; i++) {
		assert_int_equal(imalog_census_add(&census, &boot, IMALOG_LITTLE_ENDIAN), 0);
		assert_int_equal(imalog_census_add(&census, &load, IMALOG_LITTLE_ENDIAN), 0);
		assert_int_equal(census.boots_dropped, i >= IMALOG_LIST_MAX);
		assert_int_equal(census.marks_dropped, i >= IMALOG_LIST_MAX);
	}
	assert_int_equal(census.boot_count, IMALOG_LIST_MAX);
	assert_int_equal(census.mark_count, IMALOG_LIST_MAX);
	assert_int_equal(census.total.records, 2 * rounds);
	assert_int_equal(imalog_census_current_boot(&census)->start.records, 2 * rounds - 2);
	assert_int_equal(imalog_census_load(&census)->before.records, 2 * rounds - 1);
	assert_int_equal(census.boots[0].start.records, 0);
	assert_int_equal(census.boots[1].start.records, 2);
	imalog_census_free(&census);
	build_free(&build);
}

/* A kexec_execute behind a full list must still be seen to follow the load. */
static void an_execute_behind_a_full_list_ends_the_load(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	for (int i = 0; i < IMALOG_LIST_MAX + 2; i++)
		build_event(&build, "kexec_load", 8192, 2546, 21);
	build_event(&build, "kexec_execute", 8192, 2546, 21);
	build_census(&build, &census);
	assert_null(imalog_census_load(&census));
	imalog_census_free(&census);
	build_event(&build, "kexec_load", 8192, 2546, 21);
	build_census(&build, &census);
	assert_non_null(imalog_census_load(&census));
	assert_int_equal(imalog_census_load(&census)->event.kind, IMALOG_EVENT_KEXEC_LOAD);
	imalog_census_free(&census);
	build_free(&build);
}

static void room_for_a_saved_census(void **state)
{
	struct imalog_census census;

	(void)state;
	imalog_census_init(&census);
	assert_true(imalog_census_reserve(&census, 3, 5));
	assert_int_equal(census.boot_count, 3);
	assert_int_equal(census.mark_count, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(census.marks[i].before.bytes, 0);
	assert_false(imalog_census_reserve(&census, IMALOG_LIST_MAX + 1, 0));
	assert_int_equal(census.boot_count, 3);
	imalog_census_free(&census);
}

/* A census that goes on after one was put back: appending keeps to the memory there is. */
static void a_saved_census_goes_on(void **state)
{
	(void)state;
	for (uint32_t have = 0; have < 70; have++) {
		struct imalog_census census;
		struct imalog_reader reader;
		struct imalog_record record;
		struct build build;

		build_init(&build);
		build_file(&build, "ima-ng", "boot_aggregate");
		build_event(&build, "kexec_load", 8192, 2546, 21);
		imalog_census_init(&census);
		assert_true(imalog_census_reserve(&census, have, have));
		for (int again = 0; again < 3; again++) {
			imalog_reader_init(&reader, &build.format);
			imalog_reader_feed(&reader, build_log(&build), true);
			while (!imalog_reader_next(&reader, &record))
				assert_int_equal(imalog_census_add(&census, &record,
								   IMALOG_LITTLE_ENDIAN), 0);
		}
		assert_int_equal(census.boot_count, have + 3);
		assert_int_equal(census.mark_count, have + 3);
		assert_int_equal(imalog_census_load(&census) - census.marks, have + 2);
		imalog_census_free(&census);
		build_free(&build);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_is_kept_when_the_lists_are_full),
		cmocka_unit_test(an_execute_behind_a_full_list_ends_the_load),
		cmocka_unit_test(room_for_a_saved_census),
		cmocka_unit_test(a_saved_census_goes_on),
	};

	return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
