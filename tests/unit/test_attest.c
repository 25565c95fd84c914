// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotes of tpm2-tools: good as they are, and not when anything about them is not. */
#include "quoted.h"

#include <string.h>

static enum host_quote_result check(const struct quoted *one, struct imalog_quote *quote)
{
	return host_quote_check(one->attest, one->signature, one->key, quote);
}

/* The result for @one with one of its parts replaced by @part, which is released. */
static enum host_quote_result check_with(const struct quoted *one, struct imalog_span *which,
					 struct imalog_span part)
{
	struct imalog_span saved = *which;
	static const struct imalog_quote none;
	struct imalog_quote quote;
	enum host_quote_result result;

	memset(&quote, 0xee, sizeof(quote));
	*which = part;
	result = check(one, &quote);
	*which = saved;
	quoted_release(part);
	if (result)	/* nothing of what is not proven gets out */
		assert_memory_equal(&quote, &none, sizeof(none));
	return result;
}

static struct imalog_span flipped(struct imalog_span span, size_t bit)
{
	struct imalog_span copy = quoted_copy(span, span.size);

	((unsigned char *)(uintptr_t)copy.data)[bit / 8] ^= (unsigned char)(1 << bit % 8);
	return copy;
}

/* The value that the README's log gives, and what make-quote was asked. */
static void what_the_tools_quoted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct imalog_quote quote;

		assert_int_equal(check(&quoted[i], &quote), HOST_QUOTE_GOOD);
		assert_int_equal(quote.hash, IMALOG_SHA256);
		assert_int_equal(quote.nonce_size, 3);
		assert_memory_equal(quote.nonce, "\xc0\xff\xee", 3);
		assert_int_equal(quote.selection_count, 2);
		assert_int_equal(quote.selection[0].hash, IMALOG_SHA1);
		assert_int_equal(quote.selection[0].pcrs, 1 << 10);
		assert_int_equal(quote.selection[1].hash, IMALOG_SHA256);
		assert_int_equal(quote.selection[1].pcrs, 1 << 10 | 1);
		assert_false(quote.selects_other);
	}
}

static void a_certificate_is_a_key_too(void **state)
{
	struct quoted one = quoted[QUOTED_ECDSA];
	struct imalog_quote quote;

	(void)state;
	one.key = one.certificate;
	assert_int_equal(check(&one, &quote), HOST_QUOTE_GOOD);
}

static void every_bit_of_the_attest(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct quoted *one = &quoted[i];

		for (size_t bit = 0; bit < 8 * one->attest.size; bit++) {
			enum host_quote_result got =
				check_with(one, &one->attest, flipped(one->attest, bit));

			if (bit < 32)
				assert_int_equal(got, HOST_QUOTE_ATTEST_MAGIC);
			else if (bit < 48)
				assert_int_equal(got, HOST_QUOTE_ATTEST_TYPE);
			else
				assert_true(got == HOST_QUOTE_FORGED || got == HOST_QUOTE_ATTEST_CUT ||
					    got == HOST_QUOTE_ATTEST_LONG ||
					    got == HOST_QUOTE_ATTEST_BAD);
		}
	}
}

static void every_bit_of_the_signature(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct quoted *one = &quoted[i];

		for (size_t bit = 0; bit < 8 * one->signature.size; bit++) {
			enum host_quote_result got =
				check_with(one, &one->signature, flipped(one->signature, bit));

			if (!got)
				fail_msg("%s: good with bit %zu of the signature flipped", one->scheme, bit);
			assert_true(host_quote_part_of(got) == HOST_QUOTE_PART_SIGNATURE ||
				    host_quote_part_of(got) == HOST_QUOTE_PART_KEY);
		}
	}
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct quoted *one = &quoted[i];

		for (size_t n = 0; n < one->attest.size; n++)
			assert_int_equal(check_with(one, &one->attest, quoted_copy(one->attest, n)),
					 HOST_QUOTE_ATTEST_CUT);
		for (size_t n = 0; n < one->signature.size; n++)
			assert_int_equal(check_with(one, &one->signature,
						    quoted_copy(one->signature, n)),
					 HOST_QUOTE_SIGNATURE_CUT);
		for (size_t n = 0; n + 1 < one->key.size; n++)
			assert_int_equal(check_with(one, &one->key, quoted_copy(one->key, n)),
					 HOST_QUOTE_KEY_BAD);
	}
}

