// SPDX-License-Identifier: GPL-2.0-or-later
/* Records as a kernel writes them, for rehearsals: the other way round than reader.c. */
#include "cursor.h"

/* Bytes that grow at the end; more than .room are counted and not written. */
struct out {
	unsigned char *data;
	size_t size, room;	/* bytes */
};

static void put(struct out *out, const void *bytes, size_t size)
{
	if (size && out->size <= out->room && size <= out->room - out->size)
		memcpy(out->data + out->size, bytes, size);
	out->size = size > SIZE_MAX - out->size ? SIZE_MAX : out->size + size;
}

static void put_u32(struct out *out, enum imalog_byte_order byte_order, size_t value)
{
	unsigned char bytes[4];

	for (unsigned i = 0; i < 4; i++)
		bytes[byte_order == IMALOG_LITTLE_ENDIAN ? i : 3 - i] =
			(unsigned char)(value >> 8 * i);
	put(out, bytes, sizeof(bytes));
}

static void put_text(struct out *out, const char *text)
{
	put(out, text, strlen(text));
}

static void put_decimal(struct out *out, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	put(out, digits + at, sizeof(digits) - at);
}

size_t imalog_dng_write(enum imalog_hash hash, const unsigned char *digest, unsigned char *out)
{
	struct out field = { out, 0, IMALOG_DNG_MAX };

	put_text(&field, imalog_hash_name(hash));
	put(&field, ":", 2);
	put(&field, digest, imalog_hash_size(hash));
	return field.size;
}

size_t imalog_record_write(const struct imalog_format *format, uint32_t pcr, const char *template_,
			   const struct imalog_span *fields, size_t count, unsigned char *out,
			   size_t room)
{
	static const unsigned char zeroes[IMALOG_DIGEST_MAX];
	struct out record = { out, 0, room };
	size_t data_size = 0, digest_at;
	unsigned own = 0;

	while (own < IMALOG_HASHES && imalog_hash_size((enum imalog_hash)own) != format->digest_size)
		own++;
	if (own == IMALOG_HASHES)
		return 0;
	for (size_t i = 0; i < count; i++)
		data_size += 4 + fields[i].size;
	put_u32(&record, format->byte_order, pcr);
	digest_at = record.size;
	put(&record, zeroes, format->digest_size);
	put_u32(&record, format->byte_order, strlen(template_));
	put_text(&record, template_);
	put_u32(&record, format->byte_order, data_size);
	for (size_t i = 0; i < count; i++) {
		put_u32(&record, format->byte_order, fields[i].size);
		put(&record, fields[i].data, fields[i].size);
	}
	if (record.size > room)
		return 0;
	imalog_hash_digest((enum imalog_hash)own,
			   (struct imalog_span){ out + record.size - data_size, data_size },
			   out + digest_at);
	return record.size;
}

size_t imalog_event_record(const struct imalog_event *event, uint32_t pcr, enum imalog_hash hash,
			   const struct imalog_format *format, unsigned char *out)
{
	const char *name = event->kind == IMALOG_EVENT_KEXEC_LOAD ? "kexec_load" : "kexec_execute";
	unsigned char bytes[160], digest[IMALOG_DIGEST_MAX], dng[IMALOG_DNG_MAX];
	struct out text = { bytes, 0, sizeof(bytes) };
	struct imalog_span fields[3];

	if (event->kind == IMALOG_EVENT_BOOT_AGGREGATE)
		return 0;
	put_text(&text, "kexec_segment_size=");
	put_decimal(&text, event->segment_bytes);
	put_text(&text, ";ima_binary_runtime_size=");
	put_decimal(&text, event->runtime_bytes);
	put_text(&text, ";ima_runtime_measurements_count=");
	put_decimal(&text, event->records);
	put_text(&text, ";");
	imalog_hash_digest(hash, (struct imalog_span){ bytes, text.size }, digest);
	fields[0] = (struct imalog_span){ dng, imalog_dng_write(hash, digest, dng) };
	fields[1] = (struct imalog_span){ (const unsigned char *)name, strlen(name) + 1 };
	fields[2] = (struct imalog_span){ bytes, text.size };
	return imalog_record_write(format, pcr, "ima-buf", fields, 3, out,
				   IMALOG_EVENT_RECORD_MAX);
}
