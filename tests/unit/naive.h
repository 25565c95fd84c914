/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second reader, written apart from the product's: the whole log in memory, one record by its
 * place.  The two must agree on any bytes.
 */
#ifndef NAIVE_H
#define NAIVE_H

#include "imalog.h"

/* One record, as places in the log; bytes. */
struct naive {
	uint64_t start, end;
	uint64_t name, name_size;
	uint64_t data, data_size;
	uint32_t pcr;
	bool violation;
};

/* 0: the record at @at.  1: the log ends there.  Else the reader's error. */
int naive_record(struct imalog_span log, const struct imalog_format *format, uint64_t at,
		 struct naive *record);

/*
 * Read @log with the product's reader, at most @chunk new bytes a window, and with naive_record().
 * NULL if they agree in every record and in the end, otherwise what differs.
 */
const char *naive_compare(struct imalog_span log, const struct imalog_format *format,
			  size_t chunk);

#endif