static void something_behind(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct quoted *one = &quoted[i];

		assert_int_equal(check_with(one, &one->attest,
					    quoted_copy(one->attest, one->attest.size + 1)),
				 HOST_QUOTE_ATTEST_LONG);
		assert_int_equal(check_with(one, &one->signature,
					    quoted_copy(one->signature, one->signature.size + 1)),
				 HOST_QUOTE_SIGNATURE_LONG);
	}
}

/* The key of another scheme: another kind, or another key of that kind. */
static void another_key(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		for (unsigned k = 0; k < QUOTED_SCHEMES; k++) {
			struct quoted one = quoted[i];
			struct imalog_quote quote;
			bool same_kind = (i == QUOTED_ECDSA) == (k == QUOTED_ECDSA);

			one.key = quoted[k].key;
			assert_int_equal(check(&one, &quote),
					 i == k	     ? HOST_QUOTE_GOOD
					 : same_kind ? HOST_QUOTE_FORGED
						     : HOST_QUOTE_KEY_TYPE);
		}
	}
}

/* The attest of another quote, by the same TPM software. */
static void another_attest(void **state)
{
	struct quoted one = quoted[QUOTED_RSASSA];
	struct imalog_quote quote;

	(void)state;
	one.attest = quoted[QUOTED_RSAPSS].attest;
	assert_int_equal(check(&one, &quote), HOST_QUOTE_FORGED);
}

static struct imalog_span patched(struct imalog_span span, size_t at, unsigned char high,
				  unsigned char low)
{
	struct imalog_span copy = quoted_copy(span, span.size);
	unsigned char *bytes = (unsigned char *)(uintptr_t)copy.data;

	bytes[at] = high;
	bytes[at + 1] = low;
	return copy;
}

/* TPM 2.0 part 2, TPM_ST and TPM_ALG_ID. */
static void kinds_that_are_none(void **state)
{
	static const unsigned char schemes[] = { 0x00, 0x05, 0x10, 0x1a, 0x1b, 0x1c };
	struct quoted *one = &quoted[QUOTED_ECDSA];

	(void)state;
	/* certify, creation, time, audits of commands and sessions, ... */
	for (unsigned char type = 0x14; type <= 0x1c; type++)
		if (type != 0x18)
			assert_int_equal(check_with(one, &one->attest,
						    patched(one->attest, 4, 0x80, type)),
					 HOST_QUOTE_ATTEST_TYPE);
	for (size_t i = 0; i < sizeof(schemes); i++)
		assert_int_equal(check_with(one, &one->signature,
					    patched(one->signature, 0, 0, schemes[i])),
				 HOST_QUOTE_SIGNATURE_SCHEME);
	assert_int_equal(check_with(one, &one->signature, patched(one->signature, 2, 0, 0x12)),
			 HOST_QUOTE_SIGNATURE_HASH);	/* sm3_256 */
	assert_int_equal(check_with(one, &one->signature, patched(one->signature, 2, 0, 0x27)),
			 HOST_QUOTE_SIGNATURE_HASH);	/* sha3_256 */
}

/* None of them is a key, and none of them makes libcrypto ask for a password. */
static void keys_that_are_none(void **state)
{
	static const char *const keys[] = {
		"", "\n", "quote.sig",
		"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
	};
	struct quoted *one = &quoted[QUOTED_RSAPSS];

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(check_with(one, &one->key,
					    quoted_copy(span_of(keys[i]), strlen(keys[i]))),
				 HOST_QUOTE_KEY_BAD);
	assert_int_equal(check_with(one, &one->key, quoted_copy(one->attest, one->attest.size)),
			 HOST_QUOTE_KEY_BAD);
}

static void every_result_has_its_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= HOST_QUOTE_NO_MEMORY; i++)
		assert_non_null(host_quote_text((enum host_quote_result)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_tools_quoted),
		cmocka_unit_test(a_certificate_is_a_key_too),
		cmocka_unit_test(every_bit_of_the_attest),
		cmocka_unit_test(every_bit_of_the_signature),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(something_behind),
		cmocka_unit_test(another_key),
		cmocka_unit_test(another_attest),
		cmocka_unit_test(kinds_that_are_none),
		cmocka_unit_test(keys_that_are_none),
		cmocka_unit_test(every_result_has_its_words),
	};

	return cmocka_run_group_tests(tests, quoted_load, quoted_free);
}
