// SPDX-License-Identifier: GPL-2.0-or-later
/* From the census, the replay and the quote to one word. */
#include "verdict.h"

void verdict_init(struct verdict *verdict)
{
	*verdict = (struct verdict){ 0 };
	scan_init(&verdict->scan);
}

void verdict_free(struct verdict *verdict)
{
	scan_free(&verdict->scan);
}

/* Records before the last boot; a match must lie behind them. */
static uint64_t last_start(const struct verdict *verdict)
{
	const struct imalog_boot *boot = imalog_census_current_boot(&verdict->scan.census);

	return boot ? boot->start.records : 0;
}

static bool is_used(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr)
{
	return verdict->replay.bank[hash].used & UINT32_C(1) << pcr;
}

bool verdict_compares(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr)
{
	if (!(verdict->replay.banks & 1u << hash))
		return false;
	if (verdict->quote.given)
		return !verdict->quote_untold && is_used(verdict, hash, pcr) &&
		       imalog_quote_selects(&verdict->quote.quote, hash, pcr);
	return verdict->replay.bank[hash].expected[pcr].given &&
	       (verdict->explicit_pcrs || is_used(verdict, hash, pcr));
}

bool verdict_shows(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr)
{
	return (verdict->replay.banks & 1u << hash) &&
	       (is_used(verdict, hash, pcr) || verdict_compares(verdict, hash, pcr));
}

uint64_t verdict_matched(const struct verdict *verdict, enum imalog_hash hash, unsigned pcr)
{
	uint64_t records = verdict->quote.records;

	if (!verdict->quote.given)
		records = imalog_replay_matched(&verdict->replay, hash, pcr,
						verdict->scan.census.total.records);
	return records > last_start(verdict) ? records : 0;
}

const unsigned char *verdict_value(const struct verdict *verdict, enum imalog_hash hash,
				   unsigned pcr)
{
	const struct imalog_bank *bank = &verdict->replay.bank[hash];
	uint64_t matched;

	if (!verdict_compares(verdict, hash, pcr))
		return bank->pcr[pcr];
	matched = verdict_matched(verdict, hash, pcr);
	if (!matched || matched == verdict->scan.census.total.records)
		return bank->pcr[pcr];
	if (!verdict->quote.given)
		return bank->expected[pcr].value;
	return imalog_pcrs_lookup(&verdict->quote.values, hash, pcr);
}

/* Whether all PCRs of the quote are known, from the log or from the values that came with it. */
static bool can_tell(const struct verdict *verdict)
{
	const struct imalog_quote *quote = &verdict->quote.quote;
	bool any = false;

	if (quote->selects_other)
		return false;
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			enum imalog_hash hash = (enum imalog_hash)i;

			if (!imalog_quote_selects(quote, hash, pcr))
				continue;
			if (is_used(verdict, hash, pcr))
				any = true;
			else if (!imalog_pcrs_lookup(&verdict->quote.values, hash, pcr))
				return false;
		}
	}
	return any;
}

static enum imalog_replayed judge_quote(struct verdict *verdict)
{
	const struct verdict_quote *quote = &verdict->quote;

	if (quote->forged || quote->forged_values || quote->other_nonce)
		return IMALOG_REPLAYED_MISMATCH;
	verdict->quote_untold = !can_tell(verdict);
	if (verdict->quote_untold)
		return IMALOG_REPLAYED_NOTHING;
	return quote->records > last_start(verdict) ? IMALOG_REPLAYED_MATCH
						    : IMALOG_REPLAYED_MISMATCH;
}

static enum imalog_replayed judge_pcrs(const struct verdict *verdict)
{
	enum imalog_replayed replayed = IMALOG_REPLAYED_NOTHING;

	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			if (!verdict_compares(verdict, (enum imalog_hash)i, pcr))
				continue;
			if (!verdict_matched(verdict, (enum imalog_hash)i, pcr))
				return IMALOG_REPLAYED_MISMATCH;
			replayed = IMALOG_REPLAYED_MATCH;
		}
	}
	return replayed;
}

void verdict_judge(struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;
	struct imalog_evidence evidence = { .altered = verdict->altered };
	bool proven_false;

	imalog_find_gap(census, &verdict->gap);
	verdict->replayed = verdict->quote.given ? judge_quote(verdict) : judge_pcrs(verdict);
	evidence.replayed = verdict->replayed;
	evidence.incomplete =
		verdict->gap.records && verdict->replayed != IMALOG_REPLAYED_MATCH;
	evidence.damaged = verdict->scan.damage || verdict->cut_path;
	verdict->outcome = imalog_judge_boots(census, &evidence);
	/* A quote that is not good is that whatever the log; one that says nothing is no proof. */
	proven_false = verdict->quote.forged || verdict->quote.forged_values ||
		       verdict->quote.other_nonce;
	if (verdict->outcome == IMALOG_OUTCOME_LOST)
		return;
	if (proven_false)
		verdict->outcome = IMALOG_OUTCOME_MISMATCH;
	else if (verdict->quote_untold && verdict->outcome != IMALOG_OUTCOME_MISMATCH)
		verdict->outcome = IMALOG_OUTCOME_UNKNOWN;
}
