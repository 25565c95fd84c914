/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened, into the history.  None of it may fail what it happens beside. */
#ifndef KEXEC_IMA_REMEMBER_H
#define KEXEC_IMA_REMEMBER_H

#include "history.h"
#include "outlook.h"

#define REMEMBER_SECONDS (90 * UINT64_C(86400))	/* how long rows are kept */
#define REMEMBER_BYTES (16 * UINT64_C(1048576))	/* how large the file may become */

/* The present moment as a sample, from a survey. */
void remember_sample(const struct survey *survey, struct history_sample *sample);
/* A load or a check that was judged.  A failure is told once and changes nothing. */
void remember_judgement(const struct run *run, const struct survey *survey, enum history_kind kind,
			const struct imalog_decision *decision, const struct outlook *outlook);
/*
 * The soft reboots that the log shows and @history does not yet, as rows; to be freed.  NULL: none.
 */
struct history_event *remember_executes(const struct history *history,
					const struct imalog_census *census, size_t *count);
/* What verify said of the live log of this boot.  As above. */
void remember_verify(const struct run *run, enum imalog_outcome outcome);
/* Why the history cannot be used, a phrase. */
const char *remember_problem(int error);

#endif
