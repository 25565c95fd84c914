// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <string.h>

#define NO 99	/* there is no such field */

static const struct {
	const char *name;
	bool builtin, is_ima;
	unsigned digest, path, buffer;	/* field numbers or NO */
} table[] = {
	{ "ima", true, true, NO, NO, NO },
	{ "ima-ng", true, false, 0, 1, NO },
	{ "ima-sig", true, false, 0, 1, NO },
	{ "ima-ngv2", true, false, 0, 1, NO },
	{ "ima-sigv2", true, false, 0, 1, NO },
	{ "ima-buf", true, false, 0, 1, 2 },
	{ "ima-modsig", true, false, 0, 1, NO },
	{ "evm-sig", true, false, 0, 1, NO },
	/* custom ones: the format string stands for the name */
	{ "d-ng|n-ng", false, false, 0, 1, NO },
	{ "d-ng|n-ng|buf", false, false, 0, 1, 2 },
	{ "n-ng|d-ngv2", false, false, 1, 0, NO },
	{ "sig|buf|iuid|n-ng|d-ng", false, false, 4, 3, 1 },
	{ "d-ng", false, false, 0, NO, NO },
	{ "n-ng", false, false, NO, 0, NO },
	{ "d|n", false, false, NO, NO, NO },
	/* unknown or odd: no field that we could mistake for ours */
	{ "", false, false, NO, NO, NO },
	{ "ima-", false, false, NO, NO, NO },
	{ "ima-ng2", false, false, NO, NO, NO },
	{ "IMA-NG", false, false, NO, NO, NO },
	{ "|", false, false, NO, NO, NO },
	{ "||", false, false, NO, NO, NO },
	{ "|d-ng", false, false, 1, NO, NO },
	{ "d-ng|", false, false, 0, NO, NO },
	{ "d-ngx|xn-ng|buffer", false, false, NO, NO, NO },
};

static void describes_every_template(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_template found;
		bool good;

		memset(&found, 0xff, sizeof(found));
		imalog_template_describe(span_of(table[i].name), &found);
		good = found.builtin == table[i].builtin && found.is_ima == table[i].is_ima &&
		       found.has_digest == (table[i].digest != NO) &&
		       found.has_name == (table[i].path != NO) &&
		       found.has_buffer == (table[i].buffer != NO) &&
		       (!found.has_digest || found.digest_field == table[i].digest) &&
		       (!found.has_name || found.name_field == table[i].path) &&
		       (!found.has_buffer || found.buffer_field == table[i].buffer);
		if (!good)
			fail_msg("template \"%s\"", table[i].name);
	}
}

static void an_empty_name_without_bytes(void **state)
{
	struct imalog_template found;

	(void)state;
	imalog_template_describe((struct imalog_span){ NULL, 0 }, &found);
	assert_false(found.builtin);
	assert_false(found.has_name);
}

static void fields_by_number(void **state)
{
	static const char *const words[] = { "one", "", "three, the last" };

	(void)state;
	for (size_t o = 0; o < COUNT(build_orders); o++) {
		struct imalog_span field = { 0 };
		struct build build;

		build_init_as(&build, build_orders[o], 20);
		for (size_t i = 0; i < COUNT(words); i++)
			build_field(&build, span_of(words[i]));
		for (unsigned i = 0; i < COUNT(words); i++) {
			assert_int_equal(imalog_field(build_log(&build), build_orders[o], i, &field),
					 0);
			assert_true(imalog_span_is(field, words[i]));
		}
		assert_int_equal(imalog_field(build_log(&build), build_orders[o], 3, &field),
				 IMALOG_ERROR_BAD_FIELD);
		assert_int_equal(imalog_field(build_log(&build), build_orders[!o], 0, &field),
				 IMALOG_ERROR_BAD_FIELD);
		build_free(&build);
	}
}

/* Data of d-ng|n-ng|iuid|igid|imode with owner and mode of those sizes. */
static bool fits_with(const char *owner, const char *mode)
{
	struct build build;
	bool fits;

	build_init(&build);
	build_field(&build, (struct imalog_span){ (const unsigned char *)"sha1:", 6 });
	build_field(&build, (struct imalog_span){ (const unsigned char *)"boot_aggregate", 15 });
	build_field(&build, span_of(owner));
	build_field(&build, span_of(owner));
	build_field(&build, span_of(mode));
	fits = imalog_template_fits(span_of("d-ng|n-ng|iuid|igid|imode"), build_log(&build),
				    IMALOG_LITTLE_ENDIAN);
	build_free(&build);
	return fits;
}

/* boot_aggregate has no file, and so neither owner nor mode [run, 6.12.117 and 7.3.4]. */
static void a_record_without_a_file(void **state)
{
	(void)state;
	assert_true(fits_with("", ""));
	assert_true(fits_with("uid4", "mo"));
	assert_false(fits_with("uid", "mo"));
	assert_false(fits_with("uid4", "mod"));
	assert_false(fits_with("uid45", ""));
}

/* Cut at each byte: the fields before it are there, the others are not. */
static void fields_of_cut_data(void **state)
{
	struct build build;

	(void)state;
	build_init(&build);
	build_field(&build, span_of("abcd"));	/* ends at 8 */
	build_field(&build, span_of(""));	/* ends at 12 */
	build_field(&build, span_of("xyz"));	/* ends at 19 */
	for (size_t cut = 0; cut <= build.size; cut++) {
		static const size_t ends[] = { 8, 12, 19 };

		for (unsigned i = 0; i < COUNT(ends); i++) {
			struct imalog_span field, part = { build.data, cut };

			assert_int_equal(imalog_field(part, IMALOG_LITTLE_ENDIAN, i, &field),
					 cut >= ends[i] ? 0 : IMALOG_ERROR_BAD_FIELD);
		}
	}
	build_free(&build);
}

static void a_field_longer_than_memory(void **state)
{
	static const unsigned char data[] = { 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4 };
	struct imalog_span field;

	(void)state;
	assert_int_equal(imalog_field((struct imalog_span){ data, sizeof(data) },
				      IMALOG_LITTLE_ENDIAN, 0, &field), IMALOG_ERROR_BAD_FIELD);
	assert_int_equal(imalog_field((struct imalog_span){ NULL, 0 }, IMALOG_LITTLE_ENDIAN, 0,
				      &field), IMALOG_ERROR_BAD_FIELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_every_template),
		cmocka_unit_test(an_empty_name_without_bytes),
		cmocka_unit_test(fields_by_number),
		cmocka_unit_test(a_record_without_a_file),
		cmocka_unit_test(fields_of_cut_data),
		cmocka_unit_test(a_field_longer_than_memory),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
