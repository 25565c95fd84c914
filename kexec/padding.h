/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which banks did kernels extend with padded SHA-1 digests, as they lack the algorithm, and in which
 * boots?  Nothing in the log tells, so it is guessed when the log does not match as it is.
 */
#ifndef KEXEC_IMA_PADDING_H
#define KEXEC_IMA_PADDING_H

#include "verdict.h"

#define PADDING_TURNS 64	/* guesses at most: each is a replay of the whole log */

struct padding {
	unsigned banks;		/* 1 << enum imalog_hash; 0: none */
	uint64_t first, end;	/* as .padded_first and .padded_end of struct imalog_replay */
};

/*
 * The guess number @turn (from 0) for a log that did not match with nothing padded; the likely ones come
 * first: all boots, those from one on, those up to one, those between two.  False: there are no more.
 */
bool padding_guess(const struct verdict *verdict, unsigned turn, struct padding *padding);

#endif
