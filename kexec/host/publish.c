// SPDX-License-Identifier: GPL-2.0-or-later
/* Files for other programs, which find them whole at any moment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/*
 * The folder may be another user's (node_exporter's), who can plant links in it.  None is followed: the new file is made
 * where there is none, and takes the place of what has the name, not of what that points to.
 */
int host_publish(const char *path, const char *text, size_t size)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char folder[PATH_MAX], fresh[NAME_MAX + 1];
	int dir, fd, error;

	/* node_exporter reads what ends in .prom, so that this name must not. */
	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.%ld.new", name, (long)getpid()) >= sizeof(fresh) ||
	    (size_t)(name - path) >= sizeof(folder))
		return -ENAMETOOLONG;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(name - path) : 1, slash ? path : ".");
	dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	error = fd < 0 ? -errno : 0;
	if (!error)
		error = fchmod(fd, 0644) < 0 ? -errno : host_write_fully(fd, text, size);
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (fd >= 0 && close(fd) < 0 && !error)
		error = -errno;
	if (!error && renameat(dir, fresh, dir, name) < 0)
		error = -errno;
	if (error && fd >= 0)
		unlinkat(dir, fresh, 0);
	close(dir);
	return error;
}

double host_file_age(const char *path)
{
	struct stat stat;

	return lstat(path, &stat) < 0 ? -1 : difftime(time(NULL), stat.st_mtime);
}
