// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is read of the running kernel: kallsyms, the configuration (packed or not) and small files of /proc and
 * /sys.  The input is cut at bytes of 0xff into their contents; they are files in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "fuzz.h"

static int open_memory(const char *path, int flags);

#define open(path, flags) open_memory(path, flags)
#include "host/root.c"

#include "host/kernel.c"
#undef open

#define ROOT "/tree"
#define RELEASE "/boot/config-"

static const char *const paths[] = {
	"/proc/kallsyms", "/proc/config.gz", "/proc/sys/kernel/osrelease", "/proc/meminfo",
	"/sys/kernel/kexec_loaded", "/proc/sys/kernel/random/boot_id", RELEASE,
};
#define PATHS (sizeof(paths) / sizeof(paths[0]))

static struct imalog_span content[PATHS];

/* An empty content is a file that is not there. */
static int open_memory(const char *path, int flags)
{
	MUST(!strncmp(path, ROOT "/", sizeof(ROOT)) && !(flags & (O_WRONLY | O_RDWR | O_CREAT)));
	MUST(!strstr(path, "/../"));
	for (size_t i = 0; i < PATHS; i++) {
		const char *inner = path + sizeof(ROOT) - 1;
		int fd;

		if (!content[i].size || strncmp(inner, paths[i], strlen(paths[i])) ||
		    (i < PATHS - 1 && strcmp(inner, paths[i])))
			continue;
		fd = memfd_create("file", MFD_CLOEXEC);
		MUST(fd >= 0 && write(fd, content[i].data, content[i].size) == (ssize_t)content[i].size);
		MUST(!lseek(fd, 0, SEEK_SET));
		return fd;
	}
	errno = ENOENT;
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct host_root root = { ROOT };
	struct imalog_span input = { data, size };
	struct imalog_facts facts, again;
	char boot_id[HOST_BOOT_ID_SIZE];

	for (size_t i = 0; i < PATHS; i++) {
		const uint8_t *end = input.size ? memchr(input.data, 0xff, input.size) : NULL;

		content[i] = fuzz_bytes(&input, end ? (size_t)(end - input.data) : input.size);
		fuzz_bytes(&input, 1);
	}
	host_kernel_facts(&root, size & 1, NULL, &facts);
	host_kernel_facts(&root, size & 1, &facts, &again);
	MUST(facts.known == again.known && facts.page_bytes && facts.extra_kib <= IMALOG_EXTRA_KIB_MAX);
	MUST(!(facts.known & IMALOG_KNOWS_HEADERS) || facts.headers == 1 || facts.headers == 2);
	MUST(facts.generation <= IMALOG_GENERATION_STAGING);
	host_kernel_uses_cma(&root);
	if (!host_boot_id(&root, boot_id))
		MUST(*boot_id && !strchr(boot_id, '\n') && strlen(boot_id) < sizeof(boot_id));
	return 0;
}
