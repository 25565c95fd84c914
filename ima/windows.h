/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much a log grew in past intervals of one length. */
#ifndef IMALOG_WINDOWS_H
#define IMALOG_WINDOWS_H

#include "imalog.h"

#define WINDOWS_STARTS 2048	/* of more, as many are taken at even distances */

/* Which windows: those that begin at an age of the boot in between, seconds. */
struct windows_choice {
	double from, until;
};

/* The growth in each. */
struct windows {
	double *bytes;		/* room for WINDOWS_STARTS; the caller's */
	size_t count;
	double independent;	/* how many of them there are that do not overlap */
	double shortest;	/* seconds: how long the shortest of them really is */
	double span;		/* seconds of history that they lie in */
	double total;		/* bytes that came in that span */
	double clump;		/* bytes that come together: of what size the parts of the growth are */
};

/* Fill all but .bytes's address. */
void imalog_windows_take(const struct imalog_past *past, const struct windows_choice *choice,
			 double seconds, struct windows *windows);

/*
 * Growth that one more such interval exceeds with probability 1 - @confidence at most.  Changes the order
 * of windows->bytes.  *@small: they are too few to have seen that; the tail is extrapolated.
 */
double imalog_windows_bound(struct windows *windows, double confidence, bool *small);
/* The median; changes the order too. */
double imalog_windows_central(struct windows *windows);

#endif
