// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A history from CSV, and what is estimated from it: the bound never falls with the interval, and the
 * deadline is where it comes to the room.
 */
#include "fuzz.h"
#include "history.h"

static const double confidences[] = { 0.5, 0.9, 0.999, 0.999999 };

static uint64_t bound(const struct imalog_curve *curve, uint64_t seconds)
{
	struct imalog_estimate estimate;

	imalog_curve_estimate(curve, seconds, &estimate);
	MUST(estimate.bound_bytes >= estimate.central_bytes && *imalog_basis_text(estimate.basis));
	return estimate.bound_bytes;
}

/* Up to @limit the curve was made. */
static void check(const struct imalog_curve *curve, uint64_t limit)
{
	static const uint64_t rooms[] = { 0, 1, 100, 4096, 70000, UINT64_C(1) << 40, UINT64_MAX };
	uint64_t last = 0, deadline;

	MUST(curve->count >= 2 && curve->count <= IMALOG_KNOTS);
	for (uint64_t seconds = 0; seconds < UINT64_C(1) << 40 && seconds <= limit; seconds = seconds * 3 + 1) {
		uint64_t here = bound(curve, seconds);

		MUST(here >= last);
		last = here;
	}
	for (size_t i = 0; limit == UINT64_MAX && i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		if (!imalog_curve_deadline(curve, rooms[i], &deadline))
			continue;
		MUST(!deadline || bound(curve, deadline) <= rooms[i]);
		MUST(bound(curve, deadline + 1) > rooms[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned choice = (unsigned)fuzz_number(&input, 2);
	const uint64_t executes[] = { 700, choice * UINT64_C(77) };
	struct imalog_past past = { .executes = executes, .execute_count = choice % 3,
				    .has_boot = choice & 4, .boot_seconds = choice % 5000,
				    .boot_bytes = choice * 3u, .has_recent = choice & 8,
				    .recent = { choice / 16.0, choice / 1600.0 } };
	char *text = fuzz_text(input);
	uint64_t limit = choice & 64 ? UINT64_MAX : choice * 99u;
	struct imalog_curve curve;
	struct history history;
	struct imalog_point *points;
	int line = history_from_csv(text, input.size, &history);

	MUST(line >= 0);
	if (!line || choice & 16) {
		points = malloc((history.sample_count + 1) * sizeof(*points));
		MUST(points);
		past.points = points;
		past.count = history_points(&history, points);
		imalog_curve_make(&past, confidences[choice / 32 % 4], choice % 9999, limit, &curve);
		check(&curve, limit);
		free(points);
	}
	history_free(&history);
	free(text);
	return 0;
}
