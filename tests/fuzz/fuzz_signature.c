// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures and keys through libcrypto: two sizes, the attest, the signature, the key or certificate.  Only
 * the recorded quotes may be good; whoever makes another one has forged it.
 */
#include <dirent.h>

#include "fuzz.h"
#include "host/quote.h"

#define QUOTES DATA "/quotes"
#define RECORDED 8

static struct { size_t size; unsigned char bytes[1024]; } recorded[RECORDED];
static unsigned recorded_count;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	DIR *folder = opendir(QUOTES);
	struct dirent *entry;

	(void)argc, (void)argv;
	MUST(folder);
	while ((entry = readdir(folder))) {
		char path[512];
		FILE *from;

		snprintf(path, sizeof(path), QUOTES "/%.100s/quote.msg", entry->d_name);
		from = fopen(path, "rb");
		if (!from)
			continue;
		MUST(recorded_count < RECORDED);
		recorded[recorded_count].size =
			fread(recorded[recorded_count].bytes, 1, sizeof(recorded[0].bytes), from);
		recorded_count++;
		fclose(from);
	}
	closedir(folder);
	MUST(recorded_count >= 3);
	return 0;
}

static bool is_recorded(struct imalog_span attest)
{
	for (unsigned i = 0; i < recorded_count; i++)
		if (attest.size == recorded[i].size &&
		    !memcmp(attest.data, recorded[i].bytes, attest.size))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size }, attest, signature;
	size_t attest_size = fuzz_number(&input, 2), signature_size = fuzz_number(&input, 2);
	enum host_quote_result result;
	struct imalog_quote quote;

	attest = fuzz_bytes(&input, attest_size);
	signature = fuzz_bytes(&input, signature_size);
	result = host_quote_check(attest, signature, input, &quote);
	MUST(result != HOST_QUOTE_NO_MU && result != HOST_QUOTE_NO_CRYPTO);
	MUST(*host_quote_text(result) && (result || is_recorded(attest)));
	return 0;
}
