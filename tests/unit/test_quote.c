// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotes of the three schemes, made by a TPM in memory; then with one thing broken each. */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/quote.h"
#include "host/tpm.h"

static struct host_tpm_quote good[3];
static const char nonce[] = "nonce";

static struct imalog_span span(const void *data, size_t size)
{
	return (struct imalog_span){ data, size };
}

static enum host_quote_result check(const struct host_tpm_quote *quote,
				    struct imalog_quote *into)
{
	return host_quote_check(span(quote->attest, quote->attest_size),
				span(quote->signature, quote->signature_size),
				span(quote->key, quote->key_size), into);
}

/* One TPM, extended once, and a quote of two banks by each scheme. */
static int make_quotes(void **state)
{
	unsigned char digests[IMALOG_HASHES][IMALOG_DIGEST_MAX];
	struct host_tpm tpm;

	(void)state;
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		imalog_hash_digest((enum imalog_hash)i, span_of("abc"), digests[i]);
	if (host_tpm_start(&tpm) || host_tpm_extend(&tpm, 10, digests)) {
		fprintf(stderr, "%s\n", tpm.problem);
		return -1;
	}
	for (unsigned s = 0; s < 3; s++) {
		struct host_tpm_ask ask = {
			.scheme = (enum host_tpm_scheme)s,
			.hash = IMALOG_SHA256,
			.nonce = span(nonce, sizeof(nonce) - 1),
			.selection_count = 2,
			.selection = { { IMALOG_SHA1, 1u << 10 },
				       { IMALOG_SHA256, 1u << 0 | 1u << 10 } },
		};

		if (host_tpm_quote(&tpm, &ask, &good[s])) {
			fprintf(stderr, "%s\n", tpm.problem);
			return -1;
		}
	}
	host_tpm_stop(&tpm);
	return 0;
}

/* PCR 10 is what extending it once gives; the others are zero. */
static void the_tpm_extends_as_the_replay_does(void **state)
{
	(void)state;
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		enum imalog_hash hash = (enum imalog_hash)i;
		unsigned char both[2 * IMALOG_DIGEST_MAX] = { 0 }, wanted[IMALOG_DIGEST_MAX];
		size_t size = imalog_hash_size(hash);
		const unsigned char *found =
			imalog_pcrs_lookup(&good[0].pcrs, hash, 10);

		imalog_hash_digest(hash, span_of("abc"), both + size);
		imalog_hash_digest(hash, span(both, 2 * size), wanted);
		if (hash == IMALOG_SHA1 || hash == IMALOG_SHA256)
			assert_memory_equal(found, wanted, size);
		else
			assert_null(found);
	}
}

static void every_scheme_verifies_and_says_what_was_quoted(void **state)
{
	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		unsigned char digest[IMALOG_DIGEST_MAX];
		struct imalog_quote quote;

		assert_int_equal(check(&good[s], &quote), HOST_QUOTE_GOOD);
		assert_int_equal(quote.nonce_size, sizeof(nonce) - 1);
		assert_memory_equal(quote.nonce, nonce, quote.nonce_size);
		assert_true(imalog_quote_selects(&quote, IMALOG_SHA1, 10));
		assert_true(imalog_quote_selects(&quote, IMALOG_SHA256, 0));
		assert_false(imalog_quote_selects(&quote, IMALOG_SHA1, 0));
		assert_false(imalog_quote_selects(&quote, IMALOG_SHA512, 10));
		assert_true(imalog_quote_digest(&quote, imalog_pcrs_lookup, &good[s].pcrs, digest));
		assert_memory_equal(digest, quote.digest, 32);
	}
}

