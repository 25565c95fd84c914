/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel command lines: what they say about IMA. */
#ifndef KEXEC_IMA_CMDLINE_H
#define KEXEC_IMA_CMDLINE_H

#include <stdbool.h>

#define CMDLINE_VALUE_SIZE 128	/* bytes, the NUL included */

/* The last of each that counts; "" when it is not there. */
struct cmdline {
	bool known;		/* the command line is */
	bool critical_data;	/* ima_policy= has critical_data: the kexec events are measured */
	char policy[CMDLINE_VALUE_SIZE];	/* ima_policy= */
	char template_[CMDLINE_VALUE_SIZE];	/* ima_template= */
	char format[CMDLINE_VALUE_SIZE];	/* ima_template_fmt= */
	char hash[CMDLINE_VALUE_SIZE];	/* ima_hash= */
	bool canonical;		/* ima_canonical_fmt */
};

/* Read @text as the kernel does: blanks part, double quotes keep them (lib/cmdline.c, next_arg(), 7.3.4). */
void cmdline_read(const char *text, struct cmdline *cmdline);
/*
 * The next command line of a load by kexec-tools 2.0.25 to 2.0.32 on x86 and arm64: --append= and its other names,
 * and with --reuse-cmdline the running one before them.  False: it is longer than @size.
 */
bool cmdline_of_load(char *const *arguments, const char *running, char *out, unsigned long size);

#endif
