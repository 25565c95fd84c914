// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole log: detector, reader against the naive one in two sizes of window, census, decision, loads that
 * would help.  The first four bytes choose the window, the facts and the growth; the log is the rest.
 */
#include "../unit/naive.h"
#include "fuzz.h"

static void decide(const struct imalog_census *census, unsigned choice)
{
	struct imalog_facts facts = {
		.known = choice & 63,
		.generation = (enum imalog_generation)(choice % 5),
		.loaded = true,
		.extra_kib = choice % 41,
		.headers = 1 + choice % 2,
		.page_bytes = 4096u << choice / 5 % 5,
		.ram_bytes = UINT64_C(1) << (choice >> 24) % 48,
		.load_position = { 1, 100, choice >> 16 },
		.complaint = (enum imalog_complaint)((choice >> 16) % 8 % 6),
		.log_damaged = choice >> 19 & 1,
		.load_from_record = choice >> 20 & 1,
		.record_unread = choice >> 21 & 1,
		.unplaced_complaint = choice >> 22 & 1,
	};
	const struct imalog_mark *load = imalog_census_load(census);
	struct imalog_decision decision;
	struct imalog_slack slack;

	imalog_decide(census, load, &facts, UINT64_C(1) << choice % 64, &decision);
	if (decision.verdict == IMALOG_FITS)
		MUST(decision.confirmed && (uint64_t)decision.room_bytes >= decision.needed_bytes &&
		     imalog_load_matches_rule(load, &facts) && !census->ima_records &&
		     !facts.log_damaged && !facts.complaint && !facts.load_from_record &&
		     !facts.record_unread && !facts.unplaced_complaint);
	if (decision.has_segment && decision.confirmed)
		MUST(decision.segment_bytes == load->event.segment_bytes);
	MUST(*imalog_verdict_text(decision.verdict) && *imalog_error_text(-(int)(choice % 12)) &&
	     *imalog_reason_text((choice >> 8 & 255) % (IMALOG_REASON_UNPLACED + 1)) &&
	     *imalog_complaint_text(facts.complaint));
	MUST(imalog_load_segment_bytes(&census->total, &facts) % facts.page_bytes == 0);
	if (load && imalog_plan_slack(load, &census->total, &facts, choice, 64, &slack))
		MUST(slack.loads >= 1 && slack.loads <= 64 && slack.room_bytes >= choice);
}

static int read_log(struct imalog_span log, const struct imalog_format *format,
		    struct imalog_census *census)
{
	struct imalog_reader reader;
	struct imalog_record record;
	int result;

	imalog_census_init(census);
	imalog_reader_init(&reader, format);
	imalog_reader_feed(&reader, log, true);
	while (!(result = imalog_reader_next(&reader, &record))) {
		MUST(!imalog_census_add(census, &record, format->byte_order));
		MUST(census->total.bytes == reader.offset && census->total.records == reader.index);
	}
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { .record_max = 1 << 16 };
	struct imalog_span log = { data, size };
	struct imalog_census census;
	unsigned choice = (unsigned)fuzz_number(&log, 4);
	int result;

	if (size < 4)
		return 0;
	imalog_complaint_of(log);
	if (imalog_format_detect(log, data[0] & 1, &format))
		return 0;
	MUST(!naive_compare(log, &format, SIZE_MAX));
	MUST(!naive_compare(log, &format, 1 + data[1]));
	result = read_log(log, &format, &census);
	MUST((result == 1) == (census.total.bytes == log.size) && *imalog_error_text(result));
	decide(&census, choice);
	imalog_census_free(&census);
	return 0;
}
