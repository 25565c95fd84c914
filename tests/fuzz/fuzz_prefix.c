// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The longest prefix that gives a PCR its value, or that a quote stands for: all records in one batch, against
 * looking after each.  The first bytes choose the bank, the PCRs and the prefix that they are of.
 */
#include "fuzz.h"

static const unsigned char *look_up(const void *context, enum imalog_hash hash, unsigned pcr)
{
	return ((const struct imalog_replay *)context)->bank[hash].pcr[pcr];
}

/* All records of @log, and their digests for @bank. */
static void take(struct imalog_batch *batch, enum imalog_hash bank, struct imalog_span log,
		 const struct imalog_format *format)
{
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;

	imalog_batch_init(batch, 1u << bank);
	imalog_batch_clear(batch, 0, format->digest_size);
	imalog_reader_init(&reader, format);
	imalog_reader_feed(&reader, log, true);
	while (!imalog_reader_next(&reader, &record) && record.pcr < IMALOG_PCRS) {
		imalog_template_describe(record.name, &template_);
		MUST(!imalog_batch_add(batch, &record, &template_));
	}
	imalog_batch_digest(batch, bank);
}

static void extend_one(const struct imalog_batch *batch, enum imalog_hash bank, size_t i,
		       struct imalog_replay *replay)
{
	struct imalog_batch one = *batch;

	one.records += i;
	one.count = 1;
	one.digests[bank] += i * imalog_hash_size(bank);
	imalog_batch_chain(&one, replay, 1u << bank);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct imalog_pcrs others = { .known = { 0xffffff, 0xffffff, 0xffffff, 0xffffff } };
	static struct imalog_replay replay, each;
	struct imalog_format format = { .record_max = 0 };
	struct imalog_span log = { data, size };
	enum imalog_hash bank = (enum imalog_hash)(fuzz_number(&log, 1) % 4);
	unsigned pcr = (unsigned)fuzz_number(&log, 1) % IMALOG_PCRS;
	uint64_t prefix = fuzz_number(&log, 1), matched = 0, quoted = 0, told = 0;
	struct imalog_quote quote = { (enum imalog_hash)(fuzz_number(&log, 1) % 4), .selection_count = 1,
				      .selection = { { bank, 1u << pcr | 1u << prefix % IMALOG_PCRS } } };
	unsigned char *value = each.bank[bank].pcr[pcr], digest[IMALOG_DIGEST_MAX];
	struct imalog_batch batch;

	if (imalog_format_detect(log, true, &format))
		return 0;
	imalog_replay_init(&replay, 1u << bank);
	each = replay;
	take(&batch, bank, log, &format);
	for (size_t i = 0; i < batch.count && i < prefix; i++)
		extend_one(&batch, bank, i, &each);
	imalog_replay_expect(&replay, bank, pcr, value);
	MUST(imalog_quote_digest(&quote, look_up, &each, quote.digest));
	imalog_replay_init(&each, 1u << bank);
	for (size_t i = 0; i < batch.count; i++) {
		extend_one(&batch, bank, i, &each);
		if (!memcmp(value, replay.bank[bank].expected[pcr].value, imalog_hash_size(bank)))
			matched = i + 1;
		MUST(imalog_quote_digest(&quote, look_up, &each, digest));
		if (!memcmp(digest, quote.digest, imalog_hash_size(quote.hash)))
			quoted = i + 1;
	}
	imalog_batch_chain_quote(&batch, &replay, 1u << bank, &quote, &others, &told);
	MUST(told == quoted && imalog_replay_matched(&replay, bank, pcr, batch.count) == matched);
	imalog_batch_free(&batch);
	return 0;
}
