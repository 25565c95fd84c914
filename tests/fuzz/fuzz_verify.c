// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log through replay, judgement and report of verify, with PCR values or a quote beside it.  The first bytes say
 * what; in the reports no byte of the log gets to a terminal or breaks the JSON, and what speaks against the log
 * never ends in a good word.
 */
#include "fuzz.h"
#include "pipeline.h"
#include "told.h"
#include "view.h"

/* What else there is to judge by: values that are any bytes, or those of a prefix. */
static void surround(struct verdict *verdict, struct imalog_span *input)
{
	unsigned choice = (unsigned)fuzz_number(input, 2);
	struct imalog_quote *quote = &verdict->quote.quote;

	imalog_replay_init(&verdict->replay, choice & 15);
	verdict->live = choice >> 4 & 1;
	verdict->has_staging = choice >> 5 & 1;
	verdict->has_pcrs = choice >> 6 & 1;
	verdict->explicit_pcrs = choice >> 7 & 1;
	verdict->quote.given = choice >> 8 & 1;
	verdict->quote.forged = choice >> 9 & 1;
	verdict->quote.other_nonce = choice >> 10 & 1;
	verdict->quote.nonce_checked = choice >> 11 & 1;
	verdict->quote.forged_values = choice >> 12 & 1;
	verdict->cut_path = choice >> 13 & 1 ? "a-log" : NULL;
	verdict->quote.records = fuzz_number(input, 1);
	quote->selection_count = 1;
	quote->selection[0] = (struct imalog_selection){ choice >> 14, 1 << 10 };
	verdict->overlap_records = fuzz_number(input, 1) / 200;
	for (unsigned i = 0; i < IMALOG_HASHES && verdict->has_pcrs; i++)
		if (choice & 1u << i && input->size >= IMALOG_DIGEST_MAX)
			imalog_replay_expect(&verdict->replay, (enum imalog_hash)i, 10, input->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verdict verdict;
	struct fuzz_source source = { { data, size }, SIZE_MAX };
	struct pipeline_job job = { .source = fuzz_read, .context = &source, .scan = &verdict.scan,
				    .replay = &verdict.replay };
	bool good;
	FILE *to;

	verdict_init(&verdict);
	surround(&verdict, &source.left);
	MUST(!pipeline_run(&job));
	verdict.altered = job.altered;
	verdict.altered_record = job.altered_record;
	verdict.altered_error = job.altered_error;
	memcpy(verdict.altered_name, job.altered_name, sizeof(verdict.altered_name));
	verdict_judge(&verdict);
	good = verdict.outcome == IMALOG_OUTCOME_COMPLETE || verdict.outcome == IMALOG_OUTCOME_COLD;
	MUST(!good || (!verdict.altered && !verdict.scan.damage && !verdict.cut_path));
	if (verdict.quote.given)
		MUST(!good || !(verdict.quote.forged || verdict.quote.other_nonce ||
				verdict.quote.forged_values));
	to = told_begin();
	report_verify_json(to, &verdict);
	told_json(to, "verdict", imalog_outcome_text(verdict.outcome));
	to = told_begin();
	report_verify_text(to, &verdict);
	told_words(to);
	verdict_free(&verdict);
	return 0;
}
