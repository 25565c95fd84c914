// SPDX-License-Identifier: GPL-2.0-or-later
/* Which arguments of the real kexec are files that it loads. */
#include <stdio.h>
#include <string.h>

#include "foreign.h"
#include "record.h"

/* The options of kexec-tools whose value is a file to load with kexec_file_load(2). */
static bool names_file(const struct foreign_option *option)
{
	static const char *const names[] = { "initrd", "ramdisk", "dtb", "devicetreeblob",
					     "module", "miniroot", "vmm" };

	for (size_t i = 0; option->name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(option->name, names[i]))
			return true;
	return false;
}

static void add(struct load_files *files, char *const *arguments, size_t argument, size_t offset)
{
	/* "--initrd=" is none. */
	if (!arguments[argument][offset])
		return;
	if (files->count == LOAD_FILES_MAX || argument > UINT32_MAX || offset > UINT32_MAX) {
		files->known = false;
		return;
	}
	files->file[files->count++] = (struct load_file){
		.argument = (uint32_t)argument,
		.offset = (uint32_t)offset,
	};
}

/* Of a cluster of letters, the option that takes what follows, or NULL. */
static const struct foreign_option *last_letter(const char *cluster, bool *next)
{
	*next = false;
	for (const char *letter = cluster; *letter; letter++) {
		const struct foreign_option *option = foreign_short(*letter);

		if (option && option->takes_argument) {
			*next = !letter[1];
			return option;
		}
	}
	return NULL;
}

void load_files_find(char *const *arguments, struct load_files *files)
{
	bool options = true, kernel = false;

	*files = (struct load_files){ .known = true };
	for (size_t i = 1; arguments[i]; i++) {
		const char *argument = arguments[i];
		const struct foreign_option *option;
		bool next;

		if (options && !strcmp(argument, "--")) {
			options = false;
		} else if (!options || argument[0] != '-' || !argument[1]) {
			/* The first that is no option is the kernel; kexec-tools ignores others. */
			if (!kernel)
				add(files, arguments, i, 0);
			kernel = true;
		} else if (argument[1] != '-') {
			option = last_letter(argument + 1, &next);
			if (option && next && arguments[i + 1])
				i++;
		} else {
			size_t size = strcspn(argument + 2, "=");

			option = foreign_long(argument + 2, size);
			next = option && option->takes_argument && !argument[2 + size];
			if (option && names_file(option)) {
				if (!next)
					add(files, arguments, i, 3 + size);
				else if (arguments[i + 1])
					add(files, arguments, i + 1, 0);
			}
			if (next && arguments[i + 1])
				i++;
		}
	}
	files->known = files->known && kernel;
}

void load_file_copy(uint32_t index, char out[16])
{
	snprintf(out, 16, "image-%u", (unsigned)index);
}
