// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the history as lines of text, and back.  What does not read back exactly is refused. */
#include "history_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_MAX 10
#define WORD_MAX 8	/* bytes of a kind's word, NUL included */

static const struct {
	char word[WORD_MAX];
	size_t numbers;
} kinds[] = {
	[HISTORY_ROW_SAMPLE] = { "sample", 9 },
	[HISTORY_ROW_LOAD] = { "load", 10 },
	[HISTORY_ROW_CHECK] = { "check", 10 },
	[HISTORY_ROW_VERIFY] = { "verify", 2 },
};

/* Above this a double does not tell one millisecond from the next; no machine ran for so long. */
#define MILLISECONDS_MAX INT64_C(1000000000000000)

/* The nearest, or a row would lose one each time that it is read and written. */
static int64_t milliseconds(double seconds)
{
	double nearest = seconds * 1000 + 0.5;

	return nearest < (double)MILLISECONDS_MAX ? (int64_t)nearest : MILLISECONDS_MAX;
}

static bool is_time(int64_t milliseconds)
{
	return milliseconds >= 0 && milliseconds <= MILLISECONDS_MAX;
}

static void sample_to_numbers(const struct history_row *row, int64_t *numbers)
{
	const struct history_sample *sample = &row->sample;

	numbers[0] = milliseconds(sample->boottime_seconds);
	numbers[1] = sample->unix_seconds;
	numbers[2] = (int64_t)sample->records;
	numbers[3] = (int64_t)sample->bytes;
	numbers[4] = (int64_t)sample->staged_bytes;
	numbers[5] = (int64_t)sample->violations;
	numbers[6] = sample->loaded;
	numbers[7] = sample->exact;
	numbers[8] = (int64_t)row->counted;
}

static bool sample_from_numbers(const int64_t *numbers, struct history_row *row)
{
	for (size_t i = 2; i <= 8; i++)
		if (numbers[i] < 0)
			return false;
	row->sample = (struct history_sample){
		.boottime_seconds = (double)numbers[0] / 1000,
		.unix_seconds = numbers[1],
		.records = (uint64_t)numbers[2],
		.bytes = (uint64_t)numbers[3],
		.staged_bytes = (uint64_t)numbers[4],
		.violations = (uint64_t)numbers[5],
		.loaded = numbers[6],
		.exact = numbers[7],
	};
	row->counted = (uint64_t)numbers[8];
	return is_time(numbers[0]) && numbers[6] <= 1 && numbers[7] <= 1;
}

static void event_to_numbers(const struct history_event *event, int64_t *numbers)
{
	numbers[0] = milliseconds(event->boottime_seconds);
	numbers[1] = event->unix_seconds;
	numbers[2] = (int64_t)event->records;
	numbers[3] = (int64_t)event->bytes;
	numbers[4] = (int64_t)event->segment_bytes;
	numbers[5] = event->room_bytes;
	numbers[6] = (int64_t)event->needed_bytes;
	numbers[7] = (int64_t)event->interval_seconds;
	numbers[8] = event->has_deadline ? (int64_t)event->deadline_seconds : -1;
	numbers[9] = (int64_t)event->verdict;
}

static bool event_from_numbers(const int64_t *numbers, struct history_row *row)
{
	row->event = (struct history_event){
		.kind = row->kind == HISTORY_ROW_LOAD ? HISTORY_LOAD : HISTORY_CHECK,
		.boottime_seconds = (double)numbers[0] / 1000,
		.unix_seconds = numbers[1],
		.records = (uint64_t)numbers[2],
		.bytes = (uint64_t)numbers[3],
		.segment_bytes = (uint64_t)numbers[4],
		.room_bytes = numbers[5],
		.needed_bytes = (uint64_t)numbers[6],
		.interval_seconds = (uint64_t)numbers[7],
		.has_deadline = numbers[8] >= 0,
		.deadline_seconds = numbers[8] >= 0 ? (uint64_t)numbers[8] : 0,
		.verdict = (enum imalog_verdict)numbers[9],
	};
	return is_time(numbers[0]) && numbers[2] >= 0 && numbers[3] >= 0 && numbers[4] >= 0 &&
	       numbers[7] >= 0 && numbers[8] >= -1 && numbers[9] >= IMALOG_FITS &&
	       numbers[9] <= IMALOG_UNKNOWN;
}

static bool verify_from_numbers(const int64_t *numbers, struct history_row *row)
{
	row->unix_seconds = numbers[0];
	row->outcome = (enum imalog_outcome)numbers[1];
	return numbers[1] >= IMALOG_OUTCOME_COLD && numbers[1] <= IMALOG_OUTCOME_UNKNOWN;
}

size_t history_line_write(const struct history_row *row, char out[HISTORY_LINE_MAX])
{
	int64_t numbers[NUMBERS_MAX] = { 0 };
	int at;

	switch (row->kind) {
	case HISTORY_ROW_SAMPLE:
		sample_to_numbers(row, numbers);
		break;
	case HISTORY_ROW_LOAD:
	case HISTORY_ROW_CHECK:
		event_to_numbers(&row->event, numbers);
		break;
	case HISTORY_ROW_VERIFY:
		numbers[0] = row->unix_seconds;
		numbers[1] = (int64_t)row->outcome;
	}
	at = snprintf(out, HISTORY_LINE_MAX, "%s %s", kinds[row->kind].word, row->boot_id);
	for (size_t i = 0; i < kinds[row->kind].numbers; i++)
		at += snprintf(out + at, HISTORY_LINE_MAX - (size_t)at, " %" PRId64, numbers[i]);
	at += snprintf(out + at, HISTORY_LINE_MAX - (size_t)at, "\n");
	return (size_t)at;
}

/* The next word, which a blank or the end follows; @text moves behind it.  Its length; 0: there is none. */
static size_t next_word(const char **text)
{
	size_t length = strcspn(*text, " ");

	*text += length + ((*text)[length] == ' ');
	return length;
}

static bool read_number(const char *text, size_t length, int64_t *number)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (!length || *digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && end == text + length;
}

static bool numbers_to_row(const int64_t *numbers, struct history_row *row)
{
	switch (row->kind) {
	case HISTORY_ROW_SAMPLE:
		return sample_from_numbers(numbers, row);
	case HISTORY_ROW_LOAD:
	case HISTORY_ROW_CHECK:
		return event_from_numbers(numbers, row);
	case HISTORY_ROW_VERIFY:
		return verify_from_numbers(numbers, row);
	}
	return false;
}

bool history_line_read(const char *line, size_t size, struct history_row *row)
{
	char copy[HISTORY_LINE_MAX];
	const char *text = copy, *word = copy;
	int64_t numbers[NUMBERS_MAX] = { 0 };
	size_t length, kind, count = 0;

	*row = (struct history_row){ 0 };
	if (size >= sizeof(copy) || memchr(line, '\0', size))
		return false;
	memcpy(copy, line, size);
	copy[size] = '\0';
	length = next_word(&text);
	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		if (length == strlen(kinds[kind].word) && !memcmp(word, kinds[kind].word, length))
			break;
	if (kind == sizeof(kinds) / sizeof(kinds[0]))
		return false;
	row->kind = (enum history_row_kind)kind;
	word = text;
	length = next_word(&text);
	if (!length || length >= sizeof(row->boot_id))
		return false;
	memcpy(row->boot_id, word, length);
	while (*text) {
		word = text;
		length = next_word(&text);
		if (count == kinds[kind].numbers || !read_number(word, length, &numbers[count++]))
			return false;
	}
	return count == kinds[kind].numbers && numbers_to_row(numbers, row);
}
