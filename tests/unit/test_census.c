// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdio.h>
#include <string.h>

static void an_empty_log(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	assert_int_equal(build_census(&build, &census), 1);
	assert_int_equal(census.total.records, 0);
	assert_int_equal(census.total.bytes, 0);
	assert_int_equal(census.total.counted, 0);
	assert_null(imalog_census_current_boot(&census));
	assert_null(imalog_census_load(&census));
	imalog_census_free(&census);
	imalog_census_free(&census);	/* may be done twice */
}

/* How many bytes the kernel counts more (or fewer) than stand in the log, per record. */
static void counted_against_the_wire(void **state)
{
	static const struct {
		const char *template_;
		int more;
	} table[] = {
		{ "ima-ng", 0 },
		{ "ima-sig", 0 },
		{ "ima-ngv2", 0 },
		{ "ima-sigv2", 0 },
		{ "ima-buf", 0 },
		{ "ima-modsig", 0 },
		{ "evm-sig", 0 },
		{ "ima", 9 },			/* two lengths and a NUL that the wire has not */
		{ "d-ng|n-ng", -9 },		/* the name is counted as empty */
		{ "d-ng|n-ng|sig", -13 },
		{ "n-ng", -4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
			struct imalog_census census;
			struct build build;
			int digest = (int)build_digest_sizes[s] - 20;

			/* The kernel counts SHA-1 whatever the bank. */
			build_init_as(&build, build_orders[i & 1], build_digest_sizes[s]);
			build_file(&build, table[i].template_, "/usr/bin/true");
			build_file(&build, table[i].template_, "/usr/bin/false");
			build_census(&build, &census);
			assert_int_equal(census.total.bytes, build.size);
			assert_int_equal((int64_t)(census.total.counted - census.total.bytes),
					 2 * (table[i].more - digest));
			imalog_census_free(&census);
			build_free(&build);
		}
	}
}

/* 4 + 20 + 4 + 3 + 4 + (4 + 20) + (4 + name + NUL) */
static void counted_of_the_template_ima_by_hand(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima", "boot_aggregate");
	build_census(&build, &census);
	assert_int_equal(census.total.counted, 4 + 20 + 4 + 3 + 4 + (4 + 20) + (4 + 14 + 1));
	assert_int_equal(census.ima_records, 1);
	imalog_census_free(&census);
	build_free(&build);
}

/* The template of one record is not taken for that of the next. */
static void templates_that_take_turns(void **state)
{
	static const char *const templates[] = { "ima-ng", "ima-xx", "ima-ng", "ima", "iam", "ima" };
	uint64_t counted = 0;
	struct imalog_census census;
	struct build all;

	(void)state;
	build_init(&all);
	for (size_t i = 0; i < COUNT(templates); i++) {
		struct build one;

		build_init(&one);
		build_file(&one, templates[i], "/x");
		build_file(&all, templates[i], "/x");
		build_census(&one, &census);
		counted += census.total.counted;
		imalog_census_free(&census);
		build_free(&one);
	}
	build_census(&all, &census);
	assert_int_equal(census.total.counted, counted);
	assert_int_equal(census.ima_records, 2);
	imalog_census_free(&census);
	build_free(&all);
}

/* A format string longer than the census remembers. */
static void a_very_long_format_string(void **state)
{
	char name[1000] = "d-ng|n-ng";
	struct imalog_census census;
	struct build build;

	(void)state;
	while (strlen(name) < 900)
		strcat(name, "|xattrvalues");
	build_init(&build);
	for (int i = 0; i < 3; i++)
		build_file(&build, name, "boot_aggregate");
	build_census(&build, &census);
	assert_int_equal(census.boot_count, 3);
	assert_int_equal(census.total.bytes - census.total.counted, 3 * strlen(name));
	imalog_census_free(&census);
	build_free(&build);
}

