// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each metric has one HELP, one TYPE and then its samples, nothing in between and nothing twice; names, labels,
 * escapes and values as the exposition format has them; a counter, and nothing else, ends in _total.
 */
#include "prometheus.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define METRICS_MAX 256

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"

/* A metric, as far as it has been read. */
struct metric {
	const char *name, *type;
	unsigned samples;
};

struct reading {
	struct metric metrics[METRICS_MAX];
	unsigned count;
	char *samples[METRICS_MAX];	/* name and labels, to find them twice */
	unsigned sample_count;
};

/* The length of a name at @text; 0: there is none. */
static size_t name_size(const char *text, const char *others)
{
	size_t size = strspn(text, LETTERS);

	if (!size && !(strchr(others, *text) && *text))
		return 0;
	while (text[size] && (strchr(LETTERS DIGITS, text[size]) || strchr(others, text[size])))
		size++;
	return size;
}

static bool ends_in(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && !strcmp(text + size - end_size, end);
}

/* "# HELP name words" and "# TYPE name word", in this order. */
static const char *take_comment(struct reading *reading, char *line)
{
	bool help = !strncmp(line, "# HELP ", 7);
	char *name = line + 7, *rest = name + name_size(name, ":");
	struct metric *last = reading->count ? &reading->metrics[reading->count - 1] : NULL;

	if (!help && strncmp(line, "# TYPE ", 7) != 0)
		return "a comment that is neither HELP nor TYPE";
	if (rest == name || *rest != ' ' || !rest[1])
		return "HELP or TYPE without a name or a text";
	*rest++ = '\0';
	if (!help) {
		if (!last || strcmp(last->name, name) || last->type)
			return "TYPE without its HELP before it, or twice";
		last->type = rest;
		if (strcmp(rest, "gauge") && strcmp(rest, "counter"))
			return "a type that is neither gauge nor counter";
		return !strcmp(rest, "counter") == ends_in(name, "_total") ? NULL
			: "a counter, and nothing else, ends in _total";
	}
	for (unsigned i = 0; i < reading->count; i++)
		if (!strcmp(reading->metrics[i].name, name))
			return "HELP twice for one metric";
	for (const char *at = rest; (at = strchr(at, '\\')); at += 2)
		if (at[1] != '\\' && at[1] != 'n')
			return "HELP with a wrong escape";
	if (last && (!last->type || !last->samples))
		return "a metric without TYPE or without a sample";
	if (reading->count == METRICS_MAX)
		return "too many metrics";
	reading->metrics[reading->count++] = (struct metric){ .name = name };
	return NULL;
}

/* Behind the '{'.  Where the '}' is, or NULL. */
static char *take_labels(char *at)
{
	while (*at != '}') {
		size_t size = name_size(at, "");

		if (!size || (size >= 2 && !strncmp(at, "__", 2)) || at[size] != '=' ||
		    at[size + 1] != '"')
			return NULL;
		for (at += size + 2; *at != '"'; at++) {
			if (!*at || (*at == '\\' && (!at[1] || !strchr("\\\"n", at[1]))))
				return NULL;
			at += *at == '\\';
		}
		at++;
		if (*at == ',')
			at++;
		else if (*at != '}')
			return NULL;
	}
	return at;
}

static const char *take_sample(struct reading *reading, char *line)
{
	struct metric *last = reading->count ? &reading->metrics[reading->count - 1] : NULL;
	size_t size = name_size(line, ":");
	char *at = line + size, *end;

	if (!last || !last->type || size != strlen(last->name) || strncmp(line, last->name, size) != 0)
		return "a sample that is not behind its own TYPE";
	if (*at == '{') {
		at = take_labels(at + 1);
		if (!at)
			return "labels that are not name=\"value\", or a wrong escape in one";
		at++;
	}
	if (*at != ' ')
		return "no blank before the value";
	*at++ = '\0';
	for (unsigned i = 0; i < reading->sample_count; i++)
		if (!strcmp(reading->samples[i], line))
			return "the same sample twice";
	if (reading->sample_count == METRICS_MAX)
		return "too many samples";
	reading->samples[reading->sample_count++] = line;
	last->samples++;
	strtod(at, &end);
	return end == at || *end || *at == ' ' ? "a value that is no number" : NULL;
}

const char *prometheus_check(char *text)
{
	struct reading reading = { .count = 0 };
	const char *wrong = NULL;
	char *end;

	if (!*text)
		return "no metric at all";
	for (; *text && !wrong; text = end + 1) {
		end = strchr(text, '\n');
		if (!end)
			return "no new line at the end";
		*end = '\0';
		wrong = *text == '#' ? take_comment(&reading, text) : take_sample(&reading, text);
	}
	if (!wrong && !reading.metrics[reading.count - 1].samples)
		wrong = "a metric without a sample";
	return wrong;
}
