/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture of the history as a script for gnuplot. */
#ifndef KEXEC_IMA_PLOT_H
#define KEXEC_IMA_PLOT_H

#include <stdio.h>

#include "history.h"

/* What is drawn; all is borrowed. */
struct plot {
	const struct history *history;
	uint32_t boot;			/* the one to draw */
	const struct imalog_curve *curve;	/* ahead of the last sample, or NULL */
	uint64_t ahead_seconds;		/* how far */
	bool has_deadline;
	double deadline_seconds;	/* since boot */
	bool png;			/* else SVG */
	const char *output;		/* path, without control characters */
};

/* Whether gnuplot can be told the path: it has no control characters. */
bool plot_can_name(const char *path);
void plot_script(FILE *to, const struct plot *plot);

#endif
