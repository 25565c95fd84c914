// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Take in the machine, in this order: which boot, what was recorded in it, the log (from the
 * checkpoint on), the kernel.  A long log is slow to read in the kernel (imalog(7)), so it is read
 * whole at most once a boot.
 */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE_SECONDS 10	/* a shorter time since the last reading says nothing */

#define LOAD_FILE "load.json"
#define KERNEL_FILE "kernel.json"

/* What does not change in a boot is read once and kept. */
static void read_kernel(const struct host_root *root, struct survey *survey, int dir)
{
	char *text = dir >= 0 && survey->boot_id[0] ? host_state_read(dir, KERNEL_FILE) : NULL;
	struct imalog_facts kept = { 0 };
	bool have = text && facts_from_text(text, survey->boot_id, &kept);

	free(text);
	host_kernel_facts(root, survey->has_staging, have ? &kept : NULL, &survey->facts);
	if (have || dir < 0 || !survey->boot_id[0])
		return;
	text = facts_to_text(survey->boot_id, &survey->facts);
	if (text)
		host_state_write(dir, KERNEL_FILE, text);
	free(text);
}

/* There is no record, or nobody could have written one that is used. */
static bool is_absence(int error)
{
	return error == -ENOENT || error == -EPERM || error == -EACCES || error == -ELOOP ||
	       error == -ENOTDIR || error == -EROFS;
}

/*
 * A record that is there hides events of earlier loads, and knows complaints of the kernel.  So one that just cannot be
 * read, or that a load began and did not finish, is not the same as none.
 */
static void read_record(struct survey *survey, const struct live *live)
{
	char *text = live->dir < 0 ? NULL : host_state_read(live->dir, LOAD_FILE);
	int error = text ? live->boot_error : live->dir < 0 ? live->dir : -errno;

	if (!error || (text && is_absence(error))) {
		errno = 0;
		survey->has_record = load_record_from_text(text, &survey->record);
		if (!survey->has_record)
			survey->facts.record_unread = errno == ENOMEM ||
						      load_record_is_pending(text, survey->boot_id) ||
						      errno == ENOMEM;
	} else {
		survey->facts.record_unread = !is_absence(error);
	}
	if (survey->has_record && strcmp(survey->record.boot_id, survey->boot_id)) {
		load_record_free(&survey->record);
		survey->has_record = false;
	}
	/* Without a boot id it may be of this boot: only one that was written without is known to be. */
	if (text && !survey->boot_id[0] && !survey->has_record)
		survey->facts.record_unread = true;
	free(text);
}

bool survey_is_same_load(const struct imalog_mark *a, const struct imalog_mark *b)
{
	return a->event.segment_bytes == b->event.segment_bytes &&
	       a->event.runtime_bytes == b->event.runtime_bytes &&
	       a->event.records == b->event.records;
}

const struct imalog_mark *survey_new_load(const struct survey *before, const struct survey *after)
{
	/* What the log had, also where the record of a load without an event hid it from the judgement. */
	const struct imalog_mark *old = imalog_census_load(&before->scan.census);

	if (!after->has_load || after->facts.load_from_record)
		return NULL;
	if ((old && survey_is_same_load(old, &after->load)) ||
	    (before->has_load && survey_is_same_load(&before->load, &after->load)))
		return NULL;
	return &after->load;
}

/* Which load to judge by: the log's, else the recorded one if its own record was deleted. */
static void choose_load(struct survey *survey)
{
	const struct imalog_mark *mark = imalog_census_load(&survey->scan.census);
	const struct load_record *record = &survey->record;
	struct imalog_facts *facts = &survey->facts;

	/* A load of ours that left no event hides every earlier one. */
	if (mark && survey->has_record && !record->has_mark &&
	    record->position.records >= mark->after.records)
		mark = NULL;
	if (mark) {
		survey->has_load = true;
		survey->load = *mark;
		survey->record_is_ours = survey->has_record && record->has_mark &&
					 survey_is_same_load(&record->mark, mark);
	} else if (survey->has_record && record->has_mark) {
		/* All records that are left came after it. */
		survey->has_load = true;
		survey->load = record->mark;
		survey->load.after.records -= survey->load.before.records;
		survey->load.after.bytes -= survey->load.before.bytes;
		survey->load.after.counted -= survey->load.before.counted;
		survey->load.before = (struct imalog_position){ 0 };
		survey->record_is_ours = true;
		facts->load_from_record = true;
	} else if (survey->has_record) {
		survey->record_is_ours = true;
		facts->known |= IMALOG_KNOWS_LOAD_POSITION;
		facts->load_position = record->position;
	}
	if (survey->record_is_ours)
		facts->complaint = record->complaint;
}

