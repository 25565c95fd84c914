// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel images: a good header of each kind, and one thing broken. */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "image.h"

#define FILE_SIZE 4096

static void put(unsigned char *file, size_t at, uint32_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		file[at + i] = (unsigned char)(number >> 8 * i);
}

/* One setup sector behind the boot sector, 1000 bytes of payload, a release in the setup. */
static void good_bzimage(unsigned char file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	file[0x1f1] = 1;
	memcpy(file + 0x202, "HdrS", 4);
	put(file, 0x20e, 0x100, 2);
	memcpy(file + 0x300, "7.3.4 (builder@host) #1 SMP", 28);
	put(file, 0x248, 16, 4);
	put(file, 0x24c, 1000, 4);
}

static void good_zboot(unsigned char file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	memcpy(file, "MZ\0\0zimg", 8);
	put(file, 8, 512, 4);
	put(file, 12, 3000, 4);
}

static void a_bzimage_with_one_thing_broken(void **state)
{
	static const struct { size_t at; uint32_t number; size_t bytes, size; bool good; } cases[] = {
		{ 0, 0, 0, FILE_SIZE, true },
		{ 0x1f1, 0, 1, FILE_SIZE, true },	/* 0 stands for four sectors */
		{ 0x1f1, 200, 1, FILE_SIZE, false },	/* setup longer than the file */
		{ 0x248, UINT32_MAX, 4, FILE_SIZE, false },
		{ 0x24c, UINT32_MAX, 4, FILE_SIZE, false },
		{ 0x24c, 0, 4, FILE_SIZE, false },
		{ 0x24c, FILE_SIZE - 1024 - 16, 4, FILE_SIZE, true },
		{ 0x24c, FILE_SIZE - 1024 - 15, 4, FILE_SIZE, false },
		{ 0x20e, 0, 2, FILE_SIZE, true },	/* no release */
		{ 0x20e, 0xffff, 2, FILE_SIZE, true },	/* one that lies behind the end */
		{ 0x202, 0, 4, FILE_SIZE, false },
		{ 0, 0, 0, 0x24f, false },		/* cut in the header */
		{ 0, 0, 0, 1500, false },		/* and in the payload */
		{ 0, 0, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char file[FILE_SIZE];
		struct image_layout layout;
		struct image_facts facts = { .release = "" };
		/* Exactly as long as the case says, so that a sanitizer sees the end. */
		unsigned char *cut = malloc(cases[i].size ? cases[i].size : 1);

		good_bzimage(file);
		put(file, cases[i].at, cases[i].number, cases[i].bytes);
		memcpy(cut, file, cases[i].size);
		assert_int_equal(image_layout((struct imalog_span){ cut, cases[i].size }, &layout),
				 cases[i].good);
		if (cases[i].good) {
			assert_int_equal(layout.kind, IMAGE_BZIMAGE);
			assert_true(layout.packed);
			image_release(layout.release, &facts);
			assert_string_equal(facts.release, cases[i].at == 0x20e ? "" : "7.3.4");
		}
		free(cut);
	}
}

static void a_zboot_image_with_one_thing_broken(void **state)
{
	static const struct { size_t at; uint32_t number; bool good; } cases[] = {
		{ 8, 512, true }, { 8, UINT32_MAX, false }, { 8, FILE_SIZE, false },
		{ 12, UINT32_MAX, false }, { 12, 0, false }, { 12, FILE_SIZE - 512, true },
		{ 12, FILE_SIZE - 511, false }, { 0, 0, false }, { 4, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char file[FILE_SIZE];
		struct image_layout layout;

		good_zboot(file);
		put(file, cases[i].at, cases[i].number, 4);
		assert_int_equal(image_layout((struct imalog_span){ file, sizeof(file) }, &layout),
				 cases[i].good);
		if (cases[i].good)
			assert_ptr_equal(layout.payload.data, file + 512);
	}
}

static void other_kinds_are_known_by_their_first_bytes(void **state)
{
	static const struct { size_t at; const char *bytes; size_t size; enum image_kind kind; } cases[] = {
		{ 56, "ARM\x64", 4, IMAGE_ARM64 },
		{ 0, "\x7f" "ELF", 4, IMAGE_ELF },
		{ 0, "\x1f\x8b", 2, IMAGE_PACKED },
		{ 0, "\x28\xb5\x2f\xfd", 4, IMAGE_PACKED },
		{ 0, "\xfd" "7zXZ", 5, IMAGE_PACKED },
		{ 0, "\x02\x21\x4c\x18", 4, IMAGE_PACKED },
		{ 0, "hello", 5, IMAGE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char file[64] = { 0 };
		struct image_layout layout;

		memcpy(file + cases[i].at, cases[i].bytes, cases[i].size);
		assert_int_equal(image_layout((struct imalog_span){ file, sizeof(file) }, &layout),
				 cases[i].kind != IMAGE_UNKNOWN);
		assert_int_equal(layout.kind, cases[i].kind);
		assert_int_equal(layout.packed, cases[i].kind == IMAGE_PACKED);
	}
}

static void texts_tell_what_a_kernel_does(void **state)
{
	static const char restores[] = "Failed to restore the measurement list.";
	static const struct { const char *text; bool hands_over; enum imalog_generation generation; } cases[] = {
		{ "Failed to restore the measurement list.", false, IMALOG_GENERATION_NONE },
		{ "Not enough memory for the kexec measurement buffer.Failed to restore the measurement list.",
		  true, IMALOG_GENERATION_COPY_AT_LOAD },
		{ "Not enough memory for the kexec measurement buffer.Could not map measurements buffer."
		  "Failed to restore the measurement list.", true, IMALOG_GENERATION_COPY_AT_EXECUTE },
		{ "Not enough memory for the kexec measurement buffer.kexec_segment_size=%lu;"
		  "Failed to restore the measurement list.", true, IMALOG_GENERATION_EVENTS },
		{ "Not enough memory for the kexec measurement buffer.kexec_segment_size=%lu;"
		  "binary_runtime_measurements_staged.Failed to restore the measurement list.", true,
		  IMALOG_GENERATION_STAGING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image_facts facts = { .release = "" };
		struct imalog_span config;

		image_search(span_of(cases[i].text), &facts, &config);
		assert_true(facts.searched && facts.restores);
		assert_int_equal(facts.hands_over, cases[i].hands_over);
		assert_int_equal(facts.generation, cases[i].generation);
		assert_int_equal(config.size, 0);
		/* Without its last letter the text is another one. */
		facts = (struct image_facts){ .release = "" };
		image_search((struct imalog_span){ (const unsigned char *)cases[i].text,
						   strlen(cases[i].text) - sizeof(restores) + 10 },
			     &facts, &config);
		assert_false(facts.restores);
	}
}

static void a_configuration_is_read_line_by_line(void **state)
{
	static const struct {
		const char *text;
		bool has_config, ima, ima_kexec, has_extra;
		unsigned extra;
	} cases[] = {
		{ "CONFIG_IMA=y\nCONFIG_IMA_KEXEC=y\nCONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=8\n", true, true, true,
		  true, 8 },
		{ "CONFIG_IMA=y\nCONFIG_IMA_KEXEC=y", true, true, true, false, 0 },
		{ "# CONFIG_IMA is not set\nCONFIG_X=y\n", true, false, false, false, 0 },
		{ "CONFIG_IMA=m\nCONFIG_IMA_KEXEC=yes\n", true, false, false, false, 0 },
		{ "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=40\n", true, false, false, true, 40 },
		{ "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=41\n", true, false, false, false, 0 },
		{ "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=x\n", true, false, false, false, 0 },
		{ "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=\n", true, false, false, false, 0 },
		{ "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=100\n", true, false, false, false, 0 },
		{ "hello\n", false, false, false, false, 0 },
		{ "", false, false, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image_facts facts = { .release = "" };

		image_config(span_of(cases[i].text), &facts);
		assert_int_equal(facts.has_config, cases[i].has_config);
		assert_int_equal(facts.ima, cases[i].ima);
		assert_int_equal(facts.ima_kexec, cases[i].ima_kexec);
		assert_int_equal(facts.has_extra, cases[i].has_extra);
		if (cases[i].has_extra)
			assert_int_equal(facts.extra_kib, cases[i].extra);
	}
}

static void a_release_ends_at_what_cannot_be_in_one(void **state)
{
	static const struct { const char *text, *release; } cases[] = {
		{ "7.3.4", "7.3.4" }, { "6.1.0-56-amd64 (x)", "6.1.0-56-amd64" }, { "../etc", "" },
		{ "7.3/../../etc", "7.3" }, { "v7.3", "" }, { "", "" }, { "6.12~rc1+b_2", "6.12~rc1+b_2" },
	};
	char text[2 * IMAGE_RELEASE_SIZE];
	struct image_facts facts;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		facts = (struct image_facts){ .release = "" };
		image_release(span_of(cases[i].text), &facts);
		assert_string_equal(facts.release, cases[i].release);
	}
	memset(text, '7', sizeof(text));
	facts = (struct image_facts){ .release = "" };
	image_release((struct imalog_span){ (unsigned char *)text, sizeof(text) }, &facts);
	assert_int_equal(strlen(facts.release), IMAGE_RELEASE_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bzimage_with_one_thing_broken),
		cmocka_unit_test(a_zboot_image_with_one_thing_broken),
		cmocka_unit_test(other_kinds_are_known_by_their_first_bytes),
		cmocka_unit_test(texts_tell_what_a_kernel_does),
		cmocka_unit_test(a_configuration_is_read_line_by_line),
		cmocka_unit_test(a_release_ends_at_what_cannot_be_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
