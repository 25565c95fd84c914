// SPDX-License-Identifier: GPL-2.0-or-later
/* The decision: room to the byte, and each other reason in its turn. */
#include "build.h"

#include <string.h>

#define KNOWS_USUAL (IMALOG_KNOWS_GENERATION | IMALOG_KNOWS_LOADED | IMALOG_KNOWS_EXTRA | \
		     IMALOG_KNOWS_HEADERS | IMALOG_KNOWS_RAM)

/* A machine of today with an image loaded: everything is known, nothing is wrong. */
static struct imalog_facts usual_facts(void)
{
	return (struct imalog_facts){
		.known = KNOWS_USUAL,
		.generation = IMALOG_GENERATION_EVENTS,
		.loaded = true,
		.extra_kib = 0,
		.headers = 1,
		.page_bytes = 4096,
		.ram_bytes = 512u << 20,
	};
}

static struct imalog_decision decide(const struct build *build, const struct imalog_facts *facts,
				     uint64_t growth)
{
	struct imalog_census census;
	struct imalog_decision decision;

	build_census(build, &census);
	imalog_decide(&census, imalog_census_load(&census), facts, growth, &decision);
	imalog_census_free(&census);
	return decision;
}

static void expect(const char *label, const struct imalog_decision *decision,
		   enum imalog_verdict verdict, enum imalog_reason reason)
{
	if (decision->verdict != verdict || decision->reason != reason)
		fail_msg("%s: %s because %s", label, imalog_verdict_text(decision->verdict),
			 imalog_reason_text(decision->reason));
}

/* A boot, some files and a load. */
static uint64_t make_loaded(struct build *build, const struct imalog_facts *facts)
{
	build_file(build, "ima-ng", "boot_aggregate");
	for (int i = 0; i < 20; i++)
		build_file(build, "ima-ng", "/usr/bin/true");
	return build_load(build, facts->headers, facts->extra_kib, facts->page_bytes);
}

/* The log at execute is @over bytes longer than the segment holds. */
static void room_to_the_byte(uint64_t page, unsigned headers, unsigned extra_kib)
{
	struct imalog_facts facts = usual_facts();

	facts.page_bytes = page;
	facts.headers = headers;
	facts.extra_kib = extra_kib;
	if (headers == 2)
		facts.generation = IMALOG_GENERATION_STAGING;
	for (int over = -1; over <= 1; over++) {
		struct imalog_decision first, last;
		struct imalog_census census;
		struct build build;
		uint64_t segment, fill;

		build_init(&build);
		segment = make_loaded(&build, &facts);
		/* What is asked for decides between fits and tight ... */
		first = decide(&build, &facts, 0);
		assert_int_equal(first.room_bytes, segment - 24 - build.size);
		fill = (uint64_t)first.room_bytes - 500;
		first = decide(&build, &facts, fill);
		fill = (uint64_t)first.room_bytes - (first.needed_bytes - fill);
		first = decide(&build, &facts, (uint64_t)((int64_t)fill + over));
		expect("asked", &first, over > 0 ? IMALOG_TIGHT : IMALOG_FITS, IMALOG_REASON_ROOM);
		assert_true(over > 0 || !first.advised_extra_kib);
		/* ... and what has come, between fits and short. */
		while (segment - 24 - build.size > 2000)
			build_sized(&build, 700);
		first = decide(&build, &facts, 0);
		fill = (uint64_t)first.room_bytes - first.last_bytes;
		build_sized(&build, (size_t)((int64_t)fill + over));
		last = decide(&build, &facts, 0);
		assert_int_equal(last.room_bytes, (int64_t)last.last_bytes - over);
		assert_int_equal(last.last_bytes, first.last_bytes);
		expect("grown", &last, over > 0 ? IMALOG_SHORT : IMALOG_FITS, IMALOG_REASON_ROOM);
		/* In the test's own words: the log with the last record, against the segment. */
		build_census(&build, &census);
		build_event(&build, "kexec_execute", segment, build.size + 24, census.total.records);
		imalog_census_free(&census);
		assert_int_equal(build.size - (segment - 24), over);
		assert_true(last.has_segment && last.confirmed);
		assert_int_equal(last.segment_bytes, segment);
		build_free(&build);
	}
}

static void fits_at_minus_one_and_zero_and_not_at_plus_one(void **state)
{
	static const uint64_t pages[] = { 4096, 16384, 65536 };
	static const unsigned extras[] = { 0, 1, 8, 40 };

	(void)state;
	for (size_t p = 0; p < COUNT(pages); p++)
		for (unsigned headers = 1; headers <= 2; headers++)
			for (size_t e = 0; e < COUNT(extras); e++)
				room_to_the_byte(pages[p], headers, extras[e]);
}

