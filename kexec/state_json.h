/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the files in /run/kexec-ima.  Each getter is false when the key is not there or its value
 * is not what it must be; then what it fills may be anything.
 */
#ifndef KEXEC_IMA_STATE_JSON_H
#define KEXEC_IMA_STATE_JSON_H

#include <json-c/json.h>

#include "record.h"

/*
 * json-c ends the program by a signal when memory is short, so it is asked for beforehand: for a document with so many
 * things in its lists, and for one that is read (NULL: it is none, or memory is short).
 */
bool state_can_make(size_t parts);
struct json_object *state_parse(const char *text);

/* A new document of this boot; state_finish() gives its text, which the caller frees, and ends it. */
struct json_object *state_begin(const char *boot_id);
char *state_finish(struct json_object *from);

void state_put_number(struct json_object *to, const char *key, uint64_t number);
void state_put_text(struct json_object *to, const char *key, const char *text);
/* At most IMALOG_DIGEST_MAX bytes, as hexadecimal digits. */
void state_put_bytes(struct json_object *to, const char *key, const unsigned char *bytes,
		     size_t size);
void state_put_position(struct json_object *to, const char *key,
			const struct imalog_position *position);
struct json_object *state_put_mark(const struct imalog_mark *mark);

void state_put_boot_id(struct json_object *to, const char *boot_id);

/* What state_begin() began: the version is ours, and the boot id fits. */
bool state_continue(struct json_object *from, char out[RECORD_BOOT_ID_SIZE]);
/* The same, and it is of the boot @boot_id; @from may be NULL. */
bool state_is_of_boot(struct json_object *from, const char *boot_id);
/* The text of a value, borrowed; NULL unless it is a string without a NUL in it. */
const char *state_text(struct json_object *value);
bool state_get_boot_id(struct json_object *from, char out[RECORD_BOOT_ID_SIZE]);
bool state_get_number(struct json_object *from, const char *key, uint64_t *number);
bool state_get_small(struct json_object *from, const char *key, uint64_t limit, uint32_t *number);
bool state_get_flag(struct json_object *from, const char *key, bool *flag);
bool state_get_seconds(struct json_object *from, const char *key, double *seconds);
bool state_get_bytes(struct json_object *from, const char *key, unsigned char *bytes, size_t size);
bool state_get_array(struct json_object *from, const char *key, struct json_object **array);
bool state_get_numbers(struct json_object *from, const char *key, size_t count,
		       uint64_t *numbers);
bool state_get_position(struct json_object *from, const char *key,
			struct imalog_position *position);
bool state_get_mark(struct json_object *from, struct imalog_mark *mark);
/* Whether all sums of @a are at most those of @b. */
bool state_is_before(const struct imalog_position *a, const struct imalog_position *b);

#endif
