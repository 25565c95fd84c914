// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The course of a soft reboot: a machine (a log with its census, and a TPM that is extended with each
 * record), a load, growth, an execute, and the next kernel's first moments.  What the kernel would do
 * comes from ima/: the sizing rule (room.c), its events (write.c), dump and restore (carry.c).
 */
#include "rehearse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/quote.h"
#include "plan.h"
#include "verify.h"

#define IMA_PCR 10
#define FILE_BYTES 120		/* of a record that the growth is made of */
#define FILE_RECORD_MAX 4096
#define BOOT_PCRS 10		/* ima_crypto.c, ima_calc_boot_aggregate_tfm(): PCR 0 to 9, 7.3.4 */

static const unsigned char nonce[] = "a rehearsal";

/* The machine: what it has measured so far, and its TPM. */
struct machine {
	const struct rehearsal *rehearsal;
	struct course *course;
	struct host_tpm tpm;
	struct imalog_format format;
	unsigned char *log;	/* owned */
	size_t size, room;	/* bytes */
	struct imalog_census census;
	struct imalog_carry carry;	/* over the records below, while the log is handed over */
	struct imalog_position loaded_at;	/* sums at the last load */
	unsigned files;		/* made so far */
	void (*tick)(void *context, uint64_t records);
	void *tick_context;
};

static bool fail(struct machine *machine, const char *why)
{
	if (!machine->course->problem[0])
		snprintf(machine->course->problem, sizeof(machine->course->problem), "%s", why);
	return false;
}

static bool append(struct machine *machine, struct imalog_span bytes)
{
	if (bytes.size > machine->room - machine->size) {
		size_t room = (machine->room + bytes.size) * 2;
		unsigned char *more = realloc(machine->log, room);

		if (!more)
			return fail(machine, "out of memory");
		machine->log = more;
		machine->room = room;
	}
	if (bytes.size)
		memcpy(machine->log + machine->size, bytes.data, bytes.size);
	machine->size += bytes.size;
	return true;
}

/* What IMA does with a record: all banks of the TPM get its digest. */
static bool extend(struct machine *machine, const struct imalog_record *record,
		   const struct imalog_template *template_)
{
	unsigned char digests[IMALOG_HASHES][IMALOG_DIGEST_MAX];

	for (unsigned i = 0; i < IMALOG_HASHES; i++) {
		if (record->violation)
			memset(digests[i], 0xff, sizeof(digests[i]));
		else if (imalog_template_digest(record->data, template_->is_ima,
						(enum imalog_hash)i, digests[i]))
			return fail(machine, "a record of the template ima in the log is damaged");
	}
	if (record->pcr >= IMALOG_PCRS)
		return fail(machine, "the log names a PCR that no TPM has");
	if (host_tpm_extend(&machine->tpm, record->pcr, digests))
		return fail(machine, machine->tpm.problem);
	if (machine->tick)
		machine->tick(machine->tick_context, machine->census.total.records);
	return true;
}

/* Take in records that are there; @measure: they are new, the TPM gets them too. */
static bool take(struct machine *machine, struct imalog_span bytes, bool measure)
{
	struct imalog_reader reader;
	struct imalog_record record;
	int result;

	imalog_reader_init(&reader, &machine->format);
	imalog_reader_feed(&reader, bytes, true);
	while (!(result = imalog_reader_next(&reader, &record))) {
		if (imalog_census_add(&machine->census, &record, machine->format.byte_order))
			return fail(machine, "out of memory");
		if (measure && !extend(machine, &record, &machine->census.template_))
			return false;
	}
	if (result < 0)
		return fail(machine, imalog_error_text(result));
	return append(machine, bytes);
}

/* ---- what the kernel measures --------------------------------------------------------------------- */

