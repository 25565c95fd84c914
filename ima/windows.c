// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Past intervals of one length.  They overlap, since one begins at each point, and so they are many
 * but not independent: what can be said of a rare growth depends on how many do not overlap.
 */
#include "windows.h"

#include "distribution.h"

#define ASSURANCE 0.65	/* probability with which the observation taken for a quantile is one */
#define TAIL 4		/* independent windows that the shape of the tail is read from */
#define FEW 8		/* of fewer independent windows the shape is not well known either */
#define LUMP_BYTES 128	/* the size of what comes, where nothing ever came */

/* The last point of the stretch that point @first begins. */
static size_t stretch_end(const struct imalog_past *past, size_t first)
{
	size_t low = first, high = past->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (past->points[middle].stretch == past->points[first].stretch)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The first point from @at on, not behind @last, at @seconds or later; @last + 1: there is none. */
static size_t first_at(const struct imalog_past *past, size_t at, size_t last, double seconds)
{
	size_t step = 1, low = at;

	if (past->points[last].seconds < seconds)
		return last + 1;
	/* Ends move little from one start to the next: look near the one before first. */
	while (low < last && past->points[low].seconds < seconds) {
		size_t next = step < last - low ? low + step : last;

		if (past->points[next].seconds >= seconds) {
			size_t high = next;

			while (high - low > 1) {
				size_t middle = low + (high - low) / 2;

				if (past->points[middle].seconds < seconds)
					low = middle;
				else
					high = middle;
			}
			return high;
		}
		low = next;
		step *= 2;
	}
	return low;
}

static double grown(const struct imalog_past *past, size_t from, size_t to)
{
	return (double)(past->points[to].bytes - past->points[from].bytes);
}

/*
 * Where nobody looked at the end of it, a window is longer than was asked for.  The length of one that lies
 * between two looks is not known: it is given as asked for.
 */
static void take_length(struct windows *windows, double seconds)
{
	if (!windows->count || seconds < windows->shortest)
		windows->shortest = seconds;
}

/* One stretch between the points @first and @last. */
static void take_stretch(const struct imalog_past *past, size_t first, size_t last, size_t stride,
			 double seconds, struct windows *windows)
{
	size_t end = first, before = first;
	double squares = 0, span = past->points[last].seconds - past->points[first].seconds;

	for (size_t i = first; i <= last && windows->count < WINDOWS_STARTS; i += stride) {
		double wanted = past->points[i].seconds + seconds, block = grown(past, before, i);

		squares += block * block;
		before = i;
		end = first_at(past, end > i ? end : i, last, wanted);
		if (end > last)
			continue;
		/* Where nobody looked, it is not known when that came. */
		if (past->points[end].seconds - wanted > seconds)
			continue;
		take_length(windows, end > i + 1 ? past->points[end].seconds - past->points[i].seconds
						 : seconds);
		windows->bytes[windows->count++] = grown(past, i, end);
	}
	windows->span += span;
	windows->total += grown(past, first, last);
	windows->clump += squares;
	if (span >= seconds)
		windows->independent += span / seconds;
}

void imalog_windows_take(const struct imalog_past *past, const struct windows_choice *choice,
			 double seconds, struct windows *windows)
{
	size_t stride = past->count / (WINDOWS_STARTS - 1) + 1;

	*windows = (struct windows){ .bytes = windows->bytes };
	for (size_t begin = 0; begin < past->count;) {
		size_t last = stretch_end(past, begin), first, until = last;

		first = first_at(past, begin, last, choice->from);
		if (first <= last && past->points[last].seconds > choice->until + seconds)
			until = first_at(past, first, last, choice->until + seconds);
		if (first < until)
			take_stretch(past, first, until, stride, seconds, windows);
		begin = last + 1;
	}
	if (windows->total > 0)
		windows->clump /= windows->total;
	if (windows->clump < LUMP_BYTES)
		windows->clump = LUMP_BYTES;
	if (windows->independent > (double)windows->count)
		windows->independent = (double)windows->count;
}

/* The value at place @index of the sorted array, which becomes sorted around it. */
static double select_at(double *values, size_t count, size_t index)
{
	size_t low = 0, high = count - 1;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			double kept;

			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			kept = values[i];
			values[i++] = values[j];
			values[j--] = kept;
		}
		/* None up to j is above the pivot, none behind it is below. */
		if (index <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[index];
}

/* @level: 0 to 1 of the way from the smallest to the largest, rounded up. */
static double quantile(struct windows *windows, double level)
{
	double place = level * (double)windows->count;
	size_t index = (size_t)place;

	if (index && (double)index >= place)
		index--;
	return select_at(windows->bytes, windows->count, index);
}

/* How far beyond @threshold those lie that are beyond it, in the mean. */
static double mean_excess(const struct windows *windows, double threshold)
{
	double sum = 0;
	size_t beyond = 0;

	for (size_t i = 0; i < windows->count; i++) {
		if (windows->bytes[i] > threshold) {
			sum += windows->bytes[i] - threshold;
			beyond++;
		}
	}
	return beyond ? sum / (double)beyond : 0;
}

/*
 * How far beyond the largest of @n windows the next may come: exponential, or where the shape has to be
 * taken from few, what an exponential of a shape that is not known looks like (Lomax).  @shape is read near
 * the end: further in it would be that of days and nights, and those have an end.  @times: how many
 * times rarer than a window that is larger than all seen.
 */
static double excess(double n, double shape, double times)
{
	double few = n > 4 ? n / 2 : 2;

	if (n >= FEW)
		return shape * imalog_distribution_log(times);
	return shape * few * (imalog_distribution_power(times, 1 / few) - 1);
}

double imalog_windows_bound(struct windows *windows, double confidence, bool *small)
{
	double n = windows->independent, most, beyond, bound, shape, limit;
	double rank = imalog_distribution_rank(n, confidence, ASSURANCE);

	*small = rank > n;
	if (!*small)
		return quantile(windows, rank / n);
	most = quantile(windows, 1);
	/* With what probability the largest seen may be exceeded; a tail from there. */
	beyond = 1 - imalog_distribution_power(1 - ASSURANCE, 1 / (n > 1 ? n : 1));
	shape = mean_excess(windows, quantile(windows, n > 2 * TAIL ? 1 - TAIL / n : 0.5));
	bound = most + excess(n, shape, beyond / (1 - confidence));
	limit = most * (n < FEW ? FEW : 2);
	if (bound > limit)
		bound = limit;
	return bound > most ? bound : most;
}

double imalog_windows_central(struct windows *windows)
{
	return quantile(windows, 0.5);
}
