// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of state files, to JSON and back.  What does not read back exactly is refused. */
#include "state_json.h"

#include <stdlib.h>
#include <string.h>

/* Raised when the meaning of a key changes: an older file is then not used. */
#define FORMAT_VERSION 2

#define DOCUMENT_BYTES (64u << 10)	/* memory for any document, */
#define PART_BYTES (4u << 10)		/* for each thing in a list of it, */
#define LETTER_BYTES 64u		/* or for each byte of its text */

static bool has_memory(size_t bytes)
{
	/* Volatile, or the compiler would leave both out. */
	void *volatile probe = malloc(bytes);

	free(probe);
	return probe;
}

bool state_can_make(size_t parts)
{
	return has_memory(DOCUMENT_BYTES + PART_BYTES * parts);
}

struct json_object *state_parse(const char *text)
{
	return has_memory(DOCUMENT_BYTES + LETTER_BYTES * strlen(text)) ? json_tokener_parse(text) : NULL;
}

void state_put_number(struct json_object *to, const char *key, uint64_t number)
{
	json_object_object_add(to, key, json_object_new_uint64(number));
}

void state_put_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

void state_put_position(struct json_object *to, const char *key,
			 const struct imalog_position *position)
{
	struct json_object *sums = json_object_new_array();

	json_object_array_add(sums, json_object_new_uint64(position->records));
	json_object_array_add(sums, json_object_new_uint64(position->bytes));
	json_object_array_add(sums, json_object_new_uint64(position->counted));
	json_object_object_add(to, key, sums);
}

struct json_object *state_put_mark(const struct imalog_mark *mark)
{
	struct json_object *to = json_object_new_object();

	state_put_number(to, "kind", (uint64_t)mark->event.kind);
	state_put_number(to, "segment_bytes", mark->event.segment_bytes);
	state_put_number(to, "runtime_bytes", mark->event.runtime_bytes);
	state_put_number(to, "records", mark->event.records);
	state_put_number(to, "digest_checked", mark->event.digest_checked);
	state_put_position(to, "before", &mark->before);
	state_put_position(to, "after", &mark->after);
	state_put_number(to, "counted_known", mark->counted_known);
	state_put_number(to, "counted_then", mark->counted_then);
	return to;
}

struct json_object *state_begin(const char *boot_id)
{
	struct json_object *to = json_object_new_object();

	state_put_number(to, "version", FORMAT_VERSION);
	state_put_boot_id(to, boot_id);
	return to;
}

void state_put_boot_id(struct json_object *to, const char *boot_id)
{
	state_put_text(to, "boot_id", boot_id);
}

char *state_finish(struct json_object *from)
{
	const char *text = json_object_to_json_string_ext(from, JSON_C_TO_STRING_PLAIN);
	char *copy = text ? strdup(text) : NULL;

	json_object_put(from);
	return copy;
}

bool state_get_number(struct json_object *from, const char *key, uint64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(from, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

bool state_get_small(struct json_object *from, const char *key, uint64_t limit, uint32_t *number)
{
	uint64_t wide;

	if (!state_get_number(from, key, &wide) || wide > limit)
		return false;
	*number = (uint32_t)wide;
	return true;
}

bool state_get_flag(struct json_object *from, const char *key, bool *flag)
{
	uint32_t number;

	if (!state_get_small(from, key, 1, &number))
		return false;
	*flag = number;
	return true;
}

bool state_get_seconds(struct json_object *from, const char *key, double *seconds)
{
	struct json_object *value;

	if (!json_object_object_get_ex(from, key, &value) ||
	    !json_object_is_type(value, json_type_double))
		return false;
	*seconds = json_object_get_double(value);
	return *seconds >= 0 && *seconds < 1e300;	/* no NaN, no Infinity, which json-c takes */
}

bool state_get_array(struct json_object *from, const char *key, struct json_object **array)
{
	return json_object_object_get_ex(from, key, array) &&
	       json_object_is_type(*array, json_type_array);
}

bool state_get_numbers(struct json_object *from, const char *key, size_t count,
			uint64_t *numbers)
{
	struct json_object *array;

	if (!state_get_array(from, key, &array) || json_object_array_length(array) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		if (!json_object_is_type(value, json_type_int))
			return false;
		numbers[i] = json_object_get_uint64(value);
	}
	return true;
}

bool state_get_position(struct json_object *from, const char *key,
			 struct imalog_position *position)
{
	uint64_t sums[3];

	if (!state_get_numbers(from, key, 3, sums))
		return false;
	*position = (struct imalog_position){ sums[0], sums[1], sums[2] };
	return true;
}

bool state_is_before(const struct imalog_position *a, const struct imalog_position *b)
{
	return a->records <= b->records && a->bytes <= b->bytes && a->counted <= b->counted;
}

bool state_get_mark(struct json_object *from, struct imalog_mark *mark)
{
	uint32_t kind;

	*mark = (struct imalog_mark){ 0 };
	if (!state_get_small(from, "kind", IMALOG_EVENT_KEXEC_EXECUTE, &kind))
		return false;
	mark->event.kind = (enum imalog_event_kind)kind;
	return state_get_number(from, "segment_bytes", &mark->event.segment_bytes) &&
	       state_get_number(from, "runtime_bytes", &mark->event.runtime_bytes) &&
	       state_get_number(from, "records", &mark->event.records) &&
	       state_get_flag(from, "digest_checked", &mark->event.digest_checked) &&
	       state_get_position(from, "before", &mark->before) &&
	       state_get_position(from, "after", &mark->after) &&
	       state_get_flag(from, "counted_known", &mark->counted_known) &&
	       state_get_number(from, "counted_then", &mark->counted_then) &&
	       state_is_before(&mark->before, &mark->after);
}

bool state_continue(struct json_object *from, char out[RECORD_BOOT_ID_SIZE])
{
	uint64_t version;

	return state_get_number(from, "version", &version) && version == FORMAT_VERSION &&
	       state_get_boot_id(from, out);
}

bool state_is_of_boot(struct json_object *from, const char *boot_id)
{
	char boot[RECORD_BOOT_ID_SIZE];

	return from && state_continue(from, boot) && !strcmp(boot, boot_id);
}

bool state_get_boot_id(struct json_object *from, char out[RECORD_BOOT_ID_SIZE])
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(from, "boot_id", &value))
		return false;
	text = state_text(value);
	if (!text || strlen(text) >= RECORD_BOOT_ID_SIZE)
		return false;
	strcpy(out, text);
	return true;
}

const char *state_text(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

void state_put_bytes(struct json_object *to, const char *key, const unsigned char *bytes,
		     size_t size)
{
	char text[2 * IMALOG_DIGEST_MAX + 1];

	imalog_hex((struct imalog_span){ bytes, size }, text, sizeof(text));
	state_put_text(to, key, text);
}

bool state_get_bytes(struct json_object *from, const char *key, unsigned char *bytes, size_t size)
{
	struct json_object *value;
	struct imalog_span text;

	if (!json_object_object_get_ex(from, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return false;
	text.data = (const unsigned char *)json_object_get_string(value);
	text.size = (size_t)json_object_get_string_len(value);
	return imalog_unhex(text, bytes, size);
}
