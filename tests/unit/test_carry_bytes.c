// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of a kexec against the kernel's dump and restore done byte by byte, in the test's own
 * words; the words and numbers that it gives; the record of an event.
 */
#include "build.h"

#include <stdio.h>
#include <string.h>

#define EVM "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode"

/* ---- the kernel, byte by byte ------------------------------------------------------------------ */

struct kernel {
	unsigned char segment[16384];
	size_t size, used;		/* bytes; the header is not looked at */
	uint64_t count;			/* records that the header tells of */
	int dump_error, restore_error;
	uint64_t records, arrived;	/* restored: records, their bytes */
};

static void dump(struct kernel *kernel, const struct build *log, const size_t *ends, size_t records)
{
	kernel->used = IMALOG_HEADER_BYTES;
	for (size_t i = 0; i < records; i++) {
		if (kernel->used >= kernel->size) {
			kernel->dump_error = -22;
			return;
		}
		kernel->count++;
		for (size_t at = i ? ends[i - 1] : 0; at < ends[i]; at++)
			if (kernel->used < kernel->size)
				kernel->segment[kernel->used++] = log->data[at];
	}
}

/* Little-endian u32 at *at, if it is before @end. */
static bool number(const struct kernel *kernel, size_t *at, size_t end, size_t *value)
{
	*value = 0;
	if (*at + 4 > end)
		return false;
	for (unsigned i = 0; i < 4; i++)
		*value |= (size_t)kernel->segment[*at + i] << 8 * i;
	*at += 4;
	return true;
}

static bool known_fields(const char *name, unsigned *fields)
{
	static const struct {
		const char *name;
		unsigned fields;	/* 0: a format with a field that there is not */
	} known[] = {
		{ "ima-ng", 2 }, { "d-ng|n-ng", 2 }, { "ima-sig", 3 }, { "d-ng|sig", 2 }, { EVM, 9 },
		{ "n-ng|nothing", 0 }, { "d-ng|n-ng|", 0 },
	};

	for (size_t i = 0; i < COUNT(known); i++) {
		if (!strcmp(known[i].name, name)) {
			*fields = known[i].fields;
			return *fields;
		}
	}
	fail_msg("template %s", name);
	return false;
}

/* 0, or what ends the restore: -22, or 1 for a silent end. */
static int restore_one(const struct kernel *kernel, size_t *at)
{
	size_t name_size, size, value, end;
	unsigned fields;
	char name[200];

	*at += 4 + 20;
	if (!number(kernel, at, kernel->used, &name_size) || *at + name_size > kernel->used)
		return -22;
	snprintf(name, sizeof(name), "%.*s", (int)name_size, kernel->segment + *at);
	*at += name_size;
	if (!number(kernel, at, kernel->used, &size) || *at + size > kernel->used ||
	    name_size > strlen(EVM) || !strcmp(name, "ima"))
		return -22;
	if (!known_fields(name, &fields))
		return 1;
	for (end = *at + size; fields; fields--) {
		if (!number(kernel, at, end, &value) || *at + value > end)
			return -22;
		*at += value;
	}
	return *at == end ? 0 : -22;
}

static void restore(struct kernel *kernel)
{
	size_t at = IMALOG_HEADER_BYTES;

	while (at < kernel->used && kernel->records < kernel->count) {
		int result = restore_one(kernel, &at);

		if (result < 0)
			kernel->restore_error = result;
		if (result)
			return;
		kernel->records++;
		kernel->arrived = at - IMALOG_HEADER_BYTES;
	}
}

/* ---- the model over the same log --------------------------------------------------------------- */

static void carry_log(const struct build *build, const struct imalog_kexec *kexec,
		      struct imalog_carry *carry, enum imalog_loss *said)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_template template_;

	imalog_carry_init(carry, kexec);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	while (!imalog_reader_next(&reader, &record)) {
		imalog_template_describe(record.name, &template_);
		said[record.index] = imalog_carry_add(carry, &record, &template_);
	}
	assert_int_equal(reader.error, 0);
}

#define RECORDS_MAX 8

/* One record each: a template, or one of these. */
#define DATA "d-ng|sig"		/* with one field too many */
/* A name that is a byte too long. */
#define LONG "d-ngv2|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|iuid"

static void build_one(struct build *build, const char *template_)
{
	struct build data = { .format = build->format };

	if (strcmp(template_, "data")) {
		build_file(build, template_, "/usr/bin/true");
		return;
	}
	for (int i = 0; i < 3; i++)
		build_field(&data, span_of("three fields, not two"));
	build_record(build, DATA, build_log(&data));
	build_free(&data);
}

