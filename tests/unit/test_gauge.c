// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gauge.h"

static void the_room_as_a_bar(void **state)
{
	static const struct {
		uint64_t used, needed, segment;
		const char *bar;
	} table[] = {
		{ 0, 0, 2400, "[........................]" },
		{ 1200, 0, 2400, "[############............]" },
		{ 1200, 600, 2400, "[############++++++......]" },
		{ 1200, 1200, 2400, "[############++++++++++++]" },
		{ 1200, 1300, 2400, "[############++++++++++++]!" },
		{ 2400, 1, 2400, "[########################]!" },
		{ 5000, 0, 2400, "[########################]!" },
		{ 1, 0, 0, "[########################]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *text = NULL;
		size_t size;
		FILE *to = open_memstream(&text, &size);

		gauge_room(to, table[i].used, table[i].needed, table[i].segment, false);
		fclose(to);
		if (i + 1 < COUNT(table))
			assert_string_equal(text, table[i].bar);
		free(text);
	}
}

static void the_growth_as_blocks(void **state)
{
	struct history_sample samples[25] = { { 0 } };
	struct history history = { .samples = samples, .sample_count = 25 };
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	for (size_t i = 0; i < 25; i++)
		samples[i] = (struct history_sample){
			.boot = 3, .boottime_seconds = 1000.0 + 3600 * (double)i, .bytes = 100 };
	for (size_t i = 20; i < 25; i++)
		samples[i].bytes = 900;
	assert_true(gauge_growth(to, &history, 3, 86400));
	assert_false(gauge_growth(to, &history, 4, 86400));
	fclose(to);
	assert_int_equal(size, 3 * GAUGE_CELLS);
	for (size_t i = 0; i < GAUGE_CELLS; i++)
		assert_memory_equal(text + 3 * i, i == 20 ? "\u2588" : "\u2581", 3);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_room_as_a_bar),
		cmocka_unit_test(the_growth_as_blocks),
	};

	return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
