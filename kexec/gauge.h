/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small pictures for a terminal, in one line. */
#ifndef KEXEC_IMA_GAUGE_H
#define KEXEC_IMA_GAUGE_H

#include <stdio.h>

#include "history.h"

#define GAUGE_CELLS 24

/*
 * The growth of boot @boot in each of GAUGE_CELLS equal parts of the @seconds before its last sample, as
 * blocks of eight heights.  Nothing, and false, when there are fewer than two samples.
 */
bool gauge_growth(FILE *to, const struct history *history, uint32_t boot, double seconds);
/* How much of the segment is used (#), asked for (+) and free (.); @color: with SGR sequences. */
void gauge_room(FILE *to, uint64_t used_bytes, uint64_t needed_bytes, uint64_t segment_bytes,
		bool color);

#endif
