// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <string.h>

/* A log of three files, 120 bytes each as build_sized() makes them. */
#define EACH 120u
#define WHOLE (IMALOG_HEADER_BYTES + 3 * EACH)

static void three(struct build *build)
{
	for (unsigned i = 0; i < 3; i++)
		build_sized(build, EACH);
}

static void old_first(struct build *build)
{
	build_file(build, "ima", "/bin/sh");
	three(build);
}

static void old_last(struct build *build)
{
	three(build);
	build_file(build, "ima", "/bin/sh");
}

static void custom(struct build *build)
{
	three(build);
	build_file(build, "d-ng|n-ng", "/bin/sh");
}

static void unknown_field(struct build *build)
{
	three(build);
	build_record(build, "d-ng|x-ng", span_of("abc"));
	build_sized(build, EACH);
}

static void long_name(struct build *build)
{
	three(build);
	build_record(build, "n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng|n-ng",
		     span_of(""));
}

static void bad_data(struct build *build)
{
	three(build);
	build_record(build, "ima-ng", span_of("abc"));
}

static void empty(struct build *build)
{
	(void)build;
}

#define EVENTS IMALOG_GENERATION_EVENTS
#define AT_LOAD IMALOG_GENERATION_COPY_AT_LOAD

/* The good case first; behind it one thing is different each. */
static const struct {
	const char *name;
	void (*make)(struct build *build);
	enum imalog_generation generation;
	uint64_t segment, load_records;
	enum imalog_complaint complaint;
	uint64_t arrive, cut;
	int dump, restore;
	enum imalog_loss loss;
} table[] = {
	{ "exactly full", three, EVENTS, WHOLE, 0, 0, 3, 0, 0, 0, IMALOG_LOSS_NONE },
	{ "one byte too many", three, EVENTS, WHOLE - 1, 0, 0, 2, EACH - 1, 0, -22, IMALOG_LOSS_CUT },
	{ "one byte free", three, EVENTS, WHOLE + 1, 0, 0, 3, 0, 0, 0, IMALOG_LOSS_NONE },
	{ "staging", three, IMALOG_GENERATION_STAGING, WHOLE, 0, 0, 3, 0, 0, 0, IMALOG_LOSS_NONE },
	{ "copy at execute", three, IMALOG_GENERATION_COPY_AT_EXECUTE, WHOLE, 0, 0, 3, 0, 0, 0,
	  IMALOG_LOSS_NONE },
	{ "cut in the PCR index of the last", three, EVENTS, WHOLE - EACH + 1, 0, 0, 2, 1, 0, -22,
	  IMALOG_LOSS_CUT },
	{ "the last does not fit at all", three, EVENTS, WHOLE - EACH, 0, 0, 2, 0, -22, 0,
	  IMALOG_LOSS_FULL },
	{ "the second is cut, the third finds no room", three, EVENTS, WHOLE - EACH - 1, 0, 0, 1,
	  EACH - 1, -22, -22, IMALOG_LOSS_CUT },
	{ "no room for the header", three, EVENTS, IMALOG_HEADER_BYTES - 1, 0, 0, 0, 0, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED },
	{ "room for the header alone", three, EVENTS, IMALOG_HEADER_BYTES, 0, 0, 0, 0, -22, 0,
	  IMALOG_LOSS_FULL },
	{ "no segment", three, EVENTS, 0, 0, 0, 0, 0, 0, 0, IMALOG_LOSS_NOT_CARRIED },
	{ "no carry", three, IMALOG_GENERATION_NONE, WHOLE, 0, 0, 0, 0, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED },
	{ "not mapped", three, EVENTS, WHOLE, 0, IMALOG_COMPLAINT_NOT_MAPPED, 0, 0, 0, -22,
	  IMALOG_LOSS_NOT_CARRIED },
	{ "copied at the load, nothing since", three, AT_LOAD, WHOLE, 3, 0, 3, 0, 0, 0,
	  IMALOG_LOSS_NONE },
	{ "copied at the load, one since", three, AT_LOAD, WHOLE, 2, 0, 2, 0, 0, 0,
	  IMALOG_LOSS_AFTER_LOAD },
	{ "copied at the load, too large for it", three, AT_LOAD, WHOLE - EACH, 3, 0, 0, 0, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED },
	{ "the template ima in front", old_first, EVENTS, 4096, 0, 0, 0, 0, 0, -22,
	  IMALOG_LOSS_TEMPLATE_IMA },
	{ "the template ima at the end", old_last, EVENTS, 4096, 0, 0, 3, 0, 0, -22,
	  IMALOG_LOSS_TEMPLATE_IMA },
	{ "a custom format that is a builtin's", custom, EVENTS, 4096, 0, 0, 4, 0, 0, 0,
	  IMALOG_LOSS_NONE },
	{ "a field that no kernel has", unknown_field, EVENTS, 4096, 0, 0, 3, 0, 0, 0,
	  IMALOG_LOSS_TEMPLATE_FIELDS },
	{ "a format string that is too long", long_name, EVENTS, 4096, 0, 0, 3, 0, 0, -22,
	  IMALOG_LOSS_TEMPLATE_NAME },
	{ "data that are not fields", bad_data, EVENTS, 4096, 0, 0, 3, 0, 0, -22, IMALOG_LOSS_DATA },
	{ "an empty log", empty, EVENTS, 4096, 0, 0, 0, 0, 0, 0, IMALOG_LOSS_NONE },
};

