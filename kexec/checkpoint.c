// SPDX-License-Identifier: GPL-2.0-or-later
/* How far the log was read, and what it came to: a struct to JSON text and back. */
#include <stdlib.h>
#include <string.h>

#include "state_json.h"

static struct json_object *boot_to_json(const struct imalog_boot *boot)
{
	struct json_object *to = json_object_new_object();

	state_put_position(to, "start", &boot->start);
	state_put_number(to, "has_aggregate", boot->has_aggregate);
	state_put_number(to, "has_load", boot->has_load);
	state_put_number(to, "has_execute", boot->has_execute);
	state_put_number(to, "bad_events", boot->bad_events);
	state_put_number(to, "load", boot->load);
	state_put_number(to, "execute", boot->execute);
	return to;
}

static struct json_object *replay_to_json(const struct imalog_replay *replay)
{
	struct json_object *to = json_object_new_object(), *list = json_object_new_array();

	state_put_number(to, "banks", replay->banks);
	state_put_number(to, "padded", replay->padded);
	state_put_number(to, "padded_first", replay->padded_first);
	state_put_number(to, "padded_end", replay->padded_end);
	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++) {
			struct json_object *one;

			if (!(replay->bank[i].used & UINT32_C(1) << pcr))
				continue;
			one = json_object_new_object();
			state_put_number(one, "bank", i);
			state_put_number(one, "pcr", pcr);
			state_put_bytes(one, "value", replay->bank[i].pcr[pcr],
					imalog_hash_size((enum imalog_hash)i));
			json_object_array_add(list, one);
		}
	}
	json_object_object_add(to, "pcrs", list);
	return to;
}

static bool get_pcr(struct json_object *from, struct imalog_replay *replay)
{
	struct imalog_bank *bank;
	uint32_t hash, pcr;

	if (!state_get_small(from, "bank", IMALOG_HASHES - 1, &hash) ||
	    !state_get_small(from, "pcr", IMALOG_PCRS - 1, &pcr))
		return false;
	bank = &replay->bank[hash];
	bank->used |= UINT32_C(1) << pcr;
	return state_get_bytes(from, "value", bank->pcr[pcr],
			       imalog_hash_size((enum imalog_hash)hash));
}

static bool get_replay(struct json_object *from, struct imalog_replay *replay)
{
	const uint64_t all = (1u << IMALOG_HASHES) - 1;
	struct json_object *list;
	uint64_t first, end;
	uint32_t banks, padded;
	size_t count;

	if (!state_get_small(from, "banks", all, &banks) ||
	    !state_get_small(from, "padded", all, &padded) ||
	    !state_get_number(from, "padded_first", &first) ||
	    !state_get_number(from, "padded_end", &end) ||
	    !state_get_array(from, "pcrs", &list))
		return false;
	imalog_replay_init(replay, banks);
	replay->padded = padded;
	replay->padded_first = first;
	replay->padded_end = end;
	count = json_object_array_length(list);
	for (size_t i = 0; i < count; i++)
		if (!get_pcr(json_object_array_get_idx(list, i), replay))
			return false;
	return true;
}

char *checkpoint_to_text(const struct checkpoint *checkpoint)
{
	const struct scan *scan = &checkpoint->scan;
	const struct imalog_census *census = &scan->census;
	struct json_object *to, *list;

	/* A replay has a value for each PCR in each bank. */
	if (!state_can_make((size_t)census->boot_count + census->mark_count + IMALOG_HASHES * IMALOG_PCRS))
		return NULL;
	to = state_begin(checkpoint->boot_id);
	json_object_object_add(to, "boottime_seconds",
			       json_object_new_double(checkpoint->boottime_seconds));
	state_put_number(to, "big_endian", scan->format.byte_order == IMALOG_BIG_ENDIAN);
	state_put_number(to, "digest_size", scan->format.digest_size);
	state_put_number(to, "seal_offset", scan->seal.offset);
	state_put_bytes(to, "seal_digest", scan->seal.digest, sizeof(scan->seal.digest));
	state_put_position(to, "total", &census->total);
	state_put_number(to, "violations", census->violations);
	state_put_number(to, "bad_events", census->bad_events);
	state_put_number(to, "first_bad_event", census->first_bad_event);
	state_put_number(to, "ima_records", census->ima_records);
	state_put_number(to, "odd_names", census->odd_names);
	state_put_number(to, "first_odd_name", census->first_odd_name);
	list = json_object_new_array();
	for (uint32_t i = 0; i < census->boot_count; i++)
		json_object_array_add(list, boot_to_json(&census->boots[i]));
	json_object_object_add(to, "boots", list);
	list = json_object_new_array();
	for (uint32_t i = 0; i < census->mark_count; i++)
		json_object_array_add(list, state_put_mark(&census->marks[i]));
	json_object_object_add(to, "marks", list);
	list = json_object_new_array();
	for (size_t i = 0; i < sizeof(census->recent) / sizeof(census->recent[0]); i++)
		json_object_array_add(list, json_object_new_uint64(census->recent[i]));
	json_object_object_add(to, "recent", list);
	if (checkpoint->has_replay)
		json_object_object_add(to, "replay", replay_to_json(&checkpoint->replay));
	return state_finish(to);
}

