// SPDX-License-Identifier: GPL-2.0-or-later
/* The pump: bytes from a source through the reader into the census, one window at a time. */
#include "scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef WINDOW_BYTES	/* the fuzzers' inputs are small, and are to fill many */
#define WINDOW_BYTES (128u << 10)	/* measured: larger ones fall out of the caches */
#define HEAD_BYTES (32u << 10)	/* enough to tell the format */
#endif

void scan_init(struct scan *scan)
{
	*scan = (struct scan){ 0 };
	imalog_census_init(&scan->census);
}

void scan_free(struct scan *scan)
{
	imalog_census_free(&scan->census);
}

void scan_pump_init(struct scan_pump *pump, scan_source source, void *context)
{
	*pump = (struct scan_pump){ .source = source, .context = context };
}

void scan_pump_free(struct scan_pump *pump)
{
	free(pump->buffer.data);
	pump->buffer = (struct scan_buffer){ 0 };
}

/* Room for @size bytes in all; what is there stays. */
static int reserve(struct scan_buffer *buffer, size_t size)
{
	size_t room = buffer->room ? buffer->room : WINDOW_BYTES;
	unsigned char *more;

	while (room < size)
		room *= 2;
	if (room == buffer->room)
		return 0;
	more = realloc(buffer->data, room);
	if (!more)
		return -ENOMEM;
	buffer->data = more;
	buffer->room = room;
	return 0;
}

/* One read behind what is in the window, which doubles when it is full. */
static int fill(struct scan_pump *pump)
{
	int error = reserve(&pump->buffer, pump->used + 1);
	ssize_t got;

	if (error)
		return error;
	got = pump->source(pump->context, pump->buffer.data + pump->used,
			   pump->buffer.room - pump->used);
	if (got < 0)
		return (int)got;
	pump->end = got == 0;
	pump->used += (size_t)got;
	return 0;
}

/* By the first bytes, as many whatever the source gives at a time, so that a log is read as one thing only. */
static int find_format(struct scan_pump *pump, struct imalog_format *format, int *damage)
{
	int error = 0;

	for (size_t head = HEAD_BYTES; !error; head *= 2) {
		size_t size;

		while (!error && !pump->end && pump->used < head)
			error = fill(pump);
		size = pump->used < head ? pump->used : head;
		if (!error &&
		    !imalog_format_detect((struct imalog_span){ pump->buffer.data, size },
					  pump->end && size == pump->used, format))
			return 0;
		/* The first record may be larger than what was looked at of it. */
		if (size < head || size > IMALOG_RECORD_MAX)
			break;
	}
	if (!error)
		*damage = IMALOG_ERROR_NO_FORMAT;
	return error;
}

/* The record that was read last must come first, and is not taken in again. */
static int skip_seal(const struct scan *scan, struct scan_pump *pump)
{
	uint64_t size = scan->census.total.bytes - scan->seal.offset;
	unsigned char digest[32];
	int error = 0;

	while (!error && !pump->end && pump->used < size)
		error = fill(pump);
	if (error)
		return error;
	if (pump->used < size)
		return 1;
	imalog_hash_digest(IMALOG_SHA256,
			   (struct imalog_span){ pump->buffer.data, (size_t)size }, digest);
	if (memcmp(digest, scan->seal.digest, sizeof(digest)))
		return 1;
	pump->used -= (size_t)size;
	memmove(pump->buffer.data, pump->buffer.data + size, pump->used);
	return 0;
}

int scan_begin(struct scan *scan, struct scan_pump *pump, bool resume)
{
	int error = resume ? skip_seal(scan, pump)
			   : find_format(pump, &scan->format, &scan->damage);

	imalog_reader_init(&pump->reader, &scan->format);
	return error;
}

static void note_seal(struct scan *scan, struct imalog_span last)
{
	scan->seal.offset = scan->census.total.bytes - last.size;
	imalog_hash_digest(IMALOG_SHA256, last, scan->seal.digest);
}

/* All whole records of the window.  0 (*@damage: what ended them, as the reader says it) or -ENOMEM. */
static int take_window(struct scan *scan, struct imalog_reader *reader,
		       struct imalog_batch *batch, int *damage)
{
	struct imalog_span last = { NULL, 0 };
	struct imalog_record record;
	int error = 0;

