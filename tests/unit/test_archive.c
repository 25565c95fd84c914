// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of an archive: their names, their texts, and what makes them a chain. */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "archive.h"


static void a_name_and_its_numbers(void **state)
{
	static const struct { const char *name; bool good; uint64_t chain, first, last; } cases[] = {
		{ "0001.000000001-000000200.json", true, 1, 1, 200 },
		{ "12345.1000000000-18446744073709551615.json", true, 12345, 1000000000, UINT64_MAX },
		{ "0001.000000001-000000200.log", false, 0, 0, 0 },
		{ "0001.000000001-000000200.json.new", false, 0, 0, 0 },
		{ "0001.1-200.json", false, 0, 0, 0 },
		{ "1.000000001-000000200.json", false, 0, 0, 0 },
		{ "0000.000000001-000000200.json", false, 0, 0, 0 },
		{ "0001.000000000-000000200.json", false, 0, 0, 0 },
		{ "0001.000000201-000000200.json", false, 0, 0, 0 },
		{ "4294967296.000000001-000000200.json", false, 0, 0, 0 },
		{ "0001.000000001-18446744073709551616.json", false, 0, 0, 0 },
		{ "0001.-00000001-000000200.json", false, 0, 0, 0 },
		{ "0001", false, 0, 0, 0 },
		{ "", false, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct archive_piece piece;
		char name[ARCHIVE_NAME_SIZE];

		assert_int_equal(archive_parse_name(cases[i].name, &piece), cases[i].good);
		if (!cases[i].good)
			continue;
		assert_int_equal(piece.chain, cases[i].chain);
		assert_true(piece.first == cases[i].first && piece.last == cases[i].last);
		archive_name(&piece, ".json", name);
		assert_string_equal(name, cases[i].name);
	}
}

static struct archive_piece piece_of(uint32_t chain, uint64_t first, uint64_t last)
{
	struct archive_piece piece = { .chain = chain, .first = first, .last = last,
				       .bytes = 100 * (last - first + 1), .boot_id = "a-boot" };

	memset(piece.sha256, (int)first, sizeof(piece.sha256));
	return piece;
}

static void a_text_is_of_its_piece_only(void **state)
{
	static const char *const no_boots[] = {
		"{\"archive\":1,\"boot_id\":null}", "{\"archive\":1,\"boot_id\":1}",
		"{\"archive\":1,\"boot_id\":[]}", "{\"archive\":1}", "[]", "null", "1",
	};
	struct archive_piece piece = piece_of(1, 1, 200), read;
	char *text;

	(void)state;
	archive_run_on(&piece, NULL);
	text = archive_to_text(&piece);
	assert_non_null(text);
	read = (struct archive_piece){ .chain = 1, .first = 1, .last = 200 };
	assert_true(archive_from_text(text, &read));
	assert_memory_equal(read.running, piece.running, sizeof(piece.running));
	assert_string_equal(read.boot_id, "a-boot");
	assert_int_equal(read.bytes, piece.bytes);
	for (unsigned i = 0; i < 3; i++) {
		read = (struct archive_piece){ .chain = 1 + (i == 0), .first = 1 + (i == 1),
					       .last = 200 + (i == 2) };
		assert_false(archive_from_text(text, &read));
	}
	/* json-c gives a text, or NULL, for what is none. */
	for (unsigned i = 0; i < COUNT(no_boots); i++) {
		read = (struct archive_piece){ .chain = 1, .first = 1, .last = 200 };
		assert_false(archive_from_text(no_boots[i], &read));
	}
	/* Cut anywhere it is no text. */
	for (size_t size = strlen(text); size--;) {
		text[size] = '\0';
		read = (struct archive_piece){ .chain = 1, .first = 1, .last = 200 };
		assert_false(archive_from_text(text, &read));
	}
	free(text);
}

static void a_chain_with_one_thing_broken(void **state)
{
	struct archive_piece good[3] = { piece_of(1, 1, 10), piece_of(1, 11, 11), piece_of(1, 12, 40) };
	size_t bad;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		archive_run_on(&good[i], i ? &good[i - 1] : NULL);
	assert_true(archive_is_chain(good, 3, &bad));
	assert_true(archive_is_chain(good, 0, &bad));
	for (unsigned breaks = 0; breaks < 5; breaks++) {
		struct archive_piece pieces[3];
		size_t count = 3, expected = 1;

		memcpy(pieces, good, sizeof(pieces));
		switch (breaks) {
		case 0: pieces[1].sha256[0] ^= 1; break;
		case 1: pieces[1].running[31] ^= 1; break;
		case 2: pieces[1].first++; break;
		case 3: pieces[1] = pieces[2]; count = 2; break;		/* one is missing */
		case 4: memmove(pieces, pieces + 1, 2 * sizeof(pieces[0])); count = 2; expected = 0; break;
		}
		assert_false(archive_is_chain(pieces, count, &bad));
		assert_int_equal(bad, expected);
	}
}

static void pieces_sort_by_chain_then_record(void **state)
{
	struct archive_piece a = piece_of(1, 5, 9), b = piece_of(1, 10, 11), c = piece_of(2, 1, 2);

	(void)state;
	assert_true(archive_compare(&a, &b) < 0 && archive_compare(&b, &a) > 0);
	assert_true(archive_compare(&b, &c) < 0 && archive_compare(&c, &b) > 0);
	assert_int_equal(archive_compare(&a, &a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_and_its_numbers),
		cmocka_unit_test(a_text_is_of_its_piece_only),
		cmocka_unit_test(a_chain_with_one_thing_broken),
		cmocka_unit_test(pieces_sort_by_chain_then_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