static bool get_boot(struct json_object *from, uint32_t marks, struct imalog_boot *boot)
{
	*boot = (struct imalog_boot){ 0 };
	return state_get_position(from, "start", &boot->start) &&
	       state_get_flag(from, "has_aggregate", &boot->has_aggregate) &&
	       state_get_flag(from, "has_load", &boot->has_load) &&
	       state_get_flag(from, "has_execute", &boot->has_execute) &&
	       state_get_number(from, "bad_events", &boot->bad_events) &&
	       state_get_small(from, "load", boot->has_load ? (uint64_t)marks - 1 : 0, &boot->load) &&
	       state_get_small(from, "execute", boot->has_execute ? (uint64_t)marks - 1 : 0,
			 &boot->execute) &&
	       (marks || (!boot->has_load && !boot->has_execute));
}

static bool get_lists(struct json_object *from, struct imalog_census *census)
{
	struct json_object *boots, *marks;
	size_t boot_count, mark_count;

	if (!state_get_array(from, "boots", &boots) || !state_get_array(from, "marks", &marks))
		return false;
	boot_count = json_object_array_length(boots);
	mark_count = json_object_array_length(marks);
	if (!boot_count || boot_count > IMALOG_LIST_MAX || mark_count > IMALOG_LIST_MAX ||
	    !imalog_census_reserve(census, (uint32_t)boot_count, (uint32_t)mark_count))
		return false;
	for (uint32_t i = 0; i < census->mark_count; i++)
		if (!state_get_mark(json_object_array_get_idx(marks, i), &census->marks[i]))
			return false;
	for (uint32_t i = 0; i < census->boot_count; i++)
		if (!get_boot(json_object_array_get_idx(boots, i), census->mark_count,
			      &census->boots[i]))
			return false;
	return true;
}

bool checkpoint_from_text(const char *text, struct checkpoint *checkpoint)
{
	struct json_object *from = state_parse(text), *replay;
	struct scan *scan = &checkpoint->scan;
	struct imalog_census *census = &scan->census;
	bool big_endian = false, good;

	*checkpoint = (struct checkpoint){ 0 };
	good = from && state_continue(from, checkpoint->boot_id) &&
	       state_get_seconds(from, "boottime_seconds", &checkpoint->boottime_seconds) &&
	       state_get_flag(from, "big_endian", &big_endian) &&
	       state_get_small(from, "digest_size", IMALOG_DIGEST_MAX, &scan->format.digest_size) &&
	       state_get_number(from, "seal_offset", &scan->seal.offset) &&
	       state_get_bytes(from, "seal_digest", scan->seal.digest,
			       sizeof(scan->seal.digest)) &&
	       state_get_position(from, "total", &census->total) &&
	       state_get_number(from, "violations", &census->violations) &&
	       state_get_number(from, "bad_events", &census->bad_events) &&
	       state_get_number(from, "first_bad_event", &census->first_bad_event) &&
	       state_get_number(from, "ima_records", &census->ima_records) &&
	       state_get_number(from, "odd_names", &census->odd_names) &&
	       state_get_number(from, "first_odd_name", &census->first_odd_name) &&
	       state_get_numbers(from, "recent", sizeof(census->recent) / sizeof(census->recent[0]),
			   census->recent) &&
	       get_lists(from, census) && scan->seal.offset < census->total.bytes;
	for (uint32_t i = 0; good && i < census->mark_count; i++)
		good = state_is_before(&census->marks[i].after, &census->total);
	if (good && json_object_object_get_ex(from, "replay", &replay)) {
		checkpoint->has_replay = true;
		good = get_replay(replay, &checkpoint->replay);
	}
	scan->format.byte_order = big_endian ? IMALOG_BIG_ENDIAN : IMALOG_LITTLE_ENDIAN;
	json_object_put(from);
	if (!good)
		scan_free(scan);
	return good;
}
