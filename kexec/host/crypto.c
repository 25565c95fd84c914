// SPDX-License-Identifier: GPL-2.0-or-later
/* libcrypto, loaded at the time of use. */
#include <errno.h>
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "crypto.h"
#include "library.h"

#define KEY_MAX (1 << 20)	/* bytes of PEM, more than any key or certificate */

#define CRYPTO(X) \
	X(BIO_ctrl) X(BIO_free) X(BIO_new) X(BIO_new_mem_buf) X(BIO_s_mem) \
	X(BN_bin2bn) X(BN_free) X(CRYPTO_free) \
	X(ECDSA_SIG_free) X(ECDSA_SIG_new) X(ECDSA_SIG_set0) \
	X(ERR_clear_error) X(OPENSSL_init_crypto) \
	X(EVP_DigestVerify) X(EVP_DigestVerifyInit_ex) X(EVP_MD_CTX_free) X(EVP_MD_CTX_new) \
	X(EVP_PKEY_CTX_free) X(EVP_PKEY_CTX_new_from_name) \
	X(EVP_PKEY_CTX_set_rsa_padding) X(EVP_PKEY_CTX_set_rsa_pss_saltlen) \
	X(EVP_PKEY_free) X(EVP_PKEY_fromdata) X(EVP_PKEY_fromdata_init) X(EVP_PKEY_get_base_id) \
	X(OSSL_PARAM_BLD_free) X(OSSL_PARAM_BLD_new) X(OSSL_PARAM_BLD_push_BN) \
	X(OSSL_PARAM_BLD_push_octet_string) X(OSSL_PARAM_BLD_push_utf8_string) \
	X(OSSL_PARAM_BLD_to_param) X(OSSL_PARAM_free) \
	X(PEM_read_bio_PUBKEY) X(PEM_read_bio_X509) X(PEM_write_bio_PUBKEY) \
	X(X509_free) X(X509_get_pubkey) X(i2d_ECDSA_SIG)

static struct { CRYPTO(HOST_SYMBOL) } crypto;
static const char *const names[] = { CRYPTO(HOST_NAME) };

HOST_LIBRARY_NOTE(note, "signatures and keys of TPM quotes", "libcrypto.so.3");

/* Without its configuration: a file, which $OPENSSL_CONF may name, that loads modules. */
int host_crypto_load(void)
{
	bool is_new = !crypto.OPENSSL_init_crypto;
	int error = host_library_load("libcrypto.so.3", names, sizeof(names) / sizeof(names[0]), &crypto);

	if (!error && is_new)
		crypto.OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return error;
}

/* ---- public keys in PEM -------------------------------------------------------------------- */

/* A key that says it is encrypted is no key: nobody is asked for a password. */
static int no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

static EVP_PKEY *key_of_certificate(struct imalog_span pem)
{
	BIO *bio = crypto.BIO_new_mem_buf(pem.data, (int)pem.size);
	X509 *certificate = bio ? crypto.PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
	EVP_PKEY *key = certificate ? crypto.X509_get_pubkey(certificate) : NULL;

	crypto.X509_free(certificate);
	crypto.BIO_free(bio);
	return key;
}

static EVP_PKEY *key_of(struct imalog_span pem)
{
	EVP_PKEY *key;
	BIO *bio;

	if (!pem.size || pem.size > KEY_MAX)
		return NULL;
	bio = crypto.BIO_new_mem_buf(pem.data, (int)pem.size);
	key = bio ? crypto.PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL) : NULL;
	crypto.BIO_free(bio);
	return key ? key : key_of_certificate(pem);
}

/* ---- signatures ------------------------------------------------------------------------------ */

/* A TPM gives r and s as they are, libcrypto wants them in DER.  Its size; 0: no memory. */
static size_t der_of(const TPMS_SIGNATURE_ECC *ecdsa, unsigned char **der)
{
	BIGNUM *r = crypto.BN_bin2bn(ecdsa->signatureR.buffer, ecdsa->signatureR.size, NULL);
	BIGNUM *s = crypto.BN_bin2bn(ecdsa->signatureS.buffer, ecdsa->signatureS.size, NULL);
	ECDSA_SIG *both = crypto.ECDSA_SIG_new();
	int size = -1;

	if (r && s && both && crypto.ECDSA_SIG_set0(both, r, s)) {
		r = s = NULL;	/* now owned by both */
		size = crypto.i2d_ECDSA_SIG(both, der);
	}
	crypto.ECDSA_SIG_free(both);
	crypto.BN_free(r);
	crypto.BN_free(s);
	return size > 0 ? (size_t)size : 0;
}

