// SPDX-License-Identifier: GPL-2.0-or-later
/* One pass over a log: sums, boots and kexec marks, in memory that records do not add to. */
#include <stdlib.h>

#include "cursor.h"

#define RECENT (sizeof(((struct imalog_census *)0)->recent) / sizeof(uint64_t))

void imalog_census_init(struct imalog_census *census)
{
	*census = (struct imalog_census){ 0 };
}

void imalog_census_free(struct imalog_census *census)
{
	free(census->boots);
	free(census->marks);
	imalog_census_init(census);
}

/*
 * Bytes as ima_queue.c, get_binary_runtime_size() counts them (7.3.4): the SHA-1 digest whatever
 * the bank, the *name* of the template, which is empty for a custom one, and the sum of all
 * field lengths, which for the template "ima" has a u32 and a NUL more than the wire.
 */
static uint64_t counted_bytes(const struct imalog_record *record,
			      const struct imalog_template *template_)
{
	uint64_t fixed = 4 + IMALOG_SHA1_BYTES + 4 + 4;

	if (template_->is_ima)
		return fixed + record->name.size + record->data.size + 4 + 1;
	return fixed + (template_->builtin ? record->name.size : 0) + record->data.size;
}

static const struct imalog_template *template_of(struct imalog_census *census,
						 const struct imalog_record *record)
{
	struct imalog_span name = record->name;

	if (record->name_repeats && name.size == census->template_name_size)
		return &census->template_;
	if (span_equals(name, census->template_name, census->template_name_size))
		return &census->template_;
	imalog_template_describe(name, &census->template_);
	census->template_name_size = 0;
	if (name.size <= sizeof(census->template_name)) {
		memcpy(census->template_name, name.data, name.size);
		census->template_name_size = (uint32_t)name.size;
	}
	return &census->template_;
}

/*
 * Room for one more element of @size bytes in an array that doubles.  At IMALOG_LIST_MAX the
 * last element is given out again, so that the newest is always there.
 */
static void *append(void **array, uint32_t *count, bool *dropped, size_t size)
{
	if (*count == IMALOG_LIST_MAX) {
		*dropped = true;
		return (char *)*array + (size_t)(*count - 1) * size;
	}
	if (!*count || !(*count & (*count - 1))) {
		size_t room = *count ? (size_t)*count * 2 : 1;
		void *more = realloc(*array, room * size);

		if (!more)
			return NULL;
		*array = more;
	}
	return (char *)*array + (size_t)(*count)++ * size;
}

/* Elements that append() has made room for when there are @count of them. */
static size_t room_for(uint32_t count)
{
	size_t room = 1;

	while (room < count)
		room *= 2;
	return room;
}

bool imalog_census_reserve(struct imalog_census *census, uint32_t boots, uint32_t marks)
{
	struct imalog_boot *boot_list;
	struct imalog_mark *mark_list;

	if (boots > IMALOG_LIST_MAX || marks > IMALOG_LIST_MAX)
		return false;
	boot_list = calloc(room_for(boots), sizeof(*boot_list));
	mark_list = calloc(room_for(marks), sizeof(*mark_list));
	if (!boot_list || !mark_list) {
		free(boot_list);
		free(mark_list);
		return false;
	}
	free(census->boots);
	free(census->marks);
	census->boots = boot_list;
	census->marks = mark_list;
	census->boot_count = boots;
	census->mark_count = marks;
	return true;
}

static struct imalog_boot *add_boot(struct imalog_census *census)
{
	void *array = census->boots;
	struct imalog_boot *boot;

	boot = append(&array, &census->boot_count, &census->boots_dropped, sizeof(*boot));
	census->boots = array;
	if (boot)
		*boot = (struct imalog_boot){ .start = census->total };
	return boot;
}

static int add_mark(struct imalog_census *census, const struct imalog_event *event,
		    const struct imalog_position *after)
{
	struct imalog_boot *boot = &census->boots[census->boot_count - 1];
	void *array = census->marks;
	uint64_t here = census->total.records;
	struct imalog_mark *mark;

	mark = append(&array, &census->mark_count, &census->marks_dropped, sizeof(*mark));
	census->marks = array;
	if (!mark)
		return IMALOG_ERROR_NO_MEMORY;
	*mark = (struct imalog_mark){ .event = *event, .before = census->total, .after = *after };
	if (event->records <= here && here - event->records < RECENT) {
		mark->counted_known = true;
		mark->counted_then = census->recent[event->records % RECENT];
	}
	if (event->kind == IMALOG_EVENT_KEXEC_LOAD) {
		boot->has_load = true;
		boot->load = census->mark_count - 1;
		boot->bad_events = 0;
	} else {
		boot->has_execute = true;
		boot->execute = census->mark_count - 1;
	}
	return 0;
}

/* The few records that say something: the first of a log, and those that are events or would be. */
static int note_event(struct imalog_census *census, const struct imalog_event *event, int found,
		      const struct imalog_position *after)
{
	bool aggregate = !found && event->kind == IMALOG_EVENT_BOOT_AGGREGATE;

	if (aggregate || !census->total.records) {
		struct imalog_boot *boot = add_boot(census);

		if (!boot)
			return IMALOG_ERROR_NO_MEMORY;
		boot->has_aggregate = aggregate;
	}
	if (!found && !aggregate)
		return add_mark(census, event, after);
	if (found < 0) {
		if (!census->bad_events++)
			census->first_bad_event = census->total.records;
		census->boots[census->boot_count - 1].bad_events++;
	}
	return 0;
}

int imalog_census_add(struct imalog_census *census, const struct imalog_record *record,
		      enum imalog_byte_order byte_order)
{
	const struct imalog_template *template_ = template_of(census, record);
	struct imalog_position *total = &census->total;
	uint64_t counted = counted_bytes(record, template_);
	struct imalog_event event;
	int found;

	census->recent[total->records % RECENT] = total->counted;
	found = imalog_event_of(record, template_, byte_order, &event);
	if (found <= 0 || !total->records) {
		struct imalog_position after = { total->records + 1, total->bytes + record->size,
						 total->counted + counted };
		int error = note_event(census, &event, found, &after);

		if (error)
			return error;
	}
	if (!template_->builtin &&
	    !imalog_template_fits(record->name, record->data, byte_order) && !census->odd_names++)
		census->first_odd_name = total->records;
	total->records++;
	total->bytes += record->size;
	total->counted += counted;
	census->violations += record->violation;
	census->ima_records += template_->is_ima;
	return 0;
}

bool imalog_census_has_beginning(const struct imalog_census *census)
{
	return census->boot_count && census->boots[0].has_aggregate;
}

const struct imalog_boot *imalog_census_current_boot(const struct imalog_census *census)
{
	return census->boot_count ? &census->boots[census->boot_count - 1] : NULL;
}

const struct imalog_mark *imalog_census_load(const struct imalog_census *census)
{
	const struct imalog_boot *boot = imalog_census_current_boot(census);

	if (!boot || !boot->has_load || (boot->has_execute && boot->execute > boot->load))
		return NULL;
	/* In a full list the kexec_execute stands where the load stood. */
	if (census->marks[boot->load].event.kind != IMALOG_EVENT_KEXEC_LOAD)
		return NULL;
	return &census->marks[boot->load];
}
