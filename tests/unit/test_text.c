// SPDX-License-Identifier: GPL-2.0-or-later
#include "build.h"

#include <stdlib.h>
#include <string.h>

static void span_is_compares_size_and_bytes(void **state)
{
	(void)state;
	assert_true(imalog_span_is(span_of("ima-ng"), "ima-ng"));
	assert_true(imalog_span_is((struct imalog_span){ NULL, 0 }, ""));
	assert_false(imalog_span_is((struct imalog_span){ NULL, 0 }, "a"));
	assert_false(imalog_span_is(span_of("ima-ng"), "ima-n"));
	assert_false(imalog_span_is(span_of("ima-ng"), "ima-ngv2"));
	assert_false(imalog_span_is(span_with_nul("ima"), "ima"));
}

static void escape_keeps_only_harmless_bytes(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "", "" },
		{ "/usr/bin/true", "/usr/bin/true" },
		{ "!~", "!~" },
		{ "a b", "a\\x20b" },
		{ "\\", "\\x5c" },
		{ "\"", "\\x22" },
		{ "'", "\\x27" },
		{ "\033[2J", "\\x1b[2J" },
		{ "\n\t\r", "\\x0a\\x09\\x0d" },
		{ "\x7f\x80\xff", "\\x7f\\x80\\xff" },
		{ "\xc3\xa4", "\\xc3\\xa4" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		size_t size = imalog_escape(span_of(table[i].in), out, sizeof(out));

		assert_string_equal(out, table[i].out);
		assert_int_equal(size, strlen(table[i].out));
	}
	assert_int_equal(imalog_escape(span_with_nul("a"), out, sizeof(out)), 5);
	assert_string_equal(out, "a\\x00");
}

static void escape_shows_what_was_left_out(void **state)
{
	static const struct {
		const char *in;
		size_t room;
		const char *out;
	} table[] = {
		{ "", 4, "" },
		{ "abc", 4, "abc" },
		{ "abcd", 4, "..." },
		{ "abcd", 5, "abcd" },
		{ "abcde", 5, "a..." },
		{ " ", 4, "..." },
		{ " ", 5, "\\x20" },
		{ "  ", 8, "\\x20..." },
		{ "  ", 9, "\\x20\\x20" },
		{ "ab  ", 9, "ab..." },
		{ "abc ", 7, "abc..." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *out = malloc(table[i].room);	/* its own block: overruns are seen */

		assert_non_null(out);
		assert_int_equal(imalog_escape(span_of(table[i].in), out, table[i].room),
				 strlen(table[i].out));
		assert_string_equal(out, table[i].out);
		free(out);
	}
}

/* Any byte, any room: it stays inside, is printable, and never ends in half an escape. */
static void escape_is_safe_for_every_byte_and_room(void **state)
{
	unsigned char bytes[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t room = 4; room < 1100; room += 7) {
		char *out = malloc(room);
		size_t size = imalog_escape((struct imalog_span){ bytes, sizeof(bytes) }, out, room);

		assert_true(size < room);
		assert_int_equal(strlen(out), size);
		for (size_t i = 0; i < size; i++) {
			assert_in_range(out[i], 0x21, 0x7e);
			if (out[i] == '\\') {
				assert_true(i + 4 <= size);
				assert_int_equal(out[i + 1], 'x');
			}
		}
		free(out);
	}
}

static void every_error_has_its_own_words(void **state)
{
	(void)state;
	for (int a = IMALOG_ERROR_NO_FORMAT; a <= 0; a++) {
		assert_true(strlen(imalog_error_text(a)) > 5);
		for (int b = a + 1; b <= 0; b++)
			assert_string_not_equal(imalog_error_text(a), imalog_error_text(b));
	}
	assert_non_null(imalog_error_text(1));
	assert_non_null(imalog_error_text(-1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_is_compares_size_and_bytes),
		cmocka_unit_test(escape_keeps_only_harmless_bytes),
		cmocka_unit_test(escape_shows_what_was_left_out),
		cmocka_unit_test(escape_is_safe_for_every_byte_and_room),
		cmocka_unit_test(every_error_has_its_own_words),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