static void violations_are_counted(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	for (int i = 0; i < 10; i++) {
		build.violation = i % 3 == 1;
		build_file(&build, "ima-ng", "/x");
	}
	build_census(&build, &census);
	assert_int_equal(census.violations, 3);
	assert_int_equal(census.total.records, 10);
	imalog_census_free(&census);
	build_free(&build);
}

/* A log that crossed a kexec, with a mark in each boot. */
static void boots_and_marks_in_their_places(void **state)
{
	struct imalog_census census;
	struct build build;
	uint64_t load, load_end, execute, execute_end, second, segment;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	build_file(&build, "ima-ng", "/usr/bin/init");
	load = build.size;
	segment = build_load(&build, 1, 0, 4096);
	load_end = build.size;
	build_file(&build, "ima-ng", "/usr/bin/late");
	execute = build.size;
	build_event(&build, "kexec_execute", segment, execute + 24, 4);
	execute_end = build.size;
	second = execute_end;
	build_file(&build, "ima-ng", "boot_aggregate");
	build_file(&build, "ima-ng", "/usr/bin/init");
	build_load(&build, 1, 0, 4096);
	build_census(&build, &census);

	assert_int_equal(census.boot_count, 2);
	assert_int_equal(census.mark_count, 3);
	assert_int_equal(census.boots[0].start.records, 0);
	assert_true(census.boots[0].has_aggregate);
	assert_true(census.boots[0].has_load && census.boots[0].has_execute);
	assert_int_equal(census.boots[0].load, 0);
	assert_int_equal(census.boots[0].execute, 1);
	assert_int_equal(census.boots[1].start.records, 5);
	assert_int_equal(census.boots[1].start.bytes, second);
	assert_true(census.boots[1].has_load && !census.boots[1].has_execute);
	assert_int_equal(census.boots[1].load, 2);
	assert_ptr_equal(imalog_census_current_boot(&census), &census.boots[1]);
	assert_ptr_equal(imalog_census_load(&census), &census.marks[2]);

	assert_int_equal(census.marks[0].event.kind, IMALOG_EVENT_KEXEC_LOAD);
	assert_int_equal(census.marks[0].event.segment_bytes, segment);
	assert_int_equal(census.marks[0].before.bytes, load);
	assert_int_equal(census.marks[0].before.records, 2);
	assert_int_equal(census.marks[0].before.counted, load);
	assert_int_equal(census.marks[0].after.bytes, load_end);
	assert_int_equal(census.marks[0].after.records, 3);
	assert_true(census.marks[0].counted_known);
	assert_int_equal(census.marks[0].counted_then, load);
	assert_int_equal(census.marks[1].event.kind, IMALOG_EVENT_KEXEC_EXECUTE);
	assert_int_equal(census.marks[1].before.bytes, execute);
	assert_int_equal(census.marks[1].after.bytes, execute_end);
	assert_int_equal(census.marks[2].event.records, 7);
	imalog_census_free(&census);
	build_free(&build);
}

/* The last kexec_load of the current boot, unless a kexec_execute follows: by letters,
 * b boot_aggregate, l kexec_load, x kexec_execute, f a file. */
