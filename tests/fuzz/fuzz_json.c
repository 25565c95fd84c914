// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status and estimate as JSON and as text, whatever is known or not: the layout of the input is that of view.c,
 * behind a byte.
 */
#include "fuzz.h"
#include "told.h"
#include "view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned kib = (unsigned)fuzz_number(&input, 1) % 41;
	static struct fuzz_view all;
	FILE *to;

	fuzz_view_make(&all, &input);
	to = told_begin();
	report_status_json(to, &all.view);
	told_json(to, "verdict", imalog_verdict_text(all.decision.verdict));
	to = told_begin();
	report_status_text(to, &all.view);
	told_words(to);
	to = told_begin();
	report_estimate_json(to, &all.estimate, all.decision.needed_bytes, kib);
	told_json(to, "basis", imalog_basis_text(all.estimate.basis));
	to = told_begin();
	report_estimate_text(to, &all.estimate, all.decision.needed_bytes, kib);
	told_words(to);
	fuzz_view_free(&all);
	return 0;
}
