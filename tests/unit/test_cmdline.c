// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel command lines: the running one, and the one that a load gives. */
#include <string.h>

#include "build.h"
#include "cmdline.h"


static void what_a_command_line_says_of_ima(void **state)
{
	static const struct { const char *text, *policy, *template_, *format, *hash; bool critical, canonical; } cases[] = {
		{ "", "", "", "", "", false, false },
		{ "ro quiet", "", "", "", "", false, false },
		{ "ima_policy=tcb", "tcb", "", "", "", false, false },
		{ "ima_policy=tcb|critical_data", "tcb|critical_data", "", "", "", true, false },
		{ "ima_policy=\"tcb critical_data\" ro", "tcb critical_data", "", "", "", true, false },
		{ "\"ima_policy=critical_data tcb\"", "critical_data tcb", "", "", "", true, false },
		{ "ima_policy=critical_data2", "critical_data2", "", "", "", false, false },
		{ "ima_policy=no_critical_data", "no_critical_data", "", "", "", false, false },
		/* Each counts for the policy, the last one is what stands. */
		{ "ima_policy=critical_data ima_policy=tcb", "tcb", "", "", "", true, false },
		{ "ima_template=ima ima_template=ima-ng", "", "ima-ng", "", "", false, false },
		{ "ima_template_fmt=d-ng|n-ng", "", "", "d-ng|n-ng", "", false, false },
		{ "ima_hash=sha512\tima_canonical_fmt\n", "", "", "", "sha512", false, true },
		{ "init=/x -- ima_hash=sha1", "", "", "", "", false, false },
		{ "xima_hash=sha1 ima_hash", "", "", "", "", false, false },
		{ "\"ima_hash=sha1", "", "", "", "sha1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cmdline cmdline;

		cmdline_read(cases[i].text, &cmdline);
		assert_true(cmdline.known);
		assert_string_equal(cmdline.policy, cases[i].policy);
		assert_string_equal(cmdline.template_, cases[i].template_);
		assert_string_equal(cmdline.format, cases[i].format);
		assert_string_equal(cmdline.hash, cases[i].hash);
		assert_int_equal(cmdline.critical_data, cases[i].critical);
		assert_int_equal(cmdline.canonical, cases[i].canonical);
	}
}

static void a_word_of_any_length_is_cut(void **state)
{
	char text[5000] = "ima_hash=";
	struct cmdline cmdline;

	(void)state;
	memset(text + 9, 'x', sizeof(text) - 10);
	cmdline_read(text, &cmdline);
	assert_int_equal(strlen(cmdline.hash), CMDLINE_VALUE_SIZE - 1);
}

static void what_a_load_gives_the_next_kernel(void **state)
{
	static const struct { const char *arguments[8]; const char *wanted; } cases[] = {
		{ { "kexec", "-s", "-l", "v" }, "" },
		{ { "kexec", "-l", "v", "--append=ro quiet" }, "ro quiet" },
		{ { "kexec", "-l", "v", "--append", "ro" }, "ro" },
		{ { "kexec", "-l", "v", "--command-line=ro" }, "ro" },
		{ { "kexec", "-l", "v", "--append=a", "--append=b" }, "b" },
		{ { "kexec", "-l", "v", "--reuse-cmdline" }, "running" },
		{ { "kexec", "-l", "v", "--reuse-cmdline", "--append=more" }, "running more" },
		{ { "kexec", "-l", "v", "--append=more", "--reuse-cmdline" }, "running more" },
		{ { "kexec", "-l", "--", "--append=more" }, "" },
		{ { "kexec", "-l", "v", "--append" }, "" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(cmdline_of_load((char *const *)cases[i].arguments, "running", out, sizeof(out)));
		assert_string_equal(out, cases[i].wanted);
	}
	/* It must not be cut silently. */
	assert_true(cmdline_of_load((char *const *)cases[6].arguments, "running", out, 13));
	assert_false(cmdline_of_load((char *const *)cases[6].arguments, "running", out, 12));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_command_line_says_of_ima),
		cmocka_unit_test(a_word_of_any_length_is_cut),
		cmocka_unit_test(what_a_load_gives_the_next_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