static const struct {
	const char *label;
	const char *templates[RECORDS_MAX + 1];
	uint64_t restored;	/* at most */
	enum imalog_loss loss;	/* of the next one, if the segment is large enough */
} logs[] = {
	{ "all arrive", { "ima-ng", "ima-sig", "ima-ng" }, 3, IMALOG_LOSS_NONE },
	{ "one", { "ima-ng" }, 1, IMALOG_LOSS_NONE },
	{ "a format with a name", { "d-ng|n-ng", "ima-ng", "d-ng|n-ng" }, 3, IMALOG_LOSS_NONE },
	{ "a format without one", { "d-ng|sig", "d-ng|sig" }, 2, IMALOG_LOSS_NONE },
	{ "the longest name", { "ima-ng", EVM, "ima-ng" }, 3, IMALOG_LOSS_NONE },
	{ "a name too long", { "ima-ng", LONG, "ima-ng" }, 1, IMALOG_LOSS_TEMPLATE_NAME },
	{ "ima first", { "ima", "ima-ng" }, 0, IMALOG_LOSS_TEMPLATE_IMA },
	{ "ima inside", { "ima-ng", "ima-ng", "ima", "ima-ng" }, 2, IMALOG_LOSS_TEMPLATE_IMA },
	{ "ima last", { "ima-ng", "ima" }, 1, IMALOG_LOSS_TEMPLATE_IMA },
	{ "no such field", { "ima-ng", "n-ng|nothing", "ima-ng" }, 1,
	  IMALOG_LOSS_TEMPLATE_FIELDS },
	{ "an empty field", { "ima-ng", "d-ng|n-ng|", "ima" }, 1, IMALOG_LOSS_TEMPLATE_FIELDS },
	{ "a field too many", { "ima-ng", "ima-ng", "data", "ima-ng" }, 2, IMALOG_LOSS_DATA },
};

/* The words for each record: the first one lost says why, and the others go with it. */
static enum imalog_loss expected_loss(const struct kernel *kernel, const size_t *ends,
				      enum imalog_loss worst)
{
	size_t room = kernel->size - IMALOG_HEADER_BYTES;
	size_t start = kernel->records ? ends[kernel->records - 1] : 0;

	if (start == room)
		return IMALOG_LOSS_FULL;
	return ends[kernel->records] > room ? IMALOG_LOSS_CUT : worst;
}

static void compare(size_t row, struct kernel *kernel, const struct build *build,
		    const size_t *ends, size_t records)
{
	struct imalog_kexec kexec = { .generation = IMALOG_GENERATION_EVENTS,
				      .segment_bytes = kernel->size };
	size_t whole = 0, room = kernel->size - IMALOG_HEADER_BYTES;
	enum imalog_loss said[RECORDS_MAX], loss = IMALOG_LOSS_NONE;
	struct imalog_carry carry;

	dump(kernel, build, ends, records);
	restore(kernel);
	carry_log(build, &kexec, &carry, said);
	while (whole < records && ends[whole] <= room)
		whole++;
	if (kernel->records < records)
		loss = expected_loss(kernel, ends, logs[row].loss);
	if (carry.dump_error != kernel->dump_error || carry.restore_error != kernel->restore_error ||
	    carry.next.records != kernel->records || carry.arrived_bytes != kernel->arrived ||
	    carry.written_bytes != kernel->used - IMALOG_HEADER_BYTES ||
	    carry.left_bytes != kernel->size - kernel->used || carry.log_records != records ||
	    carry.log_bytes != build->size || carry.whole_records != whole ||
	    carry.cut_bytes != kernel->used - IMALOG_HEADER_BYTES - (whole ? ends[whole - 1] : 0) ||
	    carry.loss != loss)
		fail_msg("%s, segment %zu: loss %s, %llu records", logs[row].label, kernel->size,
			 imalog_loss_text(carry.loss), (unsigned long long)carry.next.records);
	for (size_t i = 0; i < records; i++)
		assert_int_equal(said[i], i < kernel->records ? IMALOG_LOSS_NONE : loss);
}

