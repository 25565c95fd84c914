// SPDX-License-Identifier: GPL-2.0-or-later
/* Small pictures for a terminal. */
#include "gauge.h"

/* Growth by part of the time; the sum is what came between the first and the last sample taken. */
static double fill_cells(const struct history *history, uint32_t boot, double seconds,
			 double cells[GAUGE_CELLS])
{
	const struct history_sample *last = NULL, *before = NULL;
	double most = 0, from;

	for (size_t i = 0; i < history->sample_count; i++)
		if (history->samples[i].boot == boot)
			last = &history->samples[i];
	if (!last)
		return -1;
	from = last->boottime_seconds - seconds;
	for (size_t i = 0; i < history->sample_count; i++) {
		const struct history_sample *sample = &history->samples[i];
		double place = (sample->boottime_seconds - from) / seconds * GAUGE_CELLS;

		if (sample->boot != boot || place < 0)
			continue;
		if (before && sample->bytes > before->bytes) {
			size_t cell = place < GAUGE_CELLS ? (size_t)place : GAUGE_CELLS - 1;

			cells[cell] += (double)(sample->bytes - before->bytes);
			if (cells[cell] > most)
				most = cells[cell];
		}
		before = sample;
	}
	return before == last ? most : -1;
}

bool gauge_growth(FILE *to, const struct history *history, uint32_t boot, double seconds)
{
	static const char *const blocks[] = { "\u2581", "\u2582", "\u2583", "\u2584",
					      "\u2585", "\u2586", "\u2587", "\u2588" };
	double cells[GAUGE_CELLS] = { 0 }, most = fill_cells(history, boot, seconds, cells);

	if (most < 0)
		return false;
	for (size_t i = 0; i < GAUGE_CELLS; i++)
		fputs(blocks[most > 0 ? (size_t)(cells[i] / most * 7) : 0], to);
	return true;
}

static void part(FILE *to, const char *color, char sign, unsigned from, unsigned until)
{
	if (from >= until)
		return;
	if (color)
		fprintf(to, "\033[%sm", color);
	for (; from < until; from++)
		fputc(sign, to);
	if (color)
		fputs("\033[0m", to);
}

void gauge_room(FILE *to, uint64_t used_bytes, uint64_t needed_bytes, uint64_t segment_bytes,
		bool color)
{
	double all = segment_bytes ? (double)segment_bytes : 1;
	double used = (double)used_bytes / all * GAUGE_CELLS;
	double needed = used + (double)needed_bytes / all * GAUGE_CELLS;
	unsigned first = used < GAUGE_CELLS ? (unsigned)used : GAUGE_CELLS;
	unsigned second = needed < GAUGE_CELLS ? (unsigned)(needed + 0.999) : GAUGE_CELLS;
	bool over = used + (double)needed_bytes / all * GAUGE_CELLS > GAUGE_CELLS;

	fputc('[', to);
	part(to, color ? "36" : NULL, '#', 0, first);
	part(to, color ? over ? "31" : "33" : NULL, '+', first, second);
	part(to, NULL, '.', second, GAUGE_CELLS);
	fprintf(to, "]%s", over ? "!" : "");
}
