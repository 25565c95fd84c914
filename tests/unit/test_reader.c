// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "naive.h"

static const char *const templates[] = {
	"ima", "ima-ng", "ima-sig", "ima-ngv2", "ima-sigv2", "ima-buf", "ima-modsig", "evm-sig",
	"d-ng|n-ng", "d-ngv2|n-ng|imode",
};

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

static void every_template_in_every_format(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT(templates); t++) {
		for (size_t o = 0; o < COUNT(build_orders); o++) {
			for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
				struct imalog_reader reader;
				struct imalog_record record;
				struct build build;
				size_t first;

				build_init_as(&build, build_orders[o], build_digest_sizes[s]);
				build_file(&build, "ima-ng", "boot_aggregate");
				first = build.size;
				build.pcr = 11;
				build_file(&build, templates[t], "/usr/bin/true");
				imalog_reader_init(&reader, &build.format);
				imalog_reader_feed(&reader, build_log(&build), true);
				assert_int_equal(imalog_reader_next(&reader, &record), 0);
				assert_int_equal(record.pcr, 10);
				assert_int_equal(imalog_reader_next(&reader, &record), 0);
				assert_int_equal(record.index, 1);
				assert_int_equal(record.offset, first);
				assert_int_equal(record.size, build.size - first);
				assert_int_equal(record.pcr, 11);
				assert_false(record.violation);
				assert_int_equal(record.digest.size, build_digest_sizes[s]);
				assert_true(imalog_span_is(record.name, templates[t]));
				assert_ptr_equal(record.data.data + record.data.size,
						 build.data + build.size);
				assert_int_equal(imalog_reader_next(&reader, &record), 1);
				assert_int_equal(imalog_reader_next(&reader, &record), 1);
				build_free(&build);
			}
		}
	}
}

static void data_of_the_template_ima_is_digest_length_name(void **state)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima", "/bin/sh");
	imalog_reader_init(&reader, &build.format);
	imalog_reader_feed(&reader, build_log(&build), true);
	assert_int_equal(imalog_reader_next(&reader, &record), 0);
	assert_int_equal(record.data.size, 20 + 4 + 7);
	assert_int_equal(record.size, 4 + 20 + 4 + 3 + 20 + 4 + 7);
	assert_memory_equal(record.data.data + 24, "/bin/sh", 7);
	build_free(&build);
}

static void a_record_without_data(void **state)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct build build;

	(void)state;
	build_init(&build);
	build_record(&build, "ima-ng", (struct imalog_span){ NULL, 0 });
	imalog_reader_init(&reader, &build.format);
	imalog_reader_feed(&reader, build_log(&build), true);
	assert_int_equal(imalog_reader_next(&reader, &record), 0);
	assert_int_equal(record.data.size, 0);
	assert_int_equal(record.size, 4 + 20 + 4 + 6 + 4);
	assert_int_equal(imalog_reader_next(&reader, &record), 1);
	build_free(&build);
}

static void an_empty_log(void **state)
{
	const struct imalog_format format = { IMALOG_LITTLE_ENDIAN, 20, 0 };
	struct imalog_reader reader;

	(void)state;
	assert_int_equal(read_all((struct imalog_span){ NULL, 0 }, &format, &reader), 1);
	assert_int_equal(reader.offset, 0);
	assert_int_equal(reader.error, 0);
}

/* A violation is a digest of zeroes, all of it. */
static void violations(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
		for (size_t byte = 0; byte <= build_digest_sizes[s]; byte++) {
			bool zero = byte == build_digest_sizes[s];
			struct imalog_reader reader;
			struct imalog_record record;
			struct build build;

			build_init_as(&build, IMALOG_LITTLE_ENDIAN, build_digest_sizes[s]);
			build.violation = true;
			build_file(&build, "ima-ng", "/x");
			if (!zero)
				build.data[4 + byte] = 1;
			imalog_reader_init(&reader, &build.format);
			imalog_reader_feed(&reader, build_log(&build), true);
			assert_int_equal(imalog_reader_next(&reader, &record), 0);
			assert_int_equal(record.violation, zero);
			build_free(&build);
		}
	}
}