static bool measure_file(struct machine *machine, struct imalog_span digest, const char *name,
			 size_t name_size)
{
	unsigned char dng[IMALOG_DNG_MAX], record[FILE_RECORD_MAX];
	struct imalog_span fields[2];
	size_t size;

	fields[0] = (struct imalog_span){ dng,
					  imalog_dng_write(IMALOG_SHA256, digest.data, dng) };
	fields[1] = (struct imalog_span){ (const unsigned char *)name, name_size };
	size = imalog_record_write(&machine->format, IMA_PCR, "ima-ng", fields, 2, record,
				   sizeof(record));
	return take(machine, (struct imalog_span){ record, size }, true);
}

/* A file whose record has @size bytes (at least as many as an empty name needs). */
static bool grow_once(struct machine *machine, uint64_t size)
{
	const size_t fixed = 4 + machine->format.digest_size + 4 + 6 + 4 + 4 + 8 + 32 + 4 + 1;
	char name[FILE_RECORD_MAX] = "";
	unsigned char digest[32];
	size_t length = size > fixed ? (size_t)(size - fixed) : 0;
	int used = snprintf(name, sizeof(name), "/rehearsed/%u/", machine->files++);

	for (size_t i = (size_t)used; i < length; i++)
		name[i] = 'x';
	name[length] = '\0';
	imalog_hash_digest(IMALOG_SHA256,
			   (struct imalog_span){ (unsigned char *)name, strlen(name) }, digest);
	return measure_file(machine, (struct imalog_span){ digest, sizeof(digest) }, name,
			    length + 1);
}

static bool grow(struct machine *machine, uint64_t bytes)
{
	struct imalog_position before = machine->census.total;
	struct course *course = machine->course;

	/* The last one has what is left, so that it is exact unless it is less than any record. */
	while (machine->census.total.bytes - before.bytes < bytes) {
		uint64_t left = bytes - (machine->census.total.bytes - before.bytes);

		if (!grow_once(machine, left > 2 * FILE_BYTES ? FILE_BYTES : left))
			return false;
	}
	course->grown_bytes = machine->census.total.bytes - before.bytes;
	course->grown_records = machine->census.total.records - before.records;
	return true;
}

static bool measure_event(struct machine *machine, enum imalog_event_kind kind)
{
	const struct imalog_position *now = &machine->census.total;
	unsigned char record[IMALOG_EVENT_RECORD_MAX];
	struct imalog_event event = {
		.kind = kind,
		.segment_bytes = machine->course->segment_bytes,
		.runtime_bytes = now->counted + IMALOG_HEADER_BYTES,
		.records = now->records,
	};
	size_t size;

	if (machine->rehearsal->facts.generation < IMALOG_GENERATION_EVENTS)
		return true;
	size = imalog_event_record(&event, IMA_PCR, IMALOG_SHA256, &machine->format, record);
	return take(machine, (struct imalog_span){ record, size }, true);
}

static bool measure_boot(struct machine *machine)
{
	static const char name[] = "boot_aggregate";
	unsigned char pcrs[BOOT_PCRS * 32], digest[32];

	for (unsigned i = 0; i < BOOT_PCRS; i++)
		if (host_tpm_read(&machine->tpm, IMALOG_SHA256, i, pcrs + 32 * (size_t)i))
			return fail(machine, machine->tpm.problem);
	imalog_hash_digest(IMALOG_SHA256, (struct imalog_span){ pcrs, sizeof(pcrs) }, digest);
	return measure_file(machine, (struct imalog_span){ digest, sizeof(digest) }, name,
			    sizeof(name));
}

/* ---- load, check, execute --------------------------------------------------------------------------- */

static bool load(struct machine *machine)
{
	struct course *course = machine->course;

	course->loads++;
	course->segment_bytes =
		imalog_load_segment_bytes(&machine->census.total, &machine->rehearsal->facts);
	course->has_segment = course->segment_bytes > 0;
	course->carry.kexec.load_records = machine->census.total.records;
	machine->loaded_at = machine->census.total;
	return !course->has_segment || measure_event(machine, IMALOG_EVENT_KEXEC_LOAD);
}

