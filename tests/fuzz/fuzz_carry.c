// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of what a kexec carries: sums that must add up whatever the log, and how each boot was entered.
 * The first bytes choose the kexec; the log is the rest.
 */
#include "fuzz.h"

static void check(const struct imalog_carry *carry, uint64_t given)
{
	uint64_t segment = carry->kexec.segment_bytes;

	MUST(carry->log_records == given && carry->next.records <= carry->whole_records);
	MUST(carry->arrived_bytes <= carry->written_bytes && carry->whole_records <= given);
	MUST(carry->cut_bytes <= carry->written_bytes && *imalog_loss_text(carry->loss));
	if (!carry->loss)
		MUST(carry->next.records == given && !carry->restore_error && !carry->dump_error);
	if (carry->loss == IMALOG_LOSS_NOT_CARRIED)
		MUST(!carry->next.records && !carry->arrived_bytes && !carry->written_bytes);
	else
		MUST(carry->left_bytes + carry->written_bytes == segment - IMALOG_HEADER_BYTES);
	if (carry->dump_error || carry->cut_bytes)
		MUST(!carry->left_bytes && carry->loss);
}

static void judge(const struct imalog_census *census, unsigned choice)
{
	struct imalog_evidence evidence = { (enum imalog_replayed)(choice % 3), choice & 4, choice & 8,
					    choice & 16 };
	enum imalog_outcome outcome = imalog_judge_boots(census, &evidence);
	struct imalog_gap gap;

	imalog_find_gap(census, &gap);
	MUST(gap.after <= census->total.records && gap.before <= census->total.records);
	MUST(*imalog_outcome_text(outcome));
	/* Nothing that speaks against the log may end as a good word. */
	if (evidence.damaged || evidence.altered || evidence.replayed == IMALOG_REPLAYED_MISMATCH)
		MUST(outcome != IMALOG_OUTCOME_COMPLETE && outcome != IMALOG_OUTCOME_COLD);
	for (uint32_t i = 0; i < census->boot_count; i++) {
		enum imalog_entry entry = imalog_boot_entry(census, i, evidence.replayed);

		MUST(*imalog_entry_text(entry));
		if (entry == IMALOG_ENTRY_SOFT_LOST)
			MUST(outcome == IMALOG_OUTCOME_LOST);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { .record_max = 0 };
	struct imalog_span log = { data, size };
	unsigned choice = (unsigned)fuzz_number(&log, 2);
	struct imalog_kexec kexec = { .generation = (enum imalog_generation)(choice % 5),
				      .complaint = (enum imalog_complaint)(choice / 8 % 32 % 6),
				      .segment_bytes = fuzz_number(&log, 2),
				      .load_records = fuzz_number(&log, 1) };
	struct imalog_census census;
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_carry carry;

	if (imalog_format_detect(log, true, &format))
		return 0;
	kexec.byte_order = format.byte_order;
	imalog_carry_init(&carry, &kexec);
	imalog_census_init(&census);
	imalog_reader_init(&reader, &format);
	imalog_reader_feed(&reader, log, true);
	while (!imalog_reader_next(&reader, &record)) {
		MUST(!imalog_census_add(&census, &record, format.byte_order));
		imalog_carry_add(&carry, &record, &census.template_);
		check(&carry, reader.index);
	}
	judge(&census, choice / 7);
	imalog_census_free(&census);
	return 0;
}
