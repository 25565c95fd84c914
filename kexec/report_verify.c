// SPDX-License-Identifier: GPL-2.0-or-later
/* What verify tells people: a sentence, a line a boot, the PCRs, what to do. */
#include <inttypes.h>

#include "report.h"

#define HEADER IMALOG_HEADER_BYTES

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- the sentence ----------------------------------------------------------------------------- */

/* Which boot the events show to have lost records; 0: none. */
static uint32_t lost_boot(const struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;

	for (uint32_t i = 1; i < census->boot_count; i++)
		if (imalog_boot_entry(census, i, verdict->replayed) == IMALOG_ENTRY_SOFT_LOST)
			return i;
	return 0;
}

static const char *deletion_hint(const struct verdict *verdict)
{
	return verdict->has_staging
		       ? ", or records were deleted from the kernel and are in no --archive given"
		       : "";
}

static void tell_lost(const struct verdict *verdict, char *out, size_t size)
{
	uint32_t boot = lost_boot(verdict);

	if (boot)
		snprintf(out, size, "boot %" PRIu32 " was entered by a kexec that lost records: the "
				    "kexec_load before it has no kexec_execute", boot + 1);
	else
		snprintf(out, size, "the log does not replay to the PCR, and its last kexec left no "
				    "events: records were lost on the way, or something else extended "
				    "the PCR%s", deletion_hint(verdict));
}

static void tell_mismatch(const struct verdict *verdict, char *out, size_t size)
{
	const struct verdict_quote *quote = &verdict->quote;

	if (quote->forged)
		snprintf(out, size, "the quote was not signed by this key");
	else if (quote->other_nonce)
		snprintf(out, size, "the quote answers another nonce than the one given");
	else if (quote->forged_values)
		snprintf(out, size, "the PCR values given with the quote are not those it was made of");
	else if (verdict->altered)
		snprintf(out, size, "record %" PRIu64 "%s%s was altered: %s",
			 verdict->altered_record + 1, verdict->altered_name[0] ? " " : "",
			 verdict->altered_name,
			 verdict->altered_error == IMALOG_ERROR_BAD_DIGEST
				 ? "its template digest is not that of its data"
				 : imalog_error_text(verdict->altered_error));
	else if (verdict->gap.records)
		snprintf(out, size, "the log does not replay to the PCR: at least %" PRIu64
				    " record%s missing between record %" PRIu64 " and record %" PRIu64
				    ", which counts them%s", verdict->gap.records,
			 verdict->gap.records == 1 ? " is" : "s are", verdict->gap.after,
			 verdict->gap.before + 1, deletion_hint(verdict));
	else
		snprintf(out, size, "the log does not replay to the %s: it was altered, or something "
				    "else extended the PCR%s", quote->given ? "quote" : "PCR",
			 deletion_hint(verdict));
}

static void tell_unknown(const struct verdict *verdict, char *out, size_t size)
{
	const struct scan *scan = &verdict->scan;
	const struct imalog_census *census = &scan->census;

	if (scan->damage)
		snprintf(out, size, "%s at byte %" PRIu64 " (record %" PRIu64 ")",
			 imalog_error_text(scan->damage), scan->damage_offset,
			 scan->damage_record + 1);
	else if (verdict->cut_path)
		snprintf(out, size, "%s ends early, inside a record or its gzip data", verdict->cut_path);
	else if (!census->total.records)
		snprintf(out, size, "the log is empty");
	else if (verdict->quote_untold)
		snprintf(out, size, "the quote covers PCRs that this log does not explain, and not only "
				    "those it extends");
	else if (census->odd_names)
		snprintf(out, size, "the template name of record %" PRIu64 " does not explain its data",
			 census->first_odd_name + 1);
	else if (verdict->gap.records)
		snprintf(out, size, "at least %" PRIu64 " record%s missing between record %" PRIu64
				    " and record %" PRIu64 ", which counts them%s",
			 verdict->gap.records, verdict->gap.records == 1 ? " is" : "s are",
			 verdict->gap.after, verdict->gap.before + 1, deletion_hint(verdict));
	else if (!imalog_census_has_beginning(census))
		snprintf(out, size, "the log begins without a boot_aggregate, and there is no PCR value "
				    "to compare with");
	else
		snprintf(out, size, "no kexec events tell of the last kexec, and there is no PCR value to "
				    "compare with");
}

