// SPDX-License-Identifier: GPL-2.0-or-later
/* The sizing rule at its edges, by numbers that need no log: what is possible, and what cannot be known. */
#include "judge.h"

#define KNOWS(what) IMALOG_KNOWS_##what
#define NONE IMALOG_GENERATION_NONE
#define EVENTS IMALOG_GENERATION_EVENTS
#define STAGING IMALOG_GENERATION_STAGING

static struct imalog_facts facts_of(unsigned known, enum imalog_generation generation,
				    unsigned extra_kib, unsigned headers, uint64_t page)
{
	return (struct imalog_facts){
		.known = known, .generation = generation, .extra_kib = extra_kib, .headers = headers,
		.page_bytes = page, .ram_bytes = 65536,
	};
}

/* Before a load: each fact counts only where it is known. */
static void a_segment_of_what_is_known(void **state)
{
	static const struct {
		const char *label;
		unsigned known;
		enum imalog_generation generation;
		unsigned extra_kib, headers;
		uint64_t counted, segment;
	} table[] = {
		{ "nothing is known: one header, half a page", 0, NONE, 8, 2, 4096 - 2048 - 24, 4096 },
		{ "nothing is known, one byte more", 0, NONE, 8, 2, 4096 - 2048 - 23, 8192 },
		{ "two headers", KNOWS(HEADERS), EVENTS, 8, 2, 4096 - 2048 - 48, 4096 },
		{ "two headers, one byte more", KNOWS(HEADERS), EVENTS, 8, 2, 4096 - 2048 - 47, 8192 },
		{ "8 KiB", KNOWS(EXTRA), EVENTS, 8, 2, 4096 - 24, 12288 },
		{ "8 KiB, one byte more", KNOWS(EXTRA), EVENTS, 8, 2, 4096 - 23, 16384 },
		{ "a kernel that carries nothing", KNOWS(GENERATION), NONE, 8, 2, 100, 0 },
		{ "one that does", KNOWS(GENERATION), EVENTS, 8, 2, 100, 4096 },
		{ "the oldest that does", KNOWS(GENERATION), IMALOG_GENERATION_COPY_AT_LOAD, 8, 2, 100, 4096 },
		{ "whether it does is not known", KNOWS(LOADED) | KNOWS(RAM), NONE, 8, 2, 100, 4096 },
		{ "half of RAM", KNOWS(RAM), EVENTS, 0, 1, 32768 - 2048 - 24, 32768 },
		{ "over half of RAM", KNOWS(RAM), EVENTS, 0, 1, 32768 - 2048 - 23, 0 },
		{ "over half of what is not known", 0, EVENTS, 0, 1, 32768 - 2048 - 23, 36864 },
		{ "more than there can be", 0, EVENTS, 0, 1, UINT64_MAX - 1000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(table[i].known, table[i].generation,
						     table[i].extra_kib, table[i].headers, 4096);
		struct imalog_position now = { 10, table[i].counted, table[i].counted };
		uint64_t segment = imalog_load_segment_bytes(&now, &facts);

		if (segment != table[i].segment)
			fail_msg("%s: %llu", table[i].label, (unsigned long long)segment);
	}
}

/* The numbers of a load against what the rule may have been, known or not. */
static void a_load_by_some_rule(void **state)
{
	static const struct {
		const char *label;
		unsigned known;
		unsigned extra_kib, headers;
		uint64_t page, counted, segment;
		bool matches;
	} table[] = {
		{ "half a page, one header", KNOWS(EXTRA) | KNOWS(HEADERS), 0, 1, 4096, 2024, 4096, true },
		{ "half a page, two headers", KNOWS(EXTRA) | KNOWS(HEADERS), 0, 2, 4096, 2024, 8192, true },
		{ "two where it is one", KNOWS(EXTRA) | KNOWS(HEADERS), 0, 1, 4096, 2024, 8192, false },
		{ "one where it is two", KNOWS(EXTRA) | KNOWS(HEADERS), 0, 2, 4096, 2024, 4096, false },
		{ "one of which nothing is known", KNOWS(EXTRA), 0, 9, 4096, 2024, 4096, true },
		{ "two of which nothing is known", KNOWS(EXTRA), 0, 9, 4096, 2024, 8192, true },
		{ "no header at all", KNOWS(EXTRA), 0, 0, 4096, 2025, 4096, false },
		{ "three headers", KNOWS(EXTRA), 0, 3, 4096, 2000, 8192, false },
		{ "other known facts do not tell the headers", KNOWS(EXTRA) | KNOWS(RAM), 0, 9, 4096, 2024,
		  8192, true },
		{ "the largest extra", KNOWS(HEADERS), 0, 1, 4096, 4072, 45056, true },
		{ "a larger one", KNOWS(HEADERS), 0, 1, 4096, 4072, 49152, false },
		{ "one byte before a larger one", KNOWS(HEADERS), 0, 1, 4096, 4073, 49152, true },
		{ "other known facts do not tell the extra", KNOWS(HEADERS) | KNOWS(LOADED), 0, 1, 4096, 4072,
		  45056, true },
		{ "half a page is more than any extra", KNOWS(HEADERS), 40, 1, 262144, 150000, 524288, true },
		{ "half a page is not what there is", KNOWS(HEADERS) | KNOWS(EXTRA), 40, 1, 262144, 150000,
		  524288, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(table[i].known, EVENTS, table[i].extra_kib,
						     table[i].headers, table[i].page);
		struct imalog_mark load = {
			.event = { .segment_bytes = table[i].segment, .runtime_bytes = table[i].counted + 24,
				   .records = 10 },
			.before = { 10, table[i].counted, table[i].counted },
			.counted_then = table[i].counted, .counted_known = true,
		};

		if (imalog_load_matches_rule(&load, &facts) != table[i].matches)
			fail_msg("%s", table[i].label);
		load.counted_known = false;
		assert_false(imalog_load_matches_rule(&load, &facts));
	}
}

/* Records were deleted before the load: its numbers have bounds, and each is tried from both sides. */
static void a_load_behind_a_deletion(void **state)
{
	/* what is left: 10 records of 1000 bytes; three more were there, of 32 bytes or more each */
	static const struct {
		const char *label;
		unsigned known;
		enum imalog_generation generation;
		unsigned extra_kib, headers;
		uint64_t records, runtime, segment;
		bool matches;
	} table[] = {
		{ "the smallest records", KNOWS_USUAL, STAGING, 0, 1, 13, 1024 + 96, 4096, true },
		{ "smaller ones", KNOWS_USUAL, STAGING, 0, 1, 13, 1024 + 95, 4096, false },
		{ "large ones", KNOWS_USUAL, STAGING, 0, 1, 13, 1024 + 2000, 4096, true },
		{ "one of them", KNOWS_USUAL, STAGING, 0, 1, 11, 1024 + 32, 4096, true },
		{ "bytes of a record that is not there", KNOWS_USUAL, STAGING, 0, 1, 10, 1024 + 32, 4096, false },
		{ "none of any size", KNOWS_USUAL, STAGING, 0, 1, 13, 1024, 4096, false },
		{ "fewer bytes than are left", KNOWS_USUAL, STAGING, 0, 1, 13, 1000, 4096, false },
		{ "fewer bytes than a header", KNOWS_USUAL, STAGING, 0, 1, 13, 23, 4096, false },
		{ "no bytes", KNOWS_USUAL, STAGING, 0, 1, 13, 0, 4096, false },
		{ "a kernel that deletes nothing", KNOWS_USUAL, EVENTS, 0, 1, 13, 1024 + 96, 4096, false },
		{ "a kernel that is not known", KNOWS_USUAL & ~(unsigned)KNOWS(GENERATION), EVENTS, 0, 1, 13,
		  1024 + 96, 4096, true },
		{ "not whole pages", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 14336, false },
		{ "whole pages", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 16384, true },
		{ "less than for what is left", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 8192, false },
		{ "for what is left", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 12288, true },
		{ "for all there ever was", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 20480, true },
		{ "more than for that", KNOWS_USUAL, STAGING, 8, 1, 13, 1024 + 9000, 24576, false },
		/* ever: exactly up to a page, with one header and with two */
		{ "exactly a page", KNOWS_USUAL, STAGING, 0, 1, 13, 2048, 8192, false },
		{ "one byte more", KNOWS_USUAL, STAGING, 0, 1, 13, 2049, 8192, true },
		{ "exactly a page, two headers", KNOWS_USUAL, STAGING, 0, 2, 13, 2024, 8192, false },
		{ "two headers, one byte more", KNOWS_USUAL, STAGING, 0, 2, 13, 2025, 8192, true },
		{ "perhaps two headers", KNOWS(EXTRA), STAGING, 0, 1, 13, 2025, 8192, true },
		{ "not three", KNOWS(EXTRA), STAGING, 0, 3, 13, 2024, 8192, false },
		{ "perhaps two, whatever else is known", KNOWS(EXTRA) | KNOWS(RAM), STAGING, 0, 1, 13, 2025, 8192,
		  true },
		{ "the largest extra", KNOWS(HEADERS), STAGING, 0, 1, 13, 4096, 45056, true },
		{ "a larger one", KNOWS(HEADERS), STAGING, 0, 1, 13, 4096, 49152, false },
		{ "one byte before a larger one", KNOWS(HEADERS), STAGING, 0, 1, 13, 4097, 49152, true },
		{ "the largest, whatever else is known", KNOWS(HEADERS) | KNOWS(LOADED), STAGING, 0, 1, 13, 4096,
		  45056, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(table[i].known, table[i].generation,
						     table[i].extra_kib, table[i].headers, 4096);
		struct imalog_mark load = {
			.event = { .segment_bytes = table[i].segment, .runtime_bytes = table[i].runtime,
				   .records = table[i].records },
			.before = { 10, 1000, 1000 },
		};

		if (imalog_load_matches_rule(&load, &facts) != table[i].matches)
			fail_msg("%s", table[i].label);
	}
}

/* And what is left at the least: one header, half a page, where nothing more is known. */
static void the_least_behind_a_deletion(void **state)
{
	static const struct {
		unsigned known, extra_kib, headers;
		uint64_t page, left;
		bool matches;	/* one page */
	} table[] = {
		{ KNOWS(EXTRA) | KNOWS(HEADERS), 0, 1, 4096, 2024, true },
		{ KNOWS(EXTRA) | KNOWS(HEADERS), 0, 1, 4096, 2025, false },
		{ KNOWS(EXTRA) | KNOWS(HEADERS), 0, 2, 4096, 2000, true },
		{ KNOWS(EXTRA) | KNOWS(HEADERS), 0, 2, 4096, 2001, false },
		{ KNOWS(EXTRA), 0, 9, 4096, 2024, true },
		{ KNOWS(EXTRA), 0, 0, 4096, 2025, false },
		{ KNOWS(HEADERS), 40, 1, 4096, 2024, true },
		{ KNOWS(HEADERS), 1, 1, 4096, 2025, false },
		{ KNOWS(HEADERS), 0, 1, 65536, 32768 - 24, true },
		{ KNOWS(HEADERS), 0, 1, 65536, 32768 - 23, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(table[i].known, STAGING, table[i].extra_kib,
						     table[i].headers, table[i].page);
		struct imalog_mark load = {
			.event = { .segment_bytes = table[i].page, .runtime_bytes = table[i].left + 24 + 100,
				   .records = 11 },
			.before = { 10, table[i].left, table[i].left },
		};

		if (imalog_load_matches_rule(&load, &facts) != table[i].matches)
			fail_msg("row %zu", i);
	}
}

/* A decision by a mark that is in no log: one of a load, of 189 bytes, 1000 bytes before it, at 10 records. */
static struct imalog_decision decide_by(uint64_t segment, uint64_t bytes, uint64_t growth,
					const struct imalog_facts *facts)
{
	struct imalog_census census = { .total = { 100, bytes, bytes } };
	struct imalog_mark load = {
		.event = { .segment_bytes = segment, .runtime_bytes = 1024, .records = 10 },
		.before = { 10, 1000, 1000 }, .after = { 11, 1189, 1189 },
		.counted_then = 1000, .counted_known = true,
	};
	struct imalog_decision decision;

	imalog_decide(&census, &load, facts, growth, &decision);
	return decision;
}

/* Up to what numbers there is a room, and what it is. */
static void the_room_of_any_segment(void **state)
{
	static const uint64_t largest = INT64_MAX;
	static const struct {
		uint64_t segment, bytes;
		bool has;
		int64_t room;
	} table[] = {
		{ 0, 1189, true, -1189 },
		{ 23, 1189, true, -1189 },
		{ 24, 1189, true, -1189 },
		{ 25, 1189, true, -1188 },
		{ 1213, 1189, true, 0 },
		{ largest + 24, 1189, true, INT64_MAX - 1189 },
		{ largest + 25, 1189, false, 0 },
		{ UINT64_MAX, 1189, false, 0 },
		{ 4096, largest, true, 4072 - INT64_MAX },
		{ 4096, largest + 1, false, 0 },
		{ largest + 25, largest + 1, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision = decide_by(table[i].segment, table[i].bytes, 0, &facts);

		if (decision.has_segment != table[i].has || decision.room_bytes != table[i].room ||
		    decision.segment_bytes != (table[i].has ? table[i].segment : 0))
			fail_msg("row %zu: %lld", i, (long long)decision.room_bytes);
		if (!table[i].has) {
			expect("no room", &decision, IMALOG_UNKNOWN, IMALOG_REASON_MODEL);
			assert_false(decision.confirmed);
		}
	}
}

/* Which extra would have done: in whole KiB, rounded up, from what lacks to the last byte. */
static void the_advice_to_the_byte(void **state)
{
	/* 1189 + 193 bytes behind the load, less the 1000 before it: 382, and the growth */
	static const struct {
		unsigned known, extra_kib;
		uint64_t growth;
		unsigned advised;
	} table[] = {
		{ 0, 0, 1024 - 382, 1 },
		{ 0, 0, 1024 - 381, 2 },
		{ 0, 0, 2048 - 382, 2 },
		{ 0, 0, 2048 - 381, 3 },
		{ 0, 0, 39 * 1024 - 384, 39 },		/* two digits more */
		{ 0, 0, 39 * 1024 - 383, 40 },
		{ 0, 0, 40 * 1024 - 384, 40 },
		{ 0, 0, 40 * 1024 - 383, 0 },		/* that is more than there is */
		{ 0, 0, UINT64_MAX, 0 },
		/* what there is does not help; what only seems to be there says nothing */
		{ IMALOG_KNOWS_EXTRA, 1, 2048 - 382, 2 },
		{ IMALOG_KNOWS_EXTRA, 2, 2048 - 382, 0 },
		{ IMALOG_KNOWS_EXTRA, 3, 2048 - 382, 0 },
		{ KNOWS_USUAL & ~(unsigned)IMALOG_KNOWS_EXTRA, 3, 2048 - 382, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(table[i].known, EVENTS, table[i].extra_kib, 1, 4096);
		struct imalog_decision decision;

		facts.loaded = true;
		decision = decide_by(1213, 1189, table[i].growth, &facts);
		if (decision.advised_extra_kib != table[i].advised)
			fail_msg("row %zu: %u", i, decision.advised_extra_kib);
	}
}

/* A copy at execute of which only the place of the load is known. */
static void a_segment_that_nobody_named(void **state)
{
	static const struct {
		uint64_t counted, bytes;
		bool has;
		uint64_t segment;
		enum imalog_verdict verdict;
	} table[] = {
		{ 4096 - 2048 - 24, 4072, true, 4096, IMALOG_UNKNOWN },
		{ 4096 - 2048 - 24, 4073, true, 4096, IMALOG_SHORT },
		{ 4096 - 2048 - 23, 4073, true, 8192, IMALOG_UNKNOWN },
		{ 4096 - 2048 - 23, 8169, true, 8192, IMALOG_SHORT },
		{ 100, (uint64_t)INT64_MAX + 1, false, 0, IMALOG_UNKNOWN },
		{ UINT64_MAX - 100, 4073, false, 0, IMALOG_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = facts_of(KNOWS_USUAL | KNOWS(LOAD_POSITION),
						     IMALOG_GENERATION_COPY_AT_EXECUTE, 8, 2, 4096);
		struct imalog_census census = { .total = { 30, table[i].bytes, table[i].bytes } };
		struct imalog_decision decision;

		facts.loaded = true;
		facts.load_position = (struct imalog_position){ 20, table[i].counted, table[i].counted };
		imalog_decide(&census, NULL, &facts, 0, &decision);
		if (decision.has_segment != table[i].has || decision.segment_bytes != table[i].segment)
			fail_msg("row %zu: %llu", i, (unsigned long long)decision.segment_bytes);
		expect("copied at execute", &decision, table[i].verdict,
		       table[i].verdict == IMALOG_SHORT ? IMALOG_REASON_ROOM : IMALOG_REASON_NO_EVENTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_of_what_is_known),
		cmocka_unit_test(a_load_by_some_rule),
		cmocka_unit_test(a_load_behind_a_deletion),
		cmocka_unit_test(the_least_behind_a_deletion),
		cmocka_unit_test(the_room_of_any_segment),
		cmocka_unit_test(the_advice_to_the_byte),
		cmocka_unit_test(a_segment_that_nobody_named),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
