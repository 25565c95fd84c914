/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics for node_exporter's textfile collector. */
#ifndef KEXEC_IMA_METRICS_H
#define KEXEC_IMA_METRICS_H

#include "outlook.h"

/* To the file @output, or NULL: standard output.  @status, or what went wrong (explained). */
int metrics_write(const struct run *run, const struct survey *survey, const struct view *view,
		  const char *output, int status);
/* Look at all, and write to settings->metrics if the log @moved or the file is old.  A status. */
int metrics_publish(const struct run *run, const struct settings *settings, bool moved);
/* One more sample that could not be kept. */
void metrics_count_error(const struct run *run);

#endif
