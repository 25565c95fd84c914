// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts of JSON documents that the reports share. */
#include "report_object.h"

void report_number(struct json_object *to, const char *key, bool known, uint64_t value)
{
	json_object_object_add(to, key, known ? json_object_new_uint64(value) : NULL);
}

void report_flag(struct json_object *to, const char *key, bool known, bool value)
{
	json_object_object_add(to, key, known ? json_object_new_boolean(value) : NULL);
}

void report_text(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, value ? json_object_new_string(value) : NULL);
}

void report_json_print(FILE *to, struct json_object *document)
{
	fprintf(to, "%s\n",
		json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY |
								 JSON_C_TO_STRING_SPACED |
								 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}
