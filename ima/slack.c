// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page slack: a segment is rounded up to pages, and each load logs a record that moves the rounding.
 * So loading again chooses the room, between extra - record and extra + page - 1 - record.
 */
#include "imalog.h"
#include "sums.h"

/* The smallest extra that explains the segment of @load; the kernel's own where it is known. */
static bool find_rule(const struct imalog_mark *load, const struct imalog_facts *facts,
		      unsigned *headers, unsigned *extra_kib)
{
	bool has_extra = facts->known & IMALOG_KNOWS_EXTRA;
	unsigned first = has_extra ? facts->extra_kib : 0;
	unsigned last = has_extra ? facts->extra_kib : IMALOG_EXTRA_KIB_MAX;

	*headers = facts->known & IMALOG_KNOWS_HEADERS ? facts->headers : 1;
	if (facts->load_from_record || load->event.records > load->before.records ||
	    !load->counted_known) {
		/* Deleted from since: only the kernel's own number will do. */
		*extra_kib = first;
		return has_extra;
	}
	for (*extra_kib = first; *extra_kib <= last; ++*extra_kib)
		if (imalog_segment_bytes(load->counted_then, *headers, *extra_kib,
					 facts->page_bytes) == load->event.segment_bytes)
			return true;
	return false;
}

bool imalog_plan_slack(const struct imalog_mark *load, const struct imalog_position *now,
		       const struct imalog_facts *facts, uint64_t needed_bytes, unsigned max_loads,
		       struct imalog_slack *slack)
{
	uint64_t record = load->after.bytes - load->before.bytes;
	uint64_t bytes = now->bytes, counted = now->counted;
	unsigned headers, extra_kib;

	*slack = (struct imalog_slack){ 0 };
	if (!find_rule(load, facts, &headers, &extra_kib))
		return false;
	for (unsigned loads = 1; loads <= max_loads; loads++) {
		uint64_t segment = imalog_segment_bytes(counted, headers, extra_kib,
							facts->page_bytes);
		uint64_t room = rest_of(rest_of(segment, IMALOG_HEADER_BYTES),
					sum_of(bytes, record));

		if (room >= needed_bytes) {
			slack->loads = loads;
			slack->room_bytes = room;
			return true;
		}
		bytes += record;
		counted += record;
	}
	return false;
}
