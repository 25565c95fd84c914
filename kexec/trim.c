// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Out of the kernel: which records, are they explained, are they on the disk, and only then the
 * deletion.
 */
#include "trim.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_ENOUGH (-1)	/* not a status: so many may not go */

/* What is to go, as the live log has it. */
struct cut {
	uint64_t records, bytes;	/* from the log's first one on */
	struct host_content content;	/* of all of it */
};

/* ---- which records? ------------------------------------------------------------------------- */

/* When in doubt there is an image whose segment is counted on. */
static bool may_be_loaded(const struct survey *survey)
{
	return !(survey->facts.known & IMALOG_KNOWS_LOADED) || survey->facts.loaded;
}

/* How many records may go at most. */
static uint64_t limit(const struct trim_goal *goal, const struct survey *survey)
{
	uint64_t records = survey->scan.census.total.records;

	records -= records < goal->keep_records ? records : goal->keep_records;
	if (may_be_loaded(survey) && survey->has_load && records > survey->load.before.records)
		records = survey->load.before.records;
	return records;
}

static int explain_log(const struct host_log *log, int error)
{
	if (error == -EBUSY)
		return complain(STATUS_ERROR, "%s is held by another process, also after %d s: nothing "
					      "is deleted; try again when it is done", log->path,
				HOST_LOG_BUSY_MS / 1000);
	if (error == -EACCES || error == -EPERM)
		return complain(STATUS_ERROR, "%s cannot be read: run as root", log->path);
	return complain(STATUS_ERROR, "%s cannot be read: %s", log->path, strerror(-error));
}

/* The fewest records from the log's beginning that do. */
static int find_cut(struct host_log *log, const struct trim_goal *goal, uint64_t most,
		    struct cut *cut)
{
	struct imalog_record record;
	struct sha256_ctx sha256;
	struct scan_walk walk;
	int error = 0;

	*cut = (struct cut){ 0 };
	sha256_init(&sha256);
	scan_walk_init(&walk, host_log_read, log);
	while (cut->records < most && cut->bytes < goal->bytes &&
	       !(error = scan_walk_next(&walk, &record))) {
		sha256_update(&sha256, record.wire.size, record.wire.data);
		cut->records++;
		cut->bytes += record.size;
	}
	scan_walk_free(&walk);
	if (error < 0)
		return explain_log(log, error);
	if (!cut->records || (goal->bytes != UINT64_MAX && cut->bytes < goal->bytes))
		return NOT_ENOUGH;
	cut->content.bytes = cut->bytes;
	sha256_digest(&sha256, sizeof(cut->content.sha256), cut->content.sha256);
	return STATUS_DONE;
}

/*
 * Whether the log begins with the archive's last piece: a run before this one archived it and could not delete.
 * Then *@cut is that piece, no more and no less; as it goes before anything else is archived, there never are
 * two such pieces.  The log is at its beginning again.
 */
static int find_pending(struct host_log *log, const struct archive_piece *last, bool *pending,
			struct cut *cut)
{
	unsigned char chunk[16384], digest[SHA256_DIGEST_SIZE];
	uint64_t left = last ? last->bytes : 0;
	struct sha256_ctx sha256;
	ssize_t got = 1;
	int error;

	*pending = false;
	sha256_init(&sha256);
	while (left && got > 0) {
		got = host_log_read(log, chunk, host_at_most(left, sizeof(chunk)));
		if (got > 0) {
			sha256_update(&sha256, (size_t)got, chunk);
			left -= (uint64_t)got;
		}
	}
	error = got < 0 ? (int)got : host_log_seek(log, 0);
	if (error)
		return explain_log(log, error);
	sha256_digest(&sha256, sizeof(digest), digest);
	if (!last || left || memcmp(digest, last->sha256, sizeof(digest)) != 0)
		return STATUS_DONE;
	*pending = true;
	*cut = (struct cut){ .records = archive_records(last), .bytes = last->bytes };
	cut->content.bytes = last->bytes;
	memcpy(cut->content.sha256, digest, sizeof(digest));
	return STATUS_DONE;
}

/* ---- onto the disk -------------------------------------------------------------------------- */

