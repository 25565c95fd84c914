// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <string.h>

#define SEGMENT "kexec_segment_size=8192;"
#define RUNTIME "ima_binary_runtime_size=2546;"
#define RECORDS "ima_runtime_measurements_count=21;"

static const struct {
	const char *label, *text;
	int result;
} texts[] = {
	{ "as the kernel writes it", SEGMENT RUNTIME RECORDS, 0 },
	{ "another order", RECORDS SEGMENT RUNTIME, 0 },
	{ "an unknown key in front", "new_key=7;" SEGMENT RUNTIME RECORDS, 0 },
	{ "an unknown key at the end", SEGMENT RUNTIME RECORDS "new_key=7;", 0 },
	{ "an unknown key with words", SEGMENT "new=some words, -1;" RUNTIME RECORDS, 0 },
	{ "an unknown key with no value", SEGMENT "new=;" RUNTIME RECORDS, 0 },
	{ "an unknown key twice", "n=1;n=1;" SEGMENT RUNTIME RECORDS, 0 },
	{ "a key that only begins like ours", "kexec_segment_size_=1;" SEGMENT RUNTIME RECORDS, 0 },
	{ "nothing", "", IMALOG_ERROR_BAD_TEXT },
	{ "only a ;", ";", IMALOG_ERROR_BAD_TEXT },
	{ "no segment", RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "no size", SEGMENT RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "no count", SEGMENT RUNTIME, IMALOG_ERROR_BAD_TEXT },
	{ "segment twice", SEGMENT SEGMENT RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "size twice", SEGMENT RUNTIME RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "count twice", SEGMENT RUNTIME RECORDS RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "an empty pair", SEGMENT ";" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "two ; at the end", SEGMENT RUNTIME RECORDS ";", IMALOG_ERROR_BAD_TEXT },
	{ "no ; at the end", SEGMENT RUNTIME "ima_runtime_measurements_count=21",
	  IMALOG_ERROR_BAD_TEXT },
	{ "a word behind the end", SEGMENT RUNTIME RECORDS "x", IMALOG_ERROR_BAD_TEXT },
	{ "a newline behind the end", SEGMENT RUNTIME RECORDS "\n", IMALOG_ERROR_BAD_TEXT },
	{ "a pair without =", SEGMENT "new_key;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "a pair without key", SEGMENT "=5;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "no number", "kexec_segment_size=;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "a minus", "kexec_segment_size=-8192;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "a plus", "kexec_segment_size=+8192;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "a blank before the number", "kexec_segment_size= 8192;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "a blank behind the number", "kexec_segment_size=8192 ;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "a blank behind the key", "kexec_segment_size =8192;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "a blank behind the ;", SEGMENT " " RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "two =", "kexec_segment_size==8192;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "a letter in the number", "kexec_segment_size=81x2;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "hexadecimal", "kexec_segment_size=0x2000;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "an upper-case key", "KEXEC_SEGMENT_SIZE=8192;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "the digit before 0", "kexec_segment_size=/;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "the digit behind 9", "kexec_segment_size=1:;" RUNTIME RECORDS, IMALOG_ERROR_BAD_TEXT },
	{ "2^64", "kexec_segment_size=18446744073709551616;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "2^64 + 8192", "kexec_segment_size=18446744073709559808;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
	{ "10 * 2^64", "kexec_segment_size=184467440737095516160;" RUNTIME RECORDS,
	  IMALOG_ERROR_BAD_TEXT },
};

static void rules_of_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct imalog_event event = { .kind = IMALOG_EVENT_KEXEC_EXECUTE };
		int result = imalog_event_text(span_of(texts[i].text), &event);

		if (result != texts[i].result)
			fail_msg("%s: %d", texts[i].label, result);
		assert_int_equal(event.kind, IMALOG_EVENT_KEXEC_EXECUTE);
		if (result)
			continue;
		assert_int_equal(event.segment_bytes, 8192);
		assert_int_equal(event.runtime_bytes, 2546);
		assert_int_equal(event.records, 21);
	}
}

static void a_nul_behind_the_text_is_refused(void **state)
{
	struct imalog_event event;

	(void)state;
	assert_int_equal(imalog_event_text(span_with_nul(SEGMENT RUNTIME RECORDS), &event),
			 IMALOG_ERROR_BAD_TEXT);
	assert_int_equal(imalog_event_text((struct imalog_span){ NULL, 0 }, &event),
			 IMALOG_ERROR_BAD_TEXT);
}

static void the_smallest_and_the_largest_number(void **state)
{
	struct imalog_event event;

	(void)state;
	assert_int_equal(imalog_event_text(span_of("kexec_segment_size=18446744073709551615;"
						   "ima_binary_runtime_size=0;"
						   "ima_runtime_measurements_count="
						   "9999999999999999999;"), &event), 0);
	assert_true(event.segment_bytes == UINT64_MAX);
	assert_int_equal(event.runtime_bytes, 0);
	assert_true(event.records == UINT64_C(9999999999999999999));
}

