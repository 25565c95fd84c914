// SPDX-License-Identifier: GPL-2.0-or-later
/* The pump: bytes from a source through the reader into the census, one window at a time. */
#include "scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_BYTES (128u << 10)	/* measured: larger ones fall out of the caches */
#define HEAD_BYTES (32u << 10)	/* enough to tell the format */

struct pump {
	scan_source source;
	void *context;
	unsigned char *buffer;	/* owned */
	size_t room, used;	/* bytes */
	bool end;		/* the source has no more */
};

void scan_init(struct scan *scan)
{
	*scan = (struct scan){ 0 };
	imalog_census_init(&scan->census);
}

void scan_free(struct scan *scan)
{
	imalog_census_free(&scan->census);
}

/* One read behind what is in the buffer, which doubles when it is full. */
static int fill(struct pump *pump)
{
	ssize_t got;

	if (pump->used == pump->room) {
		size_t room = pump->room ? pump->room * 2 : WINDOW_BYTES;
		unsigned char *more = realloc(pump->buffer, room);

		if (!more)
			return -ENOMEM;
		pump->buffer = more;
		pump->room = room;
	}
	got = pump->source(pump->context, pump->buffer + pump->used, pump->room - pump->used);
	if (got < 0)
		return (int)got;
	pump->end = got == 0;
	pump->used += (size_t)got;
	return 0;
}

static void note_seal(struct scan *scan, struct imalog_span last)
{
	scan->seal.offset = scan->census.total.bytes - last.size;
	imalog_hash_digest(IMALOG_SHA256, last, scan->seal.digest);
}

/* All whole records of the window into the census.  The reader's result, or -ENOMEM in *@error. */
static int take_window(struct scan *scan, struct imalog_reader *reader, int *error)
{
	struct imalog_span last = { NULL, 0 };
	struct imalog_record record;
	int result;

	*error = 0;
	while (!(result = imalog_reader_next(reader, &record))) {
		if (imalog_census_add(&scan->census, &record, scan->format.byte_order)) {
			*error = -ENOMEM;
			return 1;
		}
		last = record.wire;
	}
	if (last.size)
		note_seal(scan, last);
	return result;
}

/* Pump until the source ends or a record is bad. */
static int run(struct scan *scan, struct pump *pump)
{
	struct imalog_reader reader;
	int result, error;

	imalog_reader_init(&reader, &scan->format);
	for (;;) {
		imalog_reader_feed(&reader,
				   (struct imalog_span){ pump->buffer, pump->used }, pump->end);
		result = take_window(scan, &reader, &error);
		if (error)
			return error;
		if (result < 0) {
			scan->damage = result;
			scan->damage_offset = scan->census.total.bytes;
			scan->damage_record = scan->census.total.records;
			return 0;
		}
		if (pump->end)
			return 0;
		pump->used -= reader.at;
		memmove(pump->buffer, pump->buffer + reader.at, pump->used);
		error = fill(pump);
		if (error)
			return error;
	}
}

int scan_whole(struct scan *scan, scan_source source, void *context)
{
	struct pump pump = { .source = source, .context = context };
	bool known = false;
	int error = 0;

	for (size_t head = HEAD_BYTES; !error && !known; head *= 2) {
		while (!error && !pump.end && pump.used < head)
			error = fill(&pump);
		known = !error && !imalog_format_detect((struct imalog_span){ pump.buffer, pump.used },
							pump.end, &scan->format);
		/* The first record may be larger than what was read of it. */
		if (pump.end || pump.used > IMALOG_RECORD_MAX)
			break;
	}
	if (known)
		error = run(scan, &pump);
	else if (!error)
		scan->damage = IMALOG_ERROR_NO_FORMAT;
	free(pump.buffer);
	return error;
}

int scan_tail(struct scan *scan, scan_source source, void *context)
{
	struct pump pump = { .source = source, .context = context };
	uint64_t size = scan->census.total.bytes - scan->seal.offset;
	unsigned char digest[32];
	int error = 0;

	while (!error && !pump.end && pump.used < size)
		error = fill(&pump);
	if (!error && pump.used < size)
		error = 1;
	if (!error) {
		imalog_hash_digest(IMALOG_SHA256,
				   (struct imalog_span){ pump.buffer, (size_t)size }, digest);
		if (memcmp(digest, scan->seal.digest, sizeof(digest)))
			error = 1;
	}
	if (!error) {
		pump.used -= (size_t)size;
		memmove(pump.buffer, pump.buffer + size, pump.used);
		error = run(scan, &pump);
	}
	free(pump.buffer);
	return error;
}
