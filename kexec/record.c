// SPDX-License-Identifier: GPL-2.0-or-later
/* State files: structs to JSON and back.  What does not read back exactly is refused whole. */
#include "record.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* Raised when the meaning of a key changes: an older file is then not used. */
#define FORMAT_VERSION 1

/* ---- writing -------------------------------------------------------------------------- */

static void put_number(struct json_object *to, const char *key, uint64_t number)
{
	json_object_object_add(to, key, json_object_new_uint64(number));
}

static void put_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

static void put_position(struct json_object *to, const char *key,
			 const struct imalog_position *position)
{
	struct json_object *sums = json_object_new_array();

	json_object_array_add(sums, json_object_new_uint64(position->records));
	json_object_array_add(sums, json_object_new_uint64(position->bytes));
	json_object_array_add(sums, json_object_new_uint64(position->counted));
	json_object_object_add(to, key, sums);
}

static struct json_object *mark_to_json(const struct imalog_mark *mark)
{
	struct json_object *to = json_object_new_object();

	put_number(to, "kind", (uint64_t)mark->event.kind);
	put_number(to, "segment_bytes", mark->event.segment_bytes);
	put_number(to, "runtime_bytes", mark->event.runtime_bytes);
	put_number(to, "records", mark->event.records);
	put_number(to, "digest_checked", mark->event.digest_checked);
	put_position(to, "before", &mark->before);
	put_position(to, "after", &mark->after);
	put_number(to, "counted_known", mark->counted_known);
	put_number(to, "counted_then", mark->counted_then);
	return to;
}

static struct json_object *boot_to_json(const struct imalog_boot *boot)
{
	struct json_object *to = json_object_new_object();

	put_position(to, "start", &boot->start);
	put_number(to, "has_aggregate", boot->has_aggregate);
	put_number(to, "has_load", boot->has_load);
	put_number(to, "has_execute", boot->has_execute);
	put_number(to, "bad_events", boot->bad_events);
	put_number(to, "load", boot->load);
	put_number(to, "execute", boot->execute);
	return to;
}

static char *finish(struct json_object *from)
{
	const char *text = json_object_to_json_string_ext(from, JSON_C_TO_STRING_PLAIN);
	char *copy = text ? strdup(text) : NULL;

	json_object_put(from);
	return copy;
}

static struct json_object *begin(const char *boot_id)
{
	struct json_object *to = json_object_new_object();

	put_number(to, "version", FORMAT_VERSION);
	put_text(to, "boot_id", boot_id);
	return to;
}

char *load_record_to_text(const struct load_record *record)
{
	struct json_object *to = begin(record->boot_id), *arguments = json_object_new_array();

	json_object_object_add(to, "boottime_seconds",
			       json_object_new_double(record->boottime_seconds));
	put_text(to, "directory", record->directory);
	for (char **argument = record->arguments; *argument; argument++)
		json_object_array_add(arguments, json_object_new_string(*argument));
	json_object_object_add(to, "arguments", arguments);
	put_position(to, "position", &record->position);
	if (record->has_mark)
		json_object_object_add(to, "mark", mark_to_json(&record->mark));
	put_number(to, "complaint", (uint64_t)record->complaint);
	put_number(to, "interval_seconds", record->interval_seconds);
	if (record->has_deadline)
		put_number(to, "deadline_seconds", record->deadline_seconds);
	return finish(to);
}

static void put_digest(struct json_object *to, const char *key, const unsigned char digest[32])
{
	static const char hex[] = "0123456789abcdef";
	char text[65] = "";

	for (int i = 0; i < 32; i++) {
		text[2 * i] = hex[digest[i] >> 4];
		text[2 * i + 1] = hex[digest[i] & 15];
	}
	put_text(to, key, text);
}

