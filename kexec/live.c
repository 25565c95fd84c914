// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The live log, from the checkpoint on.  A long log is slow to read in the kernel (imalog(7)), so it is
 * read whole at most once a boot by each that keeps a checkpoint.
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

static int read_scan(void *context, struct scan *scan, bool resume, scan_source source,
		     void *source_context)
{
	(void)context;
	return resume ? scan_tail(scan, source, source_context)
		      : scan_whole(scan, source, source_context);
}

const struct live_reader live_census = { .file = "checkpoint.json", .read = read_scan };

static int fail(struct live_failure *failure, int error, const char *path)
{
	failure->error = error;
	strncpy(failure->path, path, sizeof(failure->path) - 1);
	failure->path[sizeof(failure->path) - 1] = '\0';
	return -1;
}

/* The checkpoint of this boot; false when there is none that can be used. */
static bool get_checkpoint(const struct live *live, const struct live_reader *reader,
			   struct checkpoint *checkpoint)
{
	char *text = NULL;
	bool good;

	if (live->dir >= 0 && live->boot_id[0] && !live->whole)
		text = host_state_read(live->dir, reader->file);
	good = text && checkpoint_from_text(text, checkpoint);
	free(text);
	if (good && (strcmp(checkpoint->boot_id, live->boot_id) ||
		     (reader->adopt && !reader->adopt(reader->context, checkpoint)))) {
		scan_free(&checkpoint->scan);
		good = false;
	}
	return good;
}

/* What the checkpoint knows becomes what is known. */
static void adopt(struct live *live, struct checkpoint *checkpoint)
{
	scan_free(&live->scan);
	live->scan = checkpoint->scan;
	scan_init(&checkpoint->scan);
}

/* The tail behind the checkpoint.  1: the checkpoint does not hold. */
static int read_tail(struct live *live, const struct live_reader *reader, struct host_log *log,
		     struct checkpoint *checkpoint)
{
	uint64_t records;
	int error = host_log_is_unstaged(log);

	if (error < 0)
		return error;
	if (!error || host_log_seek(log, checkpoint->scan.seal.offset))
		return 1;
	adopt(live, checkpoint);
	error = reader->read(reader->context, &live->scan, true, host_log_read, log);
	/* A deletion and as much growth can look alike, but not to the counter. */
	if (!error && (host_log_count(live->root, &records) ||
		       records < live->scan.census.total.records))
		error = 1;
	return error;
}

static int read_whole(struct live *live, const struct live_reader *reader, struct host_log *log)
{
	int error;

	live->has_earlier = false;
	host_log_close(log);
	error = host_log_open(live->root, log);
	if (error)
		return error;
	scan_free(&live->scan);
	scan_init(&live->scan);
	if (reader->adopt)
		reader->adopt(reader->context, NULL);
	return reader->read(reader->context, &live->scan, false, host_log_read, log);
}

int live_read(struct live *live, const struct live_reader *reader, struct live_failure *failure)
{
	struct checkpoint checkpoint;
	struct host_log log;
	uint64_t before = 0;
	bool known = !host_log_count(live->root, &before) &&
		     get_checkpoint(live, reader, &checkpoint);
	int error;

	live->has_earlier = known;
	if (known) {
		live->earlier = checkpoint.scan.census.total;
		live->earlier_uptime = checkpoint.boottime_seconds;
		/* The kernel's list only grows: with as many records as then it is the same. */
		if (!live->root->path[0] && before == live->earlier.records &&
		    !host_log_can_shrink(live->root)) {
			adopt(live, &checkpoint);
			return 0;
		}
	}
	error = host_log_open(live->root, &log);
	if (error) {
		if (known)
			scan_free(&checkpoint.scan);
		return fail(failure, error, log.path);
	}
	error = 1;
	if (known) {
		error = read_tail(live, reader, &log, &checkpoint);
		scan_free(&checkpoint.scan);
		if (!error && live->scan.census.total.records < before)
			error = 1;
	}
	if (error == 1)
		error = read_whole(live, reader, &log);
	live->staged_bytes = log.staged_bytes;
	live->has_staging = log.has_staging;
	host_log_close(&log);
	return error ? fail(failure, error, log.path) : 0;
}

void live_keep(const struct live *live, const struct live_reader *reader,
	       const struct imalog_replay *replay)
{
	struct checkpoint checkpoint = { .boottime_seconds = live->uptime };
	char *text;

	if (live->dir < 0 || !live->boot_id[0] || !live->has_uptime || live->scan.damage ||
	    live->staged_bytes || !live->scan.census.total.records ||
	    live->scan.census.boots_dropped || live->scan.census.marks_dropped)
		return;
	if (live->has_earlier && live->earlier.records == live->scan.census.total.records)
		return;
	memcpy(checkpoint.boot_id, live->boot_id, sizeof(checkpoint.boot_id));
	checkpoint.scan = live->scan;
	if (replay) {
		checkpoint.has_replay = true;
		checkpoint.replay = *replay;
	}
	text = checkpoint_to_text(&checkpoint);
	if (text)
		host_state_write(live->dir, reader->file, text);
	free(text);
}

void live_open(struct live *live, const struct host_root *root)
{
	*live = (struct live){ .root = root };
	scan_init(&live->scan);
	live->boot_error = host_boot_id(root, live->boot_id);
	if (live->boot_error)
		live->boot_id[0] = '\0';
	live->has_uptime = !host_uptime(root, &live->uptime);
	live->dir = host_state_open(root);
}
