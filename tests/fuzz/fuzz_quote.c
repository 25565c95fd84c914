// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quotes as structures: any signature counts as good here, so that what a TPM would never sign gets as far as it
 * can.  The input: two sizes, the attest, the signature, the values of tpm2_quote -o.
 */
#include "fuzz.h"
#include "host/crypto.h"
#include "host/quote.h"

/* In the place of crypto.c. */
int host_crypto_load(void)
{
	return 0;
}

enum host_quote_result host_crypto_verify(const TPMT_SIGNATURE *signature, enum imalog_hash hash,
					  struct imalog_span bytes, struct imalog_span key)
{
	(void)signature, (void)hash, (void)bytes, (void)key;
	return HOST_QUOTE_GOOD;
}

static bool is_zero(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size && !*byte)
		byte++, size--;
	return !size;
}

static void check(const struct imalog_quote *quote)
{
	MUST(quote->hash < IMALOG_HASHES && quote->selection_count <= IMALOG_SELECTIONS);
	MUST(quote->nonce_size <= IMALOG_NONCE_MAX);
	for (unsigned i = 0; i < quote->selection_count; i++) {
		const struct imalog_selection *selection = &quote->selection[i];

		MUST(selection->hash < IMALOG_HASHES && !(selection->pcrs >> IMALOG_PCRS));
		for (unsigned pcr = 0; pcr < 32; pcr++)
			if (selection->pcrs & UINT32_C(1) << pcr)
				MUST(imalog_quote_selects(quote, selection->hash, pcr));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct imalog_pcrs pcrs;
	struct imalog_span input = { data, size }, attest, signature;
	size_t attest_size = fuzz_number(&input, 2), signature_size = fuzz_number(&input, 2);
	unsigned char digest[IMALOG_DIGEST_MAX];
	enum host_quote_result result;
	struct imalog_quote quote;

	attest = fuzz_bytes(&input, attest_size);
	signature = fuzz_bytes(&input, signature_size);
	result = host_quote_check(attest, signature, input, &quote);
	MUST(result != HOST_QUOTE_NO_MU && *host_quote_text(result));
	if (result) {
		MUST(is_zero(&quote, sizeof(quote)));
		MUST(host_quote_part_of(result) == HOST_QUOTE_PART_ATTEST ||
		     host_quote_part_of(result) == HOST_QUOTE_PART_SIGNATURE);
		return 0;
	}
	check(&quote);
	result = host_quote_pcrs(input, &quote, &pcrs);
	if (result)
		MUST(is_zero(&pcrs, sizeof(pcrs)) && *host_quote_text(result));
	else
		MUST(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest) &&
		     !memcmp(digest, quote.digest, imalog_hash_size(quote.hash)));
	return 0;
}
