// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCRs that a log stands for: what the kernel extended, record by record, in every bank. */
#include "cursor.h"

/* ima.h, IMA_EVENT_NAME_LEN_MAX + 1, 7.3.4: what the name of the template "ima" is padded to. */
#define OLD_NAME_BYTES 256

void imalog_replay_init(struct imalog_replay *replay, unsigned banks)
{
	*replay = (struct imalog_replay){ .banks = banks };
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
	memcpy(padded + digest.size, data.data, data.size);
	imalog_hash_digest(hash, (struct imalog_span){ padded, sizeof(padded) }, out);
	return 0;
}

/* A digest of the template data alone, violation or not. */
static int digest_data(const struct imalog_record *record,
		       const struct imalog_template *template_, enum imalog_hash hash,
		       unsigned char *out)
{
	if (template_->is_ima)
		return digest_old(record->data, hash, out);
	imalog_hash_digest(hash, record->data, out);
	return 0;
}

int imalog_record_digest(const struct imalog_record *record,
			 const struct imalog_template *template_, enum imalog_hash hash,
			 unsigned char *out)
{
	if (!record->violation)
		return digest_data(record, template_, hash, out);
	memset(out, 0xff, imalog_hash_size(hash));
	return 0;
}

int imalog_replay_extend(struct imalog_replay *replay, enum imalog_hash hash, uint32_t pcr,
			 const unsigned char *digest)
{
	size_t size = imalog_hash_size(hash);
	unsigned char both[2 * IMALOG_DIGEST_MAX];

	if (pcr >= IMALOG_PCRS)
		return IMALOG_ERROR_BAD_PCR;
	memcpy(both, replay->pcr[hash][pcr], size);
	memcpy(both + size, digest, size);
	imalog_hash_digest(hash, (struct imalog_span){ both, 2 * size }, replay->pcr[hash][pcr]);
	replay->used |= UINT32_C(1) << pcr;
	return 0;
}

int imalog_replay_add(struct imalog_replay *replay, const struct imalog_record *record,
		      const struct imalog_template *template_)
{
	unsigned char digest[IMALOG_DIGEST_MAX];

	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		enum imalog_hash hash = (enum imalog_hash)i;
		int error;

		if (!(replay->banks & 1u << i))
			continue;
		error = imalog_record_digest(record, template_, hash, digest);
		if (!error)
			error = imalog_replay_extend(replay, hash, record->pcr, digest);
		if (error)
			return error;
	}
	return 0;
}

int imalog_record_check(const struct imalog_record *record,
			const struct imalog_template *template_)
{
	unsigned char digest[IMALOG_DIGEST_MAX];
	int error;

	if (record->violation)
		return 0;
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		enum imalog_hash hash = (enum imalog_hash)i;

		if (imalog_hash_size(hash) != record->digest.size)
			continue;
		error = digest_data(record, template_, hash, digest);
		if (!error && memcmp(digest, record->digest.data, record->digest.size))
			error = IMALOG_ERROR_BAD_DIGEST;
		return error;
	}
	return IMALOG_ERROR_NO_FORMAT;
}
