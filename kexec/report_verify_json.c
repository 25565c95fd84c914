// SPDX-License-Identifier: GPL-2.0-or-later
/* What verify tells scripts: the keys are promised in kexec-ima(8).  What is not known is null. */
#include "report_object.h"

static void digest(struct json_object *to, const char *key, enum imalog_hash hash,
		   const unsigned char *value)
{
	char hex[2 * IMALOG_DIGEST_MAX + 1];

	if (value)
		imalog_hex((struct imalog_span){ value, imalog_hash_size(hash) }, hex,
			   sizeof(hex));
	report_text(to, key, value ? hex : NULL);
}

static struct json_object *event_object(const struct imalog_mark *mark)
{
	struct json_object *to = json_object_new_object();

	report_number(to, "segment_bytes", true, mark->event.segment_bytes);
	report_number(to, "runtime_bytes", true, mark->event.runtime_bytes);
	report_number(to, "records", true, mark->event.records);
	report_number(to, "record", true, mark->before.records);
	return to;
}

static struct json_object *boot_object(const struct verdict *verdict, uint32_t index)
{
	const struct imalog_census *census = &verdict->scan.census;
	const struct imalog_boot *boot = &census->boots[index];
	const struct imalog_position *end =
		index + 1 < census->boot_count ? &census->boots[index + 1].start : &census->total;
	struct json_object *to = json_object_new_object();

	report_number(to, "first_record", true, boot->start.records);
	report_text(to, "kind", imalog_entry_text(imalog_boot_entry(census, index, verdict->replayed)));
	report_number(to, "records", true, end->records - boot->start.records);
	report_number(to, "bytes", true, end->bytes - boot->start.bytes);
	json_object_object_add(to, "kexec_load",
			       boot->has_load ? event_object(&census->marks[boot->load]) : NULL);
	json_object_object_add(to, "kexec_execute",
			       boot->has_execute ? event_object(&census->marks[boot->execute])
						 : NULL);
	return to;
}

static struct json_object *pcr_object(const struct verdict *verdict, enum imalog_hash hash,
				      unsigned pcr)
{
	struct json_object *to = json_object_new_object();
	const struct imalog_expected *expected = &verdict->replay.bank[hash].expected[pcr];
	bool compared = verdict_compares(verdict, hash, pcr);
	uint64_t matched = verdict_matched(verdict, hash, pcr);
	const struct imalog_replay *replay = &verdict->replay;
	uint64_t total = verdict->scan.census.total.records;
	bool padded = replay->padded & 1u << hash;

	report_text(to, "bank", imalog_hash_name(hash));
	report_number(to, "pcr", true, pcr);
	report_flag(to, "match", compared, matched);
	report_number(to, "matched_records", compared, matched);
	digest(to, "value", hash, verdict_value(verdict, hash, pcr));
	digest(to, "expected", hash, compared && expected->given ? expected->value : NULL);
	report_flag(to, "padded", true, padded);
	report_number(to, "padded_first_record", padded, replay->padded_first);
	report_number(to, "padded_records", padded,
		      (replay->padded_end ? replay->padded_end : total) - replay->padded_first);
	return to;
}

static struct json_object *quote_object(const struct verdict_quote *quote)
{
	struct json_object *to;

	if (!quote->given)
		return NULL;
	to = json_object_new_object();
	report_flag(to, "signature", true, !quote->forged);
	report_flag(to, "nonce", quote->nonce_checked, !quote->other_nonce);
	report_number(to, "matched_records", true, quote->records);
	return to;
}

static struct json_object *damage_object(const struct scan *scan)
{
	struct json_object *to;

	if (!scan->damage)
		return NULL;
	to = json_object_new_object();
	report_text(to, "error", imalog_error_text(scan->damage));
	report_number(to, "byte", true, scan->damage_offset);
	report_number(to, "record", true, scan->damage_record);
	return to;
}

static struct json_object *gap_object(const struct imalog_gap *gap)
{
	struct json_object *to;

	if (!gap->records)
		return NULL;
	to = json_object_new_object();
	report_number(to, "records", true, gap->records);
	report_number(to, "after_record", true, gap->after);
	report_number(to, "before_record", true, gap->before);
	return to;
}

struct json_object *report_verify_object(const struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;
	struct json_object *verify = json_object_new_object(), *list;
	char sentence[512];

	report_outcome(verdict, sentence, sizeof(sentence));
	report_text(verify, "verdict", imalog_outcome_text(verdict->outcome));
	report_text(verify, "reason", sentence);
	report_advice(verdict, sentence, sizeof(sentence));
	report_text(verify, "advice", sentence[0] ? sentence : NULL);
	report_number(verify, "records", true, census->total.records);
	report_number(verify, "bytes", true, census->total.bytes);
	report_number(verify, "violations", true, census->violations);
	report_number(verify, "overlap_records", true, verdict->overlap_records);
	report_flag(verify, "other_chain", true, verdict->other_chain);
	report_number(verify, "altered_record", verdict->altered, verdict->altered_record);
	report_number(verify, "bad_event_record", census->bad_events, census->first_bad_event);
	json_object_object_add(verify, "damage", damage_object(&verdict->scan));
	json_object_object_add(verify, "gap", gap_object(&verdict->gap));
	json_object_object_add(verify, "quote", quote_object(&verdict->quote));
	list = json_object_new_array();
	for (uint32_t i = 0; i < census->boot_count; i++)
		json_object_array_add(list, boot_object(verdict, i));
	json_object_object_add(verify, "boots", list);
	list = json_object_new_array();
	for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
		for (unsigned i = 0; i < IMALOG_HASHES; i++)
			if (verdict_shows(verdict, (enum imalog_hash)i, pcr))
				json_object_array_add(list, pcr_object(verdict,
								       (enum imalog_hash)i, pcr));
	json_object_object_add(verify, "pcrs", list);
	return verify;
}

void report_verify_json(FILE *to, const struct verdict *verdict)
{
	report_json_print(to, report_verify_object(verdict));
}