/* Cut at every byte but the last, the text is bad. */
static void a_cut_text_is_bad(void **state)
{
	static const char text[] = SEGMENT RUNTIME RECORDS;
	struct imalog_event event;

	(void)state;
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		assert_int_equal(imalog_event_text((struct imalog_span){
			(const unsigned char *)text, size }, &event), IMALOG_ERROR_BAD_TEXT);
}

/* What imalog_event_of() says of the one record in @build. */
static int event_of(const struct build *build, struct imalog_event *event)
{
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record = { 0 };

	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	assert_int_equal(imalog_reader_next(&reader, &record), 0);
	imalog_template_describe(record.name, &template_);
	return imalog_event_of(&record, &template_, build->format.byte_order, event);
}

static void the_kexec_events_in_every_format_and_hash(void **state)
{
	static const struct {
		const char *name;
		enum imalog_event_kind kind;
	} kinds[] = {
		{ "kexec_load", IMALOG_EVENT_KEXEC_LOAD },
		{ "kexec_execute", IMALOG_EVENT_KEXEC_EXECUTE },
	};

	(void)state;
	for (unsigned i = 0; i < 2 * 4 * IMALOG_HASHES * 2; i++) {
		struct imalog_event event = { .digest_checked = false };
		struct build build;

		build_init_as(&build, build_orders[i & 1], build_digest_sizes[i >> 1 & 3]);
		build.hash = (enum imalog_hash)(i >> 3 & 3);
		build_event(&build, kinds[i >> 5].name, 8192, 2546, 21);
		assert_int_equal(event_of(&build, &event), 0);
		assert_int_equal(event.kind, kinds[i >> 5].kind);
		assert_int_equal(event.segment_bytes, 8192);
		assert_int_equal(event.runtime_bytes, 2546);
		assert_int_equal(event.records, 21);
		assert_true(event.digest_checked);
		build_free(&build);
	}
}

static void boot_aggregate_in_every_template(void **state)
{
	static const char *const templates[] = {
		"ima", "ima-ng", "ima-sig", "ima-ngv2", "ima-sigv2", "ima-buf", "ima-modsig",
		"evm-sig", "d-ng|n-ng", "n-ng|d-ng",
	};

	static const char *const names[] = { "boot_aggregate", "boot_aggregate_late" };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(templates); i++) {
		struct imalog_event event;
		struct build build;

		build_init_as(&build, build_orders[i / 2 & 1], 20);
		build_file(&build, templates[i / 2], names[i % 2]);
		assert_int_equal(event_of(&build, &event), 0);
		assert_int_equal(event.kind, IMALOG_EVENT_BOOT_AGGREGATE);
		build_free(&build);
	}
}

