// SPDX-License-Identifier: GPL-2.0-or-later
/* Preloaded: the first read of kexec-ima.conf waits for $SLOW seconds, as on a disk or a network that hangs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_once(int fd)
{
	static const char name[] = "/etc/kexec-ima.conf";
	char link[32], path[4096];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	if (size < (ssize_t)sizeof(name) || !getenv("SLOW"))
		return;
	path[size] = '\0';
	if (strcmp(path + size - strlen(name), name) != 0)
		return;
	sleep((unsigned)atoi(getenv("SLOW")));
	unsetenv("SLOW");
}

ssize_t read(int fd, void *out, size_t size)
{
	wait_once(fd);
	return syscall(SYS_read, fd, out, size);
}

/* What read() is under _FORTIFY_SOURCE. */
ssize_t __read_chk(int fd, void *out, size_t size, size_t room)
{
	(void)room;
	return read(fd, out, size);
}
