// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows as lines, and what a sample keeps: there and back, and each thing broken once. */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history_line.h"
#include "kept.h"

#define BOOT "0b7c9f5e-3b5c-4a59-9f0e-0d3c1f5a7e11"

static const char *const lines[] = {
	"sample " BOOT " 36000250 1700000000 301 36854 120 2 1 0 300",
	"load " BOOT " 36000000 1700000000 301 36854 49152 -17 6697 3600 17057 0",
	"check " BOOT " 36000000 -5 301 36854 0 12 6697 0 -1 4",
	"verify " BOOT " 1700000000 5",
};

static void a_row_reads_back_as_it_was_written(void **state)
{
	char out[HISTORY_LINE_MAX];
	struct history_row row;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t size = strlen(lines[i]);

		assert_true(history_line_read(lines[i], size, &row));
		assert_int_equal(row.kind, i);
		assert_string_equal(row.boot_id, BOOT);
		assert_int_equal(history_line_write(&row, out), size + 1);
		assert_int_equal(out[size], '\n');
		assert_memory_equal(out, lines[i], size);
	}
	assert_true(history_line_read(lines[1], strlen(lines[1]), &row));
	assert_true(row.event.kind == HISTORY_LOAD && row.event.room_bytes == -17 &&
		    row.event.has_deadline && row.event.deadline_seconds == 17057);
	assert_true(history_line_read(lines[2], strlen(lines[2]), &row));
	assert_true(row.event.kind == HISTORY_CHECK && !row.event.has_deadline);
}

/* A time is kept in milliseconds and told in seconds: no number of them is lost between the two. */
static void no_millisecond_is_lost(void **state)
{
	static const long long times[] = { 0, 1, 64615, 1001, 36000249, 999999999999999, 1000000000000000 };
	char line[HISTORY_LINE_MAX], out[HISTORY_LINE_MAX];
	struct history_row row;

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		int size = snprintf(line, sizeof(line), "check " BOOT " %lld 1 2 3 0 0 7 0 -1 4", times[i]);

		assert_true(history_line_read(line, (size_t)size, &row));
		history_line_write(&row, out);
		assert_memory_equal(out, line, (size_t)size);
	}
	/* What no machine can have run for is no time. */
	assert_false(history_line_read("check b 1000000000000001 1 2 3 0 0 7 0 -1 4", 43, &row));
}

/* Each number at its largest, and the longest boot id: it still fits. */
static void the_longest_row_fits(void **state)
{
	struct history_row row = {
		.kind = HISTORY_ROW_LOAD,
		.event = { .boottime_seconds = 9e15, .unix_seconds = INT64_MIN, .records = INT64_MAX,
			   .bytes = INT64_MAX, .segment_bytes = INT64_MAX, .room_bytes = INT64_MIN,
			   .needed_bytes = (uint64_t)INT64_MIN, .interval_seconds = INT64_MAX, .has_deadline = true,
			   .deadline_seconds = INT64_MAX, .verdict = IMALOG_UNKNOWN },
	};
	char out[HISTORY_LINE_MAX];
	size_t size;

	(void)state;
	memset(row.boot_id, 'f', sizeof(row.boot_id) - 1);
	size = history_line_write(&row, out);
	assert_true(size < HISTORY_LINE_MAX);
	assert_int_equal(out[size - 1], '\n');
}

/* Whatever is cut off behind, and each field one at a time. */
static void a_broken_line_is_no_row(void **state)
{
	static const char *const bad[] = {
		"", " ", "sample", "sample " BOOT, "samples " BOOT " 1 1 1 1 1 1 1 1 1",
		"sampl " BOOT " 1 1 1 1 1 1 1 1 1",
		"sample  1 1 1 1 1 1 1 1 1",
		"sample " BOOT " 1 1 1 1 1 1 1 1",
		"sample " BOOT " 1 1 1 1 1 1 1 1 1 1",
		"sample " BOOT " 1 1 1 1 1 1 2 1 1",
		"sample " BOOT " 1 1 1 1 1 1 1 2 1",
		"sample " BOOT " -1 1 1 1 1 1 1 1 1",
		"sample " BOOT " 1 1 -1 1 1 1 1 1 1",
		"sample " BOOT " 1 1 1 1 1 1 1 1 -1",
		"sample " BOOT " 1 1 1 1 1 1 1 1 9223372036854775808",
		"sample " BOOT " 1 1 1 1 1 1 1 1 0x1",
		"sample " BOOT " 1 1 1 1 1 1 1 1 +1",
		"sample " BOOT " 1 1 1 1 1 1 1 1 1.5",
		"sample " BOOT " 1 1 1 1 1  1 1 1 1",
		"load " BOOT " 1 1 1 1 1 1 1 1 -2 0",
		"load " BOOT " 1 1 1 1 1 1 1 1 1 5",
		"load " BOOT " 1 1 1 1 1 1 1 -1 1 0",
		"verify " BOOT " 1 -1",
		"verify " BOOT " 1 99",
		"verify " BOOT BOOT " 1 1",
	};
	struct history_row row;
	char big[HISTORY_LINE_MAX + 8];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (history_line_read(bad[i], strlen(bad[i]), &row))
			fail_msg("taken: %s", bad[i]);
	assert_false(history_line_read("verify x 1 1\0", 13, &row));
	memset(big, '1', sizeof(big));
	assert_false(history_line_read(big, sizeof(big), &row));
}

