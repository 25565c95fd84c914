// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima trim: the oldest records to an archive, and out of the kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report_object.h"
#include "trim.h"

static void report(const struct run *run, const char *archive, const struct survey *survey,
		   const struct trimmed *trimmed)
{
	char name[ARCHIVE_NAME_SIZE] = "";

	if (trimmed->wrote)
		archive_name(&trimmed->piece, ".log", name);
	if (run->quiet)
		return;
	if (trimmed->pending)
		printf("the %" PRIu64 " oldest records are in %s already and can only go together, but fewer "
		       "may go now: nothing is deleted\n", trimmed->pending, archive);
	else if (!trimmed->records)
		printf("nothing to move: %" PRIu64 " records stay in the kernel\n",
		       survey->scan.census.total.records);
	else if (trimmed->wrote)
		printf("%" PRIu64 " records, %" PRIu64 " bytes, moved to %s/%s; %" PRIu64
		       " stay in the kernel\n", trimmed->records, trimmed->bytes, archive, name,
		       survey->scan.census.total.records);
	else
		printf("%" PRIu64 " records, %" PRIu64 " bytes, that were in %s already deleted from the "
		       "kernel; %" PRIu64 " stay there\n", trimmed->records, trimmed->bytes, archive,
		       survey->scan.census.total.records);
}

static int trim(struct run *run, const char *archive, uint64_t keep)
{
	struct trim_goal goal = { .bytes = UINT64_MAX, .keep_records = keep };
	struct live_failure failure;
	struct trimmed trimmed = { 0 };
	struct survey survey;
	int status = take_lock(run);

	if (status)
		return status;
	if (survey_take(&run->root, &survey, &failure))
		status = complain_survey(run, &failure);
	else if (!survey.has_staging)
		status = complain(STATUS_REFUSED, "this kernel deletes no records: it needs "
						  "CONFIG_IMA_STAGING (Linux 7.2)");
	else
		status = trim_oldest(run, archive, &goal, &survey, &trimmed);
	if (!status || trimmed.records)
		report(run, archive, &survey, &trimmed);
	survey_free(&survey);
	return status;
}

int cmd_trim(struct run *run, int argc, char **argv)
{
	enum { ARCHIVE = OPTION_OWN, KEEP };
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "archive", required_argument, NULL, ARCHIVE },
		{ "keep", required_argument, NULL, KEEP },
		{ NULL, 0, NULL, 0 },
	};
	struct settings settings;
	const char *archive = NULL, *keep = NULL;
	uint64_t records = 0;
	int status, option;

	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		*(option == ARCHIVE ? &archive : &keep) = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "trim takes no argument: %s", argv[optind]);
	if (run->root.path[0])
		return complain(STATUS_USAGE, "trim acts, and a saved tree is only looked at: run it without "
					      "--sysroot");
	if (keep && (!parse_bytes(keep, &records) || strpbrk(keep, "KM")))
		return complain(STATUS_USAGE, "--keep=%s is not understood: give a number of records",
				keep);
	status = read_settings(run, &settings);
	if (status)
		return status;
	if (!archive && settings.archive[0])
		archive = settings.archive;
	if (!archive)
		return complain(STATUS_USAGE, "trim needs a folder: --archive DIR");
	return trim(run, archive, records);
}
