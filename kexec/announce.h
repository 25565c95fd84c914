/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict of a boot, told where operators and programs look for it. */
#ifndef KEXEC_IMA_ANNOUNCE_H
#define KEXEC_IMA_ANNOUNCE_H

#include "command.h"
#include "verdict.h"

/*
 * Into the journal, with fields of its own; where nobody listens, a verdict that is not good goes to
 * standard error.  And into the metrics file, if @settings name one.
 */
void announce_verdict(const struct run *run, const struct settings *settings,
		      const struct verdict *verdict);

#endif
