/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the TPM in memory share. */
#ifndef KEXEC_IMA_TPM_INSIDE_H
#define KEXEC_IMA_TPM_INSIDE_H

#include <tss2/tss2_esys.h>

#include "library.h"
#include "tpm.h"

/* ---- libtpms as a TPM that libtss2-esys can talk to (tpm_memory.c) ------------------------- */

/*
 * A TPM fresh from the factory, powered on.  -ELIBACC, -ELIBBAD: no libtpms; -EBUSY: there is one in
 * this process; -EIO, -ENOMEM.
 */
int tpm_memory_open(TSS2_TCTI_CONTEXT **tcti);
/* Off and on again; what it has in non-volatile memory stays. */
int tpm_memory_restart(TSS2_TCTI_CONTEXT *tcti);
/* Load libtpms, where it cannot be loaded later. */
int tpm_memory_load(void);
/* Off and away, with all it had.  NULL is no error. */
void tpm_memory_close(TSS2_TCTI_CONTEXT *tcti);

/* ---- the TPM itself (tpm.c) ------------------------------------------------------------------- */

#define TPM_ESYS(X) \
	X(Esys_Create) X(Esys_CreatePrimary) X(Esys_Finalize) X(Esys_FlushContext) X(Esys_Free) \
	X(Esys_GetCapability) X(Esys_Initialize) X(Esys_Load) X(Esys_PCR_Allocate) \
	X(Esys_PCR_Extend) X(Esys_PCR_Read) X(Esys_Quote) X(Esys_Startup)

/* Load what a quote needs (tpm_quote.c). */
int tpm_quote_load(void);

struct tpm_esys { TPM_ESYS(HOST_SYMBOL) };

/* A signing key, made when it was first asked for. */
struct tpm_key {
	ESYS_TR handle;		/* 0: there is none, since that is a PCR */
	size_t pem_size;	/* bytes */
	char pem[2048];
};

struct tpm_inside {
	TSS2_TCTI_CONTEXT *tcti;	/* owned */
	ESYS_CONTEXT *context;		/* owned */
	const struct tpm_esys *esys;	/* the library; borrowed, filled once it is loaded */
	struct tpm_key key;		/* the one that is loaded: a TPM has few places */
	enum host_tpm_scheme key_scheme;
	enum imalog_hash key_hash;
};

/* Sets tpm->problem to a sentence about @what that failed with @rc.  Returns -EIO. */
int tpm_failed(struct host_tpm *tpm, const char *what, TSS2_RC rc);
/* The same for a library that is not there.  Returns -ELIBACC. */
int tpm_lacks(struct host_tpm *tpm, const char *library);
/* A selection as a TPM wants it. */
TPMS_PCR_SELECTION tpm_selection(enum imalog_hash hash, uint32_t pcrs);

#endif
