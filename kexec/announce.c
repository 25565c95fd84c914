// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima verify --journal: what kexec-ima-verify.service tells of each boot. */
#include "announce.h"

#include <inttypes.h>
#include <string.h>

#include "metrics.h"

/* Made for this message alone: systemd.journal-fields(7), MESSAGE_ID. */
#define VERDICT_MESSAGE_ID "621aca75cc324d70863c27a33fc633e9"

/* Of syslog(3). */
static const char *priority(int status)
{
	switch (status) {
	case STATUS_DONE: return "PRIORITY=6";
	case STATUS_REFUSED: return "PRIORITY=2";
	default: return "PRIORITY=4";
	}
}

static void to_journal(const struct run *run, const struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;
	int status = plan_outcome_status(verdict->outcome);
	char sentence[512], advice[512], message[1100], word[64], records[64], boots[64], entry[64];
	const char *fields[] = { message, "MESSAGE_ID=" VERDICT_MESSAGE_ID, priority(status),
				 "SYSLOG_IDENTIFIER=kexec-ima", word, records, boots, entry };

	report_outcome(verdict, sentence, sizeof(sentence));
	report_advice(verdict, advice, sizeof(advice));
	snprintf(message, sizeof(message), "MESSAGE=the measurement log of this boot: %s%s%s", sentence,
		 advice[0] ? ": " : "", advice);
	snprintf(word, sizeof(word), "KEXEC_IMA_VERDICT=%s", imalog_outcome_text(verdict->outcome));
	snprintf(records, sizeof(records), "KEXEC_IMA_RECORDS=%" PRIu64, census->total.records);
	snprintf(boots, sizeof(boots), "KEXEC_IMA_BOOTS=%" PRIu32, census->boot_count);
	snprintf(entry, sizeof(entry), "KEXEC_IMA_ENTRY=%s",
		 imalog_entry_text(census->boot_count ? imalog_boot_entry(census, census->boot_count - 1,
									  verdict->replayed)
						      : IMALOG_ENTRY_UNKNOWN));
	if (host_journal_send(&run->root, fields, sizeof(fields) / sizeof(fields[0])) && status)
		complain(status, "%s", message + strlen("MESSAGE="));
}

void announce_verdict(const struct run *run, const struct settings *settings,
		      const struct verdict *verdict)
{
	to_journal(run, verdict);
	if (settings->metrics[0])
		metrics_publish(run, settings, true);
}
