// SPDX-License-Identifier: GPL-2.0-or-later
/* A saved log as bytes: a file, a pipe or standard input, gzip or not (zlib tells by the content). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host.h"

/* Bytes.  Reads of more than twice as many go past zlib's own buffer. */
#define GZIP_BUFFER (32u << 10)

static int open_gzip(int fd, struct host_file *file)
{
	struct stat status;

	if (fstat(fd, &status) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	if (S_ISDIR(status.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	file->seekable = S_ISREG(status.st_mode);
	file->temporary = -1;
	file->gzip = gzdopen(fd, "rb");
	if (!file->gzip) {
		close(fd);
		return -ENOMEM;
	}
	gzbuffer(file->gzip, GZIP_BUFFER);
	return 0;
}

/* A new file without a name, in $TMPDIR or where large temporary files belong. */
static int open_temporary(void)
{
	const char *folder = secure_getenv("TMPDIR");
	int fd = -1;

	if (folder)
		fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int host_file_open(const char *path, struct host_file *file)
{
	int fd, error;

	*file = (struct host_file){ .temporary = -1 };
	if (!strcmp(path, "-"))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	error = fd < 0 ? -errno : open_gzip(fd, file);
	if (!error && !file->seekable)
		file->temporary = open_temporary();
	return error;
}

ssize_t host_file_read(void *context, void *out, size_t size)
{
	struct host_file *file = context;
	unsigned ask = size > 1u << 30 ? 1u << 30 : (unsigned)size;
	int got, error;

	errno = 0;
	got = gzread(file->gzip, out, ask);
	if (got > 0)
		return got;
	gzerror(file->gzip, &error);
	if (error == Z_ERRNO)
		return errno ? -errno : -EIO;
	if (error == Z_MEM_ERROR)
		return -ENOMEM;
	/* The good part was given out before. */
	if (error == Z_BUF_ERROR || error == Z_DATA_ERROR)
		file->damaged = true;
	return 0;
}

int host_file_seek(struct host_file *file, uint64_t offset)
{
	file->damaged = false;
	if (!file->seekable || offset > INT64_MAX)
		return -ESPIPE;
	gzclearerr(file->gzip);
	return gzseek(file->gzip, (z_off_t)offset, SEEK_SET) < 0 ? -EIO : 0;
}

/* Into @fd, which is taken over; a negative errno instead of it is what is returned. */
static int spool(int fd, ssize_t (*source)(void *context, void *out, size_t size), void *context,
		 struct host_file *file)
{
	char *buffer = malloc(GZIP_BUFFER);
	int error = fd < 0 ? fd : 0;
	ssize_t got = 1;

	if (!buffer)
		error = -ENOMEM;
	while (!error && got > 0) {
		got = source(context, buffer, GZIP_BUFFER);
		error = got < 0 ? (int)got : host_write_fully(fd, buffer, (size_t)got);
	}
	free(buffer);
	*file = (struct host_file){ .temporary = -1 };
	if (!error && lseek(fd, 0, SEEK_SET) < 0)
		error = -errno;
	if (!error)
		return open_gzip(fd, file);
	if (fd >= 0)
		close(fd);
	return error;
}

int host_file_spool(ssize_t (*source)(void *context, void *out, size_t size), void *context,
		    struct host_file *file)
{
	return spool(open_temporary(), source, context, file);
}

int host_memory_file(void)
{
	int fd = memfd_create("kexec-ima", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

FILE *host_text_begin(void)
{
	int fd = host_memory_file();
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

/* All of @file as new memory. */
static char *take_text(FILE *file, size_t *size)
{
	off_t end = fflush(file) || ferror(file) ? -1 : lseek(fileno(file), 0, SEEK_END);
	char *text = end < 0 ? NULL : malloc((size_t)end + 1);

	if (!text || lseek(fileno(file), 0, SEEK_SET) < 0 ||
	    host_read_fully(fileno(file), text, (size_t)end) != (ssize_t)end) {
		free(text);
		return NULL;
	}
	text[end] = '\0';
	*size = (size_t)end;
	return text;
}

char *host_text_end(FILE *file, size_t *size)
{
	char *text = take_text(file, size);

	fclose(file);
	return text;
}

int host_file_make_seekable(struct host_file *file)
{
	struct host_file copy;
	int error;

	if (file->seekable)
		return 0;
	error = spool(file->temporary, host_file_read, file, &copy);
	file->temporary = -1;
	if (error)
		return error;
	host_file_close(file);
	*file = copy;
	return 0;
}

void host_file_close(struct host_file *file)
{
	if (file->gzip) {
		gzclose(file->gzip);
		if (file->temporary >= 0)
			close(file->temporary);
	}
	file->gzip = NULL;
}
