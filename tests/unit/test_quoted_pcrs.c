// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCR values that tpm2_quote -o saves, in both formats. */
#include "quoted.h"

#include <string.h>

/* PCR 10 of sha256 after the README's log, by gen-log. */
static const unsigned char pcr_10[] = {
	0xb6, 0xe1, 0xba, 0xc9, 0x18, 0x24, 0xab, 0xba, 0xd2, 0x0c, 0xba, 0x34, 0xb6, 0x78, 0x67, 0xa4,
	0xc8, 0x38, 0x63, 0x69, 0x90, 0x25, 0xa3, 0xfb, 0x18, 0x6c, 0x90, 0x01, 0xfa, 0xb9, 0x34, 0x57,
};

static void quote_of(unsigned scheme, struct imalog_quote *quote)
{
	assert_int_equal(host_quote_check(quoted[scheme].attest, quoted[scheme].signature,
					  quoted[scheme].key, quote), HOST_QUOTE_GOOD);
}

static void check_values(const struct imalog_pcrs *pcrs)
{
	static const unsigned char zero[32];

	assert_int_equal(pcrs->known[IMALOG_SHA1], 1 << 10);
	assert_int_equal(pcrs->known[IMALOG_SHA256], 1 << 10 | 1);
	assert_int_equal(pcrs->known[IMALOG_SHA384], 0);
	assert_int_equal(pcrs->known[IMALOG_SHA512], 0);
	assert_memory_equal(pcrs->value[IMALOG_SHA256][10], pcr_10, sizeof(pcr_10));
	assert_memory_equal(pcrs->value[IMALOG_SHA256][0], zero, sizeof(zero));
}

static void both_formats(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct imalog_quote quote;
		struct imalog_pcrs pcrs;

		quote_of(i, &quote);
		assert_int_equal(host_quote_pcrs(quoted[i].pcrs, &quote, &pcrs), HOST_QUOTE_GOOD);
		check_values(&pcrs);
		assert_int_equal(host_quote_pcrs(quoted[i].values, &quote, &pcrs), HOST_QUOTE_GOOD);
		check_values(&pcrs);
	}
}

/* @file is released. */
static enum host_quote_result read_pcrs(struct imalog_span file, const struct imalog_quote *quote)
{
	static const struct imalog_pcrs none;
	enum host_quote_result result;
	struct imalog_pcrs pcrs;

	memset(&pcrs, 0xee, sizeof(pcrs));
	result = host_quote_pcrs(file, quote, &pcrs);
	quoted_release(file);
	if (result)
		assert_memory_equal(&pcrs, &none, sizeof(none));
	return result;
}

static struct imalog_span flipped(struct imalog_span span, size_t bit)
{
	struct imalog_span copy = quoted_copy(span, span.size);

	((unsigned char *)(uintptr_t)copy.data)[bit / 8] ^= (unsigned char)(1 << bit % 8);
	return copy;
}

static void cut_anywhere_or_too_long(void **state)
{
	const struct imalog_span files[] = { quoted[0].pcrs, quoted[0].values };
	struct imalog_quote quote;

	(void)state;
	quote_of(0, &quote);
	for (size_t f = 0; f < COUNT(files); f++) {
		for (size_t n = 0; n <= files[f].size + 600; n++) {
			/* Zeroes that are long enough are values, if wrong ones. */
			enum host_quote_result got = read_pcrs(quoted_copy(files[f], n), &quote);

			if (n == files[f].size)
				assert_int_equal(got, HOST_QUOTE_GOOD);
			else if (n == quoted[0].values.size)
				assert_int_equal(got, HOST_QUOTE_OTHER_PCRS);
			else
				assert_int_equal(got, HOST_QUOTE_PCRS_BAD);
		}
	}
}

static void another_value(void **state)
{
	struct imalog_quote quote;
	unsigned others = 0;

	(void)state;
	quote_of(0, &quote);
	for (size_t bit = 0; bit < 8 * quoted[0].values.size; bit++)
		assert_int_equal(read_pcrs(flipped(quoted[0].values, bit), &quote),
				 HOST_QUOTE_OTHER_PCRS);
	/* The serialized form has much that says nothing; what says something is 84 bytes. */
	for (size_t bit = 0; bit < 8 * quoted[0].pcrs.size; bit++) {
		enum host_quote_result got = read_pcrs(flipped(quoted[0].pcrs, bit), &quote);

		assert_true(got == HOST_QUOTE_GOOD || got == HOST_QUOTE_OTHER_PCRS ||
			    got == HOST_QUOTE_PCRS_BAD);
		others += got == HOST_QUOTE_OTHER_PCRS;
	}
	assert_int_equal(others, 8 * quoted[0].values.size);
}

/* Twelve PCRs take two lists, the second of which is not full. */
static void more_than_one_list(void **state)
{
	enum { HEAD = 132 + 4, LIST = 4 + 8 * 66 };
	static unsigned char file[HEAD + 2 * LIST];
	struct imalog_quote quote = { .hash = IMALOG_SHA256, .selection_count = 1 };
	struct imalog_span span = { file, sizeof(file) };
	struct imalog_pcrs pcrs = { .known = { [IMALOG_SHA256] = 0xfff } };

	(void)state;
	quote.selection[0] = (struct imalog_selection){ IMALOG_SHA256, 0xfff };
	file[132] = 2;
	for (unsigned i = 0; i < 12; i++) {
		unsigned char *list = file + HEAD + i / 8 * LIST;

		list[0]++;
		list[4 + i % 8 * 66] = 32;
		memset(list + 4 + i % 8 * 66 + 2, (int)i, 32);
		memset(pcrs.value[IMALOG_SHA256][i], (int)i, 32);
	}
	assert_true(imalog_quote_digest(&quote, imalog_pcrs_lookup, &pcrs, quote.digest));
	assert_int_equal(read_pcrs(quoted_copy(span, span.size), &quote), HOST_QUOTE_GOOD);
	assert_int_equal(read_pcrs(quoted_copy(span, span.size - LIST), &quote), HOST_QUOTE_PCRS_BAD);
	for (unsigned count = 0; count < 256; count++) {
		if (count == 4)
			continue;
		file[HEAD + LIST] = (unsigned char)count;
		assert_int_equal(read_pcrs(quoted_copy(span, span.size), &quote),
				 HOST_QUOTE_PCRS_BAD);
	}
}

static void pcrs_that_are_not_replayed(void **state)
{
	struct imalog_quote quote;

	(void)state;
	quote_of(0, &quote);
	quote.selects_other = true;
	assert_int_equal(read_pcrs(quoted_copy(quoted[0].pcrs, quoted[0].pcrs.size), &quote),
			 HOST_QUOTE_PCRS_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_formats),
		cmocka_unit_test(cut_anywhere_or_too_long),
		cmocka_unit_test(another_value),
		cmocka_unit_test(more_than_one_list),
		cmocka_unit_test(pcrs_that_are_not_replayed),
	};

	return cmocka_run_group_tests(tests, quoted_load, quoted_free);
}
