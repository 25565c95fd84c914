// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdio.h>
#include <string.h>

static void hex_of(const unsigned char *bytes, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* FIPS 180-2, appendix: the digests of "abc". */
static void digests_of_abc(void **state)
{
	static const struct {
		enum imalog_hash hash;
		const char *hex;
	} table[] = {
		{ IMALOG_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ IMALOG_SHA256,
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ IMALOG_SHA384,
		  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		  "8086072ba1e7cc2358baeca134c825a7" },
		{ IMALOG_SHA512,
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		unsigned char digest[IMALOG_DIGEST_MAX + 1];
		char hex[2 * IMALOG_DIGEST_MAX + 1];
		size_t size = imalog_hash_size(table[i].hash);

		memset(digest, 0xee, sizeof(digest));
		imalog_hash_digest(table[i].hash, span_of("abc"), digest);
		hex_of(digest, size, hex);
		assert_string_equal(hex, table[i].hex);
		assert_int_equal(digest[size], 0xee);
	}
}

static void digest_of_nothing(void **state)
{
	unsigned char digest[IMALOG_DIGEST_MAX];
	char hex[2 * IMALOG_DIGEST_MAX + 1];

	(void)state;
	imalog_hash_digest(IMALOG_SHA1, (struct imalog_span){ NULL, 0 }, digest);
	hex_of(digest, 20, hex);
	assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void names_and_sizes(void **state)
{
	static const struct {
		const char *name;
		size_t size;
	} table[IMALOG_HASHES] = { { "sha1", 20 }, { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 } };

	(void)state;
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		enum imalog_hash hash = IMALOG_HASHES;

		assert_string_equal(imalog_hash_name((enum imalog_hash)i), table[i].name);
		assert_int_equal(imalog_hash_size((enum imalog_hash)i), table[i].size);
		assert_true(imalog_hash_find(span_of(table[i].name), &hash));
		assert_int_equal(hash, i);
	}
}

static void unknown_names_are_not_found(void **state)
{
	static const char *const names[] = { "", "sha", "sha2", "sha1 ", "SHA1", "sha2561", "md5" };
	enum imalog_hash hash = IMALOG_SHA384;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_false(imalog_hash_find(span_of(names[i]), &hash));
	assert_false(imalog_hash_find(span_with_nul("sha1"), &hash));
	assert_int_equal(hash, IMALOG_SHA384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_of_abc),
		cmocka_unit_test(digest_of_nothing),
		cmocka_unit_test(names_and_sizes),
		cmocka_unit_test(unknown_names_are_not_found),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
