// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PCR values are read before the log, so that they never are ahead of it.  When they do not
 * match, what could be our own mistake is tried before anything is said: a checkpoint that misleads, an
 * overlap that only looked like one, banks that the kernel extends with padded SHA-1 digests.
 */
#include "verify.h"

#include <string.h>
#include <unistd.h>

#include "padding.h"
#include "pipeline.h"

#define ALL_BANKS ((1u << IMALOG_HASHES) - 1)

/* One way of going about it. */
struct attempt {
	const struct verify_request *request;
	const struct imalog_pcrs *pcrs;	/* what to compare with */
	struct padding padding;
	struct verdict *verdict;	/* filled */
};

/* Goes about it once more, from the beginning.  0, or a status that was explained. */
typedef int attempt_again(struct attempt *attempt, void *context);

static unsigned wanted_banks(const struct attempt *attempt)
{
	const struct imalog_quote *quote = &attempt->request->quote.quote;
	unsigned banks = 0;

	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		if (attempt->pcrs->known[i])
			banks |= 1u << i;
		for (unsigned pcr = 0; attempt->request->quote.given && pcr < IMALOG_PCRS; pcr++)
			if (imalog_quote_selects(quote, (enum imalog_hash)i, pcr))
				banks |= 1u << i;
	}
	return banks ? banks : ALL_BANKS;
}

static void expect_pcrs(const struct attempt *attempt)
{
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
			if (attempt->pcrs->known[i] & UINT32_C(1) << pcr)
				imalog_replay_expect(&attempt->verdict->replay,
						     (enum imalog_hash)i, pcr,
						     attempt->pcrs->value[i][pcr]);
}

static void start_replay(const struct attempt *attempt)
{
	struct verdict *verdict = attempt->verdict;

	verdict->quote = attempt->request->quote;
	verdict->known_records = 0;
	verdict->altered = false;
	imalog_replay_init(&verdict->replay, wanted_banks(attempt));
	verdict->replay.padded = attempt->padding.banks & verdict->replay.banks;
	verdict->replay.padded_first = attempt->padding.first;
	verdict->replay.padded_end = attempt->padding.end;
	expect_pcrs(attempt);
}

/* A live reader's two halves. */
static bool adopt(void *context, const struct checkpoint *checkpoint)
{
	struct attempt *attempt = context;
	struct verdict *verdict = attempt->verdict;

	if (!checkpoint) {
		start_replay(attempt);
		return true;
	}
	if (!checkpoint->has_replay || checkpoint->replay.banks != wanted_banks(attempt) ||
	    attempt->request->quote.given)
		return false;
	verdict->replay = checkpoint->replay;
	verdict->known_records = checkpoint->scan.census.total.records;
	expect_pcrs(attempt);
	return true;
}

static int replay(void *context, struct scan *scan, bool resume, scan_source source,
		  void *source_context)
{
	struct attempt *attempt = context;
	struct verdict *verdict = attempt->verdict;
	struct verdict_quote *quote = &verdict->quote;
	struct pipeline_job job = {
		.source = source,
		.context = source_context,
		.resume = resume,
		.threads = host_processors(),
		.scan = scan,
		.replay = &verdict->replay,
		.quote = quote->given && !quote->quote.selects_other ? &quote->quote : NULL,
		.quote_others = &quote->values,
		.tick = attempt->request->tick,
		.tick_context = attempt->request->tick_context,
	};
	int result = pipeline_run(&job);

	quote->records = job.quote_records;
	verdict->altered = job.altered;
	verdict->altered_record = job.altered_record;
	verdict->altered_error = job.altered_error;
	memcpy(verdict->altered_name, job.altered_name, sizeof(verdict->altered_name));
	return result;
}

static bool is_mismatch(const struct verdict *verdict)
{
	return verdict->replayed == IMALOG_REPLAYED_MISMATCH && !verdict->quote.forged &&
	       !verdict->quote.forged_values && !verdict->quote.other_nonce;
}

/* Try again in another way; keep the result only if it matches. */
static int second_attempt(struct attempt *attempt, attempt_again *again, void *context)
{
	struct verdict first = *attempt->verdict;
	int status;

	verdict_init(attempt->verdict);
	status = again(attempt, context);
	if (!status && !is_mismatch(attempt->verdict)) {
		verdict_free(&first);
		return STATUS_DONE;
	}
	verdict_free(attempt->verdict);
	*attempt->verdict = first;
	return status;
}

/* What does not match may be padded. */
static int padded_attempts(struct attempt *attempt, attempt_again *again, void *context)
{
	int status = STATUS_DONE;

	for (unsigned turn = 0; !status && is_mismatch(attempt->verdict) &&
				padding_guess(attempt->verdict, turn, &attempt->padding); turn++)
		status = second_attempt(attempt, again, context);
	return status;
}

/* ---- the live log ------------------------------------------------------------------------------ */

static bool knows_any(const struct imalog_pcrs *pcrs)
{
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (pcrs->known[i])
			return true;
	return false;
}

static uint32_t used_pcrs(const struct verdict *verdict)
{
	uint32_t used = 0;

	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		used |= verdict->replay.bank[i].used;
	return used;
}