	while (!(*damage = imalog_reader_next(reader, &record))) {
		if (batch && record.pcr >= IMALOG_PCRS) {
			*damage = IMALOG_ERROR_BAD_PCR;
			break;
		}
		if (imalog_census_add(&scan->census, &record, scan->format.byte_order) ||
		    (batch && imalog_batch_add(batch, &record, &scan->census.template_))) {
			error = -ENOMEM;
			break;
		}
		last = record.wire;
	}
	if (last.size)
		note_seal(scan, last);
	return error;
}

/* The rest of the window, which is the beginning of a record, goes to the front of the next one. */
static int keep_rest(struct scan_pump *pump, struct scan_buffer *keep)
{
	size_t at = pump->reader.at, rest = pump->used - at;
	struct scan_buffer window = pump->buffer;

	if (keep) {
		int error = reserve(keep, rest + 1);

		if (error)
			return error;
		pump->buffer = *keep;
		*keep = window;
	}
	if (rest)
		memmove(pump->buffer.data, window.data + at, rest);
	pump->used = rest;
	return 0;
}

int scan_step(struct scan *scan, struct scan_pump *pump, struct imalog_batch *batch,
	      struct scan_buffer *keep)
{
	int result = 0, error = 0;

	if (scan->damage)
		return 1;
	if (batch)
		imalog_batch_clear(batch, scan->census.total.records, scan->format.digest_size);
	/* A window that holds no whole record is filled up first; one read may give little. */
	while (!error && !pump->end && pump->used < WINDOW_BYTES / 2)
		error = fill(pump);
	if (error)
		return error;
	imalog_reader_feed(&pump->reader, (struct imalog_span){ pump->buffer.data, pump->used },
			   pump->end);
	error = take_window(scan, &pump->reader, batch, &result);
	if (error)
		return error;
	if (result < 0) {
		scan->damage = result;
		scan->damage_offset = scan->census.total.bytes;
		scan->damage_record = scan->census.total.records;
	}
	if (result < 0 || pump->end) {
		result = 1;
	} else {
		/* A record that is larger than the window is no end. */
		result = 0;
		if (!pump->reader.at)
			error = fill(pump);
	}
	if (!error && (batch || !result))
		error = keep_rest(pump, batch ? keep : NULL);
	return error ? error : result;
}

void scan_walk_init(struct scan_walk *walk, scan_source source, void *context)
{
	*walk = (struct scan_walk){ 0 };
	scan_pump_init(&walk->pump, source, context);
}

void scan_walk_free(struct scan_walk *walk)
{
	scan_pump_free(&walk->pump);
}

int scan_walk_next(struct scan_walk *walk, struct imalog_record *record)
{
	struct scan_pump *pump = &walk->pump;
	struct imalog_format format = { .record_max = 0 };
	int result;

	if (!pump->started) {
		result = find_format(pump, &format, &walk->damage);
		if (result < 0)
			return result;
		pump->started = true;
		imalog_reader_init(&pump->reader, &format);
		imalog_reader_feed(&pump->reader,
				   (struct imalog_span){ pump->buffer.data, pump->used }, pump->end);
	}
	while (!walk->damage) {
		result = imalog_reader_next(&pump->reader, record);
		if (!result)
			return 0;
		if (result < 0)
			walk->damage = result;
		if (result < 0 || pump->end)
			break;
		result = keep_rest(pump, NULL);
		if (!result)
			result = fill(pump);
		if (result)
			return result;
		imalog_reader_feed(&pump->reader,
				   (struct imalog_span){ pump->buffer.data, pump->used }, pump->end);
	}
	return 1;
}

static int run(struct scan *scan, scan_source source, void *context, bool resume)
{
	struct scan_pump pump;
	int result;

	scan_pump_init(&pump, source, context);
	result = scan_begin(scan, &pump, resume);
	if (result != 1) {
		while (!result)
			result = scan_step(scan, &pump, NULL, NULL);
		result = result < 0 ? result : 0;
	}
	scan_pump_free(&pump);
	return result;
}

int scan_whole(struct scan *scan, scan_source source, void *context)
{
	return run(scan, source, context, false);
}

int scan_tail(struct scan *scan, scan_source source, void *context)
{
	return run(scan, source, context, true);
}
