// SPDX-License-Identifier: GPL-2.0-or-later
/* Files for other programs, which find them whole at any moment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

int host_publish(const char *path, const char *text, size_t size)
{
	char fresh[PATH_MAX];
	int fd, error;

	/* node_exporter reads what ends in .prom, so that this name must not. */
	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.%ld.new", path, (long)getpid()) >= sizeof(fresh))
		return -ENAMETOOLONG;
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	error = fchmod(fd, 0644) < 0 ? -errno : host_write_fully(fd, text, size);
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(fresh, path) < 0)
		error = -errno;
	if (error)
		unlink(fresh);
	return error;
}

double host_file_age(const char *path)
{
	struct stat stat_;

	return stat(path, &stat_) < 0 ? -1 : difftime(time(NULL), stat_.st_mtime);
}
