// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quotes that are signed well and yet odd: whoever has a key of his own can sign anything.  They are
 * written here byte by byte and signed by libcrypto itself.
 */
#include "build.h"
#include "host/quote.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

static EVP_PKEY *key;
static char *pem;
static size_t pem_size;

static int make_key(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	(void)state;
	key = EVP_RSA_gen(2048);
	assert_non_null(key);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	size = BIO_get_mem_data(bio, &text);
	assert_true(size > 0);
	pem_size = (size_t)size;
	pem = malloc(pem_size);
	memcpy(pem, text, pem_size);
	BIO_free(bio);
	return 0;
}

static int drop_key(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	free(pem);
	return 0;
}

/* ---- bytes, big-endian as a TPM has them ------------------------------------------------------ */

struct bytes {
	unsigned char data[4096];
	size_t size;
};

static void number(struct bytes *bytes, uint64_t value, unsigned size)
{
	while (size--)
		bytes->data[bytes->size++] = (unsigned char)(value >> 8 * size);
}

static void sized(struct bytes *bytes, size_t size)
{
	number(bytes, size, 2);
	memset(bytes->data + bytes->size, 0xab, size);
	bytes->size += size;
}

/* TPM 2.0 part 2, TPMS_ATTEST, up to the selection. */
static void head(struct bytes *bytes, size_t nonce_bytes)
{
	bytes->size = 0;
	number(bytes, 0xff544347, 4);
	number(bytes, 0x8018, 2);
	sized(bytes, 34);		/* the signer's name */
	sized(bytes, nonce_bytes);
	number(bytes, 0, 8);		/* clock */
	number(bytes, 0, 4 + 4);	/* resetCount, restartCount */
	number(bytes, 1, 1);		/* safe */
	number(bytes, 1, 8);		/* firmwareVersion */
}

static void selection(struct bytes *bytes, unsigned bank, unsigned size, uint64_t bits)
{
	number(bytes, bank, 2);
	number(bytes, size, 1);
	for (unsigned i = 0; i < size; i++)
		number(bytes, i < 8 ? bits >> 8 * i & 0xff : 0, 1);
}

enum { ALG_SHA1 = 4, ALG_SHA256 = 0xb, ALG_SHA384 = 0xc, ALG_SHA512 = 0xd, ALG_SM3 = 0x12, ALG_SHA3 = 0x27 };

static enum host_quote_result check(const struct bytes *attest, const char *hash, unsigned alg,
				    struct imalog_quote *quote)
{
	unsigned char raw[256];
	size_t raw_size = sizeof(raw);
	struct bytes signature = { .size = 0 };
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit_ex(context, NULL, hash, NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(context, raw, &raw_size, attest->data, attest->size), 1);
	EVP_MD_CTX_free(context);
	number(&signature, 0x14, 2);	/* RSASSA */
	number(&signature, alg, 2);
	sized(&signature, raw_size);
	memcpy(signature.data + signature.size - raw_size, raw, raw_size);
	return host_quote_check((struct imalog_span){ attest->data, attest->size },
				(struct imalog_span){ signature.data, signature.size },
				(struct imalog_span){ (unsigned char *)pem, pem_size }, quote);
}

/* ---- tests -------------------------------------------------------------------------------------- */

static void nonces(void **state)
{
	struct imalog_quote quote;
	struct bytes attest;

	(void)state;
	for (size_t size = 0; size <= 80; size++) {
		enum host_quote_result got;

		head(&attest, size);
		number(&attest, 0, 4);
		sized(&attest, 32);
		got = check(&attest, "SHA256", ALG_SHA256, &quote);
		if (size > IMALOG_NONCE_MAX) {
			assert_int_equal(got, HOST_QUOTE_ATTEST_CUT);
			continue;
		}
		assert_int_equal(got, HOST_QUOTE_GOOD);
		assert_int_equal(quote.nonce_size, size);
		assert_int_equal(quote.selection_count, 0);
	}
}

