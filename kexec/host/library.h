/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries loaded at the time of use, so that a command that does not need one neither waits for it
 * nor needs it to be there.  They stay loaded until the process ends.
 *
 * The functions of a library are listed once, as LIST(X) X(name) X(name) ...; from it come a struct of
 * typed pointers (the types are those of the library's own headers) and the names to look up:
 *
 *	static struct { LIST(HOST_SYMBOL) } table;
 *	static const char *const names[] = { LIST(HOST_NAME) };
 *	HOST_LIBRARY_NOTE(note, "what needs it", "libfoo.so.1");
 */
#ifndef KEXEC_IMA_LIBRARY_H
#define KEXEC_IMA_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#define HOST_SYMBOL(name) __typeof__(name) *name;
#define HOST_NAME(name) #name,

/*
 * Says in the program's ELF file that it may load @soname, so that packaging tools and people can
 * see it ("readelf --notes"): a note of the owner FDO as uapi-group.org's "ELF dlopen metadata" has it.
 * A machine should have what the second form names; what is for a TPM's quotes is for who wants those.
 */
#define HOST_LIBRARY_NOTE(variable, use, soname) \
	HOST_LIBRARY_NOTE_OF(variable, HOST_LIBRARY_JSON("tpm", use, "suggested", soname))
#define HOST_LIBRARY_NOTE_FOR(variable, feature, use, soname) \
	HOST_LIBRARY_NOTE_OF(variable, HOST_LIBRARY_JSON(feature, use, "recommended", soname))
#define HOST_LIBRARY_JSON(feature, use, priority, soname) \
	"[{\"feature\":\"" feature "\",\"description\":\"" use "\",\"priority\":\"" priority \
	"\",\"soname\":[\"" soname "\"]}]"
#define HOST_LIBRARY_NOTE_OF(variable, text) \
	static const struct { \
		uint32_t owner_size, json_size, type; \
		char owner[4], json[sizeof(text)]; \
	} variable __attribute__((used, aligned(4), section(".note.dlopen"))) = { \
		4, sizeof(text), 0x407c0c0a, "FDO", text \
	}

/*
 * Load @soname and fill @table, pointers to functions and nothing else, with the @count symbols
 * called @names.  Done once: when the first pointer is set, nothing happens.  Returns 0, -ELIBACC
 * (there is no such library) or -ELIBBAD (it lacks a symbol); then the table stays empty.
 */
int host_library_load(const char *soname, const char *const names[], size_t count, void *table);

#endif
