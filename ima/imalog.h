/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libimalog: read a Linux IMA measurement log and judge whether it survives a kexec.
 *
 * This is the whole public interface.  Nothing here touches the machine: the caller brings
 * bytes and facts and gets plain structs back.  No function prints, reads a clock, opens a
 * file or keeps state between calls other than in the struct it is handed.
 *
 * Results: 0 is success; iterators also return 1 at the end; a negative value is one of
 * enum imalog_error.  Kernel behaviour is cited as file, function, version checked.
 */
#ifndef IMALOG_H
#define IMALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IMALOG_MUST_CHECK __attribute__((warn_unused_result))

/* ---- results ------------------------------------------------------------------------ */

enum imalog_error {
	IMALOG_ERROR_CUT = -1,		/* the bytes end inside a record */
	IMALOG_ERROR_TOO_BIG = -2,	/* a record is larger than format.record_max */
	IMALOG_ERROR_BAD_PCR = -3,	/* PCR index of 64 or more: this is not a record */
	IMALOG_ERROR_BAD_NAME = -4,	/* template name empty, too long or not printable */
	IMALOG_ERROR_BAD_FIELD = -5,	/* a template field reaches beyond the template data */
	IMALOG_ERROR_BAD_TEXT = -6,	/* a kexec event whose text is not what the kernel writes */
	IMALOG_ERROR_BAD_DIGEST = -7,	/* a kexec event whose d-ng does not match its text */
	IMALOG_ERROR_NO_MEMORY = -8,	/* malloc failed */
	IMALOG_ERROR_NO_FORMAT = -9,	/* no byte order and digest size explain the first bytes */
};

/* One lower-case phrase for @error, never NULL, static. */
const char *imalog_error_text(int error);

/* ---- bytes ---------------------------------------------------------------------------- */

/* Borrowed bytes: whoever made the span keeps them alive. */
struct imalog_span {
	const unsigned char *data;
	size_t size;			/* bytes */
};

bool imalog_span_is(struct imalog_span span, const char *text);

/*
 * Write @span to @out as printable ASCII: a backslash, a quote, a blank and any byte outside
 * 0x21..0x7e become \xHH.  At most @out_size bytes are written, the NUL included; what
 * does not fit is replaced by a final "...".  Returns the length of the string in @out.
 * @out_size must be at least 4.
 */
size_t imalog_escape(struct imalog_span span, char *out, size_t out_size);

/* @bytes as lower-case hexadecimal digits and a NUL; what does not fit @out_size is left out. */
void imalog_hex(struct imalog_span bytes, char *out, size_t out_size);

/* @size bytes from exactly twice as many hexadecimal digits; false when @text is not that. */
bool imalog_unhex(struct imalog_span text, unsigned char *out, size_t size);

/* ---- format --------------------------------------------------------------------------- */

enum imalog_byte_order { IMALOG_LITTLE_ENDIAN, IMALOG_BIG_ENDIAN };

#define IMALOG_SHA1_BYTES 20		/* the template digest in the log that a kexec carries */
#define IMALOG_RECORD_MAX (4u << 20)	/* a cap that holds any record of today's kernels, bytes */

struct imalog_format {
	enum imalog_byte_order byte_order;	/* native, or little with ima_canonical_fmt */
	uint32_t digest_size;	/* bytes of the template digest: 20, 32, 48 or 64 */
	uint32_t record_max;	/* the largest record accepted, bytes; 0: IMALOG_RECORD_MAX */
};

/*
 * Find the byte order and the digest size that explain the first records of a log.
 * @head: the first bytes of the log (a few KiB are plenty); @whole: nothing follows @head.
 * Fills @format (record_max is left as it is).  Where several explain them the one that
 * explains most bytes wins, little-endian with 20 bytes first.  An empty log has that format.
 * Errors: IMALOG_ERROR_NO_FORMAT.
 */
int imalog_format_detect(struct imalog_span head, bool whole, struct imalog_format *format)
	IMALOG_MUST_CHECK;

/* ---- reader --------------------------------------------------------------------------- */

/* One record; every span points into the window handed to the reader. */
struct imalog_record {
	uint64_t index;			/* 0 for the first record the reader saw */
	uint64_t offset;		/* bytes before it, from where the reader began */
	uint64_t size;			/* bytes on the wire */
	uint32_t pcr;			/* PCR index */
	bool violation;			/* the template digest is all zero */
	bool name_repeats;		/* the record that the reader gave out before has the same
					 * template name; false may also mean: not compared */
	struct imalog_span digest;	/* template digest */
	struct imalog_span name;	/* template name, or the format string of a custom one */
	struct imalog_span data;	/* template data; for the template "ima": digest, length, name */
	struct imalog_span wire;	/* the whole record */
};

/*
 * A pull reader over one window of bytes at a time.  It is sticky: after an error every call
 * returns the same error.  All fields may be read by the caller, none written.
 */
struct imalog_reader {
	struct imalog_format format;
	struct imalog_span window;	/* borrowed until the next feed */
	size_t at;			/* bytes of the window already given out as records */
	bool last;			/* no bytes follow the window */
	uint64_t offset;		/* bytes given out as records since init */
	uint64_t index;			/* records given out since init */
	int error;			/* 0, or the sticky error; the byte is .offset, the record .index */
	unsigned char last_name[32];	/* template name of the record given out last */
	uint32_t last_name_size;	/* bytes; 0: there is none, or it is longer */
};

void imalog_reader_init(struct imalog_reader *reader, const struct imalog_format *format);

/*
 * Hand the reader its next window.  It must begin with the bytes of the window before that were
 * not given out (reader->window.size - reader->at of them).  @last: nothing follows.
 */
