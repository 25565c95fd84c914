// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of kexec-tools 2.0.25 to 2.0.32, of all architectures, as far as we need them: which
 * take an argument, and which say what the run is for.  An option that is not here is passed on
 * as one without an argument.
 */
#include "foreign.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN(name) { name, 0, false, FOREIGN_NOTHING }
#define VALUE(name) { name, 0, true, FOREIGN_NOTHING }

static const struct foreign_option table[] = {
	{ "load", 'l', false, FOREIGN_LOAD },
	{ "exec", 'e', false, FOREIGN_EXEC },
	{ "unload", 'u', false, FOREIGN_UNLOAD },
	{ "load-panic", 'p', false, FOREIGN_PANIC },
	{ "force", 'f', false, FOREIGN_FORCE },
	{ "kexec-file-syscall", 's', false, FOREIGN_FILE },
	{ "kexec-syscall", 'c', false, FOREIGN_CLASSIC },
	{ "kexec-syscall-auto", 'a', false, FOREIGN_AUTO },
	{ "load-preserve-context", 0, false, FOREIGN_CLASSIC_LOAD },
	{ "load-live-update", 0, false, FOREIGN_CLASSIC_LOAD },
	{ "load-jump-back-helper", 0, false, FOREIGN_CLASSIC_LOAD },
	{ "exec-live-update", 0, false, FOREIGN_EXEC },
	{ "status", 'S', false, FOREIGN_OTHER },
	{ "help", 'h', false, FOREIGN_OTHER },
	{ "version", 'v', false, FOREIGN_OTHER },
	{ "print-ckr-size", 0, false, FOREIGN_OTHER },
	{ NULL, '?', false, FOREIGN_OTHER },
	{ "debug", 'd', false, FOREIGN_NOTHING },
	{ "no-checks", 'i', false, FOREIGN_NOTHING },
	{ "no-ifdown", 'x', false, FOREIGN_NOTHING },
	{ "no-sync", 'y', false, FOREIGN_NOTHING },
	{ "type", 't', true, FOREIGN_NOTHING },
	VALUE("entry"), VALUE("mem-min"), VALUE("mem-max"),
	PLAIN("reuseinitrd"), PLAIN("hotplug"), PLAIN("no-cma"),
	/* what the architectures and image types add */
	VALUE("append"), VALUE("command-line"), VALUE("initrd"), VALUE("ramdisk"),
	VALUE("dtb"), VALUE("devicetreeblob"), VALUE("module"), VALUE("serial"),
	VALUE("serial-baud"), VALUE("image-size"), VALUE("page-offset"), VALUE("reuse-node"),
	VALUE("bootinfo"), VALUE("empty-zero"), VALUE("gamecube"), VALUE("howto"),
	VALUE("miniroot"), VALUE("vmm"),
	PLAIN("reuse-cmdline"), PLAIN("args-elf"), PLAIN("args-linux"), PLAIN("args-none"),
	PLAIN("atags"), PLAIN("console-serial"), PLAIN("console-vga"), PLAIN("dt-no-old-root"),
	PLAIN("elf32-core-headers"), PLAIN("elf64-core-headers"), PLAIN("entry-32bit"),
	PLAIN("noefi"), PLAIN("noio"), PLAIN("pass-memmap-cmdline"), PLAIN("real-mode"),
	PLAIN("reset-vga"), PLAIN("reuse-video-type"),
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

const struct foreign_option *foreign_short(char letter)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].letter == letter)
			return &table[i];
	return NULL;
}

const struct foreign_option *foreign_long(const char *name, unsigned long size)
{
	const struct foreign_option *found = NULL;
	bool same = true;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const struct foreign_option *option = &table[i];

		if (!size || !option->name || strncmp(option->name, name, size))
			continue;
		if (strlen(option->name) == size)
			return option;
		if (found && (found->takes_argument != option->takes_argument ||
			      found->meaning != option->meaning))
			same = false;
		found = option;
	}
	return same ? found : NULL;
}

/* "2.0.20" as a number that grows with it; 0: it is none. */
static unsigned long number_of(const char *text)
{
	unsigned long number = 0;

	for (unsigned part = 0; part < 3; part++) {
		char *end;
		unsigned long value = strtoul(text, &end, 10);

		if (end == text || value > 999 || (part < 2 && *end != '.'))
			return 0;
		number = number * 1000 + value;
		text = end + 1;
	}
	return number;
}

bool foreign_is_old(const char *text, char *version, size_t size)
{
	static const char name[] = "kexec-tools ";
	const char *at = strstr(text, name);
	unsigned long number;

	if (!at)
		return false;
	at += sizeof(name) - 1;
	number = number_of(at);
	if (!number || number >= number_of(FOREIGN_OLDEST))
		return false;
	snprintf(version, size, "%.*s", (int)strspn(at, "0123456789."), at);
	return true;
}
