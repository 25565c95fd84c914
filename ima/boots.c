// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the two events are for: how each boot of a log was entered, and what all of them come to.
 * The reading of the events is in imalog(7); the table of outcomes in kexec-ima(8).
 */
#include "imalog.h"

const char *imalog_entry_text(enum imalog_entry entry)
{
	switch (entry) {
	case IMALOG_ENTRY_COLD: return "cold";
	case IMALOG_ENTRY_SOFT: return "soft";
	case IMALOG_ENTRY_SOFT_LOST: return "soft-lost";
	case IMALOG_ENTRY_UNKNOWN: return "unknown";
	}
	return "unknown";
}

const char *imalog_outcome_text(enum imalog_outcome outcome)
{
	switch (outcome) {
	case IMALOG_OUTCOME_COLD: return "cold";
	case IMALOG_OUTCOME_COMPLETE: return "complete";
	case IMALOG_OUTCOME_LOST: return "lost";
	case IMALOG_OUTCOME_NOT_CARRIED: return "not-carried";
	case IMALOG_OUTCOME_MISMATCH: return "mismatch";
	case IMALOG_OUTCOME_UNKNOWN: return "unknown";
	}
	return "unknown";
}

/* A boot that ended by a kexec of which the events tell. */
static bool has_events(const struct imalog_boot *boot)
{
	return boot->has_load || boot->has_execute;
}

/* Its last record is a kexec_execute, so that nothing behind the last load was cut off. */
static bool arrived_whole(const struct imalog_boot *boot)
{
	return boot->has_execute && (!boot->has_load || boot->execute > boot->load);
}

enum imalog_entry imalog_boot_entry(const struct imalog_census *census, uint32_t boot,
				    enum imalog_replayed replayed)
{
	const struct imalog_boot *before;

	if (!boot) {
		/* With one boot only, a mismatch means that something was extended before it. */
		if (!imalog_census_has_beginning(census) ||
		    (census->boot_count == 1 && replayed == IMALOG_REPLAYED_MISMATCH))
			return IMALOG_ENTRY_UNKNOWN;
		return IMALOG_ENTRY_COLD;
	}
	before = &census->boots[boot - 1];
	if (has_events(before))
		return arrived_whole(before) ? IMALOG_ENTRY_SOFT : IMALOG_ENTRY_SOFT_LOST;
	return replayed == IMALOG_REPLAYED_MATCH ? IMALOG_ENTRY_SOFT : IMALOG_ENTRY_UNKNOWN;
}

static enum imalog_outcome judge_one(const struct imalog_census *census,
				     const struct imalog_evidence *evidence)
{
	bool whole = imalog_census_has_beginning(census) && !evidence->incomplete;

	switch (evidence->replayed) {
	case IMALOG_REPLAYED_MATCH:
		return IMALOG_OUTCOME_COLD;
	case IMALOG_REPLAYED_MISMATCH:
		/* Without its beginning a log cannot match; that says nothing of a kexec. */
		return whole ? IMALOG_OUTCOME_NOT_CARRIED : IMALOG_OUTCOME_MISMATCH;
	case IMALOG_REPLAYED_NOTHING:
		break;
	}
	return whole ? IMALOG_OUTCOME_COLD : IMALOG_OUTCOME_UNKNOWN;
}

static enum imalog_outcome judge_several(const struct imalog_census *census,
					 const struct imalog_evidence *evidence)
{
	/* Whether the events tell of the last one; none of the others lost anything they tell of. */
	bool known = has_events(&census->boots[census->boot_count - 2]);

	switch (evidence->replayed) {
	case IMALOG_REPLAYED_MATCH:
		return IMALOG_OUTCOME_COMPLETE;
	case IMALOG_REPLAYED_MISMATCH:
		return known ? IMALOG_OUTCOME_MISMATCH : IMALOG_OUTCOME_LOST;
	case IMALOG_REPLAYED_NOTHING:
		break;
	}
	return known && !evidence->incomplete ? IMALOG_OUTCOME_COMPLETE : IMALOG_OUTCOME_UNKNOWN;
}

enum imalog_outcome imalog_judge_boots(const struct imalog_census *census,
				       const struct imalog_evidence *evidence)
{
	enum imalog_replayed replayed = evidence->replayed;

	if (!census->boot_count)
		return IMALOG_OUTCOME_UNKNOWN;
	for (uint32_t i = 1; i < census->boot_count; i++)
		if (imalog_boot_entry(census, i, replayed) == IMALOG_ENTRY_SOFT_LOST)
			return IMALOG_OUTCOME_LOST;
	if (evidence->altered)
		return IMALOG_OUTCOME_MISMATCH;
	if (evidence->damaged)
		return IMALOG_OUTCOME_UNKNOWN;
	if (census->odd_names && replayed != IMALOG_REPLAYED_MISMATCH)
		return IMALOG_OUTCOME_UNKNOWN;
	return census->boot_count == 1 ? judge_one(census, evidence)
				       : judge_several(census, evidence);
}

void imalog_find_gap(const struct imalog_census *census, struct imalog_gap *gap)
{
	uint64_t deleted = 0, after = 0;

	*gap = (struct imalog_gap){ 0 };
	for (uint32_t i = 0; i < census->mark_count; i++) {
		const struct imalog_mark *mark = &census->marks[i];
		uint64_t here = mark->before.records, count = mark->event.records;

		if (count > here || here - count < deleted) {
			gap->records = count > here ? count - here + deleted
						    : deleted - (here - count);
			gap->after = after;
			gap->before = here;
			return;
		}
		deleted = here - count;
		after = mark->after.records;
	}
}
