// SPDX-License-Identifier: GPL-2.0-or-later
/* TPM quotes: taken apart, then their signature. */
#include <string.h>
#include <tss2/tss2_mu.h>

#include "crypto.h"
#include "quote.h"
#include "tss.h"

#define MU(X) \
	X(Tss2_MU_TPMS_ATTEST_Unmarshal) X(Tss2_MU_TPMT_SIGNATURE_Unmarshal) \
	X(Tss2_MU_UINT16_Unmarshal) X(Tss2_MU_UINT32_Unmarshal)

static struct { MU(HOST_SYMBOL) } mu;
static const char *const names[] = { MU(HOST_NAME) };

HOST_LIBRARY_NOTE(note, "structures of TPM quotes", TSS_MU);

static int load(void)
{
	return tss_load(TSS_MU, names, sizeof(names) / sizeof(names[0]), &mu);
}

void host_quote_prepare(void)
{
	if (!load())
		host_crypto_load();
}

/* ---- words ---------------------------------------------------------------------------------- */

static const struct {
	enum host_quote_part part;
	const char *text;
} results[] = {
	[HOST_QUOTE_GOOD] = { HOST_QUOTE_PART_NONE, "the quote is good" },
	[HOST_QUOTE_FORGED] = { HOST_QUOTE_PART_SIGNATURE,
		"the signature is not that of this key over this quote: it proves nothing" },
	[HOST_QUOTE_OTHER_PCRS] = { HOST_QUOTE_PART_PCRS,
		"these are not the PCR values that were quoted: take both from one tpm2_quote" },
	[HOST_QUOTE_ATTEST_CUT] = { HOST_QUOTE_PART_ATTEST,
		"the quote ends too early or has a wrong size in it: save it again (tpm2_quote -m)" },
	[HOST_QUOTE_ATTEST_LONG] = { HOST_QUOTE_PART_ATTEST,
		"something follows the quote: save it again (tpm2_quote -m)" },
	[HOST_QUOTE_ATTEST_MAGIC] = { HOST_QUOTE_PART_ATTEST,
		"this was not made by a TPM: give what tpm2_quote -m wrote" },
	[HOST_QUOTE_ATTEST_TYPE] = { HOST_QUOTE_PART_ATTEST,
		"this attests something else than PCRs: give what tpm2_quote -m wrote" },
	[HOST_QUOTE_ATTEST_BAD] = { HOST_QUOTE_PART_ATTEST,
		"the parts of the quote contradict each other: save it again (tpm2_quote -m)" },
	[HOST_QUOTE_SIGNATURE_CUT] = { HOST_QUOTE_PART_SIGNATURE,
		"the signature ends too early or has a wrong size in it: save it again "
		"(tpm2_quote -s)" },
	[HOST_QUOTE_SIGNATURE_LONG] = { HOST_QUOTE_PART_SIGNATURE,
		"something follows the signature: save it again (tpm2_quote -s, not -f plain)" },
	[HOST_QUOTE_SIGNATURE_SCHEME] = { HOST_QUOTE_PART_SIGNATURE,
		"not a signature by RSASSA, RSAPSS or ECDSA: give what tpm2_quote -s wrote, "
		"not with -f plain" },
	[HOST_QUOTE_SIGNATURE_HASH] = { HOST_QUOTE_PART_SIGNATURE,
		"the signature's hash is not SHA-1, SHA-256, SHA-384 or SHA-512, or libcrypto may not "
		"use it: quote with another (tpm2_quote -g)" },
	[HOST_QUOTE_KEY_BAD] = { HOST_QUOTE_PART_KEY,
		"no public key in PEM: give what tpm2_readpublic -f pem wrote" },
	[HOST_QUOTE_KEY_TYPE] = { HOST_QUOTE_PART_KEY,
		"this kind of key does not make this kind of signature: give the key that signed" },
	[HOST_QUOTE_PCRS_BAD] = { HOST_QUOTE_PART_PCRS,
		"not the PCR values of this quote in a format of tpm2_quote: give what its -o wrote" },
	[HOST_QUOTE_PCRS_UNKNOWN] = { HOST_QUOTE_PART_ATTEST,
		"it quotes PCRs that are not replayed: quote PCR 0 to 23 of sha1, sha256, sha384 or "
		"sha512 only" },
	[HOST_QUOTE_NO_CRYPTO] = { HOST_QUOTE_PART_NONE,
		"libcrypto.so.3 is not there or too old: install OpenSSL 3 to check quotes" },
	[HOST_QUOTE_NO_MU] = { HOST_QUOTE_PART_NONE,
		TSS_MU " is not there: install the TPM2-TSS libraries to check quotes" },
	[HOST_QUOTE_NO_MEMORY] = { HOST_QUOTE_PART_NONE, "not enough memory" },
};

const char *host_quote_text(enum host_quote_result result)
{
	return results[result].text;
}

enum host_quote_part host_quote_part_of(enum host_quote_result result)
{
	return results[result].part;
}

/* ---- structures ------------------------------------------------------------------------------- */

static bool hash_of(TPM2_ALG_ID alg, enum imalog_hash *hash)
{
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		if (tss_alg((enum imalog_hash)i) == alg) {
			*hash = (enum imalog_hash)i;
			return true;
		}
	}
	return false;
}

