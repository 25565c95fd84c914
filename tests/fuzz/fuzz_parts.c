// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives and logs as one stream: up to four parts, each any stretch of the input's rest, in files of
 * their own.  Where seams were found, what is given out is what is left of each part, and replaying it in
 * windows gives what reading it whole does.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "parts.h"
#include "pipeline.h"

static void add(struct parts *parts, struct imalog_span bytes, bool is_archive)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	int fd = memfd_create("part", MFD_CLOEXEC);
	char path[32];

	MUST(fd >= 0 && write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(!parts_add(parts, path, is_archive));
	parts->list[parts->count - 1].path = names[parts->count - 1];
	close(fd);
}

static struct imalog_span read_all(struct parts *parts, size_t room, size_t step)
{
	unsigned char *all = malloc(room + 1);
	size_t used = 0;
	ssize_t got = 1;

	MUST(all && parts_rewind(parts));
	while (got > 0) {
		got = parts_read(parts, all + used, step < room + 1 - used ? step : room + 1 - used);
		MUST(got >= 0);
		used += (size_t)got;
		MUST(used <= room);
	}
	return (struct imalog_span){ all, used };
}

/* The same stream through the pipeline and in one. */
static void replay(struct parts *parts, struct imalog_span all)
{
	static struct imalog_replay pcrs;
	struct fuzz_source source = { all, 4096 };
	struct scan one, other;
	struct pipeline_job job = { .source = parts_read, .context = parts, .threads = 2, .scan = &one,
				    .replay = &pcrs };

	scan_init(&one);
	scan_init(&other);
	imalog_replay_init(&pcrs, 3);
	MUST(parts_rewind(parts) && !pipeline_run(&job) && !scan_whole(&other, fuzz_read, &source));
	if (one.damage != IMALOG_ERROR_BAD_PCR)
		MUST(one.damage == other.damage && one.damage_offset == other.damage_offset &&
		     !memcmp(&one.census.total, &other.census.total, sizeof(one.census.total)));
	scan_free(&one);
	scan_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size }, all;
	unsigned count = 1 + fuzz_number(&input, 1) % 4;
	struct { size_t from, size; bool is_archive; } cuts[4];
	struct parts_failure failure;
	struct parts parts;

	for (unsigned i = 0; i < count; i++) {
		cuts[i].is_archive = fuzz_number(&input, 1) & 1;
		cuts[i].from = fuzz_number(&input, 2);
		cuts[i].size = fuzz_number(&input, 2);
	}
	parts_init(&parts);
	for (unsigned i = 0; i < count; i++) {
		struct imalog_span rest = input;

		fuzz_bytes(&rest, cuts[i].from);
		add(&parts, fuzz_bytes(&rest, cuts[i].size), cuts[i].is_archive);
	}
	if (!parts_join(&parts, &failure)) {
		all = read_all(&parts, 4 << 16, 1 + size % 999);
		replay(&parts, all);
		MUST(!parts_overlap(&parts) || parts.list[0].is_archive || count > 2);
		free((void *)all.data);
		parts_keep_overlaps(&parts);
		MUST(!parts_overlap(&parts));
	} else {
		MUST(failure.path && failure.error <= 0);
	}
	parts_free(&parts);
	return 0;
}
