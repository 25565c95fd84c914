// SPDX-License-Identifier: GPL-2.0-or-later
/* A history from text: one boot, a line for each sample. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

#define HEADER "boottime_seconds,records,bytes"

/* A number of decimal digits at *@text, which moves behind it. */
static bool take_number(const char **text, uint64_t *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

static bool take_comma(const char **text)
{
	return *(*text)++ == ',';
}

/* Seconds: digits, and perhaps a part behind a point. */
static bool take_seconds(const char **text, double *seconds)
{
	const char *start = *text;
	char *end;

	if (*start < '0' || *start > '9')
		return false;
	*text += strspn(*text, "0123456789.");
	*seconds = strtod(start, &end);
	return end == *text && *seconds < 1e12;
}

/* One line, which ends at @text's NUL. */
static bool take_line(const char *text, struct history_sample *sample)
{
	*sample = (struct history_sample){ .boot = 1, .exact = true };
	return take_seconds(&text, &sample->boottime_seconds) && take_comma(&text) &&
	       take_number(&text, &sample->records) && take_comma(&text) &&
	       take_number(&text, &sample->bytes) && !*text;
}

static bool add(struct history *out, const struct history_sample *sample, size_t *room)
{
	if (out->sample_count == *room) {
		struct history_sample *more;

		*room = *room ? *room * 2 : 1024;
		more = realloc(out->samples, *room * sizeof(*more));
		if (!more)
			return false;
		out->samples = more;
	}
	out->samples[out->sample_count++] = *sample;
	return true;
}

int history_from_csv(const char *text, size_t size, struct history *out)
{
	size_t room = 0, at = 0;
	int line = 0;

	*out = (struct history){ 0 };
	while (at < size) {
		const char *start = text + at, *end = memchr(start, '\n', size - at);
		size_t length = end ? (size_t)(end - start) : size - at;
		struct history_sample sample;
		char copy[128];

		line++;
		at += length + 1;
		if (length && start[length - 1] == '\r')
			length--;
		if (length >= sizeof(copy) || memchr(start, '\0', length))
			return line;
		memcpy(copy, start, length);
		copy[length] = '\0';
		if (line == 1) {
			if (strcmp(copy, HEADER))
				return line;
			continue;
		}
		if (!take_line(copy, &sample))
			return line;
		if (out->sample_count && sample.boottime_seconds <=
						 out->samples[out->sample_count - 1].boottime_seconds)
			return line;
		if (!add(out, &sample, &room))
			return -1;
	}
	return out->sample_count ? 0 : line + 1;
}