static void records_that_are_no_event(void **state)
{
	static const struct {
		const char *template_, *name;
	} others[] = {
		{ "ima", "/bin/sh" },
		{ "ima", "kexec_load" },
		{ "ima", "boot_aggregat" },
		{ "ima", "boot_aggregate_" },
		{ "ima-ng", "/boot_aggregate" },
		{ "ima-ng", "boot_aggregat" },
		{ "ima-ng", "boot_aggregate2" },
		{ "ima-ng", "boot_aggregate_lat" },
		{ "ima-ng", "boot_aggregate_later" },
		{ "ima", "boot_aggregate_later" },
		{ "ima-ng", "" },
		{ "ima-ng", "kexec_load" },	/* a file called so: no buffer */
		{ "ima-sig", "kexec_execute" },
		{ "ima-buf", "kexec_loa" },
		{ "ima-buf", "kexec_loads" },
		{ "ima-buf", "kexec-cmdline" },
		{ "buf|n-ng", "kexec_load" },	/* no digest to hold it */
		{ "d-ng", "kexec_load" },
		{ "unknown", "boot_aggregate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct imalog_event event;
		struct build build;

		build_init(&build);
		build_file(&build, others[i].template_, others[i].name);
		if (event_of(&build, &event) != 1)
			fail_msg("%s %s", others[i].template_, others[i].name);
		build_free(&build);
	}
}

static const char good_text[] = SEGMENT RUNTIME RECORDS;
static const char good_digest[] =	/* sha256 of it is filled in by kexec_load_with() */
	"sha256:\0................................";

/* An ima-buf record called kexec_load with this d-ng and text. */
static int kexec_load_with(struct imalog_span digest, struct imalog_span text,
			   struct imalog_event *event)
{
	struct build build, data;
	int result;

	build_init(&build);
	build_init(&data);
	build_field(&data, digest);
	build_field(&data, span_with_nul("kexec_load"));
	build_field(&data, text);
	build_record(&build, "ima-buf", build_log(&data));
	result = event_of(&build, event);
	build_free(&data);
	build_free(&build);
	return result;
}

static void the_digest_must_be_that_of_the_text(void **state)
{
	struct imalog_event event;
	unsigned char field[sizeof(good_digest) - 1];
	struct imalog_span digest = { field, sizeof(field) };

	(void)state;
	memcpy(field, good_digest, sizeof(field));
	imalog_hash_digest(IMALOG_SHA256, span_of(good_text), field + 8);
	assert_int_equal(kexec_load_with(digest, span_of(good_text), &event), 0);
	for (size_t i = 8; i < sizeof(field); i++) {	/* any bit of the digest */
		field[i] ^= 0x10;
		assert_int_equal(kexec_load_with(digest, span_of(good_text), &event),
				 IMALOG_ERROR_BAD_DIGEST);
		field[i] ^= 0x10;
	}
	for (digest.size = 0; digest.size < sizeof(field); digest.size++)	/* cut */
		assert_int_equal(kexec_load_with(digest, span_of(good_text), &event),
				 IMALOG_ERROR_BAD_DIGEST);
	digest.size = sizeof(field);
	assert_int_equal(kexec_load_with(digest, span_of(SEGMENT RUNTIME
							 "ima_runtime_measurements_count=22;"),
					 &event), IMALOG_ERROR_BAD_DIGEST);
	assert_int_equal(kexec_load_with(digest, span_of("x"), &event), IMALOG_ERROR_BAD_TEXT);
}

static void forms_of_the_digest_field(void **state)
{
	static const struct {
		const char *label, *prefix;
		size_t prefix_size;	/* bytes, the NUL included */
		int result;
		bool checked;
	} table[] = {
		{ "d-ng", "sha256:", 8, 0, true },
		{ "d-ngv2", "ima:sha256:", 12, 0, true },
		{ "an algorithm we do not have", "sm3:", 5, 0, false },
		{ "the same as d-ngv2", "ima:sm3:", 9, 0, false },
		{ "another digest's name", "sha1:", 6, IMALOG_ERROR_BAD_DIGEST, false },
		{ "no colon", "sha256", 7, IMALOG_ERROR_BAD_DIGEST, false },
		{ "no NUL", "sha256:", 7, IMALOG_ERROR_BAD_DIGEST, false },
		{ "no name", "", 1, IMALOG_ERROR_BAD_DIGEST, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_event event;
		unsigned char field[64];
		int result;

		memcpy(field, table[i].prefix, table[i].prefix_size);
		imalog_hash_digest(IMALOG_SHA256, span_of(good_text),
				   field + table[i].prefix_size);
		result = kexec_load_with((struct imalog_span){ field, table[i].prefix_size + 32 },
					 span_of(good_text), &event);
		if (result != table[i].result)
			fail_msg("%s: %d", table[i].label, result);
		if (!result)
			assert_int_equal(event.digest_checked, table[i].checked);
	}
}

/* Named like a kexec event, with fields that are not there. */
static void an_event_with_missing_fields_is_damaged(void **state)
{
	struct imalog_event event;
	struct build build, data;

	(void)state;
	build_init(&build);
	build_init(&data);
	build_field(&data, span_of("sha256:"));
	build_field(&data, span_with_nul("kexec_execute"));
	build_record(&build, "ima-buf", build_log(&data));
	assert_int_equal(event_of(&build, &event), IMALOG_ERROR_BAD_FIELD);
	build.size = 0;
	build_u32(&data, 1000);
	build_record(&build, "ima-buf", build_log(&data));
	assert_int_equal(event_of(&build, &event), IMALOG_ERROR_BAD_FIELD);
	build.size = 0;		/* no name that could be read: just a record */
	build_record(&build, "ima-buf", (struct imalog_span){ data.data, 5 });
	assert_int_equal(event_of(&build, &event), 1);
	build.size = 0;
	build_record(&build, "ima-buf", (struct imalog_span){ NULL, 0 });
	assert_int_equal(event_of(&build, &event), 1);
	build_free(&data);
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_the_text),
		cmocka_unit_test(a_nul_behind_the_text_is_refused),
		cmocka_unit_test(the_smallest_and_the_largest_number),
		cmocka_unit_test(a_cut_text_is_bad),
		cmocka_unit_test(the_kexec_events_in_every_format_and_hash),
		cmocka_unit_test(boot_aggregate_in_every_template),
		cmocka_unit_test(records_that_are_no_event),
		cmocka_unit_test(the_digest_must_be_that_of_the_text),
		cmocka_unit_test(forms_of_the_digest_field),
		cmocka_unit_test(an_event_with_missing_fields_is_damaged),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
