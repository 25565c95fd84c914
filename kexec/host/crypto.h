/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What TPM structures need of libcrypto: signatures checked, public keys as PEM. */
#ifndef KEXEC_IMA_CRYPTO_H
#define KEXEC_IMA_CRYPTO_H

#include <tss2/tss2_tpm2_types.h>

#include "imalog.h"
#include "quote.h"

/* 0 or a negative errno; the functions below do it themselves. */
int host_crypto_load(void);

/*
 * Whether @signature is that of the key @pem over @data.  @hash: that of the signature.
 * HOST_QUOTE_GOOD, _FORGED, _SIGNATURE_SCHEME, _SIGNATURE_HASH, _KEY_BAD, _KEY_TYPE, _NO_CRYPTO,
 * _NO_MEMORY.
 */
enum host_quote_result host_crypto_verify(const TPMT_SIGNATURE *signature, enum imalog_hash hash,
					  struct imalog_span data, struct imalog_span pem);

/*
 * An RSA key or one on P-256 as PEM (SubjectPublicKeyInfo) and a NUL.  Returns the bytes without the
 * NUL, or a negative errno: -ELIBACC, -EINVAL (another kind of key), -ENOBUFS, -ENOMEM.
 */
int host_crypto_pem(const TPMT_PUBLIC *public, char *out, size_t size);

#endif
