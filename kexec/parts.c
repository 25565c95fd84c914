// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Seams are found in two steps.  One pass over all parts notes where the first record of a later
 * part occurs; then, part by part, the bytes from there to the end of what came before are compared
 * with the beginning of the part.
 */
#include "parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef BLOCK_BYTES	/* as in scan.c */
#define BLOCK_BYTES (64u << 10)
#endif

void parts_init(struct parts *parts)
{
	*parts = (struct parts){ 0 };
}

void parts_free(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		host_file_close(&parts->list[i].file);
	free(parts->list);
	parts_init(parts);
}

int parts_add_file(struct parts *parts, const char *path, struct host_file *file)
{
	struct part *more = realloc(parts->list, (parts->count + 1) * sizeof(*more));

	if (!more) {
		host_file_close(file);
		return -ENOMEM;
	}
	parts->list = more;
	parts->list[parts->count++] =
		(struct part){ .path = path, .file = *file, .bytes = UINT64_MAX };
	return 0;
}

int parts_add(struct parts *parts, const char *path, bool is_archive)
{
	struct host_file file;
	int error = host_file_open(path, &file);

	if (!error)
		error = parts_add_file(parts, path, &file);
	if (!error)
		parts->list[parts->count - 1].is_archive = is_archive;
	return error;
}

/* ---- one pass over all records ------------------------------------------------------------ */

static bool is_first_of(const struct part *part, const struct imalog_record *record)
{
	unsigned char digest[32];

	if (!part->has_first || part->first_size != record->size)
		return false;
	imalog_hash_digest(IMALOG_SHA256, record->wire, digest);
	return !memcmp(digest, part->first, sizeof(digest));
}

/* Where record @record of part number @index is the first one of a later part. */
static void note_candidates(struct parts *parts, size_t index, const struct imalog_record *record)
{
	for (size_t i = index + 1; i < parts->count; i++) {
		struct part *later = &parts->list[i];

		if (later->candidate_count == PARTS_CANDIDATES || !is_first_of(later, record))
			continue;
		later->candidates[later->candidate_count].part = index;
		later->candidates[later->candidate_count].offset = record->offset;
		later->candidates[later->candidate_count++].record = record->index;
	}
}

typedef void (*visit)(struct parts *parts, size_t index, const struct imalog_record *record);

static void note_first(struct parts *parts, size_t index, const struct imalog_record *record)
{
	struct part *part = &parts->list[index];

	part->has_first = true;
	part->first_size = record->size;
	imalog_hash_digest(IMALOG_SHA256, record->wire, part->first);
}

/* Frame the records of a part; @once: only the first one.  0 or a negative errno. */
static int walk(struct parts *parts, size_t index, bool once, visit visit)
{
	struct part *part = &parts->list[index];
	struct scan_walk walk;
	struct imalog_record record;
	int result = host_file_seek(&part->file, 0);

	if (result)
		return result;
	scan_walk_init(&walk, host_file_read, &part->file);
	while (!(result = scan_walk_next(&walk, &record))) {
		visit(parts, index, &record);
		if (once)
			break;
	}
	part->format = walk.pump.reader.format;
	if (!once) {
		part->bytes = walk.pump.reader.offset;
		part->records = walk.pump.reader.index;
		part->damage = part->file.damaged ? IMALOG_ERROR_CUT : walk.damage;
	}
	scan_walk_free(&walk);
	return result < 0 ? result : 0;
}

/* ---- comparing ------------------------------------------------------------------------------ */

/* Begin at byte @offset of part number @index. */
static int go_to(struct parts *parts, size_t index, uint64_t offset)
{
	parts->at = index;
	parts->read = offset;
	return host_file_seek(&parts->list[index].file, offset);
}