void imalog_reader_feed(struct imalog_reader *reader, struct imalog_span window, bool last);

/*
 * The next record.  0: @record is filled.  1: no further whole record in this window; the end of
 * the log if the window was the last, else feed more.  Errors (sticky): IMALOG_ERROR_CUT only in
 * the last window, IMALOG_ERROR_TOO_BIG, _BAD_PCR, _BAD_NAME.
 */
int imalog_reader_next(struct imalog_reader *reader, struct imalog_record *record)
	IMALOG_MUST_CHECK;

/* ---- template fields ------------------------------------------------------------------- */

/*
 * Which of a template's fields we can use.  From ima_template.c, builtin_templates and
 * ima_template_lib.c, 7.3.4.
 */
struct imalog_template {
	bool builtin;			/* the kernel knows it by name (and so counts the name) */
	bool is_ima;			/* the template "ima": its own framing, cannot be restored */
	bool has_known_fields;		/* the kernel knows each field, and they are not too many */
	const char *builtin_name;	/* of the builtin with this name or with this format, as which
					 * the next kernel has its records; NULL: none.  Static */
	unsigned fields;		/* how many there are */
	bool has_digest, has_name, has_buffer;
	unsigned digest_field;		/* d-ng or d-ngv2: index from 0; valid with has_digest */
	unsigned name_field;		/* n-ng: valid with has_name */
	unsigned buffer_field;		/* buf: valid with has_buffer */
};

/* Describe the template called @name (or whose format string is @name). */
void imalog_template_describe(struct imalog_span name, struct imalog_template *template_);

/*
 * Whether @data are what a template with the format string @name holds: as many fields, and those that
 * have a form in that form.  The name of a template is in no digest; this is what can be said of it.
 */
bool imalog_template_fits(struct imalog_span name, struct imalog_span data,
			  enum imalog_byte_order byte_order);

/*
 * Field number @index of template data @data (not of the template "ima").
 * Errors: IMALOG_ERROR_BAD_FIELD when there are not that many whole fields.
 */
int imalog_field(struct imalog_span data, enum imalog_byte_order byte_order, unsigned index,
		 struct imalog_span *field) IMALOG_MUST_CHECK;

/* ---- digests ---------------------------------------------------------------------------- */

enum imalog_hash { IMALOG_SHA1, IMALOG_SHA256, IMALOG_SHA384, IMALOG_SHA512, IMALOG_HASHES };
#define IMALOG_DIGEST_MAX 64

const char *imalog_hash_name(enum imalog_hash hash);	/* "sha1", ... */
size_t imalog_hash_size(enum imalog_hash hash);		/* bytes */
/* Whether @name is one of the four; @hash is set if so. */
bool imalog_hash_find(struct imalog_span name, enum imalog_hash *hash);
/*
 * Make the digest libraries ready.  To be called once, before several threads digest; where there is
 * only one thread it may be left out.  False when that fails.
 */
bool imalog_hash_prepare(void);
/* @out: imalog_hash_size(@hash) bytes. */
void imalog_hash_digest(enum imalog_hash hash, struct imalog_span data, unsigned char *out);

/* ---- replay ------------------------------------------------------------------------------- */

#define IMALOG_PCRS 24	/* a PC Client TPM has PCR 0 to 23 */

/* What one PCR of one bank is said to be, and where in the log it was that. */
struct imalog_expected {
	bool given;			/* there is such a value */
	bool holds;			/* the PCR has it now */
	unsigned char value[IMALOG_DIGEST_MAX];
	uint64_t matched_records;	/* records of the longest prefix that gave it and was followed
					 * by another record of this PCR; 0: none */
};

/* The PCRs of one bank. */
struct imalog_bank {
	uint32_t used;			/* 1 << PCR index: extended at least once */
	unsigned char pcr[IMALOG_PCRS][IMALOG_DIGEST_MAX];
	struct imalog_expected expected[IMALOG_PCRS];
};

/* PCR values as they are while a log is replayed.  Plain values. */
struct imalog_replay {
	unsigned banks;		/* 1 << enum imalog_hash: the banks replayed */
	unsigned padded;	/* of them, those that get the SHA-1 digest and zeroes: what a kernel does
				 * that lacks their algorithm (ima_crypto.c,
				 * ima_calc_field_array_hash(), 7.3.4) */
	uint64_t padded_first;	/* by records from this index on, as kernels may change at a soft reboot */
	uint64_t padded_end;	/* and before this one; 0: to the log's end */
	struct imalog_bank bank[IMALOG_HASHES];
};

/* All PCRs zero, as a cold boot leaves those that IMA extends.  @banks: 1 << enum imalog_hash. */
void imalog_replay_init(struct imalog_replay *replay, unsigned banks);
/*
 * From here on, watch for PCR @pcr (below IMALOG_PCRS) of bank @hash to become @value
 * (imalog_hash_size(@hash) bytes, copied); it may be that already.
 */
void imalog_replay_expect(struct imalog_replay *replay, enum imalog_hash hash, uint32_t pcr,
			  const unsigned char *value);
/*
 * Records of the longest prefix of the log at whose end the PCR had the expected value; 0 when there
 * was none.  @records: how many were replayed in all.
 */
uint64_t imalog_replay_matched(const struct imalog_replay *replay, enum imalog_hash hash,
			       uint32_t pcr, uint64_t records);

