/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of the history as a line of text, for the file in which rows wait until somebody asks for the history
 * (host/spool.c): "WORD BOOT-ID NUMBER NUMBER ...".
 */
#ifndef KEXEC_IMA_HISTORY_LINE_H
#define KEXEC_IMA_HISTORY_LINE_H

#include "history.h"
#include "record.h"

#define HISTORY_LINE_MAX 384	/* bytes, new line and NUL included; any row is shorter */

enum history_row_kind { HISTORY_ROW_SAMPLE, HISTORY_ROW_LOAD, HISTORY_ROW_CHECK, HISTORY_ROW_VERIFY };

/* One row and the boot it is of.  Plain values; .kind says what holds. */
struct history_row {
	enum history_row_kind kind;
	char boot_id[RECORD_BOOT_ID_SIZE];
	struct history_sample sample;	/* .boot is not used */
	uint64_t counted;		/* sample: the kernel's own count then, records */
	struct history_event event;	/* load, check; .boot is not used */
	int64_t unix_seconds;		/* verify: when */
	enum imalog_outcome outcome;	/* verify: what it said */
};

/* @out: the line with its end.  Its length in bytes. */
size_t history_line_write(const struct history_row *row, char out[HISTORY_LINE_MAX]);
/* @line: without its end, @size bytes.  False: it is not such a line, as one that was cut by a crash. */
bool history_line_read(const char *line, size_t size, struct history_row *row);

#endif