/* One good record, one thing broken in it. */
static void broken_records(void **state)
{
	enum { PCR = 0, NAME_SIZE = 24, NAME = 28, DATA_SIZE = 34 };
	static const struct {
		const char *label;
		size_t place;		/* byte of the record */
		const char *bytes;
		size_t size;
		int result;
	} table[] = {
		{ "as it was", PCR, "\x0a", 1, 1 },
		{ "PCR 0", PCR, "\0", 1, 1 },
		{ "PCR 63", PCR, "\x3f", 1, 1 },
		{ "PCR 64", PCR, "\x40", 1, IMALOG_ERROR_BAD_PCR },
		{ "PCR 10 + 2^8", PCR, "\x0a\1", 2, IMALOG_ERROR_BAD_PCR },
		{ "PCR 10 + 2^24", PCR, "\x0a\0\0\1", 4, IMALOG_ERROR_BAD_PCR },
		{ "PCR 2^32 - 1", PCR, "\xff\xff\xff\xff", 4, IMALOG_ERROR_BAD_PCR },
		{ "no name", NAME_SIZE, "\0", 1, IMALOG_ERROR_BAD_NAME },
		{ "name of 1025 bytes", NAME_SIZE, "\1\4", 2, IMALOG_ERROR_BAD_NAME },
		{ "name of 2^31 bytes", NAME_SIZE, "\0\0\0\x80", 4, IMALOG_ERROR_BAD_NAME },
		{ "name of 2^32 - 1 bytes", NAME_SIZE, "\xff\xff\xff\xff", 4, IMALOG_ERROR_BAD_NAME },
		{ "name of 1024 bytes", NAME_SIZE, "\0\4", 2, IMALOG_ERROR_CUT },
		{ "blank in the name", NAME + 3, " ", 1, IMALOG_ERROR_BAD_NAME },
		{ "control byte in the name", NAME, "\x1b", 1, IMALOG_ERROR_BAD_NAME },
		{ "NUL in the name", NAME + 5, "\0", 1, IMALOG_ERROR_BAD_NAME },
		{ "DEL in the name", NAME, "\x7f", 1, IMALOG_ERROR_BAD_NAME },
		{ "high byte in the name", NAME, "\x80", 1, IMALOG_ERROR_BAD_NAME },
		{ "another name", NAME, "!~", 2, 1 },
		{ "one byte of data too many", DATA_SIZE, "\x34", 1, IMALOG_ERROR_CUT },
		{ "2^24 bytes of data", DATA_SIZE, "\0\0\0\1", 4, IMALOG_ERROR_TOO_BIG },
		{ "2^32 - 1 bytes of data", DATA_SIZE, "\xff\xff\xff\xff", 4, IMALOG_ERROR_TOO_BIG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		/* Behind a good record, so that the remembered name is there to be mistaken. */
		for (int behind = 0; behind < 2; behind++) {
			struct imalog_reader reader;
			struct build build;
			size_t start;
			int result;

			build_init(&build);
			if (behind)
				build_file(&build, "ima-ng", "/1");
			start = build.size;
			build_file(&build, "ima-ng", "/2");
			assert_int_equal(build.data[start + DATA_SIZE], 0x33);
			memcpy(build.data + start + table[i].place, table[i].bytes, table[i].size);
			result = read_all(build_log(&build), &build.format, &reader);
			if (result != table[i].result)
				fail_msg("%s: %d", table[i].label, result);
			assert_int_equal(reader.offset, result == 1 ? build.size : start);
			assert_int_equal(reader.index, behind + (result == 1));
			assert_null(naive_compare(build_log(&build), &build.format, 1));
			build_free(&build);
		}
	}
}

static void an_error_stays(void **state)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct build bad, good;

	(void)state;
	build_init(&bad);
	build_init(&good);
	build_file(&bad, "ima-ng", "/1");
	bad.data[0] = 64;
	build_file(&good, "ima-ng", "/1");
	assert_int_equal(read_all(build_log(&bad), &bad.format, &reader), IMALOG_ERROR_BAD_PCR);
	assert_int_equal(imalog_reader_next(&reader, &record), IMALOG_ERROR_BAD_PCR);
	imalog_reader_feed(&reader, build_log(&good), true);
	assert_int_equal(imalog_reader_next(&reader, &record), IMALOG_ERROR_BAD_PCR);
	assert_int_equal(reader.error, IMALOG_ERROR_BAD_PCR);
	build_free(&bad);
	build_free(&good);
}

static void record_max_is_the_largest_accepted(void **state)
{
	static const struct {
		size_t size;
		uint32_t max;
		int result;
	} table[] = {
		{ 500, 500, 1 },
		{ 501, 500, IMALOG_ERROR_TOO_BIG },
		{ 499, 500, 1 },
		{ IMALOG_RECORD_MAX, 0, 1 },
		{ IMALOG_RECORD_MAX + 1, 0, IMALOG_ERROR_TOO_BIG },
		{ IMALOG_RECORD_MAX + 1, 5 << 20, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_reader reader;
		struct build build;

		build_init(&build);
		build_file(&build, "ima-ng", "/1");
		build_sized(&build, table[i].size);
		build.format.record_max = table[i].max;
		assert_int_equal(read_all(build_log(&build), &build.format, &reader),
				 table[i].result);
		assert_int_equal(reader.index, table[i].result == 1 ? 2 : 1);
		assert_null(naive_compare(build_log(&build), &build.format, 1 << 16));
		build_free(&build);
	}
}

/* A record that is too big is told at its length, without waiting for its bytes. */
static void too_big_is_told_at_once(void **state)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct build build;

	(void)state;
	build_init(&build);
	build_record(&build, "ima-ng", (struct imalog_span){ NULL, 0 });
	memset(build.data + build.size - 4, 0xff, 4);
	imalog_reader_init(&reader, &build.format);
	imalog_reader_feed(&reader, build_log(&build), false);
	assert_int_equal(imalog_reader_next(&reader, &record), IMALOG_ERROR_TOO_BIG);
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_template_in_every_format),
		cmocka_unit_test(data_of_the_template_ima_is_digest_length_name),
		cmocka_unit_test(a_record_without_data),
		cmocka_unit_test(an_empty_log),
		cmocka_unit_test(violations),
		cmocka_unit_test(broken_records),
		cmocka_unit_test(an_error_stays),
		cmocka_unit_test(record_max_is_the_largest_accepted),
		cmocka_unit_test(too_big_is_told_at_once),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
