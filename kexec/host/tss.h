/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TPM2-TSS libraries, loaded at the time of use and kept quiet; their words for ours. */
#ifndef KEXEC_IMA_TSS_H
#define KEXEC_IMA_TSS_H

#include <stdlib.h>
#include <tss2/tss2_tpm2_types.h>

#include "imalog.h"
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
	unsetenv("TSS2_LOGFILE");	/* nothing outside decides where a file is written */
	return host_library_load(soname, names, count, table);
}

static inline TPM2_ALG_ID tss_alg(enum imalog_hash hash)
{
	static const TPM2_ALG_ID algs[] = {
		[IMALOG_SHA1] = TPM2_ALG_SHA1,
		[IMALOG_SHA256] = TPM2_ALG_SHA256,
		[IMALOG_SHA384] = TPM2_ALG_SHA384,
		[IMALOG_SHA512] = TPM2_ALG_SHA512,
	};

	return algs[hash];
}

#endif
