// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests; the only file that knows the digest library. */
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

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

void imalog_hash_digest(enum imalog_hash hash, struct imalog_span data, unsigned char *out)
{
	union {
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
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
		sha384_init(&context.sha512);
		sha384_update(&context.sha512, data.size, data.data);
		sha384_digest(&context.sha512, SHA384_DIGEST_SIZE, out);
		break;
	case IMALOG_SHA512:
	case IMALOG_HASHES:
		sha512_init(&context.sha512);
		sha512_update(&context.sha512, data.size, data.data);
		sha512_digest(&context.sha512, SHA512_DIGEST_SIZE, out);
		break;
	}
}
