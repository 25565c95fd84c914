// SPDX-License-Identifier: GPL-2.0-or-later
/* The TPM in memory: its PCRs are what the specification says, and its quotes are good ones. */
#include "build.h"
#include "host/library.h"
#include "host/quote.h"
#include "host/tpm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* PCRs as the extends so far must have left them; all zero is a TPM just started. */
struct model {
	unsigned char pcr[IMALOG_HASHES][IMALOG_PCRS][IMALOG_DIGEST_MAX];
};

/* A TPM that runs, or the reason why not. */
static void start(struct host_tpm *tpm)
{
	if (host_tpm_start(tpm))
		fail_msg("%s", tpm->problem);
	assert_string_equal(tpm->problem, "");
}

static void digests_of(const char *text, unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX])
{
	for (unsigned h = 0; h < IMALOG_HASHES; h++)
		imalog_hash_digest((enum imalog_hash)h, span_of(text), digest[h]);
}

/* TPM 2.0 part 1, "Extend of a PCR": H(old || digest). */
static void extend_model(unsigned char *pcr, enum imalog_hash hash, const unsigned char *digest)
{
	unsigned char both[2 * IMALOG_DIGEST_MAX];
	size_t size = imalog_hash_size(hash);

	memcpy(both, pcr, size);
	memcpy(both + size, digest, size);
	imalog_hash_digest(hash, (struct imalog_span){ both, 2 * size }, pcr);
}

static void extend_both(struct host_tpm *tpm, struct model *model, unsigned pcr,
			const char *text)
{
	unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX];

	digests_of(text, digest);
	assert_int_equal(host_tpm_extend(tpm, pcr, digest), 0);
	for (unsigned h = 0; h < IMALOG_HASHES; h++)
		extend_model(model->pcr[h][pcr], (enum imalog_hash)h, digest[h]);
}

static void compare(struct host_tpm *tpm, const struct model *model, unsigned pcr)
{
	unsigned char value[IMALOG_DIGEST_MAX];

	for (unsigned h = 0; h < IMALOG_HASHES; h++) {
		assert_int_equal(host_tpm_read(tpm, (enum imalog_hash)h, pcr, value), 0);
		assert_memory_equal(value, model->pcr[h][pcr], imalog_hash_size((enum imalog_hash)h));
	}
}

/* Twice over: the second TPM knows nothing of the first. */
static void extends_are_those_of_the_model(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct model model = { 0 };
		struct host_tpm tpm;

		start(&tpm);
		compare(&tpm, &model, 10);
		extend_both(&tpm, &model, 10, "abc");
		extend_both(&tpm, &model, 10, "def");
		extend_both(&tpm, &model, 11, "abc");
		compare(&tpm, &model, 10);
		compare(&tpm, &model, 11);
		compare(&tpm, &model, 0);
		host_tpm_stop(&tpm);
		host_tpm_stop(&tpm);
	}
}

static void one_at_a_time(void **state)
{
	struct host_tpm first, second;
	unsigned char value[IMALOG_DIGEST_MAX];

	(void)state;
	start(&first);
	assert_int_equal(host_tpm_start(&second), -EBUSY);
	assert_string_not_equal(second.problem, "");
	host_tpm_stop(&second);
	assert_int_equal(host_tpm_read(&first, IMALOG_SHA1, 10, value), 0);
	host_tpm_stop(&first);
	start(&second);
	host_tpm_stop(&second);
}

static void what_a_tpm_refuses(void **state)
{
	unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX] = { { 0 } };
	struct host_tpm_ask ask = { .selection_count = IMALOG_SELECTIONS + 1 };
	static unsigned char nonce[65];
	struct host_tpm_quote quote;
	struct host_tpm tpm;

	(void)state;
	start(&tpm);
	assert_int_equal(host_tpm_extend(&tpm, IMALOG_PCRS, digest), -EINVAL);
	assert_int_equal(host_tpm_read(&tpm, IMALOG_SHA1, IMALOG_PCRS, digest[0]), -EINVAL);
	assert_int_equal(host_tpm_extend(&tpm, 17, digest), -EIO);	/* a locality of its own */
	assert_string_not_equal(tpm.problem, "");
	assert_int_equal(host_tpm_quote(&tpm, &ask, &quote), -EINVAL);
	ask.selection_count = 0;
	ask.nonce = (struct imalog_span){ nonce, sizeof(nonce) };
	assert_int_equal(host_tpm_quote(&tpm, &ask, &quote), -EINVAL);
	host_tpm_stop(&tpm);
}

