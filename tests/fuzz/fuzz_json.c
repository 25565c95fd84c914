// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports as JSON: each is one document that a strict reader takes, its numbers are those that were put in.  The
 * text for people goes the same way, and says no bytes that a terminal would act upon.
 */
#include <json-c/json.h>
#include <math.h>

#include "fuzz.h"
#include "pipeline.h"
#include "view.h"

static char *text;
static size_t text_size;

static void check_words(const char *name)
{
	for (size_t i = 0; i < text_size; i++)
		if ((text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f) {
			fprintf(stderr, "ERROR: a byte 0x%02x in %s\n", (unsigned char)text[i], name);
			abort();
		}
	free(text);
}

static struct json_object *read_back(void)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *document;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	document = json_tokener_parse_ex(tokener, text, (int)text_size);
	MUST(document && json_tokener_get_error(tokener) == json_tokener_success);
	MUST(!strstr(text, ": NaN") && !strstr(text, "Infinity"));	/* json-c takes these */
	json_tokener_free(tokener);
	return document;
}

static void check_document(const char *key, const char *value)
{
	struct json_object *document = read_back(), *one;

	MUST(json_object_object_get_ex(document, key, &one));
	if (value)
		MUST(!strcmp(json_object_get_string(one), value));
	json_object_put(document);
	check_words(key);
}

/* Write one report into memory. */
#define REPORT(call)                                                                               \
	do {                                                                                       \
		FILE *to = open_memstream(&text, &text_size);                                      \
		MUST(to);                                                                          \
		call;                                                                              \
		MUST(!fclose(to));                                                                 \
	} while (0)

static void tell_verify(struct imalog_span log, unsigned choice)
{
	struct fuzz_source source = { log, SIZE_MAX };
	static struct verdict verdict;
	struct pipeline_job job = { .source = fuzz_read, .context = &source, .scan = &verdict.scan,
				    .replay = &verdict.replay };
	const unsigned char *value = log.data;

	verdict_init(&verdict);
	imalog_replay_init(&verdict.replay, choice & 15);
	for (unsigned i = 0; i < 4 && log.size >= IMALOG_DIGEST_MAX; i++)
		if (choice & 15 & 1u << i)
			imalog_replay_expect(&verdict.replay, (enum imalog_hash)i, 10, value);
	verdict.has_pcrs = choice & 16;
	verdict.explicit_pcrs = choice & 32;
	verdict.quote.given = choice & 64;
	verdict.quote.forged = choice & 128;
	MUST(!pipeline_run(&job));
	verdict.altered = job.altered;
	verdict.altered_record = job.altered_record;
	verdict.altered_error = job.altered_error;
	memcpy(verdict.altered_name, job.altered_name, sizeof(verdict.altered_name));
	verdict_judge(&verdict);
	REPORT(report_verify_json(to, &verdict));
	check_document("verdict", imalog_outcome_text(verdict.outcome));
	REPORT(report_verify_text(to, &verdict));
	check_words("verify");
	verdict_free(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned choice = (unsigned)fuzz_number(&input, 1);
	static struct fuzz_view all;

	fuzz_view_make(&all, &input);
	REPORT(report_status_json(to, &all.view));
	check_document("verdict", imalog_verdict_text(all.decision.verdict));
	REPORT(report_status_text(to, &all.view));
	check_words("status");
	REPORT(report_estimate_json(to, &all.estimate, all.decision.needed_bytes, choice % 41));
	check_document("basis", imalog_basis_text(all.estimate.basis));
	tell_verify(input, choice);
	fuzz_view_free(&all);
	return 0;
}
