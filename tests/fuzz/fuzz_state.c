// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON texts of /run/kexec-ima and of archives, each by the number in the first byte: what is taken for good
 * can be written, and what was written reads back as itself.
 */
#include "archive.h"
#include "fuzz.h"
#include "kept.h"

#define BOOT "5a0f1a6e-8a3c-4b7e-9d3e-000000000001"

enum kind { SAMPLE, VERDICT, OUTLOOK, LOAD, CHECKPOINT, FACTS, ARCHIVE, KINDS };

static union {
	struct kept_sample sample;
	struct kept_verdict verdict;
	struct kept_outlook outlook;
	struct load_record load;
	struct checkpoint checkpoint;
	struct imalog_facts facts;
	struct archive_piece piece;
} kept;

static bool read_text(enum kind kind, const char *text)
{
	memset(&kept, 0, sizeof(kept));
	switch (kind) {
	case SAMPLE: return kept_sample_from_text(text, BOOT, &kept.sample);
	case VERDICT: return kept_verdict_from_text(text, BOOT, &kept.verdict);
	case OUTLOOK: return kept_outlook_from_text(text, BOOT, &kept.outlook);
	case LOAD: return load_record_from_text(text, &kept.load);
	case CHECKPOINT: return checkpoint_from_text(text, &kept.checkpoint);
	case FACTS: return facts_from_text(text, BOOT, &kept.facts);
	case ARCHIVE:
		MUST(archive_parse_name("0001.000000001-000000200.json", &kept.piece));
		return archive_from_text(text, &kept.piece);
	case KINDS: break;
	}
	return false;
}

/* New text of what was read, which is let go. */
static char *write_text(enum kind kind)
{
	char *text = NULL;

	switch (kind) {
	case SAMPLE: return kept_sample_to_text(BOOT, &kept.sample);
	case VERDICT: return kept_verdict_to_text(BOOT, &kept.verdict);
	case OUTLOOK: return kept_outlook_to_text(BOOT, &kept.outlook);
	case LOAD: text = load_record_to_text(&kept.load); load_record_free(&kept.load); break;
	case CHECKPOINT: text = checkpoint_to_text(&kept.checkpoint); scan_free(&kept.checkpoint.scan); break;
	case FACTS: return facts_to_text(BOOT, &kept.facts);
	case ARCHIVE: return archive_to_text(&kept.piece);
	case KINDS: break;
	}
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	enum kind kind = (enum kind)(fuzz_number(&input, 1) % KINDS);
	char *text = fuzz_text(input), *one, *two;

	if (read_text(kind, text)) {
		one = write_text(kind);
		MUST(one && read_text(kind, one));
		two = write_text(kind);
		MUST(two && !strcmp(one, two));
		free(one);
		free(two);
	}
	free(text);
	return 0;
}
