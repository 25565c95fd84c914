// SPDX-License-Identifier: GPL-2.0-or-later
/* A rehearsal, both ways side by side. */
#include <inttypes.h>
#include <string.h>

#include "report_object.h"

#define COLUMN 38	/* characters */

typedef void (*cell)(const struct rehearsal *rehearsal, const struct course *course, char *out,
		     size_t size);

static void tell_load(const struct rehearsal *rehearsal, const struct course *course, char *out,
		      size_t size)
{
	(void)rehearsal;
	if (!course->has_segment)
		snprintf(out, size, "no segment");
	else if (course->loads > 1)
		snprintf(out, size, "%u loads, segment %" PRIu64 " bytes", course->loads,
			 course->segment_bytes);
	else
		snprintf(out, size, "segment %" PRIu64 " bytes", course->segment_bytes);
}

static void tell_headroom(const struct rehearsal *rehearsal, const struct course *course, char *out,
			  size_t size)
{
	(void)rehearsal;
	if (!course->helped)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%s, %" PRIu64 " bytes needed",
			 imalog_verdict_text(course->at_load.verdict),
			 course->at_load.needed_bytes);
}

static void tell_growth(const struct rehearsal *rehearsal, const struct course *course, char *out,
			size_t size)
{
	(void)rehearsal;
	snprintf(out, size, "+%" PRIu64 " records, +%" PRIu64 " bytes", course->grown_records,
		 course->grown_bytes);
}

static void tell_check(const struct rehearsal *rehearsal, const struct course *course, char *out,
		       size_t size)
{
	(void)rehearsal;
	if (!course->helped)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%s%s", course->loads > 1 ? "loads again: " : "",
			 imalog_verdict_text(course->at_check.verdict));
}

static void tell_execute(const struct rehearsal *rehearsal, const struct course *course, char *out,
			 size_t size)
{
	(void)rehearsal;
	if (!course->executed)
		snprintf(out, size, "refused: a cold boot");
	else if (course->carry.dump_error)
		snprintf(out, size, "\"Dump measurements failed. Error:%d\"",
			 course->carry.dump_error);
	else
		snprintf(out, size, "the kernel says nothing");
}

static void tell_restore(const struct rehearsal *rehearsal, const struct course *course, char *out,
			 size_t size)
{
	(void)rehearsal;
	if (!course->executed)
		snprintf(out, size, "a new log, a new PCR");
	else if (course->carry.next.records == course->carry.log_records)
		snprintf(out, size, "all %" PRIu64 " records arrive", course->carry.log_records);
	else
		snprintf(out, size, "%" PRIu64 " of %" PRIu64 " records arrive (%s)",
			 course->carry.next.records, course->carry.log_records,
			 imalog_loss_text(course->carry.loss));
}

static void tell_quote(const struct rehearsal *rehearsal, const struct course *course, char *out,
		       size_t size)
{
	static const char *const schemes[] = { "ecdsa", "rsassa", "rsapss" };

	snprintf(out, size, "%s, %s the log", schemes[rehearsal->scheme],
		 course->verdict.replayed == IMALOG_REPLAYED_MATCH ? "explained by"
								   : "NOT explained by");
}

static void tell_verdict(const struct rehearsal *rehearsal, const struct course *course, char *out,
			 size_t size)
{
	(void)rehearsal;
	snprintf(out, size, "%s", imalog_outcome_text(course->verdict.outcome));
}

static const struct {
	const char *name;
	cell tell;
} rows[] = {
	{ "load", tell_load },	     { "headroom", tell_headroom }, { "growth", tell_growth },
	{ "check", tell_check },     { "execute", tell_execute },   { "next kernel", tell_restore },
	{ "quote", tell_quote },     { "verdict", tell_verdict },
};

void report_rehearse_text(FILE *to, const char *source, const struct rehearsal *rehearsal,
			  const struct course *plain, const struct course *helped)
{
	const struct imalog_facts *facts = &rehearsal->facts;
	char left[128], right[128];

	fprintf(to, "a soft reboot on a TPM in memory: %s\n", source);
	fprintf(to, "kernel: %s, CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=%u, pages of %" PRIu64 " bytes\n\n",
		imalog_generation_text(facts->generation), facts->extra_kib, facts->page_bytes);
	fprintf(to, "  %-12s %-*s %s\n", "", COLUMN, "kexec alone", "with kexec-ima");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].tell(rehearsal, plain, left, sizeof(left));
		rows[i].tell(rehearsal, helped, right, sizeof(right));
		fprintf(to, "  %-12s %-*s %s\n", rows[i].name, COLUMN, left, right);
	}
}

static struct json_object *course_object(const struct course *course)
{
	struct json_object *to = json_object_new_object();

	report_number(to, "loads", true, course->loads);
	report_number(to, "segment_bytes", course->has_segment, course->segment_bytes);
	report_number(to, "grown_bytes", true, course->grown_bytes);
	report_number(to, "grown_records", true, course->grown_records);
	report_text(to, "judged_at_load",
		    course->helped ? imalog_verdict_text(course->at_load.verdict) : NULL);
	report_text(to, "judged_at_check",
		    course->helped ? imalog_verdict_text(course->at_check.verdict) : NULL);
	report_flag(to, "executed", true, course->executed);
	report_number(to, "log_records", course->executed, course->carry.log_records);
	report_number(to, "arrived_records", course->executed, course->carry.next.records);
	report_text(to, "loss", course->executed ? imalog_loss_text(course->carry.loss) : NULL);
	json_object_object_add(to, "verify", report_verify_object(&course->verdict));
	return to;
}

void report_rehearse_json(FILE *to, const char *source, const struct rehearsal *rehearsal,
			  const struct course *plain, const struct course *helped)
{
	struct json_object *document = json_object_new_object();

	report_text(document, "log", source);
	report_text(document, "generation", imalog_generation_text(rehearsal->facts.generation));
	report_number(document, "extra_kib", true, rehearsal->facts.extra_kib);
	report_number(document, "page_bytes", true, rehearsal->facts.page_bytes);
	json_object_object_add(document, "plain", course_object(plain));
	json_object_object_add(document, "helped", course_object(helped));
	report_text(document, "verdict", imalog_outcome_text(helped->verdict.outcome));
	report_json_print(to, document);
}
