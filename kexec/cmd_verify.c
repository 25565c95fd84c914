// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima verify: what happened at each boot, and does the log explain the TPM? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "remember.h"
#include "host/quote.h"
#include "trim.h"
#include "verify.h"

#define QUOTE_FILE_MAX (64u << 10)	/* bytes; a quote has some hundred, a key a few thousand */

/* The command line. */
struct asked {
	struct verify_request request;
	const char *quote, *signature, *key, *nonce, *pcrs;	/* or NULL */
	struct small { char *data; struct imalog_span span; } file[4];	/* of quote, signature, key, pcrs; owned */
	bool *pieces;			/* behind request.pieces; owned */
	struct trim_chain *chains;	/* of the archives that are folders, chain_count of them at most */
	size_t chain_count;
	struct verify_input input;
	struct run *run;
	bool journal;
	struct settings settings;	/* with .journal */
};

/* ---- the command line --------------------------------------------------------------------------- */

/* BANK:HEX or BANK:INDEX:HEX */
static bool parse_pcr(char *text, struct imalog_pcrs *pcrs, bool *twice)
{
	char *hex = strchr(text, ':'), *end;
	unsigned long pcr = 10;
	enum imalog_hash hash;

	if (!hex || !imalog_hash_find((struct imalog_span){ (unsigned char *)text,
							    (size_t)(hex - text) }, &hash))
		return false;
	hex++;
	if (strchr(hex, ':')) {
		if (*hex < '0' || *hex > '9')
			return false;
		pcr = strtoul(hex, &end, 10);
		if (*end != ':' || pcr >= IMALOG_PCRS)
			return false;
		hex = end + 1;
	}
	*twice = pcrs->known[hash] & UINT32_C(1) << pcr;
	pcrs->known[hash] |= UINT32_C(1) << pcr;
	return imalog_unhex((struct imalog_span){ (unsigned char *)hex, strlen(hex) },
			    pcrs->value[hash][pcr], imalog_hash_size(hash));
}

static int take_pcr(struct asked *asked, char *text)
{
	bool twice = false;

	if (!parse_pcr(text, &asked->request.given, &twice))
		return complain(STATUS_USAGE,
				"--pcr %s is not understood: give BANK:HEX or BANK:INDEX:HEX, the bank "
				"sha1, sha256, sha384 or sha512, all digits of the value", text);
	if (twice)
		return complain(STATUS_USAGE, "--pcr %s: this PCR has a value already", text);
	asked->request.has_given = true;
	return STATUS_DONE;
}

static int check_asked(const struct asked *asked)
{
	bool quote = asked->quote || asked->signature || asked->key;

	if (quote && (!asked->quote || !asked->signature || !asked->key))
		return complain(STATUS_USAGE, "a quote needs --quote, --signature and --key together");
	if (!quote && (asked->nonce || asked->pcrs))
		return complain(STATUS_USAGE, "--%s belongs to a --quote",
				asked->nonce ? "nonce" : "quote-pcrs");
	if (quote && asked->request.has_given)
		return complain(STATUS_USAGE, "--pcr and --quote exclude each other: the quote has the "
					      "PCR values");
	if (asked->journal && (quote || asked->request.has_given || asked->request.log_count))
		return complain(STATUS_USAGE, "--journal tells of the live log and its TPM: give it without "
					      "--log, --pcr and --quote");
	return STATUS_DONE;
}

static int parse(struct run *run, int argc, char **argv, struct asked *asked)
{
	enum { LOG = OPTION_OWN, ARCHIVE, PCR, QUOTE, SIGNATURE, KEY, NONCE, PCRS, FULL,
	       JOURNAL };
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "log", required_argument, NULL, LOG },
		{ "archive", required_argument, NULL, ARCHIVE },
		{ "pcr", required_argument, NULL, PCR },
		{ "quote", required_argument, NULL, QUOTE },
		{ "signature", required_argument, NULL, SIGNATURE },
		{ "key", required_argument, NULL, KEY },
		{ "nonce", required_argument, NULL, NONCE },
		{ "quote-pcrs", required_argument, NULL, PCRS },
		{ "full", no_argument, NULL, FULL },
		{ "journal", no_argument, NULL, JOURNAL },
		{ NULL, 0, NULL, 0 },
	};
	struct verify_request *request = &asked->request;
	int option, status = STATUS_DONE;

	run->repeats = option_bit(LOG) | option_bit(ARCHIVE) | option_bit(PCR);
	while ((option = next_option(run, argc, argv, options, &status)) >= 0) {
		switch (option) {
		case LOG: request->logs[request->log_count++] = optarg; break;
		case ARCHIVE: request->archives[request->archive_count++] = optarg; break;
		case PCR: status = take_pcr(asked, optarg); break;
		case QUOTE: asked->quote = optarg; break;
		case SIGNATURE: asked->signature = optarg; break;
		case KEY: asked->key = optarg; break;
		case NONCE: asked->nonce = optarg; break;
		case PCRS: asked->pcrs = optarg; break;
		case FULL: request->full = true; break;
		case JOURNAL: asked->journal = true; break;
		}
		if (status)
			return status;
	}
	if (option == -2)
		return status ? status : -1;
	if (optind < argc)
		return complain(STATUS_USAGE, "verify takes no argument: %s; name a log with --log",
				argv[optind]);
	return check_asked(asked);
}