/*
 * The digest of template data in bank @hash, whatever bank the log itself is of, which is what a
 * record that is no violation extends the bank with; a violation extends it with 0xff bytes.
 * @is_ima: of the template "ima", whose name is padded to 256 bytes
 * (ima_crypto.c, ima_calc_field_array_hash_tfm() and ima_api.c, ima_store_template(), 7.3.4).
 * @out: imalog_hash_size(@hash) bytes.
 * Errors: IMALOG_ERROR_BAD_FIELD when data of the template "ima" are not framed as such.
 */
int imalog_template_digest(struct imalog_span data, bool is_ima, enum imalog_hash hash,
			   unsigned char *out) IMALOG_MUST_CHECK;

/* ---- quotes ------------------------------------------------------------------------------- */

/* PCR values that are known, by bank and index.  Plain values. */
struct imalog_pcrs {
	uint32_t known[IMALOG_HASHES];	/* 1 << PCR index: the value below is set */
	unsigned char value[IMALOG_HASHES][IMALOG_PCRS][IMALOG_DIGEST_MAX];
};

#define IMALOG_SELECTIONS 16	/* TPM 2.0 part 2, TPML_PCR_SELECTION: HASH_COUNT, at most 16 */
#define IMALOG_NONCE_MAX 64	/* bytes; the largest hash, as TPM2-TSS has TPM2B_DATA */

/* PCRs of one bank, in the order in which the quote's digest takes them: by rising index. */
struct imalog_selection {
	enum imalog_hash hash;	/* the bank */
	uint32_t pcrs;		/* 1 << PCR index, below IMALOG_PCRS; 0: none of this bank */
};

/* What a TPM signed: one digest over PCR values.  Plain values; host/quote.h fills it. */
struct imalog_quote {
	enum imalog_hash hash;		/* of .digest, not of a bank */
	unsigned char digest[IMALOG_DIGEST_MAX];
	size_t nonce_size;		/* bytes; 0: none was given */
	unsigned char nonce[IMALOG_NONCE_MAX];
	bool selects_other;		/* also PCRs that are not replayed: another bank (sm3_256, sha3_256,
					 * ...) or an index of IMALOG_PCRS or more; its digest cannot be told */
	unsigned selection_count;
	struct imalog_selection selection[IMALOG_SELECTIONS];	/* in the quote's order */
};

/* The value of one PCR, imalog_hash_size(@hash) bytes, borrowed; NULL when it is not known. */
typedef const unsigned char *imalog_pcr_lookup(const void *context, enum imalog_hash hash,
					       unsigned pcr);

/* A lookup in a struct imalog_pcrs. */
const unsigned char *imalog_pcrs_lookup(const void *pcrs, enum imalog_hash hash, unsigned pcr);

/* Whether the quote selects PCR @pcr of bank @hash. */
bool imalog_quote_selects(const struct imalog_quote *quote, enum imalog_hash hash, unsigned pcr);

/*
 * The digest that @quote would have if the PCRs had the values that @lookup gives: a hash over all
 * that are selected, in order (TPM 2.0 part 3, TPM2_Quote; part 1, "PCR digest").  Compare @out,
 * imalog_hash_size(quote->hash) bytes, with quote->digest.  Allocates nothing; may be called for
 * each prefix of a log.  False, and @out is as it was: a value is not known, or
 * quote->selects_other.
 */
bool imalog_quote_digest(const struct imalog_quote *quote, imalog_pcr_lookup *lookup,
			 const void *context, unsigned char out[IMALOG_DIGEST_MAX])
	IMALOG_MUST_CHECK;

/* ---- batches ------------------------------------------------------------------------------ */

/*
 * Replay in steps that different threads can take.  A batch holds some records; the digests of
 * each bank are independent of everything (imalog_batch_digest), and each bank's chain of extends
 * depends on the batch before and on those digests only (imalog_batch_chain).
 */
struct imalog_batch_record {
	struct imalog_span data;	/* template data; borrowed */
	const unsigned char *digest;	/* template digest in the log; borrowed */
	uint32_t pcr;			/* PCR index, below IMALOG_PCRS */
	bool violation;
	bool is_ima;			/* of the template "ima" */
};

struct imalog_batch {
	uint64_t first;			/* index in the log of its first record */
	size_t count, room;		/* records */
	uint32_t digest_size;		/* of the log's own template digests, bytes */
	unsigned hashes;		/* 1 << enum imalog_hash: digests there is room for */
	struct imalog_batch_record *records;	/* owned */
	unsigned char *digests[IMALOG_HASHES];	/* owned; hash size each */
	size_t bad;			/* the first record whose digest is not that of its data, or count */
	int bad_error;			/* why: IMALOG_ERROR_BAD_DIGEST or _BAD_FIELD */
};

/* @hashes: 1 << enum imalog_hash, the digests that will be asked for. */
void imalog_batch_init(struct imalog_batch *batch, unsigned hashes);
void imalog_batch_free(struct imalog_batch *batch);
/* Empty it for records from index @first on of a log with template digests of @digest_size bytes. */
void imalog_batch_clear(struct imalog_batch *batch, uint64_t first, uint32_t digest_size);
/*
 * Put a record in; its bytes are borrowed until the digests are made.  Errors:
 * IMALOG_ERROR_BAD_PCR (an index that no TPM has), IMALOG_ERROR_NO_MEMORY.
 */
int imalog_batch_add(struct imalog_batch *batch, const struct imalog_record *record,
		     const struct imalog_template *template_) IMALOG_MUST_CHECK;
/*
 * Digest all records for bank @hash, one of batch->hashes.  Where the log's own template digests are
 * of this algorithm they are compared, which sets .bad.
 */
void imalog_batch_digest(struct imalog_batch *batch, enum imalog_hash hash);
/*
 * Extend the banks @banks of @replay by all records in order.  Their digests must have been made, for
 * padded banks those of SHA-1.  Different banks may be extended at the same time.
 */
