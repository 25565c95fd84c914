// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole log: detector, reader against the naive one in two sizes of window, census, decision.
 * The first two bytes choose the window, the facts and the growth; the log is the rest.
 */
#include <stdlib.h>

#include "../unit/naive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(const struct imalog_census *census, unsigned choice)
{
	struct imalog_facts facts = {
		.known = choice & 63,
		.generation = (enum imalog_generation)(choice % 5),
		.loaded = true,
		.extra_kib = choice % 41,
		.headers = 1 + choice % 2,
		.page_bytes = 4096u << choice / 5 % 5,
		.ram_bytes = 1u << 30,
		.load_position = census->total,
	};
	const struct imalog_mark *load = imalog_census_load(census);
	struct imalog_decision decision;

	imalog_decide(census, load, &facts, UINT64_C(1) << choice % 64, &decision);
	if (decision.verdict == IMALOG_FITS &&
	    (!decision.confirmed || (uint64_t)decision.room_bytes < decision.needed_bytes ||
	     !imalog_load_matches_rule(load, &facts) || census->ima_records))
		abort();
	if (decision.has_segment && decision.confirmed &&
	    decision.segment_bytes != load->event.segment_bytes)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { .record_max = 1 << 16 };
	struct imalog_span log;
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_census census;
	int result;

	if (size < 2)
		return 0;
	log = (struct imalog_span){ data + 2, size - 2 };
	if (imalog_format_detect(log, data[0] & 1, &format))
		return 0;
	if (naive_compare(log, &format, SIZE_MAX) || naive_compare(log, &format, 1 + data[1]))
		abort();
	imalog_census_init(&census);
	imalog_reader_init(&reader, &format);
	imalog_reader_feed(&reader, log, true);
	while (!(result = imalog_reader_next(&reader, &record))) {
		if (imalog_census_add(&census, &record, format.byte_order))
			abort();
		if (census.total.bytes != reader.offset || census.total.records != reader.index)
			abort();
	}
	if ((result == 1) != (census.total.bytes == log.size))
		abort();
	decide(&census, data[0] | (unsigned)data[1] << 8);
	imalog_census_free(&census);
	return 0;
}
