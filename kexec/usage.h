/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help says: every command and option, from one table. */
#ifndef KEXEC_IMA_USAGE_H
#define KEXEC_IMA_USAGE_H

#include <stdbool.h>
#include <stdio.h>

/* Of the whole program. */
void usage_program(FILE *to);
/* Of one command.  False, and nothing written: there is none of that @name. */
bool usage_command(FILE *to, const char *name);

#endif
