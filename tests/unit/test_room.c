// SPDX-License-Identifier: GPL-2.0-or-later
/* The sizing rule, held to numbers seen on real kernels; the size of the last record. */
#include "build.h"

#include <string.h>

static void segments_by_hand(void **state)
{
	static const struct {
		const char *label;
		uint64_t counted;
		unsigned headers, extra_kib;
		uint64_t page, segment;
	} table[] = {
		/* arm64, 7.3.4: event size 2142 (header included), half a page -> 8192 */
		{ "seen on arm64", 2142 - 24, 1, 0, 4096, 8192 },
		{ "nothing", 0, 1, 0, 4096, 4096 },
		{ "exactly a page", 4096 - 2048 - 24, 1, 0, 4096, 4096 },
		{ "one byte more", 4096 - 2048 - 23, 1, 0, 4096, 8192 },
		{ "two headers, exactly", 4096 - 2048 - 48, 2, 0, 4096, 4096 },
		{ "two headers, one byte more", 4096 - 2048 - 47, 2, 0, 4096, 8192 },
		{ "no header is counted as such", 4096 - 2048, 0, 0, 4096, 4096 },
		{ "1 KiB is less than half a page", 4096 - 1024 - 24, 1, 1, 4096, 4096 },
		{ "8 KiB", 4096 - 24, 1, 8, 4096, 12288 },
		{ "8 KiB, one byte more", 4096 - 23, 1, 8, 4096, 16384 },
		{ "40 KiB", 0, 1, 40, 4096, 45056 },
		{ "half of 16 KiB", 8192 - 24, 1, 0, 16384, 16384 },
		{ "half of 16 KiB, one byte more", 8192 - 23, 1, 0, 16384, 32768 },
		{ "half of 64 KiB", 32768 - 24, 1, 0, 65536, 65536 },
		{ "half of 64 KiB, one byte more", 32768 - 23, 1, 0, 65536, 131072 },
		{ "40 KiB on 64 KiB pages", 24576 - 24, 1, 40, 65536, 65536 },
		{ "beyond 32 bits", UINT64_C(5000000000), 1, 0, 4096, UINT64_C(5000003584) },
		{ "the last that can be", UINT64_MAX - 2 * 4096, 1, 0, 4096, UINT64_MAX - 4095 },
		{ "the last page there is", UINT64_MAX - 4095 - 2048 - 24, 1, 0, 4096, UINT64_MAX - 4095 },
		{ "one byte more than that", UINT64_MAX - 4094 - 2048 - 24, 1, 0, 4096, UINT64_MAX },
		{ "saturates in rounding", UINT64_MAX - 4096, 1, 0, 4096, UINT64_MAX },
		{ "saturates in the sum", UINT64_MAX, 2, 40, 4096, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		uint64_t segment = imalog_segment_bytes(table[i].counted, table[i].headers,
							table[i].extra_kib, table[i].page);

		if (segment != table[i].segment)
			fail_msg("%s: %llu", table[i].label, (unsigned long long)segment);
	}
}

/* The rule is the smallest multiple of a page that holds it all, for any sizes. */
static void segments_of_any_size(void **state)
{
	static const uint64_t pages[] = { 4096, 16384, 65536 };

	(void)state;
	for (size_t p = 0; p < COUNT(pages); p++) {
		for (unsigned kib = 0; kib <= IMALOG_EXTRA_KIB_MAX; kib++) {
			for (uint64_t counted = 0; counted < 3 * pages[p]; counted += 61) {
				uint64_t least = counted + 24 + (kib ? kib * 1024 : pages[p] / 2);
				uint64_t got = imalog_segment_bytes(counted, 1, kib, pages[p]);

				assert_int_equal(got % pages[p], 0);
				assert_true(got >= least && got - least < pages[p]);
			}
		}
	}
}

/* Seen on 7.3.4: with half a page of 4096 the room went 1935 -> 5842 by one more load. */
static void a_second_load_moves_the_rounding(void **state)
{
	struct imalog_decision first, second;
	struct imalog_facts facts = { .page_bytes = 4096 };
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	for (int i = 0; i < 12; i++)	/* numbers of four digits and two, as there */
		build_sized(&build, 120);
	build_sized(&build, 4096 - 2148 - build.size);
	build_load(&build, 1, 0, 4096);
	build_census(&build, &census);
	imalog_decide(&census, imalog_census_load(&census), &facts, 0, &first);
	assert_int_equal(census.marks[0].after.bytes - census.marks[0].before.bytes, 189);
	assert_int_equal(first.room_bytes, 1935);
	imalog_census_free(&census);
	build_load(&build, 1, 0, 4096);
	build_census(&build, &census);
	imalog_decide(&census, imalog_census_load(&census), &facts, 0, &second);
	assert_int_equal(second.room_bytes, 5842);
	assert_int_equal(second.segment_bytes, first.segment_bytes + 4096);
	imalog_census_free(&census);
	build_free(&build);
}

/* Seen on 7.3.4: a load record of 189 bytes, an execute record of 192. */
static void the_last_record_is_three_bytes_longer(void **state)
{
	struct imalog_census census;
	struct build build;

	(void)state;
	build_init(&build);
	build_event(&build, "kexec_load", 8192, 2546, 21);
	assert_int_equal(build.size, 189);
	build_census(&build, &census);
	assert_int_equal(imalog_execute_record_bytes(&census.marks[0], &census.total, 0), 192);
	imalog_census_free(&census);
	build.size = 0;
	build_event(&build, "kexec_execute", 8192, 2735, 22);
	assert_int_equal(build.size, 192);
	build_free(&build);
}

/* The two running numbers grow digits. */
static void the_last_record_grows_digits(void **state)
{
	static const struct {
		uint64_t runtime, records;	/* in the load event */
		uint64_t more_bytes, more_records;	/* now, the load record included */
		uint64_t growth;		/* bytes to come */
		uint64_t size;
	} table[] = {
		{ 2546, 21, 189, 1, 0, 192 },
		{ 2546, 8, 189, 1, 0, 191 },		/* 9 */
		{ 2546, 9, 189, 1, 0, 192 },		/* 9 -> 10 */
		{ 2546, 9, 189, 90, 0, 192 },		/* 99 */
		{ 2546, 9, 189, 91, 0, 193 },		/* 9 -> 100 */
		{ 2546, 98, 189, 1, 0, 192 },
		{ 2546, 99, 189, 1, 0, 193 },		/* 99 -> 100 */
		{ 9810, 21, 189, 1, 0, 192 },		/* 9999 */
		{ 9811, 21, 189, 1, 0, 193 },		/* 9999 -> 10000 */
		{ 9811, 99, 189, 1, 0, 194 },		/* both */
		{ 9811, 99, 90189, 901, 0, 196 },	/* 100000 and 1000 */
		/* with growth still to come: its bytes, and a record for each 33 of them */
		{ 2546, 21, 189, 1, 100, 192 },		/* 2835; 22 + 3 */
		{ 2546, 96, 189, 1, 98, 192 },		/* 97 + 2 */
		{ 2546, 96, 189, 1, 99, 193 },		/* 97 + 3 */
		{ 9000, 21, 189, 1, 810, 192 },		/* 9999 */
		{ 9000, 21, 189, 1, 811, 193 },		/* 10000 */
		{ 2546, 21, 189, 1, 7264, 193 },	/* 9999; 22 + 220 */
		{ 2546, 21, 189, 1, 7265, 194 },	/* 10000; 22 + 220 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_position now;
		struct imalog_census census;
		struct imalog_mark load;
		struct build build;
		uint64_t size;

		build_init(&build);
		build_event(&build, "kexec_load", 8192, table[i].runtime, table[i].records);
		build_census(&build, &census);
		load = census.marks[0];
		now = load.before;
		now.bytes += table[i].more_bytes;
		now.counted += table[i].more_bytes;
		now.records += table[i].more_records;
		size = imalog_execute_record_bytes(&load, &now, table[i].growth);
		if (size != table[i].size)
			fail_msg("row %zu: %llu", i, (unsigned long long)size);
		imalog_census_free(&census);
		build_free(&build);
	}
}

/* Predicted before, then made: the same size to the byte, whatever grew in between. */
static void the_last_record_is_predicted_exactly(void **state)
{
	static const char *const templates[] = { "ima-ng", "ima-sig", "d-ng|n-ng" };

	(void)state;
	for (unsigned round = 0; round < 3 * 2 * IMALOG_HASHES; round++) {
		const char *template_ = templates[round % 3];
		struct build build;
		uint64_t segment;

		build_init_as(&build, build_orders[round / 3 % 2], 20);
		build.hash = (enum imalog_hash)(round / 6);
		build_file(&build, template_, "boot_aggregate");
		for (int i = 0; i < 6; i++)
			build_file(&build, template_, "/usr/bin/early");
		segment = build_load(&build, 1, 0, 4096);
		for (int i = 0; i < 110; i++) {
			struct imalog_census census;
			uint64_t predicted, counted, records;
			size_t before = build.size;

			build_census(&build, &census);
			counted = census.total.counted;
			records = census.total.records;
			predicted = imalog_execute_record_bytes(imalog_census_load(&census),
								&census.total, 0);
			imalog_census_free(&census);
			build_event(&build, "kexec_execute", segment, counted + 24, records);
			assert_int_equal(build.size - before, predicted);
			build.size = before;
			build_file(&build, template_, "/usr/bin/late");
		}
		build_free(&build);
	}
}

/* More growth to come never makes the record smaller. */
static void the_last_record_only_rises_with_growth(void **state)
{
	struct imalog_census census;
	struct build build;
	uint64_t before = 0, size;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	build_load(&build, 1, 0, 4096);
	build_census(&build, &census);
	for (unsigned shift = 0; shift < 64; shift++) {
		size = imalog_execute_record_bytes(&census.marks[0], &census.total,
						   UINT64_C(1) << shift);
		assert_true(size >= before);
		before = size;
	}
	size = imalog_execute_record_bytes(&census.marks[0], &census.total, UINT64_MAX);
	assert_true(size >= before && size < 300);
	imalog_census_free(&census);
	build_free(&build);
}

static void complaints_of_the_kernel(void **state)
{
	static const struct {
		const char *line;
		enum imalog_complaint complaint;
	} table[] = {
		{ "", IMALOG_COMPLAINT_NONE },
		{ "kexec_file: Loaded kernel", IMALOG_COMPLAINT_NONE },
		{ "Could not map measurements buffe", IMALOG_COMPLAINT_NONE },
		{ "could not map measurements buffer", IMALOG_COMPLAINT_NONE },
		{ "Could not map measurements buffer", IMALOG_COMPLAINT_NOT_MAPPED },
		{ "ima: Could not map measurements buffer.\n", IMALOG_COMPLAINT_NOT_MAPPED },
		{ "3,512,99,-;ima: Binary measurement list too large.", IMALOG_COMPLAINT_TOO_LARGE },
		{ "ima: Not enough memory for the kexec measurement buffer.\n",
		  IMALOG_COMPLAINT_NO_MEMORY },
		{ "ima: Error passing over kexec measurement buffer.\n",
		  IMALOG_COMPLAINT_NOT_PASSED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		if (imalog_complaint_of(span_of(table[i].line)) != table[i].complaint)
			fail_msg("%s", table[i].line);
	assert_int_equal(imalog_complaint_of((struct imalog_span){ NULL, 0 }),
			 IMALOG_COMPLAINT_NONE);
}

/* One word for each value, no two the same, and those that the command line promises. */
static void words(void **state)
{
	static const char *const generations[] = { "none", "copy-at-load", "copy-at-execute", "events",
						   "staging" };
	static const char *const verdicts[] = { "fits", "tight", "short", "not-carried", "unknown" };

	(void)state;
	for (size_t i = 0; i < COUNT(generations); i++)
		assert_string_equal(imalog_generation_text((enum imalog_generation)i), generations[i]);
	for (size_t i = 0; i < COUNT(verdicts); i++)
		assert_string_equal(imalog_verdict_text((enum imalog_verdict)i), verdicts[i]);
	for (unsigned i = 0; i <= IMALOG_REASON_UNPLACED; i++) {
		assert_true(strlen(imalog_reason_text((enum imalog_reason)i)) > 10);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(imalog_reason_text((enum imalog_reason)i),
						imalog_reason_text((enum imalog_reason)j));
	}
	for (unsigned i = IMALOG_COMPLAINT_NOT_MAPPED; i <= IMALOG_COMPLAINT_UNREADABLE; i++)
		assert_true(strlen(imalog_complaint_text((enum imalog_complaint)i)) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_by_hand),
		cmocka_unit_test(segments_of_any_size),
		cmocka_unit_test(a_second_load_moves_the_rounding),
		cmocka_unit_test(the_last_record_is_three_bytes_longer),
		cmocka_unit_test(the_last_record_grows_digits),
		cmocka_unit_test(the_last_record_is_predicted_exactly),
		cmocka_unit_test(the_last_record_only_rises_with_growth),
		cmocka_unit_test(complaints_of_the_kernel),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
