// SPDX-License-Identifier: GPL-2.0-or-later
/* /run/kexec-ima: a private folder, files that are whole or not there, and one lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

#define STATE_FILE_MAX (32u << 20)	/* bytes; larger than any checkpoint */

int host_state_open(const struct host_root *root)
{
	int fd = host_open_private(root, HOST_STATE_DIR, 1), error;
	struct stat stat;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &stat) && ((stat.st_mode & 0777) == 0700 || !fchmod(fd, 0700)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

ssize_t host_private_read(int dir, const char *name, size_t max, char **out)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat stat;
	char *text = NULL;
	ssize_t got = 0;

	*out = NULL;
	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &stat) < 0)
		got = -errno;
	else if (!host_is_private(&stat))
		got = -EPERM;
	else if ((uintmax_t)stat.st_size > max)
		got = -EFBIG;
	else if (!(text = malloc((size_t)stat.st_size + 1)))
		got = -ENOMEM;
	if (!got)
		got = host_read_fully(fd, text, (size_t)stat.st_size);
	close(fd);
	if (got < 0) {
		free(text);
		return got;
	}
	text[got] = '\0';
	*out = text;
	return got;
}

char *host_state_read(int dir, const char *name)
{
	char *text;
	ssize_t got = host_private_read(dir, name, STATE_FILE_MAX, &text);

	if (got < 0)
		errno = (int)-got;
	return text;
}

int host_state_write(int dir, const char *name, const char *text)
{
	char fresh[64];
	int fd, error;

	/* The name is one of ours and short; the process number keeps writers apart. */
	snprintf(fresh, sizeof(fresh), ".%.32s.%ld", name, (long)getpid());
	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = host_write_fully(fd, text, strlen(text));
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && renameat(dir, fresh, dir, name) < 0)
		error = -errno;
	if (error)
		unlinkat(dir, fresh, 0);
	else if (fsync(dir) < 0)
		error = -errno;
	return error;
}

int host_state_remove(int dir, const char *name)
{
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static long read_holder(int fd)
{
	char text[32] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

int host_state_lock(int dir, unsigned milliseconds, long *holder)
{
	const unsigned step = 50;
	char text[32];
	struct stat stat;
	int fd = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);

	*holder = 0;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat) < 0 || !host_is_private(&stat)) {
		close(fd);
		return -EPERM;
	}
	for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += step) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			int error = -errno;

			close(fd);
			return error;
		}
		if (waited >= milliseconds) {
			*holder = read_holder(fd);
			close(fd);
			return -EBUSY;
		}
		host_sleep_ms(step);
	}
	/* Who holds it is told to those who wait; a failure to write it changes nothing. */
	snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0)
		return fd;
	return fd;
}
