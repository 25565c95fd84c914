/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums of bytes that never wrap: as much as there can be, or nothing. */
#ifndef IMALOG_SUMS_H
#define IMALOG_SUMS_H

#include <stdint.h>

static inline uint64_t sum_of(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t rest_of(uint64_t a, uint64_t b)
{
	uint64_t rest;

	return __builtin_sub_overflow(a, b, &rest) ? 0 : rest;
}

#endif
