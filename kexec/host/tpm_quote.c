// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotes made by the TPM in memory, and the keys for them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "crypto.h"
#include "tpm_inside.h"
#include "tss.h"

#define MU(X) X(Tss2_MU_TPMT_SIGNATURE_Marshal)

static struct { MU(HOST_SYMBOL) } mu;
static const char *const names[] = { MU(HOST_NAME) };

int tpm_quote_load(void)
{
	int error = host_crypto_load();

	return error ? error : tss_load(TSS_MU, names, sizeof(names) / sizeof(names[0]), &mu);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

/* A storage key on P-256, which a TPM derives from its seed in no time. */
static const TPM2B_PUBLIC primary_template = { .publicArea = {
	.type = TPM2_ALG_ECC,
	.nameAlg = TPM2_ALG_SHA256,
	.objectAttributes = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM |
			    TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
			    TPMA_OBJECT_USERWITHAUTH,
	.parameters.eccDetail = {
		.symmetric = { .algorithm = TPM2_ALG_AES, .keyBits.aes = 128,
			       .mode.aes = TPM2_ALG_CFB },
		.scheme.scheme = TPM2_ALG_NULL,
		.curveID = TPM2_ECC_NIST_P256,
		.kdf.scheme = TPM2_ALG_NULL,
	},
} };

/* Restricted: it signs only what the TPM itself said, such as a quote. */
static TPM2B_PUBLIC template_for(const struct host_tpm_ask *ask)
{
	TPM2B_PUBLIC template_ = { .publicArea = {
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT |
				    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH,
	} };
	TPMS_RSA_PARMS *rsa = &template_.publicArea.parameters.rsaDetail;
	TPMS_ECC_PARMS *ecc = &template_.publicArea.parameters.eccDetail;

	if (ask->scheme == HOST_TPM_ECDSA) {
		template_.publicArea.type = TPM2_ALG_ECC;
		ecc->symmetric.algorithm = TPM2_ALG_NULL;
		ecc->scheme.scheme = TPM2_ALG_ECDSA;
		ecc->scheme.details.ecdsa.hashAlg = tss_alg(ask->hash);
		ecc->curveID = TPM2_ECC_NIST_P256;
		ecc->kdf.scheme = TPM2_ALG_NULL;
	} else {
		template_.publicArea.type = TPM2_ALG_RSA;
		rsa->symmetric.algorithm = TPM2_ALG_NULL;
		rsa->scheme.scheme = ask->scheme == HOST_TPM_RSASSA ? TPM2_ALG_RSASSA
								    : TPM2_ALG_RSAPSS;
		rsa->scheme.details.anySig.hashAlg = tss_alg(ask->hash);
		rsa->keyBits = 2048;
	}
	return template_;
}

static void free_all(struct tpm_inside *in, void *const things[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		in->esys->Esys_Free(things[i]);
}

static TSS2_RC create_primary(struct tpm_inside *in, ESYS_TR *primary)
{
	static const TPM2B_SENSITIVE_CREATE no_secret;
	static const TPM2B_DATA no_data;
	static const TPML_PCR_SELECTION no_pcrs;
	TPM2B_PUBLIC *public = NULL;
	TPM2B_CREATION_DATA *data = NULL;
	TPM2B_DIGEST *digest = NULL;
	TPMT_TK_CREATION *ticket = NULL;
	TSS2_RC rc = in->esys->Esys_CreatePrimary(
		in->context, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_secret,
		&primary_template, &no_data, &no_pcrs, primary, &public, &data, &digest, &ticket);

	if (!rc)
		free_all(in, (void *[]){ public, data, digest, ticket }, 4);
	return rc;
}

/* *@public: freed by the caller with Esys_Free(). */
static TSS2_RC create_key(struct tpm_inside *in, ESYS_TR primary, const struct host_tpm_ask *ask,
			  ESYS_TR *handle, TPM2B_PUBLIC **public)
{
	static const TPM2B_SENSITIVE_CREATE no_secret;
	static const TPM2B_DATA no_data;
	static const TPML_PCR_SELECTION no_pcrs;
	TPM2B_PUBLIC template_ = template_for(ask);
	TPM2B_PRIVATE *private = NULL;
	TPM2B_CREATION_DATA *data = NULL;
	TPM2B_DIGEST *digest = NULL;
	TPMT_TK_CREATION *ticket = NULL;
	TSS2_RC rc = in->esys->Esys_Create(
		in->context, primary, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_secret,
		&template_, &no_data, &no_pcrs, &private, public, &data, &digest, &ticket);

	if (rc)
		return rc;
	rc = in->esys->Esys_Load(in->context, primary, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
				 private, *public, handle);
	free_all(in, (void *[]){ private, data, digest, ticket }, 4);
	return rc;
}

static int make_key(struct host_tpm *tpm, const struct host_tpm_ask *ask)
{
	struct tpm_inside *in = tpm->inside;
	TPM2B_PUBLIC *public = NULL;
	ESYS_TR primary, handle;
	TSS2_RC rc = create_primary(in, &primary);
	int size;

	if (rc)
		return tpm_failed(tpm, "make a primary key", rc);
	rc = create_key(in, primary, ask, &handle, &public);
	in->esys->Esys_FlushContext(in->context, primary);
	if (rc) {
		in->esys->Esys_Free(public);
		return tpm_failed(tpm, "make a signing key", rc);
	}
	size = host_crypto_pem(&public->publicArea, in->key.pem, sizeof(in->key.pem));
	in->esys->Esys_Free(public);
	if (size < 0) {
		in->esys->Esys_FlushContext(in->context, handle);
		return size == -ELIBACC || size == -ELIBBAD ? tpm_lacks(tpm, "libcrypto.so.3 (OpenSSL 3)")
							    : tpm_failed(tpm, "give its key", 0);
	}
	in->key.handle = handle;
	in->key.pem_size = (size_t)size;
	in->key_scheme = ask->scheme;
	in->key_hash = ask->hash;
	return 0;
}

/* The key made last stays: a rehearsal asks for the same one again. */
static int ready_key(struct host_tpm *tpm, const struct host_tpm_ask *ask)
{
	struct tpm_inside *in = tpm->inside;

	if (in->key.handle && in->key_scheme == ask->scheme && in->key_hash == ask->hash)
		return 0;
	if (in->key.handle)
		in->esys->Esys_FlushContext(in->context, in->key.handle);
	in->key.handle = 0;
	return make_key(tpm, ask);
}

/* ---- quotes -------------------------------------------------------------------------------------- */

static int read_pcrs(struct host_tpm *tpm, const struct host_tpm_ask *ask, struct imalog_pcrs *pcrs)
{
	for (unsigned i = 0; i < ask->selection_count; i++) {
		enum imalog_hash hash = ask->selection[i].hash;

		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			int error;

			if (!(ask->selection[i].pcrs & UINT32_C(1) << pcr))
				continue;
			error = host_tpm_read(tpm, hash, pcr, pcrs->value[hash][pcr]);
			if (error)
				return error;
			pcrs->known[hash] |= UINT32_C(1) << pcr;
		}
	}
	return 0;
}

static int take(struct host_tpm *tpm, const TPM2B_ATTEST *attest, const TPMT_SIGNATURE *signature,
		struct host_tpm_quote *quote)
{
	const struct tpm_key *key = &tpm->inside->key;
	size_t at = 0;
	TSS2_RC rc;

	rc = mu.Tss2_MU_TPMT_SIGNATURE_Marshal(signature, quote->signature, sizeof(quote->signature),
					       &at);
	if (rc || attest->size > sizeof(quote->attest))
		return tpm_failed(tpm, "give its quote", rc);
	quote->signature_size = at;
	memcpy(quote->attest, attest->attestationData, attest->size);
	quote->attest_size = attest->size;
	memcpy(quote->key, key->pem, key->pem_size + 1);
	quote->key_size = key->pem_size;
	return 0;
}

static int sign(struct host_tpm *tpm, const struct host_tpm_ask *ask, struct host_tpm_quote *quote)
{
	static const TPMT_SIG_SCHEME of_the_key = { .scheme = TPM2_ALG_NULL };
	TPML_PCR_SELECTION selection = { .count = ask->selection_count };
	TPM2B_DATA nonce = { .size = (UINT16)ask->nonce.size };
	struct tpm_inside *in = tpm->inside;
	TPMT_SIGNATURE *signature = NULL;
	TPM2B_ATTEST *attest = NULL;
	TSS2_RC rc;
	int result;

	if (ask->nonce.size)
		memcpy(nonce.buffer, ask->nonce.data, ask->nonce.size);
	for (unsigned i = 0; i < ask->selection_count; i++)
		selection.pcrSelections[i] = tpm_selection(ask->selection[i].hash,
							   ask->selection[i].pcrs);
	rc = in->esys->Esys_Quote(in->context, in->key.handle, ESYS_TR_PASSWORD, ESYS_TR_NONE,
				  ESYS_TR_NONE, &nonce, &of_the_key, &selection, &attest, &signature);
	if (rc)
		return tpm_failed(tpm, "quote", rc);
	result = take(tpm, attest, signature, quote);
	free_all(in, (void *[]){ attest, signature }, 2);
	return result;
}

int host_tpm_quote(struct host_tpm *tpm, const struct host_tpm_ask *ask,
		   struct host_tpm_quote *quote)
{
	int error;

	memset(quote, 0, sizeof(*quote));
	if (ask->nonce.size > IMALOG_NONCE_MAX || ask->selection_count > IMALOG_SELECTIONS) {
		snprintf(tpm->problem, sizeof(tpm->problem),
			 "a nonce has at most %d bytes, a quote at most %d selections", IMALOG_NONCE_MAX,
			 IMALOG_SELECTIONS);
		return -EINVAL;
	}
	if (tpm_quote_load())
		return tpm_lacks(tpm, TSS_MU " (TPM2-TSS)");
	error = ready_key(tpm, ask);
	if (!error)
		error = sign(tpm, ask, quote);
	if (!error)
		error = read_pcrs(tpm, ask, &quote->pcrs);
	return error;
}
