// SPDX-License-Identifier: GPL-2.0-or-later
/* For scripts: the keys are promised in kexec-ima(8).  What is not known is null. */
#include "report_object.h"

static struct json_object *log_object(const struct view *view)
{
	const struct imalog_census *census = &view->scan->census;
	struct json_object *to = json_object_new_object();

	report_number(to, "bytes", true, census->total.bytes);
	report_number(to, "records", true, census->total.records);
	report_number(to, "staged_bytes", true, view->staged_bytes);
	report_number(to, "violations", true, census->violations);
	report_number(to, "boots", true, census->boot_count);
	return to;
}

static struct json_object *segment_object(const struct view *view)
{
	const struct imalog_decision *decision = view->decision;
	struct json_object *to = json_object_new_object();

	report_number(to, "bytes", decision->has_segment, decision->segment_bytes);
	json_object_object_add(to, "room_bytes",
			       decision->has_segment ? json_object_new_int64(decision->room_bytes)
						     : NULL);
	/* It has a count of the records in it, deleted ones too: how many came since the load then is not known. */
	report_number(to, "last_record_bytes",
		      decision->has_segment && decision->last_bytes && !view->facts->load_from_record,
		      decision->last_bytes);
	json_object_object_add(to, "confirmed", json_object_new_boolean(decision->confirmed));
	report_number(to, "loaded_age_seconds", view->has_age, view->age_seconds);
	report_number(to, "grown_bytes", view->has_grown, view->grown_bytes);
	return to;
}

static struct json_object *growth_object(const struct imalog_estimate *estimate)
{
	struct json_object *to = json_object_new_object();
	bool known = estimate->growth.bytes_per_second > 0 || estimate->basis == IMALOG_BASIS_FADING;

	json_object_object_add(to, "bytes_per_second",
			       known ? json_object_new_double(estimate->growth.bytes_per_second)
				     : NULL);
	json_object_object_add(to, "records_per_second",
			       known ? json_object_new_double(estimate->growth.records_per_second)
				     : NULL);
	report_text(to, "basis", imalog_basis_text(estimate->basis));
	report_estimate_members(to, estimate);
	return to;
}

void report_status_json(FILE *to, const struct view *view)
{
	const struct imalog_facts *facts = view->facts;
	struct json_object *status = json_object_new_object();
	bool known = facts->known & IMALOG_KNOWS_GENERATION;
	char sentence[512];

	report_verdict(view, sentence, sizeof(sentence));
	report_text(status, "generation", known ? imalog_generation_text(facts->generation) : NULL);
	json_object_object_add(status, "loaded",
			       facts->known & IMALOG_KNOWS_LOADED
				       ? json_object_new_boolean(facts->loaded)
				       : NULL);
	json_object_object_add(status, "log", log_object(view));
	json_object_object_add(status, "segment", segment_object(view));
	json_object_object_add(status, "growth", growth_object(view->estimate));
	report_number(status, "needed_bytes", true, view->decision->needed_bytes);
	report_number(status, "deadline_seconds", view->has_deadline, view->deadline_seconds);
	report_text(status, "verdict", imalog_verdict_text(view->decision->verdict));
	report_text(status, "reason", sentence);
	report_json_print(to, status);
}
