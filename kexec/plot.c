// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script: the log as a staircase, each load as a line with its segment as a ceiling, executes, the
 * bound ahead as a band, the deadline.  Hours since boot, KiB.
 */
#include "plot.h"

#include <inttypes.h>

#define POINTS 4000	/* of the staircase; more are not seen */
#define BAND 60		/* points of the band */

bool plot_can_name(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return false;
	return true;
}

static double hours(double seconds) { return seconds / 3600; }

static double kib(double bytes) { return bytes / 1024; }

/* gnuplot has no escape in single quotes but for the quote itself. */
static void quoted(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

/* The last sample of the boot, or NULL. */
static const struct history_sample *staircase(FILE *to, const struct plot *plot)
{
	const struct history *history = plot->history;
	const struct history_sample *last = NULL;
	size_t stride = history->sample_count / POINTS + 1;

	fputs("$log << EOD\n", to);
	for (size_t i = 0; i < history->sample_count; i++) {
		const struct history_sample *sample = &history->samples[i];

		if (sample->boot != plot->boot)
			continue;
		last = sample;
		if (i % stride == 0 || i + 1 == history->sample_count)
			fprintf(to, "%.6f %.4f\n", hours(sample->boottime_seconds),
				kib((double)sample->bytes));
	}
	if (last)
		fprintf(to, "%.6f %.4f\n", hours(last->boottime_seconds), kib((double)last->bytes));
	fputs("EOD\n", to);
	return last;
}

/* Until when a load stands: the next one, its execute, the first sample that finds nothing loaded, or @end. */
static double load_ends(const struct plot *plot, size_t index, double end)
{
	const struct history *history = plot->history;
	double from = history->events[index].boottime_seconds;

	for (size_t i = index + 1; i < history->event_count; i++) {
		const struct history_event *event = &history->events[i];

		if (event->boot == plot->boot && event->kind != HISTORY_CHECK) {
			end = event->boottime_seconds;
			break;
		}
	}
	for (size_t i = 0; i < history->sample_count; i++) {
		const struct history_sample *sample = &history->samples[i];

		if (sample->boot == plot->boot && sample->boottime_seconds > from && !sample->loaded)
			return sample->boottime_seconds < end ? sample->boottime_seconds : end;
	}
	return end;
}

/* What stands beside the line of an event. */
static void label(FILE *to, const struct history_event *event)
{
	if (event->kind == HISTORY_EXECUTE)
		fputs("execute", to);
	else if (event->verdict == IMALOG_FITS)
		fputs("load", to);
	else
		fprintf(to, "load: %s", imalog_verdict_text(event->verdict));
}

static void marks(FILE *to, const struct plot *plot, double end)
{
	for (size_t i = 0; i < plot->history->event_count; i++) {
		const struct history_event *event = &plot->history->events[i];
		double at = hours(event->boottime_seconds);

		if (event->boot != plot->boot || event->kind == HISTORY_CHECK)
			continue;
		fprintf(to, "set arrow from %.6f, graph 0 to %.6f, graph 1 nohead lc rgb '%s' dt %d lw 1.5\n",
			at, at, event->kind == HISTORY_LOAD ? "#1f77b4" : "#2ca02c",
			event->kind == HISTORY_LOAD ? 3 : 1);
		fputs("set label '", to);
		label(to, event);
		fprintf(to, "' at %.6f, graph 0.03 rotate by 90 left offset -0.7,0 font ',9'\n", at);
	}
	/* As data, so that the axes make room for them; the first is nowhere, for the key. */
	fputs("$segments << EOD\nNaN NaN\n", to);
	for (size_t i = 0; i < plot->history->event_count; i++) {
		const struct history_event *event = &plot->history->events[i];
		double size = kib((double)event->segment_bytes);

		if (event->boot == plot->boot && event->kind == HISTORY_LOAD && event->segment_bytes)
			fprintf(to, "\n%.6f %.4f\n%.6f %.4f\n", hours(event->boottime_seconds), size,
				hours(load_ends(plot, i, end)), size);
	}
	fputs("EOD\n", to);
}

static void band(FILE *to, const struct plot *plot, const struct history_sample *last)
{
	fputs("$band << EOD\n", to);
	for (unsigned i = 0; i <= BAND; i++) {
		uint64_t ahead = plot->ahead_seconds * i / BAND;
		struct imalog_estimate estimate;

		imalog_curve_estimate(plot->curve, ahead, &estimate);
		fprintf(to, "%.6f %.4f %.4f\n", hours(last->boottime_seconds + (double)ahead),
			kib((double)last->bytes + (double)estimate.central_bytes),
			kib((double)last->bytes + (double)estimate.bound_bytes));
	}
	fputs("EOD\n", to);
}

void plot_script(FILE *to, const struct plot *plot)
{
	const struct history_sample *last;
	bool ahead;
	double end;

	fprintf(to, "set terminal %s size 1000,560 background rgb 'white' font 'sans,12'\nset output ",
		plot->png ? "pngcairo" : "svg");
	quoted(to, plot->output);
	fputs("\nset encoding utf8\nset xlabel 'hours since boot'\nset ylabel 'KiB'\n"
	      "set title 'IMA measurement log'\nset grid lc rgb '#dddddd'\nset key top left Left reverse\n"
	      "set autoscale xfix\nset style fill solid 0.25 noborder\n", to);
	last = staircase(to, plot);
	ahead = last && plot->curve && plot->ahead_seconds;
	end = last ? last->boottime_seconds + (ahead ? (double)plot->ahead_seconds : 0) : 0;
	if (ahead)
		band(to, plot, last);
	if (plot->has_deadline && plot->deadline_seconds <= end)
		fprintf(to, "set arrow from %.6f, graph 0 to %.6f, graph 1 nohead lc rgb '#d62728' dt 2\n"
			    "set label 'deadline' at %.6f, graph 0.03 rotate by 90 left offset -0.7,0 font ',9'\n",
			hours(plot->deadline_seconds), hours(plot->deadline_seconds),
			hours(plot->deadline_seconds));
	marks(to, plot, end);
	fputs("plot ", to);
	if (ahead)
		fputs("$band using 1:2:3 with filledcurves lc rgb '#ff7f0e' title 'what may come', ", to);
	fputs("$log using 1:2 with steps lc rgb 'black' lw 2 title 'log', "
	      "$segments using 1:2 with lines lc rgb '#d62728' lw 2 title 'segment'\n", to);
}
