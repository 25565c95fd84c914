// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests; the only file that knows the digest libraries.  The messages are short, around 100 bytes.
 * SHA-1 and SHA-256 are nettle's, which has the least to do around the processor's own instructions;
 * for SHA-384 and SHA-512 there are none, and libgcrypt's code takes three quarters of the time.
 */
#include <gcrypt.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "imalog.h"

static const struct {
	const char *name;
	size_t size;
} hashes[] = {
	[IMALOG_SHA1] = { "sha1", SHA1_DIGEST_SIZE },
	[IMALOG_SHA256] = { "sha256", SHA256_DIGEST_SIZE },
	[IMALOG_SHA384] = { "sha384", SHA384_DIGEST_SIZE },
	[IMALOG_SHA512] = { "sha512", SHA512_DIGEST_SIZE },
};

const char *imalog_hash_name(enum imalog_hash hash)
{
	return hashes[hash].name;
}

size_t imalog_hash_size(enum imalog_hash hash)
{
	return hashes[hash].size;
}

bool imalog_hash_find(struct imalog_span name, enum imalog_hash *hash)
{
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		if (imalog_span_is(name, hashes[i].name)) {
			*hash = (enum imalog_hash)i;
			return true;
		}
	}
	return false;
}

bool imalog_hash_prepare(void)
{
	/* A program that uses libgcrypt itself has done this. */
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return true;
	if (!gcry_check_version(NULL))
		return false;
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return true;
}

void imalog_hash_digest(enum imalog_hash hash, struct imalog_span data, unsigned char *out)
{
	union {
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
	} context;

	switch (hash) {
	case IMALOG_SHA1:
		sha1_init(&context.sha1);
		sha1_update(&context.sha1, data.size, data.data);
		sha1_digest(&context.sha1, SHA1_DIGEST_SIZE, out);
		break;
	case IMALOG_SHA256:
		sha256_init(&context.sha256);
		sha256_update(&context.sha256, data.size, data.data);
		sha256_digest(&context.sha256, SHA256_DIGEST_SIZE, out);
		break;
	case IMALOG_SHA384:
		gcry_md_hash_buffer(GCRY_MD_SHA384, out, data.data, data.size);
		break;
	case IMALOG_SHA512:
	case IMALOG_HASHES:
		gcry_md_hash_buffer(GCRY_MD_SHA512, out, data.data, data.size);
		break;
	}
}