/* More is there than the segment holds: the room is below nothing, by that much. */
static void room_below_nothing(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;
	uint64_t segment;

	(void)state;
	build_init(&build);
	segment = make_loaded(&build, &facts);
	build_sized(&build, segment - 24 - build.size + 1000);
	decision = decide(&build, &facts, 0);
	expect("overflow", &decision, IMALOG_SHORT, IMALOG_REASON_ROOM);
	assert_int_equal(decision.room_bytes, -1000);
	build_free(&build);
}

static void growth_without_bounds_is_tight(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;

	(void)state;
	build_init(&build);
	make_loaded(&build, &facts);
	decision = decide(&build, &facts, UINT64_MAX);
	expect("all there is", &decision, IMALOG_TIGHT, IMALOG_REASON_ROOM);
	assert_true(decision.needed_bytes == UINT64_MAX);
	assert_int_equal(decision.advised_extra_kib, 0);	/* none can give that */
	build_free(&build);
}

/* One thing different from a good machine that fits. */
static void each_reason(void **state)
{
	static const struct {
		const char *label;
		unsigned unknown;	/* IMALOG_KNOWS_* taken away */
		enum imalog_generation generation;
		bool unloaded, damaged, from_record;
		enum imalog_complaint complaint;
		unsigned extra_kib, headers;
		uint64_t ram_bytes;
		enum imalog_verdict verdict;
		enum imalog_reason reason;
	} table[] = {
		{ .label = "nothing wrong", .generation = IMALOG_GENERATION_EVENTS,
		  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
		{ .label = "staging", .generation = IMALOG_GENERATION_STAGING,
		  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
		{ .label = "only the page is known", .unknown = KNOWS_USUAL & ~(unsigned)IMALOG_KNOWS_LOADED,
		  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
		{ .label = "not known whether loaded", .unknown = IMALOG_KNOWS_LOADED,
		  .generation = IMALOG_GENERATION_EVENTS,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOADED_UNKNOWN },
		{ .label = "a kernel that carries nothing", .generation = IMALOG_GENERATION_NONE,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_NO_CARRY },
		{ .label = "nothing loaded", .generation = IMALOG_GENERATION_EVENTS, .unloaded = true,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_NOTHING_LOADED },
		{ .label = "not mapped", .generation = IMALOG_GENERATION_EVENTS,
		  .complaint = IMALOG_COMPLAINT_NOT_MAPPED,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_COMPLAINT },
		{ .label = "too large", .generation = IMALOG_GENERATION_EVENTS,
		  .complaint = IMALOG_COMPLAINT_TOO_LARGE,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_COMPLAINT },
		{ .label = "no memory", .generation = IMALOG_GENERATION_EVENTS,
		  .complaint = IMALOG_COMPLAINT_NO_MEMORY,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_COMPLAINT },
		{ .label = "not passed", .generation = IMALOG_GENERATION_EVENTS,
		  .complaint = IMALOG_COMPLAINT_NOT_PASSED,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_COMPLAINT },
		{ .label = "the kernel's log not readable", .generation = IMALOG_GENERATION_EVENTS,
		  .complaint = IMALOG_COMPLAINT_UNREADABLE,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_NO_KERNEL_LOG },
		{ .label = "a damaged log", .generation = IMALOG_GENERATION_EVENTS, .damaged = true,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOG_DAMAGED },
		{ .label = "a damaged log, nothing loaded", .generation = IMALOG_GENERATION_EVENTS,
		  .damaged = true, .unloaded = true,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOG_DAMAGED },
		{ .label = "the load's record deleted", .generation = IMALOG_GENERATION_STAGING,
		  .from_record = true,
		  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOAD_DELETED },
		{ .label = "another extra than the segment's", .generation = IMALOG_GENERATION_EVENTS,
		  .extra_kib = 8, .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_MODEL },
		{ .label = "the segment half of RAM", .generation = IMALOG_GENERATION_EVENTS,
		  .ram_bytes = 2 * 8192, .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
		{ .label = "the segment over half of RAM", .generation = IMALOG_GENERATION_EVENTS,
		  .ram_bytes = 2 * 8192 - 4096,
		  .verdict = IMALOG_NOT_CARRIED, .reason = IMALOG_REASON_HALF_OF_RAM },
		{ .label = "little RAM that is not known", .generation = IMALOG_GENERATION_EVENTS,
		  .unknown = IMALOG_KNOWS_RAM, .ram_bytes = 4096,
		  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct build build;

		build_init(&build);
		assert_int_equal(make_loaded(&build, &facts), 8192);
		facts.known &= ~table[i].unknown;
		facts.generation = table[i].generation;
		facts.loaded = !table[i].unloaded;
		facts.log_damaged = table[i].damaged;
		facts.load_from_record = table[i].from_record;
		facts.complaint = table[i].complaint;
		if (table[i].extra_kib)
			facts.extra_kib = table[i].extra_kib;
		if (table[i].ram_bytes)
			facts.ram_bytes = table[i].ram_bytes;
		decision = decide(&build, &facts, 100);
		expect(table[i].label, &decision, table[i].verdict, table[i].reason);
		build_free(&build);
	}
}

/* No event to judge by, by generation. */
static void without_an_event(void **state)
{
	static const struct {
		const char *label;
		bool unknown;		/* the generation */
		enum imalog_generation generation;
		bool placed;		/* we know where the load was */
		int64_t grown;		/* bytes since then */
		bool damaged;
		enum imalog_verdict verdict;
		enum imalog_reason reason;
	} table[] = {
		{ "unknown kernel", true, IMALOG_GENERATION_NONE, false, 0, false,
		  IMALOG_UNKNOWN, IMALOG_REASON_GENERATION_UNKNOWN },
		{ "copied at load, by whom we do not know", false, IMALOG_GENERATION_COPY_AT_LOAD, false,
		  0, false, IMALOG_UNKNOWN, IMALOG_REASON_COPIED_AT_LOAD },
		{ "copied at load, nothing came since", false, IMALOG_GENERATION_COPY_AT_LOAD, true,
		  0, false, IMALOG_UNKNOWN, IMALOG_REASON_COPIED_AT_LOAD },
		{ "copied at load, grown", false, IMALOG_GENERATION_COPY_AT_LOAD, true,
		  200, false, IMALOG_SHORT, IMALOG_REASON_COPIED_AT_LOAD },
		{ "copied at execute, not placed", false, IMALOG_GENERATION_COPY_AT_EXECUTE, false,
		  200, false, IMALOG_UNKNOWN, IMALOG_REASON_NO_EVENTS },
		{ "copied at execute, within", false, IMALOG_GENERATION_COPY_AT_EXECUTE, true,
		  200, false, IMALOG_UNKNOWN, IMALOG_REASON_NO_EVENTS },
		{ "copied at execute, beyond", false, IMALOG_GENERATION_COPY_AT_EXECUTE, true,
		  8192, false, IMALOG_SHORT, IMALOG_REASON_ROOM },
		{ "events, no rule", false, IMALOG_GENERATION_EVENTS, false, 0, false,
		  IMALOG_UNKNOWN, IMALOG_REASON_NO_LOAD_EVENT },
		{ "staging, no rule", false, IMALOG_GENERATION_STAGING, false, 0, false,
		  IMALOG_UNKNOWN, IMALOG_REASON_NO_LOAD_EVENT },
		{ "events, damaged log", false, IMALOG_GENERATION_EVENTS, false, 0, true,
		  IMALOG_UNKNOWN, IMALOG_REASON_LOG_DAMAGED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct imalog_census census;
		struct build build;

		build_init(&build);
		build_file(&build, "ima-ng", "boot_aggregate");
		build_census(&build, &census);
		facts.load_position = census.total;
		imalog_census_free(&census);
		facts.generation = table[i].generation;
		facts.log_damaged = table[i].damaged;
		if (table[i].unknown)
			facts.known &= ~(unsigned)IMALOG_KNOWS_GENERATION;
		if (table[i].placed)
			facts.known |= IMALOG_KNOWS_LOAD_POSITION;
		if (table[i].grown)
			build_sized(&build, (size_t)table[i].grown);
		decision = decide(&build, &facts, 0);
		expect(table[i].label, &decision, table[i].verdict, table[i].reason);
		assert_false(decision.confirmed);
		build_free(&build);
	}
}

/* 6.12 and others that say nothing: half a page, one header; short from the first byte over. */
static void copy_at_execute_to_the_byte(void **state)
{
	(void)state;
	for (int over = 0; over < 2; over++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct build build;

		build_init(&build);
		build_file(&build, "ima-ng", "boot_aggregate");
		facts.generation = IMALOG_GENERATION_COPY_AT_EXECUTE;
		facts.known |= IMALOG_KNOWS_LOAD_POSITION;
		facts.load_position = (struct imalog_position){ 1, build.size, build.size };
		build_sized(&build, (size_t)(4096 - 24 + over) - build.size);
		decision = decide(&build, &facts, 0);
		assert_int_equal(decision.room_bytes, -over);
		assert_int_equal(decision.segment_bytes, 4096);
		assert_int_equal(decision.verdict, over ? IMALOG_SHORT : IMALOG_UNKNOWN);
		build_free(&build);
	}
}

/* The event's numbers against the rule: one number wrong at a time. */
static void events_that_lie(void **state)
{
	static const struct {
		const char *label;
		int segment, runtime, records;	/* added to the right numbers */
		enum imalog_generation generation;
		enum imalog_verdict verdict;
	} table[] = {
		{ "none", 0, 0, 0, IMALOG_GENERATION_EVENTS, IMALOG_FITS },
		{ "a page more", 4096, 0, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a page less", -4096, 0, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "half a page more", 2048, 0, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a byte more", 0, 1, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a byte less", 0, -1, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "no header", 0, -24, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "two headers", 0, 24, 0, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a record more", 0, 0, 1, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a record less", 0, 0, -1, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "many less", 0, 0, -20, IMALOG_GENERATION_EVENTS, IMALOG_UNKNOWN },
		{ "a record more, where records are deleted", 0, 100, 1,
		  IMALOG_GENERATION_STAGING, IMALOG_FITS },
		{ "more records in fewer bytes, where records are deleted", 0, -1, 1,
		  IMALOG_GENERATION_STAGING, IMALOG_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct build build;
		int64_t runtime;

		build_init(&build);
		build_file(&build, "ima-ng", "boot_aggregate");
		for (int r = 0; r < 20; r++)
			build_file(&build, "ima-ng", "/usr/bin/true");
		runtime = (int64_t)build.size + 24;
		facts.generation = table[i].generation;
		build_event(&build, "kexec_load", (uint64_t)(8192 + table[i].segment),
			    (uint64_t)(runtime + table[i].runtime),
			    (uint64_t)(21 + table[i].records));
		decision = decide(&build, &facts, 0);
		if (decision.verdict != table[i].verdict &&
		    !(decision.verdict == IMALOG_UNKNOWN && table[i].verdict == IMALOG_UNKNOWN))
			fail_msg("%s: %s because %s", table[i].label,
				 imalog_verdict_text(decision.verdict),
				 imalog_reason_text(decision.reason));
		if (table[i].verdict == IMALOG_UNKNOWN)
			assert_int_equal(decision.reason, IMALOG_REASON_MODEL);
		assert_int_equal(decision.confirmed, table[i].verdict != IMALOG_UNKNOWN);
		build_free(&build);
	}
}

/* A lie that would make the room look large must never come out as "fits". */
static void numbers_beyond_reason(void **state)
{
	static const uint64_t segments[] = { 0, 1, 24, 25, (uint64_t)INT64_MAX + 25,
					     UINT64_MAX - 4095, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(segments); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct build build;

		for (unsigned known = 0; known < 2; known++) {
			build_init(&build);
			build_file(&build, "ima-ng", "boot_aggregate");
			build_event(&build, "kexec_load", segments[i], build.size + 24, 1);
			facts.known = known ? KNOWS_USUAL : 0;
			decision = decide(&build, &facts, 0);
			assert_int_not_equal(decision.verdict, IMALOG_FITS);
			assert_int_not_equal(decision.verdict, IMALOG_TIGHT);
			build_free(&build);
		}
	}
}

/* Seen: custom templates are counted 9 bytes too few, 322 of them overflow a fresh segment. */
static void a_custom_template_can_be_short_at_once(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;
	uint64_t counted;

	(void)state;
	build_init(&build);
	build_file(&build, "d-ng|n-ng", "boot_aggregate");
	for (int i = 0; i < 321; i++)
		build_file(&build, "d-ng|n-ng", "/usr/bin/true");
	counted = build.size - 322 * 9;
	/* Make the rounding fall badly: the segment ends where counted + extra does. */
	counted += 24 + 2048;
	build_sized(&build, 4096 - counted % 4096 + (counted % 4096 > 3900 ? 4096 : 0));
	build_load(&build, 1, 0, 4096);
	decision = decide(&build, &facts, 0);
	expect("custom", &decision, IMALOG_SHORT, IMALOG_REASON_ROOM);
	assert_true(decision.confirmed);
	assert_int_equal(decision.room_bytes, 2048 - 322 * 9 - 192);
	build_free(&build);
}

static void the_template_ima_is_not_carried(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "ima", "boot_aggregate");
	build_load(&build, 1, 0, 4096);
	decision = decide(&build, &facts, 0);
	expect("ima", &decision, IMALOG_NOT_CARRIED, IMALOG_REASON_TEMPLATE_IMA);
	build_free(&build);
}

/* Seen: deleting after the load enlarges the room by the bytes deleted. */
static void a_deletion_after_the_load_makes_room(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision before, after;
	struct build build, rest;
	size_t deleted = 0;

	(void)state;
	facts.generation = IMALOG_GENERATION_STAGING;
	facts.headers = 2;
	build_init(&build);
	build_file(&build, "ima-ng", "boot_aggregate");
	for (int i = 0; i < 150; i++) {
		if (i == 100)
			deleted = build.size;
		build_file(&build, "ima-ng", "/usr/bin/true");
	}
	build_load(&build, 2, 0, 4096);
	before = decide(&build, &facts, 100);
	build_init(&rest);
	build_bytes(&rest, (struct imalog_span){ build.data + deleted, build.size - deleted });
	after = decide(&rest, &facts, 100);
	expect("before", &before, IMALOG_FITS, IMALOG_REASON_ROOM);
	expect("after", &after, IMALOG_FITS, IMALOG_REASON_ROOM);
	assert_int_equal(after.room_bytes, before.room_bytes + (int64_t)deleted);
	assert_int_equal(after.last_bytes, before.last_bytes);
	build_free(&build);
	build_free(&rest);
}

/* A log restored from the boot before: only this boot's load counts. */
static void a_load_of_the_boot_before_does_not_count(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;

	(void)state;
	build_init(&build);
	make_loaded(&build, &facts);
	build_file(&build, "ima-ng", "boot_aggregate");
	decision = decide(&build, &facts, 0);
	expect("restored", &decision, IMALOG_UNKNOWN, IMALOG_REASON_NO_LOAD_EVENT);
	build_load(&build, 1, 0, 4096);
	decision = decide(&build, &facts, 0);
	expect("loaded again", &decision, IMALOG_FITS, IMALOG_REASON_ROOM);
	build_free(&build);
}

static void a_damaged_event_after_a_good_one(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;

	(void)state;
	build_init(&build);
	make_loaded(&build, &facts);
	build_buffer(&build, "kexec_load", span_of("kexec_segment_size=1;"));
	decision = decide(&build, &facts, 0);
	expect("damaged", &decision, IMALOG_UNKNOWN, IMALOG_REASON_BAD_EVENT);
	build_load(&build, 1, 0, 4096);
	decision = decide(&build, &facts, 0);
	expect("repaired by a new load", &decision, IMALOG_FITS, IMALOG_REASON_ROOM);
	build_free(&build);
}

/* The advice, where there is one, would have been enough, and one KiB less could not promise it. */
static void the_advised_extra_is_enough(void **state)
{
	(void)state;
	for (uint64_t growth = 0; growth < 60000; growth += 419) {
		for (unsigned extra = 0; extra < 40; extra += 13) {
			struct imalog_facts facts = usual_facts();
			struct imalog_decision decision;
			struct build build;
			uint64_t segment, counted;

			facts.extra_kib = extra;
			build_init(&build);
			build_file(&build, "ima-ng", "boot_aggregate");
			build_sized(&build, 200 + growth / 7);
			counted = build.size;
			build_load(&build, 1, extra, 4096);
			decision = decide(&build, &facts, growth);
			segment = imalog_segment_bytes(counted, 1, decision.advised_extra_kib, 4096);
			if (decision.verdict == IMALOG_FITS) {
				assert_int_equal(decision.advised_extra_kib, 0);
			} else if (decision.advised_extra_kib) {
				assert_in_range(decision.advised_extra_kib, extra + 1, 40);
				assert_true(segment - 24 - build.size >= decision.needed_bytes);
			} else {
				assert_true(decision.needed_bytes > 40 * 1024 - 300);
			}
			build_free(&build);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_at_minus_one_and_zero_and_not_at_plus_one),
		cmocka_unit_test(room_below_nothing),
		cmocka_unit_test(growth_without_bounds_is_tight),
		cmocka_unit_test(each_reason),
		cmocka_unit_test(without_an_event),
		cmocka_unit_test(copy_at_execute_to_the_byte),
		cmocka_unit_test(events_that_lie),
		cmocka_unit_test(numbers_beyond_reason),
		cmocka_unit_test(a_custom_template_can_be_short_at_once),
		cmocka_unit_test(the_template_ima_is_not_carried),
		cmocka_unit_test(a_deletion_after_the_load_makes_room),
		cmocka_unit_test(a_load_of_the_boot_before_does_not_count),
		cmocka_unit_test(a_damaged_event_after_a_good_one),
		cmocka_unit_test(the_advised_extra_is_enough),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
