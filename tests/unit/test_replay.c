// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdio.h>
#include <string.h>

#define ALL_BANKS ((1u << IMALOG_HASHES) - 1)

/* ---- logs --------------------------------------------------------------------------------- */

static void one(struct build *build)
{
	build_record(build, "ima-ng", span_of("abc"));
}

static void two(struct build *build)
{
	one(build);
	build_record(build, "ima-ng", span_of("def"));
}

static void violation(struct build *build)
{
	one(build);
	build->violation = true;
	build_record(build, "ima-ng", span_of("def"));
}

/* 20 digest bytes 0, 1, 2 ... and the name /bin/sh. */
static void old(struct build *build)
{
	unsigned char digest[20];
	static const unsigned char name[] = "/bin/sh";

	for (unsigned char i = 0; i < sizeof(digest); i++)
		digest[i] = i;
	build_u32(build, build->pcr);
	build_bytes(build, (struct imalog_span){ digest, build->format.digest_size });
	build_field(build, span_of("ima"));
	build_bytes(build, (struct imalog_span){ digest, sizeof(digest) });
	build_field(build, (struct imalog_span){ name, sizeof(name) - 1 });
}

/* The PCR after each, computed by hand: H(pcr || H(data)), a violation extends 0xff. */
static const struct {
	const char *name;
	void (*make)(struct build *build);
	const char *pcr[IMALOG_HASHES];
} table[] = {
	{ "one record", one, {
		"ccd5bd41458de644ac34a2478b58ff819bef5acf",
		"589f9ffed4c477966bfb8d41f37895b08c69047df8f911d6f3b57fbe08faee8d",
		"93732e3733514a841c982cfa75ea76ab55fe011acb9cd980ef4523913c65be1b"
		"0998e04d77f8c174f81a82151619ca40",
		"6b9e946755055542adba95a1588a7eaed86323b3bed97d602ee06839d734048e"
		"02c63f37892d3adde0d25b5a9d89162e8804ab9ec0ac4a263545c4faecfdf53b",
	} },
	{ "two records", two, {
		"a2b3aa62ce5701698c5fd31333531079c47f5faf",
		"f191db04b526f1e7a178d5da326687c0b27b531fbabde4f555ca7fdd6a239964",
		"c138bc0d993f7bcf76a109b56451f955580eba49e5b9b8a5a8655cdc54239a4e"
		"6ef931f15c4909459132b8f4b73d31a5",
		"63f20574686b3d43138aaa91a97510177aa3705559cb0d911bb5dea37577f6fb"
		"ccc5d6e357a9c781fd928388db555a42c7999466a120651f6b7f1a7c610e4efb",
	} },
	{ "a violation", violation, {
		"45f6370ab414cb1c8566a43c6624a4404e15b32c",
		"621e6620e71f2ab35f55f2c7364b04e0b0955ed5e7b2257e1830523c00fbf27c",
		"df193f7a0d0b3beba1a58fc804da8bce3faaf66160aa4025485cc0c97365cc62"
		"b074727899c1eeb9bf75b1d2a0bf493e",
		"5476d27b057b1db9a6f3be0866365ff708515712baa5393d9c5e1df5bd70f22b"
		"e45aadaa1f26eb4dc4c9bef4d90ffaa70b1ff5ddf37d777a891c3eead1f38cd3",
	} },
	{ "the template ima", old, {
		"ecda7cc5921526efa7be47ab7958e819d7d7f886",
		"f4932d8e12eb890a93823241442b161fe5b46591c81976bbf8fb2028ad545a0b",
		"a833714c913eceef000154482ce32509e336c39e57b34c8f1d996d02d4221fbd"
		"99356a5b55ef8def2fd8d690e1547b96",
		"e8d2d296b1d48c4948292aafe3e12773911b499e38511de08cdcfe446ca9ff40"
		"88457d257e30b87773cc575ec09cdde4f02b0d8b6b24087142db034a56f3d117",
	} },
};

/* ---- helpers ------------------------------------------------------------------------------- */

