// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <string.h>

static const char *const templates[] = {
	"ima", "ima-ng", "ima-sig", "ima-ngv2", "ima-sigv2", "ima-buf", "ima-modsig", "evm-sig",
	"d-ng|n-ng", "d-ngv2|n-ng|imode",
};

static void finds_every_format(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT(templates); t++) {
		for (size_t o = 0; o < COUNT(build_orders); o++) {
			for (size_t s = 0; s < COUNT(build_digest_sizes); s++) {
				struct imalog_format found = { .record_max = 12345 };
				struct build build;

				build_init_as(&build, build_orders[o], build_digest_sizes[s]);
				build.pcr = t % 2 ? 10 : 0;
				build_file(&build, templates[t], "boot_aggregate");
				build.violation = true;
				build_file(&build, templates[t], "/usr/bin/true");
				for (int whole = 0; whole < 2; whole++) {
					struct imalog_span head = build_log(&build);

					head.size -= whole ? 0 : 5;
					assert_int_equal(imalog_format_detect(head, whole, &found), 0);
					assert_int_equal(found.byte_order, build_orders[o]);
					assert_int_equal(found.digest_size, build_digest_sizes[s]);
					assert_int_equal(found.record_max, 12345);
				}
				build_free(&build);
			}
		}
	}
}

static void takes_an_empty_log_for_the_usual_format(void **state)
{
	struct imalog_format format = { IMALOG_BIG_ENDIAN, 64, 99 };

	(void)state;
	assert_int_equal(imalog_format_detect((struct imalog_span){ NULL, 0 }, true, &format), 0);
	assert_int_equal(format.byte_order, IMALOG_LITTLE_ENDIAN);
	assert_int_equal(format.digest_size, 20);
	assert_int_equal(format.record_max, 99);
}

static void refuses_what_is_no_log(void **state)
{
	static const char text[] = "10 5a5a5a5a5a ima-ng sha256:5a5a5a boot_aggregate\n"
				   "10 5a5a5a5a5a ima-ng sha256:5a5a5a /usr/lib/systemd/systemd\n";
	struct imalog_format format = { IMALOG_BIG_ENDIAN, 64, 99 };
	unsigned char bytes[4096];
	uint32_t seed = 1;

	(void)state;
	assert_int_equal(imalog_format_detect(span_of(text), true, &format), IMALOG_ERROR_NO_FORMAT);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(imalog_format_detect((struct imalog_span){ bytes, sizeof(bytes) }, true,
					      &format), IMALOG_ERROR_NO_FORMAT);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(seed >> 24);
	}
	for (size_t size = 1; size < sizeof(bytes); size = size * 2 + 1)
		assert_int_equal(imalog_format_detect((struct imalog_span){ bytes, size }, true,
						      &format), IMALOG_ERROR_NO_FORMAT);
	assert_int_equal(format.byte_order, IMALOG_BIG_ENDIAN);	/* untouched */
	assert_int_equal(format.digest_size, 64);
}

/* A log cut in its first record explains nothing; cut later it does. */
static void needs_one_whole_record(void **state)
{
	struct imalog_format format = { .record_max = 0 };
	struct build build;
	size_t first;

	(void)state;
	build_init_as(&build, IMALOG_BIG_ENDIAN, 48);
	build_file(&build, "ima-ng", "boot_aggregate");
	first = build.size;
	build_file(&build, "ima-ng", "/1");
	for (size_t size = 1; size <= build.size; size++) {
		int result = imalog_format_detect((struct imalog_span){ build.data, size }, true,
						  &format);

		assert_int_equal(result, size < first ? IMALOG_ERROR_NO_FORMAT : 0);
		if (!result)
			assert_int_equal(format.digest_size, 48);
	}
	build_free(&build);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_format),
		cmocka_unit_test(takes_an_empty_log_for_the_usual_format),
		cmocka_unit_test(refuses_what_is_no_log),
		cmocka_unit_test(needs_one_whole_record),
	};

	return cmocka_run_group_tests_name("detect", tests, NULL, NULL);
}
