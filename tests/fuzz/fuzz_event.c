// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a kexec event: never a wrong number, whatever the bytes; and records with that text, written and
 * read back.
 */
#include <inttypes.h>

#include "fuzz.h"

static const uint32_t sizes[] = { 20, 32, 48, 64 };

static bool same(const struct imalog_event *a, const struct imalog_event *b)
{
	return a->segment_bytes == b->segment_bytes && a->runtime_bytes == b->runtime_bytes &&
	       a->records == b->records;
}

/* What a census makes of one record: it is a mark when @good, else a damaged event. */
static void count(struct imalog_span log, const struct imalog_format *format, bool good,
		  const struct imalog_event *event)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_census census;

	imalog_census_init(&census);
	imalog_reader_init(&reader, format);
	imalog_reader_feed(&reader, log, true);
	MUST(!imalog_reader_next(&reader, &record) && record.size == log.size);
	MUST(!imalog_census_add(&census, &record, format->byte_order));
	MUST(census.mark_count == good && census.bad_events == !good);
	if (good)
		MUST(same(&census.marks[0].event, event) && census.marks[0].event.digest_checked);
	imalog_census_free(&census);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { (enum imalog_byte_order)(size & 1), sizes[size / 2 % 4], 0 };
	enum imalog_hash hash = (enum imalog_hash)(size / 8 % 4);
	struct imalog_event event = { .kind = IMALOG_EVENT_KEXEC_LOAD }, again;
	struct imalog_span text = { size ? data : NULL, size }, fields[3];
	unsigned char out[IMALOG_EVENT_RECORD_MAX + 4096], dng[IMALOG_DNG_MAX], digest[IMALOG_DIGEST_MAX];
	char words[200], escaped[64], hex[2 * sizeof(digest) + 1];
	bool good = !imalog_event_text(text, &event);
	size_t written;

	imalog_escape(text, escaped, size % sizeof(escaped) < 4 ? 4 : size % sizeof(escaped));
	if (imalog_unhex(text, digest, sizeof(digest))) {
		imalog_hex((struct imalog_span){ digest, sizeof(digest) }, hex, sizeof(hex));
		MUST(!strncasecmp(hex, (const char *)data, size));
	}
	imalog_hash_digest(hash, text, digest);
	fields[0] = (struct imalog_span){ dng, imalog_dng_write(hash, digest, dng) };
	fields[1] = (struct imalog_span){ (const unsigned char *)"kexec_load", sizeof("kexec_load") };
	fields[2] = text;
	written = imalog_record_write(&format, 10, "ima-buf", fields, 3, out, sizeof(out));
	MUST(written || size > 4000);
	if (written)
		count((struct imalog_span){ out, written }, &format, good, &event);
	if (!good)
		return 0;
	MUST(data[size - 1] == ';' && event.kind == IMALOG_EVENT_KEXEC_LOAD);
	/* What was understood says the same again. */
	snprintf(words, sizeof(words),
		 "kexec_segment_size=%" PRIu64 ";ima_binary_runtime_size=%" PRIu64
		 ";ima_runtime_measurements_count=%" PRIu64 ";",
		 event.segment_bytes, event.runtime_bytes, event.records);
	text = (struct imalog_span){ (const unsigned char *)words, strlen(words) };
	MUST(!imalog_event_text(text, &again) && same(&again, &event));
	written = imalog_event_record(&event, 10, hash, &format, out);
	MUST(written);
	count((struct imalog_span){ out, written }, &format, true, &event);
	return 0;
}
