/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened, into the history.  None of it may fail what it happens beside. */
#ifndef KEXEC_IMA_REMEMBER_H
#define KEXEC_IMA_REMEMBER_H

#include "history_line.h"
#include "kept.h"
#include "outlook.h"

struct host_history;

#define REMEMBER_SECONDS (90 * UINT64_C(86400))	/* how long rows are kept */
#define REMEMBER_BYTES (16 * UINT64_C(1048576))	/* how large the file may become */

/* The present moment as a sample, from a survey. */
void remember_sample(const struct survey *survey, struct history_sample *sample);
/*
 * Append @row to those that wait; nothing is opened for reading.  *@waiting: bytes of all that wait.  0 or a negative
 * errno of host/spool.h.
 */
int remember_row(const struct run *run, const struct history_row *row, uint64_t *waiting);
/* Put all that waits into @database, open for writing.  0 or a negative errno of host/history.h. */
int remember_fold(const struct run *run, struct host_history *database);
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
/*
 * A text of kept.h in /run/kexec-ima: to be freed, or NULL; and keep one (freed here; NULL: nothing is done).
 */
char *remember_kept(const struct run *run, const char *name);
void remember_keep(const struct run *run, const char *name, char *text);
/* Why the history cannot be used, a phrase. */
const char *remember_problem(int error);

#endif