/* ---- the quote ------------------------------------------------------------------------------------ */

static int read_small(const char *path, struct small *small)
{
	struct host_root here = { "" };
	ssize_t size = host_read_all(&here, path, QUOTE_FILE_MAX, &small->data);

	if (size < 0)
		return complain(STATUS_ERROR, "%s cannot be read: %s", path, strerror((int)-size));
	small->span = (struct imalog_span){ (unsigned char *)small->data, (size_t)size };
	return STATUS_DONE;
}

/* The files, and the libraries that will look at them. */
static int read_quote(struct asked *asked)
{
	const char *paths[] = { asked->quote, asked->signature, asked->key, asked->pcrs };
	int status = STATUS_DONE;

	if (!asked->quote)
		return STATUS_DONE;
	asked->request.quote.given = true;
	for (size_t i = 0; !status && i < 4; i++)
		if (paths[i])
			status = read_small(paths[i], &asked->file[i]);
	host_quote_prepare();
	return status;
}

static int complain_quote(const struct asked *asked, enum host_quote_result result)
{
	const char *paths[] = {
		[HOST_QUOTE_PART_ATTEST] = asked->quote,
		[HOST_QUOTE_PART_SIGNATURE] = asked->signature,
		[HOST_QUOTE_PART_KEY] = asked->key,
		[HOST_QUOTE_PART_PCRS] = asked->pcrs,
	};
	enum host_quote_part part = host_quote_part_of(result);

	if (part == HOST_QUOTE_PART_NONE)
		return complain(STATUS_ERROR, "%s", host_quote_text(result));
	return complain(STATUS_ERROR, "%s: %s", paths[part], host_quote_text(result));
}

static int check_nonce(const struct asked *asked, struct verdict_quote *quote)
{
	unsigned char nonce[IMALOG_NONCE_MAX];
	struct imalog_span text;
	size_t size;

	if (!asked->nonce)
		return STATUS_DONE;
	text = (struct imalog_span){ (const unsigned char *)asked->nonce, strlen(asked->nonce) };
	size = text.size / 2;
	if (!size || size > sizeof(nonce) || !imalog_unhex(text, nonce, size))
		return complain(STATUS_USAGE, "--nonce %s is not understood: give hexadecimal digits, "
					      "two for each byte, as tpm2_quote -q", asked->nonce);
	if (quote->forged)
		return STATUS_DONE;	/* what anybody could have written answers nothing */
	quote->nonce_checked = true;
	quote->other_nonce = size != quote->quote.nonce_size ||
			     memcmp(nonce, quote->quote.nonce, size) != 0;
	return STATUS_DONE;
}

static int check_values(const struct asked *asked, struct verdict_quote *quote)
{
	enum host_quote_result result;

	if (!asked->pcrs || quote->forged)
		return STATUS_DONE;	/* of a forged one nothing is known of what they were quoted in */
	result = host_quote_pcrs(asked->file[3].span, &quote->quote, &quote->values);
	quote->forged_values = result == HOST_QUOTE_OTHER_PCRS;
	if (result == HOST_QUOTE_GOOD || result == HOST_QUOTE_OTHER_PCRS)
		return STATUS_DONE;
	return complain_quote(asked, result);
}

static int take_quote(struct asked *asked)
{
	struct verdict_quote *quote = &asked->request.quote;
	enum host_quote_result result;
	int status;

	if (!asked->quote)
		return STATUS_DONE;
	result = host_quote_check(asked->file[0].span, asked->file[1].span, asked->file[2].span,
				  &quote->quote);
	quote->forged = result == HOST_QUOTE_FORGED;
	if (result != HOST_QUOTE_GOOD && result != HOST_QUOTE_FORGED)
		return complain_quote(asked, result);
	status = check_nonce(asked, quote);
	return status ? status : check_values(asked, quote);
}

/* ---- the run --------------------------------------------------------------------------------------- */

/*
 * The chain of a folder belongs to the cold boot that it began at.  After another one the log matches without it,
 * and then that is what counts.  The verdict that does not count is freed.
 */
static int verify_without_folders(const struct run *run, struct asked *asked, struct verdict *verdict)
{
	struct verdict alone;
	int status;

	if (verdict->replayed != IMALOG_REPLAYED_MISMATCH ||
	    !verify_drop_pieces(&asked->request, &asked->input))
		return STATUS_DONE;
	status = verify_run(run, &asked->request, &asked->input, &alone);
	if (!status && alone.replayed == IMALOG_REPLAYED_MATCH &&
	    imalog_census_has_beginning(&alone.scan.census)) {
		verdict_free(verdict);
		*verdict = alone;
		verdict->other_chain = true;
	} else {
		verdict_free(&alone);
	}
	return status;
}