static int replay_log(const struct build *build, unsigned banks, struct imalog_replay *replay)
{
	struct imalog_template template_;
	struct imalog_batch batch;
	struct imalog_reader reader;
	struct imalog_record record;
	int error = 0;

	imalog_replay_init(replay, banks);
	imalog_batch_init(&batch, imalog_batch_hashes(replay, build->format.digest_size));
	imalog_batch_clear(&batch, 0, build->format.digest_size);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	while (!error && !imalog_reader_next(&reader, &record)) {
		imalog_template_describe(record.name, &template_);
		error = imalog_batch_add(&batch, &record, &template_);
	}
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (batch.hashes & 1u << i)
			imalog_batch_digest(&batch, (enum imalog_hash)i);
	imalog_batch_chain(&batch, replay, banks);
	imalog_batch_free(&batch);
	return error;
}

static void hex(const unsigned char *bytes, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* ---- tests --------------------------------------------------------------------------------- */

static void every_bank_of_every_log(void **state)
{
	char got[2 * IMALOG_DIGEST_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		for (size_t o = 0; o < COUNT(build_orders); o++) {
			struct imalog_replay replay;
			struct build build;

			build_init_as(&build, build_orders[o], 20);
			table[i].make(&build);
			assert_int_equal(replay_log(&build, ALL_BANKS, &replay), 0);
			for (unsigned h = 0; h < IMALOG_HASHES; h++) {
				assert_int_equal(replay.bank[h].used, 1u << 10);
				hex(replay.bank[h].pcr[10], imalog_hash_size((enum imalog_hash)h), got);
				if (strcmp(got, table[i].pcr[h]))
					fail_msg("%s: %s is now \"%s\"", table[i].name,
						 imalog_hash_name((enum imalog_hash)h), got);
			}
			build_free(&build);
		}
	}
}

static void other_pcrs_are_on_their_own(void **state)
{
	struct imalog_replay replay;
	struct build build;
	char got[41];

	(void)state;
	build_init(&build);
	build.pcr = 11;
	one(&build);
	build.pcr = 23;
	two(&build);
	assert_int_equal(replay_log(&build, 1u << IMALOG_SHA1, &replay), 0);
	assert_int_equal(replay.bank[IMALOG_SHA1].used, 1u << 11 | 1u << 23);
	hex(replay.bank[IMALOG_SHA1].pcr[11], 20, got);
	assert_string_equal(got, table[0].pcr[IMALOG_SHA1]);
	hex(replay.bank[IMALOG_SHA1].pcr[23], 20, got);
	assert_string_equal(got, table[1].pcr[IMALOG_SHA1]);
	build_free(&build);
}

static void banks_not_chosen_stay_zero(void **state)
{
	static const unsigned char zero[IMALOG_DIGEST_MAX];
	struct imalog_replay replay;
	struct build build;

	(void)state;
	build_init(&build);
	two(&build);
	assert_int_equal(replay_log(&build, 1u << IMALOG_SHA256, &replay), 0);
	for (unsigned h = 0; h < IMALOG_HASHES; h++)
		assert_true(!memcmp(replay.bank[h].pcr[10], zero, sizeof(zero)) ==
			    (h != IMALOG_SHA256));
	build_free(&build);
}

static void no_such_pcr(void **state)
{
	struct imalog_replay replay;
	struct build build;

	(void)state;
	build_init(&build);
	build.pcr = IMALOG_PCRS;
	one(&build);
	assert_int_equal(replay_log(&build, ALL_BANKS, &replay), IMALOG_ERROR_BAD_PCR);
	assert_int_equal(replay.bank[IMALOG_SHA1].used, 0);
	build_free(&build);
}

/* Digests of a log's only batch, with the log's own bank compared. */
static void digest_log_for(const struct build *build, unsigned banks, struct imalog_batch *batch)
{
	struct imalog_template template_;
	struct imalog_reader reader;
	struct imalog_record record;
	struct imalog_replay replay;

	imalog_replay_init(&replay, banks);
	imalog_batch_init(batch, imalog_batch_hashes(&replay, build->format.digest_size));
	imalog_batch_clear(batch, 0, build->format.digest_size);
	imalog_reader_init(&reader, &build->format);
	imalog_reader_feed(&reader, build_log(build), true);
	while (!imalog_reader_next(&reader, &record)) {
		imalog_template_describe(record.name, &template_);
		assert_int_equal(imalog_batch_add(batch, &record, &template_), 0);
	}
	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		if (batch->hashes & 1u << i)
			imalog_batch_digest(batch, (enum imalog_hash)i);
}

static void digest_log(const struct build *build, struct imalog_batch *batch)
{
	digest_log_for(build, 0, batch);
}

/* Each of the four banks a log can be of: good as made, found when one byte is altered. */
static void one_altered_byte_is_found(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
		struct imalog_template template_;
		struct imalog_reader reader;
		struct imalog_record record;
		struct imalog_batch batch;
		struct build build;

		build_init_as(&build, IMALOG_LITTLE_ENDIAN, build_digest_sizes[s]);
		build_file(&build, "ima-sig", "/usr/bin/true");
		imalog_reader_init(&reader, &build.format);
		imalog_reader_feed(&reader, build_log(&build), true);
		assert_int_equal(imalog_reader_next(&reader, &record), 0);
		imalog_template_describe(record.name, &template_);
		/* The builder leaves any digest there; the kernel leaves the right one. */
		imalog_hash_digest((enum imalog_hash)s, record.data, build.data + 4);
		digest_log(&build, &batch);
		assert_int_equal(batch.bad, batch.count);
		imalog_batch_free(&batch);
		build.data[build.size - 1] ^= 1;
		digest_log(&build, &batch);
		assert_int_equal(batch.bad, 0);
		assert_int_equal(batch.bad_error, IMALOG_ERROR_BAD_DIGEST);
		imalog_batch_free(&batch);
		build_free(&build);
	}
}

