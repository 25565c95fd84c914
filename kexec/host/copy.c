// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that are loaded: what they hold, whether they will stay, and copies where they will not. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

#define CHUNK (1u << 18)	/* bytes */

/* All of @from, digested, and written to @to unless that is negative. */
static int pass_on(int from, int to, struct host_content *content)
{
	unsigned char *chunk = malloc(CHUNK);
	struct sha256_ctx sha256;
	ssize_t got = 0;
	int error = chunk ? 0 : -ENOMEM;

	*content = (struct host_content){ 0 };
	sha256_init(&sha256);
	while (!error && (got = host_read_fully(from, chunk, CHUNK)) > 0) {
		sha256_update(&sha256, (size_t)got, chunk);
		content->bytes += (uint64_t)got;
		if (to >= 0)
			error = host_write_fully(to, chunk, (size_t)got);
	}
	if (!error && got < 0)
		error = (int)got;
	sha256_digest(&sha256, sizeof(content->sha256), content->sha256);
	free(chunk);
	return error;
}

/* A regular file: whatever is no such thing cannot be read twice. */
static int open_regular(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags), error;
	struct stat stat;

	if (fd < 0)
		return -errno;
	error = fstat(fd, &stat) < 0 ? -errno : S_ISREG(stat.st_mode) ? 0 : -EINVAL;
	if (!error)
		return fd;
	close(fd);
	return error;
}

int host_content_read(int dir, const char *path, struct host_content *content)
{
	int fd = open_regular(dir, path, 0), error;

	if (fd < 0)
		return fd;
	error = pass_on(fd, -1, content);
	close(fd);
	return error;
}

int host_content_copy(const char *path, int dir, const char *name, struct host_content *content)
{
	int from = open_regular(AT_FDCWD, path, 0), to, error;

	if (from < 0)
		return from;
	unlinkat(dir, name, 0);
	to = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	error = to < 0 ? -errno : pass_on(from, to, content);
	close(from);
	if (to >= 0 && close(to) < 0 && !error)
		error = -errno;
	if (error)
		unlinkat(dir, name, 0);
	return error;
}

bool host_stays_mounted(const struct host_root *root, const char *path)
{
	static const char *const staying[] = { "/", "/run" };
	struct stat file, place;
	char at[PATH_MAX];

	if (stat(path, &file) < 0)
		return false;
	for (size_t i = 0; i < sizeof(staying) / sizeof(staying[0]); i++)
		if (!host_path(root, staying[i], at) && !stat(at, &place) &&
		    place.st_dev == file.st_dev)
			return true;
	return false;
}
