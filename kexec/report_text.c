// SPDX-License-Identifier: GPL-2.0-or-later
/* For people: sentences and short tables. */
#include <inttypes.h>

#include "report.h"

void report_span(uint64_t seconds, char out[32])
{
	uint64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;

	if (days)
		snprintf(out, 32, "%" PRIu64 "d%" PRIu64 "h", days, hours);
	else if (hours)
		snprintf(out, 32, "%" PRIu64 "h%" PRIu64 "min", hours, minutes);
	else if (minutes)
		snprintf(out, 32, "%" PRIu64 "min%" PRIu64 "s", minutes, seconds % 60);
	else
		snprintf(out, 32, "%" PRIu64 "s", seconds);
}

void report_growth(FILE *to, const struct imalog_estimate *estimate)
{
	char span[32];

	if (estimate->basis == IMALOG_BASIS_GIVEN) {
		fprintf(to, "%" PRIu64 " bytes, as given", estimate->bound_bytes);
		return;
	}
	report_span(estimate->interval_seconds, span);
	fprintf(to, "at most %" PRIu64 " bytes in %s with probability %.9g, %" PRIu64 " as often as not, %"
		PRIu64 " of them for the shutdown (%s", estimate->bound_bytes, span,
		estimate->confidence, estimate->central_bytes, estimate->burst_bytes,
		imalog_basis_text(estimate->basis));
	if (estimate->windows > 0)
		fprintf(to, ": %.3g intervals seen%s", estimate->windows,
			estimate->small_sample ? ", a small sample" : "");
	else if (estimate->basis != IMALOG_BASIS_RECENT)
		fprintf(to, ", and %d and %d an hour for what is not known", IMALOG_DEFAULT_BYTES,
			IMALOG_DEFAULT_HOURLY);
	fputc(')', to);
}

bool report_is_long(const struct view *view, uint64_t interval_seconds)
{
	if (!view->judged_load)
		return false;
	if (!interval_seconds)
		interval_seconds = view->interval_seconds;
	return view->age_seconds > interval_seconds || view->deadline_passed;
}

/* What to do when there is not enough room. */
static void remedy(const struct view *view, char *out, size_t size)
{
	unsigned kib = view->decision->advised_extra_kib;
	const char *now = view->at_load ? "load late (--ima-check=reload), plan less with "
					  "--ima-interval or --ima-headroom=SIZE"
					: "load again just before the execute (--ima-check=reload)";

	if (!imalog_load_segment_bytes(&view->scan->census.total, view->facts))
		snprintf(out, size, "no load can carry it any more, as the segment would be more than half of RAM: "
				    "cold boot, or delete records (kexec-ima trim) where the kernel can");
	else if (kib)
		snprintf(out, size, "%s, or boot a kernel with "
				    "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=%u", now, kib);
	else
		snprintf(out, size, "%s", now);
}

static void room_sentence(const struct view *view, char *out, size_t size)
{
	const struct imalog_decision *decision = view->decision;
	char what[192];

	remedy(view, what, sizeof(what));
	switch (decision->verdict) {
	case IMALOG_FITS:
		snprintf(out, size,
			 "the measurement log fits: %" PRId64 " bytes of room, %" PRIu64 " needed",
			 decision->room_bytes, decision->needed_bytes);
		break;
	case IMALOG_TIGHT:
		snprintf(out, size,
			 "the measurement log fits as it is, but not what is to come: %" PRId64
			 " bytes of room, %" PRIu64 " needed; %s",
			 decision->room_bytes, decision->needed_bytes, what);
		break;
	case IMALOG_SHORT:
	case IMALOG_NOT_CARRIED:
	case IMALOG_UNKNOWN:
		snprintf(out, size,
			 "the measurement log does not fit: %" PRId64
			 " bytes of room, and the kexec_execute record alone needs %" PRIu64 "; %s",
			 decision->room_bytes, decision->last_bytes, what);
		break;
	}
}

void report_verdict(const struct view *view, char *out, size_t size)
{
	const struct imalog_decision *decision = view->decision;
	const char *words = decision->verdict == IMALOG_UNKNOWN
				    ? "cannot tell whether the measurement log will survive"
				    : "the measurement log will not survive";

	switch (decision->reason) {
	case IMALOG_REASON_ROOM:
		room_sentence(view, out, size);
		return;
	case IMALOG_REASON_LOG_DAMAGED:
		snprintf(out, size, "%s: %s at byte %" PRIu64 " (record %" PRIu64 ")", words,
			 imalog_error_text(view->scan->damage), view->scan->damage_offset,
			 view->scan->damage_record + 1);
		return;
	case IMALOG_REASON_COMPLAINT:
		snprintf(out, size, "%s: %s", words,
			 imalog_complaint_text(view->facts->complaint));
		return;
	case IMALOG_REASON_NOTHING_LOADED:
		snprintf(out, size, "no image is loaded: load one with kexec -s -l ... --ima-headroom");
		return;
	default:
		snprintf(out, size, "%s: %s", words, imalog_reason_text(decision->reason));
	}
}

static void line(FILE *to, const char *label)
{
	fprintf(to, "  %-10s ", label);
}

