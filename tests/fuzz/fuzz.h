/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the harnesses share: choices and texts out of the fuzzer's bytes. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be so whatever the bytes; a crash is what the fuzzer looks for. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "ERROR: %s:%d: not so: %s\n", __FILE__, __LINE__,          \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The next @bytes, little-endian; what is not there is 0. */
static inline uint64_t fuzz_number(struct imalog_span *input, unsigned bytes)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < bytes && input->size; i++) {
		number |= (uint64_t)*input->data++ << 8 * i;
		input->size--;
	}
	return number;
}

/* The next @size bytes, or fewer. */
static inline struct imalog_span fuzz_bytes(struct imalog_span *input, size_t size)
{
	struct imalog_span part = { input->data, size < input->size ? size : input->size };

	input->data += part.size;
	input->size -= part.size;
	return part;
}

/* A copy as a string in a block of its own, so that overruns are seen. */
static inline char *fuzz_text(struct imalog_span bytes)
{
	char *text = malloc(bytes.size + 1);

	MUST(text);
	if (bytes.size)
		memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\0';
	return text;
}

/* A source as scan.c wants it, that gives at most .chunk bytes at a time. */
struct fuzz_source {
	struct imalog_span left;
	size_t chunk;
};

static inline ssize_t fuzz_read(void *context, void *out, size_t size)
{
	struct fuzz_source *source = context;
	struct imalog_span part;

	part = fuzz_bytes(&source->left, size < source->chunk ? size : source->chunk);
	if (part.size)
		memcpy(out, part.data, part.size);
	return (ssize_t)part.size;
}

#endif
