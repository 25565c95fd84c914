// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The folder of an archive, and the deletion of what is in it: first everything is on the disk and was
 * read back, then the kernel is told.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host.h"

bool host_is_folder(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

bool host_is_file(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode);
}

/*
 * That the folder itself is on the disk: its name is in the one above it.  Where that cannot be written to, it was
 * there before.
 */
static int sync_name(int dir)
{
	int above = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (above < 0)
		return -errno;
	if (fsync(above) < 0 && errno != EROFS && errno != EINVAL)
		error = -errno;
	close(above);
	return error;
}

/* What makes a folder one to archive in. */
static int check_folder(int dir)
{
	struct statfs system;
	struct stat stat;

	if (fstat(dir, &stat) < 0 || fstatfs(dir, &system) < 0)
		return -errno;
	if (stat.st_uid != geteuid() || (stat.st_mode & 022))
		return -EPERM;
	/* 32 bits and a sign on some architectures. */
	if ((uint32_t)system.f_type == TMPFS_MAGIC || (uint32_t)system.f_type == RAMFS_MAGIC)
		return -EMEDIUMTYPE;
	return sync_name(dir);
}

int host_archive_open(const char *path, bool make)
{
	size_t size = strlen(path);
	char bare[PATH_MAX];
	int fd, error = 0;

	if (!make) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	/* Behind a slash a symbolic link would be followed. */
	while (size > 1 && path[size - 1] == '/')
		size--;
	if (size >= sizeof(bare))
		return -ENAMETOOLONG;
	memcpy(bare, path, size);
	bare[size] = '\0';
	if (mkdir(bare, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(bare, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = check_folder(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int host_archive_names(int dir, char ***names, size_t *count)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	*names = NULL;
	*count = 0;
	if (!folder) {
		error = -errno;
		if (again >= 0)
			close(again);
		return error;
	}
	while (!error && (errno = 0, entry = readdir(folder))) {
		char **more = realloc(*names, (*count + 1) * sizeof(**names));

		if (more)
			*names = more;
		if (!more || !(more[*count] = strdup(entry->d_name)))
			error = -ENOMEM;
		else
			++*count;
	}
	if (!error)
		error = -errno;
	closedir(folder);
	return error;
}

void host_archive_free(char **names, size_t count)
{
	while (count)
		free(names[--count]);
	free(names);
}

int host_archive_write(int dir, const char *name,
		       ssize_t (*source)(void *context, void *out, size_t size), void *context,
		       uint64_t bytes, struct host_content *content)
{
	static unsigned char chunk[1 << 16];
	struct host_content back;
	struct sha256_ctx sha256;
	char fresh[64];
	int fd, error = 0;

	*content = (struct host_content){ 0 };
	sha256_init(&sha256);
	snprintf(fresh, sizeof(fresh), "%.56s.new", name);
	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (!error && content->bytes < bytes) {
		uint64_t left = bytes - content->bytes;
		ssize_t got = source(context, chunk, host_at_most(left, sizeof(chunk)));

		if (got <= 0) {
			error = got ? (int)got : -EIO;
			break;
		}
		sha256_update(&sha256, (size_t)got, chunk);
		content->bytes += (uint64_t)got;
		error = host_write_fully(fd, chunk, (size_t)got);
	}
	sha256_digest(&sha256, sizeof(content->sha256), content->sha256);
	if (!error && fsync(fd) < 0)
		error = -errno;
	/* So that it is read back from the disk and not from memory. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && renameat(dir, fresh, dir, name) < 0)
		error = -errno;
	if (!error && fsync(dir) < 0)
		error = -errno;
	if (!error)
		error = host_content_read(dir, name, &back);
	if (!error && (back.bytes != content->bytes ||
		       memcmp(back.sha256, content->sha256, sizeof(back.sha256)) != 0))
		error = -EIO;
	if (error)
		unlinkat(dir, fresh, 0);
	return error;
}

int host_archive_seal(int dir, const char *name, const char *text)
{
	int error = host_state_write(dir, name, text);
	char *back;

	if (error)
		return error;
	back = host_state_read(dir, name);
	if (!back || strcmp(back, text) != 0)
		error = -EIO;
	free(back);
	return error;
}

/* ---- the kernel ------------------------------------------------------------------------------ */

/* The first @bytes of @fd, compared with a digest. */
static int compare(int fd, uint64_t bytes, const unsigned char *sha256)
{
	static unsigned char chunk[1 << 16];
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	while (bytes) {
		ssize_t got = host_read_fully(fd, chunk, host_at_most(bytes, sizeof(chunk)));

		if (got < 0)
			return (int)got;
		if (!got)
			return -ESTALE;
		sha256_update(&context, (size_t)got, chunk);
		bytes -= (uint64_t)got;
	}
	sha256_digest(&context, sizeof(digest), digest);
	return memcmp(digest, sha256, sizeof(digest)) ? -ESTALE : 0;
}

int host_log_delete(const struct host_root *root, uint64_t records,
		    const struct host_content *content)
{
	struct host_log log;
	char request[32];
	int size = snprintf(request, sizeof(request), "%llu\n", (unsigned long long)records);
	int error = host_log_open_to_delete(root, &log);

	if (error)
		return error;
	error = host_log_is_unstaged(&log);
	error = error < 0 ? error : error ? 0 : -EEXIST;
	if (!error)
		error = compare(log.current, content->bytes, content->sha256);
	/* One write(2): the kernel takes no less. */
	if (!error) {
		ssize_t written;

		do
			written = write(log.current, request, (size_t)size);
		while (written < 0 && errno == EINTR);
		error = written < 0 ? -errno : written == size ? 0 : -EIO;
	}
	host_log_close(&log);
	return error;
}