static void log_line(FILE *to, const struct view *view)
{
	const struct imalog_census *census = &view->scan->census;

	line(to, "log");
	fprintf(to, "%" PRIu64 " %s, %" PRIu64 " bytes", census->total.records,
		census->total.records == 1 ? "record" : "records", census->total.bytes);
	if (view->staged_bytes)
		fprintf(to, ", %" PRIu64 " of them staged", view->staged_bytes);
	if (census->violations)
		fprintf(to, ", %" PRIu64 " %s", census->violations,
			census->violations == 1 ? "violation" : "violations");
	fprintf(to, ", %" PRIu32 " %s\n", census->boot_count,
		census->boot_count == 1 ? "boot" : "boots");
	if (!view->scan->damage)
		return;
	line(to, "damage");
	fprintf(to, "%s at byte %" PRIu64 " (record %" PRIu64 "); only what is before it counts\n",
		imalog_error_text(view->scan->damage), view->scan->damage_offset,
		view->scan->damage_record + 1);
}

static void segment_lines(FILE *to, const struct view *view)
{
	const struct imalog_decision *decision = view->decision;
	/* Of records that were deleted since the load only the kernel knows the number, which is in that record. */
	const char *least = view->facts->load_from_record ? "at least " : "";

	if (!decision->has_segment)
		return;
	line(to, "segment");
	fprintf(to, "%" PRIu64 " bytes, %s\n", decision->segment_bytes,
		decision->confirmed ? "confirmed by the kernel's kexec_load event"
				    : "not confirmed");
	line(to, "room");
	fprintf(to, "%" PRId64 " bytes", decision->room_bytes);
	if (decision->needed_bytes > decision->last_bytes)
		fprintf(to, "; needed %s%" PRIu64 ": %" PRIu64 " to come, %" PRIu64
			" for the kexec_execute record",
			least, decision->needed_bytes, decision->needed_bytes - decision->last_bytes,
			decision->last_bytes);
	else if (decision->last_bytes)
		fprintf(to, "; needed %s%" PRIu64 " for the kexec_execute record",
			least, decision->last_bytes);
	fputc('\n', to);
}

static void growth_line(FILE *to, const struct view *view)
{
	const struct imalog_estimate *estimate = view->estimate;
	const struct imalog_decision *decision = view->decision;

	line(to, "growth");
	report_growth(to, estimate);
	fputc('\n', to);
	if (!estimate->small_sample || !decision->has_segment || decision->room_bytes < 0 ||
	    estimate->bound_bytes / 2 <= (uint64_t)decision->room_bytes)
		return;
	line(to, "");
	fprintf(to, "the sample is small, and the room is less than half of that bound: it may do, "
		    "which nobody can tell yet\n");
}

static void age_line(FILE *to, const struct view *view)
{
	char span[32];

	/* A load of this moment needs no telling. */
	if (view->has_age ? !view->age_seconds && !view->grown_bytes : !view->has_grown)
		return;
	line(to, "load");
	if (view->has_age) {
		report_span(view->age_seconds, span);
		fprintf(to, "%s ago", span);
	} else {
		fprintf(to, "by others, time not known");
	}
	if (view->has_grown)
		fprintf(to, ", the log grew by %" PRIu64 " bytes since", view->grown_bytes);
	fputc('\n', to);
}

static void deadline_line(FILE *to, const struct view *view)
{
	const struct imalog_decision *decision = view->decision;
	char span[32];

	if (decision->verdict != IMALOG_FITS && decision->verdict != IMALOG_TIGHT)
		return;
	line(to, "lasts");
	if (!view->has_deadline) {
		fprintf(to, "no end in sight\n");
		return;
	}
	report_span(view->deadline_seconds, span);
	fprintf(to, "%s", span);
	if (view->estimate->confidence > 0)
		fprintf(to, " with probability %.9g", view->estimate->confidence);
	if (view->deadline_when)
		fprintf(to, ": execute before %s", view->deadline_when);
	fputc('\n', to);
}

void report_details(FILE *to, const struct view *view)
{
	log_line(to, view);
	segment_lines(to, view);
	age_line(to, view);
	if (view->estimate) {
		growth_line(to, view);
		deadline_line(to, view);
	}
}

void report_status_text(FILE *to, const struct view *view)
{
	const struct imalog_facts *facts = view->facts;
	char sentence[512];

	report_verdict(view, sentence, sizeof(sentence));
	fprintf(to, "%s: %s\n", imalog_verdict_text(view->decision->verdict), sentence);
	line(to, "kernel");
	fprintf(to, "%s",
		facts->known & IMALOG_KNOWS_GENERATION ? imalog_generation_text(facts->generation)
						       : "generation not known");
	if (facts->known & IMALOG_KNOWS_EXTRA)
		fprintf(to, ", CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=%u", facts->extra_kib);
	fputc('\n', to);
	line(to, "image");
	fprintf(to, "%s\n", !(facts->known & IMALOG_KNOWS_LOADED) ? "not known"
			    : facts->loaded			  ? "loaded"
								  : "none loaded");
	report_details(to, view);
}