/* A value that is not known, or another one. */
static void another_value_has_another_digest(void **state)
{
	struct imalog_pcrs pcrs = good[0].pcrs;
	unsigned char digest[IMALOG_DIGEST_MAX];
	struct imalog_quote quote;

	(void)state;
	assert_int_equal(check(&good[0], &quote), HOST_QUOTE_GOOD);
	pcrs.value[IMALOG_SHA256][0][31] ^= 1;
	assert_true(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
	assert_memory_not_equal(digest, quote.digest, 32);
	pcrs.known[IMALOG_SHA256] &= ~1u;
	assert_false(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
}

static void one_flipped_bit_anywhere_is_no_good_quote(void **state)
{
	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		struct host_tpm_quote bad = good[s];
		struct imalog_quote quote;

		for (size_t i = 0; i < bad.attest_size; i++) {
			bad.attest[i] ^= 1;
			if (check(&bad, &quote) == HOST_QUOTE_GOOD)
				fail_msg("scheme %u, byte %zu of the attest", s, i);
			bad.attest[i] ^= 1;
		}
		for (size_t i = 0; i < bad.signature_size; i++) {
			bad.signature[i] ^= 1;
			if (check(&bad, &quote) == HOST_QUOTE_GOOD)
				fail_msg("scheme %u, byte %zu of the signature", s, i);
			bad.signature[i] ^= 1;
		}
	}
}

static void cut_anywhere_is_an_error(void **state)
{
	(void)state;
	for (unsigned s = 0; s < 3; s++) {
		struct host_tpm_quote bad = good[s];
		struct imalog_quote quote;

		for (bad.attest_size = 0; bad.attest_size < good[s].attest_size; bad.attest_size++)
			if (check(&bad, &quote) <= HOST_QUOTE_OTHER_PCRS)
				fail_msg("scheme %u, attest of %zu bytes", s, bad.attest_size);
		for (bad.signature_size = 0; bad.signature_size < good[s].signature_size;
		     bad.signature_size++)
			if (check(&bad, &quote) <= HOST_QUOTE_OTHER_PCRS)
				fail_msg("scheme %u, signature of %zu bytes", s, bad.signature_size);
		bad = good[s];
		for (bad.key_size = 0; bad.key_size + 30 < good[s].key_size; bad.key_size += 7)
			assert_int_equal(check(&bad, &quote), HOST_QUOTE_KEY_BAD);
	}
}

static void more_than_a_quote_is_an_error(void **state)
{
	struct host_tpm_quote bad = good[0];
	struct imalog_quote quote;

	(void)state;
	bad.attest_size++;
	assert_int_equal(check(&bad, &quote), HOST_QUOTE_ATTEST_LONG);
	bad = good[0];
	bad.signature_size++;
	assert_int_equal(check(&bad, &quote), HOST_QUOTE_SIGNATURE_LONG);
	bad = good[0];
	bad.attest[0] ^= 0xff;
	assert_int_equal(check(&bad, &quote), HOST_QUOTE_ATTEST_MAGIC);
	bad = good[0];
	bad.attest[5] = 0x17;	/* TPM_ST_ATTEST_CERTIFY */
	assert_int_not_equal(check(&bad, &quote), HOST_QUOTE_GOOD);
}

static void a_key_of_another_kind_is_an_error(void **state)
{
	struct host_tpm_quote bad = good[HOST_TPM_ECDSA];
	struct imalog_quote quote;

	(void)state;
	memcpy(bad.key, good[HOST_TPM_RSASSA].key, sizeof(bad.key));
	bad.key_size = good[HOST_TPM_RSASSA].key_size;
	assert_int_equal(check(&bad, &quote), HOST_QUOTE_KEY_TYPE);
	bad = good[HOST_TPM_RSASSA];
	memcpy(bad.key, good[HOST_TPM_RSAPSS].key, sizeof(bad.key));
	bad.key_size = good[HOST_TPM_RSAPSS].key_size;
	assert_int_equal(check(&bad, &quote), HOST_QUOTE_FORGED);
}

/* The bare digests in the quote's order, as tpm2_quote -F values writes them. */
static void the_values_file_is_held_against_the_quote(void **state)
{
	unsigned char file[20 + 32 + 32];
	struct imalog_quote quote;
	struct imalog_pcrs pcrs;

	(void)state;
	assert_int_equal(check(&good[0], &quote), HOST_QUOTE_GOOD);
	memcpy(file, good[0].pcrs.value[IMALOG_SHA1][10], 20);
	memcpy(file + 20, good[0].pcrs.value[IMALOG_SHA256][0], 32);
	memcpy(file + 52, good[0].pcrs.value[IMALOG_SHA256][10], 32);
	assert_int_equal(host_quote_pcrs(span(file, sizeof(file)), &quote, &pcrs),
			 HOST_QUOTE_GOOD);
	assert_memory_equal(pcrs.value[IMALOG_SHA256][10], file + 52, 32);
	for (size_t i = 0; i < sizeof(file); i++) {
		file[i] ^= 1;
		assert_int_equal(host_quote_pcrs(span(file, sizeof(file)), &quote, &pcrs),
				 HOST_QUOTE_OTHER_PCRS);
		assert_int_equal(pcrs.known[IMALOG_SHA256], 0);
		file[i] ^= 1;
	}
	for (size_t size = 0; size < sizeof(file); size++)
		assert_int_not_equal(host_quote_pcrs(span(file, size), &quote, &pcrs),
				     HOST_QUOTE_GOOD);
}

/* One after the other: the second is a new one. */
static void a_second_tpm_is_fresh(void **state)
{
	unsigned char value[IMALOG_DIGEST_MAX], zero[IMALOG_DIGEST_MAX] = { 0 };
	struct host_tpm tpm, other;

	(void)state;
	assert_int_equal(host_tpm_start(&tpm), 0);
	assert_int_not_equal(host_tpm_start(&other), 0);
	assert_string_not_equal(other.problem, "");
	host_tpm_stop(&other);
	assert_int_equal(host_tpm_read(&tpm, IMALOG_SHA512, 10, value), 0);
	assert_memory_equal(value, zero, 64);
	host_tpm_stop(&tpm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tpm_extends_as_the_replay_does),
		cmocka_unit_test(every_scheme_verifies_and_says_what_was_quoted),
		cmocka_unit_test(another_value_has_another_digest),
		cmocka_unit_test(one_flipped_bit_anywhere_is_no_good_quote),
		cmocka_unit_test(cut_anywhere_is_an_error),
		cmocka_unit_test(more_than_a_quote_is_an_error),
		cmocka_unit_test(a_key_of_another_kind_is_an_error),
		cmocka_unit_test(the_values_file_is_held_against_the_quote),
		cmocka_unit_test(a_second_tpm_is_fresh),
	};

	return cmocka_run_group_tests(tests, make_quotes, NULL);
}
