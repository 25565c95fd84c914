// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A database that somebody gave: its bytes are read here, and looked at later, by SQLite on memory, so that neither a
 * file is opened then nor one made beside it.  What SQLite keeps in the write-ahead log beside the file is put in its
 * place first (sqlite.org/fileformat2.html, "The Write-Ahead Log").
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history_inside.h"

#define FILE_MAX (256u << 20)	/* bytes */
#define TURNS 5			/* how often it is read anew when somebody wrote meanwhile */

#define SQLITE_MEMORY(X) X(sqlite3_deserialize) X(sqlite3_malloc64)

static struct { SQLITE_MEMORY(HOST_SYMBOL) } memory;
static const char *const names[] = { SQLITE_MEMORY(HOST_NAME) };

/* ---- reading -------------------------------------------------------------------------------------- */

/* A file that is not there is an empty one. */
static int look(const char *path, struct stat *stat)
{
	*stat = (struct stat){ 0 };
	if (lstat(path, stat) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(stat->st_mode) ? 0 : -EPERM;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int read_file(const char *path, const struct stat *stat, unsigned char **data, size_t *size)
{
	const struct host_root here = { "" };
	char *text = NULL;
	ssize_t got = stat->st_ino ? host_read_all(&here, path, FILE_MAX, &text) : 0;

	free(*data);
	*data = (unsigned char *)text;
	*size = got > 0 ? (size_t)got : 0;
	return got < 0 ? (int)got : 0;
}

int host_history_take(const char *path, struct host_history_bytes *bytes)
{
	char beside[PATH_MAX + 8];
	struct stat before[2], after[2];
	int error = -EBUSY;

	*bytes = (struct host_history_bytes){ 0 };
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(stpcpy(beside, path), "-wal");
	for (unsigned turn = 0; turn < TURNS && error == -EBUSY; turn++) {
		error = look(path, &before[0]);
		if (!error && !before[0].st_ino)
			error = -ENOENT;
		if (!error)
			error = look(beside, &before[1]);
		if (!error)
			error = read_file(path, &before[0], &bytes->file, &bytes->size);
		if (!error)
			error = read_file(beside, &before[1], &bytes->wal, &bytes->wal_size);
		if (!error && (look(path, &after[0]) || look(beside, &after[1]) ||
			       !is_same(&before[0], &after[0]) || !is_same(&before[1], &after[1])))
			error = -EBUSY;
	}
	if (!error && host_history_load())
		error = -ENOPKG;
	if (!error && host_library_load("libsqlite3.so.0", names, sizeof(names) / sizeof(names[0]), &memory))
		error = -ENOPKG;
	if (error)
		host_history_release(bytes);
	return error;
}

void host_history_release(struct host_history_bytes *bytes)
{
	free(bytes->file);
	free(bytes->wal);
	*bytes = (struct host_history_bytes){ 0 };
}

/* ---- the write-ahead log ------------------------------------------------------------------------- */

#define WAL_HEADER 32	/* bytes */
#define FRAME_HEADER 24	/* bytes, then a page */

static uint32_t be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t le32(const unsigned char *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* SQLite's own checksum, over @size bytes, a multiple of 8. */
static void sum(const unsigned char *at, size_t size, bool big, uint32_t sums[2])
{
	for (size_t i = 0; i < size; i += 8) {
		sums[0] += (big ? be32(at + i) : le32(at + i)) + sums[1];
		sums[1] += (big ? be32(at + i + 4) : le32(at + i + 4)) + sums[0];
	}
}

static bool is_summed(const unsigned char *at, const uint32_t sums[2])
{
	return be32(at) == sums[0] && be32(at + 4) == sums[1];
}

/* A walk over the frames: of this log, and unbroken from its beginning. */
struct wal {
	const unsigned char *at;	/* the next frame */
	size_t left, page;		/* bytes: behind it, and of a page */
	const unsigned char *salt;
	uint32_t sums[2];
	bool big;
};

static bool begin(const struct host_history_bytes *bytes, struct wal *wal)
{
	const unsigned char *head = bytes->wal;

	if (bytes->wal_size < WAL_HEADER || (be32(head) & ~1u) != 0x377f0682)
		return false;
	*wal = (struct wal){ .at = head + WAL_HEADER, .left = bytes->wal_size - WAL_HEADER, .page = be32(head + 8),
			     .salt = head + 16, .big = be32(head) & 1 };
	sum(head, 24, wal->big, wal->sums);
	return is_summed(head + 24, wal->sums) && wal->page >= 512 && wal->page <= 65536 &&
	       !(wal->page & (wal->page - 1));
}

static const unsigned char *next(struct wal *wal)
{
	const unsigned char *frame = wal->at;

	if (wal->left < FRAME_HEADER + wal->page || memcmp(frame + 8, wal->salt, 8))
		return NULL;
	sum(frame, 8, wal->big, wal->sums);
	sum(frame + FRAME_HEADER, wal->page, wal->big, wal->sums);
	if (!is_summed(frame + 16, wal->sums))
		return NULL;
	wal->at += FRAME_HEADER + wal->page;
	wal->left -= FRAME_HEADER + wal->page;
	return frame;
}

/* Put the pages up to the last commit in their places.  0 or -ENOMEM, -EFBIG. */
static int apply(struct host_history_bytes *bytes)
{
	struct wal wal;
	const unsigned char *frame, *end = NULL;
	size_t size = 0;
	unsigned char *more;

	if (!begin(bytes, &wal))
		return 0;
	while ((frame = next(&wal))) {
		if (!be32(frame + 4))
			continue;
		size = be32(frame + 4) * wal.page;	/* of the database, at a commit */
		end = wal.at;
	}
	if (!end)
		return 0;
	if (size > FILE_MAX)
		return -EFBIG;
	more = realloc(bytes->file, size);
	if (!more)
		return -ENOMEM;
	if (size > bytes->size)
		memset(more + bytes->size, 0, size - bytes->size);
	bytes->file = more;
	bytes->size = size;
	for (frame = bytes->wal + WAL_HEADER; frame < end; frame += FRAME_HEADER + wal.page) {
		size_t number = be32(frame);

		if (number && number <= size / wal.page)
			memcpy(more + (number - 1) * wal.page, frame + FRAME_HEADER, wal.page);
	}
	return 0;
}

/* ---- SQLite --------------------------------------------------------------------------------------- */

int host_history_open_bytes(struct host_history_bytes *bytes, struct host_history **history)
{
	unsigned flags = SQLITE_DESERIALIZE_READONLY | SQLITE_DESERIALIZE_FREEONCLOSE;
	unsigned char *copy;
	int error = apply(bytes);

	*history = NULL;
	if (error)
		return error;
	if (bytes->size < 100)
		return bytes->size ? -EILSEQ : -ENOENT;
	/* "A write-ahead log is beside it" no longer holds. */
	bytes->file[18] = bytes->file[19] = 1;
	*history = calloc(1, sizeof(**history));
	if (!*history)
		return -ENOMEM;
	if (host_sql.sqlite3_open_v2(":memory:", &(*history)->db, SQLITE_OPEN_READWRITE, NULL))
		error = host_history_error(*history);
	copy = error ? NULL : memory.sqlite3_malloc64(bytes->size);
	if (copy)
		memcpy(copy, bytes->file, bytes->size);
	else if (!error)
		error = -ENOMEM;
	if (!error && memory.sqlite3_deserialize((*history)->db, "main", copy, (sqlite3_int64)bytes->size,
						 (sqlite3_int64)bytes->size, flags))
		error = -EILSEQ;	/* the copy is freed by it in any case */
	/* Nor are large sorts put into files. */
	if (!error && host_sql.sqlite3_exec((*history)->db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL))
		error = host_history_error(*history);
	if (!error)
		error = host_history_check(*history, false);
	if (error) {
		host_history_close(*history);
		*history = NULL;
	}
	return error;
}
