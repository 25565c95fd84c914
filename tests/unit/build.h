/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes measurement records in memory, in either byte order, for the unit tests. */
#ifndef BUILD_H
#define BUILD_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "imalog.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A log that grows; owns its bytes. */
struct build {
	struct imalog_format format;
	unsigned char *data;
	size_t size, room;		/* bytes */
	uint32_t pcr;			/* of the records to come */
	bool violation;			/* the records to come have a digest of zeroes */
	enum imalog_hash hash;		/* of d-ng */
};

static const enum imalog_byte_order build_orders[] = { IMALOG_LITTLE_ENDIAN, IMALOG_BIG_ENDIAN };
static const uint32_t build_digest_sizes[] = { 20, 32, 48, 64 };

/* Little-endian, 20 bytes, sha256, PCR 10. */
void build_init(struct build *build);
void build_init_as(struct build *build, enum imalog_byte_order byte_order, uint32_t digest_size);
void build_free(struct build *build);

/* The borrowed bytes of a string without its NUL, and with it. */
struct imalog_span span_of(const char *text);
struct imalog_span span_with_nul(const char *text);
/* Everything made so far; borrowed until the next record. */
struct imalog_span build_log(const struct build *build);

/* Raw pieces. */
void build_bytes(struct build *build, struct imalog_span bytes);
void build_u32(struct build *build, uint32_t value);
void build_field(struct build *build, struct imalog_span field);

/* A record of any template but "ima" with these template data. */
void build_record(struct build *build, const char *template_, struct imalog_span data);
/* A measured file: any template by name, or "d-ng|n-ng" and the like as a format string. */
void build_file(struct build *build, const char *template_, const char *path);
/* An ima-buf record; its d-ng is that of @text. */
void build_buffer(struct build *build, const char *name, struct imalog_span text);
/* A kexec event with these numbers. */
void build_event(struct build *build, const char *name, uint64_t segment, uint64_t runtime,
		 uint64_t records);
/* A file whose record has exactly @size bytes, template ima-ng. */
void build_sized(struct build *build, size_t size);

/* The log into a new census, which the caller frees; what the reader said at the end. */
int build_census(const struct build *build, struct imalog_census *census);

/*
 * A kexec_load with the numbers that the kernel's rule gives for the log as it is; returns the
 * segment.
 */
uint64_t build_load(struct build *build, unsigned headers, unsigned extra_kib, uint64_t page);

#endif
