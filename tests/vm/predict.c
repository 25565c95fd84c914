// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * predict GENERATION HASH LOG OUT [LEFT [SEGMENT]]: what the model of ima/carry.c says arrives when a
 * kernel executes with this log, which ends before the kexec_execute record.  HASH: of that record's
 * d-ng.  LEFT is the log without what was deleted from the kernel, and SEGMENT is for a kernel that
 * measures no event.  Writes the log that the next kernel begins with to OUT, but for its
 * boot_aggregate, and the record that was added to OUT.execute, and prints
 *
 *   records N bytes N loss WORD dump ERROR restore ERROR
 *
 * Status 77: the log has no kexec_load to go by.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imalog.h"

#define LOG_MAX (64u << 20)

static unsigned char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *data = malloc(LOG_MAX);

	*size = file && data ? fread(data, 1, LOG_MAX - IMALOG_EVENT_RECORD_MAX, file) : 0;
	if (file)
		fclose(file);
	return data;
}

/* The record that the kernel adds just before it dumps. */
static size_t execute_record(const struct imalog_census *census, const struct imalog_mark *load,
			     const struct imalog_format *format, const char *hash_name,
			     unsigned char *out)
{
	struct imalog_event event = load->event;
	enum imalog_hash hash = IMALOG_SHA256;

	imalog_hash_find((struct imalog_span){ (const unsigned char *)hash_name,
					       strlen(hash_name) }, &hash);
	event.kind = IMALOG_EVENT_KEXEC_EXECUTE;
	event.runtime_bytes += census->total.counted - load->before.counted;
	event.records += census->total.records - load->before.records;
	return imalog_event_record(&event, 10, hash, format, out);
}

/* Go through the log; with @out write the records that arrive, under their new names. */
static void walk(struct imalog_span log, const struct imalog_format *format,
		 struct imalog_census *census, struct imalog_carry *carry, FILE *out)
{
	uint64_t arrive = carry->next.records;
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;

	imalog_reader_init(&reader, format);
	imalog_reader_feed(&reader, log, true);
	while (!imalog_reader_next(&reader, &record)) {
		const char *name;
		uint32_t size;

		imalog_template_describe(record.name, &template_);
		if (census && imalog_census_add(census, &record, format->byte_order))
			exit(1);
		if (!census && !out)
			imalog_carry_add(carry, &record, &template_);
		if (!out || record.index >= arrive)
			continue;
		name = template_.builtin_name;
		if (!name || template_.builtin) {
			fwrite(record.wire.data, 1, record.wire.size, out);
			continue;
		}
		size = (uint32_t)strlen(name);	/* the test kernels are little-endian, as their hosts */
		fwrite(record.wire.data, 1, 4 + record.digest.size, out);
		fwrite(&size, 1, 4, out);
		fputs(name, out);
		size = (uint32_t)record.data.size;
		fwrite(&size, 1, 4, out);
		fwrite(record.data.data, 1, record.data.size, out);
	}
}

static bool write_file(const char *path, const unsigned char *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	return file && fwrite(data, 1, size, file) == size && !fclose(file);
}

int main(int argc, char **argv)
{
	struct imalog_format format = { .record_max = 0 };
	struct imalog_kexec kexec = { .generation = IMALOG_GENERATION_NONE };
	struct imalog_census census;
	struct imalog_carry carry = { .loss = IMALOG_LOSS_NONE };
	const struct imalog_mark *load;
	struct imalog_span log;
	unsigned char *data, *last;
	size_t added = 0;
	char path[4096];
	FILE *out;

	if (argc < 5 || argc > 7)
		return 2;
	data = read_file(argv[3], &log.size);
	log.data = data;
	while (strcmp(imalog_generation_text(kexec.generation), argv[1]))
		if (kexec.generation++ == IMALOG_GENERATION_STAGING)
			return 2;
	if (!data || imalog_format_detect(log, true, &format))
		return 1;
	imalog_census_init(&census);
	walk(log, &format, &census, &carry, NULL);
	last = malloc(IMALOG_EVENT_RECORD_MAX);
	if (argc > 5) {
		free(data);
		data = read_file(argv[5], &log.size);
		log.data = data;
	}
	if (!data || !last)
		return 1;
	if (argc > 6) {
		kexec.segment_bytes = strtoul(argv[6], NULL, 10);
	} else {
		load = imalog_census_load(&census);
		if (!load)
			return 77;
		kexec.segment_bytes = load->event.segment_bytes;
		added = execute_record(&census, load, &format, argv[2], last);
	}
	kexec.byte_order = format.byte_order;
	snprintf(path, sizeof(path), "%s.execute", argv[4]);
	if (!write_file(path, last, added))
		return 1;
	memcpy(data + log.size, last, added);
	log.size += added;
	imalog_carry_init(&carry, &kexec);
	walk(log, &format, NULL, &carry, NULL);
	out = fopen(argv[4], "wb");
	if (!out)
		return 1;
	walk(log, &format, NULL, &carry, out);
	if (fclose(out))
		return 1;
	printf("records %llu bytes %llu loss %s dump %d restore %d\n",
	       (unsigned long long)carry.next.records, (unsigned long long)carry.next.bytes,
	       imalog_loss_text(carry.loss), carry.dump_error, carry.restore_error);
	imalog_census_free(&census);
	free(last);
	free(data);
	return 0;
}
