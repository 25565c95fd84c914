// SPDX-License-Identifier: GPL-2.0-or-later
/* A TPM in memory: started, extended, read, stopped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tpm_inside.h"
#include "tss.h"

static struct tpm_esys esys;
static const char *const names[] = { TPM_ESYS(HOST_NAME) };

HOST_LIBRARY_NOTE(note, "a TPM in memory to rehearse on", TSS_ESYS);

/* ---- words ------------------------------------------------------------------------------------ */

int tpm_failed(struct host_tpm *tpm, const char *what, TSS2_RC rc)
{
	snprintf(tpm->problem, sizeof(tpm->problem), "the TPM in memory could not %s: error 0x%x",
		 what, rc);
	return -EIO;
}

int tpm_lacks(struct host_tpm *tpm, const char *library)
{
	snprintf(tpm->problem, sizeof(tpm->problem),
		 "%s is not there or too old: install it for a TPM in memory", library);
	return -ELIBACC;
}

TPMS_PCR_SELECTION tpm_selection(enum imalog_hash hash, uint32_t pcrs)
{
	return (TPMS_PCR_SELECTION){
		.hash = tss_alg(hash),
		.sizeofSelect = 3,
		.pcrSelect = { (BYTE)pcrs, (BYTE)(pcrs >> 8), (BYTE)(pcrs >> 16) },
	};
}

/* ---- start ------------------------------------------------------------------------------------- */

#define ALL_PCRS ((UINT32_C(1) << IMALOG_PCRS) - 1)

/* All PCRs of bank @hash are there. */
static bool has_bank(const TPML_PCR_SELECTION *active, enum imalog_hash hash)
{
	TPMS_PCR_SELECTION all = tpm_selection(hash, ALL_PCRS);

	for (unsigned i = 0; i < active->count; i++) {
		const TPMS_PCR_SELECTION *bank = &active->pcrSelections[i];

		if (bank->hash == all.hash && bank->sizeofSelect >= all.sizeofSelect &&
		    !memcmp(bank->pcrSelect, all.pcrSelect, all.sizeofSelect))
			return true;
	}
	return false;
}

/* 1: all four banks are there, 0: not all. */
static int has_banks(struct host_tpm *tpm)
{
	TPMS_CAPABILITY_DATA *data;
	TPMI_YES_NO more;
	TSS2_RC rc = esys.Esys_GetCapability(tpm->inside->context, ESYS_TR_NONE, ESYS_TR_NONE,
					     ESYS_TR_NONE, TPM2_CAP_PCRS, 0, 1, &more, &data);
	int result = 1;

	if (rc)
		return tpm_failed(tpm, "list its banks", rc);
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (!has_bank(&data->data.assignedPCR, (enum imalog_hash)i))
			result = 0;
	esys.Esys_Free(data);
	return result;
}

/* Which banks a TPM has by default is its builder's choice; it takes another after the next start. */
static int allocate_banks(struct host_tpm *tpm)
{
	TPML_PCR_SELECTION banks = { .count = IMALOG_HASHES };
	UINT32 most, needed, available;
	TPMI_YES_NO done = 0;
	TSS2_RC rc;

	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		banks.pcrSelections[i] = tpm_selection((enum imalog_hash)i, ALL_PCRS);
	rc = esys.Esys_PCR_Allocate(tpm->inside->context, ESYS_TR_RH_PLATFORM, ESYS_TR_PASSWORD,
				    ESYS_TR_NONE, ESYS_TR_NONE, &banks, &done, &most, &needed,
				    &available);
	if (rc || !done)
		return tpm_failed(tpm, "have all four banks", rc);
	return 0;
}

static int startup(struct host_tpm *tpm)
{
	TSS2_RC rc = esys.Esys_Startup(tpm->inside->context, TPM2_SU_CLEAR);

	return rc ? tpm_failed(tpm, "start up", rc) : 0;
}

static int start_banks(struct host_tpm *tpm)
{
	int result = startup(tpm);

	if (!result)
		result = has_banks(tpm);
	if (result)
		return result > 0 ? 0 : result;
	result = allocate_banks(tpm);
	if (!result && tpm_memory_restart(tpm->inside->tcti))
		result = tpm_failed(tpm, "start again", 0);
	if (!result)
		result = startup(tpm);
	return result;
}

