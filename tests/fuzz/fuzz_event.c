// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of a kexec event: never a wrong number, whatever the bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_event event = { .kind = IMALOG_EVENT_KEXEC_LOAD }, again;
	struct imalog_span text = { size ? data : NULL, size };
	char words[200], escaped[64];

	imalog_escape(text, escaped, size % sizeof(escaped) < 4 ? 4 : size % sizeof(escaped));
	if (imalog_event_text(text, &event))
		return 0;
	if (data[size - 1] != ';' || event.kind != IMALOG_EVENT_KEXEC_LOAD)
		abort();
	/* What was understood says the same again. */
	snprintf(words, sizeof(words),
		 "kexec_segment_size=%" PRIu64 ";ima_binary_runtime_size=%" PRIu64
		 ";ima_runtime_measurements_count=%" PRIu64 ";",
		 event.segment_bytes, event.runtime_bytes, event.records);
	text = (struct imalog_span){ (const unsigned char *)words, strlen(words) };
	if (imalog_event_text(text, &again) || again.segment_bytes != event.segment_bytes ||
	    again.runtime_bytes != event.runtime_bytes || again.records != event.records)
		abort();
	return 0;
}