static enum host_quote_result verify_bytes(EVP_PKEY *key, enum imalog_hash hash, int padding,
					   struct imalog_span data, struct imalog_span signature)
{
	static const char *const hash_names[] = {
		[IMALOG_SHA1] = "SHA1",
		[IMALOG_SHA256] = "SHA256",
		[IMALOG_SHA384] = "SHA384",
		[IMALOG_SHA512] = "SHA512",
	};
	EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();
	enum host_quote_result result = HOST_QUOTE_GOOD;
	EVP_PKEY_CTX *how;	/* owned by context */

	if (!context)
		return HOST_QUOTE_NO_MEMORY;
	if (crypto.EVP_DigestVerifyInit_ex(context, &how, hash_names[hash], NULL, NULL, key, NULL) != 1)
		result = HOST_QUOTE_SIGNATURE_HASH;
	else if (padding && crypto.EVP_PKEY_CTX_set_rsa_padding(how, padding) != 1)
		result = HOST_QUOTE_KEY_TYPE;
	else if (padding == RSA_PKCS1_PSS_PADDING &&
		 crypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_AUTO) != 1)
		result = HOST_QUOTE_KEY_TYPE;
	else if (crypto.EVP_DigestVerify(context, signature.data, signature.size, data.data,
					 data.size) != 1)
		result = HOST_QUOTE_FORGED;
	crypto.EVP_MD_CTX_free(context);
	return result;
}

