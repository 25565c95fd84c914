// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much will come, and until when the room lasts.  The bound is found for some intervals, each
 * 1.4 times the one before, from the best that the past has to say about each; straight lines between
 * them, which never fall, answer all others and the question the other way round.
 */
#include "distribution.h"
#include "sums.h"
#include "windows.h"

#define FIRST_KNOT 60		/* seconds */
#define SECOND_KNOT 85		/* from these two on each is twice the last but one */
#define LONGER 1.4		/* a knot may be so much later without coming up to the next */
#define ENOUGH 8		/* intervals in the history from which on windows are looked at */
#define YOUNG_SECONDS 7200	/* a boot that is younger is compared with other boots of its age */
#define SETTLED_SECONDS 86400	/* from this age on the beginning of a boot says nothing */
#define DAY_SECONDS 86400.0
#define FADE_SECONDS 10		/* growth goes with the logarithm of the age over this */
#define LONGEST (30 * 365 * UINT64_C(86400))	/* seconds; later is never */

const char *imalog_basis_text(enum imalog_basis basis)
{
	switch (basis) {
	case IMALOG_BASIS_NONE: return "none";
	case IMALOG_BASIS_FADING: return "fading boot";
	case IMALOG_BASIS_RECENT: return "live sample";
	case IMALOG_BASIS_LOG: return "log";
	case IMALOG_BASIS_COUNTS: return "counts";
	case IMALOG_BASIS_WINDOWS: return "windows";
	case IMALOG_BASIS_GIVEN: return "given";
	}
	return "none";
}

/* Whole bytes, rounded up; anything that does not fit, NaN included, is UINT64_MAX. */
static uint64_t whole_bytes(double bytes)
{
	uint64_t whole;

	if (bytes <= 0)
		return 0;
	if (!(bytes < 1e18))
		return UINT64_MAX;
	whole = (uint64_t)bytes;
	return whole + ((double)whole < bytes);
}

/* ---- where there is no history ---------------------------------------------------------- */

/* What a boot that grew so far goes on to grow, as it fades. */
static double fading(const struct imalog_past *past, double seconds)
{
	double age = past->boot_seconds, bytes = (double)past->boot_bytes, more;

	if (!past->has_boot || !(age > 0))
		return 0;
	more = bytes * imalog_distribution_log(1 + seconds / (age + FADE_SECONDS)) /
	       imalog_distribution_log(1 + age / FADE_SECONDS);
	return more < bytes ? more : bytes;
}

/* What earlier soft reboots grew by says as much as so many intervals, whatever their length. */
static double past_executes(const struct imalog_past *past, double confidence, double *scratch,
			    bool *small)
{
	struct windows windows = { .bytes = scratch };
	double bound, most = 0;

	for (size_t i = 0; i < past->execute_count && i < WINDOWS_STARTS; i++) {
		double bytes = (double)past->executes[i];

		windows.bytes[windows.count++] = bytes;
		most = bytes > most ? bytes : most;
	}
	windows.independent = (double)windows.count;
	bound = imalog_windows_bound(&windows, confidence, small);
	return bound > 2 * most ? 2 * most : bound;	/* they are few, and mostly alike */
}

static void without_history(const struct imalog_past *past, double confidence, double *scratch,
			    struct imalog_knot *knot)
{
	double seconds = (double)knot->seconds, executes;
	bool small = true;

	knot->basis = past->has_boot ? IMALOG_BASIS_FADING : IMALOG_BASIS_NONE;
	knot->central = fading(past, seconds);
	knot->bound = knot->central + IMALOG_DEFAULT_BYTES + IMALOG_DEFAULT_HOURLY * seconds / 3600;
	knot->small = true;
	if (past->has_recent && past->recent.bytes_per_second * seconds > knot->bound) {
		knot->basis = IMALOG_BASIS_RECENT;
		knot->bound = past->recent.bytes_per_second * seconds;
		knot->central = knot->bound;
	}
	if (!past->execute_count)
		return;
	executes = past_executes(past, confidence, scratch, &small);
	if (executes <= knot->bound)
		return;
	knot->basis = IMALOG_BASIS_LOG;
	knot->bound = executes;
	knot->windows = (double)past->execute_count;
	knot->small = small;
}

/* ---- with one ----------------------------------------------------------------------------- */

/*
 * A short history: parts of one size that come at a rate which is not well known.  What is allowed for
 * without a history is taken for an hour of it, or a minute of looking would have to fear anything.
 */
static double counts(const struct windows *windows, double seconds, double confidence)
{
	const double before = IMALOG_DEFAULT_BYTES + IMALOG_DEFAULT_HOURLY;

	return windows->clump *
	       imalog_distribution_counts((windows->total + before) / windows->clump,
					  windows->span + 3600, seconds, confidence);
}

/* Other boots when they were as old as this one. */
static void look_at_young(const struct imalog_past *past, double age, double confidence,
			  double *scratch, struct imalog_knot *knot)
{
	const struct windows_choice choice = { age / 2, age * 2 };
	struct windows windows = { .bytes = scratch };
	double bound;
	bool small;

	imalog_windows_take(past, &choice, (double)knot->seconds, &windows);
	bound = fading(past, (double)knot->seconds);
	if (windows.count)
		bound = imalog_windows_bound(&windows, confidence, &small);
	if (bound > knot->bound)
		knot->bound = bound;
}

static void with_history(const struct imalog_past *past, double confidence, double *scratch,
			 struct imalog_knot *knot)
{
	double age = past->points[past->count - 1].seconds, bound;
	struct windows_choice choice = { age / 4, 1e18 };
	struct windows windows = { .bytes = scratch };
	double seconds = (double)knot->seconds, looked = seconds, seen;

