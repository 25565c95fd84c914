// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths below the root, and whole small files. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

int host_path(const struct host_root *root, const char *path, char out[PATH_MAX])
{
	size_t root_size = strlen(root->path), path_size = strlen(path);

	if (root_size >= PATH_MAX || path_size >= PATH_MAX - root_size)
		return -ENAMETOOLONG;
	memcpy(out, root->path, root_size);
	memcpy(out + root_size, path, path_size + 1);
	return 0;
}

int host_open(const struct host_root *root, const char *path, int flags)
{
	char full[PATH_MAX];
	int fd, error = host_path(root, path, full);

	if (error)
		return error;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t host_read_fully(int fd, void *out, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, (char *)out + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

bool host_takes_output(int fd)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };

	/* An error is one of the write, which does not wait either. */
	return poll(&output, 1, 0) != 0;
}

int host_write_fully(int fd, const void *data, size_t size)
{
	const char *left = data;

	while (size) {
		ssize_t done = write(fd, left, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		left += done;
		size -= (size_t)done;
	}
	return 0;
}

ssize_t host_read_text(const struct host_root *root, const char *path, char *out, size_t size)
{
	int fd = host_open(root, path, O_RDONLY);
	ssize_t got;

	out[0] = '\0';
	if (fd < 0)
		return fd;
	got = host_read_fully(fd, out, size - 1);
	close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got;
}

int host_read_number(const struct host_root *root, const char *path, uint64_t *number)
{
	char text[32], *end;
	ssize_t got = host_read_text(root, path, text, sizeof(text));

	if (got < 0)
		return (int)got;
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (errno || (*end && *end != '\n'))
		return -EINVAL;
	return 0;
}

/* All of @fd, which is closed. */
static ssize_t read_all(int fd, size_t max, char **out)
{
	size_t used = 0, room = 0;
	char *text = NULL;
	ssize_t got = 0;

	*out = NULL;
	do {
		char *more;

		used += (size_t)got;
		if (used >= max) {
			got = -EFBIG;
			break;
		}
		room = room ? room * 2 : 16384;
		more = realloc(text, room + 1);
		if (!more) {
			got = -ENOMEM;
			break;
		}
		text = more;
		got = host_read_fully(fd, text + used, room - used);
	} while (got > 0 && used + (size_t)got == room);
	close(fd);
	if (got < 0) {
		free(text);
		return got;
	}
	used += (size_t)got;
	text[used] = '\0';
	*out = text;
	return (ssize_t)used;
}

ssize_t host_read_all(const struct host_root *root, const char *path, size_t max, char **out)
{
	int fd = host_open(root, path, O_RDONLY);

	*out = NULL;
	return fd < 0 ? fd : read_all(fd, max, out);
}

ssize_t host_read_trusted(const struct host_root *root, const char *path, size_t max, char **out)
{
	/* A pipe would wait for somebody to write. */
	int fd = host_open(root, path, O_RDONLY | O_NONBLOCK), error = -EPERM;
	struct stat stat;

	*out = NULL;
	if (fd < 0)
		return fd;
	if (fstat(fd, &stat) == 0 && host_is_trusted(&stat)) {
		if (!S_ISFIFO(stat.st_mode))
			return read_all(fd, max, out);
		error = -EINVAL;
	}
	close(fd);
	return error;
}

/* ---- whose it is ------------------------------------------------------------------------------- */

bool host_is_trusted(const struct stat *stat)
{
	return (!stat->st_uid || stat->st_uid == geteuid()) && !(stat->st_mode & 002) &&
	       (!(stat->st_mode & 020) || !stat->st_gid);
}

bool host_is_private(const struct stat *stat)
{
	return S_ISREG(stat->st_mode) && stat->st_uid == geteuid() && !(stat->st_mode & 022) &&
	       stat->st_nlink == 1;
}

/* The part of a path behind *@path, which moves on, as @name.  False: there is none, or it is too long. */
static bool take_name(const char **path, char name[NAME_MAX + 1])
{
	size_t size;

	*path += strspn(*path, "/");
	size = strcspn(*path, "/");
	if (!size || size > NAME_MAX)
		return false;
	memcpy(name, *path, size);
	name[size] = '\0';
	*path += size;
	return true;
}

static unsigned count_names(const char *path)
{
	char name[NAME_MAX + 1];
	unsigned count = 0;

	while (take_name(&path, name))
		count++;
	return count;
}

/*
 * What openat2(2) does with RESOLVE_NO_SYMLINKS, on every kernel: each folder is opened in the one before it, and a
 * link is none.
 */
int host_open_private(const struct host_root *root, const char *path, unsigned make)
{
	int fd = open(*root->path ? root->path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC), error = 0;
	unsigned left = count_names(path);
	char name[NAME_MAX + 1];
	struct stat stat;

	if (fd < 0)
		return -errno;
	for (; !error && take_name(&path, name); left--) {
		int flags = (left > 1 ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, inner = -1;

		if (left <= make && mkdirat(fd, name, left > 1 ? 0755 : 0700) < 0 && errno != EEXIST)
			error = -errno;
		if (!error && (inner = openat(fd, name, flags)) < 0)
			error = errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
		close(fd);
		fd = inner;
	}
	/* What could not be looked at may be ours: it is not the same as what is not. */
	if (!error && fstat(fd, &stat) < 0)
		error = -errno;
	if (!error && (stat.st_uid != geteuid() || stat.st_mode & 022))
		error = -EPERM;
	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	return error;
}
