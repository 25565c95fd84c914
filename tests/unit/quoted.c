// SPDX-License-Identifier: GPL-2.0-or-later
#include "quoted.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct quoted quoted[QUOTED_SCHEMES] = {
	[QUOTED_ECDSA] = { .scheme = "ecdsa" },
	[QUOTED_RSASSA] = { .scheme = "rsassa" },
	[QUOTED_RSAPSS] = { .scheme = "rsapss" },
};

struct imalog_span quoted_copy(struct imalog_span span, size_t size)
{
	unsigned char *data = malloc(size ? size : 1);

	assert_non_null(data);
	memset(data, 0, size);
	if (span.size)
		memcpy(data, span.data, size < span.size ? size : span.size);
	return (struct imalog_span){ data, size };
}

void quoted_release(struct imalog_span span)
{
	free((void *)(uintptr_t)span.data);
}

/* automake says where the sources are. */
static struct imalog_span load(const char *scheme, const char *name)
{
	const char *top = getenv("srcdir");
	unsigned char bytes[8192];
	char path[PATH_MAX];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/quotes/%s/%s", top ? top : ".", scheme, name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s is not there", path);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return quoted_copy((struct imalog_span){ bytes, size }, size);
}

int quoted_load(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		struct quoted *one = &quoted[i];

		one->attest = load(one->scheme, "quote.msg");
		one->signature = load(one->scheme, "quote.sig");
		one->key = load(one->scheme, "key.pem");
		one->pcrs = load(one->scheme, "quote.pcrs");
		one->values = load(one->scheme, "quote.values");
	}
	quoted[QUOTED_ECDSA].certificate = load("ecdsa", "certificate.pem");
	return 0;
}

int quoted_free(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUOTED_SCHEMES; i++) {
		quoted_release(quoted[i].attest);
		quoted_release(quoted[i].signature);
		quoted_release(quoted[i].key);
		quoted_release(quoted[i].pcrs);
		quoted_release(quoted[i].values);
		quoted_release(quoted[i].certificate);
	}
	return 0;
}