void report_outcome(const struct verdict *verdict, char *out, size_t size)
{
	uint32_t boots = verdict->scan.census.boot_count;
	bool match = verdict->replayed == IMALOG_REPLAYED_MATCH;

	switch (verdict->outcome) {
	case IMALOG_OUTCOME_COLD:
		snprintf(out, size, match ? "one boot, and its log replays to the %s"
					  : "one boot; there was no %s to compare with",
			 verdict->quote.given ? "quote" : "PCR");
		break;
	case IMALOG_OUTCOME_COMPLETE:
		if (match)
			snprintf(out, size, "%" PRIu32 " boot%s, and every record replays to the %s",
				 boots, plural(boots), verdict->quote.given ? "quote" : "PCR");
		else
			snprintf(out, size, "the kexec events of %" PRIu32 " boots are in order; there "
					    "was no PCR to compare with", boots);
		break;
	case IMALOG_OUTCOME_LOST: tell_lost(verdict, out, size); break;
	case IMALOG_OUTCOME_NOT_CARRIED:
		snprintf(out, size, "the PCR has more in it than this log: an earlier log was not "
				    "carried over a kexec (kexec_load(2), a kernel without "
				    "CONFIG_IMA_KEXEC, the template ima, a log over half of RAM), or "
				    "something else extended the PCR%s", deletion_hint(verdict));
		break;
	case IMALOG_OUTCOME_MISMATCH: tell_mismatch(verdict, out, size); break;
	case IMALOG_OUTCOME_UNKNOWN: tell_unknown(verdict, out, size); break;
	}
}

void report_advice(const struct verdict *verdict, char *out, size_t size)
{
	const struct verdict_quote *quote = &verdict->quote;
	const char *advice = "";

	switch (verdict->outcome) {
	case IMALOG_OUTCOME_COLD:
	case IMALOG_OUTCOME_COMPLETE:
		break;
	case IMALOG_OUTCOME_MISMATCH:
		if (quote->forged || quote->other_nonce || quote->forged_values)
			advice = "ask the machine for a new quote, and take the key from where it is "
				 "known to be its own";
		else if (verdict->altered)
			advice = "fetch the log again from the machine; if it is the same, do not trust "
				 "it";
		else
			advice = "give all archives; if that does not help, cold boot this machine: only "
				 "that resets the PCR";
		break;
	case IMALOG_OUTCOME_LOST:
	case IMALOG_OUTCOME_NOT_CARRIED:
		advice = "cold boot this machine: only that resets the PCR, so that log and PCR agree "
			 "again";
		break;
	case IMALOG_OUTCOME_UNKNOWN:
		if (verdict->quote_untold)
			advice = "give the values of all quoted PCRs with --quote-pcrs (tpm2_quote -o), "
				 "or quote the PCRs of the log alone";
		else if (verdict->scan.damage || verdict->cut_path ||
			 (!verdict->live && !verdict->scan.census.total.records))
			advice = "fetch the log again, whole";
		else if (!verdict->has_pcrs && !quote->given)
			advice = "give PCR values with --pcr BANK:HEX, or a quote";
		break;
	}
	snprintf(out, size, "%s", advice);
}

/* ---- the timeline ------------------------------------------------------------------------------ */

static void tell_execute(FILE *to, const struct imalog_mark *load,
			 const struct imalog_mark *execute)
{
	uint64_t segment = execute->event.segment_bytes;

	if (load)
		fprintf(to, "+%" PRIu64 " record%s, +%" PRIu64 " bytes from load to execute; ",
			execute->before.records - load->after.records,
			plural(execute->before.records - load->after.records),
			execute->before.bytes - load->after.bytes);
	/* The sums are the segment's only where nothing was deleted before. */
	if (execute->event.records == execute->before.records && segment >= HEADER &&
	    segment - HEADER >= execute->after.bytes)
		fprintf(to, "%" PRIu64 " bytes of room left",
			segment - HEADER - execute->after.bytes);
	else
		fprintf(to, "segment %" PRIu64 " bytes", segment);
}

/* How a boot ended. */
static void tell_end(FILE *to, const struct verdict *verdict, uint32_t index)
{
	const struct imalog_census *census = &verdict->scan.census;
	const struct imalog_boot *boot = &census->boots[index];
	const struct imalog_mark *load = boot->has_load ? &census->marks[boot->load] : NULL;
	bool last = index + 1 == census->boot_count;

	if (boot->has_execute && (!load || boot->execute > boot->load))
		tell_execute(to, load, &census->marks[boot->execute]);
	else if (load && last)
		fprintf(to, "an image was loaded, segment %" PRIu64 " bytes",
			load->event.segment_bytes);
	else if (load)
		fprintf(to, "loaded, segment %" PRIu64 " bytes, no kexec_execute: RECORDS LOST",
			load->event.segment_bytes);
	else
		fputs(last ? "-" : "no kexec events", to);
}

static void timeline(FILE *to, const struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;

	fprintf(to, "  %4s  %-9s %9s %11s  %s\n", "boot", "entered", "records", "bytes", "left by");
	for (uint32_t i = 0; i < census->boot_count; i++) {
		const struct imalog_boot *boot = &census->boots[i];
		const struct imalog_position *end =
			i + 1 < census->boot_count ? &census->boots[i + 1].start : &census->total;

		fprintf(to, "  %4" PRIu32 "  %-9s %9" PRIu64 " %11" PRIu64 "  ", i + 1,
			imalog_entry_text(imalog_boot_entry(census, i, verdict->replayed)),
			end->records - boot->start.records, end->bytes - boot->start.bytes);
		tell_end(to, verdict, i);
		fputc('\n', to);
	}
	if (census->boots_dropped)
		fprintf(to, "  only the first %d boots and the last one are listed\n",
			IMALOG_LIST_MAX - 1);
}

/* ---- the PCRs ----------------------------------------------------------------------------------- */

