/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of the Prometheus text format, and those that `promtool check metrics` has beside them. */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

/* NULL, or what is wrong with @text; it changes. */
const char *prometheus_check(char *text);

#endif
