// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Framing of the binary measurement log.
 *
 *   u32 PCR | template digest | u32 n, n bytes of template name | u32 m, m bytes of data
 *
 * ima_fs.c, ima_measurements_show(), 7.3.4.  The template "ima" has no data length: its data
 * is 20 digest bytes, a u32 and that many bytes of name.
 */
#include "cursor.h"

#define PCR_LIMIT 64	/* ima_policy.c, INVALID_PCR: bits of measured_pcrs, 7.3.4 */
#define NAME_MAX_BYTES 1024	/* a format string on a kernel command line is far shorter */

void imalog_reader_init(struct imalog_reader *reader, const struct imalog_format *format)
{
	*reader = (struct imalog_reader){ .format = *format };
	if (!reader->format.record_max)
		reader->format.record_max = IMALOG_RECORD_MAX;
}

void imalog_reader_feed(struct imalog_reader *reader, struct imalog_span window, bool last)
{
	reader->window = window;
	reader->at = 0;
	reader->last = last;
}

static int fail(struct imalog_reader *reader, int error)
{
	reader->error = error;
	return error;
}

static bool is_graphic(struct imalog_span name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < 0x21 || name.data[i] > 0x7e)
			return false;
	return true;
}

/* The template data behind a name: counted, or the old framing of the template "ima". */
static bool take_data(struct imalog_span *cursor, const struct imalog_record *record,
		      enum imalog_byte_order byte_order, uint32_t *wanted,
		      struct imalog_span *data)
{
	bool old = record->name.size == 3 && !memcmp(record->name.data, "ima", 3);
	struct imalog_span start = *cursor, rest;

	*wanted = 0;
	if (old && !cursor_bytes(cursor, IMALOG_SHA1_BYTES, &rest))
		return false;
	if (!cursor_u32(cursor, byte_order, wanted) || !cursor_bytes(cursor, *wanted, &rest))
		return false;
	*data = rest;
	if (old) {
		data->data = start.data;
		data->size = start.size - cursor->size;
	}
	return true;
}

static bool is_zero(struct imalog_span digest)
{
	if (digest.size && digest.data[0])
		return false;
	for (size_t i = 1; i < digest.size; i++)
		if (digest.data[i])
			return false;
	return true;
}

/*
 * Parse one record at the front of @cursor.  0 or an error; IMALOG_ERROR_CUT means that the
 * window is too short for it.
 */
static int parse(struct imalog_reader *reader, struct imalog_span *cursor,
		 struct imalog_record *record)
{
	const struct imalog_format *format = &reader->format;
	struct imalog_span start = *cursor;
	uint32_t name_size, data_size;

	if (!cursor_u32(cursor, format->byte_order, &record->pcr))
		return IMALOG_ERROR_CUT;
	if (record->pcr >= PCR_LIMIT)
		return IMALOG_ERROR_BAD_PCR;
	if (!cursor_bytes(cursor, format->digest_size, &record->digest) ||
	    !cursor_u32(cursor, format->byte_order, &name_size))
		return IMALOG_ERROR_CUT;
	if (!name_size || name_size > NAME_MAX_BYTES)
		return IMALOG_ERROR_BAD_NAME;
	if (!cursor_bytes(cursor, name_size, &record->name))
		return IMALOG_ERROR_CUT;
	record->name_repeats =
		span_equals(record->name, reader->last_name, reader->last_name_size);
	if (!record->name_repeats && !is_graphic(record->name))
		return IMALOG_ERROR_BAD_NAME;
	if (!take_data(cursor, record, format->byte_order, &data_size, &record->data))
		return data_size > format->record_max ? IMALOG_ERROR_TOO_BIG : IMALOG_ERROR_CUT;
	record->wire.data = start.data;
	record->wire.size = start.size - cursor->size;
	record->size = record->wire.size;
	if (record->size > format->record_max)
		return IMALOG_ERROR_TOO_BIG;
	record->violation = is_zero(record->digest);
	return 0;
}

/* Template names repeat: only a new one has to be looked at closely. */
static void note_name(struct imalog_reader *reader, struct imalog_span name)
{
	reader->last_name_size = 0;
	if (name.size <= sizeof(reader->last_name)) {
		memcpy(reader->last_name, name.data, name.size);
		reader->last_name_size = (uint32_t)name.size;
	}
}

int imalog_reader_next(struct imalog_reader *reader, struct imalog_record *record)
{
	struct imalog_span cursor;
	int error;

	if (reader->error)
		return reader->error;
	cursor.size = reader->window.size - reader->at;
	if (!cursor.size)
		return 1;
	cursor.data = reader->window.data + reader->at;
	error = parse(reader, &cursor, record);
	if (error == IMALOG_ERROR_CUT) {
		if (reader->window.size - reader->at >= reader->format.record_max)
			error = IMALOG_ERROR_TOO_BIG;
		else if (!reader->last)
			return 1;
	}
	if (error)
		return fail(reader, error);
	if (!record->name_repeats)
		note_name(reader, record->name);
	record->index = reader->index++;
	record->offset = reader->offset;
	reader->offset += record->size;
	reader->at += record->wire.size;
	return 0;
}

/* How many bytes of @head a format explains; 0 when not even the first record. */
static size_t explained(struct imalog_span head, bool whole,
			const struct imalog_format *format)
{
	struct imalog_reader reader;
	struct imalog_record record;
	int result;

	imalog_reader_init(&reader, format);
	imalog_reader_feed(&reader, head, whole);
	do
		result = imalog_reader_next(&reader, &record);
	while (!result);
	return (size_t)reader.offset;
}

int imalog_format_detect(struct imalog_span head, bool whole, struct imalog_format *format)
{
	static const enum imalog_byte_order orders[] = { IMALOG_LITTLE_ENDIAN, IMALOG_BIG_ENDIAN };
	static const uint32_t sizes[] = { 20, 32, 48, 64 };
	struct imalog_format best = *format;
	size_t most = 0;

	best.byte_order = orders[0];
	best.digest_size = sizes[0];
	for (size_t o = 0; o < 2 && head.size; o++) {
		for (size_t s = 0; s < 4; s++) {
			struct imalog_format try = { orders[o], sizes[s], format->record_max };
			size_t bytes = explained(head, whole, &try);

			if (bytes > most) {
				most = bytes;
				best = try;
			}
		}
	}
	if (head.size && !most)
		return IMALOG_ERROR_NO_FORMAT;
	*format = best;
	return 0;
}
