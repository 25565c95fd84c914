/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole TPM 2.0 in this process: libtpms, driven by libtss2-esys.  It keeps its state in memory
 * and writes nothing to disk.  The libraries are loaded at the first use (library.h).
 *
 * libtpms has one TPM a process: a second may be started when the first was stopped, and is then
 * another one, fresh from the factory.  Functions return 0 or a negative errno; then tpm->problem
 * says in one sentence what was the matter.  Not for threads.
 */
#ifndef KEXEC_IMA_TPM_H
#define KEXEC_IMA_TPM_H

#include "imalog.h"

struct host_tpm {
	struct tpm_inside *inside;	/* owned; NULL: not started */
	char problem[200];		/* "" or one sentence without a full stop */
};

enum host_tpm_scheme { HOST_TPM_ECDSA, HOST_TPM_RSASSA, HOST_TPM_RSAPSS };

/* What to sign, and how. */
struct host_tpm_ask {
	enum host_tpm_scheme scheme;	/* ECDSA on P-256, or RSA of 2048 bits, which takes long to make */
	enum imalog_hash hash;		/* of the signature, and so of the quote's digest */
	struct imalog_span nonce;	/* at most IMALOG_NONCE_MAX bytes */
	unsigned selection_count;	/* at most IMALOG_SELECTIONS */
	struct imalog_selection selection[IMALOG_SELECTIONS];
};

/* A quote and all that is needed to check it.  Plain values. */
struct host_tpm_quote {
	size_t attest_size, signature_size, key_size;	/* bytes */
	unsigned char attest[2048];	/* TPMS_ATTEST */
	unsigned char signature[1024];	/* TPMT_SIGNATURE */
	char key[2048];			/* PEM, SubjectPublicKeyInfo; a NUL follows */
	struct imalog_pcrs pcrs;	/* the selected ones, read just after the quote */
};

/* Load what it needs, where it cannot be loaded later; what is not there is told by host_tpm_start(). */
void host_tpm_prepare(void);

/*
 * A new TPM, started up as after power-on: all PCRs of all four banks as a PC Client TPM has them (0
 * to 16 and 23 are zero).  Errors: -ELIBACC a library is not there; -EBUSY one is running in this
 * process; -EIO the TPM failed; -ENOMEM.  Whatever the result, host_tpm_stop() may be called.
 */
int host_tpm_start(struct host_tpm *tpm) IMALOG_MUST_CHECK;

/* Extend PCR @pcr of all four banks, each by its own digest. */
int host_tpm_extend(struct host_tpm *tpm, unsigned pcr,
		    const unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX]) IMALOG_MUST_CHECK;

/* @out: imalog_hash_size(@hash) bytes. */
int host_tpm_read(struct host_tpm *tpm, enum imalog_hash hash, unsigned pcr, unsigned char *out)
	IMALOG_MUST_CHECK;

/*
 * A quote by a restricted signing key below a primary key of the owner.  The key is made at the first
 * quote with that scheme and hash, and kept until host_tpm_stop().  -EINVAL: @ask is out of bounds.
 */
int host_tpm_quote(struct host_tpm *tpm, const struct host_tpm_ask *ask,
		   struct host_tpm_quote *quote) IMALOG_MUST_CHECK;

/* Throws the TPM away.  No TPM is no error. */
void host_tpm_stop(struct host_tpm *tpm);

#endif
