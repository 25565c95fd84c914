// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts about the running kernel: what it does with the log at a kexec (by symbol, since stable
 * kernels backport), its configuration, its RAM.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "host.h"

/* Symbols that tell the generations apart, see imalog(7); and the one that allocates from CMA. */
enum { SYMBOL_ADD, SYMBOL_POST_LOAD, SYMBOL_EVENT, SYMBOL_STAGE, SYMBOL_CMA, SYMBOLS };

static const char *const symbols[SYMBOLS] = {
	[SYMBOL_ADD] = " ima_add_kexec_buffer\n",
	[SYMBOL_POST_LOAD] = " ima_kexec_post_load\n",
	[SYMBOL_EVENT] = " ima_measure_kexec_event\n",
	[SYMBOL_STAGE] = " ima_queue_stage\n",
	[SYMBOL_CMA] = " kexec_alloc_contig\n",
};

/* Read all of /proc/kallsyms.  False when there are no symbols to see. */
static bool find_symbols(const struct host_root *root, bool found[SYMBOLS])
{
	enum { OVERLAP = 64, CHUNK = 1 << 16 };
	int fd = host_open(root, "/proc/kallsyms", O_RDONLY);
	static const bool none[SYMBOLS];
	char *buffer = malloc(OVERLAP + CHUNK);
	size_t kept = 0, total = 0;
	ssize_t got = 0;

	memcpy(found, none, sizeof(none));
	while (fd >= 0 && buffer &&
	       (got = host_read_fully(fd, buffer + kept, CHUNK)) > 0) {
		size_t size = kept + (size_t)got;

		for (int i = 0; i < SYMBOLS; i++)
			if (memmem(buffer, size, symbols[i], strlen(symbols[i])))
				found[i] = true;
		total += (size_t)got;
		kept = size < OVERLAP ? size : OVERLAP;
		memmove(buffer, buffer + size - kept, kept);
	}
	if (fd >= 0)
		close(fd);
	free(buffer);
	return fd >= 0 && got >= 0 && total > 0;
}

/* The kernel's configuration, wherever it is; gzread also reads what is not compressed. */
static gzFile open_config(const struct host_root *root)
{
	static const char *const places[] = { "/proc/config.gz", "/boot/config-%s",
					      "/usr/lib/modules/%s/config",
					      "/lib/modules/%s/config" };
	char release[128], path[PATH_MAX];

	if (host_read_text(root, "/proc/sys/kernel/osrelease", release, sizeof(release)) < 0)
		release[0] = '\0';
	release[strcspn(release, "\n/")] = '\0';
	if (release[0] == '.')	/* the folder above, in a tree that somebody else made */
		release[0] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *hole = strstr(places[i], "%s");
		gzFile file;
		int fd;

		if (hole && !release[0])
			continue;
		snprintf(path, sizeof(path), "%.*s%s%s",
			 (int)(hole ? hole - places[i] : (long)strlen(places[i])), places[i],
			 hole ? release : "", hole ? hole + 2 : "");
		fd = host_open(root, path, O_RDONLY);
		if (fd < 0)
			continue;
		file = gzdopen(fd, "rb");
		if (file)
			return file;
		close(fd);
	}
	return NULL;
}

/* What the configuration says; a line that is not there says nothing. */
static void read_config(const struct host_root *root, struct imalog_facts *facts)
{
	static const char extra[] = "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=";
	gzFile file = open_config(root);
	char line[512];

	if (!file)
		return;
	while (gzgets(file, line, sizeof(line))) {
		if (!strcmp(line, "# CONFIG_IMA_KEXEC is not set\n") ||
		    !strcmp(line, "# CONFIG_IMA is not set\n")) {
			facts->known |= IMALOG_KNOWS_GENERATION;
			facts->generation = IMALOG_GENERATION_NONE;
		} else if (!strncmp(line, extra, sizeof(extra) - 1)) {
			unsigned long kib = strtoul(line + sizeof(extra) - 1, NULL, 10);

			if (kib <= IMALOG_EXTRA_KIB_MAX) {
				facts->known |= IMALOG_KNOWS_EXTRA;
				facts->extra_kib = (unsigned)kib;
			}
		}
	}
	gzclose(file);
}

