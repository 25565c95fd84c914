// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded: the $FAULT_AT-th allocation fails, and with $FAULT_ON all behind it.  $FAULT_REPORT gets their number, and
 * where the one that failed was asked for.  Children go on counting.  Only in kexec-ima, by whichever name; and not what
 * libjson-c and libgcrypt ask for, which end the program by a signal without memory: for the first kexec/state_json.c
 * makes sure of it beforehand, and when the second is used nothing was done yet.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

/* The file $FAULT_REPORT, as all processes see it. */
struct report {
	atomic_ulong counted;
	unsigned long caller;
};

static struct report *report;
static unsigned long at;
static int goes_on;
static struct {
	unsigned long begin, end;
} fatal[2];

static int find_fatal(struct dl_phdr_info *info, size_t size, void *context)
{
	int which = strstr(info->dlpi_name, "libjson-c.so") ? 0 : strstr(info->dlpi_name, "libgcrypt.so") ? 1 : -1;

	(void)size;
	(void)context;
	if (which < 0)
		return 0;
	fatal[which].begin = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		unsigned long end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

		if (end > fatal[which].end)
			fatal[which].end = end;
	}
	return 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAULT_REPORT"), *number = getenv("FAULT_AT");
	int fd;

	if (!path || !number || strncmp(program_invocation_short_name, "kexec", 5) != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		_exit(125);
	at = strtoul(number, NULL, 10);
	goes_on = getenv("FAULT_ON") != NULL;
	dl_iterate_phdr(find_fatal, NULL);
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (report == MAP_FAILED)
		_exit(125);
}

static int fails(void *caller)
{
	unsigned long now;

	if (!report)
		return 0;
	for (int i = 0; i < 2; i++)
		if ((unsigned long)caller >= fatal[i].begin && (unsigned long)caller < fatal[i].end)
			return 0;
	now = atomic_fetch_add(&report->counted, 1) + 1;
	if (!at || (now != at && !(goes_on && now > at)))
		return 0;
	if (now == at)
		report->caller = (unsigned long)caller;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

/* libc's own would be the caller of malloc() for all that ask for a copy. */
char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}
