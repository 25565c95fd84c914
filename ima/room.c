// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's sizing rule and the decision that follows from it.  The rule is that of
 * ima_kexec.c, ima_add_kexec_buffer() and ima_dump_measurement_list(), 6.12.117 to 7.3.4:
 *
 *   segment = round_up(counted + headers * 24 + extra, page)
 *   the log survives when its bytes, kexec_execute included, are at most segment - 24
 */
#include <string.h>

#include "imalog.h"
#include "sums.h"

/* As the kernel counts: fixed fields alone, the name of a custom template counting nothing. */
#define SMALLEST_RECORD (4 + IMALOG_SHA1_BYTES + 4 + 4)

uint64_t imalog_segment_bytes(uint64_t counted, unsigned headers, unsigned extra_kib,
			      uint64_t page_bytes)
{
	uint64_t extra = extra_kib ? (uint64_t)extra_kib * 1024 : page_bytes / 2;
	uint64_t bytes = sum_of(sum_of(counted, (uint64_t)headers * IMALOG_HEADER_BYTES), extra);

	if (bytes > UINT64_MAX - (page_bytes - 1))
		return UINT64_MAX;
	return (bytes + (page_bytes - 1)) / page_bytes * page_bytes;
}

/* Digits that a number gains on its way from @from to @to. */
static unsigned more_digits(uint64_t from, uint64_t to)
{
	unsigned more = 0;

	for (; to > 9; to /= 10, from /= 10)
		more += from <= 9;
	return more;
}

uint64_t imalog_execute_record_bytes(const struct imalog_mark *load,
				     const struct imalog_position *now, uint64_t growth_bytes)
{
	const struct imalog_event *event = &load->event;
	uint64_t runtime, records;

	/* On the wire a record has one byte of name at least, so growth has at most so many records. */
	runtime = sum_of(event->runtime_bytes, now->counted - load->before.counted);
	records = sum_of(event->records, now->records - load->before.records);
	return load->after.bytes - load->before.bytes +
	       (sizeof("kexec_execute") - sizeof("kexec_load")) +
	       more_digits(event->runtime_bytes, sum_of(runtime, growth_bytes)) +
	       more_digits(event->records, sum_of(records, growth_bytes / (SMALLEST_RECORD + 1)));
}

/* A needle in a line that need not end in a NUL. */
static bool contains(struct imalog_span line, const char *words)
{
	size_t size = strlen(words);

	for (size_t i = 0; line.size >= size && i <= line.size - size; i++)
		if (!memcmp(line.data + i, words, size))
			return true;
	return false;
}

