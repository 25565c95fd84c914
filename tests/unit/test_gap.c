// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

/* A log as kexec events at places, with the counts that they have. */
static const struct {
	const char *name;
	struct { unsigned files; uint64_t count; } steps[4];	/* files, then an event; 0 files ends */
	struct imalog_gap gap;
} table[] = {
	{ "whole", { { 5, 5 }, { 3, 9 }, { 2, 12 } }, { 0, 0, 0 } },
	{ "its beginning is missing", { { 5, 7 }, { 3, 11 } }, { 2, 0, 5 } },
	{ "three between two events", { { 5, 5 }, { 3, 12 } }, { 3, 6, 9 } },
	/* what was deleted in an earlier boot is not counted in a later one */
	{ "deleted before, and archived", { { 5, 5 }, { 3, 4 }, { 2, 7 } }, { 0, 0, 0 } },
	{ "missing behind a deletion", { { 5, 5 }, { 3, 4 }, { 2, 8 } }, { 1, 10, 12 } },
	{ "no events", { { 0, 0 } }, { 0, 0, 0 } },
};

static void every_gap_is_where_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_census census;
		struct imalog_gap gap;
		struct build build;

		build_init(&build);
		for (size_t s = 0; s < COUNT(table[i].steps) && table[i].steps[s].files; s++) {
			for (unsigned f = 0; f < table[i].steps[s].files; f++)
				build_file(&build, "ima-ng", "/bin/sh");
			build_event(&build, "kexec_load", 4096, 100, table[i].steps[s].count);
		}
		assert_int_equal(build_census(&build, &census), 1);
		imalog_find_gap(&census, &gap);
		if (gap.records != table[i].gap.records || gap.after != table[i].gap.after ||
		    gap.before != table[i].gap.before)
			fail_msg("%s: %u records missing, behind %u, before %u", table[i].name,
				 (unsigned)gap.records, (unsigned)gap.after, (unsigned)gap.before);
		imalog_census_free(&census);
		build_free(&build);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_gap_is_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
