// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says of an image: one read(2) of /dev/kmsg is one line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

#define LINES_MAX 262144	/* more than rings have: who writes as fast as it is read is not followed for ever */

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

enum imalog_complaint host_kmsg_finish(int fd)
{
	enum imalog_complaint found = IMALOG_COMPLAINT_NONE;
	unsigned char line[8192];
	bool missed = true;

	for (unsigned lines = 0, lost = 0; found == IMALOG_COMPLAINT_NONE && lines < LINES_MAX; lines++) {
		ssize_t got = read(fd, line, sizeof(line));

		/* EPIPE: lines were overwritten before we came; what is left may still tell. */
		if (got < 0 && (errno == EINTR || errno == EPIPE)) {
			lost += errno == EPIPE;
			continue;
		}
		if (got <= 0) {
			missed = lost || (got < 0 && errno != EAGAIN);
			break;
		}
		found = imalog_complaint_of((struct imalog_span){ line, (size_t)got });
	}
	close(fd);
	return missed && found == IMALOG_COMPLAINT_NONE ? IMALOG_COMPLAINT_UNREADABLE : found;
}

bool host_kmsg_complained(const struct host_root *root)
{
	int fd = host_open(root, "/dev/kmsg", O_RDONLY | O_NONBLOCK);
	enum imalog_complaint found = fd < 0 ? IMALOG_COMPLAINT_NONE : host_kmsg_finish(fd);

	return found != IMALOG_COMPLAINT_NONE && found != IMALOG_COMPLAINT_UNREADABLE;
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