/* Fill @out from @source unless it ends.  Bytes or a negative errno. */
static ssize_t read_block(scan_source source, void *context, unsigned char *out)
{
	size_t used = 0;

	while (used < BLOCK_BYTES) {
		ssize_t got = source(context, out + used, BLOCK_BYTES - used);

		if (got < 0)
			return got;
		if (!got)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

/*
 * Whether part number @index begins with all that the parts before it give from @candidate on (or all of
 * it is there).  1 yes with *@bytes, 0 no, or a negative errno.
 */
static int overlaps(struct parts *parts, size_t index, size_t candidate, uint64_t *bytes)
{
	struct part *part = &parts->list[index];
	struct parts former = *parts;
	unsigned char *a = malloc(BLOCK_BYTES), *b = malloc(BLOCK_BYTES);
	int result = a && b ? 1 : -ENOMEM;

	former.count = index;
	former.cut_last = true;
	if (result == 1 && (go_to(&former, part->candidates[candidate].part,
				  part->candidates[candidate].offset) ||
			    host_file_seek(&part->file, 0)))
		result = -EIO;
	*bytes = 0;
	while (result == 1) {
		const ssize_t left = read_block(parts_read, &former, a);
		const ssize_t right = read_block(host_file_read, &part->file, b);

		if (left < 0 || right < 0) {
			result = left < 0 ? (int)left : (int)right;
			break;
		}
		if (memcmp(a, b, (size_t)(left < right ? left : right)))
			result = 0;
		*bytes += (uint64_t)(left < right ? left : right);
		if (left < (ssize_t)BLOCK_BYTES || right < (ssize_t)BLOCK_BYTES)
			break;
	}
	free(a);
	free(b);
	return result;
}

/* Records that the parts before number @index give from @candidate on. */
static uint64_t records_from(const struct parts *parts, size_t index, size_t candidate)
{
	const struct part *part = &parts->list[index];
	size_t first = part->candidates[candidate].part;
	uint64_t records = parts->list[first].records - part->candidates[candidate].record;

	for (size_t i = first + 1; i < index; i++)
		records += parts->list[i].records - parts->list[i].skip_records;
	return records;
}

static int find_overlap(struct parts *parts, size_t index)
{
	struct part *part = &parts->list[index];

	for (size_t i = 0; i < part->candidate_count; i++) {
		uint64_t bytes, records;
		int result;

		/* A record that is skipped itself is given by an earlier part. */
		if (part->candidates[i].offset < parts->list[part->candidates[i].part].skip_bytes)
			continue;
		result = overlaps(parts, index, i, &bytes);
		if (result < 0)
			return result;
		if (!result)
			continue;
		records = records_from(parts, index, i);
		part->skip_bytes = bytes < part->bytes ? bytes : part->bytes;
		part->skip_records = records < part->records ? records : part->records;
		return 0;
	}
	return 0;
}

static int fail(struct parts_failure *failure, int error, const char *path, const char *other)
{
	*failure = (struct parts_failure){ error, path, other };
	return -1;
}

int parts_join(struct parts *parts, struct parts_failure *failure)
{
	int error = 0;

	for (size_t i = 0; parts->count > 1 && i < parts->count; i++) {
		struct part *part = &parts->list[i], *former = &parts->list[i ? i - 1 : 0];

		error = host_file_make_seekable(&part->file);
		if (!error)
			error = walk(parts, i, true, note_first);
		if (error)
			return fail(failure, error, part->path, NULL);
		if (!part->has_first)
			part->format = former->format;
		else if (former->has_first &&
			 (part->format.byte_order != former->format.byte_order ||
			  part->format.digest_size != former->format.digest_size))
			return fail(failure, 0, part->path, former->path);
	}
	for (size_t i = 0; parts->count > 1 && i < parts->count; i++) {
		error = walk(parts, i, false, note_candidates);
		if (error)
			return fail(failure, error, parts->list[i].path, NULL);
	}
	/* Logs that are given as such stand one behind the other as they are. */
	for (size_t i = 1; i < parts->count; i++) {
		if (!parts->list[i - 1].is_archive)
			continue;
		error = find_overlap(parts, i);
		if (error)
			return fail(failure, error, parts->list[i].path, NULL);
	}
	if (parts->count > 1 && !parts_rewind(parts))
		return fail(failure, -EIO, parts->list[0].path, NULL);
	return 0;
}

bool parts_drop_pieces(struct parts *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->list[i];

		if (part->is_piece)
			host_file_close(&part->file);
		else
			parts->list[count++] = (struct part){ .path = part->path, .file = part->file,
							      .is_archive = part->is_archive, .bytes = UINT64_MAX };
	}
	parts->count = count;
	return parts_rewind(parts);
}

void parts_keep_overlaps(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		parts->list[i].skip_bytes = 0;
		parts->list[i].skip_records = 0;
	}
}

uint64_t parts_overlap(const struct parts *parts)
{
	uint64_t records = 0;

	for (size_t i = 0; i < parts->count; i++)
		records += parts->list[i].skip_records;
	return records;
}

/* ---- reading ---------------------------------------------------------------------------------- */

bool parts_rewind(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if (!parts->list[i].file.seekable ||
		    host_file_seek(&parts->list[i].file, parts->list[i].skip_bytes))
			return false;
	parts->at = 0;
	parts->read = parts->count ? parts->list[0].skip_bytes : 0;
	return true;
}

ssize_t parts_read(void *context, void *out, size_t size)
{
	struct parts *parts = context;

	while (parts->at < parts->count) {
		struct part *part = &parts->list[parts->at];
		bool last = parts->at + 1 == parts->count;
		size_t ask = size;
		ssize_t got = 0;

		/* What is behind the last whole record of a part that is followed by another is left out. */
		if ((!last || parts->cut_last) && ask > part->bytes - parts->read)
			ask = (size_t)(part->bytes - parts->read);
		if (ask)
			got = host_file_read(&part->file, out, ask);
		if (got) {
			parts->read += got > 0 ? (uint64_t)got : 0;
			return got;
		}
		if (last)
			return 0;
		parts->at++;
		part++;
		parts->read = part->skip_bytes;
		if (host_file_seek(&part->file, part->skip_bytes))
			return -EIO;
	}
	return 0;
}

const struct part *parts_cut(const struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if (parts->list[i].damage || parts->list[i].file.damaged)
			return &parts->list[i];
	return NULL;
}
