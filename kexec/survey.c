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
#define CHECKPOINT_FILE "checkpoint.json"
#define KERNEL_FILE "kernel.json"

static ssize_t read_log(void *context, void *out, size_t size)
{
	return host_log_read(context, out, size);
}

static int fail(struct survey_failure *failure, int error, const char *path)
{
	failure->error = error;
	strncpy(failure->path, path, sizeof(failure->path) - 1);
	failure->path[sizeof(failure->path) - 1] = '\0';
	return -1;
}

/* The checkpoint of this boot; false when there is none that can be used. */
static bool get_checkpoint(int dir, const char *boot_id, struct checkpoint *checkpoint)
{
	char *text = dir >= 0 && boot_id[0] ? host_state_read(dir, CHECKPOINT_FILE) : NULL;
	bool good = text && checkpoint_from_text(text, checkpoint);

	free(text);
	if (good && strcmp(checkpoint->boot_id, boot_id)) {
		scan_free(&checkpoint->scan);
		good = false;
	}
	return good;
}

/* What the checkpoint knows becomes what the survey knows. */
static void adopt(struct survey *survey, struct checkpoint *checkpoint)
{
	scan_free(&survey->scan);
	survey->scan = checkpoint->scan;
	scan_init(&checkpoint->scan);
}

/* The tail behind the checkpoint.  1: the checkpoint does not hold. */
static int read_tail(const struct host_root *root, struct survey *survey, struct host_log *log,
		     struct checkpoint *checkpoint)
{
	uint64_t records;
	int error = host_log_is_unstaged(log);

	if (error < 0)
		return error;
	if (!error || host_log_seek(log, checkpoint->scan.seal.offset))
		return 1;
	adopt(survey, checkpoint);
	error = scan_tail(&survey->scan, read_log, log);
	/* A deletion and as much growth can look alike, but not to the counter. */
	if (!error && (host_log_count(root, &records) ||
		       records < survey->scan.census.total.records))
		error = 1;
	return error;
}

/* The whole log, or the part behind the checkpoint, or nothing where nothing came. */
static int read_all(const struct host_root *root, struct survey *survey, int dir,
		    struct survey_failure *failure)
{
	struct checkpoint checkpoint;
	struct host_log log;
	uint64_t before = 0;
	bool known = !host_log_count(root, &before) &&
		     get_checkpoint(dir, survey->boot_id, &checkpoint);
	int error;

	if (known) {
		survey->has_earlier = true;
		survey->earlier = checkpoint.scan.census.total;
		survey->earlier_uptime = checkpoint.boottime_seconds;
		/* The kernel's list only grows: with as many records as then it is the same. */
		if (!root->path[0] && before == survey->earlier.records &&
		    !host_log_can_shrink(root)) {
			adopt(survey, &checkpoint);
			return 0;
		}
	}
	error = host_log_open(root, &log);
	if (error) {
		if (known)
			scan_free(&checkpoint.scan);
		return fail(failure, error, log.path);
	}
	error = 1;
	if (known) {
		error = read_tail(root, survey, &log, &checkpoint);
		scan_free(&checkpoint.scan);
		if (!error && survey->scan.census.total.records < before)
			error = 1;
	}
	if (error == 1) {
		survey->has_earlier = false;
		host_log_close(&log);
		error = host_log_open(root, &log);
		if (error)
			return fail(failure, error, log.path);
		scan_free(&survey->scan);
		scan_init(&survey->scan);
		error = scan_whole(&survey->scan, read_log, &log);
	}
	survey->staged_bytes = log.staged_bytes;
	survey->has_staging = log.has_staging;
	host_log_close(&log);
	return error ? fail(failure, error, log.path) : 0;
}

/* Leave a checkpoint.  One that cannot be written only costs time. */
static void put_checkpoint(int dir, struct survey *survey)
{
	struct checkpoint checkpoint = { .boottime_seconds = survey->uptime };
	char *text;

	if (dir < 0 || !survey->boot_id[0] || !survey->has_uptime || survey->scan.damage ||
	    survey->staged_bytes || !survey->scan.census.total.records ||
	    survey->scan.census.boots_dropped || survey->scan.census.marks_dropped)
		return;
	if (survey->has_earlier &&
	    survey->earlier.records == survey->scan.census.total.records)
		return;
	memcpy(checkpoint.boot_id, survey->boot_id, sizeof(checkpoint.boot_id));
	checkpoint.scan = survey->scan;
	text = checkpoint_to_text(&checkpoint);
	if (text)
		host_state_write(dir, CHECKPOINT_FILE, text);
	free(text);
}

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

static void read_record(struct survey *survey, int dir)
{
	char *text = dir >= 0 && survey->boot_id[0] ? host_state_read(dir, LOAD_FILE) : NULL;

	survey->has_record = text && load_record_from_text(text, &survey->record);
	free(text);
	if (survey->has_record && strcmp(survey->record.boot_id, survey->boot_id)) {
		load_record_free(&survey->record);
		survey->has_record = false;
	}
}

bool survey_is_same_load(const struct imalog_mark *a, const struct imalog_mark *b)
{
	return a->event.segment_bytes == b->event.segment_bytes &&
	       a->event.runtime_bytes == b->event.runtime_bytes &&
	       a->event.records == b->event.records;
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

int survey_take(const struct host_root *root, struct survey *survey,
		struct survey_failure *failure)
{
	int dir, error;

	*survey = (struct survey){ 0 };
	scan_init(&survey->scan);
	if (host_boot_id(root, survey->boot_id))
		survey->boot_id[0] = '\0';
	survey->has_uptime = !host_uptime(root, &survey->uptime);
	dir = host_state_open(root);
	error = read_all(root, survey, dir, failure);
	if (!error) {
		put_checkpoint(dir, survey);
		read_kernel(root, survey, dir);
		read_record(survey, dir);
		survey->facts.log_damaged = survey->scan.damage != 0;
		choose_load(survey);
	}
	if (dir >= 0)
		close(dir);
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

int survey_keep_load(const struct host_root *root, const struct load_record *record)
{
	char *text = load_record_to_text(record);
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

int survey_forget_load(const struct host_root *root)
{
	int dir = host_state_open(root), error = dir;

	if (dir >= 0) {
		error = host_state_remove(dir, LOAD_FILE);
		close(dir);
	}
	return error;
}