enum imalog_complaint imalog_complaint_of(struct imalog_span line)
{
	static const struct {
		const char *words;	/* ima_kexec.c, 6.12.117 to 7.3.4 */
		enum imalog_complaint complaint;
	} known[] = {
		{ "Could not map measurements buffer", IMALOG_COMPLAINT_NOT_MAPPED },
		{ "Binary measurement list too large", IMALOG_COMPLAINT_TOO_LARGE },
		{ "Not enough memory for the kexec measurement buffer",
		  IMALOG_COMPLAINT_NO_MEMORY },
		{ "Error passing over kexec measurement buffer", IMALOG_COMPLAINT_NOT_PASSED },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (contains(line, known[i].words))
			return known[i].complaint;
	return IMALOG_COMPLAINT_NONE;
}

static bool knows(const struct imalog_facts *facts, unsigned bits)
{
	return (facts->known & bits) == bits;
}

/* ima_add_kexec_buffer(): kexec_segment_size against totalram_pages(), 7.3.4. */
static bool too_large(uint64_t segment, const struct imalog_facts *facts)
{
	return segment == UINT64_MAX ||
	       (knows(facts, IMALOG_KNOWS_RAM) &&
		segment / facts->page_bytes > facts->ram_bytes / facts->page_bytes / 2);
}

uint64_t imalog_load_segment_bytes(const struct imalog_position *now,
				   const struct imalog_facts *facts)
{
	uint64_t segment;

	if (knows(facts, IMALOG_KNOWS_GENERATION) && facts->generation == IMALOG_GENERATION_NONE)
		return 0;
	segment = imalog_segment_bytes(now->counted,
				       knows(facts, IMALOG_KNOWS_HEADERS) ? facts->headers : 1,
				       knows(facts, IMALOG_KNOWS_EXTRA) ? facts->extra_kib : 0,
				       facts->page_bytes);
	return too_large(segment, facts) ? 0 : segment;
}

/* Whether some allowed extra and number of headers gives this segment. */
static bool segment_possible(uint64_t segment, uint64_t counted,
			     const struct imalog_facts *facts)
{
	unsigned first = 0, last = IMALOG_EXTRA_KIB_MAX, few = 1, many = 2;

	if (knows(facts, IMALOG_KNOWS_EXTRA))
		first = last = facts->extra_kib;
	if (knows(facts, IMALOG_KNOWS_HEADERS))
		few = many = facts->headers;
	for (unsigned extra = first; extra <= last; extra++)
		for (unsigned headers = few; headers <= many; headers++)
			if (imalog_segment_bytes(counted, headers, extra, facts->page_bytes) ==
			    segment)
				return true;
	return false;
}

/*
 * After deletions the log that was sized is somewhere between what is left and all there ever was;
 * that bounds the segment, and no deleted record was smaller than the smallest.
 */
static bool deletion_possible(const struct imalog_mark *load, const struct imalog_facts *facts)
{
	const struct imalog_event *event = &load->event;
	uint64_t deleted = event->records - load->before.records;
	uint64_t ever = rest_of(event->runtime_bytes, IMALOG_HEADER_BYTES);
	bool has_extra = knows(facts, IMALOG_KNOWS_EXTRA);
	bool has_headers = knows(facts, IMALOG_KNOWS_HEADERS);

	return deleted <= rest_of(ever, load->before.counted) / SMALLEST_RECORD &&
	       event->segment_bytes % facts->page_bytes == 0 &&
	       event->segment_bytes >=
		       imalog_segment_bytes(load->before.counted, has_headers ? facts->headers : 1,
					    has_extra ? facts->extra_kib : 0, facts->page_bytes) &&
	       event->segment_bytes <=
		       imalog_segment_bytes(ever, has_headers ? facts->headers : 2,
					    has_extra ? facts->extra_kib : IMALOG_EXTRA_KIB_MAX,
					    facts->page_bytes);
}

bool imalog_load_matches_rule(const struct imalog_mark *load, const struct imalog_facts *facts)
{
	const struct imalog_event *event = &load->event;

	/* The numbers are cumulative: only a kernel that deletes may be ahead of its log. */
	if (event->records > load->before.records)
		return (!knows(facts, IMALOG_KNOWS_GENERATION) ||
			facts->generation == IMALOG_GENERATION_STAGING) &&
		       deletion_possible(load, facts);
	return load->counted_known &&
	       event->runtime_bytes == sum_of(load->counted_then, IMALOG_HEADER_BYTES) &&
	       segment_possible(event->segment_bytes, load->counted_then, facts);
}

/*
 * Smallest CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB with which this load would have held what has come since,
 * its own record included, and @needed bytes more, however the rounding falls; 0 if none would, or
 * the present one should.
 */
static unsigned advise(uint64_t needed, const struct imalog_mark *load,
		       const struct imalog_position *now, const struct imalog_facts *facts)
{
	/* The rule gives the log before the load as much as it counts, which may be less than it is. */
	uint64_t bytes = rest_of(sum_of(needed, now->bytes), load->before.counted);
	uint64_t kib = sum_of(bytes, 1023) / 1024;

	if (kib > IMALOG_EXTRA_KIB_MAX || (knows(facts, IMALOG_KNOWS_EXTRA) && kib <= facts->extra_kib))
		return 0;
	return (unsigned)kib;
}

static void judge(struct imalog_decision *decision, enum imalog_verdict verdict,
		  enum imalog_reason reason)
{
	decision->verdict = verdict;
	decision->reason = reason;
}

/* What is left of a segment.  Returns false for numbers beyond reason. */
static bool take_segment(uint64_t segment, uint64_t bytes, struct imalog_decision *decision)
{
	uint64_t usable = rest_of(segment, IMALOG_HEADER_BYTES);

	if (usable > INT64_MAX || bytes > INT64_MAX)
		return false;
	decision->has_segment = true;
	decision->segment_bytes = segment;
	decision->room_bytes = (int64_t)usable - (int64_t)bytes;
	return true;
}

/* The log against a segment, byte by byte.  Fills everything but .confirmed. */
static void judge_room(const struct imalog_census *census, const struct imalog_mark *load,
		       const struct imalog_facts *facts, uint64_t growth_bytes,
		       struct imalog_decision *decision)
{
	uint64_t segment = load->event.segment_bytes, bytes = census->total.bytes, needed;

	if (!take_segment(segment, bytes, decision)) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_MODEL);
		return;
	}
	decision->last_bytes = imalog_execute_record_bytes(load, &census->total, 0);
	needed = sum_of(imalog_execute_record_bytes(load, &census->total, growth_bytes), growth_bytes);
	decision->needed_bytes = needed;
	bytes += IMALOG_HEADER_BYTES;
	if (segment < sum_of(bytes, decision->last_bytes))
		judge(decision, IMALOG_SHORT, IMALOG_REASON_ROOM);
	else if (segment < sum_of(bytes, needed))
		judge(decision, IMALOG_TIGHT, IMALOG_REASON_ROOM);
	else
		judge(decision, IMALOG_FITS, IMALOG_REASON_ROOM);
	if (decision->verdict != IMALOG_FITS)
		decision->advised_extra_kib = advise(needed, load, &census->total, facts);
}

