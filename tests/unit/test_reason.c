// SPDX-License-Identifier: GPL-2.0-or-later
/* The decision where something else than room decides: each reason in its turn. */
#include "judge.h"

/* One thing different from a good machine that fits. */
static const struct {
	const char *label;
	unsigned unknown;	/* IMALOG_KNOWS_* taken away */
	enum imalog_generation generation;
	bool unloaded, damaged, from_record, unread, unplaced;
	enum imalog_complaint complaint;
	unsigned extra_kib, headers;
	uint64_t ram_bytes;
	uint64_t grown, growth;	/* bytes behind the load, and to come */
	enum imalog_verdict verdict;
	enum imalog_reason reason;
} reasons[] = {
	{ .label = "nothing wrong", .generation = IMALOG_GENERATION_EVENTS,
	  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
	{ .label = "staging", .generation = IMALOG_GENERATION_STAGING,
	  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
	{ .label = "only the page is known", .unknown = KNOWS_USUAL & ~(unsigned)IMALOG_KNOWS_LOADED,
	  .verdict = IMALOG_FITS, .reason = IMALOG_REASON_ROOM },
	{ .label = "not known whether loaded", .unknown = IMALOG_KNOWS_LOADED,
	  .generation = IMALOG_GENERATION_EVENTS,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOADED_UNKNOWN },
	{ .label = "not known whether loaded, and it is not", .unknown = IMALOG_KNOWS_LOADED,
	  .generation = IMALOG_GENERATION_EVENTS, .unloaded = true,
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
	{ .label = "a complaint about this load by others, or an earlier one", .generation = IMALOG_GENERATION_EVENTS,
	  .unplaced = true,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_UNPLACED },
	{ .label = "that, and too little room", .generation = IMALOG_GENERATION_EVENTS,
	  .unplaced = true, .grown = 8192,
	  .verdict = IMALOG_SHORT, .reason = IMALOG_REASON_ROOM },
	{ .label = "that, and too little for the growth", .generation = IMALOG_GENERATION_EVENTS,
	  .unplaced = true, .growth = 8192,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_UNPLACED },
	{ .label = "a load that was not finished", .generation = IMALOG_GENERATION_EVENTS, .unread = true,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_RECORD_UNREAD },
	{ .label = "a damaged log", .generation = IMALOG_GENERATION_EVENTS, .damaged = true,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOG_DAMAGED },
	{ .label = "a damaged log, nothing loaded", .generation = IMALOG_GENERATION_EVENTS,
	  .damaged = true, .unloaded = true,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOG_DAMAGED },
	{ .label = "a damaged log that is short as far as it goes", .generation = IMALOG_GENERATION_EVENTS,
	  .damaged = true, .grown = 8192, .verdict = IMALOG_SHORT, .reason = IMALOG_REASON_ROOM },
	{ .label = "a damaged log that is tight", .generation = IMALOG_GENERATION_EVENTS,
	  .damaged = true, .growth = 8192,
	  .verdict = IMALOG_UNKNOWN, .reason = IMALOG_REASON_LOG_DAMAGED },
	{ .label = "tight", .generation = IMALOG_GENERATION_EVENTS, .growth = 8192,
	  .verdict = IMALOG_TIGHT, .reason = IMALOG_REASON_ROOM },
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

static void each_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct imalog_facts facts = usual_facts();
		struct imalog_decision decision;
		struct build build;

		build_init(&build);
		assert_int_equal(make_loaded(&build, &facts), 8192);
		facts.known &= ~reasons[i].unknown;
		facts.generation = reasons[i].generation;
		facts.loaded = !reasons[i].unloaded;
		facts.log_damaged = reasons[i].damaged;
		facts.load_from_record = reasons[i].from_record;
		facts.record_unread = reasons[i].unread;
		facts.complaint = reasons[i].complaint;
		facts.unplaced_complaint = reasons[i].unplaced;
		if (reasons[i].grown)
			build_sized(&build, (size_t)reasons[i].grown);
		if (reasons[i].extra_kib)
			facts.extra_kib = reasons[i].extra_kib;
		if (reasons[i].ram_bytes)
			facts.ram_bytes = reasons[i].ram_bytes;
		decision = decide(&build, &facts, reasons[i].growth ? reasons[i].growth : 100);
		expect(reasons[i].label, &decision, reasons[i].verdict, reasons[i].reason);
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
		{ "copied at load, grown, by whom we do not know", false, IMALOG_GENERATION_COPY_AT_LOAD,
		  false, 200, false, IMALOG_UNKNOWN, IMALOG_REASON_COPIED_AT_LOAD },
		{ "unknown kernel, that may copy at execute", true, IMALOG_GENERATION_COPY_AT_EXECUTE, true,
		  8192, false, IMALOG_UNKNOWN, IMALOG_REASON_GENERATION_UNKNOWN },
		{ "copied at execute, beyond what is not placed", false, IMALOG_GENERATION_COPY_AT_EXECUTE,
		  false, 8192, false, IMALOG_UNKNOWN, IMALOG_REASON_NO_EVENTS },
		{ "events, beyond what such a segment would be", false, IMALOG_GENERATION_EVENTS, true,
		  8192, false, IMALOG_UNKNOWN, IMALOG_REASON_NO_LOAD_EVENT },
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

/* Not a record, and so not a boot. */
static void an_empty_log_has_no_load(void **state)
{
	struct imalog_facts facts = usual_facts();
	struct imalog_decision decision;
	struct build build;

	(void)state;
	build_init(&build);
	decision = decide(&build, &facts, 0);
	expect("empty", &decision, IMALOG_UNKNOWN, IMALOG_REASON_NO_LOAD_EVENT);
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
	build.size = 0;
	build_file(&build, "ima-ng", "boot_aggregate");
	build_buffer(&build, "kexec_load", span_of("kexec_segment_size=1;"));
	decision = decide(&build, &facts, 0);
	expect("damaged, and no other", &decision, IMALOG_UNKNOWN, IMALOG_REASON_BAD_EVENT);
	build_load(&build, 1, 0, 4096);
	decision = decide(&build, &facts, 0);
	expect("repaired by a new load", &decision, IMALOG_FITS, IMALOG_REASON_ROOM);
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason),
		cmocka_unit_test(without_an_event),
		cmocka_unit_test(copy_at_execute_to_the_byte),
		cmocka_unit_test(the_template_ima_is_not_carried),
		cmocka_unit_test(a_load_of_the_boot_before_does_not_count),
		cmocka_unit_test(an_empty_log_has_no_load),
		cmocka_unit_test(a_damaged_event_after_a_good_one),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