/* The cut as the archive's next piece. */
static int write_piece(struct host_log *log, const char *archive, struct trim_chain *chain,
		       const struct cut *cut, bool fresh, const char *boot_id,
		       struct archive_piece *piece)
{
	const struct archive_piece *last = trim_last_piece(chain);
	char name[ARCHIVE_NAME_SIZE], *text;
	struct host_content content;
	int error = host_log_seek(log, 0);

	*piece = (struct archive_piece){ .chain = !last ? 1 : fresh ? last->chain + 1 : last->chain };
	piece->first = !last || fresh ? 1 : last->last + 1;
	piece->last = piece->first + cut->records - 1;
	snprintf(piece->boot_id, sizeof(piece->boot_id), "%s", boot_id);
	archive_name(piece, ".log", name);
	if (!error)
		error = host_archive_write(chain->dir, name, host_log_read, log, cut->bytes, &content);
	if (error)
		return complain(STATUS_ERROR, "%s/%s cannot be written: %s; nothing is deleted", archive,
				name, strerror(-error));
	if (memcmp(content.sha256, cut->content.sha256, sizeof(content.sha256)) != 0)
		return complain(STATUS_ERROR, "the measurement log changed while it was read: nothing is "
					      "deleted; try again");
	piece->bytes = content.bytes;
	memcpy(piece->sha256, content.sha256, sizeof(piece->sha256));
	archive_run_on(piece, fresh ? NULL : last);
	archive_name(piece, ".json", name);
	text = archive_to_text(piece);
	error = text ? host_archive_seal(chain->dir, name, text) : -ENOMEM;
	free(text);
	if (error)
		return complain(STATUS_ERROR, "%s/%s cannot be written: %s; nothing is deleted", archive,
				name, strerror(-error));
	return STATUS_DONE;
}

/* ---- out of the kernel ------------------------------------------------------------------------ */

static int delete(const struct run *run, const struct cut *cut)
{
	int error = host_log_delete(&run->root, cut->records, &cut->content);

	switch (error) {
	case 0:
		return STATUS_DONE;
	case -EBUSY:
		return complain(STATUS_ERROR, "the measurement log is held by another process, also after "
					      "%d s: the records are in the archive, and still in the "
					      "kernel; try again", HOST_LOG_BUSY_MS / 1000);
	case -ESTALE:
		return complain(STATUS_ERROR, "the kernel's measurement log is not what was archived any "
					      "more, or is about to be handed over: nothing is deleted");
	case -EEXIST:
		return complain(STATUS_ERROR, "another program has staged records meanwhile: nothing is "
					      "deleted; try again when it is done");
	case -EINVAL:
		return complain(STATUS_ERROR, "the kernel refuses to delete single records, as it does with "
					      "ima_flush_htable on its command line: boot without it; the "
					      "records are in the archive, and still in the kernel");
	default:
		return complain(STATUS_ERROR, "the kernel does not delete the records: %s; they are in the "
					      "archive, and still in the kernel", strerror(-error));
	}
}

/* Which records go now: those of a pending piece, or as many as do, which are archived first. */
static int prepare(const struct run *run, const char *archive, struct trim_chain *chain,
		   struct host_log *log, const struct trim_goal *goal, const struct survey *survey,
		   struct trimmed *trimmed, struct cut *cut)
{
	uint64_t most = limit(goal, survey);
	bool pending, fresh;
	int error = host_log_open(&run->root, log), status;

	/* Held open until the records are archived: what is explained is then what is archived. */
	if (!error) {
		error = host_log_is_unstaged(log);
		if (!error)
			return complain(STATUS_ERROR, "another program has staged records: nothing is "
						      "deleted; try again when it is done");
	}
	if (error < 0)
		return explain_log(log, error);
	status = find_pending(log, trim_last_piece(chain), &pending, cut);
	if (!status)
		status = trim_explain(run, archive, chain, survey, pending, &fresh);
	if (status)
		return status;
	if (pending && !fresh) {
		trimmed->pending = cut->records > most ? cut->records : 0;
		return trimmed->pending ? NOT_ENOUGH : STATUS_DONE;
	}
	status = find_cut(log, goal, most, cut);
	if (status)
		return status;
	status = write_piece(log, archive, chain, cut, fresh, survey->boot_id, &trimmed->piece);
	trimmed->wrote = !status;
	return status;
}

