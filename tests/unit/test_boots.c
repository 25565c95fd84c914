// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <string.h>

/*
 * A log as a word: B boot_aggregate, f a file, L kexec_load, X kexec_execute.  Behind it how each boot
 * was entered (c cold, s soft, l soft-lost, u unknown), and the outcome, by what the replay says.
 */
static const struct {
	const char *log;
	struct {
		const char *entries, *outcome;
	} by[3];	/* IMALOG_REPLAYED_NOTHING, _MATCH, _MISMATCH */
} table[] = {
	{ "Bff", { { "c", "cold" }, { "c", "cold" }, { "u", "not-carried" } } },
	{ "BfLf", { { "c", "cold" }, { "c", "cold" }, { "u", "not-carried" } } },
	{ "BfLX", { { "c", "cold" }, { "c", "cold" }, { "u", "not-carried" } } },
	{ "BfLXBf", { { "cs", "complete" }, { "cs", "complete" }, { "cs", "mismatch" } } },
	{ "BfLfLfXB", { { "cs", "complete" }, { "cs", "complete" }, { "cs", "mismatch" } } },
	{ "BfLfBf", { { "cl", "lost" }, { "cl", "lost" }, { "cl", "lost" } } },
	{ "BfLXLBf", { { "cl", "lost" }, { "cl", "lost" }, { "cl", "lost" } } },
	{ "BfBf", { { "cu", "unknown" }, { "cs", "complete" }, { "cu", "lost" } } },
	{ "BfBfBf", { { "cuu", "unknown" }, { "css", "complete" }, { "cuu", "lost" } } },
	{ "BLXBLXB", { { "css", "complete" }, { "css", "complete" }, { "css", "mismatch" } } },
	/* a loss is for good, whatever came after it */
	{ "BLBfLXB", { { "cls", "lost" }, { "cls", "lost" }, { "cls", "lost" } } },
	{ "BLXBfLB", { { "csl", "lost" }, { "csl", "lost" }, { "csl", "lost" } } },
	/* the last boot decides which of the others' silence matters */
	{ "BfBLXB", { { "cus", "complete" }, { "css", "complete" }, { "cus", "mismatch" } } },
	{ "BLXBfB", { { "csu", "unknown" }, { "css", "complete" }, { "csu", "lost" } } },
	/* records were deleted: no boot_aggregate, or no kexec_load, in front */
	{ "ff", { { "u", "unknown" }, { "u", "cold" }, { "u", "mismatch" } } },
	{ "LXBf", { { "us", "complete" }, { "us", "complete" }, { "us", "mismatch" } } },
	{ "fXBf", { { "us", "complete" }, { "us", "complete" }, { "us", "mismatch" } } },
};

static void make(struct build *build, const char *log)
{
	build_init(build);
	for (; *log; log++) {
		switch (*log) {
		case 'B': build_file(build, "ima-ng", "boot_aggregate"); break;
		case 'f': build_file(build, "ima-ng", "/bin/sh"); break;
		case 'L': build_event(build, "kexec_load", 4096, 100, 1); break;
		case 'X': build_event(build, "kexec_execute", 4096, 200, 2); break;
		default: fail_msg("%c is no record", *log);
		}
	}
}

static void census_of(const char *log, struct imalog_census *census)
{
	struct build build;

	make(&build, log);
	assert_int_equal(build_census(&build, census), 1);
	build_free(&build);
}

static enum imalog_outcome judge(const struct imalog_census *census,
				 enum imalog_replayed replayed, bool damaged)
{
	const struct imalog_evidence evidence = { .replayed = replayed, .damaged = damaged };

	return imalog_judge_boots(census, &evidence);
}

static void every_log_by_every_replay(void **state)
{
	static const char letters[] = { 'c', 's', 'l', 'u' };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_census census;

		census_of(table[i].log, &census);
		for (unsigned r = 0; r < 3; r++) {
			enum imalog_replayed replayed = (enum imalog_replayed)r;
			enum imalog_outcome outcome = judge(&census, replayed, false);
			const char *entries = table[i].by[r].entries;

			assert_int_equal(census.boot_count, strlen(entries));
			for (uint32_t b = 0; b < census.boot_count; b++)
				if (letters[imalog_boot_entry(&census, b, replayed)] != entries[b])
					fail_msg("%s, replay %u, boot %u: not %c", table[i].log, r, b,
						 entries[b]);
			if (strcmp(imalog_outcome_text(outcome), table[i].by[r].outcome))
				fail_msg("%s, replay %u: %s", table[i].log, r,
					 imalog_outcome_text(outcome));
		}
		imalog_census_free(&census);
	}
}

/* Of a cut log only a loss that its events show is sure. */
static void a_damaged_log_is_unknown_or_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_census census;

		census_of(table[i].log, &census);
		for (unsigned r = 0; r < 3; r++) {
			bool lost = strchr(table[i].by[r].entries, 'l');

			assert_int_equal(
				judge(&census, (enum imalog_replayed)r, true),
				lost ? IMALOG_OUTCOME_LOST : IMALOG_OUTCOME_UNKNOWN);
		}
		imalog_census_free(&census);
	}
}

/* An altered record is a mismatch whatever the PCRs say; only a loss is worse. */
static void an_altered_log_is_a_mismatch_or_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_census census;

		census_of(table[i].log, &census);
		for (unsigned r = 0; r < 3; r++) {
			const struct imalog_evidence evidence = {
				.replayed = (enum imalog_replayed)r, .altered = true
			};
			bool lost = strchr(table[i].by[r].entries, 'l');

			assert_int_equal(imalog_judge_boots(&census, &evidence),
					 lost ? IMALOG_OUTCOME_LOST : IMALOG_OUTCOME_MISMATCH);
		}
		imalog_census_free(&census);
	}
}

/* Where records are known to be missing, nothing is good without a PCR. */
static void an_incomplete_log_is_never_good_unproven(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct imalog_evidence evidence = { .incomplete = true };
		enum imalog_outcome outcome;
		struct imalog_census census;

		census_of(table[i].log, &census);
		outcome = imalog_judge_boots(&census, &evidence);
		assert_true(outcome == IMALOG_OUTCOME_UNKNOWN || outcome == IMALOG_OUTCOME_LOST);
		imalog_census_free(&census);
	}
}

static void an_empty_log_is_unknown(void **state)
{
	struct imalog_census census;

	(void)state;
	imalog_census_init(&census);
	for (unsigned r = 0; r < 3; r++)
		assert_int_equal(judge(&census, (enum imalog_replayed)r, false),
				 IMALOG_OUTCOME_UNKNOWN);
}

static void the_words_are_those_of_the_manual(void **state)
{
	(void)state;
	assert_string_equal(imalog_entry_text(IMALOG_ENTRY_COLD), "cold");
	assert_string_equal(imalog_entry_text(IMALOG_ENTRY_SOFT), "soft");
	assert_string_equal(imalog_entry_text(IMALOG_ENTRY_SOFT_LOST), "soft-lost");
	assert_string_equal(imalog_entry_text(IMALOG_ENTRY_UNKNOWN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_log_by_every_replay),
		cmocka_unit_test(a_damaged_log_is_unknown_or_lost),
		cmocka_unit_test(an_altered_log_is_a_mismatch_or_lost),
		cmocka_unit_test(an_incomplete_log_is_never_good_unproven),
		cmocka_unit_test(an_empty_log_is_unknown),
		cmocka_unit_test(the_words_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