/* What is so before any segment is looked at.  Returns true when that decides. */
static bool judge_kernel(const struct imalog_census *census, const struct imalog_facts *facts,
			 struct imalog_decision *decision)
{
	if (knows(facts, IMALOG_KNOWS_GENERATION) && facts->generation == IMALOG_GENERATION_NONE)
		judge(decision, IMALOG_NOT_CARRIED, IMALOG_REASON_NO_CARRY);
	else if (census->ima_records)
		judge(decision, IMALOG_NOT_CARRIED, IMALOG_REASON_TEMPLATE_IMA);
	else if (knows(facts, IMALOG_KNOWS_LOADED) && !facts->loaded)
		judge(decision, IMALOG_UNKNOWN,
		      facts->log_damaged ? IMALOG_REASON_LOG_DAMAGED
					 : IMALOG_REASON_NOTHING_LOADED);
	else if (facts->complaint != IMALOG_COMPLAINT_NONE &&
		 facts->complaint != IMALOG_COMPLAINT_UNREADABLE)
		judge(decision, IMALOG_NOT_CARRIED, IMALOG_REASON_COMPLAINT);
	else
		return false;
	return true;
}

static bool has_bad_event(const struct imalog_census *census)
{
	const struct imalog_boot *boot = imalog_census_current_boot(census);

	return boot && boot->bad_events;
}

/* No kexec_load event to judge by. */
static void judge_blind(const struct imalog_census *census, const struct imalog_facts *facts,
			struct imalog_decision *decision)
{
	bool placed = knows(facts, IMALOG_KNOWS_LOAD_POSITION);
	enum imalog_generation generation = facts->generation;

	if (facts->log_damaged) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_LOG_DAMAGED);
	} else if (!knows(facts, IMALOG_KNOWS_GENERATION)) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_GENERATION_UNKNOWN);
	} else if (generation == IMALOG_GENERATION_COPY_AT_LOAD) {
		bool grown = placed && census->total.bytes > facts->load_position.bytes;

		judge(decision, grown ? IMALOG_SHORT : IMALOG_UNKNOWN,
		      IMALOG_REASON_COPIED_AT_LOAD);
	} else if (generation == IMALOG_GENERATION_COPY_AT_EXECUTE) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_NO_EVENTS);
	} else {
		judge(decision, IMALOG_UNKNOWN,
		      has_bad_event(census) ? IMALOG_REASON_BAD_EVENT
					    : IMALOG_REASON_NO_LOAD_EVENT);
	}
}

/* The segment by the rule alone, for kernels that size it at load and say nothing. */
static bool judge_modelled(const struct imalog_census *census, const struct imalog_facts *facts,
			   struct imalog_decision *decision)
{
	uint64_t segment;

	if (!knows(facts, IMALOG_KNOWS_GENERATION | IMALOG_KNOWS_LOAD_POSITION) ||
	    facts->generation != IMALOG_GENERATION_COPY_AT_EXECUTE)
		return false;
	segment = imalog_segment_bytes(facts->load_position.counted, 1, 0, facts->page_bytes);
	if (!take_segment(segment, census->total.bytes, decision) || decision->room_bytes >= 0)
		return false;
	judge(decision, IMALOG_SHORT, IMALOG_REASON_ROOM);
	return true;
}

void imalog_decide(const struct imalog_census *census, const struct imalog_mark *load,
		   const struct imalog_facts *facts, uint64_t growth_bytes,
		   struct imalog_decision *decision)
{
	*decision = (struct imalog_decision){ .needed_bytes = growth_bytes };
	if (judge_kernel(census, facts, decision))
		return;
	if (!load) {
		if (!judge_modelled(census, facts, decision))
			judge_blind(census, facts, decision);
		return;
	}
	judge_room(census, load, facts, growth_bytes, decision);
	if (!decision->has_segment)
		return;
	decision->confirmed = !facts->load_from_record;
	if (!facts->load_from_record && !imalog_load_matches_rule(load, facts)) {
		decision->confirmed = false;
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_MODEL);
	} else if (too_large(load->event.segment_bytes, facts)) {
		judge(decision, IMALOG_NOT_CARRIED, IMALOG_REASON_HALF_OF_RAM);
	} else if (decision->verdict == IMALOG_SHORT) {
		return;
	} else if (facts->log_damaged) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_LOG_DAMAGED);
	} else if (facts->record_unread) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_RECORD_UNREAD);
	} else if (facts->complaint == IMALOG_COMPLAINT_UNREADABLE) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_NO_KERNEL_LOG);
	} else if (facts->unplaced_complaint) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_UNPLACED);
	} else if (facts->load_from_record) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_LOAD_DELETED);
	} else if (has_bad_event(census)) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_BAD_EVENT);
	} else if (!knows(facts, IMALOG_KNOWS_LOADED)) {
		judge(decision, IMALOG_UNKNOWN, IMALOG_REASON_LOADED_UNKNOWN);
	}
}
