// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec-ima around FD FD kexec [OPTION]...: what a kexec with the patches of kexec/patches starts, with its
 * own command line.  It is `kexec` in all, but that the loads are made by the kexec that waits at the other
 * ends of those two pipes, and the execute too.
 */
#include <errno.h>
#include <string.h>

#include "command.h"

/* A small number and nothing else, or -1. */
static int read_descriptor(const char *text)
{
	int number = 0;

	if (!*text || strlen(text) > 5 || text[strspn(text, "0123456789")])
		return -1;
	for (; *text; text++)
		number = 10 * number + (*text - '0');
	return number;
}

int cmd_around(struct run *run, int argc, char **argv)
{
	int error;

	run->peer.hear = argc < 4 ? -1 : read_descriptor(argv[1]);
	run->peer.say = argc < 4 ? -1 : read_descriptor(argv[2]);
	if (run->peer.hear < 0 || run->peer.say < 0)
		return complain(STATUS_USAGE, "around is for a kexec with the patches of kexec-ima, which "
					      "gives it the numbers of two pipes and its own arguments");
	error = host_peer_take(&run->peer);
	if (error)
		return complain(STATUS_USAGE, "around: %d and %d are no pipes of a kexec that waits: %s",
				run->peer.hear, run->peer.say, strerror(-error));
	run->has_peer = true;
	return run_kexec(run, argc - 3, argv + 3);
}
