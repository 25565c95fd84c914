// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCRs that a log stands for, and what each record adds to them. */
#include "cursor.h"

/* ima.h, IMA_EVENT_NAME_LEN_MAX + 1, 7.3.4: what the name of the template "ima" is padded to. */
#define OLD_NAME_BYTES 256

void imalog_replay_init(struct imalog_replay *replay, unsigned banks)
{
	*replay = (struct imalog_replay){ .banks = banks };
}

void imalog_replay_expect(struct imalog_replay *replay, enum imalog_hash hash, uint32_t pcr,
			  const unsigned char *value)
{
	struct imalog_expected *expected = &replay->bank[hash].expected[pcr];
	size_t size = imalog_hash_size(hash);

	*expected = (struct imalog_expected){ .given = true };
	memcpy(expected->value, value, size);
	expected->holds = !memcmp(replay->bank[hash].pcr[pcr], value, size);
}

uint64_t imalog_replay_matched(const struct imalog_replay *replay, enum imalog_hash hash,
			       uint32_t pcr, uint64_t records)
{
	const struct imalog_expected *expected = &replay->bank[hash].expected[pcr];

	return expected->holds ? records : expected->matched_records;
}

/* The template "ima": 20 digest bytes and the name padded with zeroes, no lengths. */
static int digest_old(struct imalog_span data, enum imalog_hash hash, unsigned char *out)
{
	unsigned char padded[IMALOG_SHA1_BYTES + OLD_NAME_BYTES] = { 0 };
	struct imalog_span digest, length;

	if (!cursor_bytes(&data, IMALOG_SHA1_BYTES, &digest) || !cursor_bytes(&data, 4, &length) ||
	    data.size > OLD_NAME_BYTES)
		return IMALOG_ERROR_BAD_FIELD;
	memcpy(padded, digest.data, digest.size);
	if (data.size)
		memcpy(padded + digest.size, data.data, data.size);
	imalog_hash_digest(hash, (struct imalog_span){ padded, sizeof(padded) }, out);
	return 0;
}

int imalog_template_digest(struct imalog_span data, bool is_ima, enum imalog_hash hash,
			   unsigned char *out)
{
	if (is_ima)
		return digest_old(data, hash, out);
	imalog_hash_digest(hash, data, out);
	return 0;
}