void imalog_batch_chain(const struct imalog_batch *batch, struct imalog_replay *replay,
			unsigned banks);
/*
 * The same, and after each record compare the quote's digest with that of the PCRs as they then are; it
 * covers all its banks at one moment, so @banks must have them all.  PCRs that the log does not extend
 * have the values in @others.  Where the digests are equal, *@records becomes the count of records so
 * far.
 */
void imalog_batch_chain_quote(const struct imalog_batch *batch, struct imalog_replay *replay,
			      unsigned banks, const struct imalog_quote *quote,
			      const struct imalog_pcrs *others, uint64_t *records);
/* 1 << enum imalog_hash: the digests that extending @banks of @replay takes. */
unsigned imalog_replay_needs(const struct imalog_replay *replay, unsigned banks);
/* 1 << enum imalog_hash: the digests that @replay and a log with such template digests need. */
unsigned imalog_batch_hashes(const struct imalog_replay *replay, uint32_t digest_size);

/* ---- events ------------------------------------------------------------------------------- */

enum imalog_event_kind {
	IMALOG_EVENT_BOOT_AGGREGATE,
	IMALOG_EVENT_KEXEC_LOAD,
	IMALOG_EVENT_KEXEC_EXECUTE,
};

/* The three numbers as ima_kexec.c, ima_measure_kexec_event() writes them (6.16 to 7.3.4). */
struct imalog_event {
	enum imalog_event_kind kind;
	uint64_t segment_bytes;		/* kexec_segment_size */
	uint64_t runtime_bytes;		/* ima_binary_runtime_size: the 24-byte header included, this record not */
	uint64_t records;		/* ima_runtime_measurements_count: this record not included */
	bool digest_checked;		/* d-ng was compared with the text (its algorithm is known) */
};

/*
 * Parse the text of a kexec event: key=decimal; three times.  Unknown keys are ignored;
 * a missing or doubled key, a number beyond 64 bits, anything after the last ';' is
 * IMALOG_ERROR_BAD_TEXT.  Fills the three numbers of @event and nothing else.
 */
int imalog_event_text(struct imalog_span text, struct imalog_event *event) IMALOG_MUST_CHECK;

/*
 * Is @record one of the three events?  0: yes, @event is filled.  1: no.  Negative: it is named
 * kexec_load or kexec_execute but damaged: IMALOG_ERROR_BAD_FIELD, _BAD_TEXT, _BAD_DIGEST.
 * @template_: of record->name.
 */
int imalog_event_of(const struct imalog_record *record, const struct imalog_template *template_,
		    enum imalog_byte_order byte_order, struct imalog_event *event)
	IMALOG_MUST_CHECK;

/*
 * Write a record as the kernel shows it (ima_fs.c, ima_measurements_show(), 7.3.4), its template digest
 * made of the fields.  Not for the template "ima".  @fields: @count of them.  Returns its bytes, or 0:
 * they are more than @room, or no algorithm has the format's digest size.
 */
size_t imalog_record_write(const struct imalog_format *format, uint32_t pcr, const char *template_,
			   const struct imalog_span *fields, size_t count, unsigned char *out,
			   size_t room);
/*
 * The field d-ng: "sha256:" NUL @digest.  @out: IMALOG_DNG_MAX bytes.  Returns its bytes.
 */
#define IMALOG_DNG_MAX (8 + IMALOG_DIGEST_MAX)
size_t imalog_dng_write(enum imalog_hash hash, const unsigned char *digest, unsigned char *out);

#define IMALOG_EVENT_RECORD_MAX 512	/* bytes that hold any kexec event's record */

/*
 * Write the record of a kexec event as the kernel makes it (ima_kexec.c, ima_measure_kexec_event();
 * template ima-buf), 6.16 to 7.3.4.  @event: a load or an execute, with its three numbers; @hash: of
 * d-ng; @format: of the log it is for.  @out: IMALOG_EVENT_RECORD_MAX bytes.
 * Returns its bytes; 0 when there is no such event, or no algorithm for the format's digest size.
 */
size_t imalog_event_record(const struct imalog_event *event, uint32_t pcr, enum imalog_hash hash,
			   const struct imalog_format *format, unsigned char *out);

/* ---- census -------------------------------------------------------------------------------- */

/* Sums over all records before a point of the log. */
struct imalog_position {
	uint64_t records;
	uint64_t bytes;		/* on the wire */
	uint64_t counted;	/* bytes as the kernel counts them, without its 24-byte header */
};

/* A kexec_load or kexec_execute event in its place. */
struct imalog_mark {
	struct imalog_event event;
	struct imalog_position before;	/* sums without the event's own record */
	struct imalog_position after;	/* sums with it */
	uint64_t counted_then;	/* counted at record number event.records, if counted_known */
	bool counted_known;	/* that record is at most a few before this one */
};

/* A stretch of the log that begins with a boot_aggregate (or at the log's first record). */
struct imalog_boot {
	struct imalog_position start;	/* sums before its first record */
	bool has_aggregate;	/* false: the log begins without one (records were deleted) */
	bool has_load, has_execute;
	uint64_t bad_events;	/* damaged kexec events since its last good kexec_load */
	uint32_t load;		/* index into marks of its last kexec_load; valid with has_load */
	uint32_t execute;	/* of its last kexec_execute; valid with has_execute */
};

/* No more boots or marks than this are kept; the newest always is.  A count. */
#define IMALOG_LIST_MAX 32768

/*
 * What one pass over a log gives.  Memory does not depend on the number of records, only on
 * boots and marks.  Owns the two arrays: imalog_census_free().
 */