static void decide(const struct machine *machine, uint64_t growth, struct imalog_decision *decision)
{
	struct imalog_facts facts = machine->rehearsal->facts;
	const struct imalog_mark *mark = imalog_census_load(&machine->census);

	facts.known |= IMALOG_KNOWS_LOADED;
	facts.loaded = true;
	if (!mark) {
		facts.known |= IMALOG_KNOWS_LOAD_POSITION;
		facts.load_position = machine->loaded_at;
	}
	imalog_decide(&machine->census, mark, &facts, growth, decision);
}

/*
 * As kexec --ima-check=reload does it: load again when that helps.  Whether to execute.
 */
static bool check(struct machine *machine, bool *execute)
{
	struct course *course = machine->course;
	struct settings settings = machine->rehearsal->settings;

	settings.mode = CHECK_RELOAD;
	for (bool reloaded = false;; reloaded = true) {
		struct plan plan;

		decide(machine, 0, &course->at_check);
		plan = plan_check(&course->at_check, &settings, true, reloaded,
				  (struct means){ .reload = true });
		*execute = plan.step == STEP_EXECUTE;
		if (plan.step != STEP_RELOAD)
			return true;
		if (!load(machine))
			return false;
	}
}

/* A record as the next kernel shows it: a custom format that is a builtin's has that one's name. */
static bool carry_over(struct machine *machine, const struct imalog_record *record,
		       const struct imalog_template *template_, struct machine *next)
{
	const char *name = template_->builtin_name;
	struct imalog_span data = record->data;
	unsigned char *out;
	size_t size;
	bool good;

	if (template_->builtin || !name)
		return take(next, record->wire, false);
	/* Only the name is another; template digest and data are as they were. */
	out = malloc(record->wire.size + 32);
	if (!out)
		return fail(machine, "out of memory");
	data.size -= 4;
	size = imalog_record_write(&machine->format, record->pcr, name, &data, 1, out,
				   record->wire.size + 32);
	memcpy(out + 4, record->digest.data, record->digest.size);
	memcpy(out + size - record->data.size, record->data.data, record->data.size);
	good = take(next, (struct imalog_span){ out, size }, false);
	free(out);
	return good;
}

/* The kernel hands over what it can; @next gets what arrives. */
static bool hand_over(struct machine *machine, struct machine *next)
{
	struct imalog_span log = { machine->log, machine->size };
	struct imalog_kexec kexec = {
		.generation = machine->rehearsal->facts.generation,
		.segment_bytes = machine->course->segment_bytes,
		.load_records = machine->course->carry.kexec.load_records,
		.byte_order = machine->format.byte_order,
	};
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;

	imalog_carry_init(&machine->carry, &kexec);
	imalog_reader_init(&reader, &machine->format);
	imalog_reader_feed(&reader, log, true);
	while (!imalog_reader_next(&reader, &record)) {
		imalog_template_describe(record.name, &template_);
		imalog_carry_add(&machine->carry, &record, &template_);
	}
	machine->course->carry = machine->carry;
	imalog_reader_init(&reader, &machine->format);
	imalog_reader_feed(&reader, log, true);
	for (uint64_t i = 0; i < machine->carry.next.records; i++) {
		if (imalog_reader_next(&reader, &record))
			break;
		imalog_template_describe(record.name, &template_);
		if (!carry_over(machine, &record, &template_, next))
			return false;
	}
	return true;
}

/* ---- after it ------------------------------------------------------------------------------------------ */

