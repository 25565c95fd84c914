// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay in steps that threads can share.  The digests of a batch are independent of each other;
 * only the chain of extends is serial, one for each bank.
 */
#include <stdlib.h>

#include "cursor.h"

#define FIRST_ROOM 1024	/* records */

void imalog_batch_init(struct imalog_batch *batch, unsigned hashes)
{
	*batch = (struct imalog_batch){ .hashes = hashes };
}

void imalog_batch_free(struct imalog_batch *batch)
{
	free(batch->records);
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		free(batch->digests[i]);
	imalog_batch_init(batch, 0);
}

void imalog_batch_clear(struct imalog_batch *batch, uint64_t first, uint32_t digest_size)
{
	batch->first = first;
	batch->count = 0;
	batch->bad = 0;
	batch->bad_error = 0;
	batch->digest_size = digest_size;
}

static bool grow(struct imalog_batch *batch)
{
	size_t room = batch->room ? batch->room * 2 : FIRST_ROOM;
	void *more = realloc(batch->records, room * sizeof(*batch->records));

	if (!more)
		return false;
	batch->records = more;
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		if (!(batch->hashes & 1u << i))
			continue;
		more = realloc(batch->digests[i], room * imalog_hash_size((enum imalog_hash)i));
		if (!more)
			return false;
		batch->digests[i] = more;
	}
	batch->room = room;
	return true;
}

int imalog_batch_add(struct imalog_batch *batch, const struct imalog_record *record,
		     const struct imalog_template *template_)
{
	if (record->pcr >= IMALOG_PCRS)
		return IMALOG_ERROR_BAD_PCR;
	if (batch->count == batch->room && !grow(batch))
		return IMALOG_ERROR_NO_MEMORY;
	batch->records[batch->count++] = (struct imalog_batch_record){
		.data = record->data,
		.digest = record->digest.data,
		.pcr = record->pcr,
		.violation = record->violation,
		.is_ima = template_->is_ima,
	};
	batch->bad = batch->count;
	return 0;
}

/* Equal digests.  Sizes are multiples of four; the first word nearly always tells. */
static inline bool same(const unsigned char *a, const unsigned char *b, size_t size)
{
	return !memcmp(a, b, 4) && !memcmp(a + 4, b + 4, size - 4);
}

/* @size is a constant wherever this is called, so that copies and comparisons are a few words. */
static inline void digest_all(struct imalog_batch *batch, enum imalog_hash hash, size_t size)
{
	unsigned char *out = batch->digests[hash];
	bool own = size == batch->digest_size;

	for (size_t i = 0; i < batch->count; i++, out += size) {
		const struct imalog_batch_record *record = &batch->records[i];
		int error = 0;

		if (record->violation) {
			memset(out, 0xff, size);
			continue;
		}
		if (!record->is_ima)
			imalog_hash_digest(hash, record->data, out);
		else
			error = imalog_template_digest(record->data, true, hash, out);
		if (error)
			memset(out, 0, size);
		else if (own && !same(out, record->digest, size))
			error = IMALOG_ERROR_BAD_DIGEST;
		if (own && error && batch->bad == batch->count) {
			batch->bad = i;
			batch->bad_error = error;
		}
	}
}

void imalog_batch_digest(struct imalog_batch *batch, enum imalog_hash hash)
{
	switch (hash) {
	case IMALOG_SHA1: digest_all(batch, IMALOG_SHA1, 20); break;
	case IMALOG_SHA256: digest_all(batch, IMALOG_SHA256, 32); break;
	case IMALOG_SHA384: digest_all(batch, IMALOG_SHA384, 48); break;
	case IMALOG_SHA512: digest_all(batch, IMALOG_SHA512, 64); break;
	case IMALOG_HASHES: break;
	}
}

static inline bool is_padded(const struct imalog_replay *replay, enum imalog_hash hash,
			     uint64_t record)
{
	return (replay->padded & 1u << hash) && record >= replay->padded_first &&
	       (!replay->padded_end || record < replay->padded_end);
}

