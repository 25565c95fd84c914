/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The quotes in tests/data/quotes, which tpm2-tools made. */
#ifndef QUOTED_H
#define QUOTED_H

#include "build.h"
#include "host/quote.h"

enum { QUOTED_ECDSA, QUOTED_RSASSA, QUOTED_RSAPSS, QUOTED_SCHEMES };

/* Owns all its bytes. */
struct quoted {
	const char *scheme;	/* "ecdsa", ... */
	struct imalog_span attest, signature, key, pcrs, values;
	struct imalog_span certificate;	/* with ecdsa only */
};

/* All of them, for a group's setup and teardown; quoted[] is filled between. */
extern struct quoted quoted[QUOTED_SCHEMES];
int quoted_load(void **state);
int quoted_free(void **state);

/* New memory of exactly @size bytes, so that a sanitizer sees who reads beyond. */
struct imalog_span quoted_copy(struct imalog_span span, size_t size);
void quoted_release(struct imalog_span span);

#endif
