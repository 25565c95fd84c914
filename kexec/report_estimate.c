// SPDX-License-Identifier: GPL-2.0-or-later
/* The estimate and the backtest, for people and for scripts. */
#include <inttypes.h>

#include "backtest.h"
#include "report_object.h"

void report_estimate_members(struct json_object *to, const struct imalog_estimate *estimate)
{
	bool made = estimate->basis != IMALOG_BASIS_GIVEN;

	report_number(to, "interval_seconds", true, estimate->interval_seconds);
	json_object_object_add(to, "confidence",
			       made ? json_object_new_double(estimate->confidence) : NULL);
	report_number(to, "bound_bytes", true, estimate->bound_bytes);
	report_number(to, "central_bytes", made, estimate->central_bytes);
	report_number(to, "burst_bytes", true, estimate->burst_bytes);
	json_object_object_add(to, "windows", json_object_new_double(estimate->windows));
	report_flag(to, "small_sample", true, estimate->small_sample);
}

void report_estimate_text(FILE *to, const struct imalog_estimate *estimate, uint64_t needed_bytes,
			  unsigned kib)
{
	fputs("growth     ", to);
	report_growth(to, estimate);
	fprintf(to, "\nneeded     %" PRIu64 " bytes, the kexec_execute record included\n", needed_bytes);
	if (kib)
		fprintf(to, "extra      CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=%u gives that\n", kib);
	else
		fprintf(to, "extra      no CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB gives that (%d is the most): "
			    "load later\n", IMALOG_EXTRA_KIB_MAX);
}

void report_estimate_json(FILE *to, const struct imalog_estimate *estimate, uint64_t needed_bytes,
			  unsigned kib)
{
	struct json_object *document = json_object_new_object();

	report_text(document, "basis", imalog_basis_text(estimate->basis));
	report_estimate_members(document, estimate);
	report_number(document, "needed_bytes", true, needed_bytes);
	report_number(document, "extra_memory_kib", kib, kib);
	report_json_print(to, document);
}

void report_backtest_text(FILE *to, const struct backtest *backtest)
{
	char span[32];

	report_span(backtest->interval_seconds, span);
	fprintf(to, "interval   %s\n", span);
	fprintf(to, "covered    %" PRIu64 " of %" PRIu64 " windows: %.4f, wanted %.9g\n", backtest->covered,
		backtest->windows, backtest->coverage, backtest->confidence);
	fprintf(to, "asked      %" PRIu64 " bytes in the median; %" PRIu64
		    " is the smallest constant that would have done", backtest->asked_median,
		backtest->oracle_bytes);
	if (backtest->oracle_bytes)
		fprintf(to, ": %.2f times that", backtest->asked_over_oracle);
	if (backtest->over_needed_95 > 0)
		fprintf(to, "\nover       %.3g times what came in the median, %.3g in 95 of 100\n",
			backtest->over_needed_median, backtest->over_needed_95);
	else
		fprintf(to, "\nover       nothing came in any window\n");
}

void report_backtest_json(FILE *to, const struct backtest *backtest)
{
	struct json_object *document = json_object_new_object();
	bool came = backtest->over_needed_95 > 0;

	report_number(document, "interval_seconds", true, backtest->interval_seconds);
	json_object_object_add(document, "confidence", json_object_new_double(backtest->confidence));
	report_number(document, "windows", true, backtest->windows);
	report_number(document, "covered", true, backtest->covered);
	json_object_object_add(document, "coverage", json_object_new_double(backtest->coverage));
	report_number(document, "asked_bytes_median", true, backtest->asked_median);
	report_number(document, "oracle_bytes", true, backtest->oracle_bytes);
	json_object_object_add(document, "asked_over_oracle",
			       backtest->oracle_bytes
				       ? json_object_new_double(backtest->asked_over_oracle) : NULL);
	json_object_object_add(document, "asked_over_needed_median",
			       came ? json_object_new_double(backtest->over_needed_median) : NULL);
	json_object_object_add(document, "asked_over_needed_95",
			       came ? json_object_new_double(backtest->over_needed_95) : NULL);
	report_json_print(to, document);
}