static void carry_log(const struct build *build, const struct imalog_kexec *kexec,
		      struct imalog_carry *carry)
{
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;

	imalog_carry_init(carry, kexec);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	while (!imalog_reader_next(&reader, &record)) {
		imalog_template_describe(record.name, &template_);
		imalog_carry_add(carry, &record, &template_);
	}
}

static void every_kexec_carries_what_it_carries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_kexec kexec = {
			.generation = table[i].generation,
			.segment_bytes = table[i].segment,
			.complaint = table[i].complaint,
			.load_records = table[i].load_records,
		};
		struct imalog_carry carry;
		struct build build;

		build_init(&build);
		table[i].make(&build);
		carry_log(&build, &kexec, &carry);
		if (carry.next.records != table[i].arrive || carry.cut_bytes != table[i].cut ||
		    carry.dump_error != table[i].dump || carry.restore_error != table[i].restore ||
		    carry.loss != table[i].loss)
			fail_msg("%s: %u arrive, %u bytes of one cut, dump %d, restore %d, loss %s",
				 table[i].name, (unsigned)carry.next.records,
				 (unsigned)carry.cut_bytes, carry.dump_error, carry.restore_error,
				 imalog_loss_text(carry.loss));
		build_free(&build);
	}
}

/* The segment is of SHA-1 digests whatever the log that is looked at has. */
static void a_log_of_another_bank_needs_no_more_room(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
		struct imalog_kexec kexec = { .generation = EVENTS };
		struct imalog_carry carry;
		struct build build;

		build_init_as(&build, IMALOG_LITTLE_ENDIAN, build_digest_sizes[s]);
		build_file(&build, "ima-ng", "/bin/sh");
		kexec.segment_bytes = IMALOG_HEADER_BYTES + build.size - build_digest_sizes[s] + 20;
		carry_log(&build, &kexec, &carry);
		assert_int_equal(carry.next.records, 1);
		assert_int_equal(carry.left_bytes, 0);
		build_free(&build);
	}
}

static void the_next_kernel_has_other_sums_for_a_custom_format(void **state)
{
	struct imalog_kexec kexec = { .generation = EVENTS, .segment_bytes = 4096 };
	struct imalog_carry carry;
	struct build build;

	(void)state;
	build_init(&build);
	build_file(&build, "d-ng|n-ng", "/bin/sh");
	carry_log(&build, &kexec, &carry);
	assert_int_equal(carry.arrived_bytes, build.size);
	/* the name has 9 bytes here and 6 there, where they count too */
	assert_int_equal(carry.next.bytes, build.size - 3);
	assert_int_equal(carry.next.counted, build.size - 3);
	build_free(&build);
}

/* What is written as an event is read as one, with the same numbers, in each format. */
static void a_written_event_is_read_back(void **state)
{
	const struct imalog_event event = { IMALOG_EVENT_KEXEC_EXECUTE, 40960, 0, UINT64_MAX, true };
	unsigned char bytes[IMALOG_EVENT_RECORD_MAX];

	(void)state;
	for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
		for (size_t o = 0; o < COUNT(build_orders); o++) {
			struct imalog_format format = { build_orders[o], build_digest_sizes[s], 0 };
			struct imalog_template template_;
			struct imalog_reader reader;
			struct imalog_record record;
			struct imalog_event read = { 0 };
			struct imalog_span span = { bytes, 0 };

			span.size = imalog_event_record(&event, 10, IMALOG_SHA256, &format, bytes);
			imalog_reader_init(&reader, &format);
			imalog_reader_feed(&reader, span, true);
			assert_int_equal(imalog_reader_next(&reader, &record), 0);
			assert_int_equal(record.size, span.size);
			imalog_template_describe(record.name, &template_);
			assert_int_equal(imalog_event_of(&record, &template_, format.byte_order, &read),
					 0);
			assert_int_equal(read.kind, event.kind);
			assert_int_equal(read.segment_bytes, event.segment_bytes);
			assert_int_equal(read.runtime_bytes, event.runtime_bytes);
			assert_true(read.records == event.records);
			assert_true(read.digest_checked);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kexec_carries_what_it_carries),
		cmocka_unit_test(a_log_of_another_bank_needs_no_more_room),
		cmocka_unit_test(the_next_kernel_has_other_sums_for_a_custom_format),
		cmocka_unit_test(a_written_event_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
