/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image that waits for its execute is watched by what a timer runs each minute. */
#ifndef KEXEC_IMA_WATCH_H
#define KEXEC_IMA_WATCH_H

#include "command.h"

/*
 * Look whether the room still does, if it is time to; warn once for each change of state, and load
 * again where that is configured.  @moved: the log may have grown since the last look.  A status.
 */
int watch(const struct run *run, const struct settings *settings, bool moved);

#endif