bool host_kernel_uses_cma(const struct host_root *root)
{
	bool found[SYMBOLS], set = false;
	gzFile file = open_config(root);
	char line[512];

	if (!file)
		return false;
	while (!set && gzgets(file, line, sizeof(line)))
		set = !strcmp(line, "CONFIG_DMA_CMA=y\n");
	gzclose(file);
	return set && find_symbols(root, found) && found[SYMBOL_CMA];
}

static void read_generation(const struct host_root *root, bool has_staging,
			    struct imalog_facts *facts)
{
	bool found[SYMBOLS];

	if (!find_symbols(root, found))
		return;
	facts->known |= IMALOG_KNOWS_GENERATION | IMALOG_KNOWS_HEADERS;
	facts->headers = found[SYMBOL_STAGE] ? 2 : 1;
	if (!found[SYMBOL_ADD])
		facts->generation = IMALOG_GENERATION_NONE;
	else if (!found[SYMBOL_POST_LOAD])
		facts->generation = IMALOG_GENERATION_COPY_AT_LOAD;
	else if (!found[SYMBOL_EVENT])
		facts->generation = IMALOG_GENERATION_COPY_AT_EXECUTE;
	else
		facts->generation = has_staging ? IMALOG_GENERATION_STAGING
						: IMALOG_GENERATION_EVENTS;
}

static void read_ram(const struct host_root *root, struct imalog_facts *facts)
{
	static const char total[] = "MemTotal:";
	char text[256], *end;
	const char *digits = text + sizeof(total) - 1;
	unsigned long long kib;

	/* MemTotal is totalram_pages() (fs/proc/meminfo.c), what the kernel halves. */
	if (host_read_text(root, "/proc/meminfo", text, sizeof(text)) < 0 ||
	    strncmp(text, total, sizeof(total) - 1) != 0)
		return;
	errno = 0;
	kib = strtoull(digits, &end, 10);
	if (errno || end == digits || strncmp(end, " kB", 3) != 0 || kib > UINT64_MAX / 1024)
		return;
	facts->known |= IMALOG_KNOWS_RAM;
	facts->ram_bytes = kib * 1024;
}

void host_kernel_loaded(const struct host_root *root, struct imalog_facts *facts)
{
	uint64_t loaded;

	facts->known &= ~(unsigned)IMALOG_KNOWS_LOADED;
	if (host_read_number(root, "/sys/kernel/kexec_loaded", &loaded) &&
	    host_read_number(root, "/sys/kernel/kexec/loaded", &loaded))
		return;
	facts->known |= IMALOG_KNOWS_LOADED;
	facts->loaded = loaded != 0;
}

void host_kernel_facts(const struct host_root *root, bool has_staging,
		       const struct imalog_facts *kept, struct imalog_facts *facts)
{
	long page = sysconf(_SC_PAGESIZE);

	*facts = (struct imalog_facts){ 0 };
	if (kept) {
		*facts = *kept;
	} else {
		read_config(root, facts);
		read_generation(root, has_staging, facts);
	}
	facts->page_bytes = page > 0 ? (uint64_t)page : 4096;
	read_ram(root, facts);
	host_kernel_loaded(root, facts);
}

int host_boot_id(const struct host_root *root, char out[HOST_BOOT_ID_SIZE])
{
	ssize_t got = host_read_text(root, "/proc/sys/kernel/random/boot_id", out,
				     HOST_BOOT_ID_SIZE);

	out[strcspn(out, "\n")] = '\0';
	if (got < 0)
		return (int)got;
	return out[0] ? 0 : -EINVAL;
}

bool host_is_container(const struct host_root *root)
{
	/* systemd's container interface, podman, docker. */
	static const char *const marks[] = { "/run/systemd/container", "/run/.containerenv", "/.dockerenv" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!host_path(root, marks[i], path) && !access(path, F_OK))
			return true;
	return false;
}