static enum host_quote_result read_attest(struct imalog_span span, TPMS_ATTEST *attest)
{
	size_t at = 0;
	UINT32 magic;
	UINT16 type;
	TSS2_RC rc;

	if (mu.Tss2_MU_UINT32_Unmarshal(span.data, span.size, &at, &magic))
		return HOST_QUOTE_ATTEST_CUT;
	if (magic != TPM2_GENERATED_VALUE)
		return HOST_QUOTE_ATTEST_MAGIC;
	if (mu.Tss2_MU_UINT16_Unmarshal(span.data, span.size, &at, &type))
		return HOST_QUOTE_ATTEST_CUT;
	if (type != TPM2_ST_ATTEST_QUOTE)
		return HOST_QUOTE_ATTEST_TYPE;
	at = 0;
	memset(attest, 0, sizeof(*attest));
	rc = mu.Tss2_MU_TPMS_ATTEST_Unmarshal(span.data, span.size, &at, attest);
	if (rc == TSS2_MU_RC_INSUFFICIENT_BUFFER)
		return HOST_QUOTE_ATTEST_CUT;
	if (rc)
		return HOST_QUOTE_ATTEST_BAD;
	return at < span.size ? HOST_QUOTE_ATTEST_LONG : HOST_QUOTE_GOOD;
}

static enum host_quote_result read_signature(struct imalog_span span, TPMT_SIGNATURE *signature,
					     enum imalog_hash *hash)
{
	UINT16 scheme, alg;
	size_t at = 0;
	TSS2_RC rc;

	if (mu.Tss2_MU_UINT16_Unmarshal(span.data, span.size, &at, &scheme))
		return HOST_QUOTE_SIGNATURE_CUT;
	if (scheme != TPM2_ALG_RSASSA && scheme != TPM2_ALG_RSAPSS && scheme != TPM2_ALG_ECDSA)
		return HOST_QUOTE_SIGNATURE_SCHEME;
	if (mu.Tss2_MU_UINT16_Unmarshal(span.data, span.size, &at, &alg))
		return HOST_QUOTE_SIGNATURE_CUT;
	if (!hash_of(alg, hash))
		return HOST_QUOTE_SIGNATURE_HASH;
	at = 0;
	memset(signature, 0, sizeof(*signature));
	rc = mu.Tss2_MU_TPMT_SIGNATURE_Unmarshal(span.data, span.size, &at, signature);
	if (rc == TSS2_MU_RC_INSUFFICIENT_BUFFER)
		return HOST_QUOTE_SIGNATURE_CUT;
	if (rc)
		return HOST_QUOTE_SIGNATURE_SCHEME;
	return at < span.size ? HOST_QUOTE_SIGNATURE_LONG : HOST_QUOTE_GOOD;
}

/* ---- the quote as we want it ------------------------------------------------------------------- */

static bool take_selection(const TPMS_PCR_SELECTION *from, struct imalog_quote *quote)
{
	struct imalog_selection *to = &quote->selection[quote->selection_count];
	uint32_t pcrs = 0;

	if (from->sizeofSelect > sizeof(from->pcrSelect))
		return false;
	for (unsigned i = 0; i < from->sizeofSelect; i++)
		pcrs |= (uint32_t)from->pcrSelect[i] << 8 * i;
	if (!pcrs)
		return true;	/* none of this bank */
	if (!hash_of(from->hash, &to->hash)) {
		quote->selects_other = true;
		return true;
	}
	to->pcrs = pcrs & ((UINT32_C(1) << IMALOG_PCRS) - 1);
	if (to->pcrs != pcrs)
		quote->selects_other = true;
	quote->selection_count++;
	return true;
}

/* quote->hash is set.  False: its parts contradict each other. */
static bool take(const TPMS_ATTEST *attest, struct imalog_quote *quote)
{
	const TPMS_QUOTE_INFO *info = &attest->attested.quote;

	if (info->pcrDigest.size != imalog_hash_size(quote->hash) ||
	    attest->extraData.size > sizeof(quote->nonce) ||
	    info->pcrSelect.count > IMALOG_SELECTIONS)
		return false;
	memcpy(quote->digest, info->pcrDigest.buffer, info->pcrDigest.size);
	quote->nonce_size = attest->extraData.size;
	memcpy(quote->nonce, attest->extraData.buffer, quote->nonce_size);
	for (unsigned i = 0; i < info->pcrSelect.count; i++)
		if (!take_selection(&info->pcrSelect.pcrSelections[i], quote))
			return false;
	return true;
}

enum host_quote_result host_quote_check(struct imalog_span attest_bytes,
					struct imalog_span signature_bytes,
					struct imalog_span key, struct imalog_quote *quote)
{
	enum host_quote_result result;
	TPMT_SIGNATURE signature;
	enum imalog_hash hash;
	TPMS_ATTEST attest;

	memset(quote, 0, sizeof(*quote));
	if (load())
		return HOST_QUOTE_NO_MU;
	result = read_attest(attest_bytes, &attest);
	if (!result)
		result = read_signature(signature_bytes, &signature, &hash);
	if (!result)
		result = host_crypto_verify(&signature, hash, attest_bytes, key);
	if (result)
		return result;
	quote->hash = hash;
	if (take(&attest, quote))
		return HOST_QUOTE_GOOD;
	memset(quote, 0, sizeof(*quote));
	return HOST_QUOTE_ATTEST_BAD;
}