struct imalog_census {
	struct imalog_position total;
	uint64_t violations;		/* records */
	uint64_t bad_events;		/* records named like a kexec event that are damaged, whole log */
	uint64_t first_bad_event;	/* index of the first of them; valid with bad_events */
	uint64_t odd_names;		/* records whose template name does not explain their data */
	uint64_t first_odd_name;	/* index of the first of them; valid with odd_names */
	uint64_t ima_records;		/* records of the template "ima", which no kexec carries */
	struct imalog_boot *boots;
	struct imalog_mark *marks;
	uint32_t boot_count, mark_count;
	bool boots_dropped, marks_dropped;	/* IMALOG_LIST_MAX was reached: middle ones are lost */
	/* internal: the last template looked up, and the newest sums */
	struct imalog_template template_;
	unsigned char template_name[64];
	uint32_t template_name_size;
	uint64_t recent[16];
};

void imalog_census_init(struct imalog_census *census);
void imalog_census_free(struct imalog_census *census);
/*
 * Make both lists this long, zeroed, for a caller that fills them from a saved census.  False when
 * memory is short or a count is over IMALOG_LIST_MAX; then the census is unchanged.
 */
bool imalog_census_reserve(struct imalog_census *census, uint32_t boots, uint32_t marks)
	IMALOG_MUST_CHECK;
/*
 * Take one record in: each that one reader gives out, in order.  Errors: IMALOG_ERROR_NO_MEMORY.
 */
int imalog_census_add(struct imalog_census *census, const struct imalog_record *record,
		      enum imalog_byte_order byte_order) IMALOG_MUST_CHECK;
/* Whether the first record is the boot_aggregate of its boot, so that none is missing in front of it. */
bool imalog_census_has_beginning(const struct imalog_census *census);
/* The boot that the log ends in; NULL for an empty log.  Borrowed from the census. */
const struct imalog_boot *imalog_census_current_boot(const struct imalog_census *census);
/* The last kexec_load of the current boot if no kexec_execute follows it, or NULL.  Borrowed. */
const struct imalog_mark *imalog_census_load(const struct imalog_census *census);

/* ---- what happened at each boot ------------------------------------------------------------- */

/* How a boot was entered. */
enum imalog_entry {
	IMALOG_ENTRY_COLD,
	IMALOG_ENTRY_SOFT,	/* by a kexec that carried the whole log */
	IMALOG_ENTRY_SOFT_LOST,	/* by a kexec that lost records: kexec_load without kexec_execute */
	IMALOG_ENTRY_UNKNOWN,
};

/* What a replay said; see imalog_replay_add(). */
enum imalog_replayed {
	IMALOG_REPLAYED_NOTHING,	/* there was no PCR value to compare with */
	IMALOG_REPLAYED_MATCH,		/* the log, or a prefix that ends after its last boot_aggregate */
	IMALOG_REPLAYED_MISMATCH,
};

enum imalog_outcome {
	IMALOG_OUTCOME_COLD,		/* one boot, nothing against it */
	IMALOG_OUTCOME_COMPLETE,	/* soft reboots that lost nothing */
	IMALOG_OUTCOME_LOST,
	IMALOG_OUTCOME_NOT_CARRIED,	/* one boot, and a PCR that more than this log went into */
	IMALOG_OUTCOME_MISMATCH,	/* the events are in order and the PCR is not */
	IMALOG_OUTCOME_UNKNOWN,
};

/* Stable words: "cold", "soft", "soft-lost", "unknown". */
const char *imalog_entry_text(enum imalog_entry entry);
/* Stable words: "cold", "complete", "lost", "not-carried", "mismatch", "unknown". */
const char *imalog_outcome_text(enum imalog_outcome outcome);

/*
 * How boot number @boot (an index into census->boots) was entered.  The first is cold if it has a
 * boot_aggregate and the replay does not say otherwise; a boot without kexec events before it was
 * entered softly if the replay matches, since a PCR that was reset would not.
 */
enum imalog_entry imalog_boot_entry(const struct imalog_census *census, uint32_t boot,
				    enum imalog_replayed replayed);

/* What is known of a log beside its census. */
struct imalog_evidence {
	enum imalog_replayed replayed;
	bool damaged;		/* it could be read only up to a point: then a mismatch proves nothing */
	bool altered;		/* a record's template digest is not that of its data */
	bool incomplete;	/* records are known to be missing from what was read */
};

/*
 * The outcome of all boots of a log.  Records lost at any of them are lost for good: the PCR was not
 * reset since.
 */
enum imalog_outcome imalog_judge_boots(const struct imalog_census *census,
				       const struct imalog_evidence *evidence);

/* Records that the log lacks, as the kernel's own count in a kexec event shows. */
struct imalog_gap {
	uint64_t records;	/* at least so many; 0: none is known */
	uint64_t after;		/* they were behind this many records of the log, or further on */
	uint64_t before;	/* and before the record of this index: the event that counts them */
};

/*
 * The first gap.  Each kexec event counts the records of its kernel, deleted ones included
 * (ima_kexec.c, ima_measure_kexec_event(), 7.3.4); a soft reboot takes over only those that were not
 * deleted.  So where a log is whole, its records never count fewer than the event does.
 */
void imalog_find_gap(const struct imalog_census *census, struct imalog_gap *gap);

/* ---- growth --------------------------------------------------------------------------------- */

/* A speed seen somewhere: bytes and records that came in so many seconds. */
struct imalog_growth {
	double bytes_per_second;
	double records_per_second;
};

