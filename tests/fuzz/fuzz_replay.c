// SPDX-License-Identifier: GPL-2.0-or-later
/* Batches against a chain of extends written out here; the first bytes choose banks, size of a batch, padding. */
#include "fuzz.h"

struct plain {
	unsigned char pcr[IMALOG_HASHES][IMALOG_PCRS][IMALOG_DIGEST_MAX];
	bool bad;	/* a record's own digest is not that of its data */
};

static void extend(struct plain *plain, const struct imalog_replay *replay, enum imalog_hash hash,
		   const struct imalog_record *record, const struct imalog_template *template_)
{
	size_t size = imalog_hash_size(hash);
	bool padded = replay->padded & 1u << hash && record->index >= replay->padded_first &&
		      (!replay->padded_end || record->index < replay->padded_end);
	enum imalog_hash own = padded ? IMALOG_SHA1 : hash;
	unsigned char both[2 * IMALOG_DIGEST_MAX] = { 0 }, *pcr = plain->pcr[hash][record->pcr];
	unsigned char digest[IMALOG_DIGEST_MAX] = { 0 };

	memcpy(both, pcr, size);
	if (record->violation)
		memset(both + size, 0xff, size);
	else if (!imalog_template_digest(record->data, template_->is_ima, own, digest))
		memcpy(both + size, digest, imalog_hash_size(own));
	imalog_hash_digest(hash, (struct imalog_span){ both, 2 * size }, pcr);
	if (size == record->digest.size && !padded && !record->violation)
		plain->bad |= !!memcmp(digest, record->digest.data, size);
}

static void finish(struct imalog_batch *batch, struct imalog_replay *replay, bool *bad)
{
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (batch->hashes & 1u << i)
			imalog_batch_digest(batch, (enum imalog_hash)i);
	imalog_batch_chain(batch, replay, replay->banks);
	*bad |= batch->bad < batch->count;
	imalog_batch_clear(batch, batch->first + batch->count, batch->digest_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_format format = { .record_max = 0 };
	struct imalog_span log = { data, size };
	unsigned banks = 1 + fuzz_number(&log, 1) % 15, step = 1 + (unsigned)fuzz_number(&log, 1);
	struct imalog_replay replay = { .banks = banks };
	struct plain plain = { 0 };
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_batch batch;
	bool bad = false;

	replay.padded = (unsigned)fuzz_number(&log, 1) & banks & ~1u;
	replay.padded_first = fuzz_number(&log, 1) % 8;
	replay.padded_end = fuzz_number(&log, 1) % 16;
	if (imalog_format_detect(log, true, &format))
		return 0;
	imalog_batch_init(&batch, imalog_batch_hashes(&replay, format.digest_size));
	imalog_batch_clear(&batch, 0, format.digest_size);
	imalog_reader_init(&reader, &format);
	imalog_reader_feed(&reader, log, true);
	while (!imalog_reader_next(&reader, &record) && record.pcr < IMALOG_PCRS) {
		imalog_template_describe(record.name, &template_);
		MUST(!imalog_batch_add(&batch, &record, &template_));
		for (unsigned i = 0; i < IMALOG_HASHES; i++)
			if (banks & 1u << i)
				extend(&plain, &replay, (enum imalog_hash)i, &record, &template_);
		if (batch.count == step)
			finish(&batch, &replay, &bad);
	}
	finish(&batch, &replay, &bad);
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		MUST(!memcmp(replay.bank[i].pcr, plain.pcr[i], sizeof(plain.pcr[i])));
	MUST(bad || !plain.bad);
	imalog_batch_free(&batch);
	return 0;
}