static int trim_once(const struct run *run, const char *archive, const struct trim_goal *goal,
		     struct survey *survey, struct trimmed *trimmed)
{
	struct host_log log = { .staged = -1, .current = -1 };
	struct live_failure failure;
	struct trim_chain chain;
	struct cut cut = { 0 };
	uint64_t before = survey->scan.census.total.records;
	int status = trim_chain_open(archive, true, &chain);

	if (!status)
		status = trim_chain_check(&chain);
	if (!status)
		status = prepare(run, archive, &chain, &log, goal, survey, trimmed, &cut);
	host_log_close(&log);
	trim_chain_free(&chain);
	if (!status)
		status = delete(run, &cut);
	if (status)
		return status;
	trimmed->records += cut.records;
	trimmed->bytes += cut.bytes;
	survey_free(survey);
	if (survey_take(&run->root, survey, &failure))
		return complain_survey(run, &failure);
	if (survey->scan.census.total.records < before - cut.records)
		return complain(STATUS_ERROR, "%" PRIu64 " records were deleted, but the kernel has %" PRIu64
					      " fewer: another program deletes records too", cut.records,
				before - survey->scan.census.total.records);
	return STATUS_DONE;
}

bool trim_allowed(const struct run *run, const struct settings *settings,
		  const struct survey *survey)
{
	return settings->archive[0] && survey->has_staging && survey->has_load &&
	       !run->root.path[0];
}

bool trim_for_room(const struct run *run, const struct settings *settings,
		   const struct imalog_decision *decision, struct survey *survey)
{
	uint64_t lacking = decision->needed_bytes;
	struct trim_goal goal = { 0 };
	struct trimmed trimmed;
	int status;

	/* What is needed less the room there is, which may be below nothing. */
	if (decision->room_bytes >= 0)
		lacking -= (uint64_t)decision->room_bytes;
	else
		lacking += (uint64_t)-decision->room_bytes;
	goal.bytes = lacking;
	status = trim_oldest(run, settings->archive, &goal, survey, &trimmed);
	if (status && (status != STATUS_REFUSED || !trimmed.records))
		return false;
	if (!run->quiet)
		printf("  archive    %" PRIu64 " records, %" PRIu64 " bytes, moved to %s\n",
		       trimmed.records, trimmed.bytes, settings->archive);
	return true;
}

/* What of the goal is not freed yet. */
static uint64_t bytes_left(const struct trim_goal *goal, const struct trimmed *trimmed)
{
	if (goal->bytes == UINT64_MAX)
		return UINT64_MAX;
	return goal->bytes > trimmed->bytes ? goal->bytes - trimmed->bytes : 0;
}

int trim_oldest(const struct run *run, const char *archive, const struct trim_goal *goal,
		struct survey *survey, struct trimmed *trimmed)
{
	struct trim_goal left = *goal;
	int status;

	*trimmed = (struct trimmed){ 0 };
	if (survey->scan.damage)
		return complain(STATUS_UNKNOWN, "the measurement log is cut or corrupt at byte %" PRIu64
						": nothing is deleted", survey->scan.damage_offset);
	if (!(survey->facts.known & IMALOG_KNOWS_LOADED) && !survey->has_load)
		return complain(STATUS_UNKNOWN, "/sys/kernel/kexec_loaded cannot be read, so an image may be "
						"loaded: nothing is deleted");
	if (survey->facts.loaded && !survey->has_load)
		return complain(STATUS_UNKNOWN, "an image is loaded and its kexec_load record is not in "
						"the log: nothing is deleted; unload it (kexec -s -u) first");
	/* A piece that a run before left in the kernel goes first, by itself. */
	do {
		left.bytes = bytes_left(goal, trimmed);
		status = limit(goal, survey) ? trim_once(run, archive, &left, survey, trimmed)
					     : NOT_ENOUGH;
	} while (!status && !trimmed->wrote && bytes_left(goal, trimmed));
	if (status != NOT_ENOUGH)
		return status;
	/* As many as may go are none, or were that piece. */
	if (goal->bytes == UINT64_MAX)
		return STATUS_DONE;
	return complain(STATUS_REFUSED, "deleting records does not give the %" PRIu64 " bytes that are "
					"lacking: load late (--ima-check=reload)", goal->bytes);
}