	if (choice.from > SETTLED_SECONDS)
		choice.from = SETTLED_SECONDS;
	imalog_windows_take(past, &choice, looked, &windows);
	/* Nobody looked so often: no more comes than in the shortest time that somebody did. */
	while (!windows.count && windows.span >= 2 * ENOUGH * looked) {
		looked *= 2;
		imalog_windows_take(past, &choice, looked, &windows);
	}
	if (windows.span < FIRST_KNOT) {
		without_history(past, confidence, scratch, knot);
		return;
	}
	if (windows.count && looked <= seconds && windows.shortest > seconds) {
		seconds *= LONGER;
		knot->seconds = (uint64_t)(windows.shortest < seconds ? windows.shortest : seconds);
		seconds = (double)knot->seconds;
	}
	knot->windows = windows.independent;
	knot->central = windows.total * seconds / windows.span;
	bound = counts(&windows, seconds, confidence);
	if (windows.independent >= ENOUGH) {
		knot->basis = IMALOG_BASIS_WINDOWS;
		knot->bound = imalog_windows_bound(&windows, confidence, &knot->small);
		knot->central = imalog_windows_central(&windows);
		if (!(knot->bound > 0))
			knot->bound = bound;
	} else {
		knot->basis = IMALOG_BASIS_COUNTS;
		knot->bound = windows.count
				      ? imalog_windows_bound(&windows, confidence, &knot->small) : 0;
		knot->small = true;
		if (!(knot->bound >= bound))
			knot->bound = bound;
	}
	/* Days repeat: what the rest of the first one brings has not been seen yet. */
	seen = windows.span / DAY_SECONDS;
	if (seen < 1)
		knot->bound *= 2 - seen;
	if (age < YOUNG_SECONDS)
		look_at_young(past, age, confidence, scratch, knot);
}

/* ---- the curve ------------------------------------------------------------------------------ */

/* Where the knot @at is, but that windows which were all longer may put it a little later. */
static uint64_t nominal(unsigned at)
{
	return (uint64_t)(at % 2 ? FIRST_KNOT : SECOND_KNOT) << (at - 1) / 2;
}

void imalog_curve_make(const struct imalog_past *past, double confidence, uint64_t burst_bytes,
		       uint64_t limit_seconds, struct imalog_curve *curve)
{
	double scratch[WINDOWS_STARTS];

	*curve = (struct imalog_curve){ .confidence = confidence, .burst_bytes = burst_bytes };
	curve->count = 1;	/* no time, no growth */
	do {
		struct imalog_knot *knot = &curve->knot[curve->count];
		const struct imalog_knot *before = knot - 1;

		knot->seconds = nominal(curve->count);
		if (past->count)
			with_history(past, confidence, scratch, knot);
		else
			without_history(past, confidence, scratch, knot);
		if (!(knot->bound >= knot->central))	/* nor is it less when it is no number */
			knot->bound = knot->central;
		if (!(knot->bound >= before->bound))
			knot->bound = before->bound;
		if (!(knot->central >= before->central))
			knot->central = before->central;
		curve->count++;
	} while (curve->count < IMALOG_KNOTS &&
		 curve->knot[curve->count - 1].seconds < limit_seconds);
	curve->knot[0].basis = curve->knot[1].basis;
	curve->knot[0].small = curve->knot[1].small;
}

/* The line that @seconds lies on; the last one has no end. */
static unsigned find_line(const struct imalog_curve *curve, uint64_t seconds)
{
	unsigned at = 1;

	while (at + 1 < curve->count && curve->knot[at].seconds < seconds)
		at++;
	return at;
}

static double on_line(double from, double to, double part)
{
	return from + (to - from) * part;
}

/* Growth alone, whole bytes. */
static uint64_t bound_at(const struct imalog_curve *curve, uint64_t seconds)
{
	unsigned at = find_line(curve, seconds);
	const struct imalog_knot *from = &curve->knot[at - 1], *to = &curve->knot[at];

	return whole_bytes(on_line(from->bound, to->bound,
				   (double)(seconds - from->seconds) /
					   (double)(to->seconds - from->seconds)));
}

void imalog_curve_estimate(const struct imalog_curve *curve, uint64_t interval_seconds,
			   struct imalog_estimate *estimate)
{
	unsigned at = find_line(curve, interval_seconds);
	const struct imalog_knot *from = &curve->knot[at - 1], *to = &curve->knot[at];
	double part = (double)(interval_seconds - from->seconds) /
		      (double)(to->seconds - from->seconds);

	*estimate = (struct imalog_estimate){
		.basis = to->basis,
		.confidence = curve->confidence,
		.interval_seconds = interval_seconds,
		.burst_bytes = curve->burst_bytes,
		.windows = to->windows,
		.small_sample = to->small,
	};
	estimate->bound_bytes = sum_of(bound_at(curve, interval_seconds), curve->burst_bytes);
	estimate->central_bytes = sum_of(whole_bytes(on_line(from->central, to->central, part)),
					    curve->burst_bytes);
	/* Behind the last knot the two lines may cross. */
	if (estimate->central_bytes > estimate->bound_bytes)
		estimate->central_bytes = estimate->bound_bytes;
}

bool imalog_curve_deadline(const struct imalog_curve *curve, uint64_t room_bytes, uint64_t *seconds)
{
	uint64_t low = 0, high = LONGEST;

	*seconds = 0;
	if (sum_of(bound_at(curve, LONGEST), curve->burst_bytes) <= room_bytes)
		return false;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (sum_of(bound_at(curve, middle), curve->burst_bytes) <= room_bytes)
			low = middle;
		else
			high = middle;
	}
	*seconds = low;
	return true;
}
