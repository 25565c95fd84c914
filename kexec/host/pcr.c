// SPDX-License-Identifier: GPL-2.0-or-later
/* PCR values as the kernel shows them, without a TPM stack. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "host.h"

/* drivers/char/tpm/tpm-sysfs.c, pcr_value_show(): the TPM that IMA uses is the first one. */
#define TPM "/sys/class/tpm/tpm0"

int host_pcr_read(const struct host_root *root, enum imalog_hash hash, uint32_t pcr,
		  unsigned char *out)
{
	char path[64], text[2 * IMALOG_DIGEST_MAX + 2];
	size_t size = imalog_hash_size(hash);
	ssize_t got;

	snprintf(path, sizeof(path), TPM "/pcr-%s/%u", imalog_hash_name(hash), pcr);
	got = host_read_text(root, path, text, sizeof(text));
	if (got < 0)
		return (int)got;
	if (got && text[got - 1] == '\n')
		got--;
	return imalog_unhex((struct imalog_span){ (const unsigned char *)text, (size_t)got }, out,
			    size)
		       ? 0
		       : -EINVAL;
}

bool host_has_tpm(const struct host_root *root)
{
	char path[PATH_MAX];

	return !host_path(root, TPM, path) && !access(path, F_OK);
}

void host_pcrs_read(const struct host_root *root, uint32_t indexes, struct imalog_pcrs *pcrs)
{
	*pcrs = (struct imalog_pcrs){ 0 };
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
			if ((indexes & UINT32_C(1) << pcr) &&
			    !host_pcr_read(root, (enum imalog_hash)i, pcr, pcrs->value[i][pcr]))
				pcrs->known[i] |= UINT32_C(1) << pcr;
}
