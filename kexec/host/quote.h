/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TPM 2.0 quotes as tpm2-tools write them: bytes in memory in, a checked struct imalog_quote out.
 * libtss2-mu takes the structures apart, libcrypto checks the signature; both are loaded at the
 * first use (library.h).  Nothing is read, printed or kept.
 */
#ifndef KEXEC_IMA_QUOTE_H
#define KEXEC_IMA_QUOTE_H

#include "imalog.h"

enum host_quote_result {
	HOST_QUOTE_GOOD,
	/* verdicts: the quote proves nothing about this machine */
	HOST_QUOTE_FORGED,		/* the signature is not that of this key over this attest */
	HOST_QUOTE_OTHER_PCRS,		/* the PCR values are not those that were quoted */
	/* errors */
	HOST_QUOTE_ATTEST_CUT,		/* the attest ends too early, or a size in it is beyond any */
	HOST_QUOTE_ATTEST_LONG,		/* something follows it */
	HOST_QUOTE_ATTEST_MAGIC,	/* it was not made by a TPM */
	HOST_QUOTE_ATTEST_TYPE,		/* it attests something else than PCRs */
	HOST_QUOTE_ATTEST_BAD,		/* its parts contradict each other */
	HOST_QUOTE_SIGNATURE_CUT,	/* as for the attest */
	HOST_QUOTE_SIGNATURE_LONG,
	HOST_QUOTE_SIGNATURE_SCHEME,	/* not RSASSA, RSAPSS or ECDSA */
	HOST_QUOTE_SIGNATURE_HASH,	/* not SHA-1, -256, -384, -512, or libcrypto may not use it */
	HOST_QUOTE_KEY_BAD,		/* no PEM, or no public key in it */
	HOST_QUOTE_KEY_TYPE,		/* no key for the signature's scheme */
	HOST_QUOTE_PCRS_BAD,		/* neither of the two formats */
	HOST_QUOTE_PCRS_UNKNOWN,	/* the quote selects banks or PCRs that we do not know */
	HOST_QUOTE_NO_CRYPTO,		/* libcrypto is not there */
	HOST_QUOTE_NO_MU,		/* libtss2-mu is not there */
	HOST_QUOTE_NO_MEMORY,
};

/* Which of its files a result is about, for the path in a message. */
enum host_quote_part {
	HOST_QUOTE_PART_NONE,	/* none of them: a library or memory */
	HOST_QUOTE_PART_ATTEST,
	HOST_QUOTE_PART_SIGNATURE,
	HOST_QUOTE_PART_KEY,
	HOST_QUOTE_PART_PCRS,
};

/* One sentence without a full stop, with what to do; static.  To be said behind a path, if any. */
const char *host_quote_text(enum host_quote_result result);
enum host_quote_part host_quote_part_of(enum host_quote_result result);

/* Load what a check needs, where it cannot be loaded later; what is not there is told by the check. */
void host_quote_prepare(void);

/*
 * Check a quote.  @attest: a TPMS_ATTEST (tpm2_quote -m).  @signature: a TPMT_SIGNATURE (tpm2_quote
 * -s, format tss).  @key: a public key in PEM, as tpm2_readpublic -f pem writes it, or a certificate
 * in PEM (its own validity is not looked at).  @quote is filled with HOST_QUOTE_GOOD, else zeroed: what
 * is not signed says nothing.  Whether the nonce is the one that was asked for, and whether the digest
 * is that of the log, the caller compares.
 */
enum host_quote_result host_quote_check(struct imalog_span attest, struct imalog_span signature,
					struct imalog_span key, struct imalog_quote *quote)
	IMALOG_MUST_CHECK;

/*
 * Read the PCR values that were quoted: the file of tpm2_quote -o, "serialized" (its own structs in
 * memory, little-endian) or "values" (the bare digests in the quote's order).  HOST_QUOTE_GOOD: they
 * give quote->digest, and @pcrs has them.  Needs no library.  Results besides: _OTHER_PCRS, _PCRS_BAD,
 * _PCRS_UNKNOWN; then @pcrs is zeroed.
 */
enum host_quote_result host_quote_pcrs(struct imalog_span file, const struct imalog_quote *quote,
				       struct imalog_pcrs *pcrs) IMALOG_MUST_CHECK;

#endif