static char *sample_text(void)
{
	const struct kept_sample kept = {
		.counted = 305, .boottime_seconds = 12.5, .unix_seconds = 1700000060,
		.exact = { .boottime_seconds = 10, .unix_seconds = 1700000000, .records = 301, .bytes = 36854,
			   .staged_bytes = 7, .violations = 2, .exact = true },
		.exact_counted = 300,
	};

	return kept_sample_to_text("a", &kept);
}

static char *verdict_text(void)
{
	const struct kept_verdict kept = { 1700000000, IMALOG_OUTCOME_LOST };

	return kept_verdict_to_text("a", &kept);
}

static char *outlook_text(void)
{
	struct kept_outlook kept = { .boottime_seconds = 99, .bytes = 5, .interval_seconds = 600, .burst_bytes = 730 };

	kept.curve.confidence = 0.999;
	kept.curve.count = 3;
	for (unsigned i = 0; i < 3; i++)
		kept.curve.knot[i] = (struct imalog_knot){ .seconds = 60 * i, .bound = 100.5 * i, .central = 7 * i,
							   .windows = 3.25, .basis = IMALOG_BASIS_COUNTS, .small = i == 1 };
	return kept_outlook_to_text("a", &kept);
}

static bool take_sample(const char *text, const char *boot)
{
	struct kept_sample kept;

	return kept_sample_from_text(text, boot, &kept) && kept.counted == 305 && kept.boottime_seconds == 12.5 &&
	       kept.unix_seconds == 1700000060 && kept.exact.bytes == 36854 && kept.exact.violations == 2 &&
	       kept.exact.staged_bytes == 7 && kept.exact_counted == 300 && kept.exact.exact;
}

static bool take_verdict(const char *text, const char *boot)
{
	struct kept_verdict kept;

	return kept_verdict_from_text(text, boot, &kept) && kept.outcome == IMALOG_OUTCOME_LOST &&
	       kept.unix_seconds == 1700000000;
}

static bool take_outlook(const char *text, const char *boot)
{
	struct kept_outlook kept;

	return kept_outlook_from_text(text, boot, &kept) && kept.boottime_seconds == 99 && kept.bytes == 5 &&
	       kept.interval_seconds == 600 && kept.burst_bytes == 730 && kept.curve.count == 3 &&
	       kept.curve.knot[2].bound == 201 && kept.curve.knot[1].small && !kept.curve.knot[2].small;
}

/* @text with the first @from as @to; to be freed. */
static char *edit(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out = malloc(strlen(text) + strlen(to) + 1);

	assert_non_null(at);
	memcpy(out, text, (size_t)(at - text));
	strcpy(stpcpy(out + (at - text), to), at + strlen(from));
	return out;
}

static void what_is_kept_reads_back_and_each_thing_broken_is_refused(void **state)
{
	static const struct {
		char *(*make)(void);
		bool (*take)(const char *text, const char *boot);
		const char *from, *to;
	} table[] = {
		{ sample_text, take_sample, "\"counted\"", "\"count\"" },
		{ sample_text, take_sample, "305", "-1" },
		{ sample_text, take_sample, "12.5", "-12.5" },
		{ sample_text, take_sample, "1700000060", "9223372036854775808" },
		{ sample_text, take_sample, "36854", "\"36854\"" },
		{ sample_text, take_sample, "}", "" },
		{ verdict_text, take_verdict, "\"outcome\":", "\"outcome\":9" },
		{ verdict_text, take_verdict, "\"version\":", "\"version\":1" },
		{ outlook_text, take_outlook, "\"seconds\":120", "\"seconds\":60" },
		{ outlook_text, take_outlook, "201.0", "100.0" },
		{ outlook_text, take_outlook, "201.0", "NaN" },
		{ outlook_text, take_outlook, "14.0", "6.0" },
		{ outlook_text, take_outlook, "\"curve\":[", "\"curve\":[1," },
		{ outlook_text, take_outlook, "\"basis\":4", "\"basis\":77" },
		{ outlook_text, take_outlook, "\"small\":1", "\"small\":2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *text = table[i].make(), *bad;

		assert_non_null(text);
		assert_true(table[i].take(text, "a"));
		assert_false(table[i].take(text, "b"));
		bad = edit(text, table[i].from, table[i].to);
		if (table[i].take(bad, "a"))
			fail_msg("row %zu: %s", i, bad);
		free(text);
		free(bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_reads_back_as_it_was_written),
		cmocka_unit_test(no_millisecond_is_lost),
		cmocka_unit_test(the_longest_row_fits),
		cmocka_unit_test(a_broken_line_is_no_row),
		cmocka_unit_test(what_is_kept_reads_back_and_each_thing_broken_is_refused),
	};

	return cmocka_run_group_tests_name("history_line", tests, NULL, NULL);
}