char *checkpoint_to_text(const struct checkpoint *checkpoint)
{
	const struct scan *scan = &checkpoint->scan;
	const struct imalog_census *census = &scan->census;
	struct json_object *to = begin(checkpoint->boot_id), *list;

	json_object_object_add(to, "boottime_seconds",
			       json_object_new_double(checkpoint->boottime_seconds));
	put_number(to, "big_endian", scan->format.byte_order == IMALOG_BIG_ENDIAN);
	put_number(to, "digest_size", scan->format.digest_size);
	put_number(to, "seal_offset", scan->seal.offset);
	put_digest(to, "seal_digest", scan->seal.digest);
	put_position(to, "total", &census->total);
	put_number(to, "violations", census->violations);
	put_number(to, "bad_events", census->bad_events);
	put_number(to, "ima_records", census->ima_records);
	list = json_object_new_array();
	for (uint32_t i = 0; i < census->boot_count; i++)
		json_object_array_add(list, boot_to_json(&census->boots[i]));
	json_object_object_add(to, "boots", list);
	list = json_object_new_array();
	for (uint32_t i = 0; i < census->mark_count; i++)
		json_object_array_add(list, mark_to_json(&census->marks[i]));
	json_object_object_add(to, "marks", list);
	list = json_object_new_array();
	for (size_t i = 0; i < sizeof(census->recent) / sizeof(census->recent[0]); i++)
		json_object_array_add(list, json_object_new_uint64(census->recent[i]));
	json_object_object_add(to, "recent", list);
	return finish(to);
}

char *facts_to_text(const char *boot_id, const struct imalog_facts *facts)
{
	struct json_object *to = begin(boot_id);

	if (facts->known & IMALOG_KNOWS_GENERATION)
		put_number(to, "generation", (uint64_t)facts->generation);
	if (facts->known & IMALOG_KNOWS_EXTRA)
		put_number(to, "extra_kib", facts->extra_kib);
	if (facts->known & IMALOG_KNOWS_HEADERS)
		put_number(to, "headers", facts->headers);
	return finish(to);
}

/* ---- reading ---------------------------------------------------------------------------- */