static void the_load_that_counts(void **state)
{
	static const struct {
		const char *log;
		int boots, load;	/* load: index among the marks, or -1 */
	} table[] = {
		{ "", 0, -1 },
		{ "b", 1, -1 },
		{ "bff", 1, -1 },
		{ "bfl", 1, 0 },
		{ "bflf", 1, 0 },
		{ "bflfl", 1, 1 },
		{ "bflfx", 1, -1 },
		{ "bflfxf", 1, -1 },
		{ "bflfxfl", 1, 2 },
		{ "bx", 1, -1 },
		{ "bxl", 1, 1 },
		{ "bflb", 2, -1 },		/* the load was of the boot before */
		{ "bflxb", 2, -1 },
		{ "bflxbfl", 2, 2 },
		{ "bflbfxbl", 3, 2 },
		{ "f", 1, -1 },			/* deleted records: no boot_aggregate */
		{ "l", 1, 0 },
		{ "lf", 1, 0 },
		{ "fl", 1, 0 },
		{ "flxb", 2, -1 },
		{ "bb", 2, -1 },
		{ "bblb", 3, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct imalog_mark *load;
		struct imalog_census census;
		struct build build;

		build_init(&build);
		for (const char *p = table[i].log; *p; p++) {
			if (*p == 'b')
				build_file(&build, "ima-ng", "boot_aggregate");
			else if (*p == 'l')
				build_load(&build, 1, 0, 4096);
			else if (*p == 'x')
				build_event(&build, "kexec_execute", 8192, build.size, 1);
			else
				build_file(&build, "ima-ng", "/usr/bin/true");
		}
		build_census(&build, &census);
		load = imalog_census_load(&census);
		if ((int)census.boot_count != table[i].boots ||
		    (load ? load - census.marks : -1) != table[i].load)
			fail_msg("log \"%s\"", table[i].log);
		if (census.boot_count)
			assert_int_equal(census.boots[0].has_aggregate, table[i].log[0] == 'b');
		imalog_census_free(&census);
		build_free(&build);
	}
}

/* The kernel counts and logs without one lock: a few records may come between. */
static void the_sum_when_the_event_was_made(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 40; late++) {
		struct imalog_census census;
		struct build build;
		uint64_t then;

		build_init(&build);
		for (int i = 0; i < 50; i++)
			build_file(&build, "ima-ng", i % 2 ? "/longer/name" : "/x");
		then = build.size;
		for (uint64_t i = 0; i < late; i++)
			build_file(&build, "ima-ng", "/between");
		build_event(&build, "kexec_load", 8192, then + 24, 50);
		build_census(&build, &census);
		assert_true(census.marks[0].counted_known || late > 8);
		assert_true(!census.marks[0].counted_known || late < 32);
		if (census.marks[0].counted_known)
			assert_int_equal(census.marks[0].counted_then, then);
		imalog_census_free(&census);
		build_free(&build);
	}
}

/* Deleted records: the event knows of more than are here. */
static void a_count_beyond_the_log_has_no_sum(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "/x");
	build_event(&build, "kexec_load", 8192, 5000, 2);
	build_event(&build, "kexec_load", 8192, 5000, UINT64_MAX);
	build_census(&build, &census);
	assert_false(census.marks[0].counted_known);
	assert_false(census.marks[1].counted_known);
	imalog_census_free(&census);
	build_free(&build);
}

static void damaged_events_are_counted_and_no_marks(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	build_buffer(&build, "kexec_load", span_of("nonsense"));
	build_buffer(&build, "kexec_execute", span_of(""));
	build_census(&build, &census);
	assert_int_equal(census.bad_events, 2);
	assert_int_equal(census.boots[0].bad_events, 2);
	assert_int_equal(census.mark_count, 0);
	assert_int_equal(census.total.records, 3);
	imalog_census_free(&census);
	build_load(&build, 1, 0, 4096);		/* a good one makes up for it */
	build_buffer(&build, "kexec_execute", span_of("x"));
	build_file(&build, "ima-ng", "boot_aggregate");
	build_census(&build, &census);
	assert_int_equal(census.bad_events, 3);
	assert_int_equal(census.boots[0].bad_events, 1);
	assert_int_equal(census.boots[1].bad_events, 0);
	imalog_census_free(&census);
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_log),
		cmocka_unit_test(counted_against_the_wire),
		cmocka_unit_test(counted_of_the_template_ima_by_hand),
		cmocka_unit_test(templates_that_take_turns),
		cmocka_unit_test(a_very_long_format_string),
		cmocka_unit_test(violations_are_counted),
		cmocka_unit_test(boots_and_marks_in_their_places),
		cmocka_unit_test(the_load_that_counts),
		cmocka_unit_test(the_sum_when_the_event_was_made),
		cmocka_unit_test(a_count_beyond_the_log_has_no_sum),
		cmocka_unit_test(damaged_events_are_counted_and_no_marks),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
