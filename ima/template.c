// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Templates: which the kernel has by name, and where the fields we use are.  To add one, add a
 * line to the table.  A name that is not in it is read as a format string (fields with '|'
 * between them), which is what the kernel writes for a custom template.
 */
#include "cursor.h"

/* ima_template.c, builtin_templates, 7.3.4. */
static const struct {
	const char *name, *fields;
} builtin[] = {
	{ "ima", "d|n" },
	{ "ima-ng", "d-ng|n-ng" },
	{ "ima-sig", "d-ng|n-ng|sig" },
	{ "ima-ngv2", "d-ngv2|n-ng" },
	{ "ima-sigv2", "d-ngv2|n-ng|sig" },
	{ "ima-buf", "d-ng|n-ng|buf" },
	{ "ima-modsig", "d-ng|n-ng|sig|d-modsig|modsig" },
	{ "evm-sig", "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode" },
};

/* ima_template.c, supported_fields; ima.h, IMA_TEMPLATE_NUM_FIELDS_MAX, 7.3.4. */
static const char *const known_fields[] = {
	"d", "n", "d-ng", "d-ngv2", "n-ng", "sig", "buf", "d-modsig", "modsig", "evmsig", "iuid",
	"igid", "imode", "xattrnames", "xattrlengths", "xattrvalues",
};
#define FIELDS_MAX 15

static bool is_known_field(struct imalog_span id)
{
	for (size_t i = 0; i < sizeof(known_fields) / sizeof(known_fields[0]); i++)
		if (imalog_span_is(id, known_fields[i]))
			return true;
	return false;
}

static void note_field(struct imalog_template *template_, struct imalog_span id)
{
	unsigned index = template_->fields++;

	if (index >= FIELDS_MAX || !is_known_field(id))
		template_->has_known_fields = false;
	if (imalog_span_is(id, "d-ng") || imalog_span_is(id, "d-ngv2")) {
		template_->has_digest = true;
		template_->digest_field = index;
	} else if (imalog_span_is(id, "n-ng")) {
		template_->has_name = true;
		template_->name_field = index;
	} else if (imalog_span_is(id, "buf")) {
		template_->has_buffer = true;
		template_->buffer_field = index;
	}
}

void imalog_template_describe(struct imalog_span name, struct imalog_template *template_)
{
	struct imalog_span fields = name, id;

	*template_ = (struct imalog_template){ .has_known_fields = true };
	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
		if (imalog_span_is(name, builtin[i].name) ||
		    imalog_span_is(name, builtin[i].fields))
			template_->builtin_name = builtin[i].name;
		if (imalog_span_is(name, builtin[i].name)) {
			template_->builtin = true;
			template_->is_ima = i == 0;
			fields.data = (const unsigned char *)builtin[i].fields;
			fields.size = strlen(builtin[i].fields);
		}
	}
	while (cursor_until(&fields, '|', &id))
		note_field(template_, id);
	note_field(template_, fields);
}

/*
 * ima_template_lib.c: what of the forms of fields can be told without knowing their content.  A record
 * without a file, as boot_aggregate, has no owner and no mode: they are empty.
 */
static bool field_fits(struct imalog_span id, struct imalog_span field)
{
	struct imalog_span text;

	if (imalog_span_is(id, "n-ng"))
		return cursor_until(&field, 0, &text) && !field.size;
	if (imalog_span_is(id, "d-ng") || imalog_span_is(id, "d-ngv2"))
		return cursor_until(&field, 0, &text) && text.size &&
		       text.data[text.size - 1] == ':';
	if (imalog_span_is(id, "d"))
		return field.size == IMALOG_SHA1_BYTES;
	if (imalog_span_is(id, "iuid") || imalog_span_is(id, "igid"))
		return !field.size || field.size == 4;
	if (imalog_span_is(id, "imode"))
		return !field.size || field.size == 2;
	return true;
}

bool imalog_template_fits(struct imalog_span name, struct imalog_span data,
			  enum imalog_byte_order byte_order)
{
	struct imalog_span id, field;

	while (cursor_until(&name, '|', &id))
		if (!is_known_field(id) || !cursor_counted(&data, byte_order, &field) ||
		    !field_fits(id, field))
			return false;
	return is_known_field(name) && cursor_counted(&data, byte_order, &field) &&
	       field_fits(name, field) && !data.size;
}

int imalog_field(struct imalog_span data, enum imalog_byte_order byte_order, unsigned index,
		 struct imalog_span *field)
{
	return span_field(data, byte_order, index, field) ? 0 : IMALOG_ERROR_BAD_FIELD;
}
