// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says of an image: one read(2) of /dev/kmsg is one line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

int host_kmsg_open(const struct host_root *root)
{
	int fd = host_open(root, "/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* A line's complaint, or that there is none.  False where no more can be read; @missed: lines were overwritten before. */
static bool next_line(int fd, enum imalog_complaint *complaint, bool *missed)
{
	unsigned char line[8192];
	ssize_t got;

	/* EPIPE: lines were overwritten before we came; what is left may still tell. */
	do {
		got = read(fd, line, sizeof(line));
		*missed = *missed || (got < 0 && errno == EPIPE);
	} while (got < 0 && (errno == EINTR || errno == EPIPE));
	if (got <= 0) {
		*missed = *missed || (got < 0 && errno != EAGAIN);
		return false;
	}
	*complaint = imalog_complaint_of((struct imalog_span){ line, (size_t)got });
	return true;
}

enum imalog_complaint host_kmsg_finish(int fd)
{
	enum imalog_complaint found = IMALOG_COMPLAINT_NONE;
	bool missed = false;

	while (found == IMALOG_COMPLAINT_NONE && next_line(fd, &found, &missed))
		;
	close(fd);
	return missed && found == IMALOG_COMPLAINT_NONE ? IMALOG_COMPLAINT_UNREADABLE : found;
}

bool host_kmsg_complained(const struct host_root *root)
{
	int fd = host_open(root, "/dev/kmsg", O_RDONLY | O_NONBLOCK);
	enum imalog_complaint found = IMALOG_COMPLAINT_NONE;
	bool missed = false;

	if (fd < 0)
		return false;
	while (found == IMALOG_COMPLAINT_NONE && next_line(fd, &found, &missed))
		;
	close(fd);
	return found != IMALOG_COMPLAINT_NONE;
}

int host_kmsg_say(const struct host_root *root, const char *text)
{
	/* One write(2) is one line; 28 is the facility "daemon" and the level "warning" (syslog(3)). */
	int fd = host_open(root, "/dev/kmsg", O_WRONLY | O_APPEND | O_NONBLOCK), error;
	char line[900];

	if (fd < 0)
		return fd;
	snprintf(line, sizeof(line), "<28>kexec-ima: %.860s\n", text);
	error = host_write_fully(fd, line, strlen(line));
	close(fd);
	return error;
}