static bool get_number(struct json_object *from, const char *key, uint64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(from, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

static bool get_small(struct json_object *from, const char *key, uint64_t limit, uint32_t *number)
{
	uint64_t wide;

	if (!get_number(from, key, &wide) || wide > limit)
		return false;
	*number = (uint32_t)wide;
	return true;
}

static bool get_flag(struct json_object *from, const char *key, bool *flag)
{
	uint32_t number;

	if (!get_small(from, key, 1, &number))
		return false;
	*flag = number;
	return true;
}

static bool get_seconds(struct json_object *from, const char *key, double *seconds)
{
	struct json_object *value;

	if (!json_object_object_get_ex(from, key, &value) ||
	    !json_object_is_type(value, json_type_double))
		return false;
	*seconds = json_object_get_double(value);
	return *seconds >= 0;
}

static bool get_array(struct json_object *from, const char *key, struct json_object **array)
{
	return json_object_object_get_ex(from, key, array) &&
	       json_object_is_type(*array, json_type_array);
}

static bool get_numbers(struct json_object *from, const char *key, size_t count,
			uint64_t *numbers)
{
	struct json_object *array;

	if (!get_array(from, key, &array) || json_object_array_length(array) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		if (!json_object_is_type(value, json_type_int))
			return false;
		numbers[i] = json_object_get_uint64(value);
	}
	return true;
}

static bool get_position(struct json_object *from, const char *key,
			 struct imalog_position *position)
{
	uint64_t sums[3];

	if (!get_numbers(from, key, 3, sums))
		return false;
	*position = (struct imalog_position){ sums[0], sums[1], sums[2] };
	return true;
}

static bool is_before(const struct imalog_position *a, const struct imalog_position *b)
{
	return a->records <= b->records && a->bytes <= b->bytes && a->counted <= b->counted;
}

static bool get_mark(struct json_object *from, struct imalog_mark *mark)
{
	uint32_t kind;

	*mark = (struct imalog_mark){ 0 };
	if (!get_small(from, "kind", IMALOG_EVENT_KEXEC_EXECUTE, &kind))
		return false;
	mark->event.kind = (enum imalog_event_kind)kind;
	return get_number(from, "segment_bytes", &mark->event.segment_bytes) &&
	       get_number(from, "runtime_bytes", &mark->event.runtime_bytes) &&
	       get_number(from, "records", &mark->event.records) &&
	       get_flag(from, "digest_checked", &mark->event.digest_checked) &&
	       get_position(from, "before", &mark->before) &&
	       get_position(from, "after", &mark->after) &&
	       get_flag(from, "counted_known", &mark->counted_known) &&
	       get_number(from, "counted_then", &mark->counted_then) &&
	       is_before(&mark->before, &mark->after);
}

static bool get_boot(struct json_object *from, uint32_t marks, struct imalog_boot *boot)
{
	*boot = (struct imalog_boot){ 0 };
	return get_position(from, "start", &boot->start) &&
	       get_flag(from, "has_aggregate", &boot->has_aggregate) &&
	       get_flag(from, "has_load", &boot->has_load) &&
	       get_flag(from, "has_execute", &boot->has_execute) &&
	       get_number(from, "bad_events", &boot->bad_events) &&
	       get_small(from, "load", boot->has_load ? (uint64_t)marks - 1 : 0, &boot->load) &&
	       get_small(from, "execute", boot->has_execute ? (uint64_t)marks - 1 : 0,
			 &boot->execute) &&
	       (marks || (!boot->has_load && !boot->has_execute));
}

static bool get_boot_id(struct json_object *from, char out[RECORD_BOOT_ID_SIZE])
{
	struct json_object *value;
	uint64_t version;

	if (!get_number(from, "version", &version) || version != FORMAT_VERSION ||
	    !json_object_object_get_ex(from, "boot_id", &value) ||
	    json_object_get_string_len(value) >= RECORD_BOOT_ID_SIZE)
		return false;
	memcpy(out, json_object_get_string(value), (size_t)json_object_get_string_len(value) + 1);
	return true;
}

static bool get_arguments(struct json_object *from, struct load_record *record)
{
	struct json_object *array, *directory;
	size_t count;

	if (!get_array(from, "arguments", &array) ||
	    !json_object_object_get_ex(from, "directory", &directory))
		return false;
	count = json_object_array_length(array);
	record->directory = strdup(json_object_get_string(directory));
	record->arguments = calloc(count + 1, sizeof(char *));
	if (!count || !record->directory || !record->arguments)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		record->arguments[i] = value ? strdup(json_object_get_string(value)) : NULL;
		if (!record->arguments[i])
			return false;
	}
	return true;
}

void load_record_free(struct load_record *record)
{
	for (char **argument = record->arguments; argument && *argument; argument++)
		free(*argument);
	free(record->arguments);
	free(record->directory);
	*record = (struct load_record){ 0 };
}

bool load_record_from_text(const char *text, struct load_record *record)
{
	struct json_object *from = json_tokener_parse(text), *mark;
	uint32_t complaint = 0;
	bool good;

	*record = (struct load_record){ 0 };
	good = from && get_boot_id(from, record->boot_id) &&
	       get_seconds(from, "boottime_seconds", &record->boottime_seconds) &&
	       get_arguments(from, record) &&
	       get_position(from, "position", &record->position) &&
	       get_small(from, "complaint", IMALOG_COMPLAINT_UNREADABLE, &complaint) &&
	       get_number(from, "interval_seconds", &record->interval_seconds);
	record->complaint = (enum imalog_complaint)complaint;
	if (good && json_object_object_get_ex(from, "mark", &mark)) {
		record->has_mark = true;
		good = get_mark(mark, &record->mark);
	}
	if (good)
		record->has_deadline =
			get_number(from, "deadline_seconds", &record->deadline_seconds);
	json_object_put(from);
	if (!good)
		load_record_free(record);
	return good;
}

static bool get_digest(struct json_object *from, const char *key, unsigned char digest[32])
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(from, key, &value) ||
	    json_object_get_string_len(value) != 64)
		return false;
	text = json_object_get_string(value);
	for (int i = 0; i < 32; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 }, *end;

		digest[i] = (unsigned char)strtoul(pair, &end, 16);
		if (*end)
			return false;
	}
	return true;
}

