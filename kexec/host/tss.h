/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TPM2-TSS libraries, loaded at the time of use and kept quiet. */
#ifndef KEXEC_IMA_TSS_H
#define KEXEC_IMA_TSS_H

#include <stdlib.h>

#include "library.h"

#define TSS_MU "libtss2-mu.so.0"
#define TSS_ESYS "libtss2-esys.so.0"

/*
 * As host_library_load().  These libraries log what they refuse to standard error, each from its first
 * failure on by what TSS2_LOG says then; a user's own TSS2_LOG is left alone.
 */
static inline int tss_load(const char *soname, const char *const names[], size_t count, void *table)
{
	setenv("TSS2_LOG", "all+none", 0);
	return host_library_load(soname, names, count, table);
}

#endif
