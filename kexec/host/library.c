// SPDX-License-Identifier: GPL-2.0-or-later
/* Libraries loaded at the time of use. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "library.h"

/* A pointer to a function in a table, as dlsym() gives it: POSIX makes both of one size. */
static void put(void *table, size_t index, void *symbol)
{
	memcpy((char *)table + index * sizeof(symbol), &symbol, sizeof(symbol));
}

int host_library_load(const char *soname, const char *const names[], size_t count, void *table)
{
	void *library, *first;

	memcpy(&first, table, sizeof(first));
	if (first)
		return 0;
	library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return -ELIBACC;
	for (size_t i = 0; i < count; i++) {
		void *symbol = dlsym(library, names[i]);

		if (!symbol) {
			memset(table, 0, count * sizeof(symbol));
			dlclose(library);
			return -ELIBBAD;
		}
		put(table, i, symbol);
	}
	return 0;
}
