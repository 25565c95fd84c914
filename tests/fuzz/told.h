/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports, caught in memory and read back. */
#ifndef TOLD_H
#define TOLD_H

#include <stdio.h>

/* Give what is written to it to one of the two below. */
FILE *told_begin(void);
/* It is one JSON document that a strict reader takes, and says @value (NULL: anything) for @key. */
void told_json(FILE *to, const char *key, const char *value);
/* It is text without bytes that a terminal would act upon. */
void told_words(FILE *to);

#endif
