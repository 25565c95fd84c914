// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The streaming reader against the naive one on the same bytes, in every size of read chunk from one
 * byte to all at once, and the pump of scan.c in one of them.  The first two bytes are that one; of longer
 * logs only the beginning is read, since the work is quadratic.
 */
#include "../unit/naive.h"
#include "fuzz.h"
#include "scan.h"

#define LOG_MAX 512

/* What the naive reader makes of @log: the end in @at, the last record in @last; its last word. */
static int naive_walk(struct imalog_span log, const struct imalog_format *format, uint64_t *records,
		      uint64_t *at, uint64_t *last)
{
	struct naive naive;
	int result;

	*records = *at = *last = 0;
	while (!(result = naive_record(log, format, *at, &naive))) {
		*last = *at;
		*at = naive.end;
		++*records;
	}
	return result;
}

static void pump(struct imalog_span log, const struct imalog_format *format, size_t chunk)
{
	struct fuzz_source source = { log, chunk };
	uint64_t records, end, last;
	struct scan scan;
	int result = naive_walk(log, format, &records, &end, &last);

	scan_init(&scan);
	MUST(!scan_whole(&scan, fuzz_read, &source));
	MUST(scan.census.total.records == records && scan.census.total.bytes == end);
	MUST(scan.damage == (result == 1 ? 0 : result));
	if (scan.damage)
		MUST(scan.damage_offset == end && scan.damage_record == records);
	if (records) {
		struct scan again;

		/* From its seal on there is nothing new. */
		source = (struct fuzz_source){ { log.data + last, log.size - last }, chunk };
		MUST(scan.seal.offset == last);
		again = scan;
		MUST(!scan_tail(&again, fuzz_read, &source));
		MUST(again.census.total.records == records);
		scan = again;
	}
	scan_free(&scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { .record_max = 0 };
	struct imalog_span log = { data, size };
	size_t chunk = 1 + fuzz_number(&log, 2) % LOG_MAX;

	log = fuzz_bytes(&log, LOG_MAX);
	if (!log.size || imalog_format_detect(log, true, &format))
		return 0;
	for (size_t each = 1; each <= log.size; each++)
		MUST(!naive_compare(log, &format, each));
	pump(log, &format, chunk);
	return 0;
}