static void digests(void **state)
{
	static const struct {
		const char *name;
		unsigned alg;
		size_t size;
	} hashes[] = {
		{ "SHA1", ALG_SHA1, 20 }, { "SHA256", ALG_SHA256, 32 }, { "SHA384", ALG_SHA384, 48 },
		{ "SHA512", ALG_SHA512, 64 },
	};
	struct imalog_quote quote;
	struct bytes attest;

	(void)state;
	for (size_t i = 0; i < COUNT(hashes); i++) {
		for (size_t size = 0; size <= 70; size++) {
			head(&attest, 8);
			number(&attest, 1, 4);
			selection(&attest, ALG_SHA256, 3, 1 << 10);
			sized(&attest, size);
			assert_int_equal(check(&attest, hashes[i].name, hashes[i].alg, &quote),
					 size == hashes[i].size	    ? HOST_QUOTE_GOOD
					 : size > IMALOG_DIGEST_MAX ? HOST_QUOTE_ATTEST_CUT
								    : HOST_QUOTE_ATTEST_BAD);
		}
	}
}

static void selections(void **state)
{
	static const struct {
		unsigned bank, size;
		uint64_t bits;
		enum host_quote_result result;
		bool other;
		unsigned count;
		uint32_t pcrs;
	} table[] = {
		{ ALG_SHA256, 3, 1 << 10, HOST_QUOTE_GOOD, false, 1, 1 << 10 },
		{ ALG_SHA256, 2, 1 << 10, HOST_QUOTE_GOOD, false, 1, 1 << 10 },
		{ ALG_SHA256, 0, 0, HOST_QUOTE_GOOD, false, 0, 0 },
		{ ALG_SHA256, 4, 1 << 10, HOST_QUOTE_GOOD, false, 1, 1 << 10 },
		{ ALG_SHA256, 4, 1 << 24 | 1, HOST_QUOTE_GOOD, true, 1, 1 },
		{ ALG_SHA256, 4, UINT32_C(1) << 31, HOST_QUOTE_GOOD, true, 1, 0 },
		{ ALG_SM3, 3, 0, HOST_QUOTE_GOOD, false, 0, 0 },
		{ ALG_SM3, 3, 1 << 10, HOST_QUOTE_GOOD, true, 0, 0 },
		{ ALG_SHA3, 3, 1, HOST_QUOTE_GOOD, true, 0, 0 },
		{ 0xffff, 3, 1, HOST_QUOTE_GOOD, true, 0, 0 },
		{ ALG_SHA256, 5, 1, HOST_QUOTE_ATTEST_BAD, false, 0, 0 },
		{ ALG_SHA256, 255, 1, HOST_QUOTE_ATTEST_BAD, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_quote quote;
		struct bytes attest;
		enum host_quote_result got;

		head(&attest, 8);
		number(&attest, 1, 4);
		selection(&attest, table[i].bank, table[i].size, table[i].bits);
		sized(&attest, 32);
		got = check(&attest, "SHA256", ALG_SHA256, &quote);
		if (got != table[i].result || quote.selects_other != table[i].other ||
		    quote.selection_count != table[i].count ||
		    quote.selection[0].pcrs != table[i].pcrs)
			fail_msg("row %zu: result %d, other %d, %u selections, PCRs %x", i, got,
				 quote.selects_other, quote.selection_count,
				 quote.selection[0].pcrs);
	}
}

/* As many as said, as many as there can be, and a number that nothing can hold. */
static void many_selections(void **state)
{
	(void)state;
	for (unsigned count = 0; count <= 20; count++) {
		struct imalog_quote quote;
		struct bytes attest;

		head(&attest, 8);
		number(&attest, count, 4);
		for (unsigned i = 0; i < count; i++)
			selection(&attest, ALG_SHA1, 3, 1);
		sized(&attest, 32);
		assert_int_equal(check(&attest, "SHA256", ALG_SHA256, &quote),
				 count <= IMALOG_SELECTIONS ? HOST_QUOTE_GOOD : HOST_QUOTE_ATTEST_BAD);
		assert_int_equal(quote.selection_count, count <= IMALOG_SELECTIONS ? count : 0);
		head(&attest, 8);
		number(&attest, UINT32_MAX - count, 4);
		sized(&attest, 32);
		assert_int_not_equal(check(&attest, "SHA256", ALG_SHA256, &quote), HOST_QUOTE_GOOD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonces),
		cmocka_unit_test(digests),
		cmocka_unit_test(selections),
		cmocka_unit_test(many_selections),
	};

	return cmocka_run_group_tests(tests, make_key, drop_key);
}
