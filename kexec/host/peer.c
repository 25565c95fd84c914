// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kexec that has our options itself (kexec/patches) and waits on a socket for one of two words.  It
 * answers a load with one byte, the status.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "host.h"

static int say(int peer, char word)
{
	ssize_t sent;

	do
		sent = send(peer, &word, 1, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* The next byte, or -EPIPE when the other side has ended. */
static int hear(int peer)
{
	unsigned char byte;
	ssize_t got;

	do
		got = recv(peer, &byte, 1, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno != ECONNRESET)
		return -errno;
	return got == 1 ? byte : -EPIPE;
}

int host_peer_take(int peer)
{
	struct stat info;

	if (fstat(peer, &info) < 0)
		return -errno;
	if (!S_ISSOCK(info.st_mode))
		return -ENOTSOCK;
	/* What we run must not keep it open: its end is how each side knows of the other's. */
	return fcntl(peer, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int host_peer_load(int peer)
{
	int error = say(peer, 'l');

	return error ? error : hear(peer);
}

int host_peer_go(int peer, bool wait)
{
	int error = say(peer, 'g');

	while (!error && wait && hear(peer) >= 0)
		;
	return error;
}
