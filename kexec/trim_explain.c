// SPDX-License-Identifier: GPL-2.0-or-later
/* Do an archive and the log explain the PCR?  Nothing is deleted before they do. */
#include <string.h>

#include "trim.h"
#include "verify.h"

/* Records of the shortest prefix at which a PCR that was compared has its value. */
static uint64_t matched_records(const struct verdict *verdict)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
			if (verdict_compares(verdict, (enum imalog_hash)i, pcr) &&
			    verdict_matched(verdict, (enum imalog_hash)i, pcr) < least)
				least = verdict_matched(verdict, (enum imalog_hash)i, pcr);
	return least;
}

/*
 * A match is one of archive and log only if all of the archive is in it, and the log goes on behind it (or, @pending,
 * begins with its last piece).  Cold boots of one machine may measure the very same records, and then the archive
 * of an earlier boot explains a log that it has nothing to do with.
 */
static bool goes_on(const struct trim_chain *chain, bool pending, const struct verdict *verdict)
{
	const struct archive_piece *last = trim_last_piece(chain);
	uint64_t overlap = pending ? archive_records(last) : 0;

	return verdict->overlap_records == overlap &&
	       matched_records(verdict) >= last->last + (pending ? 0 : 1);
}

/* Whether the archive (or nothing) and the live log replay to the TPM's PCR. */
static int replays(const struct run *run, const struct trim_chain *chain, bool with_archive,
		   bool pending, enum imalog_replayed *replayed)
{
	struct verify_request request = { .full = true };
	struct verify_input input;
	struct verdict verdict;
	int status;

	if (with_archive) {
		request.archives = (const char **)chain->paths;
		request.archive_count = chain->count;
	}
	verdict_init(&verdict);
	status = verify_open(run, &request, &input);
	if (!status)
		status = verify_run(run, &request, &input, &verdict);
	verify_close(&input);
	*replayed = verdict.replayed;
	if (!status && with_archive && verdict.replayed == IMALOG_REPLAYED_MATCH &&
	    !goes_on(chain, pending, &verdict))
		*replayed = IMALOG_REPLAYED_MISMATCH;
	verdict_free(&verdict);
	return status;
}

int trim_explain(const struct run *run, const char *archive, const struct trim_chain *chain,
		 const struct survey *survey, bool pending, bool *fresh)
{
	const struct archive_piece *last = trim_last_piece(chain);
	enum imalog_replayed with = IMALOG_REPLAYED_MISMATCH, alone;
	bool begins = imalog_census_has_beginning(&survey->scan.census);
	int status = last ? replays(run, chain, true, pending, &with) : STATUS_DONE;

	*fresh = false;
	if (status || with == IMALOG_REPLAYED_MATCH)
		return status;
	if (with == IMALOG_REPLAYED_NOTHING && last && survey->boot_id[0] &&
	    !strcmp(last->boot_id, survey->boot_id))
		return STATUS_DONE;
	status = replays(run, chain, false, false, &alone);
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