static int verify(void *context)
{
	struct asked *asked = context;
	struct run *run = asked->run;
	struct progress progress;
	struct verdict verdict;
	int status = STATUS_DONE;

	for (size_t i = 0; !status && i < asked->chain_count; i++)
		status = trim_chain_check(&asked->chains[i]);
	if (!status)
		status = take_quote(asked);
	if (status)
		return status;
	progress_begin(&progress, run, "%" PRIu64 " MiB of the log replayed ", 20);
	asked->request.tick = progress_tell;
	asked->request.tick_context = &progress;
	status = verify_run(run, &asked->request, &asked->input, &verdict);
	if (!status)
		status = verify_without_folders(run, asked, &verdict);
	progress_end(&progress);
	if (!status) {
		if (run->verbose && verdict.live)
			fprintf(stderr, "kexec-ima: %" PRIu64 " records were known from an earlier "
					"verify\n", verdict.known_records);
		if (run->json)
			report_verify_json(stdout, &verdict);
		else if (!run->quiet)
			report_verify_text(stdout, &verdict);
		status = plan_outcome_status(verdict.outcome);
		if (verdict.live)
			remember_verify(run, verdict.outcome);
		if (asked->journal)
			announce_verdict(run, &asked->settings, &verdict);
	}
	verdict_free(&verdict);
	return status;
}

/*
 * A unit that runs at every boot has no options for this machine: the folder that records are moved to is known from
 * the file.  A mistake in the file is told, and must not cost the verdict.
 */
static void take_settings(const struct run *run, struct asked *asked)
{
	struct verify_request *request = &asked->request;

	if (!asked->journal)
		return;
	read_guard_settings(run, &asked->settings);
	if (asked->settings.archive[0] && !request->archive_count &&
	    host_is_folder(asked->settings.archive))
		request->archives[request->archive_count++] = asked->settings.archive;
}

/*
 * A folder stands for the pieces of its newest chain, which are looked at later.  @chains: as many as archives were
 * given, to be freed when all is done.
 */
static int open_folders(struct asked *asked, struct trim_chain *chains)
{
	struct verify_request *request = &asked->request;
	const char **paths;
	size_t count = 0, given = request->archive_count;
	int status = STATUS_DONE;

	for (size_t i = 0; !status && i < given; i++) {
		if (!host_is_folder(request->archives[i])) {
			count++;
			continue;
		}
		status = trim_chain_open(request->archives[i], false, &chains[i]);
		count += chains[i].count;
		/* That of the file may be empty before the first trim; one that was named was meant. */
		if (!status && !chains[i].count && !asked->journal)
			complain(STATUS_DONE, "%s has no archived records: the log is judged without any",
				 request->archives[i]);
	}
	paths = status ? NULL : calloc(count + 1, sizeof(*paths));
	asked->pieces = status ? NULL : calloc(count + 1, sizeof(*asked->pieces));
	if (!paths || !asked->pieces) {
		free(paths);
		return status ? status : complain(STATUS_ERROR, "out of memory");
	}
	request->archive_count = 0;
	for (size_t i = 0; i < given; i++) {
		if (chains[i].dir < 0)
			paths[request->archive_count++] = request->archives[i];
		for (size_t j = 0; j < chains[i].count; j++) {
			asked->pieces[request->archive_count] = true;
			paths[request->archive_count++] = chains[i].paths[j];
		}
	}
	free(request->archives);
	request->archives = paths;
	request->pieces = asked->pieces;
	return STATUS_DONE;
}

static void free_asked(struct asked *asked)
{
	verify_close(&asked->input);
	for (size_t i = 0; i < 4; i++)
		free(asked->file[i].data);
	free(asked->request.logs);
	free(asked->request.archives);
	free(asked->pieces);
}

int cmd_verify(struct run *run, int argc, char **argv)
{
	struct trim_chain *chains = calloc((size_t)argc, sizeof(*chains));
	struct asked asked = { .run = run, .chains = chains, .chain_count = chains ? (size_t)argc : 0 };
	int status;

	for (int i = 0; chains && i < argc; i++)
		chains[i].dir = -1;

	asked.request.logs = calloc((size_t)argc, sizeof(char *));
	asked.request.archives = calloc((size_t)argc, sizeof(char *));
	if (!asked.request.logs || !asked.request.archives || !chains)
		status = complain(STATUS_ERROR, "out of memory");
	else
		status = parse(run, argc, argv, &asked);
	if (!status)
		status = read_quote(&asked);
	if (!status) {
		take_settings(run, &asked);
		status = open_folders(&asked, chains);
	}
	if (!status)
		status = verify_open(run, &asked.request, &asked.input);
	/* A live log is this machine's own, and what is made of it is kept. */
	if (!status)
		status = asked.request.log_count ? run_sandboxed(run, verify, &asked) : verify(&asked);
	for (int i = 0; chains && i < argc; i++)
		trim_chain_free(&chains[i]);
	free(chains);
	free_asked(&asked);
	return status < 0 ? STATUS_DONE : status;
}
