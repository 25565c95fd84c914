// SPDX-License-Identifier: GPL-2.0-or-later
/* What was loaded, and facts about the kernel: structs to JSON text and back. */
#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "state_json.h"

static struct json_object *put_files(const struct load_files *files)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < files->count; i++) {
		const struct load_file *file = &files->file[i];
		struct json_object *to = json_object_new_object();

		state_put_number(to, "argument", file->argument);
		state_put_number(to, "offset", file->offset);
		state_put_number(to, "bytes", file->bytes);
		state_put_bytes(to, "sha256", file->sha256, sizeof(file->sha256));
		state_put_number(to, "copied", file->copied);
		json_object_array_add(array, to);
	}
	return array;
}

/* Files that do not fit the arguments are not known, which only forbids a reload. */
static void get_files(struct json_object *from, struct load_record *record)
{
	struct load_files *files = &record->files, named;
	struct json_object *array;

	load_files_find(record->arguments, &named);
	if (!named.known || !state_get_array(from, "files", &array) ||
	    json_object_array_length(array) != named.count)
		return;
	files->known = true;
	files->count = named.count;
	for (uint32_t i = 0; i < files->count; i++) {
		struct json_object *one = json_object_array_get_idx(array, i);
		struct load_file *file = &files->file[i];

		if (!state_get_small(one, "argument", UINT32_MAX, &file->argument) ||
		    !state_get_small(one, "offset", UINT32_MAX, &file->offset) ||
		    !state_get_number(one, "bytes", &file->bytes) ||
		    !state_get_bytes(one, "sha256", file->sha256, sizeof(file->sha256)) ||
		    !state_get_flag(one, "copied", &file->copied) ||
		    file->argument != named.file[i].argument ||
		    file->offset != named.file[i].offset)
			files->known = false;
	}
}

char *load_record_to_text(const struct load_record *record)
{
	struct json_object *to, *arguments;
	size_t parts = strlen(record->directory) / 1024 + LOAD_FILES_MAX;

	for (char **argument = record->arguments; *argument; argument++)
		parts += 1 + strlen(*argument) / 1024;
	if (!state_can_make(parts))
		return NULL;
	to = state_begin(record->boot_id);
	arguments = json_object_new_array();
	json_object_object_add(to, "boottime_seconds",
			       json_object_new_double(record->boottime_seconds));
	state_put_text(to, "directory", record->directory);
	for (char **argument = record->arguments; *argument; argument++)
		json_object_array_add(arguments, json_object_new_string(*argument));
	json_object_object_add(to, "arguments", arguments);
	if (record->files.known)
		json_object_object_add(to, "files", put_files(&record->files));
	state_put_position(to, "position", &record->position);
	if (record->has_mark)
		json_object_object_add(to, "mark", state_put_mark(&record->mark));
	state_put_number(to, "complaint", (uint64_t)record->complaint);
	state_put_number(to, "interval_seconds", record->interval_seconds);
	if (record->has_deadline)
		state_put_number(to, "deadline_seconds", record->deadline_seconds);
	return state_finish(to);
}

char *load_record_pending_text(const char *boot_id)
{
	struct json_object *to;

	if (!state_can_make(0))
		return NULL;
	to = state_begin(boot_id);
	state_put_number(to, "pending", 1);
	return state_finish(to);
}

bool load_record_is_pending(const char *text, const char *boot_id)
{
	struct json_object *from = state_parse(text);
	bool pending = false;

	if (!state_is_of_boot(from, boot_id) || !state_get_flag(from, "pending", &pending))
		pending = false;
	json_object_put(from);
	return pending;
}

char *facts_to_text(const char *boot_id, const struct imalog_facts *facts)
{
	struct json_object *to;

	if (!state_can_make(0))
		return NULL;
	to = state_begin(boot_id);
	if (facts->known & IMALOG_KNOWS_GENERATION)
		state_put_number(to, "generation", (uint64_t)facts->generation);
	if (facts->known & IMALOG_KNOWS_EXTRA)
		state_put_number(to, "extra_kib", facts->extra_kib);
	if (facts->known & IMALOG_KNOWS_HEADERS)
		state_put_number(to, "headers", facts->headers);
	return state_finish(to);
}

static bool get_arguments(struct json_object *from, struct load_record *record)
{
	struct json_object *array, *directory;
	size_t count;

	if (!state_get_array(from, "arguments", &array) ||
	    !json_object_object_get_ex(from, "directory", &directory) || !state_text(directory))
		return false;
	count = json_object_array_length(array);
	record->directory = strdup(state_text(directory));
	record->arguments = calloc(count + 1, sizeof(char *));
	if (!count || !record->directory || !record->arguments)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *text = state_text(json_object_array_get_idx(array, i));

		record->arguments[i] = text ? strdup(text) : NULL;
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
	struct json_object *from = state_parse(text), *mark;
	uint32_t complaint = 0;
	bool good;

	*record = (struct load_record){ 0 };
	good = from && state_continue(from, record->boot_id) &&
	       state_get_seconds(from, "boottime_seconds", &record->boottime_seconds) &&
	       get_arguments(from, record) &&
	       state_get_position(from, "position", &record->position) &&
	       state_get_small(from, "complaint", IMALOG_COMPLAINT_UNREADABLE, &complaint) &&
	       state_get_number(from, "interval_seconds", &record->interval_seconds);
	record->complaint = (enum imalog_complaint)complaint;
	if (good)
		get_files(from, record);
	if (good && json_object_object_get_ex(from, "mark", &mark)) {
		record->has_mark = true;
		good = state_get_mark(mark, &record->mark);
	}
	if (good)
		record->has_deadline =
			state_get_number(from, "deadline_seconds", &record->deadline_seconds);
	json_object_put(from);
	if (!good)
		load_record_free(record);
	return good;
}

bool facts_from_text(const char *text, const char *boot_id, struct imalog_facts *facts)
{
	struct json_object *from = state_parse(text);
	uint32_t number;
	bool good = state_is_of_boot(from, boot_id);

	if (good && state_get_small(from, "generation", IMALOG_GENERATION_STAGING, &number)) {
		facts->known |= IMALOG_KNOWS_GENERATION;
		facts->generation = (enum imalog_generation)number;
	}
	if (good && state_get_small(from, "extra_kib", IMALOG_EXTRA_KIB_MAX, &number)) {
		facts->known |= IMALOG_KNOWS_EXTRA;
		facts->extra_kib = number;
	}
	if (good && state_get_small(from, "headers", 2, &number)) {
		facts->known |= IMALOG_KNOWS_HEADERS;
		facts->headers = number;
	}
	json_object_put(from);
	return good;
}
