// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes to words: spans, escapes and the phrase for each error. */
#include <string.h>

#include "imalog.h"

bool imalog_span_is(struct imalog_span span, const char *text)
{
	size_t size = strlen(text);

	return span.size == size && (!size || !memcmp(span.data, text, size));
}

void imalog_hex(struct imalog_span bytes, char *out, size_t out_size)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	for (size_t i = 0; i < bytes.size && out_size - used > 2; i++) {
		out[used++] = hex[bytes.data[i] >> 4];
		out[used++] = hex[bytes.data[i] & 15];
	}
	out[used] = '\0';
}

/* The value of a hexadecimal digit, or -1. */
static int digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool imalog_unhex(struct imalog_span text, unsigned char *out, size_t size)
{
	if (text.size % 2 || text.size / 2 != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

size_t imalog_escape(struct imalog_span span, char *out, size_t out_size)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0, safe = 0;	/* safe: a "..." still fits behind this many */

	for (size_t i = 0; i < span.size; i++) {
		unsigned char c = span.data[i];
		bool plain = c > 0x20 && c < 0x7f && c != '\\' && c != '"' && c != '\'';
		size_t need = plain ? 1 : 4;

		if (need > out_size - 1 - used) {
			memcpy(out + safe, "...", 4);
			return safe + 3;
		}
		if (plain) {
			out[used] = (char)c;
		} else {
			out[used] = '\\';
			out[used + 1] = 'x';
			out[used + 2] = hex[c >> 4];
			out[used + 3] = hex[c & 15];
		}
		used += need;
		if (used <= out_size - 4)
			safe = used;
	}
	out[used] = '\0';
	return used;
}

const char *imalog_error_text(int error)
{
	switch (error) {
	case 0: return "no error";
	case IMALOG_ERROR_CUT: return "the log ends inside a record";
	case IMALOG_ERROR_TOO_BIG: return "a record is larger than any that is accepted";
	case IMALOG_ERROR_BAD_PCR: return "no PCR has such an index";
	case IMALOG_ERROR_BAD_NAME: return "a template name is empty, too long or not printable";
	case IMALOG_ERROR_BAD_FIELD: return "a template field reaches beyond its record";
	case IMALOG_ERROR_BAD_TEXT: return "a kexec event is not what the kernel writes";
	case IMALOG_ERROR_BAD_DIGEST: return "the digest of a kexec event does not match its text";
	case IMALOG_ERROR_NO_MEMORY: return "out of memory";
	case IMALOG_ERROR_NO_FORMAT: return "this is not a binary measurement log";
	}
	return "unknown error";
}