/*
 * One step of a chain: the PCR becomes the digest of itself and the record's digest, which is behind
 * it.  A padded bank gets the SHA-1 digest and then zeroes, or for a violation 0xff all through.
 */
static inline void extend(const struct imalog_batch *batch, size_t i, struct imalog_replay *replay,
			  enum imalog_hash hash, size_t size)
{
	uint32_t index = batch->records[i].pcr;
	struct imalog_bank *bank = &replay->bank[hash];
	struct imalog_expected *expected = &bank->expected[index];
	unsigned char both[2 * IMALOG_DIGEST_MAX], *pcr = bank->pcr[index];

	memcpy(both, pcr, size);
	if (!is_padded(replay, hash, batch->first + i)) {
		memcpy(both + size, batch->digests[hash] + i * size, size);
	} else {
		memset(both + size, batch->records[i].violation ? 0xff : 0, size);
		memcpy(both + size, batch->digests[IMALOG_SHA1] + i * IMALOG_SHA1_BYTES,
		       IMALOG_SHA1_BYTES);
	}
	imalog_hash_digest(hash, (struct imalog_span){ both, 2 * size }, pcr);
	bank->used |= UINT32_C(1) << index;
	if (!expected->given)
		return;
	if (expected->holds)
		expected->matched_records = batch->first + i;
	expected->holds = same(pcr, expected->value, size);
}

/* Extend the banks by record number @i of the batch. */
static inline void chain_one(const struct imalog_batch *batch, size_t i,
			     struct imalog_replay *replay, unsigned banks)
{
	/* Two short chains side by side are faster than one after the other. */
	if (banks & 1u << IMALOG_SHA1)
		extend(batch, i, replay, IMALOG_SHA1, 20);
	if (banks & 1u << IMALOG_SHA256)
		extend(batch, i, replay, IMALOG_SHA256, 32);
	if (banks & 1u << IMALOG_SHA384)
		extend(batch, i, replay, IMALOG_SHA384, 48);
	if (banks & 1u << IMALOG_SHA512)
		extend(batch, i, replay, IMALOG_SHA512, 64);
}

void imalog_batch_chain(const struct imalog_batch *batch, struct imalog_replay *replay,
			unsigned banks)
{
	for (size_t i = 0; i < batch->count; i++)
		chain_one(batch, i, replay, banks);
}

struct known {
	const struct imalog_replay *replay;
	const struct imalog_pcrs *others;
};

/* A PCR that the log extended, or else what is known of it. */
static const unsigned char *look_up(const void *context, enum imalog_hash hash, unsigned pcr)
{
	const struct known *known = context;
	const struct imalog_bank *bank = &known->replay->bank[hash];

	if (bank->used & UINT32_C(1) << pcr)
		return bank->pcr[pcr];
	return imalog_pcrs_lookup(known->others, hash, pcr);
}

void imalog_batch_chain_quote(const struct imalog_batch *batch, struct imalog_replay *replay,
			      unsigned banks, const struct imalog_quote *quote,
			      const struct imalog_pcrs *others, uint64_t *records)
{
	const struct known known = { replay, others };
	unsigned char digest[IMALOG_DIGEST_MAX];

	for (size_t i = 0; i < batch->count; i++) {
		chain_one(batch, i, replay, banks);
		if (imalog_quote_digest(quote, look_up, &known, digest) &&
		    !memcmp(digest, quote->digest, imalog_hash_size(quote->hash)))
			*records = batch->first + i + 1;
	}
}

unsigned imalog_replay_needs(const struct imalog_replay *replay, unsigned banks)
{
	bool throughout = !replay->padded_first && !replay->padded_end;
	unsigned hashes = throughout ? banks & ~replay->padded : banks;

	return (banks & replay->padded) ? hashes | 1u << IMALOG_SHA1 : hashes;
}

unsigned imalog_batch_hashes(const struct imalog_replay *replay, uint32_t digest_size)
{
	unsigned hashes = imalog_replay_needs(replay, replay->banks);

	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (imalog_hash_size((enum imalog_hash)i) == digest_size)
			hashes |= 1u << i;
	return hashes;
}
