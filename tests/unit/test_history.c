// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "backtest.h"
#include "history.h"

static void a_csv_or_the_line_that_is_bad(void **state)
{
#define HEAD "boottime_seconds,records,bytes\n"
	static const struct {
		const char *text;
		int line;
	} table[] = {
		{ HEAD "1,2,3\n", 0 },
		{ HEAD "1,2,3", 0 },
		{ HEAD "1.25,2,3\r\n2.5,2,3\r\n", 0 },
		{ "", 1 },
		{ HEAD, 2 },
		{ "1,2,3\n", 1 },
		{ HEAD "1,2\n", 2 },
		{ HEAD "1,2,3,4\n", 2 },
		{ HEAD "1,2,3\n1,2,3\n", 3 },
		{ HEAD "2,2,3\n1,2,3\n", 3 },
		{ HEAD "-1,2,3\n", 2 },
		{ HEAD "1,-2,3\n", 2 },
		{ HEAD "nan,2,3\n", 2 },
		{ HEAD "inf,2,3\n", 2 },
		{ HEAD "1e3,2,3\n", 2 },
		{ HEAD "1.2.3,2,3\n", 2 },
		{ HEAD "1,2,99999999999999999999\n", 2 },
		{ HEAD " 1,2,3\n", 2 },
		{ HEAD "1,2,3 \n", 2 },
		{ HEAD "\n1,2,3\n", 2 },
		{ HEAD "1,,3\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		/* Exactly as long as it is, so that a sanitizer sees who reads on. */
		size_t size = strlen(table[i].text);
		char *text = malloc(size + 1);
		struct history history;
		int line;

		memcpy(text, table[i].text, size);
		line = history_from_csv(text, size, &history);
		if (line != table[i].line)
			fail_msg("row %zu: line %d", i, line);
		history_free(&history);
		free(text);
	}
}

static void a_new_stretch_where_it_does_not_go_on(void **state)
{
	struct history_sample samples[] = {
		{ .boot = 1, .boottime_seconds = 10, .records = 5, .bytes = 500 },
		{ .boot = 1, .boottime_seconds = 20, .records = 6, .bytes = 600 },
		{ .boot = 1, .boottime_seconds = 30, .records = 2, .bytes = 200 },	/* deleted */
		{ .boot = 1, .boottime_seconds = 40, .records = 3, .bytes = 300 },
		{ .boot = 1, .boottime_seconds = 40, .records = 3, .bytes = 300 },	/* a clock that stood */
		{ .boot = 1, .boottime_seconds = 35, .records = 3, .bytes = 300 },	/* that went back */
		{ .boot = 2, .boottime_seconds = 50, .records = 9, .bytes = 900 },	/* another boot */
		{ .boot = 2, .boottime_seconds = 60, .records = 9, .bytes = 900 },	/* nothing came */
		{ .boot = 2, .boottime_seconds = 70, .records = 9, .bytes = 899 },	/* as many, and fewer bytes */
		{ .boot = 2, .boottime_seconds = 80, .records = 8, .bytes = 950 },	/* fewer, and more bytes */
	};
	static const uint32_t stretches[] = { 1, 1, 2, 2, 3, 4, 5, 5, 6, 7 };
	struct history history = { .samples = samples, .sample_count = COUNT(samples) };
	struct imalog_point points[COUNT(samples)];

	(void)state;
	assert_int_equal(history_points(&history, points), COUNT(samples));
	for (size_t i = 0; i < COUNT(samples); i++) {
		assert_int_equal(points[i].stretch, stretches[i]);
		assert_true(points[i].bytes == samples[i].bytes);
	}
}

static void the_habit_of_the_last_reboots(void **state)
{
	struct history_event events[20];
	struct history history = { .events = events, .event_count = COUNT(events) };

	(void)state;
	assert_true(history_interval(&(struct history){ 0 }) == 0);
	assert_true(history_burst(&(struct history){ 0 }) == 0);
	for (size_t i = 0; i < COUNT(events); i++)
		events[i] = (struct history_event){ .kind = i % 2 ? HISTORY_EXECUTE : HISTORY_LOAD,
						    .interval_seconds = 10000 - i * 100,
						    .has_burst = i % 4 == 1, .burst_bytes = i };
	/* eight executes back: number 5; loads say nothing */
	assert_true(history_interval(&history) == 10000 - 5 * 100);
	assert_true(history_burst(&history) == 17);
	/* What an execute does not know does not count as one; the most of the others, in any order. */
	for (size_t i = 0; i < COUNT(events); i++)
		events[i] = (struct history_event){ .kind = HISTORY_EXECUTE,
						    .interval_seconds = i % 2 ? (i % 4 == 1 ? 500 : 300) - i : 0,
						    .has_burst = i % 2, .burst_bytes = (i % 4 == 3 ? 800 : 600) - i };
	assert_true(history_interval(&history) == 500 - 5);
	assert_true(history_burst(&history) == 800 - 7);
	for (size_t i = 0; i < COUNT(events); i++)
		events[i].burst_bytes = 1000 - i;
	assert_true(history_burst(&history) == 1000 - 5);
}

static void what_is_freed_is_empty(void **state)
{
	struct history history = { .samples = calloc(1, sizeof(*history.samples)), .sample_count = 1 };

	(void)state;
	history_free(&history);
	assert_null(history.samples);
	assert_int_equal(history.sample_count, 0);
}

/* What a backtest says, against a walk that is as simple as can be. */
static void a_backtest_counts_what_it_says(void **state)
{
	enum { N = 400 };
	struct imalog_point points[N];
	struct backtest backtest;
	uint64_t most = 0;

	(void)state;
	for (size_t i = 0; i < N; i++)
		points[i] = (struct imalog_point){ 1, 100.0 + 300.0 * (double)i,
						   1000 + i * 500 + (i % 50 > 44 ? 3000 : 0) * (i % 50 - 44) };
	for (size_t i = 1; i < N; i++)
		if (points[i].bytes < points[i - 1].bytes)
			points[i].bytes = points[i - 1].bytes;
	assert_int_equal(backtest_run(points, N, 3600, 0.999, NULL, NULL, &backtest), 0);
	assert_int_equal(backtest.windows, N - N / 10 - 12);
	for (size_t i = N / 10; i + 12 < N; i++)
		if (points[i + 12].bytes - points[i].bytes > most)
			most = points[i + 12].bytes - points[i].bytes;
	assert_true(backtest.oracle_bytes == most);
	assert_true(backtest.covered <= backtest.windows && backtest.covered > backtest.windows * 9 / 10);
	assert_int_equal(backtest_run(points, N, 3600 * 1000, 0.9, NULL, NULL, &backtest), 1);
	assert_int_equal(backtest_run(points, 0, 3600, 0.9, NULL, NULL, &backtest), 1);
	assert_int_equal(backtest_run(points, 1, 3600, 0.9, NULL, NULL, &backtest), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_csv_or_the_line_that_is_bad),
		cmocka_unit_test(a_new_stretch_where_it_does_not_go_on),
		cmocka_unit_test(the_habit_of_the_last_reboots),
		cmocka_unit_test(what_is_freed_is_empty),
		cmocka_unit_test(a_backtest_counts_what_it_says),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
