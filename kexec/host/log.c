// SPDX-License-Identifier: GPL-2.0-or-later
/* The live measurement log as bytes: staged list, then current list, opened for one read only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "host.h"

/* ima_fs.c makes the first; .../integrity/ima is where 5.x and later put the folder itself. */
static const char *const folders[] = { "/sys/kernel/security/ima",
				       "/sys/kernel/security/integrity/ima" };

static int open_list(const struct host_root *root, const char *folder, const char *name,
		     int flags, char path[PATH_MAX])
{
	char inner[PATH_MAX];
	int fd;

	snprintf(inner, sizeof(inner), "%s/%s", folder, name);
	fd = host_path(root, inner, path);
	if (fd)
		return fd;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The staged list first: holding it open keeps the current one from moving there. */
static int open_once(const struct host_root *root, const char *folder, int flags,
		     struct host_log *log)
{
	int staged = open_list(root, folder, "binary_runtime_measurements_staged", flags, log->path);

	if (staged < 0 && staged != -ENOENT)
		return staged;
	log->has_staging = staged >= 0;
	log->staged = staged >= 0 ? staged : -1;
	log->current = open_list(root, folder, "binary_runtime_measurements", flags, log->path);
	if (log->current < 0) {
		int error = log->current;

		if (log->staged >= 0)
			close(log->staged);
		log->staged = -1;
		return error;
	}
	return 0;
}

static int open_log(const struct host_root *root, int flags, struct host_log *log)
{
	const unsigned step = 50;
	size_t folder = 0;
	int error;

	*log = (struct host_log){ .staged = -1, .current = -1 };
	for (unsigned waited = 0;; waited += step) {
		error = open_once(root, folders[folder], flags, log);
		if (error == -ENOENT && !folder) {
			folder = 1;
			error = open_once(root, folders[folder], flags, log);
		}
		if (error != -EBUSY || waited >= HOST_LOG_BUSY_MS)
			break;
		host_sleep_ms(step);
	}
	if (error == -ENOENT) {
		/* Name the usual place, not the last one tried. */
		int fd = open_list(root, folders[0], "binary_runtime_measurements", flags,
				   log->path);

		if (fd >= 0)
			close(fd);
	}
	if (error) {
		log->staged = -1;
		log->current = -1;
	}
	return error;
}

int host_log_open(const struct host_root *root, struct host_log *log)
{
	return open_log(root, O_RDONLY, log);
}

int host_log_open_to_delete(const struct host_root *root, struct host_log *log)
{
	return open_log(root, O_RDWR, log);
}

int host_log_is_unstaged(struct host_log *log)
{
	char byte;
	ssize_t got;

	if (log->staged < 0)
		return 1;
	do
		got = pread(log->staged, &byte, 1, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got == 0;
}

int host_log_seek(struct host_log *log, uint64_t offset)
{
	if (offset > INT64_MAX)
		return -EOVERFLOW;
	return lseek(log->current, (off_t)offset, SEEK_SET) < 0 ? -errno : 0;
}

ssize_t host_log_read(void *context, void *out, size_t size)
{
	struct host_log *log = context;
	ssize_t got;

	for (;;) {
		int *fd = log->staged >= 0 ? &log->staged : &log->current;

		got = read(*fd, out, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (fd == &log->current)
			return got;
		log->staged_bytes += (uint64_t)got;
		if (got)
			return got;
		/* Used up, but kept open: it is what keeps both lists in place. */
		log->staged = -2 - log->staged;
	}
}

void host_log_close(struct host_log *log)
{
	if (log->staged <= -2)
		log->staged = -2 - log->staged;
	if (log->staged >= 0)
		close(log->staged);
	if (log->current >= 0)
		close(log->current);
	log->staged = -1;
	log->current = -1;
}

bool host_log_can_shrink(const struct host_root *root)
{
	for (size_t i = 0; i < 2; i++) {
		char inner[PATH_MAX], path[PATH_MAX];

		snprintf(inner, sizeof(inner), "%s/binary_runtime_measurements_staged", folders[i]);
		if (host_path(root, inner, path) || !access(path, F_OK) || errno != ENOENT)
			return true;
	}
	return false;
}

int host_log_count(const struct host_root *root, uint64_t *records)
{
	int error = -ENOENT;

	for (size_t i = 0; i < 2 && error == -ENOENT; i++) {
		char inner[PATH_MAX];

		snprintf(inner, sizeof(inner), "%s/runtime_measurements_count", folders[i]);
		error = host_read_number(root, inner, records);
	}
	return error;
}
