// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics: whatever is known or not, the text keeps the rules, and says the numbers that were put in. */
#include <inttypes.h>

#include "fuzz.h"
#include "prometheus.h"
#include "view.h"

static void must_say(const char *text, const char *name, bool known, uint64_t number)
{
	char line[128];

	snprintf(line, sizeof(line), "\nkexec_ima_%s %" PRIu64 "\n", name, number);
	MUST(!known || strstr(text, line));
	snprintf(line, sizeof(line), "\nkexec_ima_%s ", name);
	MUST(known == !!strstr(text, line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	const struct imalog_census *census;
	static struct fuzz_view all;
	char *text = NULL;
	const char *wrong;
	size_t text_size;
	FILE *to = open_memstream(&text, &text_size);

	MUST(to);
	fuzz_view_make(&all, &input);
	report_status_prom(to, &all.metrics);
	MUST(!fclose(to) && strlen(text) == text_size);
	census = &all.scan.census;
	must_say(text, "log_bytes", true, census->total.bytes);
	must_say(text, "log_records", true, census->total.records);
	must_say(text, "segment_bytes", all.decision.has_segment, all.decision.segment_bytes);
	must_say(text, "needed_bytes", true, all.decision.needed_bytes);
	must_say(text, "sample_errors_total", true, all.metrics.sample_errors);
	wrong = prometheus_check(text);
	if (wrong) {
		fprintf(stderr, "ERROR: %s\n", wrong);
		abort();
	}
	free(text);
	fuzz_view_free(&all);
	return 0;
}
