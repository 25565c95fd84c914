// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded to kexec-ima, by whichever name: a measurement log that is a file has readers or one writer, as the kernel's has: open(2) fails with EBUSY
 * while somebody else holds it otherwise.  $UPTIME is read in the place of /proc/uptime, and
 * $WALL is what time(2) says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is_ours(void)
{
	return !strncmp(program_invocation_short_name, "kexec", 5);
}

static int take(const char *path, int flags, mode_t mode)
{
	int fd, how = (flags & O_ACCMODE) == O_RDONLY ? LOCK_SH : LOCK_EX;

	if (strstr(path, "/proc/uptime") && getenv("UPTIME") && is_ours())
		path = getenv("UPTIME");
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd < 0 || !strstr(path, "/binary_runtime_measurements") || !is_ours() || !flock(fd, how | LOCK_NB))
		return fd;
	close(fd);
	errno = EBUSY;
	return -1;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list list;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	return take(path, flags, mode);
}

time_t time(time_t *out)
{
	struct timespec now;
	time_t said;

	clock_gettime(CLOCK_REALTIME, &now);
	said = getenv("WALL") ? (time_t)strtoll(getenv("WALL"), NULL, 10) : now.tv_sec;
	if (out)
		*out = said;
	return said;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

/* What a program built with _FORTIFY_SOURCE calls where the flags are no constant. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return take(path, flags, 0);
}

int __open64_2(const char *path, int flags) __attribute__((alias("__open_2")));