static bool get_lists(struct json_object *from, struct imalog_census *census)
{
	struct json_object *boots, *marks;
	size_t boot_count, mark_count;

	if (!get_array(from, "boots", &boots) || !get_array(from, "marks", &marks))
		return false;
	boot_count = json_object_array_length(boots);
	mark_count = json_object_array_length(marks);
	if (!boot_count || boot_count > IMALOG_LIST_MAX || mark_count > IMALOG_LIST_MAX ||
	    !imalog_census_reserve(census, (uint32_t)boot_count, (uint32_t)mark_count))
		return false;
	for (uint32_t i = 0; i < census->mark_count; i++)
		if (!get_mark(json_object_array_get_idx(marks, i), &census->marks[i]))
			return false;
	for (uint32_t i = 0; i < census->boot_count; i++)
		if (!get_boot(json_object_array_get_idx(boots, i), census->mark_count,
			      &census->boots[i]))
			return false;
	return true;
}

bool checkpoint_from_text(const char *text, struct checkpoint *checkpoint)
{
	struct json_object *from = json_tokener_parse(text);
	struct scan *scan = &checkpoint->scan;
	struct imalog_census *census = &scan->census;
	bool big_endian = false, good;

	*checkpoint = (struct checkpoint){ 0 };
	good = from && get_boot_id(from, checkpoint->boot_id) &&
	       get_seconds(from, "boottime_seconds", &checkpoint->boottime_seconds) &&
	       get_flag(from, "big_endian", &big_endian) &&
	       get_small(from, "digest_size", IMALOG_DIGEST_MAX, &scan->format.digest_size) &&
	       get_number(from, "seal_offset", &scan->seal.offset) &&
	       get_digest(from, "seal_digest", scan->seal.digest) &&
	       get_position(from, "total", &census->total) &&
	       get_number(from, "violations", &census->violations) &&
	       get_number(from, "bad_events", &census->bad_events) &&
	       get_number(from, "ima_records", &census->ima_records) &&
	       get_numbers(from, "recent", sizeof(census->recent) / sizeof(census->recent[0]),
			   census->recent) &&
	       get_lists(from, census) && scan->seal.offset < census->total.bytes;
	for (uint32_t i = 0; good && i < census->mark_count; i++)
		good = is_before(&census->marks[i].after, &census->total);
	scan->format.byte_order = big_endian ? IMALOG_BIG_ENDIAN : IMALOG_LITTLE_ENDIAN;
	json_object_put(from);
	if (!good)
		scan_free(scan);
	return good;
}

bool facts_from_text(const char *text, const char *boot_id, struct imalog_facts *facts)
{
	struct json_object *from = json_tokener_parse(text);
	char id[RECORD_BOOT_ID_SIZE];
	uint32_t number;
	bool good = from && get_boot_id(from, id) && !strcmp(id, boot_id);

	if (good && get_small(from, "generation", IMALOG_GENERATION_STAGING, &number)) {
		facts->known |= IMALOG_KNOWS_GENERATION;
		facts->generation = (enum imalog_generation)number;
	}
	if (good && get_small(from, "extra_kib", IMALOG_EXTRA_KIB_MAX, &number)) {
		facts->known |= IMALOG_KNOWS_EXTRA;
		facts->extra_kib = number;
	}
	if (good && get_small(from, "headers", 2, &number)) {
		facts->known |= IMALOG_KNOWS_HEADERS;
		facts->headers = number;
	}
	json_object_put(from);
	return good;
}