/* Make a quote, check it, and return what was checked in @checked. */
static void quote_and_check(struct host_tpm *tpm, const struct host_tpm_ask *ask,
			    struct host_tpm_quote *quote, struct imalog_quote *checked)
{
	unsigned char digest[IMALOG_DIGEST_MAX];

	if (host_tpm_quote(tpm, ask, quote))
		fail_msg("%s", tpm->problem);
	assert_int_equal(strlen(quote->key), quote->key_size);
	assert_int_equal(host_quote_check(
		(struct imalog_span){ quote->attest, quote->attest_size },
		(struct imalog_span){ quote->signature, quote->signature_size },
		span_of(quote->key), checked), HOST_QUOTE_GOOD);
	assert_int_equal(checked->hash, ask->hash);
	assert_int_equal(checked->nonce_size, ask->nonce.size);
	assert_memory_equal(checked->nonce, ask->nonce.data, ask->nonce.size);
	assert_int_equal(checked->selection_count, ask->selection_count);
	assert_true(imalog_quote_digest(checked, imalog_pcrs_lookup, &quote->pcrs, digest));
	assert_memory_equal(checked->digest, digest, imalog_hash_size(ask->hash));
}

static void quotes_are_good_ones(void **state)
{
	/* A key of RSA takes long: one of each. */
	static const struct {
		enum host_tpm_scheme scheme;
		enum imalog_hash hash;
	} table[] = {
		{ HOST_TPM_ECDSA, IMALOG_SHA1 },   { HOST_TPM_ECDSA, IMALOG_SHA256 },
		{ HOST_TPM_ECDSA, IMALOG_SHA384 }, { HOST_TPM_ECDSA, IMALOG_SHA512 },
		{ HOST_TPM_RSASSA, IMALOG_SHA256 }, { HOST_TPM_RSAPSS, IMALOG_SHA512 },
	};
	struct model model = { 0 };
	struct host_tpm tpm;

	(void)state;
	start(&tpm);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct host_tpm_ask ask = {
			.scheme = table[i].scheme, .hash = table[i].hash, .nonce = span_of("nonce"),
			.selection_count = 3,
			.selection = { { IMALOG_SHA512, 1 << 10 }, { IMALOG_SHA1, 1 << 10 | 1 << 23 },
				       { IMALOG_SHA256, 0xffff } },
		};
		struct host_tpm_quote quote;
		struct imalog_quote checked;

		extend_both(&tpm, &model, 10, "abc");
		quote_and_check(&tpm, &ask, &quote, &checked);
		assert_memory_equal(quote.pcrs.value[IMALOG_SHA512][10],
				    model.pcr[IMALOG_SHA512][10], 64);
		assert_int_equal(quote.pcrs.known[IMALOG_SHA256], 0xffff);
	}
	host_tpm_stop(&tpm);
}

/* The same key signs again; what it signs is the PCRs of the moment. */
static void one_key_for_many_quotes(void **state)
{
	struct host_tpm_ask ask = {
		.hash = IMALOG_SHA256, .nonce = span_of("1"), .selection_count = 1,
		.selection = { { IMALOG_SHA256, 1 << 10 } },
	};
	struct host_tpm_quote first, second;
	struct imalog_quote before, after;
	struct model model = { 0 };
	struct host_tpm tpm;

	(void)state;
	start(&tpm);
	quote_and_check(&tpm, &ask, &first, &before);
	extend_both(&tpm, &model, 10, "abc");
	quote_and_check(&tpm, &ask, &second, &after);
	assert_string_equal(first.key, second.key);
	assert_memory_not_equal(before.digest, after.digest, 32);
	host_tpm_stop(&tpm);
	/* Another TPM is not the same one. */
	start(&tpm);
	quote_and_check(&tpm, &ask, &second, &after);
	assert_string_not_equal(first.key, second.key);
	assert_memory_equal(before.digest, after.digest, 32);
	host_tpm_stop(&tpm);
}

