/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only way bytes of a log are read: a span that shrinks from the front.  Every getter
 * checks before it reads, compares with what is left (never adds), and changes nothing when
 * it fails.
 */
#ifndef IMALOG_CURSOR_H
#define IMALOG_CURSOR_H

#include <string.h>

#include "imalog.h"

/* Equal bytes.  Names of 4 to 8 bytes, as most templates have, are two words that may overlap. */
static inline bool span_equals(struct imalog_span span, const unsigned char *bytes, size_t size)
{
	if (span.size != size)
		return false;
	if (size < 4 || size > 8)
		return !size || !memcmp(span.data, bytes, size);
	return !memcmp(span.data, bytes, 4) && !memcmp(span.data + size - 4, bytes + size - 4, 4);
}

/* Take @size bytes as a sub-span. */
static inline bool cursor_bytes(struct imalog_span *cursor, size_t size,
				struct imalog_span *out)
{
	if (size > cursor->size)
		return false;
	out->data = cursor->data;
	out->size = size;
	cursor->data += size;
	cursor->size -= size;
	return true;
}

/* Take a u32 in the given byte order. */
static inline bool cursor_u32(struct imalog_span *cursor, enum imalog_byte_order byte_order,
			      uint32_t *value)
{
	const unsigned char *p = cursor->data;

	if (cursor->size < 4)
		return false;
	if (byte_order == IMALOG_LITTLE_ENDIAN)
		*value = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	else
		*value = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	cursor->data += 4;
	cursor->size -= 4;
	return true;
}

/* Take a u32 length and that many bytes; on failure @cursor is as before. */
static inline bool cursor_counted(struct imalog_span *cursor,
				  enum imalog_byte_order byte_order, struct imalog_span *out)
{
	struct imalog_span try = *cursor;
	uint32_t size;

	if (!cursor_u32(&try, byte_order, &size) || !cursor_bytes(&try, size, out))
		return false;
	*cursor = try;
	return true;
}

/* Field number @index of template data, from 0; false when there are not that many whole ones. */
static inline bool span_field(struct imalog_span data, enum imalog_byte_order byte_order,
			      unsigned index, struct imalog_span *field)
{
	for (; cursor_counted(&data, byte_order, field); index--)
		if (!index)
			return true;
	return false;
}

/* Take what stands before the first @stop, and the @stop itself; false if there is none. */
static inline bool cursor_until(struct imalog_span *cursor, unsigned char stop,
				struct imalog_span *out)
{
	const unsigned char *found = cursor->size ? memchr(cursor->data, stop, cursor->size) : NULL;

	if (!found)
		return false;
	out->data = cursor->data;
	out->size = (size_t)(found - cursor->data);
	cursor->data = found + 1;
	cursor->size -= out->size + 1;
	return true;
}

#endif
