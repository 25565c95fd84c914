// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For Prometheus: the text exposition format, in base units.  The names are promised in kexec-ima(8);
 * a metric whose value is not known is left out.
 */
#include <inttypes.h>

#include "report.h"

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP kexec_ima_%s %s\n# TYPE kexec_ima_%s %s\n", name, help, name, type);
}

static void gauge(FILE *to, const char *name, const char *help, bool known, uint64_t value)
{
	if (!known)
		return;
	head(to, name, "gauge", help);
	fprintf(to, "kexec_ima_%s %" PRIu64 "\n", name, value);
}

static void time_gauge(FILE *to, const char *name, const char *help, bool known, int64_t value)
{
	if (!known)
		return;
	head(to, name, "gauge", help);
	fprintf(to, "kexec_ima_%s %" PRId64 "\n", name, value);
}

static void info(FILE *to, const struct metrics *metrics)
{
	const struct imalog_facts *facts = metrics->view->facts;
	const char *generation = facts->known & IMALOG_KNOWS_GENERATION
					 ? imalog_generation_text(facts->generation) : "";

	head(to, "info", "gauge", "What runs here; always 1.");
	fprintf(to, "kexec_ima_info{version=\"%s\",generation=\"%s\",extra_kib=\"", metrics->version,
		generation);
	if (facts->known & IMALOG_KNOWS_EXTRA)
		fprintf(to, "%u", facts->extra_kib);
	fputs("\"} 1\n", to);
}

static void log_metrics(FILE *to, const struct view *view)
{
	const struct imalog_census *census = &view->scan->census;

	gauge(to, "log_bytes", "Size of the measurement log.", true, census->total.bytes);
	gauge(to, "log_records", "Records in the measurement log.", true, census->total.records);
	gauge(to, "log_staged_bytes", "Of the log, what is in the staged list.", true,
	      view->staged_bytes);
	gauge(to, "log_violations", "Violations in the log.", true, census->violations);
	gauge(to, "log_boots", "Boots that the log shows.", true, census->boot_count);
}

static void room_metrics(FILE *to, const struct view *view)
{
	const struct imalog_decision *decision = view->decision;

	gauge(to, "segment_bytes", "Size of the segment that the loaded image has for the log.",
	      decision->has_segment, decision->segment_bytes);
	time_gauge(to, "room_bytes", "What the log leaves of the segment; negative: what would be lost.",
		   decision->has_segment, decision->room_bytes);
	gauge(to, "needed_bytes", "Room asked for: growth over the interval, shutdown, last record.", true,
	      decision->needed_bytes);
	head(to, "growth_bytes_per_second", "gauge", "Mean speed of the log since boot.");
	fprintf(to, "kexec_ima_growth_bytes_per_second %.17g\n", view->estimate->growth.bytes_per_second);
}

#define FAR (UINT64_C(1) << 40)	/* seconds; what is further from now is no date */

/* The date @seconds before (@sign -1) or behind (1) the moment of the metrics; valid below FAR. */
static int64_t date(const struct metrics *metrics, int sign, uint64_t seconds)
{
	return seconds < FAR ? metrics->now + sign * (int64_t)seconds : 0;
}

static void load_metrics(FILE *to, const struct metrics *metrics)
{
	const struct view *view = metrics->view;
	const struct imalog_facts *facts = view->facts;

	gauge(to, "image_loaded", "Whether an image is loaded.", facts->known & IMALOG_KNOWS_LOADED,
	      facts->loaded);
	time_gauge(to, "load_timestamp_seconds", "When it was loaded.",
		   view->has_age && view->age_seconds < FAR, date(metrics, -1, view->age_seconds));
	gauge(to, "load_interval_seconds", "Planned time between load and execute.", view->judged_load,
	      view->interval_seconds);
	gauge(to, "load_long", "Whether it waits longer than planned, or past its deadline.",
	      view->judged_load, report_is_long(view, 0));
	time_gauge(to, "deadline_timestamp_seconds", "Until when the room lasts with the confidence.",
		   view->has_deadline && view->deadline_seconds < FAR,
		   date(metrics, 1, view->deadline_seconds));
}

static void verdicts(FILE *to, const struct metrics *metrics)
{
	head(to, "verdict", "gauge", "The verdict on the loaded image: the one that is 1.");
	for (int i = IMALOG_FITS; i <= IMALOG_UNKNOWN; i++)
		fprintf(to, "kexec_ima_verdict{verdict=\"%s\"} %d\n",
			imalog_verdict_text((enum imalog_verdict)i),
			(int)metrics->view->decision->verdict == i);
	if (!metrics->has_verify)
		return;
	head(to, "verify", "gauge", "The last verdict of verify in this boot: the one that is 1.");
	for (int i = IMALOG_OUTCOME_COLD; i <= IMALOG_OUTCOME_UNKNOWN; i++)
		fprintf(to, "kexec_ima_verify{verdict=\"%s\"} %d\n",
			imalog_outcome_text((enum imalog_outcome)i), (int)metrics->outcome == i);
}

void report_status_prom(FILE *to, const struct metrics *metrics)
{
	info(to, metrics);
	log_metrics(to, metrics->view);
	room_metrics(to, metrics->view);
	load_metrics(to, metrics);
	verdicts(to, metrics);
	time_gauge(to, "verify_timestamp_seconds", "When verify was last run in this boot.",
		   metrics->has_verify, metrics->verify_time);
	time_gauge(to, "sample_timestamp_seconds", "When the log was last sampled in this boot.",
		   metrics->has_sample, metrics->sample_time);
	head(to, "sample_errors_total", "counter", "Samples that could not be kept since boot.");
	fprintf(to, "kexec_ima_sample_errors_total %" PRIu64 "\n", metrics->sample_errors);
}
