// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the history, and the growth they show. */
#include "history.h"

#include <stdlib.h>

void history_free(struct history *history)
{
	free(history->samples);
	free(history->events);
	*history = (struct history){ 0 };
}

/*
 * Whether @next goes on where @last was: the same boot, a clock that went forward, and nothing
 * deleted meanwhile.
 */
static bool goes_on(const struct history_sample *last, const struct history_sample *next)
{
	return last->boot == next->boot && next->boottime_seconds > last->boottime_seconds &&
	       next->records >= last->records && next->bytes >= last->bytes;
}

size_t history_points(const struct history *history, struct imalog_point *points)
{
	uint32_t stretch = 1;

	for (size_t i = 0; i < history->sample_count; i++) {
		const struct history_sample *sample = &history->samples[i];

		if (i && !goes_on(sample - 1, sample))
			stretch++;
		points[i] = (struct imalog_point){
			.stretch = stretch,
			.seconds = sample->boottime_seconds,
			.bytes = sample->bytes,
		};
	}
	return history->sample_count;
}

#define HABIT 8	/* soft reboots that a habit is read from, the newest ones */

uint64_t history_interval(const struct history *history)
{
	uint64_t most = 0;
	unsigned seen = 0;

	for (size_t i = history->event_count; i && seen < HABIT; i--) {
		const struct history_event *event = &history->events[i - 1];

		if (event->kind != HISTORY_EXECUTE || !event->interval_seconds)
			continue;
		seen++;
		if (event->interval_seconds > most)
			most = event->interval_seconds;
	}
	return most;
}

uint64_t history_burst(const struct history *history)
{
	uint64_t most = 0;
	unsigned seen = 0;

	for (size_t i = history->event_count; i && seen < HABIT; i--) {
		const struct history_event *event = &history->events[i - 1];

		if (event->kind != HISTORY_EXECUTE || !event->has_burst)
			continue;
		seen++;
		if (event->burst_bytes > most)
			most = event->burst_bytes;
	}
	return most;
}
