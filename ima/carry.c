// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A model of what the kernel does with the log at a kexec: the dump into the segment by the one that
 * is left (ima_kexec.c, ima_dump_measurement_list(), 6.12.117 and 7.3.4), the restore from it by the
 * next (ima_template.c, ima_restore_measurement_list(), 7.3.4).
 */
#include "cursor.h"

#define KERNEL_EINVAL (-22)

/* ima_template.c, MAX_TEMPLATE_NAME_LEN, 7.3.4: the NUL is counted. */
#define NAME_LIMIT \
	sizeof("d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode")

const char *imalog_loss_text(enum imalog_loss loss)
{
	switch (loss) {
	case IMALOG_LOSS_NONE: return "none";
	case IMALOG_LOSS_NOT_CARRIED: return "not-carried";
	case IMALOG_LOSS_AFTER_LOAD: return "after-load";
	case IMALOG_LOSS_FULL: return "full";
	case IMALOG_LOSS_CUT: return "cut";
	case IMALOG_LOSS_TEMPLATE_IMA: return "template-ima";
	case IMALOG_LOSS_TEMPLATE_NAME: return "template-name";
	case IMALOG_LOSS_TEMPLATE_FIELDS: return "template-fields";
	case IMALOG_LOSS_DATA: return "data";
	}
	return "none";
}

void imalog_carry_init(struct imalog_carry *carry, const struct imalog_kexec *kexec)
{
	*carry = (struct imalog_carry){ .kexec = *kexec };
	if (kexec->generation == IMALOG_GENERATION_NONE ||
	    (kexec->complaint && kexec->complaint != IMALOG_COMPLAINT_UNREADABLE) ||
	    kexec->segment_bytes < IMALOG_HEADER_BYTES)
		carry->loss = IMALOG_LOSS_NOT_CARRIED;
	else
		carry->left_bytes = kexec->segment_bytes - IMALOG_HEADER_BYTES;
	/*
	 * What could not be mapped goes over as the load left it, all zero, and so has version 0,
	 * which the next kernel refuses.
	 */
	if (kexec->complaint == IMALOG_COMPLAINT_NOT_MAPPED &&
	    kexec->segment_bytes >= IMALOG_HEADER_BYTES)
		carry->restore_error = KERNEL_EINVAL;
}

/* Bytes of a record in the segment, whose template digests are SHA-1 whatever bank the log is of. */
static uint64_t carried_bytes(const struct imalog_record *record)
{
	return record->size - record->digest.size + IMALOG_SHA1_BYTES;
}

/*
 * ima_dump_measurement(), ima_measurements_show(): a record that is begun is written as far as there
 * is room; the next one finds none.  Whether it was written whole.
 */
static bool dump(struct imalog_carry *carry, uint64_t size)
{
	if (!carry->left_bytes) {
		carry->dump_error = KERNEL_EINVAL;
		return false;
	}
	if (size > carry->left_bytes) {
		carry->cut_bytes = carry->left_bytes;
		carry->written_bytes += carry->left_bytes;
		carry->left_bytes = 0;
		return false;
	}
	carry->left_bytes -= size;
	carry->written_bytes += size;
	carry->whole_records++;
	return true;
}

/* ima_parse_buf() with ENFORCE_FIELDS and ENFORCE_BUFEND: exactly the template's fields. */
static bool has_its_fields(struct imalog_span data, unsigned fields,
			   enum imalog_byte_order byte_order)
{
	struct imalog_span field;

	for (; fields; fields--)
		if (!cursor_counted(&data, byte_order, &field))
			return false;
	return !data.size;
}

/* What keeps a record that was written whole from being restored. */
static enum imalog_loss restore(const struct imalog_carry *carry,
				const struct imalog_record *record,
				const struct imalog_template *template_)
{
	if (template_->is_ima)
		return IMALOG_LOSS_TEMPLATE_IMA;
	if (record->name.size >= NAME_LIMIT)
		return IMALOG_LOSS_TEMPLATE_NAME;
	if (!template_->builtin_name && !template_->has_known_fields)
		return IMALOG_LOSS_TEMPLATE_FIELDS;
	if (!has_its_fields(record->data, template_->fields, carry->kexec.byte_order))
		return IMALOG_LOSS_DATA;
	return IMALOG_LOSS_NONE;
}

/*
 * Bytes of a record with the format "d|n" that the next kernel, to which it is of the template "ima",
 * does not show: the lengths of all data and of the digest, and what is behind a NUL in the name
 * (ima_fs.c, ima_measurements_show() and ima_template_lib.c, ima_show_template_data_binary(), 7.3.4).
 */
static uint64_t not_shown(const struct imalog_record *record, const char *name,
			  enum imalog_byte_order byte_order)
{
	struct imalog_span path, shown;

	if (!name || strcmp(name, "ima") || !span_field(record->data, byte_order, 1, &path))
		return 0;
	return 4 + 4 + (cursor_until(&path, 0, &shown) ? path.size + 1 : 0);
}

/* A restored record in the sums of the next kernel, where its template has a name of its own. */
static void arrive(struct imalog_carry *carry, const struct imalog_record *record,
		   const struct imalog_template *template_, uint64_t size)
{
	const char *name = template_->builtin_name;
	uint64_t name_size = name ? strlen(name) : record->name.size;

	carry->arrived_bytes += size;
	carry->next.records++;
	carry->next.bytes += size - record->name.size + name_size -
			     not_shown(record, name, carry->kexec.byte_order);
	carry->next.counted +=
		4 + IMALOG_SHA1_BYTES + 4 + (name ? name_size : 0) + 4 + record->data.size;
}

/*
 * The copy that was made at the load was too large: it was thrown away, segment and all, and the load
 * said "Not enough memory for the kexec measurement buffer" (ima_add_kexec_buffer(), up to 6.12).
 */
static void throw_away(struct imalog_carry *carry)
{
	carry->next = (struct imalog_position){ 0 };
	carry->arrived_bytes = 0;
	carry->dump_error = 0;
	carry->restore_error = 0;
	carry->whole_records = 0;
	carry->written_bytes = 0;
	carry->cut_bytes = 0;
	carry->kexec.complaint = IMALOG_COMPLAINT_NO_MEMORY;
	carry->loss = IMALOG_LOSS_NOT_CARRIED;
}

enum imalog_loss imalog_carry_add(struct imalog_carry *carry, const struct imalog_record *record,
				  const struct imalog_template *template_)
{
	uint64_t size = carried_bytes(record);
	bool at_load = carry->kexec.generation == IMALOG_GENERATION_COPY_AT_LOAD, whole;
	enum imalog_loss loss;

	carry->log_records++;
	carry->log_bytes += size;
	if (carry->loss == IMALOG_LOSS_NOT_CARRIED)
		return carry->loss;
	if (at_load && carry->log_records > carry->kexec.load_records) {
		if (!carry->loss)
			carry->loss = IMALOG_LOSS_AFTER_LOAD;
		return carry->loss;
	}
	loss = carry->left_bytes ? IMALOG_LOSS_CUT : IMALOG_LOSS_FULL;
	whole = dump(carry, size);
	if (carry->dump_error && at_load) {
		throw_away(carry);
		return carry->loss;
	}
	if (carry->loss)
		return carry->loss;
	if (whole)
		loss = restore(carry, record, template_);
	if (!loss) {
		arrive(carry, record, template_, size);
		return loss;
	}
	carry->loss = loss;
	if (loss != IMALOG_LOSS_FULL && loss != IMALOG_LOSS_TEMPLATE_FIELDS)
		carry->restore_error = KERNEL_EINVAL;
	return loss;
}
