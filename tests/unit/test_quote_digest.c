// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdio.h>
#include <string.h>

/* Every PCR there is; each byte of a value is 32 times the bank's number plus the PCR's. */
static void all_pcrs(struct imalog_pcrs *pcrs)
{
	for (unsigned h = 0; h < IMALOG_HASHES; h++) {
		pcrs->known[h] = (UINT32_C(1) << IMALOG_PCRS) - 1;
		for (unsigned p = 0; p < IMALOG_PCRS; p++)
			memset(pcrs->value[h][p], (int)(32 * h + p), IMALOG_DIGEST_MAX);
	}
}

#define ALL ((UINT32_C(1) << IMALOG_PCRS) - 1)
#define EVERY_BANK { IMALOG_SHA1, ALL }, { IMALOG_SHA256, ALL }, { IMALOG_SHA384, ALL }, \
		   { IMALOG_SHA512, ALL }

/* The digests are Python's, of the values one behind the other. */
static const struct {
	const char *name;
	enum imalog_hash hash;
	unsigned count;
	struct imalog_selection selection[IMALOG_SELECTIONS];
	const char *digest;
} table[] = {
	{ "one PCR", IMALOG_SHA256, 1, { { IMALOG_SHA256, 1 << 10 } },
	  "544e62cee8033709e389e5b2755343d0d0fa8c4850215cfb6331717e80d1aea3" },
	{ "two banks", IMALOG_SHA256, 2, { { IMALOG_SHA1, 1 << 10 }, { IMALOG_SHA256, 1 << 10 | 1 } },
	  "e97c7267ffebcc374b0889eacae1600f53637c489482c911e56e2ce7cd6ad747" },
	{ "two banks, turned round", IMALOG_SHA256, 2,
	  { { IMALOG_SHA256, 1 << 10 | 1 }, { IMALOG_SHA1, 1 << 10 } },
	  "94661d806a49df7d4b69145d3822c84264ea15bb576e8e07b75dd4603944e36c" },
	{ "the first and the last", IMALOG_SHA1, 1, { { IMALOG_SHA1, 1 << 23 | 1 } },
	  "54d522a13ddea7523078daa1e4aab3966313b43c" },
	{ "large banks", IMALOG_SHA384, 2, { { IMALOG_SHA384, 7 << 10 }, { IMALOG_SHA512, 1 << 9 } },
	  "16a3cd37170c08de9df68fb961bba15489fde8cbb543cb808e2258e11a086e1d"
	  "05889f713f737b55bdb6ffb08a05a058" },
	{ "one bank twice", IMALOG_SHA512, 2,
	  { { IMALOG_SHA256, 1 << 10 }, { IMALOG_SHA256, 1 << 10 } },
	  "39d27c4660729323d03c255f7fe28f37ec0d6e0ae9b682ba97262ad74470c874"
	  "71e43283dce72565c44bfd991a0dd72d95e129588597814a10603b3493b36194" },
	{ "nothing", IMALOG_SHA256, 0, { { IMALOG_SHA1, 0 } },
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "as much as can be", IMALOG_SHA256, IMALOG_SELECTIONS,
	  { EVERY_BANK, EVERY_BANK, EVERY_BANK, EVERY_BANK },
	  "a92261aa85c2b8467b79f0839280f9954934f37baddf6201223b0f38ba9b4b42" },
};

static void quote_of(size_t row, struct imalog_quote *quote)
{
	*quote = (struct imalog_quote){
		.hash = table[row].hash,
		.selection_count = table[row].count,
	};
	memcpy(quote->selection, table[row].selection, sizeof(quote->selection));
}

static void the_digest_of_every_selection(void **state)
{
	static struct imalog_pcrs pcrs;

	(void)state;
	all_pcrs(&pcrs);
	for (size_t i = 0; i < COUNT(table); i++) {
		unsigned char digest[IMALOG_DIGEST_MAX];
		char hex[2 * IMALOG_DIGEST_MAX + 1];
		struct imalog_quote quote;

		quote_of(i, &quote);
		assert_true(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
		for (size_t b = 0; b < imalog_hash_size(quote.hash); b++)
			snprintf(hex + 2 * b, 3, "%02x", digest[b]);
		if (strcmp(hex, table[i].digest))
			fail_msg("%s: \"%s\"", table[i].name, hex);
	}
}

/* One that is not known is enough, and nothing is written. */
static void no_digest_without_every_value(void **state)
{
	unsigned char digest[IMALOG_DIGEST_MAX], before[IMALOG_DIGEST_MAX];
	static struct imalog_pcrs pcrs;
	struct imalog_quote quote;

	(void)state;
	all_pcrs(&pcrs);
	memset(digest, 0xee, sizeof(digest));
	memcpy(before, digest, sizeof(digest));
	quote_of(1, &quote);
	pcrs.known[IMALOG_SHA256] &= ~UINT32_C(1);
	assert_false(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
	pcrs.known[IMALOG_SHA256] |= 1;
	quote.selects_other = true;
	assert_false(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
	assert_memory_equal(digest, before, sizeof(digest));
	quote.selects_other = false;
	assert_true(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, digest));
}

static void a_lookup_stays_within_the_pcrs(void **state)
{
	static struct imalog_pcrs pcrs;

	(void)state;
	all_pcrs(&pcrs);
	assert_non_null(imalog_pcrs_lookup(&pcrs, IMALOG_SHA512, IMALOG_PCRS - 1));
	assert_null(imalog_pcrs_lookup(&pcrs, IMALOG_SHA1, IMALOG_PCRS));
	assert_null(imalog_pcrs_lookup(&pcrs, IMALOG_SHA1, 1000));
}

static void what_a_quote_selects(void **state)
{
	struct imalog_quote quote;

	(void)state;
	quote_of(1, &quote);
	assert_true(imalog_quote_selects(&quote, IMALOG_SHA1, 10));
	assert_true(imalog_quote_selects(&quote, IMALOG_SHA256, 0));
	assert_false(imalog_quote_selects(&quote, IMALOG_SHA1, 0));
	assert_false(imalog_quote_selects(&quote, IMALOG_SHA512, 10));
	assert_false(imalog_quote_selects(&quote, IMALOG_SHA256, 32 + 10));
	quote_of(6, &quote);
	assert_false(imalog_quote_selects(&quote, IMALOG_SHA1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_of_every_selection),
		cmocka_unit_test(no_digest_without_every_value),
		cmocka_unit_test(a_lookup_stays_within_the_pcrs),
		cmocka_unit_test(what_a_quote_selects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
