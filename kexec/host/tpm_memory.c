// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libtpms, a TPM 2.0 in this process, as a TCTI: a command that esys transmits is run at once, and the
 * response kept until it is received.  What the TPM wants stored stays in memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libtpms/tpm_error.h>
#include <libtpms/tpm_library.h>

#include "tpm_inside.h"

#define TPMS(X) \
	X(TPMLIB_ChooseTPMVersion) X(TPMLIB_MainInit) X(TPMLIB_Process) \
	X(TPMLIB_RegisterCallbacks) X(TPMLIB_Terminate)

static struct { TPMS(HOST_SYMBOL) } tpms;
static const char *const names[] = { TPMS(HOST_NAME) };

HOST_LIBRARY_NOTE(note, "a TPM in memory to rehearse on", "libtpms.so.0");

/* ---- non-volatile memory: libtpms keeps whole states under a few names ---------------------- */

#define STATES 4
#define STATE_NAME_BYTES 32

static struct state {
	char name[STATE_NAME_BYTES];	/* "": free */
	unsigned char *data;
	uint32_t size;
} states[STATES];

static struct state *find(const char *name)
{
	for (unsigned i = 0; i < STATES; i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	return NULL;
}

static void forget(struct state *state)
{
	free(state->data);
	memset(state, 0, sizeof(*state));
}

static TPM_RESULT nothing(void)
{
	return TPM_SUCCESS;
}

/* TPM_RETRY is how libtpms calls what is not there. */
static TPM_RESULT load_state(unsigned char **data, uint32_t *size, uint32_t tpm, const char *name)
{
	const struct state *state = find(name);

	(void)tpm;
	if (!*name || !state)
		return TPM_RETRY;
	*data = malloc(state->size ? state->size : 1);
	if (!*data)
		return TPM_FAIL;
	memcpy(*data, state->data, state->size);
	*size = state->size;
	return TPM_SUCCESS;
}

static TPM_RESULT store_state(const unsigned char *data, uint32_t size, uint32_t tpm,
			      const char *name)
{
	struct state *state = find(name);
	unsigned char *copy;

	(void)tpm;
	if (!state)
		state = find("");
	if (!*name || strlen(name) >= STATE_NAME_BYTES || !state)
		return TPM_FAIL;
	copy = malloc(size ? size : 1);
	if (!copy)
		return TPM_FAIL;
	memcpy(copy, data, size);
	forget(state);
	strcpy(state->name, name);
	state->data = copy;
	state->size = size;
	return TPM_SUCCESS;
}

static TPM_RESULT delete_state(uint32_t tpm, const char *name, TPM_BOOL must_exist)
{
	struct state *state = *name ? find(name) : NULL;

	(void)tpm;
	if (!state)
		return must_exist ? TPM_RETRY : TPM_SUCCESS;
	forget(state);
	return TPM_SUCCESS;
}

static TPM_RESULT locality_zero(TPM_MODIFIER_INDICATOR *locality, uint32_t tpm)
{
	(void)tpm;
	*locality = 0;
	return TPM_SUCCESS;
}

static TPM_RESULT nobody_is_present(TPM_BOOL *present, uint32_t tpm)
{
	(void)tpm;
	*present = 0;
	return TPM_SUCCESS;
}

/* ---- the TCTI ---------------------------------------------------------------------------------- */

struct memory {
	TSS2_TCTI_CONTEXT_COMMON_V2 common;	/* first: esys has only this */
	unsigned char *response;	/* libtpms's buffer, grown by it, freed by us */
	uint32_t response_size, buffer_size;
	bool has_response;
};

static struct memory *running;	/* libtpms has no more than one */

static TSS2_RC transmit(TSS2_TCTI_CONTEXT *tcti, size_t size, const uint8_t *command)
{
	struct memory *memory = (struct memory *)tcti;

	if (memory->has_response)
		return TSS2_TCTI_RC_BAD_SEQUENCE;
	/* Not const in its prototype: it may decrypt in place.  The buffer is esys's own. */
	if (tpms.TPMLIB_Process(&memory->response, &memory->response_size, &memory->buffer_size,
				(unsigned char *)(uintptr_t)command, (uint32_t)size))
		return TSS2_TCTI_RC_IO_ERROR;
	memory->has_response = true;
	return TSS2_RC_SUCCESS;
}

static TSS2_RC receive(TSS2_TCTI_CONTEXT *tcti, size_t *size, uint8_t *response, int32_t timeout)
{
	struct memory *memory = (struct memory *)tcti;
	size_t room = *size;

	(void)timeout;
	if (!memory->has_response)
		return TSS2_TCTI_RC_BAD_SEQUENCE;
	*size = memory->response_size;
	if (!response)
		return TSS2_RC_SUCCESS;	/* only the size was asked for */
	if (room < memory->response_size)
		return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
	memcpy(response, memory->response, memory->response_size);
	memory->has_response = false;
	return TSS2_RC_SUCCESS;
}

/* esys calls it for a TCTI that it opened itself, not for ours. */
static void finalize(TSS2_TCTI_CONTEXT *tcti)
{
	(void)tcti;
}

static TSS2_RC cancel(TSS2_TCTI_CONTEXT *tcti)
{
	(void)tcti;
	return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC set_locality(TSS2_TCTI_CONTEXT *tcti, uint8_t locality)
{
	(void)tcti;
	return locality ? TSS2_TCTI_RC_NOT_SUPPORTED : TSS2_RC_SUCCESS;
}

/* ---- on and off --------------------------------------------------------------------------------- */

static int power_on(void)
{
	static struct libtpms_callbacks callbacks = {
		.sizeOfStruct = sizeof(callbacks),
		.tpm_nvram_init = nothing,
		.tpm_nvram_loaddata = load_state,
		.tpm_nvram_storedata = store_state,
		.tpm_nvram_deletename = delete_state,
		.tpm_io_init = nothing,
		.tpm_io_getlocality = locality_zero,
		.tpm_io_getphysicalpresence = nobody_is_present,
	};

	if (tpms.TPMLIB_ChooseTPMVersion(TPMLIB_TPM_VERSION_2) ||
	    tpms.TPMLIB_RegisterCallbacks(&callbacks) || tpms.TPMLIB_MainInit())
		return -EIO;
	return 0;
}

int tpm_memory_load(void)
{
	return host_library_load("libtpms.so.0", names, sizeof(names) / sizeof(names[0]), &tpms);
}

int tpm_memory_open(TSS2_TCTI_CONTEXT **tcti)
{
	int error = tpm_memory_load();
	struct memory *memory;

	*tcti = NULL;
	if (error)
		return error;
	if (running)
		return -EBUSY;
	memory = calloc(1, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	memory->common.v1 = (TSS2_TCTI_CONTEXT_COMMON_V1){
		.version = 2,
		.transmit = transmit,
		.receive = receive,
		.finalize = finalize,
		.cancel = cancel,
		.setLocality = set_locality,
	};
	running = memory;
	*tcti = (TSS2_TCTI_CONTEXT *)memory;
	return power_on();
}

int tpm_memory_restart(TSS2_TCTI_CONTEXT *tcti)
{
	((struct memory *)tcti)->has_response = false;
	tpms.TPMLIB_Terminate();
	return power_on();
}

void tpm_memory_close(TSS2_TCTI_CONTEXT *tcti)
{
	struct memory *memory = (struct memory *)tcti;

	if (!memory)
		return;
	tpms.TPMLIB_Terminate();
	for (unsigned i = 0; i < STATES; i++)
		forget(&states[i]);
	free(memory->response);
	free(memory);
	running = NULL;
}
