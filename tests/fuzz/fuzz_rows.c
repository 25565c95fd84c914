// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the history that wait as lines of text: what is read is written again as the same row. */
#include "fuzz.h"
#include "history_line.h"

static bool same(const struct history_row *a, const struct history_row *b)
{
	return a->kind == b->kind && !strcmp(a->boot_id, b->boot_id) && a->counted == b->counted &&
	       a->unix_seconds == b->unix_seconds && a->outcome == b->outcome &&
	       a->sample.boottime_seconds == b->sample.boottime_seconds &&
	       a->sample.unix_seconds == b->sample.unix_seconds &&
	       a->sample.records == b->sample.records && a->sample.bytes == b->sample.bytes &&
	       a->sample.staged_bytes == b->sample.staged_bytes &&
	       a->sample.violations == b->sample.violations &&
	       a->sample.loaded == b->sample.loaded && a->sample.exact == b->sample.exact &&
	       a->event.kind == b->event.kind &&
	       a->event.boottime_seconds == b->event.boottime_seconds &&
	       a->event.unix_seconds == b->event.unix_seconds &&
	       a->event.records == b->event.records && a->event.bytes == b->event.bytes &&
	       a->event.segment_bytes == b->event.segment_bytes &&
	       a->event.room_bytes == b->event.room_bytes &&
	       a->event.needed_bytes == b->event.needed_bytes &&
	       a->event.interval_seconds == b->event.interval_seconds &&
	       a->event.has_deadline == b->event.has_deadline &&
	       a->event.deadline_seconds == b->event.deadline_seconds &&
	       a->event.verdict == b->event.verdict;
}

static void read_line(const char *line, size_t size)
{
	struct history_row row, again;
	char out[HISTORY_LINE_MAX];
	size_t written;

	if (!history_line_read(line, size, &row))
		return;
	MUST(row.boot_id[0] && strlen(row.boot_id) < sizeof(row.boot_id));
	written = history_line_write(&row, out);
	MUST(written && written < sizeof(out) && out[written - 1] == '\n');
	MUST(history_line_read(out, written - 1, &again) && same(&row, &again));
}

/* Lines one behind the other, the last one perhaps cut, as in the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text((struct imalog_span){ data, size }), *at = text, *end;

	for (; (end = memchr(at, '\n', size - (size_t)(at - text))); at = end + 1)
		read_line(at, (size_t)(end - at));
	read_line(at, size - (size_t)(at - text));
	free(text);
	return 0;
}
