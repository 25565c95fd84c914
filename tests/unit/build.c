// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void build_init_as(struct build *build, enum imalog_byte_order byte_order, uint32_t digest_size)
{
	*build = (struct build){
		.format = { .byte_order = byte_order, .digest_size = digest_size },
		.pcr = 10,
		.hash = IMALOG_SHA256,
	};
}

void build_init(struct build *build)
{
	build_init_as(build, IMALOG_LITTLE_ENDIAN, IMALOG_SHA1_BYTES);
}

void build_free(struct build *build)
{
	free(build->data);
	build->data = NULL;
	build->size = build->room = 0;
}

struct imalog_span span_of(const char *text)
{
	return (struct imalog_span){ (const unsigned char *)text, strlen(text) };
}

struct imalog_span span_with_nul(const char *text)
{
	return (struct imalog_span){ (const unsigned char *)text, strlen(text) + 1 };
}

struct imalog_span build_log(const struct build *build)
{
	return (struct imalog_span){ build->data, build->size };
}

void build_bytes(struct build *build, struct imalog_span bytes)
{
	if (bytes.size > build->room - build->size) {
		build->room = (build->size + bytes.size) * 2;
		build->data = realloc(build->data, build->room);
		assert_non_null(build->data);
	}
	if (bytes.size)
		memcpy(build->data + build->size, bytes.data, bytes.size);
	build->size += bytes.size;
}

void build_u32(struct build *build, uint32_t value)
{
	unsigned char bytes[4];

	for (unsigned i = 0; i < 4; i++) {
		unsigned shift = build->format.byte_order == IMALOG_LITTLE_ENDIAN ? 8 * i
										   : 24 - 8 * i;

		bytes[i] = (unsigned char)(value >> shift);
	}
	build_bytes(build, (struct imalog_span){ bytes, sizeof(bytes) });
}

void build_field(struct build *build, struct imalog_span field)
{
	build_u32(build, (uint32_t)field.size);
	build_bytes(build, field);
}

/* PCR, template digest and name.  The digest is not that of the data: nothing here checks it. */
static void head(struct build *build, const char *template_)
{
	unsigned char digest[IMALOG_DIGEST_MAX];

	memset(digest, build->violation ? 0 : 0x5a, sizeof(digest));
	build_u32(build, build->pcr);
	build_bytes(build, (struct imalog_span){ digest, build->format.digest_size });
	build_field(build, span_of(template_));
}

void build_record(struct build *build, const char *template_, struct imalog_span data)
{
	head(build, template_);
	build_field(build, data);
}

/* "sha256:" NUL digest, with "ima:" in front if @v2. */
static void digest_field(struct build *data, bool v2, struct imalog_span of)
{
	unsigned char field[32 + IMALOG_DIGEST_MAX];
	int used = snprintf((char *)field, 32, "%s%s:", v2 ? "ima:" : "",
			    imalog_hash_name(data->hash));
	size_t size = (size_t)used + 1;

	imalog_hash_digest(data->hash, of, field + size);
	build_field(data, (struct imalog_span){ field, size + imalog_hash_size(data->hash) });
}

static const char *fields_of(const char *template_)
{
	static const struct {
		const char *name, *fields;
	} known[] = {
		{ "ima-ng", "d-ng|n-ng" },
		{ "ima-sig", "d-ng|n-ng|sig" },
		{ "ima-ngv2", "d-ngv2|n-ng" },
		{ "ima-sigv2", "d-ngv2|n-ng|sig" },
		{ "ima-buf", "d-ng|n-ng|buf" },
		{ "ima-modsig", "d-ng|n-ng|sig|d-modsig|modsig" },
		{ "evm-sig", "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode" },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(known[i].name, template_))
			return known[i].fields;
	return template_;
}

static void file_data(struct build *data, const char *fields, const char *path,
		      struct imalog_span content)
{
	while (*fields) {
		size_t size = strcspn(fields, "|");
		struct imalog_span id = { (const unsigned char *)fields, size };

		if (imalog_span_is(id, "d-ng") || imalog_span_is(id, "d-ngv2"))
			digest_field(data, size == 6, content);
		else if (imalog_span_is(id, "n-ng"))
			build_field(data, span_with_nul(path));
		else if (imalog_span_is(id, "buf"))
			build_field(data, content);
		else
			build_field(data, span_of("some bytes"));
		fields += size;
		fields += *fields == '|';
	}
}

void build_file(struct build *build, const char *template_, const char *path)
{
	struct build data = { .format = build->format, .hash = build->hash };

	if (!strcmp(template_, "ima")) {
		unsigned char digest[20];

		imalog_hash_digest(IMALOG_SHA1, span_of(path), digest);
		head(build, template_);
		build_bytes(build, (struct imalog_span){ digest, sizeof(digest) });
		build_field(build, span_of(path));
		return;
	}
	file_data(&data, fields_of(template_), path, span_of(path));
	build_record(build, template_, build_log(&data));
	build_free(&data);
}

void build_buffer(struct build *build, const char *name, struct imalog_span text)
{
	struct build data = { .format = build->format, .hash = build->hash };

	file_data(&data, fields_of("ima-buf"), name, text);
	build_record(build, "ima-buf", build_log(&data));
	build_free(&data);
}

void build_event(struct build *build, const char *name, uint64_t segment, uint64_t runtime,
		 uint64_t records)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "kexec_segment_size=%" PRIu64 ";ima_binary_runtime_size=%" PRIu64
		 ";ima_runtime_measurements_count=%" PRIu64 ";",
		 segment, runtime, records);
	build_buffer(build, name, span_of(text));
}

void build_sized(struct build *build, size_t size)
{
	struct build probe = { .format = build->format, .hash = build->hash };
	char *path;

	build_file(&probe, "ima-ng", "");
	assert_true(size > probe.size);
	path = calloc(1, size - probe.size + 1);
	assert_non_null(path);
	memset(path, 'x', size - probe.size);
	build_file(build, "ima-ng", path);
	free(path);
	build_free(&probe);
}

int build_census(const struct build *build, struct imalog_census *census)
{
	struct imalog_reader reader;
	struct imalog_record record;
	int result;

	imalog_census_init(census);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	while (!(result = imalog_reader_next(&reader, &record)))
		assert_int_equal(imalog_census_add(census, &record, build->format.byte_order), 0);
	return result;
}

uint64_t build_load(struct build *build, unsigned headers, unsigned extra_kib, uint64_t page)
{
	struct imalog_census census;
	uint64_t segment, counted, records;

	build_census(build, &census);
	counted = census.total.counted;
	records = census.total.records;
	imalog_census_free(&census);
	/* Said again in the test's own words, so that the product's rule is not its own judge. */
	segment = counted + headers * 24 + (extra_kib ? extra_kib * 1024 : page / 2);
	segment += page - 1 - (segment + page - 1) % page;
	build_event(build, "kexec_load", segment, counted + 24, records);
	return segment;
}
