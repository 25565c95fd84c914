// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima rehearse: the whole soft reboot on a TPM in memory, with and without help. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outlook.h"
#include "recording.h"

#define LOG_MAX (256u << 20)	/* bytes: what is extended into a TPM record by record in bearable time */

static const char *const kept_names[] = { "log", "quote.msg", "quote.sig", "key.pem" };
#define KEPT_FILES (sizeof(kept_names) / sizeof(kept_names[0]))

struct asked {
	const char *log, *save;
	bool has_generation, has_extra, has_page, has_grow;
	struct rehearsal rehearsal;
	struct host_file file;	/* the log, if it was named */
	char *data;		/* of the log, if it was read; owned */
	const char *source;	/* where it is from, for people */
	const struct run *run;
	int kept[KEPT_FILES];	/* files in memory: what is to be saved */
};

/* ---- the command line ------------------------------------------------------------------------------ */

static bool find_word(const char *text, const char *const words[], unsigned count, unsigned *found)
{
	for (unsigned i = 0; i < count; i++) {
		if (!strcmp(text, words[i])) {
			*found = i;
			return true;
		}
	}
	return false;
}

static bool take_generation(struct asked *asked)
{
	for (unsigned i = 0; i <= IMALOG_GENERATION_STAGING; i++) {
		if (strcmp(optarg, imalog_generation_text((enum imalog_generation)i)))
			continue;
		asked->rehearsal.facts.generation = (enum imalog_generation)i;
		asked->has_generation = true;
		return true;
	}
	return false;
}

static bool take_extra(struct asked *asked)
{
	char *end;
	unsigned long kib = strtoul(optarg, &end, 10);

	asked->has_extra = true;
	asked->rehearsal.facts.extra_kib = (unsigned)kib;
	return *optarg >= '0' && *optarg <= '9' && !*end && kib <= IMALOG_EXTRA_KIB_MAX;
}

static bool take_page(struct asked *asked)
{
	uint64_t *page = &asked->rehearsal.facts.page_bytes;

	asked->has_page = true;
	return parse_bytes(optarg, page) && (*page == 4096 || *page == 16384 || *page == 65536);
}

static bool take_scheme(struct asked *asked)
{
	static const char *const words[] = { "ecdsa", "rsassa", "rsapss" };

	return find_word(optarg, words, 3, &asked->rehearsal.scheme);
}

static int parse(struct run *run, int argc, char **argv, struct asked *asked)
{
	enum { LOG = OPTION_OWN, EXTRA, GROW, GENERATION, PAGE, SCHEME, SAVE };
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "log", required_argument, NULL, LOG },
		{ "extra-kb", required_argument, NULL, EXTRA },
		{ "grow", required_argument, NULL, GROW },
		{ "generation", required_argument, NULL, GENERATION },
		{ "page", required_argument, NULL, PAGE },
		{ "scheme", required_argument, NULL, SCHEME },
		{ "save", required_argument, NULL, SAVE },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const wants[] = {
		[EXTRA - LOG] = "--extra-kb=%s is not understood: give 0 to 40",
		[GROW - LOG] = "--grow=%s is not understood: give bytes, or 12K, 3M; at most 64M",
		[GENERATION - LOG] = "--generation=%s is not understood: give none, copy-at-load, "
				     "copy-at-execute, events or staging",
		[PAGE - LOG] = "--page=%s is not understood: give 4K, 16K or 64K",
		[SCHEME - LOG] = "--scheme=%s is not understood: give ecdsa, rsassa or rsapss",
	};
	int option, status = STATUS_DONE;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0) {
		bool good = true;

		switch (option) {
		case LOG: asked->log = optarg; break;
		case SAVE: asked->save = optarg; break;
		case EXTRA: good = take_extra(asked); break;
		case GROW:
			good = parse_bytes(optarg, &asked->rehearsal.grow_bytes) &&
			       asked->rehearsal.grow_bytes <= 64u << 20;
			asked->has_grow = true;
			break;
		case GENERATION: good = take_generation(asked); break;
		case PAGE: good = take_page(asked); break;
		case SCHEME: good = take_scheme(asked); break;
		}
		if (!good) {
			char sentence[160];

			snprintf(sentence, sizeof(sentence), "%s", wants[option - LOG]);
			*strstr(sentence, "%s") = '\0';
			return complain(STATUS_USAGE, "%s%s%s", sentence, optarg,
					strstr(wants[option - LOG], "%s") + 2);
		}
	}
	if (option == -2)
		return status ? status : -1;
	if (optind < argc)
		return complain(STATUS_USAGE, "rehearse takes no argument: %s; name a log with --log",
				argv[optind]);
	return STATUS_DONE;
}