/* What an estimate rests on, from nothing to much. */
enum imalog_basis {
	IMALOG_BASIS_NONE,	/* nothing is known of this boot: a default alone */
	IMALOG_BASIS_FADING,	/* the growth of this boot so far, as it fades, and a default */
	IMALOG_BASIS_RECENT,	/* a short live sample that asks for more than these */
	IMALOG_BASIS_LOG,	/* what earlier soft reboots in the log grew by between load and execute */
	IMALOG_BASIS_COUNTS,	/* a short history: counts, over-dispersed, with their uncertainty */
	IMALOG_BASIS_WINDOWS,	/* windows of the interval's length in the history */
	IMALOG_BASIS_GIVEN,	/* the user named the bytes */
};

/* Stable words: "none", "fading boot", "live sample", "log", "counts", "windows", "given". */
const char *imalog_basis_text(enum imalog_basis basis);

/* The log at one moment of its history. */
struct imalog_point {
	uint32_t stretch;	/* a boot, or a part of one in which nothing was deleted; rising */
	double seconds;		/* since that boot; rises within a stretch */
	uint64_t bytes;		/* of the log; never falls within a stretch */
};

/* Growth that is allowed for where there is no history: at once, and with each hour. */
#define IMALOG_DEFAULT_BYTES 4096
#define IMALOG_DEFAULT_HOURLY 1024

/* Everything that growth is estimated from; all is borrowed.  Zeroed: nothing is known. */
struct imalog_past {
	const struct imalog_point *points;	/* the history; the last one is now, where it is known */
	size_t count;
	const uint64_t *executes;	/* growth between load and execute of earlier soft reboots, bytes, the
					 * shutdown included */
	size_t execute_count;
	bool has_boot;
	double boot_seconds;		/* age of this boot */
	uint64_t boot_bytes;		/* measured in it so far */
	bool has_recent;
	struct imalog_growth recent;	/* a live sample */
};

#define IMALOG_KNOTS 46

/*
 * The bound as a function of the interval: straight lines between knots, which never fall, so that
 * it can be read both ways.  Plain values.
 */
struct imalog_curve {
	double confidence;		/* 0 < P < 1 */
	uint64_t burst_bytes;		/* in no knot; added by imalog_curve_estimate() */
	unsigned count;			/* knots, at least 2 */
	struct imalog_knot {
		uint64_t seconds;
		double bound, central;	/* bytes: with probability P no more; as much as not */
		double windows;		/* how many intervals of this length the history has */
		enum imalog_basis basis;
		bool small;		/* too few of them for P: the tail is extrapolated */
	} knot[IMALOG_KNOTS];
};

struct imalog_estimate {
	struct imalog_growth growth;	/* mean speed since boot, for people; the bound is not made of it */
	enum imalog_basis basis;
	double confidence;		/* P of the bound; 0 with IMALOG_BASIS_GIVEN */
	uint64_t interval_seconds;
	uint64_t burst_bytes;		/* added for what the shutdown itself measures */
	uint64_t central_bytes;		/* growth that comes as often as not, burst included */
	uint64_t bound_bytes;		/* room to ask for, the kexec_execute record not included */
	double windows;			/* sample that it rests on: intervals; 0: none */
	bool small_sample;		/* they are too few for the confidence */
};

/*
 * The bound for all intervals up to @limit_seconds at least (a shorter limit saves time and changes
 * no value below it), which growth exceeds with probability 1 - @confidence at most.
 */
void imalog_curve_make(const struct imalog_past *past, double confidence, uint64_t burst_bytes,
		       uint64_t limit_seconds, struct imalog_curve *curve);

/* The curve at @interval_seconds; whole bytes, rounded up, saturating at UINT64_MAX. */
void imalog_curve_estimate(const struct imalog_curve *curve, uint64_t interval_seconds,
			   struct imalog_estimate *estimate);

/*
 * The longest interval whose bound, burst included, is at most @room_bytes, in seconds: the bound
 * of one second more is larger.  0: not even now.  False: it never comes (within 30 years).
 */
bool imalog_curve_deadline(const struct imalog_curve *curve, uint64_t room_bytes, uint64_t *seconds);

/* ---- room: the kernel's sizing rule ----------------------------------------------------------- */

/* struct ima_kexec_hdr, security/integrity/ima/ima.h: u16, 6 bytes of padding, two u64; 7.3.4. */
#define IMALOG_HEADER_BYTES 24
#define IMALOG_EXTRA_KIB_MAX 40	/* range of CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB, Kconfig, 7.3.4 */

/* What becomes of the log at a kexec_file_load; oldest first.  See imalog(7). */
enum imalog_generation {
	IMALOG_GENERATION_NONE,		/* CONFIG_IMA_KEXEC is not set: never carried */
	IMALOG_GENERATION_COPY_AT_LOAD,
	IMALOG_GENERATION_COPY_AT_EXECUTE,
	IMALOG_GENERATION_EVENTS,	/* 6.16: kexec_load and kexec_execute are measured */
	IMALOG_GENERATION_STAGING,	/* 7.2: records may be staged and deleted */
};

/* Stable words: "none", "copy-at-load", "copy-at-execute", "events", "staging". */
const char *imalog_generation_text(enum imalog_generation generation);

/*
 * Bytes of the segment that ima_add_kexec_buffer() (ima_kexec.c) makes.
 * @counted: bytes of the present records as the kernel counts them; @headers: 1, or 2 for
 * kernels that size the staged list by itself (7.2 and later, staged records or not);
 * @extra_kib: CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB, 0 meaning half a page; @page_bytes.
 * Saturates at UINT64_MAX.
 */
uint64_t imalog_segment_bytes(uint64_t counted, unsigned headers, unsigned extra_kib,
			      uint64_t page_bytes);