static void tell_value(FILE *to, const char *what, enum imalog_hash hash,
		       const unsigned char *value)
{
	char text[2 * IMALOG_DIGEST_MAX + 1] = "not known";

	if (value)
		imalog_hex((struct imalog_span){ value, imalog_hash_size(hash) }, text,
			   sizeof(text));
	fprintf(to, "%s%s", what, text);
}

static void tell_padding(FILE *to, const struct imalog_replay *replay, enum imalog_hash hash)
{
	bool begins = replay->padded_first, ends = replay->padded_end;

	fprintf(to, ", ");
	if (begins && ends)
		fprintf(to, "records %" PRIu64 " to %" PRIu64 " ", replay->padded_first + 1,
			replay->padded_end);
	else if (begins)
		fprintf(to, "from record %" PRIu64 " on ", replay->padded_first + 1);
	else if (ends)
		fprintf(to, "up to record %" PRIu64 " ", replay->padded_end);
	fprintf(to, "as SHA-1 digests filled up with zeroes (%s kernel lacks %s)",
		begins || ends ? "that" : "its", imalog_hash_name(hash));
}

static void tell_pcr(FILE *to, const struct verdict *verdict, enum imalog_hash hash, unsigned pcr)
{
	const struct imalog_bank *bank = &verdict->replay.bank[hash];
	uint64_t matched = verdict_matched(verdict, hash, pcr);

	fprintf(to, "  pcr %-2u  %-7s ", pcr, imalog_hash_name(hash));
	if (!verdict_compares(verdict, hash, pcr)) {
		tell_value(to, "not compared; the log gives ", hash, bank->pcr[pcr]);
	} else if (matched) {
		fprintf(to, "matches at record %" PRIu64 " of %" PRIu64, matched,
			verdict->scan.census.total.records);
		if (verdict->replay.padded & 1u << hash)
			tell_padding(to, &verdict->replay, hash);
	} else {
		tell_value(to, "does not match: the log gives ", hash, bank->pcr[pcr]);
		if (bank->expected[pcr].given)
			tell_value(to, ", the PCR is ", hash, bank->expected[pcr].value);
	}
	fputc('\n', to);
}

static void tell_pcrs(FILE *to, const struct verdict *verdict)
{
	for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
		for (unsigned i = 0; i < IMALOG_HASHES; i++)
			if (verdict_shows(verdict, (enum imalog_hash)i, pcr))
				tell_pcr(to, verdict, (enum imalog_hash)i, pcr);
}

static void tell_quote(FILE *to, const struct verdict_quote *quote)
{
	if (!quote->given)
		return;
	if (quote->forged) {
		fprintf(to, "  quote   NOT signed by this key, so nothing in it counts\n");
		return;
	}
	fprintf(to, "  quote   signed by this key%s\n",
		quote->other_nonce	 ? ", NOT for this nonce"
		: quote->nonce_checked ? ", for this nonce"
				       : "; no --nonce was given, so it may be an old one");
}

/* ---- the rest ----------------------------------------------------------------------------------- */

static void remarks(FILE *to, const struct verdict *verdict)
{
	const struct imalog_census *census = &verdict->scan.census;

	if (verdict->overlap_records)
		fprintf(to, "  %" PRIu64 " record%s at the end of an archive stood at the beginning of "
			    "the next part too, and counted once\n", verdict->overlap_records,
			plural(verdict->overlap_records));
	if (verdict->other_chain)
		fprintf(to, "  the archive's records are of an earlier cold boot, and were left out\n");
	if (census->bad_events)
		fprintf(to, "  record %" PRIu64 " is named like a kexec event, but its text or digest is "
			    "not what a kernel writes; it does not count as one\n",
			census->first_bad_event + 1);
	if (census->violations)
		fprintf(to, "  %" PRIu64 " violation%s: nothing but the fact itself is in the PCR\n",
			census->violations, plural(census->violations));
	if (verdict->live && !verdict->has_pcrs && !verdict->quote.given)
		fprintf(to, "  no TPM: /sys/class/tpm/tpm0 has no PCR values\n");
}

void report_verify_text(FILE *to, const struct verdict *verdict)
{
	const struct imalog_position *total = &verdict->scan.census.total;
	char text[512];

	report_outcome(verdict, text, sizeof(text));
	fprintf(to, "%s: %s\n", imalog_outcome_text(verdict->outcome), text);
	fprintf(to, "  log     %" PRIu64 " record%s, %" PRIu64 " bytes\n", total->records,
		plural(total->records), total->bytes);
	if (verdict->scan.damage && verdict->outcome != IMALOG_OUTCOME_UNKNOWN)
		fprintf(to, "  damage  %s at byte %" PRIu64 " (record %" PRIu64 ")\n",
			imalog_error_text(verdict->scan.damage), verdict->scan.damage_offset,
			verdict->scan.damage_record + 1);
	timeline(to, verdict);
	tell_quote(to, &verdict->quote);
	tell_pcrs(to, verdict);
	remarks(to, verdict);
	report_advice(verdict, text, sizeof(text));
	if (text[0])
		fprintf(to, "  to do   %s\n", text);
}
