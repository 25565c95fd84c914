// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kexec that has our options itself (kexec/patches) and waits at a pipe for one of two words.  It
 * answers a load with one byte, the status.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

static int say(const struct host_peer *peer, char word)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int error;

	/* What we run must not ignore it too. */
	sigaction(SIGPIPE, &ignore, &before);
	error = host_write_fully(peer->say, &word, 1);
	sigaction(SIGPIPE, &before, NULL);
	return error;
}

/* The next byte, or -EPIPE when the other side has ended. */
static int hear(const struct host_peer *peer)
{
	unsigned char byte;
	ssize_t got = host_read_fully(peer->hear, &byte, 1);

	return got < 0 ? (int)got : got ? byte : -EPIPE;
}

static int take(int fd)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return -errno;
	if (!S_ISFIFO(info.st_mode))
		return -ESPIPE;
	/* What we run must not keep it open: its end is how each side knows of the other's. */
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int host_peer_take(const struct host_peer *peer)
{
	int error = take(peer->hear);

	return error ? error : take(peer->say);
}

int host_peer_load(const struct host_peer *peer)
{
	int error = say(peer, 'l');

	return error ? error : hear(peer);
}

int host_peer_go(const struct host_peer *peer, bool wait)
{
	int error = say(peer, 'g');

	while (!error && wait && hear(peer) >= 0)
		;
	return error;
}