/* Run a TPM through what works and what does not; nothing is asserted, since cmocka would print. */
static bool exercise(void)
{
	unsigned char digest[IMALOG_HASHES][IMALOG_DIGEST_MAX] = { { 0 } };
	struct host_tpm_ask ask = {
		.hash = IMALOG_SHA256, .nonce = span_of("1"), .selection_count = 1,
		.selection = { { IMALOG_SHA256, 1 << 10 } },
	};
	struct host_tpm_quote quote;
	struct imalog_quote checked;
	struct host_tpm tpm, second = { .inside = NULL };
	bool good = !host_tpm_start(&tpm) && !host_tpm_extend(&tpm, 10, digest) &&
		    host_tpm_extend(&tpm, 17, digest) == -EIO && host_tpm_start(&second) == -EBUSY;

	for (unsigned s = HOST_TPM_ECDSA; good && s <= HOST_TPM_RSAPSS; s++) {
		ask.scheme = (enum host_tpm_scheme)s;
		good = !host_tpm_quote(&tpm, &ask, &quote);
	}
	/* What TPM2-TSS and libcrypto refuse: a cut attest, no key. */
	for (unsigned i = 0; good && i < 2; i++)
		good = host_quote_check(
			(struct imalog_span){ quote.attest, quote.attest_size - !i },
			(struct imalog_span){ quote.signature, quote.signature_size },
			span_of(i ? "no key" : quote.key), &checked) != HOST_QUOTE_GOOD;
	host_tpm_stop(&second);
	host_tpm_stop(&tpm);
	return good;
}

/*
 * Both outputs are a pipe meanwhile, and a write to any file ends the process (SIGXFSZ).  libtss2 logs
 * what it refuses unless it is kept from it.
 */
static void nothing_is_printed_or_written(void **state)
{
	struct rlimit saved, none;
	int pipes[2], out, err;
	char said[1024];
	ssize_t size;
	bool good;

	(void)state;
	unsetenv("TSS2_LOG");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &saved), 0);
	none = saved;
	none.rlim_cur = 0;
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	fflush(NULL);
	dup2(pipes[1], STDOUT_FILENO);
	dup2(pipes[1], STDERR_FILENO);
	setrlimit(RLIMIT_FSIZE, &none);
	good = exercise();
	fflush(NULL);
	setrlimit(RLIMIT_FSIZE, &saved);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	size = read(pipes[0], said, sizeof(said));
	close(out);
	close(err);
	close(pipes[0]);
	close(pipes[1]);
	assert_true(good);
	if (size != -1)
		fail_msg("it said: %.*s", (int)size, said);
}

static void libraries_that_are_not_there(void **state)
{
	static const char *const no_names[] = { "strlen", "there_is_no_such_function" };
	void *table[2] = { NULL, NULL };

	(void)state;
	assert_int_equal(host_library_load("libthereisnone.so.0", no_names, 2, table), -ELIBACC);
	assert_int_equal(host_library_load("libc.so.6", no_names, 2, table), -ELIBBAD);
	assert_null(table[0]);
	assert_int_equal(host_library_load("libc.so.6", no_names, 1, table), 0);
	assert_non_null(table[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_printed_or_written),	/* first: the libraries ask once */
		cmocka_unit_test(extends_are_those_of_the_model),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(what_a_tpm_refuses),
		cmocka_unit_test(quotes_are_good_ones),
		cmocka_unit_test(one_key_for_many_quotes),
		cmocka_unit_test(libraries_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
