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

struct reading {
	int fd;
	unsigned lines;		/* so far, those that were missed included */
	bool missed;		/* lines were overwritten before they were read, or cannot be read */
};

/* A line's complaint, or that there is none.  False: there is no other line. */
static bool next_line(struct reading *reading, enum imalog_complaint *complaint)
{
	unsigned char line[8192];
	ssize_t got = -1;

	/* EPIPE: what is left may still tell. */
	do {
		if (reading->lines++ == LINES_MAX)
			break;
		got = read(reading->fd, line, sizeof(line));
		reading->missed = reading->missed || (got < 0 && errno == EPIPE);
	} while (got < 0 && (errno == EINTR || errno == EPIPE));
	if (got <= 0) {
		reading->missed = reading->missed || reading->lines > LINES_MAX || (got < 0 && errno != EAGAIN);
		return false;
	}
	*complaint = imalog_complaint_of((struct imalog_span){ line, (size_t)got });
	return true;
}

enum imalog_complaint host_kmsg_finish(int fd)
{
	enum imalog_complaint found = IMALOG_COMPLAINT_NONE;
	struct reading reading = { .fd = fd };

	while (found == IMALOG_COMPLAINT_NONE && next_line(&reading, &found))
		;
	close(fd);
	return reading.missed && found == IMALOG_COMPLAINT_NONE ? IMALOG_COMPLAINT_UNREADABLE : found;
}

bool host_kmsg_complained(const struct host_root *root)
{
	struct reading reading = { .fd = host_open(root, "/dev/kmsg", O_RDONLY | O_NONBLOCK) };
	enum imalog_complaint found = IMALOG_COMPLAINT_NONE;

	if (reading.fd < 0)
		return false;
	while (found == IMALOG_COMPLAINT_NONE && next_line(&reading, &found))
		;
	close(reading.fd);
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