/* ---- the log and the kernel ------------------------------------------------------------------------- */

/* All that @source gives. */
static int read_whole(scan_source source, void *context, struct asked *asked)
{
	size_t used = 0, room = 0;
	ssize_t got;

	do {
		if (used == room) {
			char *more = realloc(asked->data, room = room ? room * 2 : 1u << 20);

			if (!more)
				return -ENOMEM;
			asked->data = more;
		}
		got = source(context, asked->data + used, room - used);
		if (got < 0)
			return (int)got;
		used += (size_t)got;
		if (used > LOG_MAX)
			return -EFBIG;
	} while (got);
	asked->rehearsal.log = (struct imalog_span){ (unsigned char *)asked->data, used };
	return 0;
}

static int explain_file(const struct asked *asked, int error)
{
	return error ? complain(STATUS_ERROR, "%s cannot be rehearsed with: %s", asked->log, strerror(-error))
		     : STATUS_DONE;
}

/* The log that was named (opened, and not yet looked at), the live one, or the recording. */
static int choose_log(const struct run *run, struct asked *asked)
{
	struct host_log log;
	int error;

	if (asked->log) {
		asked->source = asked->log;
		return explain_file(asked, host_file_open(asked->log, &asked->file));
	}
	error = host_log_open(&run->root, &log);
	if (!error) {
		error = read_whole(host_log_read, &log, asked);
		host_log_close(&log);
		asked->source = "the log of this machine";
		if (error)
			return complain(STATUS_ERROR, "%s cannot be read: %s", log.path,
					strerror(-error));
		return STATUS_DONE;
	}
	asked->rehearsal.log = (struct imalog_span){ recording_data, recording_size };
	asked->source = "the recorded boot of a Debian 12 with systemd";
	return STATUS_DONE;
}

/* What was not given is this machine's, for a live log, or that of a kernel with events. */
static void choose_kernel(const struct run *run, struct asked *asked)
{
	struct imalog_facts *facts = &asked->rehearsal.facts, live = { 0 };
	bool is_live = asked->data && !asked->log;

	if (is_live)
		host_kernel_facts(&run->root, host_log_can_shrink(&run->root), NULL, &live);
	if (!asked->has_generation)
		facts->generation = live.known & IMALOG_KNOWS_GENERATION ? live.generation
									 : IMALOG_GENERATION_EVENTS;
	if (!asked->has_extra)
		facts->extra_kib = live.known & IMALOG_KNOWS_EXTRA ? live.extra_kib : 0;
	if (!asked->has_page)
		facts->page_bytes = live.page_bytes ? live.page_bytes : 4096;
	facts->headers = facts->generation == IMALOG_GENERATION_STAGING ? 2 : 1;
	facts->known = IMALOG_KNOWS_GENERATION | IMALOG_KNOWS_EXTRA | IMALOG_KNOWS_HEADERS;
}

/* How much the load is to leave room for, and how much comes unless it was given. */
static int choose_growth(const struct run *run, struct asked *asked)
{
	struct rehearsal *rehearsal = &asked->rehearsal;
	const struct imalog_past nothing = { 0 };
	struct live_failure failure;
	struct imalog_curve curve;
	struct outlook outlook;
	struct survey survey;
	int status = read_settings(run, &rehearsal->settings);

	if (status)
		return status;
	if (asked->data && !asked->log && !asked->has_grow) {
		if (!survey_take(&run->root, &survey, &failure)) {
			outlook_take(run, &survey, &rehearsal->settings, OUTLOOK_HISTORY, &outlook);
			rehearsal->estimate = outlook.estimate;
		}
		survey_free(&survey);
	}
	if (!rehearsal->estimate.interval_seconds) {
		imalog_curve_make(&nothing, rehearsal->settings.confidence,
				  rehearsal->settings.burst_bytes, UINT64_MAX, &curve);
		imalog_curve_estimate(&curve, rehearsal->settings.interval_seconds,
				      &rehearsal->estimate);
	}
	if (!asked->has_grow)
		rehearsal->grow_bytes = rehearsal->estimate.bound_bytes;
	return STATUS_DONE;
}

/* ---- keeping it ---------------------------------------------------------------------------------------- */

