// SPDX-License-Identifier: GPL-2.0-or-later
/* The digest of a quote, from PCR values. */
#include <string.h>

#include "imalog.h"

const unsigned char *imalog_pcrs_lookup(const void *pcrs, enum imalog_hash hash, unsigned pcr)
{
	const struct imalog_pcrs *values = pcrs;

	if (pcr >= IMALOG_PCRS || !(values->known[hash] & UINT32_C(1) << pcr))
		return NULL;
	return values->value[hash][pcr];
}

bool imalog_quote_selects(const struct imalog_quote *quote, enum imalog_hash hash, unsigned pcr)
{
	for (unsigned i = 0; i < quote->selection_count; i++)
		if (quote->selection[i].hash == hash && pcr < IMALOG_PCRS &&
		    quote->selection[i].pcrs & UINT32_C(1) << pcr)
			return true;
	return false;
}

bool imalog_quote_digest(const struct imalog_quote *quote, imalog_pcr_lookup *lookup,
			 const void *context, unsigned char out[IMALOG_DIGEST_MAX])
{
	/* As large as a quote can be; only what is selected is touched. */
	unsigned char all[IMALOG_SELECTIONS * IMALOG_PCRS * IMALOG_DIGEST_MAX];
	size_t used = 0;

	if (quote->selects_other)
		return false;
	for (unsigned i = 0; i < quote->selection_count; i++) {
		const struct imalog_selection *selection = &quote->selection[i];
		size_t size = imalog_hash_size(selection->hash);

		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			const unsigned char *value;

			if (!(selection->pcrs & UINT32_C(1) << pcr))
				continue;
			value = lookup(context, selection->hash, pcr);
			if (!value)
				return false;
			memcpy(all + used, value, size);
			used += size;
		}
	}
	imalog_hash_digest(quote->hash, (struct imalog_span){ all, used }, out);
	return true;
}
