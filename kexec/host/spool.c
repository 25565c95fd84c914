// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the history that wait, in a file that is written without being read. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL "spool"
#define LOCK_MS 2000	/* somebody who puts the rows into the database is waited for so long */

int host_history_folder(const struct host_root *root, bool make)
{
	return host_open_private(root, "/var/lib/kexec-ima", make ? 3 : 0);
}

/* The folder, locked: a reader of the file and a writer at once would be a violation to IMA. */
static int open_locked(const struct host_root *root, bool make)
{
	const unsigned step = 20;
	int fd = host_history_folder(root, make);

	if (fd < 0)
		return fd;
	for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += step) {
		int error = errno == EWOULDBLOCK ? -EBUSY : -errno;

		if ((error != -EBUSY && error != -EINTR) || waited >= LOCK_MS) {
			close(fd);
			return error;
		}
		host_sleep_ms(step);
	}
	return fd;
}

static int append(int folder, const char *line, size_t size, uint64_t *bytes)
{
	int fd = openat(folder, SPOOL, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	int error = 0;
	struct stat stat;

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? -EPERM : -errno;	/* a link, a pipe */
	if (fstat(fd, &stat) < 0)
		error = -errno;
	else if (!host_is_private(&stat))
		error = -EPERM;
	else if (stat.st_size > HOST_SPOOL_MAX)
		error = -EFBIG;
	if (!error) {
		error = host_write_fully(fd, line, size);
		*bytes = (uint64_t)stat.st_size + size;
		/* On a full disk a part of the line may be there. */
		if (error && ftruncate(fd, stat.st_size) < 0)
			error = -errno;
	}
	if (close(fd) < 0 && !error)
		error = -errno;
	return error;
}

int host_spool_append(const struct host_root *root, const char *line, size_t size, uint64_t *bytes)
{
	int folder = open_locked(root, true), error;

	*bytes = 0;
	if (folder < 0)
		return folder;
	error = append(folder, line, size, bytes);
	close(folder);
	return error;
}

static int read_spool(struct host_spool *spool)
{
	ssize_t got = host_private_read(spool->folder, SPOOL, 2 * HOST_SPOOL_MAX, &spool->text);

	if (got < 0)
		return (int)got;
	spool->size = (size_t)got;
	return 0;
}

int host_spool_open(const struct host_root *root, struct host_spool *spool)
{
	struct stat stat;
	int error;

	*spool = (struct host_spool){ .folder = open_locked(root, false) };
	if (spool->folder < 0)
		return spool->folder == -ENOENT ? 1 : spool->folder;
	error = fstatat(spool->folder, SPOOL, &stat, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
	if (!error && !stat.st_size)
		error = -ENOENT;
	if (!error)
		error = read_spool(spool);
	if (error)
		host_spool_close(spool, HOST_SPOOL_KEEP);
	return error == -ENOENT ? 1 : error;
}

static int set_aside(int folder)
{
	char name[32];
	struct stat stat;

	for (unsigned n = 1;; n++) {
		snprintf(name, sizeof(name), SPOOL ".corrupt-%u", n);
		if (fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
			break;
	}
	return renameat(folder, SPOOL, folder, name) < 0 ? -errno : 0;
}

int host_spool_close(struct host_spool *spool, enum host_spool_end end)
{
	int error = 0;

	if (end == HOST_SPOOL_DELETE && unlinkat(spool->folder, SPOOL, 0) < 0)
		error = -errno;
	else if (end == HOST_SPOOL_SET_ASIDE)
		error = set_aside(spool->folder);
	free(spool->text);
	close(spool->folder);
	*spool = (struct host_spool){ .folder = -1 };
	return error;
}