static int save_file(const char *folder, const char *name, const void *data, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	bool good;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return complain(STATUS_ERROR, "%s is too long", folder);
	file = fopen(path, "wxe");
	good = file && fwrite(data, 1, size, file) == size;
	if (file && fclose(file))
		good = false;
	if (good)
		return STATUS_DONE;
	return complain(STATUS_ERROR, "%s cannot be written: %s", path, strerror(errno));
}

/* In memory first: a rehearsal with a log of others has no way to a disk. */
static int keep(const struct asked *asked, const struct course *course)
{
	const struct host_tpm_quote *quote = course->quote;
	const struct imalog_span parts[KEPT_FILES] = {
		{ course->next, course->next_size },
		{ quote->attest, quote->attest_size },
		{ quote->signature, quote->signature_size },
		{ (const unsigned char *)quote->key, quote->key_size },
	};

	for (size_t i = 0; asked->save && i < KEPT_FILES; i++)
		if (asked->kept[i] < 0 || host_write_fully(asked->kept[i], parts[i].data, parts[i].size))
			return complain(STATUS_ERROR, "memory is short");
	return STATUS_DONE;
}

static int save(const struct asked *asked)
{
	int status = STATUS_DONE;

	if (mkdir(asked->save, 0777) < 0 && errno != EEXIST)
		return complain(STATUS_ERROR, "%s cannot be made: %s", asked->save, strerror(errno));
	for (size_t i = 0; !status && i < KEPT_FILES; i++) {
		off_t size = lseek(asked->kept[i], 0, SEEK_END);
		char *data = size < 0 ? NULL : malloc((size_t)size + 1);

		if (data && lseek(asked->kept[i], 0, SEEK_SET) == 0 &&
		    host_read_fully(asked->kept[i], data, (size_t)size) == size)
			status = save_file(asked->save, kept_names[i], data, (size_t)size);
		else
			status = complain(STATUS_ERROR, "memory is short");
		free(data);
	}
	return status;
}

/* ---- the run --------------------------------------------------------------------------------------------- */

static bool play(const struct asked *asked, bool helped, struct course *course)
{
	struct progress progress;
	bool good;

	progress_begin(&progress, asked->run, "the TPM was extended with %" PRIu64 " records ", 0);
	good = rehearse(&asked->rehearsal, helped, course, progress_tell, &progress);
	progress_end(&progress);
	if (!good)
		complain(STATUS_ERROR, "the rehearsal with %s could not go on: %s", asked->source,
			 course->problem);
	return good;
}

/* Reads the log that was named, too. */
static int run_both(void *context)
{
	struct asked *asked = context;
	const struct run *run = asked->run;
	struct course plain, helped = { .helped = true };
	int status = asked->log ? explain_file(asked, read_whole(host_file_read, &asked->file, asked))
				: STATUS_DONE;
	bool good;

	if (status)
		return status;
	status = STATUS_ERROR;
	good = play(asked, false, &plain);
	verdict_init(&helped.verdict);
	if (good)
		good = play(asked, true, &helped);
	if (good) {
		if (run->json)
			report_rehearse_json(stdout, asked->source, &asked->rehearsal, &plain,
					     &helped);
		else if (!run->quiet)
			report_rehearse_text(stdout, asked->source, &asked->rehearsal, &plain,
					     &helped);
		status = keep(asked, &helped);
		if (!status)
			status = plan_outcome_status(helped.verdict.outcome);
	}
	rehearse_free(&plain);
	rehearse_free(&helped);
	return status;
}

int cmd_rehearse(struct run *run, int argc, char **argv)
{
	struct asked asked = { .run = run };
	int status = parse(run, argc, argv, &asked), saved;

	for (size_t i = 0; i < KEPT_FILES; i++)
		asked.kept[i] = !status && asked.save ? host_memory_file() : -1;
	if (!status)
		status = choose_log(run, &asked);
	if (!status)
		status = choose_growth(run, &asked);
	if (!status) {
		choose_kernel(run, &asked);
		host_tpm_prepare();
		status = asked.log ? run_sandboxed(run, run_both, &asked) : run_both(&asked);
		saved = asked.save && status != STATUS_ERROR ? save(&asked) : STATUS_DONE;
		status = saved ? saved : status;
	}
	for (size_t i = 0; i < KEPT_FILES; i++)
		if (asked.kept[i] >= 0)
			close(asked.kept[i]);
	host_file_close(&asked.file);
	free(asked.data);
	return status < 0 ? STATUS_DONE : status;
}
