// SPDX-License-Identifier: GPL-2.0-or-later
/* The texts in /run/kexec-ima that spare a sample the database. */
#include "kept.h"

#include "state_json.h"

/* Wall-clock seconds, which no machine has below 0. */
static bool get_time(struct json_object *from, const char *key, int64_t *seconds)
{
	uint64_t number;

	if (!state_get_number(from, key, &number) || number > INT64_MAX)
		return false;
	*seconds = (int64_t)number;
	return true;
}

static void put_time(struct json_object *to, const char *key, int64_t seconds)
{
	state_put_number(to, key, seconds < 0 ? 0 : (uint64_t)seconds);
}

static void put_double(struct json_object *to, const char *key, double number)
{
	json_object_object_add(to, key, json_object_new_double(number));
}

char *kept_sample_to_text(const char *boot_id, const struct kept_sample *kept)
{
	struct json_object *to;

	if (!state_can_make(0))
		return NULL;
	to = state_begin(boot_id);
	state_put_number(to, "counted", kept->counted);
	put_double(to, "boottime", kept->boottime_seconds);
	put_time(to, "unix", kept->unix_seconds);
	put_double(to, "exact_boottime", kept->exact.boottime_seconds);
	put_time(to, "exact_unix", kept->exact.unix_seconds);
	state_put_number(to, "records", kept->exact.records);
	state_put_number(to, "bytes", kept->exact.bytes);
	state_put_number(to, "staged", kept->exact.staged_bytes);
	state_put_number(to, "violations", kept->exact.violations);
	state_put_number(to, "exact_counted", kept->exact_counted);
	return state_finish(to);
}

bool kept_sample_from_text(const char *text, const char *boot_id, struct kept_sample *kept)
{
	struct json_object *from = state_parse(text);
	bool good;

	*kept = (struct kept_sample){ .exact.exact = true };
	good = state_is_of_boot(from, boot_id) && state_get_number(from, "counted", &kept->counted) &&
	       state_get_seconds(from, "boottime", &kept->boottime_seconds) &&
	       get_time(from, "unix", &kept->unix_seconds) &&
	       state_get_seconds(from, "exact_boottime", &kept->exact.boottime_seconds) &&
	       get_time(from, "exact_unix", &kept->exact.unix_seconds) &&
	       state_get_number(from, "records", &kept->exact.records) &&
	       state_get_number(from, "bytes", &kept->exact.bytes) &&
	       state_get_number(from, "staged", &kept->exact.staged_bytes) &&
	       state_get_number(from, "violations", &kept->exact.violations) &&
	       state_get_number(from, "exact_counted", &kept->exact_counted);
	json_object_put(from);
	return good;
}

char *kept_verdict_to_text(const char *boot_id, const struct kept_verdict *kept)
{
	struct json_object *to;

	if (!state_can_make(0))
		return NULL;
	to = state_begin(boot_id);
	put_time(to, "unix", kept->unix_seconds);
	state_put_number(to, "outcome", kept->outcome);
	return state_finish(to);
}

bool kept_verdict_from_text(const char *text, const char *boot_id, struct kept_verdict *kept)
{
	struct json_object *from = state_parse(text);
	uint32_t outcome = 0;
	bool good = state_is_of_boot(from, boot_id) && get_time(from, "unix", &kept->unix_seconds) &&
		    state_get_small(from, "outcome", IMALOG_OUTCOME_UNKNOWN, &outcome);

	kept->outcome = (enum imalog_outcome)outcome;
	json_object_put(from);
	return good;
}

char *kept_outlook_to_text(const char *boot_id, const struct kept_outlook *kept)
{
	struct json_object *to, *knots;

	if (!state_can_make(kept->curve.count))
		return NULL;
	to = state_begin(boot_id);
	knots = json_object_new_array();
	put_double(to, "boottime", kept->boottime_seconds);
	state_put_number(to, "bytes", kept->bytes);
	state_put_number(to, "interval", kept->interval_seconds);
	state_put_number(to, "burst", kept->burst_bytes);
	put_double(to, "confidence", kept->curve.confidence);
	for (unsigned i = 0; i < kept->curve.count; i++) {
		const struct imalog_knot *knot = &kept->curve.knot[i];
		struct json_object *one = json_object_new_object();

		state_put_number(one, "seconds", knot->seconds);
		put_double(one, "bound", knot->bound);
		put_double(one, "central", knot->central);
		put_double(one, "windows", knot->windows);
		state_put_number(one, "basis", knot->basis);
		state_put_number(one, "small", knot->small);
		json_object_array_add(knots, one);
	}
	json_object_object_add(to, "curve", knots);
	return state_finish(to);
}

/* A curve must rise, or it cannot be read both ways. */
static bool get_knot(struct json_object *from, const struct imalog_knot *before,
		     struct imalog_knot *knot)
{
	uint32_t basis;

	if (!state_get_number(from, "seconds", &knot->seconds) ||
	    !state_get_seconds(from, "bound", &knot->bound) ||
	    !state_get_seconds(from, "central", &knot->central) ||
	    !state_get_seconds(from, "windows", &knot->windows) ||
	    !state_get_small(from, "basis", IMALOG_BASIS_GIVEN, &basis) ||
	    !state_get_flag(from, "small", &knot->small))
		return false;
	knot->basis = (enum imalog_basis)basis;
	return !before || (knot->seconds > before->seconds && knot->bound >= before->bound &&
			   knot->central >= before->central);
}

static bool get_curve(struct json_object *from, struct imalog_curve *curve)
{
	struct json_object *knots;
	size_t count;

	if (!state_get_seconds(from, "confidence", &curve->confidence) ||
	    !state_get_array(from, "curve", &knots))
		return false;
	count = json_object_array_length(knots);
	if (count < 2 || count > IMALOG_KNOTS)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!get_knot(json_object_array_get_idx(knots, i), i ? &curve->knot[i - 1] : NULL,
			      &curve->knot[i]))
			return false;
	curve->count = (unsigned)count;
	return true;
}

bool kept_outlook_from_text(const char *text, const char *boot_id, struct kept_outlook *kept)
{
	struct json_object *from = state_parse(text);
	bool good;

	*kept = (struct kept_outlook){ 0 };
	good = state_is_of_boot(from, boot_id) &&
	       state_get_seconds(from, "boottime", &kept->boottime_seconds) &&
	       state_get_number(from, "bytes", &kept->bytes) &&
	       state_get_number(from, "interval", &kept->interval_seconds) &&
	       state_get_number(from, "burst", &kept->burst_bytes) && get_curve(from, &kept->curve);
	json_object_put(from);
	return good;
}
