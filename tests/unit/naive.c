// SPDX-License-Identifier: GPL-2.0-or-later
#include "naive.h"

#include <stdlib.h>
#include <string.h>

static bool number(struct imalog_span log, const struct imalog_format *format, uint64_t at,
		   uint32_t *value)
{
	uint32_t sum = 0;

	if (at + 4 > log.size)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		unsigned char byte = log.data[at + i];

		if (format->byte_order == IMALOG_LITTLE_ENDIAN)
			sum += (uint32_t)byte << (8 * i);
		else
			sum = sum * 256 + byte;
	}
	*value = sum;
	return true;
}

/* A record that is not all there: cut, or already longer than any may be. */
static int incomplete(struct imalog_span log, uint64_t at, uint32_t max)
{
	return log.size - at >= max ? IMALOG_ERROR_TOO_BIG : IMALOG_ERROR_CUT;
}

int naive_record(struct imalog_span log, const struct imalog_format *format, uint64_t at,
		 struct naive *record)
{
	uint32_t max = format->record_max ? format->record_max : IMALOG_RECORD_MAX;
	uint32_t name_size, size;
	uint64_t here = at;

	if (at == log.size)
		return 1;
	if (!number(log, format, here, &record->pcr))
		return incomplete(log, at, max);
	if (record->pcr > 63)
		return IMALOG_ERROR_BAD_PCR;
	here += 4 + format->digest_size;
	if (!number(log, format, here, &name_size))
		return incomplete(log, at, max);
	if (name_size == 0 || name_size > 1024)
		return IMALOG_ERROR_BAD_NAME;
	record->name = here + 4;
	record->name_size = name_size;
	here = record->name + name_size;
	if (here > log.size)
		return incomplete(log, at, max);
	for (uint64_t i = record->name; i < here; i++)
		if (log.data[i] <= ' ' || log.data[i] > '~')
			return IMALOG_ERROR_BAD_NAME;
	record->data = here + 4;
	if (name_size == 3 && !memcmp(log.data + record->name, "ima", 3)) {
		record->data = here;
		here += 20;
	}
	if (!number(log, format, here, &size))
		return incomplete(log, at, max);
	here += 4 + (uint64_t)size;
	if (here > log.size)
		return size > max ? IMALOG_ERROR_TOO_BIG : incomplete(log, at, max);
	if (here - at > max)
		return IMALOG_ERROR_TOO_BIG;
	record->data_size = here - record->data;
	record->start = at;
	record->end = here;
	record->violation = true;
	for (uint32_t i = 0; i < format->digest_size; i++)
		if (log.data[at + 4 + i])
			record->violation = false;
	return 0;
}

static const char *differ(const struct imalog_record *record, const struct naive *naive,
			  const unsigned char *window, uint64_t window_at)
{
	if (record->offset != naive->start || record->size != naive->end - naive->start)
		return "a record's place";
	if (record->wire.data != window + (naive->start - window_at) ||
	    record->wire.size != record->size)
		return "a record's bytes";
	if (record->pcr != naive->pcr || record->violation != naive->violation)
		return "a record's PCR or violation";
	if (record->name.data != window + (naive->name - window_at) ||
	    record->name.size != naive->name_size)
		return "a record's name";
	if (record->data.data != window + (naive->data - window_at) ||
	    record->data.size != naive->data_size)
		return "a record's data";
	return NULL;
}

const char *naive_compare(struct imalog_span log, const struct imalog_format *format,
			  size_t chunk)
{
	struct imalog_reader reader;
	struct imalog_record record;
	struct naive naive = { 0 };
	uint64_t at = 0, index = 0;	/* of the next record */
	size_t end = 0;			/* of the window */
	const char *why = NULL;
	int expected, result;

	imalog_reader_init(&reader, format);
	do {
		uint64_t start = at;
		size_t size;
		unsigned char *window;

		end = chunk < log.size - end ? end + chunk : log.size;
		size = end - (size_t)start;
		window = malloc(size ? size : 1);	/* its own block, so that overruns are seen */
		if (!window)
			abort();
		if (size)
			memcpy(window, log.data + start, size);
		imalog_reader_feed(&reader, (struct imalog_span){ window, size },
				   end == log.size);
		while (!(result = imalog_reader_next(&reader, &record)) && !why) {
			expected = naive_record(log, format, at, &naive);
			if (expected || record.index != index)
				why = "a record too many";
			else
				why = differ(&record, &naive, window, start);
			at = naive.end;
			index++;
		}
		free(window);
	} while (result == 1 && end < log.size && !why);
	if (why)
		return why;
	expected = naive_record(log, format, at, &naive);
	if (result != expected)
		return "how the log ends";
	if (reader.offset != at || reader.index != index)
		return "where the log ends";
	return NULL;
}
