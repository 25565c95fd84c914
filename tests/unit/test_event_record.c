// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of kexec events that are made: as the test builds them, and as the library reads them. */
#include "build.h"

#include <string.h>

static const struct {
	const char *label;
	struct imalog_event event;
} events[] = {
	{ "zeroes", { IMALOG_EVENT_KEXEC_LOAD, 0, 0, 0, false } },
	{ "a load", { IMALOG_EVENT_KEXEC_LOAD, 8192, 2546, 21, false } },
	{ "an execute", { IMALOG_EVENT_KEXEC_EXECUTE, 45056, 9999, 100, false } },
	{ "the largest", { IMALOG_EVENT_KEXEC_EXECUTE, UINT64_MAX, UINT64_MAX, UINT64_MAX, false } },
};

/* Every byte but the template digest, which the test's builder does not make. */
static void compare(const struct imalog_event *event, const char *label, struct build *build)
{
	unsigned char out[IMALOG_EVENT_RECORD_MAX], digest[IMALOG_DIGEST_MAX];
	const char *name = event->kind == IMALOG_EVENT_KEXEC_LOAD ? "kexec_load" : "kexec_execute";
	size_t size = imalog_event_record(event, 11, build->hash, &build->format, out);
	size_t rest = 4 + build->format.digest_size;
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record = { 0 };
	struct imalog_event found;
	enum imalog_hash of_log = IMALOG_SHA1;

	build->pcr = 11;
	build_event(build, name, event->segment_bytes, event->runtime_bytes, event->records);
	if (size != build->size || memcmp(out, build->data, 4) ||
	    memcmp(out + rest, build->data + rest, size - rest))
		fail_msg("%s", label);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, (struct imalog_span){ out, size }, true);
	assert_int_equal(imalog_reader_next(&reader, &record), 0);
	while (imalog_hash_size(of_log) != build->format.digest_size)
		of_log++;
	assert_int_equal(imalog_template_digest(record.data, false, of_log, digest), 0);
	assert_memory_equal(record.digest.data, digest, record.digest.size);
	imalog_template_describe(record.name, &template_);
	assert_int_equal(imalog_event_of(&record, &template_, build->format.byte_order, &found), 0);
	assert_true(found.digest_checked && found.kind == event->kind);
	assert_true(found.segment_bytes == event->segment_bytes);
	assert_true(found.runtime_bytes == event->runtime_bytes);
	assert_true(found.records == event->records);
}

static void every_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		for (size_t o = 0; o < 2 * 4 * IMALOG_HASHES; o++) {
			struct build build;

			build_init_as(&build, build_orders[o / 4 / IMALOG_HASHES],
				      build_digest_sizes[o / IMALOG_HASHES % 4]);
			build.hash = (enum imalog_hash)(o % IMALOG_HASHES);
			compare(&events[i].event, events[i].label, &build);
			build_free(&build);
		}
	}
}

static void not_a_kexec_event(void **state)
{
	struct imalog_format format = { .digest_size = 20 };
	struct imalog_event event = { .kind = IMALOG_EVENT_BOOT_AGGREGATE };
	unsigned char out[IMALOG_EVENT_RECORD_MAX];

	(void)state;
	assert_int_equal(imalog_event_record(&event, 10, IMALOG_SHA256, &format, out), 0);
	event.kind = IMALOG_EVENT_KEXEC_LOAD;
	format.digest_size = 16;
	assert_int_equal(imalog_event_record(&event, 10, IMALOG_SHA256, &format, out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format),
		cmocka_unit_test(not_a_kexec_event),
	};

	return cmocka_run_group_tests_name("event_record", tests, NULL, NULL);
}