static void a_violation_has_no_digest_to_check(void **state)
{
	struct imalog_batch batch;
	struct build build;

	(void)state;
	build_init(&build);
	build.violation = true;
	build_file(&build, "ima-ng", "/var/log/messages");
	digest_log(&build, &batch);
	assert_int_equal(batch.bad, batch.count);
	imalog_batch_free(&batch);
	build_free(&build);
}

static void a_long_name_of_the_template_ima_is_refused(void **state)
{
	unsigned char bytes[24 + 257], digest[IMALOG_DIGEST_MAX];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (size_t size = 255; size <= 257; size++)
		assert_int_equal(imalog_template_digest((struct imalog_span){ bytes, 24 + size }, true,
							IMALOG_SHA1, digest),
				 size > 256 ? IMALOG_ERROR_BAD_FIELD : 0);
	for (size_t size = 0; size < 24; size++)
		assert_int_equal(imalog_template_digest((struct imalog_span){ bytes, size }, true,
							IMALOG_SHA1, digest),
				 IMALOG_ERROR_BAD_FIELD);
}

/* A kernel without SHA-512 extends that bank with the SHA-1 digest and zeroes. */
static void a_padded_bank_gets_the_sha1_digest(void **state)
{
	unsigned char both[2 * IMALOG_DIGEST_MAX] = { 0 }, pcr[IMALOG_DIGEST_MAX];
	struct imalog_replay replay;
	struct imalog_batch batch;
	struct build build;

	(void)state;
	build_init(&build);
	one(&build);
	digest_log(&build, &batch);	/* of a SHA-1 log: has those digests */
	imalog_replay_init(&replay, 1u << IMALOG_SHA512);
	replay.padded = 1u << IMALOG_SHA512;
	imalog_batch_chain(&batch, &replay, replay.banks);
	imalog_hash_digest(IMALOG_SHA1, span_of("abc"), both + IMALOG_DIGEST_MAX);
	imalog_hash_digest(IMALOG_SHA512, (struct imalog_span){ both, sizeof(both) }, pcr);
	assert_memory_equal(replay.bank[IMALOG_SHA512].pcr[10], pcr, sizeof(pcr));
	imalog_batch_free(&batch);
	build_free(&build);
}

