/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work on bytes that somebody else shaped, where it can do no harm: in a child that has what was open before, and can
 * compute, write to it, and end.  And for what has to run as root: only the capabilities that it needs.
 */
#ifndef KEXEC_IMA_HOST_SANDBOX_H
#define KEXEC_IMA_HOST_SANDBOX_H

#include <stdbool.h>

/* Which walls stand around the child. */
enum host_walls {
	HOST_WALL_CALLS = 1 << 0,	/* seccomp: which system calls there are */
	HOST_WALL_FILES = 1 << 1,	/* Landlock: no file is opened or changed by its name, no port connected to */
	HOST_WALL_NOT_BUILT = 1 << 2,	/* for sanitizers and the like: no walls, and no child */
};

/*
 * @work in such a child.  What it returned (0 to 255), or a negative errno.  *@signal: the one that ended the child,
 * or 0; SIGSYS: it tried what it may not.  All that @work needs is opened and loaded before.
 */
int host_sandboxed(int (*work)(void *context, unsigned walls), void *context, int *signal);

/* Capabilities by what they are wanted for. */
enum host_needs {
	HOST_NEEDS_NOTHING = 0,
	HOST_NEEDS_FILES = 1 << 0,	/* files and folders of others: logs given, metrics, pictures */
	HOST_NEEDS_DELETE = 1 << 1,	/* records out of the kernel (CAP_SYS_ADMIN) */
	HOST_NEEDS_ALL = 1 << 15,	/* whatever the real kexec needs */
};

/*
 * Give up, for good and for all that is run from here on, the capabilities that @needs does not name, and gain none by
 * an exec.  libcap-ng is loaded at the time of use.  0, or a negative errno: all are kept (-ENOPKG: no libcap-ng).
 */
int host_keep_capabilities(unsigned needs);

#endif