static int open_memory(struct host_tpm *tpm)
{
	int error = tpm_memory_open(&tpm->inside->tcti);

	switch (error) {
	case 0:
		return 0;
	case -ELIBACC:
	case -ELIBBAD:
		return tpm_lacks(tpm, "libtpms.so.0 (libtpms)");
	case -EBUSY:
		snprintf(tpm->problem, sizeof(tpm->problem),
			 "a TPM in memory is already running in this process");
		return error;
	case -ENOMEM:
		snprintf(tpm->problem, sizeof(tpm->problem), "not enough memory");
		return error;
	default:
		return tpm_failed(tpm, "be made", 0);
	}
}

static int load(void)
{
	return tss_load(TSS_ESYS, names, sizeof(names) / sizeof(names[0]), &esys);
}

void host_tpm_prepare(void)
{
	/* libcrypto first: libtpms uses it too, and would have it read its configuration. */
	if (!tpm_quote_load() && !load())
		tpm_memory_load();
}

int host_tpm_start(struct host_tpm *tpm)
{
	TSS2_ABI_VERSION version = TSS2_ABI_VERSION_CURRENT;
	TSS2_RC rc;
	int error;

	memset(tpm, 0, sizeof(*tpm));
	host_tpm_prepare();
	if (load())
		return tpm_lacks(tpm, TSS_ESYS " (TPM2-TSS)");
	tpm->inside = calloc(1, sizeof(*tpm->inside));
	if (!tpm->inside) {
		snprintf(tpm->problem, sizeof(tpm->problem), "not enough memory");
		return -ENOMEM;
	}
	tpm->inside->esys = &esys;
	error = open_memory(tpm);
	if (error)
		return error;
	rc = esys.Esys_Initialize(&tpm->inside->context, tpm->inside->tcti, &version);
	if (rc)
		return tpm_failed(tpm, "be reached", rc);
	return start_banks(tpm);
}

void host_tpm_stop(struct host_tpm *tpm)
{
	if (!tpm->inside)
		return;
	if (tpm->inside->context)
		esys.Esys_Finalize(&tpm->inside->context);
	tpm_memory_close(tpm->inside->tcti);
	free(tpm->inside);
	tpm->inside = NULL;
}

/* ---- PCRs --------------------------------------------------------------------------------------- */

static int bad_pcr(struct host_tpm *tpm, unsigned pcr)
{
	snprintf(tpm->problem, sizeof(tpm->problem), "a TPM has no PCR %u: 0 to %d", pcr,
		 IMALOG_PCRS - 1);
	return -EINVAL;
}

int host_tpm_extend(struct host_tpm *tpm, unsigned pcr,
		    const unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX])
{
	TPML_DIGEST_VALUES values = { .count = IMALOG_HASHES };
	TSS2_RC rc;

	if (pcr >= IMALOG_PCRS)
		return bad_pcr(tpm, pcr);
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		values.digests[i].hashAlg = tss_alg((enum imalog_hash)i);
		memcpy(&values.digests[i].digest, digest[i], imalog_hash_size((enum imalog_hash)i));
	}
	rc = esys.Esys_PCR_Extend(tpm->inside->context, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD,
				  ESYS_TR_NONE, ESYS_TR_NONE, &values);
	return rc ? tpm_failed(tpm, "extend a PCR", rc) : 0;
}

int host_tpm_read(struct host_tpm *tpm, enum imalog_hash hash, unsigned pcr, unsigned char *out)
{
	TPML_PCR_SELECTION selection = { .count = 1 };
	TPML_DIGEST *values;
	TSS2_RC rc;
	bool good;

	if (pcr >= IMALOG_PCRS)
		return bad_pcr(tpm, pcr);
	selection.pcrSelections[0] = tpm_selection(hash, UINT32_C(1) << pcr);
	rc = esys.Esys_PCR_Read(tpm->inside->context, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
				&selection, NULL, NULL, &values);
	if (rc)
		return tpm_failed(tpm, "read a PCR", rc);
	good = values->count == 1 && values->digests[0].size == imalog_hash_size(hash);
	if (good)
		memcpy(out, values->digests[0].buffer, values->digests[0].size);
	esys.Esys_Free(values);
	return good ? 0 : tpm_failed(tpm, "read a PCR", 0);
}
