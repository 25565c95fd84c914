// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives and logs as one stream: up to four parts, each any stretch of the input's rest.  However they join,
 * replaying what is given out in windows gives what reading it whole does.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "parts.h"
#include "pipeline.h"

static void add(struct parts *parts, struct imalog_span bytes, bool is_archive)
{
	int fd = memfd_create("part", MFD_CLOEXEC);
	char path[32];

	MUST(fd >= 0 && write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(!parts_add(parts, path, is_archive));
	parts->list[parts->count - 1].path = "part";
	close(fd);
}

struct steps {
	struct parts *parts;
	size_t step;
};

/* The same bytes in small steps. */
static ssize_t read_step(void *context, void *out, size_t size)
{
	struct steps *steps = context;

	return parts_read(steps->parts, out, size < steps->step ? size : steps->step);
}

/* The same stream through the pipeline and in one. */
static void replay(struct parts *parts, size_t step)
{
	static struct imalog_replay pcrs;
	struct steps steps = { parts, step };
	struct scan one, other;
	struct pipeline_job job = { parts_read, parts, .threads = 2, .scan = &one, .replay = &pcrs };

	scan_init(&one);
	scan_init(&other);
	imalog_replay_init(&pcrs, 3);
	MUST(parts_rewind(parts) && !pipeline_run(&job));
	MUST(parts_rewind(parts) && !scan_whole(&other, read_step, &steps));
	if (one.damage != IMALOG_ERROR_BAD_PCR)	/* a PCR that no TPM has: only a replay minds */
		MUST(one.damage == other.damage && one.damage_offset == other.damage_offset &&
		     one.census.total.records == other.census.total.records);
	scan_free(&one);
	scan_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned count = 1 + fuzz_number(&input, 1) % 4;
	struct imalog_span cuts = fuzz_bytes(&input, (size_t)count * 5), rest;
	struct parts_failure failure;
	struct parts parts;

	parts_init(&parts);
	for (bool is_archive; count; count--) {
		is_archive = fuzz_number(&cuts, 1) & 1;
		rest = input;
		fuzz_bytes(&rest, fuzz_number(&cuts, 2));
		add(&parts, fuzz_bytes(&rest, fuzz_number(&cuts, 2)), is_archive);
	}
	if (parts_join(&parts, &failure))
		MUST(failure.path && failure.error <= 0);
	else
		replay(&parts, 1 + size % 999);
	parts_free(&parts);
	return 0;
}