/* Nobody watched the load that others made, if it is still loaded. */
static void look_for_complaint(const struct host_root *root, struct survey *survey)
{
	struct imalog_facts *facts = &survey->facts;

	if (survey->has_load && !survey->record_is_ours && (facts->loaded || !(facts->known & IMALOG_KNOWS_LOADED)))
		facts->unplaced_complaint = host_kmsg_complained(root);
}

int survey_take(const struct host_root *root, struct survey *survey,
		struct live_failure *failure)
{
	struct live live;
	int error;

	*survey = (struct survey){ 0 };
	live_open(&live, root);
	error = live_read(&live, &live_census, failure);
	survey->scan = live.scan;
	survey->staged_bytes = live.staged_bytes;
	survey->has_staging = live.has_staging;
	memcpy(survey->boot_id, live.boot_id, sizeof(survey->boot_id));
	survey->has_uptime = live.has_uptime;
	survey->uptime = live.uptime;
	survey->has_earlier = live.has_earlier;
	survey->earlier_uptime = live.earlier_uptime;
	survey->earlier = live.earlier;
	if (!error) {
		live_keep(&live, &live_census, NULL);
		read_kernel(root, survey, live.dir);
		read_record(survey, &live);
		survey->facts.log_damaged = survey->scan.damage != 0;
		choose_load(survey);
		look_for_complaint(root, survey);
	}
	if (live.dir >= 0)
		close(live.dir);
	return error;
}

void survey_free(struct survey *survey)
{
	scan_free(&survey->scan);
	load_record_free(&survey->record);
}

bool survey_growth(const struct survey *survey, struct imalog_growth *growth)
{
	const struct imalog_census *census = &survey->scan.census;
	const struct imalog_boot *boot = imalog_census_current_boot(census);

	if (!boot || !boot->has_aggregate || !survey->has_uptime || !(survey->uptime > 0))
		return false;
	growth->bytes_per_second =
		(double)(census->total.bytes - boot->start.bytes) / survey->uptime;
	growth->records_per_second =
		(double)(census->total.records - boot->start.records) / survey->uptime;
	return true;
}

bool survey_sample(const struct host_root *root, const struct survey *survey,
		   struct imalog_growth *growth)
{
	const struct imalog_position *total = &survey->scan.census.total;
	const unsigned wait_ms = 1000;
	uint64_t before, after;
	double seconds;

	if (root->path[0] || !total->records)
		return false;
	if (survey->has_earlier && survey->has_uptime &&
	    survey->uptime - survey->earlier_uptime >= SAMPLE_SECONDS) {
		seconds = survey->uptime - survey->earlier_uptime;
		growth->bytes_per_second = (double)(total->bytes - survey->earlier.bytes) / seconds;
		growth->records_per_second =
			(double)(total->records - survey->earlier.records) / seconds;
		return true;
	}
	if (host_log_count(root, &before))
		return false;
	host_sleep_ms(wait_ms);
	if (host_log_count(root, &after) || after < before)
		return false;
	growth->records_per_second = (double)(after - before) * 1000 / wait_ms;
	growth->bytes_per_second =
		growth->records_per_second * (double)total->bytes / (double)total->records;
	return true;
}

bool survey_load_age(const struct survey *survey, uint64_t *seconds)
{
	if (!survey->record_is_ours || !survey->has_uptime ||
	    survey->uptime < survey->record.boottime_seconds)
		return false;
	*seconds = (uint64_t)(survey->uptime - survey->record.boottime_seconds);
	return true;
}

bool survey_growth_since_load(const struct survey *survey, uint64_t *bytes)
{
	const struct imalog_position *now = &survey->scan.census.total, *then;

	if (survey->has_load && !survey->facts.load_from_record)
		then = &survey->load.after;
	else if (!survey->has_load && survey->record_is_ours)
		then = &survey->record.position;
	else
		return false;
	if (now->bytes < then->bytes)
		return false;
	*bytes = now->bytes - then->bytes;
	return true;
}

static int write_load(const struct host_root *root, char *text)
{
	int dir = host_state_open(root), error = dir < 0 ? dir : 0;

	if (!text)
		error = -ENOMEM;
	if (!error)
		error = host_state_write(dir, LOAD_FILE, text);
	if (dir >= 0)
		close(dir);
	free(text);
	return error;
}

int survey_keep_load(const struct host_root *root, const struct load_record *record)
{
	return write_load(root, load_record_to_text(record));
}

int survey_doubt_load(const struct host_root *root)
{
	char boot_id[HOST_BOOT_ID_SIZE];
	int error = host_boot_id(root, boot_id);

	if (!error)
		error = write_load(root, load_record_pending_text(boot_id));
	/* The record of another image would be worse than none. */
	if (error)
		survey_forget_load(root);
	return error;
}

int survey_forget_load(const struct host_root *root)
{
	int dir = host_state_open(root), error = dir;

	if (dir >= 0) {
		error = host_state_remove(dir, LOAD_FILE);
		close(dir);
	}
	return error;
}