/* One reading of the live log.  0, or a status that was explained. */
static int attempt_live(const struct run *run, struct attempt *attempt, bool whole)
{
	struct live_reader reader = { "verify.json", replay, adopt, attempt };
	struct verdict *verdict = attempt->verdict;
	struct live_failure failure;
	struct live live;
	int status = STATUS_DONE;

	verdict_free(verdict);
	verdict_init(verdict);
	start_replay(attempt);
	live_open(&live, &run->root);
	live.whole = whole;
	if (live_read(&live, &reader, &failure))
		status = complain_survey(run, &failure);
	verdict->scan = live.scan;
	verdict->live = true;
	verdict->has_staging = live.has_staging;
	verdict->explicit_pcrs = attempt->request->has_given;
	verdict->has_pcrs = knows_any(attempt->pcrs);
	if (!live.has_earlier)
		verdict->known_records = 0;
	if (!status) {
		verdict_judge(verdict);
		if (!verdict->altered && !verdict->quote.given &&
		    (!attempt->padding.banks || !is_mismatch(verdict)))
			live_keep(&live, &reader, &verdict->replay);
	}
	if (live.dir >= 0)
		close(live.dir);
	return status;
}

static int read_live_again(struct attempt *attempt, void *run)
{
	return attempt_live(run, attempt, true);
}

static int verify_live(const struct run *run, const struct verify_request *request,
		       struct verdict *verdict)
{
	struct imalog_pcrs pcrs = request->given;
	struct attempt attempt = { request, &pcrs, { 0 }, verdict };
	uint32_t indexes = UINT32_C(1) << VERIFY_PCR;
	bool own = !request->has_given && !request->quote.given;
	int status;

	if (own)
		host_pcrs_read(&run->root, indexes, &pcrs);
	status = attempt_live(run, &attempt, request->full);
	/* A policy may name other PCRs; their values must be older than the log as well. */
	if (!status && own && knows_any(&pcrs) && (used_pcrs(verdict) & ~indexes)) {
		indexes |= used_pcrs(verdict);
		host_pcrs_read(&run->root, indexes, &pcrs);
		status = attempt_live(run, &attempt, request->full);
	}
	if (!status && is_mismatch(verdict) && verdict->known_records) {
		if (own)
			host_pcrs_read(&run->root, indexes, &pcrs);
		status = attempt_live(run, &attempt, true);
	}
	return status ? status : padded_attempts(&attempt, read_live_again, (void *)run);
}

/* ---- saved logs ---------------------------------------------------------------------------------- */

static int join(struct parts *parts)
{
	struct parts_failure failure;

	if (!parts_join(parts, &failure))
		return STATUS_DONE;
	if (failure.error)
		return verify_complain_file(failure.path, failure.error);
	return complain(STATUS_ERROR,
			"%s has another byte order or digest size than %s: give logs of one kernel and "
			"bank", failure.path, failure.other);
}

/* One replay of the parts.  0 or a status that was explained. */
static int attempt_parts(struct attempt *attempt, struct parts *parts)
{
	struct verdict *verdict = attempt->verdict;
	const struct part *cut;
	int error;

	verdict_free(verdict);
	verdict_init(verdict);
	start_replay(attempt);
	error = replay(attempt, &verdict->scan, false, parts_read, parts);
	if (error)
		return verify_complain_file(parts->list[parts->at < parts->count ? parts->at : 0].path,
				     error);
	cut = parts_cut(parts);
	verdict->overlap_records = parts_overlap(parts);
	verdict->explicit_pcrs = attempt->request->has_given;
	verdict->has_pcrs = knows_any(attempt->pcrs);
	verdict->cut_path = cut ? cut->path : NULL;
	verdict_judge(verdict);
	return STATUS_DONE;
}

static int read_parts_again(struct attempt *attempt, void *parts)
{
	return parts_rewind(parts) ? attempt_parts(attempt, parts) : STATUS_ERROR;
}

static int verify_parts(const struct verify_request *request, struct verify_input *input,
			struct verdict *verdict)
{
	struct attempt attempt = { request, &input->pcrs, { 0 }, verdict };
	struct parts *parts = &input->parts;
	int status = join(parts);

	if (!status)
		status = attempt_parts(&attempt, parts);
	if (!status && is_mismatch(verdict) && verdict->overlap_records && parts_rewind(parts)) {
		parts_keep_overlaps(parts);
		status = second_attempt(&attempt, read_parts_again, parts);
	}
	if (!status && is_mismatch(verdict) && parts_rewind(parts))
		status = padded_attempts(&attempt, read_parts_again, parts);
	verdict->has_staging = input->has_staging;
	return status;
}

int verify_run(const struct run *run, const struct verify_request *request, struct verify_input *input,
	       struct verdict *verdict)
{
	verdict_init(verdict);
	return input->live ? verify_live(run, request, verdict) : verify_parts(request, input, verdict);
}

/* ---- a log in memory -------------------------------------------------------------------------------- */

static ssize_t read_span(void *context, void *out, size_t size)
{
	struct imalog_span *left = context;

	if (size > left->size)
		size = left->size;
	if (size)
		memcpy(out, left->data, size);
	left->data += size;
	left->size -= size;
	return (ssize_t)size;
}

int verify_bytes(struct imalog_span log, const struct verify_request *request,
		 struct verdict *verdict)
{
	struct attempt attempt = { request, &request->given, { 0 }, verdict };
	int error;

	verdict_init(verdict);
	start_replay(&attempt);
	error = replay(&attempt, &verdict->scan, false, read_span, &log);
	if (error)
		return error;
	verdict->explicit_pcrs = request->has_given;
	verdict->has_pcrs = knows_any(&request->given);
	verdict_judge(verdict);
	return 0;
}
