/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KEXEC_IMA_FOREIGN_H
#define KEXEC_IMA_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

/* What an option of kexec-tools means to us. */
enum foreign_meaning {
	FOREIGN_NOTHING,	/* passed on, nothing more */
	FOREIGN_LOAD,		/* -l */
	FOREIGN_EXEC,		/* -e */
	FOREIGN_UNLOAD,		/* -u */
	FOREIGN_PANIC,		/* -p: a crash kernel, which never carries the log */
	FOREIGN_FORCE,		/* -f: load and execute in one run */
	FOREIGN_FILE,		/* -s: kexec_file_load(2) */
	FOREIGN_CLASSIC,	/* -c: kexec_load(2) */
	FOREIGN_AUTO,		/* -a: the first, and silently the second */
	FOREIGN_CLASSIC_LOAD,	/* loads that only kexec_load(2) can do */
	FOREIGN_OTHER,		/* another action: status, help, version ... */
};

struct foreign_option {
	const char *name;	/* without the dashes; NULL: short only */
	char letter;		/* 0: long only */
	bool takes_argument;
	enum foreign_meaning meaning;
};

/* The short option @letter, or NULL. */
const struct foreign_option *foreign_short(char letter);
/*
 * The long option that @name (@size bytes, up to a '=') is or abbreviates, as getopt_long(3) would
 * have it, or NULL.  Of several that it abbreviates one is returned when all of them mean the same.
 */
const struct foreign_option *foreign_long(const char *name, unsigned long size);

#define FOREIGN_OLDEST "2.0.20"	/* of kexec-tools, that this program is written for */

/*
 * Whether @text, what `kexec --version` printed, names a kexec-tools older than FOREIGN_OLDEST; then its version is
 * written to @version.  False also when no version is to be found.
 */
bool foreign_is_old(const char *text, char *version, size_t size);

#endif