/* Kernels of a log may differ: padded from one record on, or up to one. */
static void records_outside_the_padding_get_their_own_digest(void **state)
{
	static const struct { uint64_t first, end; bool padded[3]; } cases[] = {
		{ 0, 0, { true, true, true } },
		{ 1, 0, { false, true, true } },
		{ 0, 2, { true, true, false } },
		{ 1, 2, { false, true, false } },
		{ 3, 0, { false, false, false } },
	};
	unsigned char both[2 * IMALOG_DIGEST_MAX], pcr[IMALOG_DIGEST_MAX];
	struct imalog_replay replay;
	struct imalog_batch batch;
	struct build build;

	(void)state;
	build_init(&build);
	for (unsigned i = 0; i < 3; i++)
		one(&build);
	digest_log_for(&build, 1u << IMALOG_SHA512, &batch);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		imalog_replay_init(&replay, 1u << IMALOG_SHA512);
		replay.padded = 1u << IMALOG_SHA512;
		replay.padded_first = cases[i].first;
		replay.padded_end = cases[i].end;
		imalog_batch_chain(&batch, &replay, replay.banks);
		memset(pcr, 0, sizeof(pcr));
		for (size_t record = 0; record < 3; record++) {
			memset(both, 0, sizeof(both));
			memcpy(both, pcr, sizeof(pcr));
			imalog_hash_digest(cases[i].padded[record] ? IMALOG_SHA1 : IMALOG_SHA512,
					   span_of("abc"), both + IMALOG_DIGEST_MAX);
			imalog_hash_digest(IMALOG_SHA512, (struct imalog_span){ both, sizeof(both) }, pcr);
		}
		assert_memory_equal(replay.bank[IMALOG_SHA512].pcr[10], pcr, sizeof(pcr));
		assert_int_equal(imalog_replay_needs(&replay, replay.banks),
				 1u << IMALOG_SHA1 | (i ? 1u << IMALOG_SHA512 : 0));
	}
	imalog_batch_free(&batch);
	build_free(&build);
}

/* The prefix that matched, for each value the PCR had on the way. */
static void the_longest_matching_prefix_is_told(void **state)
{
	static const struct { uint32_t pcrs[4]; unsigned at; uint64_t wanted; } cases[] = {
		{ { 10, 10, 10, 10 }, 1, 1 },
		{ { 10, 10, 10, 10 }, 3, 3 },
		{ { 10, 10, 10, 10 }, 4, 4 },
		{ { 10, 10, 11, 10 }, 2, 3 },	/* a record of another PCR changes nothing */
		{ { 10, 10, 11, 11 }, 2, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct imalog_replay partial, replay;
		struct imalog_batch batch;
		struct build build;

		build_init(&build);
		for (size_t r = 0; r < 4; r++) {
			build.pcr = cases[i].pcrs[r];
			one(&build);
		}
		digest_log(&build, &batch);
		imalog_replay_init(&partial, 1u << IMALOG_SHA1);
		batch.count = cases[i].at;
		imalog_batch_chain(&batch, &partial, partial.banks);
		imalog_replay_init(&replay, 1u << IMALOG_SHA1);
		imalog_replay_expect(&replay, IMALOG_SHA1, 10,
				     partial.bank[IMALOG_SHA1].pcr[10]);
		batch.count = 4;
		imalog_batch_chain(&batch, &replay, replay.banks);
		assert_int_equal(imalog_replay_matched(&replay, IMALOG_SHA1, 10, 4),
				 cases[i].wanted);
		imalog_batch_free(&batch);
		build_free(&build);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bank_of_every_log),
		cmocka_unit_test(other_pcrs_are_on_their_own),
		cmocka_unit_test(banks_not_chosen_stay_zero),
		cmocka_unit_test(no_such_pcr),
		cmocka_unit_test(one_altered_byte_is_found),
		cmocka_unit_test(a_violation_has_no_digest_to_check),
		cmocka_unit_test(a_long_name_of_the_template_ima_is_refused),
		cmocka_unit_test(a_padded_bank_gets_the_sha1_digest),
		cmocka_unit_test(records_outside_the_padding_get_their_own_digest),
		cmocka_unit_test(the_longest_matching_prefix_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
