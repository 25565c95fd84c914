/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole soft reboot on a TPM in memory, with the kernel's part played by the model in ima/. */
#ifndef KEXEC_IMA_REHEARSE_H
#define KEXEC_IMA_REHEARSE_H

#include "course.h"
#include "host/tpm.h"

/*
 * Go through it.  False: it could not be done, course->problem says why.  Either way
 * rehearse_free().  @tick: told how many records the TPM has been extended with, or NULL.
 */
bool rehearse(const struct rehearsal *rehearsal, bool helped, struct course *course,
	      void (*tick)(void *context, uint64_t records), void *tick_context);
void rehearse_free(struct course *course);

#endif
