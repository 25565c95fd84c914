// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The records that tell boots and kexecs apart: boot_aggregate, which is boot_aggregate_late with
 * CONFIG_IMA_INIT_LATE_SYNC (ima_init.c, ima_add_boot_aggregate(), 7.3.4), kexec_load and kexec_execute (ima_kexec.c,
 * ima_measure_kexec_event(), 6.16 to 7.3.4).
 */
#include "cursor.h"

enum { HAS_SEGMENT = 1, HAS_RUNTIME = 2, HAS_RECORDS = 4, HAS_ALL = 7 };

static bool decimal(struct imalog_span text, uint64_t *value)
{
	uint64_t v = 0;

	if (!text.size)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = text.data[i];

		if (c < '0' || c > '9' || v > (UINT64_MAX - (c - '0')) / 10)
			return false;
		v = v * 10 + (uint64_t)(c - '0');
	}
	*value = v;
	return true;
}

/* One "key=value"; sets its bit in @seen if it is ours. */
static bool pair(struct imalog_span text, struct imalog_event *event, unsigned *seen)
{
	struct imalog_span key;
	uint64_t *number;
	unsigned bit;

	if (!cursor_until(&text, '=', &key))
		return false;
	if (imalog_span_is(key, "kexec_segment_size")) {
		bit = HAS_SEGMENT;
		number = &event->segment_bytes;
	} else if (imalog_span_is(key, "ima_binary_runtime_size")) {
		bit = HAS_RUNTIME;
		number = &event->runtime_bytes;
	} else if (imalog_span_is(key, "ima_runtime_measurements_count")) {
		bit = HAS_RECORDS;
		number = &event->records;
	} else {
		return key.size > 0;
	}
	if (*seen & bit)
		return false;
	*seen |= bit;
	return decimal(text, number);
}

int imalog_event_text(struct imalog_span text, struct imalog_event *event)
{
	struct imalog_span one;
	unsigned seen = 0;

	while (text.size)
		if (!cursor_until(&text, ';', &one) || !pair(one, event, &seen))
			return IMALOG_ERROR_BAD_TEXT;
	return seen == HAS_ALL ? 0 : IMALOG_ERROR_BAD_TEXT;
}

/*
 * d-ng is "sha256:" NUL digest (ima_template_lib.c, ima_eventdigest_init_common()); d-ngv2 has
 * "ima:" in front.  An algorithm we do not have is left unchecked.
 */
static int check_digest(struct imalog_span digest_field, struct imalog_span text, bool *checked)
{
	struct imalog_span name, skip;
	unsigned char digest[IMALOG_DIGEST_MAX];
	enum imalog_hash hash;

	*checked = false;
	if (!cursor_until(&digest_field, 0, &name) || !name.size ||
	    name.data[name.size - 1] != ':')
		return IMALOG_ERROR_BAD_DIGEST;
	name.size--;
	if (name.size > 4 && !memcmp(name.data, "ima:", 4))
		cursor_bytes(&name, 4, &skip);
	if (!imalog_hash_find(name, &hash))
		return 0;
	imalog_hash_digest(hash, text, digest);
	if (digest_field.size != imalog_hash_size(hash) ||
	    memcmp(digest_field.data, digest, digest_field.size))
		return IMALOG_ERROR_BAD_DIGEST;
	*checked = true;
	return 0;
}

static int kexec_event(const struct imalog_record *record,
		       const struct imalog_template *template_,
		       enum imalog_byte_order byte_order, struct imalog_event *event)
{
	struct imalog_span digest, text;

	if (!span_field(record->data, byte_order, template_->digest_field, &digest) ||
	    !span_field(record->data, byte_order, template_->buffer_field, &text))
		return IMALOG_ERROR_BAD_FIELD;
	if (imalog_event_text(text, event))
		return IMALOG_ERROR_BAD_TEXT;
	return check_digest(digest, text, &event->digest_checked);
}

/* The event that a name stands for, without the NUL that ends n-ng. */
static bool find_kind(struct imalog_span name, enum imalog_event_kind *kind)
{
	static const struct {
		const char *name;
		enum imalog_event_kind kind;
	} known[] = {
		{ "boot_aggregate", IMALOG_EVENT_BOOT_AGGREGATE },
		{ "boot_aggregate_late", IMALOG_EVENT_BOOT_AGGREGATE },
		{ "kexec_load", IMALOG_EVENT_KEXEC_LOAD },
		{ "kexec_execute", IMALOG_EVENT_KEXEC_EXECUTE },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (imalog_span_is(name, known[i].name)) {
			*kind = known[i].kind;
			return true;
		}
	}
	return false;
}

/* The template "ima": a boot_aggregate is the only event it has. */
static int old_event(const struct imalog_record *record, enum imalog_byte_order byte_order,
		     struct imalog_event *event)
{
	struct imalog_span data = record->data, name;
	enum imalog_event_kind kind;

	if (!cursor_bytes(&data, IMALOG_SHA1_BYTES, &name) ||
	    !cursor_counted(&data, byte_order, &name) || !find_kind(name, &kind) ||
	    kind != IMALOG_EVENT_BOOT_AGGREGATE)
		return 1;
	*event = (struct imalog_event){ .kind = kind };
	return 0;
}

int imalog_event_of(const struct imalog_record *record, const struct imalog_template *template_,
		    enum imalog_byte_order byte_order, struct imalog_event *event)
{
	enum imalog_event_kind kind;
	struct imalog_span name;

	if (template_->is_ima)
		return old_event(record, byte_order, event);
	if (!template_->has_name ||
	    !span_field(record->data, byte_order, template_->name_field, &name) ||
	    name.size < sizeof("kexec_load") || name.size > sizeof("boot_aggregate_late") ||
	    name.data[--name.size] || !find_kind(name, &kind))
		return 1;
	if (kind == IMALOG_EVENT_BOOT_AGGREGATE) {
		*event = (struct imalog_event){ .kind = kind };
		return 0;
	}
	if (!template_->has_buffer || !template_->has_digest)
		return 1;
	*event = (struct imalog_event){ .kind = kind };
	return kexec_event(record, template_, byte_order, event);
}
