// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load that nobody asked to judge.  It is noted, where a later check could else take its image for one that was
 * loaded before.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

bool hides_another(const struct run *run)
{
	struct live_failure failure;
	int dir = host_open_private(&run->root, HOST_STATE_DIR, 0);
	struct survey survey;
	bool hides;

	/* Where nothing of ours was ever used in this boot, nothing of ours is written. */
	if (dir < 0)
		return false;
	close(dir);
	hides = !survey_take(&run->root, &survey, &failure) &&
		(survey.has_record || imalog_census_load(&survey.scan.census));

	survey_free(&survey);
	return hides;
}

/*
 * It went wrong.  After a failure the image from before is loaded still; nothing is known of it if the kernel sized
 * another segment before it failed.  A kernel that complained does not carry what its event tells of.
 */
static void note_trouble(const struct run *run, const struct survey *before, struct load_record *record)
{
	struct live_failure failure;
	struct survey after;
	bool taken = !survey_take(&run->root, &after, &failure);

	record->position = after.scan.census.total;
	if (taken && (record->complaint != IMALOG_COMPLAINT_NONE || survey_new_load(before, &after)))
		survey_keep_load(&run->root, record);
	else if (taken && before->has_record)
		survey_keep_load(&run->root, &before->record);
	else if (taken)
		survey_forget_load(&run->root);
	survey_free(&after);
}

static int run_unjudged(const struct run *run, const struct request *request, const struct survey *before)
{
	char here[PATH_MAX], *const *arguments = request->arguments;
	/* Without an event: one that comes behind this position is the load's own, and counts. */
	struct load_record record = {
		.boottime_seconds = before->has_uptime ? before->uptime : 0,
		.directory = getcwd(here, sizeof(here)) ? here : (char *)"/",
		.arguments = request->arguments,
		.position = before->scan.census.total,
		.interval_seconds = request->settings.interval_seconds,
	};
	enum imalog_complaint complaint = IMALOG_COMPLAINT_UNREADABLE;
	int error, status, kmsg;

	memcpy(record.boot_id, before->boot_id, sizeof(record.boot_id));
	error = survey_keep_load(&run->root, &record);
	if (error)
		return complain(STATUS_ERROR, "%s%s/load.json cannot be written: %s; a later check could take this "
					      "image for the one before, so it is not loaded: make room in %s/run",
				run->root.path, HOST_STATE_DIR, strerror(-error), run->root.path);
	kmsg = host_kmsg_open(&run->root);
	status = host_run(arguments, NULL, false);
	if (kmsg >= 0)
		complaint = host_kmsg_finish(kmsg);
	if (!status && complaint != IMALOG_COMPLAINT_UNREADABLE)
		record.complaint = complaint;
	if (status || record.complaint != IMALOG_COMPLAINT_NONE)
		note_trouble(run, before, &record);
	return status < 0 ? explain_run(arguments[0], status) : status;
}

int load_unjudged(const struct run *run, const struct request *request)
{
	struct live_failure failure;
	struct survey before;
	int status = take_lock(run);

	if (status)
		return status;
	/* Once more, as nobody else loads now. */
	if (survey_take(&run->root, &before, &failure))
		status = complain_survey(run, &failure);
	else
		status = run_unjudged(run, request, &before);
	survey_free(&before);
	return status;
}
