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

#include "verify.h"

/* What is to go, as the live log has it. */
struct cut {
	uint64_t records, bytes;	/* from the log's first one on */
	struct host_content content;	/* of all of it */
	bool pending;		/* it begins with the archive's last piece, which was not deleted */
};

static const struct archive_piece *last_piece(const struct trim_chain *chain)
{
	return chain->count ? &chain->pieces[chain->count - 1] : NULL;
}

/* ---- is the log explained? ---------------------------------------------------------------- */

/* Whether the archive (or nothing) and the live log replay to the TPM's PCR. */
static int replays(const struct run *run, const struct trim_chain *chain, bool with_archive,
		   enum imalog_replayed *replayed)
{
	struct verify_request request = { .full = true };
	struct verdict verdict;
	int status;

	if (with_archive) {
		request.archives = (const char **)chain->paths;
		request.archive_count = chain->count;
	}
	status = verify_run(run, &request, &verdict);
	*replayed = verdict.replayed;
	verdict_free(&verdict);
	return status;
}

/*
 * The log follows the archive's chain, or (@fresh) begins a new one.  Without a TPM to tell, a chain is
 * known by the boot that it was made in, and a new one by its boot_aggregate.
 */
static int find_chain(const struct run *run, const char *archive, const struct trim_chain *chain,
		      const struct survey *survey, bool *fresh)
{
	const struct archive_piece *last = last_piece(chain);
	const struct imalog_census *census = &survey->scan.census;
	enum imalog_replayed with = IMALOG_REPLAYED_MISMATCH, alone;
	bool begins = census->boot_count && census->boots[0].has_aggregate;
	int status = last ? replays(run, chain, true, &with) : STATUS_DONE;

	*fresh = false;
	if (status || with == IMALOG_REPLAYED_MATCH)
		return status;
	if (with == IMALOG_REPLAYED_NOTHING && last && survey->boot_id[0] &&
	    !strcmp(last->boot_id, survey->boot_id))
		return STATUS_DONE;
	status = replays(run, chain, false, &alone);
	*fresh = true;
	if (status || (alone == IMALOG_REPLAYED_MATCH && begins))
		return status;
	if (alone == IMALOG_REPLAYED_NOTHING && !last && begins)
		return STATUS_DONE;
	if (alone == IMALOG_REPLAYED_NOTHING)
		return complain(STATUS_UNKNOWN, "without a TPM it cannot be told whether the log goes on "
						"where the archive %s ends: nothing is deleted; use an "
						"empty folder", archive);
	return complain(STATUS_REFUSED, "the archive %s and the measurement log together do not explain "
					"PCR 10, so records are missing: nothing is deleted", archive);
}

/* ---- which records? ------------------------------------------------------------------------- */

static ssize_t read_log(void *log, void *out, size_t size)
{
	return host_log_read(log, out, size);
}

/* How many records may go at most. */
static uint64_t limit(const struct trim_goal *goal, const struct survey *survey)
{
	uint64_t records = survey->scan.census.total.records;

	records -= records < goal->keep_records ? records : goal->keep_records;
	if (survey->facts.loaded && survey->has_load && records > survey->load.before.records)
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

/* The fewest records from the log's beginning that do, and with a pending piece at least that. */
static int find_cut(struct host_log *log, const struct trim_chain *chain,
		    const struct trim_goal *goal, uint64_t most, struct cut *cut)
{
	const struct archive_piece *last = last_piece(chain);
	struct imalog_record record;
	struct sha256_ctx sha256, at;
	struct scan_walk walk;
	int error = 0;

	*cut = (struct cut){ 0 };
	sha256_init(&sha256);
	scan_walk_init(&walk, read_log, log);
	while (cut->records < most && (cut->bytes < goal->bytes || (last && !cut->pending)) &&
	       !(error = scan_walk_next(&walk, &record))) {
		bool enough = cut->bytes >= goal->bytes;

		/* Beyond what is needed, only a piece that was not deleted is looked for. */
		if (enough && record.offset >= last->bytes)
			break;
		sha256_update(&sha256, record.wire.size, record.wire.data);
		if (!enough) {
			cut->records++;
			cut->bytes += record.size;
			at = sha256;
		}
		if (last && record.offset + record.size == last->bytes) {
			struct sha256_ctx copy = sha256;
			unsigned char digest[SHA256_DIGEST_SIZE];

			sha256_digest(&copy, sizeof(digest), digest);
			cut->pending = !memcmp(digest, last->sha256, sizeof(digest));
			if (cut->pending && cut->bytes < last->bytes) {
				cut->records = record.index + 1;
				cut->bytes = last->bytes;
				at = sha256;
			}
		}
	}
	scan_walk_free(&walk);
	if (error < 0)
		return explain_log(log, error);
	if (!cut->records || (goal->bytes != UINT64_MAX && cut->bytes < goal->bytes))
		return STATUS_REFUSED;
	cut->content.bytes = cut->bytes;
	sha256_digest(&at, sizeof(cut->content.sha256), cut->content.sha256);
	return STATUS_DONE;
}

/* ---- onto the disk -------------------------------------------------------------------------- */

/* What of the cut is not in the archive yet, as its next piece. */
static int write_piece(struct host_log *log, const char *archive, struct trim_chain *chain,
		       const struct cut *cut, bool fresh, const char *boot_id,
		       struct archive_piece *piece)
{
	const struct archive_piece *last = last_piece(chain);
	uint64_t skip_bytes = cut->pending ? last->bytes : 0;
	uint64_t skip_records = cut->pending ? last->last - last->first + 1 : 0;
	char name[ARCHIVE_NAME_SIZE], *text;
	struct host_content content;
	int error = host_log_seek(log, skip_bytes);

	*piece = (struct archive_piece){ .chain = !last ? 1 : fresh ? last->chain + 1 : last->chain };
	piece->first = !last || fresh ? 1 : last->last + 1;
	piece->last = piece->first + (cut->records - skip_records) - 1;
	snprintf(piece->boot_id, sizeof(piece->boot_id), "%s", boot_id);
	archive_name(piece, ".log", name);
	if (!error)
		error = host_archive_write(chain->dir, name, read_log, log, cut->bytes - skip_bytes,
					   &content);
	if (error)
		return complain(STATUS_ERROR, "%s/%s cannot be written: %s; nothing is deleted", archive,
				name, strerror(-error));
	if (!cut->pending && memcmp(content.sha256, cut->content.sha256, sizeof(content.sha256)) != 0)
		return complain(STATUS_ERROR, "the measurement log changed while it was read: nothing is "
					      "deleted; try again");
	piece->bytes = content.bytes;
	memcpy(piece->sha256, content.sha256, sizeof(piece->sha256));
	archive_run_on(piece, fresh ? NULL : last);
	archive_name(piece, ".json", name);
	text = archive_to_text(piece);
	error = text ? host_state_write(chain->dir, name, text) : -ENOMEM;
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
	default:
		return complain(STATUS_ERROR, "the kernel does not delete the records: %s; they are in the "
					      "archive, and still in the kernel", strerror(-error));
	}
}

