// SPDX-License-Identifier: GPL-2.0-or-later
#include "told.h"

#include <json-c/json.h>
#include <math.h>

#include "fuzz.h"

static char *text;
static size_t text_size;

FILE *told_begin(void)
{
	FILE *to = open_memstream(&text, &text_size);

	MUST(to);
	return to;
}

void told_words(FILE *to)
{
	MUST(!fclose(to));
	for (size_t i = 0; i < text_size; i++)
		MUST((text[i] >= ' ' && text[i] < 0x7f) || text[i] == '\n');
	free(text);
}

/* json-c reads NaN and Infinity, which no standard has. */
static void check_numbers(struct json_object *value)
{
	if (json_object_is_type(value, json_type_double))
		MUST(isfinite(json_object_get_double(value)));
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) {
			MUST(*key);
			check_numbers(member);
		}
	}
	if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_object_array_length(value); i++)
			check_numbers(json_object_array_get_idx(value, i));
}

void told_json(FILE *to, const char *key, const char *value)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *document, *one;

	MUST(!fflush(to));
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	document = json_tokener_parse_ex(tokener, text, (int)text_size);
	MUST(document && json_tokener_get_error(tokener) == json_tokener_success);
	check_numbers(document);
	MUST(json_object_object_get_ex(document, key, &one));
	MUST(!value || !strcmp(json_object_get_string(one), value));
	json_object_put(document);
	json_tokener_free(tokener);
	told_words(to);
}