/* Each log in segments that end at each of its bytes: so inside each part of each record. */
static void every_segment(void **state)
{
	(void)state;
	for (size_t row = 0; row < COUNT(logs); row++) {
		size_t ends[RECORDS_MAX], records = 0;
		struct build build;

		build_init(&build);
		for (; logs[row].templates[records]; records++) {
			build_one(&build, logs[row].templates[records]);
			ends[records] = build.size;
		}
		for (size_t size = 0; size <= build.size + 2; size++) {
			struct kernel kernel = { .size = IMALOG_HEADER_BYTES + size };

			compare(row, &kernel, &build, ends, records);
			if (size >= build.size)
				assert_int_equal(kernel.records, logs[row].restored);
		}
		build_free(&build);
	}
}

/* ---- what is known of each kexec --------------------------------------------------------------- */

#define ROOM (24 + 1000)
#define NONE IMALOG_GENERATION_NONE
#define LOAD IMALOG_GENERATION_COPY_AT_LOAD
#define EXEC IMALOG_GENERATION_COPY_AT_EXECUTE
#define EVENTS IMALOG_GENERATION_EVENTS
#define STAGING IMALOG_GENERATION_STAGING

/* Ten records of 100 bytes. */
static const struct {
	const char *label;
	struct imalog_kexec kexec;
	uint64_t arrived, whole;
	enum imalog_loss loss;
	int dump_error, restore_error;
	enum imalog_complaint complaint;	/* in the end */
} kexecs[] = {
	{ "no carry", { NONE, ROOM, 0, 0, 0 }, 0, 0, IMALOG_LOSS_NOT_CARRIED, 0, 0, 0 },
	{ "execute", { EXEC, ROOM, 0, 0, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0, 0 },
	{ "execute, -1", { EXEC, ROOM - 1, 0, 0, 0 }, 9, 9, IMALOG_LOSS_CUT, 0, -22, 0 },
	{ "execute, a record", { EXEC, ROOM - 100, 0, 0, 0 }, 9, 9, IMALOG_LOSS_FULL, -22, 0, 0 },
	{ "execute, +99", { EXEC, ROOM - 101, 0, 0, 0 }, 8, 8, IMALOG_LOSS_CUT, -22, -22, 0 },
	{ "events", { EVENTS, ROOM, 0, 0, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0, 0 },
	{ "events, +1", { EVENTS, ROOM + 1, 0, 0, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0, 0 },
	{ "events, none", { EVENTS, 0, 0, 0, 0 }, 0, 0, IMALOG_LOSS_NOT_CARRIED, 0, 0, 0 },
	{ "events, a header", { EVENTS, 24, 0, 0, 0 }, 0, 0, IMALOG_LOSS_FULL, -22, 0, 0 },
	{ "staging", { STAGING, ROOM, 0, 0, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0, 0 },
	{ "load_records is not looked at", { EVENTS, ROOM, 0, 5, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0,
	  0 },
	{ "no memory", { EVENTS, ROOM, IMALOG_COMPLAINT_NO_MEMORY, 0, 0 }, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED, 0, 0, IMALOG_COMPLAINT_NO_MEMORY },
	{ "too large", { EVENTS, ROOM, IMALOG_COMPLAINT_TOO_LARGE, 0, 0 }, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED, 0, 0, IMALOG_COMPLAINT_TOO_LARGE },
	{ "not mapped", { EVENTS, ROOM, IMALOG_COMPLAINT_NOT_MAPPED, 0, 0 }, 0, 0,
	  IMALOG_LOSS_NOT_CARRIED, 0, -22, IMALOG_COMPLAINT_NOT_MAPPED },
	{ "unreadable", { EVENTS, ROOM, IMALOG_COMPLAINT_UNREADABLE, 0, 0 }, 10, 10,
	  IMALOG_LOSS_NONE, 0, 0, IMALOG_COMPLAINT_UNREADABLE },
	{ "at load, all", { LOAD, ROOM, 0, 10, 0 }, 10, 10, IMALOG_LOSS_NONE, 0, 0, 0 },
	{ "at load, more since", { LOAD, ROOM, 0, 6, 0 }, 6, 6, IMALOG_LOSS_AFTER_LOAD, 0, 0, 0 },
	{ "at load, none before", { LOAD, ROOM, 0, 0, 0 }, 0, 0, IMALOG_LOSS_AFTER_LOAD, 0, 0, 0 },
	{ "at load, last cut", { LOAD, 24 + 599, 0, 6, 0 }, 5, 5, IMALOG_LOSS_CUT, 0, -22, 0 },
	{ "at load, overflow", { LOAD, 24 + 499, 0, 6, 0 }, 0, 0, IMALOG_LOSS_NOT_CARRIED, 0, 0,
	  IMALOG_COMPLAINT_NO_MEMORY },
	{ "at load, full", { LOAD, 24 + 500, 0, 6, 0 }, 0, 0, IMALOG_LOSS_NOT_CARRIED, 0, 0,
	  IMALOG_COMPLAINT_NO_MEMORY },
};

static void every_kexec(void **state)
{
	struct build build;

	(void)state;
	build_init(&build);
	for (int i = 0; i < 10; i++)
		build_sized(&build, 100);
	for (size_t i = 0; i < COUNT(kexecs); i++) {
		enum imalog_loss said[10];
		struct imalog_carry carry;

		carry_log(&build, &kexecs[i].kexec, &carry, said);
		if (carry.next.records != kexecs[i].arrived ||
		    carry.arrived_bytes != 100 * kexecs[i].arrived ||
		    carry.next.bytes != carry.arrived_bytes ||
		    carry.whole_records != kexecs[i].whole || carry.loss != kexecs[i].loss ||
		    carry.dump_error != kexecs[i].dump_error ||
		    carry.restore_error != kexecs[i].restore_error ||
		    carry.kexec.complaint != kexecs[i].complaint || said[9] != kexecs[i].loss ||
		    carry.log_records != 10 || carry.log_bytes != 1000)
			fail_msg("%s: loss %s, %llu records", kexecs[i].label,
				 imalog_loss_text(carry.loss),
				 (unsigned long long)carry.next.records);
	}
	build_free(&build);
}

static void an_empty_log(void **state)
{
	struct imalog_kexec kexec = { .generation = IMALOG_GENERATION_STAGING, .segment_bytes = 4096 };
	struct imalog_carry carry;

	(void)state;
	imalog_carry_init(&carry, &kexec);
	assert_int_equal(carry.loss, IMALOG_LOSS_NONE);
	assert_int_equal(carry.left_bytes, 4096 - 24);
	assert_int_equal(carry.next.records + carry.log_records + carry.written_bytes, 0);
	assert_int_equal(carry.dump_error | carry.restore_error, 0);
}

/* ---- the next kernel's log --------------------------------------------------------------------- */

static const struct {
	const char *template_, *next;	/* what it is called there */
	bool counted;			/* with its name */
	int fewer;			/* bytes of its data, besides the name */
} renamed[] = {
	{ "ima-ng", "ima-ng", true, 0 },
	{ "evm-sig", "evm-sig", true, 0 },
	{ "d-ng|n-ng", "ima-ng", true, 0 },
	{ "d-ngv2|n-ng|sig", "ima-sigv2", true, 0 },
	{ EVM, "evm-sig", true, 0 },
	{ "n-ng|d-ng", "n-ng|d-ng", false, 0 },
	{ "d|n", "ima", true, 8 },	/* "ima" has no length of the digest, and none of it all */
};

static void names_in_the_next_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(renamed) * 8; i++) {
		size_t row = i % COUNT(renamed), name = strlen(renamed[row].next);
		struct imalog_kexec kexec = { .generation = IMALOG_GENERATION_EVENTS,
					      .segment_bytes = 4096 };
		size_t bytes;
		struct imalog_carry carry;
		enum imalog_loss said[1];
		struct build build;

		kexec.byte_order = build_orders[i / COUNT(renamed) / 4];
		build_init_as(&build, kexec.byte_order, build_digest_sizes[i / COUNT(renamed) % 4]);
		build_file(&build, renamed[row].template_, "/usr/bin/true");
		carry_log(&build, &kexec, &carry, said);
		bytes = build.size - build.format.digest_size + 20;
		assert_int_equal(said[0], IMALOG_LOSS_NONE);
		assert_int_equal(carry.log_bytes, bytes);
		assert_int_equal(carry.arrived_bytes, bytes);
		bytes = bytes - strlen(renamed[row].template_) + name;
		assert_int_equal(carry.next.bytes, bytes - (size_t)renamed[row].fewer);
		assert_int_equal(carry.next.counted, bytes - (renamed[row].counted ? 0 : name));
		build_free(&build);
	}
}

static void words(void **state)
{
	static const char *const text[] = {
		"none", "not-carried", "after-load", "full", "cut", "template-ima", "template-name",
		"template-fields", "data",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(text); i++)
		assert_string_equal(imalog_loss_text((enum imalog_loss)i), text[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_segment),
		cmocka_unit_test(every_kexec),
		cmocka_unit_test(an_empty_log),
		cmocka_unit_test(names_in_the_next_kernel),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("carry_bytes", tests, NULL, NULL);
}
