// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PCR values that tpm2_quote -o saves beside a quote.
 *
 * "values": the digests, one behind the other.  "serialized", the default: the structs of TPM2-TSS as
 * they are in memory, integers little-endian (tpm2-tools 5.4, lib/pcr.c, pcr_fwrite_serialized()):
 *
 *	TPML_PCR_SELECTION	u32 count, 16 times { u16 bank, u8 size, u8 bits[4], a byte of padding }
 *	u32 lists
 *	lists times TPML_DIGEST	u32 count, 8 times { u16 size, u8 digest[64] }
 *
 * Both have the digests in the order of the quote, whose selection says what each of them is.
 */
#include <string.h>

#include "quote.h"

#define SELECTION_BYTES (4 + 16 * 8)
#define DIGESTS_A_LIST 8
#define SLOT_BYTES (2 + 64)
#define LIST_BYTES (4 + DIGESTS_A_LIST * SLOT_BYTES)

static uint32_t le32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Where the digests are: all of a file, or the lists of a serialized one. */
struct source {
	struct imalog_span left;
	bool serialized;
	uint32_t in_list;	/* digests left in the list begun */
	unsigned slots;		/* places left in it */
};

/* The next digest if it has @size bytes, else NULL. */
static const unsigned char *next(struct source *source, size_t size)
{
	const unsigned char *at;

	if (source->serialized && !source->in_list) {
		size_t skip = source->slots * SLOT_BYTES;

		if (source->left.size < skip + LIST_BYTES)
			return NULL;
		source->left.data += skip;
		source->in_list = le32(source->left.data);
		source->left.data += 4;
		source->left.size -= skip + 4;
		source->slots = DIGESTS_A_LIST;
		if (!source->in_list || source->in_list > DIGESTS_A_LIST)
			return NULL;
	}
	at = source->left.data;
	if (!source->serialized) {
		if (source->left.size < size)
			return NULL;
		source->left.data += size;
		source->left.size -= size;
		return at;
	}
	if ((at[0] | (unsigned)at[1] << 8) != size)
		return NULL;
	source->left.data += SLOT_BYTES;
	source->left.size -= SLOT_BYTES;
	source->in_list--;
	source->slots--;
	return at + 2;
}

/* Nothing but the empty places of the last list is left. */
static bool is_used_up(const struct source *source)
{
	return !source->in_list && source->left.size == source->slots * SLOT_BYTES;
}

static bool fill(struct source source, const struct imalog_quote *quote, struct imalog_pcrs *pcrs)
{
	memset(pcrs, 0, sizeof(*pcrs));
	for (unsigned i = 0; i < quote->selection_count; i++) {
		enum imalog_hash hash = quote->selection[i].hash;
		size_t size = imalog_hash_size(hash);

		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			const unsigned char *digest;

			if (!(quote->selection[i].pcrs & UINT32_C(1) << pcr))
				continue;
			digest = next(&source, size);
			if (!digest)
				return false;
			memcpy(pcrs->value[hash][pcr], digest, size);
			pcrs->known[hash] |= UINT32_C(1) << pcr;
		}
	}
	return is_used_up(&source);
}

enum host_quote_result host_quote_pcrs(struct imalog_span file, const struct imalog_quote *quote,
				       struct imalog_pcrs *pcrs)
{
	struct source sources[2] = { { .left = file } };
	enum host_quote_result result = HOST_QUOTE_PCRS_BAD;
	unsigned char digest[IMALOG_DIGEST_MAX];
	unsigned count = 1;

	if (quote->selects_other) {
		memset(pcrs, 0, sizeof(*pcrs));
		return HOST_QUOTE_PCRS_UNKNOWN;
	}
	if (file.size >= SELECTION_BYTES + 4 && (file.size - SELECTION_BYTES - 4) % LIST_BYTES == 0 &&
	    le32(file.data + SELECTION_BYTES) == (file.size - SELECTION_BYTES - 4) / LIST_BYTES) {
		sources[1].serialized = true;
		sources[1].left.data = file.data + SELECTION_BYTES + 4;
		sources[1].left.size = file.size - SELECTION_BYTES - 4;
		count = 2;
	}
	/* A size may fit both; the digest tells. */
	for (unsigned i = 0; i < count; i++) {
		if (!fill(sources[i], quote, pcrs))
			continue;
		if (imalog_quote_digest(quote, imalog_pcrs_lookup, pcrs, digest) &&
		    !memcmp(digest, quote->digest, imalog_hash_size(quote->hash)))
			return HOST_QUOTE_GOOD;
		result = HOST_QUOTE_OTHER_PCRS;
	}
	memset(pcrs, 0, sizeof(*pcrs));
	return result;
}