/*
 * Bytes of the kexec_execute record that will follow, computed from the kexec_load record
 * @load: three more for the name, and any digit by which the two running numbers have
 * grown.  @growth_bytes: how much is still to come before it (bytes on the wire); with 0 the
 * result is exact for a log that ends at @now.
 */
uint64_t imalog_execute_record_bytes(const struct imalog_mark *load,
				     const struct imalog_position *now, uint64_t growth_bytes);

/* A line of the kernel's log that says the segment does not work. */
enum imalog_complaint {
	IMALOG_COMPLAINT_NONE,
	IMALOG_COMPLAINT_NOT_MAPPED,	/* "Could not map measurements buffer" */
	IMALOG_COMPLAINT_TOO_LARGE,	/* "Binary measurement list too large" */
	IMALOG_COMPLAINT_NO_MEMORY,	/* "Not enough memory for the kexec measurement buffer" */
	IMALOG_COMPLAINT_NOT_PASSED,	/* "Error passing over kexec measurement buffer" */
	IMALOG_COMPLAINT_UNREADABLE,	/* the kernel's log could not be read */
};

/* What the kernel said, and what to do: a sentence fragment, static. */
const char *imalog_complaint_text(enum imalog_complaint complaint);

/* Which complaint @line (one record of the kernel's log) is. */
enum imalog_complaint imalog_complaint_of(struct imalog_span line);

/* What is known about the machine.  A fact counts only when its bit is in .known. */
enum {
	IMALOG_KNOWS_GENERATION = 1 << 0,
	IMALOG_KNOWS_LOADED = 1 << 1,
	IMALOG_KNOWS_EXTRA = 1 << 2,
	IMALOG_KNOWS_HEADERS = 1 << 3,
	IMALOG_KNOWS_RAM = 1 << 4,
	IMALOG_KNOWS_LOAD_POSITION = 1 << 5,
};

struct imalog_facts {
	unsigned known;			/* IMALOG_KNOWS_* */
	enum imalog_generation generation;
	bool loaded;			/* an image is loaded */
	unsigned extra_kib;		/* CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB */
	unsigned headers;		/* lists that the segment is sized by, 1 or 2 */
	uint64_t page_bytes;		/* always known */
	uint64_t ram_bytes;		/* RAM the kernel manages */
	struct imalog_position load_position;	/* sums at the load, as recorded by us */
	enum imalog_complaint complaint;	/* said by the kernel during the load */
	bool log_damaged;		/* the log could be read only up to a point */
	bool load_from_record;		/* the mark is from our record of the load, its own record is gone */
	bool unplaced_complaint;	/* it complained in this boot, perhaps of this load, which others made */
	bool record_unread;		/* there is a record of a load that tells nothing: it may have failed */
};

/*
 * Bytes of the segment that a load makes for a log that ends at @now; 0 for none: the kernel carries
 * nothing, or the segment would be more than half of RAM.  A fact that is not known counts as what
 * the oldest kernels have: one header, half a page of extra.
 */
uint64_t imalog_load_segment_bytes(const struct imalog_position *now,
				   const struct imalog_facts *facts);

enum imalog_verdict {
	IMALOG_FITS,		/* room for the growth asked for and for the last record */
	IMALOG_TIGHT,		/* room for the last record now, not for the growth */
	IMALOG_SHORT,		/* records would be lost if it executed now */
	IMALOG_NOT_CARRIED,	/* the log would not cross at all */
	IMALOG_UNKNOWN,		/* cannot tell */
};

/* Stable words: "fits", "tight", "short", "not-carried", "unknown". */
const char *imalog_verdict_text(enum imalog_verdict verdict);

enum imalog_reason {
	IMALOG_REASON_ROOM,		/* the numbers say so: fits, tight, short */
	IMALOG_REASON_NOTHING_LOADED,
	IMALOG_REASON_NO_CARRY,		/* the kernel has no CONFIG_IMA_KEXEC */
	IMALOG_REASON_TEMPLATE_IMA,	/* the template "ima" cannot be restored */
	IMALOG_REASON_COPIED_AT_LOAD,	/* this kernel copied the log when it loaded */
	IMALOG_REASON_NO_EVENTS,	/* this kernel logs no kexec_load */
	IMALOG_REASON_NO_LOAD_EVENT,	/* no kexec_load of this boot: no rule, or kexec_load(2) */
	IMALOG_REASON_BAD_EVENT,	/* a kexec event of this boot is damaged */
	IMALOG_REASON_MODEL,		/* the event's numbers are not what the sizing rule gives */
	IMALOG_REASON_HALF_OF_RAM,	/* the segment is more than half of RAM */
	IMALOG_REASON_COMPLAINT,	/* the kernel said that the segment does not work */
	IMALOG_REASON_NO_KERNEL_LOG,	/* whether it complained could not be read */
	IMALOG_REASON_LOG_DAMAGED,	/* the log is cut or corrupt */
	IMALOG_REASON_LOAD_DELETED,	/* the load's own record is gone: another may be too */
	IMALOG_REASON_LOADED_UNKNOWN,	/* whether an image is loaded could not be read */
	IMALOG_REASON_GENERATION_UNKNOWN,
	IMALOG_REASON_RECORD_UNREAD,	/* how the last load went could not be read */
	IMALOG_REASON_UNPLACED,		/* the kernel complained of this load, or of an earlier one */
};

/* One sentence fragment for people, static. */
const char *imalog_reason_text(enum imalog_reason reason);

