// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader over cut, damaged and piecemeal logs, compared with the naive one. */
#include "build.h"

#include "naive.h"

/* Reads @log whole; how it ended, and the reader as it then was. */
static int read_all(struct imalog_span log, const struct imalog_format *format,
		    struct imalog_reader *reader)
{
	struct imalog_record record;
	int result;

	imalog_reader_init(reader, format);
	imalog_reader_feed(reader, log, true);
	do
		result = imalog_reader_next(reader, &record);
	while (!result);
	return result;
}

static void make_small_log(struct build *build)
{
	build_file(build, "ima-ng", "boot_aggregate");
	build_file(build, "ima", "/usr/bin/old");
	build->violation = true;
	build_file(build, "ima-sig", "/usr/bin/changed");
	build->violation = false;
	build_record(build, "ima-buf", (struct imalog_span){ NULL, 0 });
	build_file(build, "d-ng|n-ng", "/x");
	build_event(build, "kexec_load", 8192, 2546, 21);
}

/* Cut anywhere: the good part is there, and the byte where it ends is told. */
static void cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t o = 0; o < COUNT(build_orders); o++) {
		struct imalog_reader reader;
		struct naive naive = { 0 };
		struct build build;
		uint64_t whole = 0, index = 0;

		build_init_as(&build, build_orders[o], 32);
		make_small_log(&build);
		for (size_t cut = 0; cut <= build.size; cut++) {
			struct imalog_span part = { build.data, cut };
			int result;

			if (!naive_record(build_log(&build), &build.format, whole, &naive) &&
			    naive.end == cut) {
				whole = cut;
				index++;
			}
			result = read_all(part, &build.format, &reader);
			assert_int_equal(result, cut == whole ? 1 : IMALOG_ERROR_CUT);
			assert_int_equal(reader.offset, whole);
			assert_int_equal(reader.index, index);
		}
		assert_int_equal(index, 6);
		build_free(&build);
	}
}

/* The two readers agree whatever the windows, on the whole log and on one with a cut end. */
static void windows_of_every_size(void **state)
{
	(void)state;
	for (size_t o = 0; o < COUNT(build_orders); o++) {
		for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
			struct build build;

			build_init_as(&build, build_orders[o], build_digest_sizes[s]);
			make_small_log(&build);
			for (size_t chunk = 1; chunk <= build.size + 1; chunk++) {
				struct imalog_span part = { build.data, build.size - chunk % 97 };
				const char *why;

				why = naive_compare(build_log(&build), &build.format, chunk);
				if (!why)
					why = naive_compare(part, &build.format, chunk);
				if (why)
					fail_msg("windows of %zu bytes: %s", chunk, why);
			}
			build_free(&build);
		}
	}
}

/* Every byte of a log damaged in turn, in three ways: the two readers still agree. */
static void readers_agree_on_damage(void **state)
{
	static const unsigned char damage[] = { 0x01, 0x80, 0xff };
	struct build build;

	(void)state;
	build_init(&build);
	make_small_log(&build);
	build.format.record_max = 300;
	for (size_t i = 0; i < build.size; i++) {
		for (size_t d = 0; d < COUNT(damage); d++) {
			const char *why;

			build.data[i] ^= damage[d];
			why = naive_compare(build_log(&build), &build.format, 1 + i % 61);
			if (!why)
				why = naive_compare(build_log(&build), &build.format, SIZE_MAX);
			if (why)
				fail_msg("byte %zu: %s", i, why);
			build.data[i] ^= damage[d];
		}
	}
	build_free(&build);
}

static void a_window_without_a_whole_record_asks_for_more(void **state)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima-ng", "/1");
	imalog_reader_init(&reader, &build.format);
	for (size_t size = 0; size < build.size; size++) {
		imalog_reader_feed(&reader, (struct imalog_span){ build.data, size }, false);
		assert_int_equal(imalog_reader_next(&reader, &record), 1);
		assert_int_equal(reader.at, 0);
	}
	imalog_reader_feed(&reader, build_log(&build), false);
	assert_int_equal(imalog_reader_next(&reader, &record), 0);
	assert_int_equal(imalog_reader_next(&reader, &record), 1);
	assert_int_equal(reader.at, build.size);
	imalog_reader_feed(&reader, (struct imalog_span){ NULL, 0 }, true);
	assert_int_equal(imalog_reader_next(&reader, &record), 1);
	build_free(&build);
}

/* More than record_max of it is there, and it is cut: too big, in one window or in many. */
static void a_cut_record_beyond_record_max_is_too_big_in_any_windows(void **state)
{
	struct imalog_reader reader;
	struct build build;

	(void)state;
	build_init(&build);
	build_sized(&build, 550);
	build.size = 520;
	build.format.record_max = 515;
	assert_int_equal(read_all(build_log(&build), &build.format, &reader), IMALOG_ERROR_TOO_BIG);
	for (size_t chunk = 1; chunk < 530; chunk++)
		assert_null(naive_compare(build_log(&build), &build.format, chunk));
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(windows_of_every_size),
		cmocka_unit_test(readers_agree_on_damage),
		cmocka_unit_test(a_window_without_a_whole_record_asks_for_more),
		cmocka_unit_test(a_cut_record_beyond_record_max_is_too_big_in_any_windows),
	};

	return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