static int trim_open(const struct run *run, const char *archive, struct trim_chain *chain,
		     struct host_log *log, const struct trim_goal *goal, struct survey *survey,
		     struct trimmed *trimmed)
{
	struct live_failure failure;
	struct trim_chain none = { .dir = chain->dir };
	bool fresh;
	struct cut cut;
	int status = find_chain(run, archive, chain, survey, &fresh), error;

	if (status)
		return status;
	error = host_log_open(&run->root, log);
	if (!error) {
		error = host_log_is_unstaged(log);
		if (!error)
			return complain(STATUS_ERROR, "another program has staged records: nothing is "
						      "deleted; try again when it is done");
	}
	if (error < 0)
		return explain_log(log, error);
	status = find_cut(log, fresh ? &none : chain, goal, limit(goal, survey), &cut);
	if (status)
		return status;
	if (!cut.pending || cut.bytes > last_piece(chain)->bytes) {
		status = write_piece(log, archive, chain, &cut, fresh, survey->boot_id,
				     &trimmed->piece);
		trimmed->wrote = true;
	}
	host_log_close(log);
	if (!status)
		status = delete(run, &cut);
	if (status)
		return status;
	trimmed->records = cut.records;
	trimmed->bytes = cut.bytes;
	survey_free(survey);
	if (survey_take(&run->root, survey, &failure))
		return complain_survey(run, &failure);
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
	if (status == STATUS_REFUSED && !trimmed.records)
		complain(status, "deleting records does not give the %" PRIu64 " bytes that are lacking: "
				 "load late (--ima-check=reload)", lacking);
	if (status)
		return false;
	if (!run->quiet)
		printf("  archive    %" PRIu64 " records, %" PRIu64 " bytes, moved to %s\n",
		       trimmed.records, trimmed.bytes, settings->archive);
	return true;
}

int trim_oldest(const struct run *run, const char *archive, const struct trim_goal *goal,
		struct survey *survey, struct trimmed *trimmed)
{
	struct host_log log = { .staged = -1, .current = -1 };
	struct trim_chain chain;
	int status;

	*trimmed = (struct trimmed){ 0 };
	if (survey->scan.damage)
		return complain(STATUS_UNKNOWN, "the measurement log is cut or corrupt at byte %" PRIu64
						": nothing is deleted", survey->scan.damage_offset);
	if (survey->facts.loaded && !survey->has_load)
		return complain(STATUS_UNKNOWN, "an image is loaded and its kexec_load record is not in "
						"the log: nothing is deleted; unload it (kexec -s -u) first");
	if (!limit(goal, survey))
		return goal->bytes == UINT64_MAX ? STATUS_DONE : STATUS_REFUSED;
	status = trim_chain_open(archive, true, &chain);
	if (!status)
		status = trim_open(run, archive, &chain, &log, goal, survey, trimmed);
	host_log_close(&log);
	trim_chain_free(&chain);
	return status;
}
