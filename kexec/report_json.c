// SPDX-License-Identifier: GPL-2.0-or-later
/* For scripts: the keys are promised in kexec-ima(8).  What is not known is null. */
#include <json-c/json.h>

#include "report.h"

static void number(struct json_object *to, const char *key, bool known, uint64_t value)
{
	json_object_object_add(to, key, known ? json_object_new_uint64(value) : NULL);
}

static void text(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, value ? json_object_new_string(value) : NULL);
}

static struct json_object *log_object(const struct view *view)
{
	const struct imalog_census *census = &view->scan->census;
	struct json_object *to = json_object_new_object();

	number(to, "bytes", true, census->total.bytes);
	number(to, "records", true, census->total.records);
	number(to, "staged_bytes", true, view->staged_bytes);
	number(to, "violations", true, census->violations);
	number(to, "boots", true, census->boot_count);
	return to;
}

static struct json_object *segment_object(const struct view *view)
{
	const struct imalog_decision *decision = view->decision;
	struct json_object *to = json_object_new_object();

	number(to, "bytes", decision->has_segment, decision->segment_bytes);
	json_object_object_add(to, "room_bytes",
			       decision->has_segment ? json_object_new_int64(decision->room_bytes)
						     : NULL);
	number(to, "last_record_bytes", decision->has_segment && decision->last_bytes,
	       decision->last_bytes);
	json_object_object_add(to, "confirmed", json_object_new_boolean(decision->confirmed));
	number(to, "loaded_age_seconds", view->has_age, view->age_seconds);
	number(to, "grown_bytes", view->has_grown, view->grown_bytes);
	return to;
}

static struct json_object *growth_object(const struct imalog_estimate *estimate)
{
	struct json_object *to = json_object_new_object();
	bool known = estimate->basis == IMALOG_BASIS_BOOT || estimate->basis == IMALOG_BASIS_SAMPLE;

	json_object_object_add(to, "bytes_per_second",
			       known ? json_object_new_double(estimate->growth.bytes_per_second)
				     : NULL);
	json_object_object_add(to, "records_per_second",
			       known ? json_object_new_double(estimate->growth.records_per_second)
				     : NULL);
	text(to, "basis", imalog_basis_text(estimate->basis));
	return to;
}

void report_status_json(FILE *to, const struct view *view)
{
	const struct imalog_facts *facts = view->facts;
	struct json_object *status = json_object_new_object();
	bool known = facts->known & IMALOG_KNOWS_GENERATION;
	char sentence[512];

	report_verdict(view, sentence, sizeof(sentence));
	text(status, "generation", known ? imalog_generation_text(facts->generation) : NULL);
	json_object_object_add(status, "loaded",
			       facts->known & IMALOG_KNOWS_LOADED
				       ? json_object_new_boolean(facts->loaded)
				       : NULL);
	json_object_object_add(status, "log", log_object(view));
	json_object_object_add(status, "segment", segment_object(view));
	json_object_object_add(status, "growth", growth_object(view->estimate));
	number(status, "needed_bytes", true, view->decision->needed_bytes);
	number(status, "deadline_seconds", view->has_deadline, view->deadline_seconds);
	text(status, "verdict", imalog_verdict_text(view->decision->verdict));
	text(status, "reason", sentence);
	fprintf(to, "%s\n",
		json_object_to_json_string_ext(status, JSON_C_TO_STRING_PRETTY |
							       JSON_C_TO_STRING_SPACED |
							       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(status);
}