static enum host_quote_result verify_ecdsa(EVP_PKEY *key, enum imalog_hash hash,
					   const TPMS_SIGNATURE_ECC *ecdsa, struct imalog_span data)
{
	enum host_quote_result result;
	unsigned char *der = NULL;
	size_t size;

	if (crypto.EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
		return HOST_QUOTE_KEY_TYPE;
	size = der_of(ecdsa, &der);
	if (!size)
		return HOST_QUOTE_NO_MEMORY;
	result = verify_bytes(key, hash, 0, data, (struct imalog_span){ der, size });
	crypto.CRYPTO_free(der, "", 0);
	return result;
}

/* @padding: RSA_PKCS1_..._PADDING.  TPMS_SIGNATURE_RSASSA and _RSAPSS are one type. */
static enum host_quote_result verify_rsa(EVP_PKEY *key, enum imalog_hash hash, int padding,
					 const TPMS_SIGNATURE_RSA *rsa, struct imalog_span data)
{
	struct imalog_span signature = { rsa->sig.buffer, rsa->sig.size };
	int type = crypto.EVP_PKEY_get_base_id(key);

	if (type != EVP_PKEY_RSA && !(type == EVP_PKEY_RSA_PSS && padding == RSA_PKCS1_PSS_PADDING))
		return HOST_QUOTE_KEY_TYPE;
	return verify_bytes(key, hash, padding, data, signature);
}

enum host_quote_result host_crypto_verify(const TPMT_SIGNATURE *signature, enum imalog_hash hash,
					  struct imalog_span data, struct imalog_span pem)
{
	const TPMU_SIGNATURE *is = &signature->signature;
	enum host_quote_result result;
	EVP_PKEY *key;

	if (host_crypto_load())
		return HOST_QUOTE_NO_CRYPTO;
	key = key_of(pem);
	if (!key)
		result = HOST_QUOTE_KEY_BAD;
	else if (signature->sigAlg == TPM2_ALG_ECDSA)
		result = verify_ecdsa(key, hash, &is->ecdsa, data);
	else if (signature->sigAlg == TPM2_ALG_RSASSA)
		result = verify_rsa(key, hash, RSA_PKCS1_PADDING, &is->rsassa, data);
	else if (signature->sigAlg == TPM2_ALG_RSAPSS)
		result = verify_rsa(key, hash, RSA_PKCS1_PSS_PADDING, &is->rsapss, data);
	else
		result = HOST_QUOTE_SIGNATURE_SCHEME;
	crypto.EVP_PKEY_free(key);
	crypto.ERR_clear_error();
	return result;
}

/* ---- a TPM's public key ---------------------------------------------------------------------- */

/* The parameters that make a key; *@exponent is owned by the caller and outlives the result. */
static OSSL_PARAM *describe(const TPMT_PUBLIC *public, BIGNUM **modulus, BIGNUM **exponent)
{
	const TPMU_PUBLIC_ID *unique = &public->unique;
	OSSL_PARAM_BLD *build = crypto.OSSL_PARAM_BLD_new();
	const TPM2B_ECC_PARAMETER *x = &unique->ecc.x, *y = &unique->ecc.y;
	unsigned char point[1 + 32 + 32] = { 4 };	/* uncompressed */
	OSSL_PARAM *params = NULL;
	bool done;

	if (!build)
		return NULL;
	if (public->type == TPM2_ALG_RSA) {
		UINT32 e = public->parameters.rsaDetail.exponent ?: 65537;
		unsigned char bytes[4] = { (unsigned char)(e >> 24), (unsigned char)(e >> 16),
					   (unsigned char)(e >> 8), (unsigned char)e };

		*modulus = crypto.BN_bin2bn(unique->rsa.buffer, unique->rsa.size, NULL);
		*exponent = crypto.BN_bin2bn(bytes, sizeof(bytes), NULL);
		done = *modulus && *exponent &&
		       crypto.OSSL_PARAM_BLD_push_BN(build, "n", *modulus) &&
		       crypto.OSSL_PARAM_BLD_push_BN(build, "e", *exponent);
	} else {
		/* A TPM leaves out leading zeroes where it likes. */
		memcpy(point + 1 + 32 - x->size, x->buffer, x->size);
		memcpy(point + 1 + 64 - y->size, y->buffer, y->size);
		done = crypto.OSSL_PARAM_BLD_push_utf8_string(build, "group", "P-256", 0) &&
		       crypto.OSSL_PARAM_BLD_push_octet_string(build, "pub", point, sizeof(point));
	}
	if (done)
		params = crypto.OSSL_PARAM_BLD_to_param(build);
	crypto.OSSL_PARAM_BLD_free(build);
	return params;
}

static bool is_known(const TPMT_PUBLIC *public)
{
	const TPMS_ECC_POINT *point = &public->unique.ecc;

	if (public->type == TPM2_ALG_RSA)
		return public->unique.rsa.size > 0;
	return public->type == TPM2_ALG_ECC &&
	       public->parameters.eccDetail.curveID == TPM2_ECC_NIST_P256 &&
	       point->x.size <= 32 && point->y.size <= 32;
}

static int write_pem(EVP_PKEY *key, char *out, size_t size)
{
	BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());
	char *text = NULL;
	int result = -ENOMEM;
	long length;

	if (bio && crypto.PEM_write_bio_PUBKEY(bio, key)) {
		length = crypto.BIO_ctrl(bio, BIO_CTRL_INFO, 0, &text);
		if (length < 0 || (size_t)length >= size) {
			result = -ENOBUFS;
		} else {
			memcpy(out, text, (size_t)length);
			out[length] = '\0';
			result = (int)length;
		}
	}
	crypto.BIO_free(bio);
	return result;
}

int host_crypto_pem(const TPMT_PUBLIC *public, char *out, size_t size)
{
	BIGNUM *modulus = NULL, *exponent = NULL;
	EVP_PKEY_CTX *context;
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;
	int result;

	if (!is_known(public))
		return -EINVAL;
	result = host_crypto_load();
	if (result)
		return result;
	params = describe(public, &modulus, &exponent);
	context = crypto.EVP_PKEY_CTX_new_from_name(
		NULL, public->type == TPM2_ALG_RSA ? "RSA" : "EC", NULL);
	if (!params || !context || crypto.EVP_PKEY_fromdata_init(context) != 1 ||
	    crypto.EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		result = -ENOMEM;
	else
		result = write_pem(key, out, size);
	crypto.EVP_PKEY_free(key);
	crypto.EVP_PKEY_CTX_free(context);
	crypto.OSSL_PARAM_free(params);
	crypto.BN_free(modulus);
	crypto.BN_free(exponent);
	crypto.ERR_clear_error();
	return result;
}