/* Ask the TPM for a quote of all that the log extends, and verify it as `kexec-ima verify` would. */
static bool judge(struct machine *machine)
{
	struct course *course = machine->course;
	struct verify_request request = { .quote = { .given = true, .nonce_checked = true } };
	struct host_tpm_quote *quote = course->quote;
	struct host_tpm_ask ask = {
		.scheme = (enum host_tpm_scheme)machine->rehearsal->scheme,
		.hash = IMALOG_SHA256,
		.nonce = { nonce, sizeof(nonce) - 1 },
		.selection_count = 1,
		.selection = { { IMALOG_SHA256, UINT32_C(1) << IMA_PCR } },
	};
	enum host_quote_result result;
	struct imalog_span log = { machine->log, machine->size };

	if (host_tpm_quote(&machine->tpm, &ask, quote))
		return fail(machine, machine->tpm.problem);
	result = host_quote_check(
		(struct imalog_span){ quote->attest, quote->attest_size },
		(struct imalog_span){ quote->signature, quote->signature_size },
		(struct imalog_span){ (unsigned char *)quote->key, quote->key_size },
		&request.quote.quote);
	request.quote.forged = result == HOST_QUOTE_FORGED;
	if (result != HOST_QUOTE_GOOD && result != HOST_QUOTE_FORGED)
		return fail(machine, host_quote_text(result));
	request.quote.other_nonce =
		request.quote.quote.nonce_size != ask.nonce.size ||
		memcmp(request.quote.quote.nonce, nonce, ask.nonce.size) != 0;
	if (verify_bytes(log, &request, &course->verdict))
		return fail(machine, "the log of the next kernel cannot be replayed");
	course->next = machine->log;
	course->next_size = machine->size;
	machine->log = NULL;
	return true;
}

static void init_machine(struct machine *machine, const struct rehearsal *rehearsal,
			 struct course *course, const struct imalog_format *format)
{
	*machine = (struct machine){ .rehearsal = rehearsal, .course = course, .format = *format };
	imalog_census_init(&machine->census);
}

static void free_machine(struct machine *machine)
{
	free(machine->log);
	imalog_census_free(&machine->census);
}

/* A cold boot: the TPM begins anew, and so does the log. */
static bool cold_boot(struct machine *machine, struct machine *next)
{
	host_tpm_stop(&machine->tpm);
	if (host_tpm_start(&machine->tpm))
		return fail(machine, machine->tpm.problem);
	next->tpm = machine->tpm;
	return true;
}

static bool go(struct machine *machine, struct machine *next)
{
	struct course *course = machine->course;
	const struct rehearsal *rehearsal = machine->rehearsal;
	bool execute = true;

	if (host_tpm_start(&machine->tpm))
		return fail(machine, machine->tpm.problem);
	if (!take(machine, rehearsal->log, true) || !load(machine))
		return false;
	if (course->helped)
		decide(machine, rehearsal->estimate.bound_bytes, &course->at_load);
	if (!grow(machine, rehearsal->grow_bytes) || (course->helped && !check(machine, &execute)))
		return false;
	course->executed = execute;
	if (execute && (!measure_event(machine, IMALOG_EVENT_KEXEC_EXECUTE) ||
			!hand_over(machine, next)))
		return false;
	next->tpm = machine->tpm;
	if (!execute && !cold_boot(machine, next))
		return false;
	return measure_boot(next) && judge(next);
}

bool rehearse(const struct rehearsal *rehearsal, bool helped, struct course *course,
	      void (*tick)(void *context, uint64_t records), void *tick_context)
{
	struct imalog_format format = { .record_max = 0 };
	struct machine machine, next;
	bool good;

	*course = (struct course){ .helped = helped };
	verdict_init(&course->verdict);
	course->quote = calloc(1, sizeof(*course->quote));
	good = !imalog_format_detect(rehearsal->log, true, &format);
	init_machine(&machine, rehearsal, course, &format);
	init_machine(&next, rehearsal, course, &format);
	machine.tick = tick;
	machine.tick_context = tick_context;
	if (!good || !course->quote || !imalog_hash_prepare())
		good = fail(&machine, good ? "out of memory" : "this is no measurement log");
	else
		good = go(&machine, &next);
	host_tpm_stop(&machine.tpm);
	free_machine(&machine);
	free_machine(&next);
	return good;
}

void rehearse_free(struct course *course)
{
	free(course->next);
	free(course->quote);
	verdict_free(&course->verdict);
}