struct imalog_decision {
	enum imalog_verdict verdict;
	enum imalog_reason reason;
	bool has_segment;	/* segment_bytes, room_bytes and last_bytes are known */
	bool confirmed;		/* the segment comes from the kernel's own event, not from the rule alone */
	uint64_t segment_bytes;
	int64_t room_bytes;	/* what is left in the segment; negative: bytes that would be lost */
	uint64_t last_bytes;	/* the kexec_execute record to come */
	uint64_t needed_bytes;	/* growth asked for plus last_bytes */
	unsigned advised_extra_kib;	/* smallest CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB with which this load would
					 * have had the room, however it is rounded; 0: it fits, or
					 * none can */
};

/*
 * Whether the numbers of @load are what the sizing rule gives for the log before it.
 * After records were deleted the numbers can only be bounded, and it says true within the bounds.
 */
bool imalog_load_matches_rule(const struct imalog_mark *load, const struct imalog_facts *facts);

/*
 * The decision.  @census: the log as it is now; @load: the mark to judge by, or NULL;
 * @growth_bytes: what is still to come besides the kexec_execute record.
 */
void imalog_decide(const struct imalog_census *census, const struct imalog_mark *load,
		   const struct imalog_facts *facts, uint64_t growth_bytes,
		   struct imalog_decision *decision);

/* What loading again can give. */
struct imalog_slack {
	unsigned loads;		/* how often to load again */
	uint64_t room_bytes;	/* what the last of these loads leaves */
};

/*
 * How often to load again until a load leaves @needed_bytes of room, because each logs a record that
 * moves the rounding to pages (ima_kexec.c, ima_add_kexec_buffer(), 7.3.4).  @load: the event of the
 * present load; @now: the log as it is; @needed_bytes: the kexec_execute record included.  Digits by
 * which the records grow are not foreseen, so judge again after each load.
 * False: not within @max_loads, or the sizing rule of this kernel cannot be told; @slack is zeroed.
 */
bool imalog_plan_slack(const struct imalog_mark *load, const struct imalog_position *now,
		       const struct imalog_facts *facts, uint64_t needed_bytes, unsigned max_loads,
		       struct imalog_slack *slack) IMALOG_MUST_CHECK;

/* ---- what a kexec carries --------------------------------------------------------------------- */

/* One kexec, as far as the log is concerned. */
struct imalog_kexec {
	enum imalog_generation generation;	/* of the kernel that is left */
	uint64_t segment_bytes;		/* as sized at the load; 0: there is none, as with kexec_load(2) */
	enum imalog_complaint complaint;	/* what the kernel said at the load */
	uint64_t load_records;		/* copy-at-load: records that the log had at the load */
	enum imalog_byte_order byte_order;	/* of the log */
};

/* Why a record does not arrive in the next kernel. */
enum imalog_loss {
	IMALOG_LOSS_NONE,		/* it arrives */
	IMALOG_LOSS_NOT_CARRIED,	/* no segment is handed over, or an empty one */
	IMALOG_LOSS_AFTER_LOAD,		/* it came after the copy that was made at the load */
	IMALOG_LOSS_FULL,		/* the segment ends just before it: nobody but the old kernel says so */
	IMALOG_LOSS_CUT,		/* the segment ends inside it */
	IMALOG_LOSS_TEMPLATE_IMA,	/* the template "ima" cannot be restored */
	IMALOG_LOSS_TEMPLATE_NAME,	/* a format string that is too long to be restored */
	IMALOG_LOSS_TEMPLATE_FIELDS,	/* a format with a field that no kernel has: nobody says so */
	IMALOG_LOSS_DATA,		/* template data that are not the template's fields */
};

/* Stable words: "none", "not-carried", "after-load", "full", "cut", "template-ima", ... */
const char *imalog_loss_text(enum imalog_loss loss);

/*
 * The kernel's dump and restore of a log, a record at a time: ima_kexec.c,
 * ima_dump_measurement_list() and ima_template.c, ima_restore_measurement_list(), 6.12.117 and 7.3.4;
 * the next kernel is taken to have their templates.  At any time it says what would become of a
 * log that ends here.  Plain values: all may be read by the caller, none written.
 */
struct imalog_carry {
	struct imalog_kexec kexec;
	uint64_t left_bytes;		/* of the segment, not yet written to */
	uint64_t log_records;		/* given so far */
	uint64_t log_bytes;		/* of these, with the SHA-1 digests that a kexec carries */
	/* The dump, by the old kernel. */
	uint64_t whole_records;		/* written whole */
	uint64_t written_bytes;		/* behind the header, a cut record's included */
	uint64_t cut_bytes;		/* written of the record that was cut; 0: none was */
	int dump_error;			/* -22 when it says "Dump measurements failed. Error:-22", else 0 */
	/* The restore, by the next one.  What arrives is always a beginning of the log. */
	struct imalog_position next;	/* what arrives, as the next kernel has it */
	uint64_t arrived_bytes;		/* the same in log_bytes; differs from next.bytes by template names */
	int restore_error;		/* -22 for "Failed to restore the measurement list: -22", else 0 */
	enum imalog_loss loss;		/* of the first record that does not arrive; later ones go with it */
};

void imalog_carry_init(struct imalog_carry *carry, const struct imalog_kexec *kexec);

/*
 * The next record of the log as it is at the execute: the staged list, then the current one, then
 * the kexec_execute record if there will be one.  @template_: of record->name.  Says whether it
 * arrives (IMALOG_LOSS_NONE), and with copy-at-load only as long as nothing later overflows: then
 * the load hands nothing over, and next.records falls to 0.
 * In the next kernel its template is called template_->builtin_name if there is one.
 */
enum imalog_loss imalog_carry_add(struct imalog_carry *carry, const struct imalog_record *record,
				  const struct imalog_template *template_);

#ifdef __cplusplus
}
#endif
#endif
