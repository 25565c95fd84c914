// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load and its proof: the real kexec runs, and then the kernel's own kexec_load event, its flag
 * in sysfs and its silence in /dev/kmsg say what it did.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"
#include "outlook.h"

int explain_run(const char *kexec, int error)
{
	if (error == -ENOENT)
		return complain(STATUS_ERROR,
				"the real kexec, %s, is not there: install kexec-tools, or name it with "
				"kexec = PATH in " OPTIONS_CONFIG, kexec);
	if (error == -ELOOP)
		return complain(STATUS_ERROR,
				"%s is this program and not the real kexec: name the real one with "
				"kexec = PATH in " OPTIONS_CONFIG, kexec);
	if (error == -EPERM)
		return complain(STATUS_ERROR,
				"the real kexec, %s, can be written by others than root: find out why, and chmod "
				"755 what is good", kexec);
	return complain(STATUS_ERROR, "the real kexec, %s, cannot be run: %s", kexec,
			strerror(-error));
}

void tell_old(const char *kexec)
{
	char *arguments[] = { (char *)kexec, (char *)"--version", NULL }, text[512], version[32];

	host_run_text(arguments, text, sizeof(text));
	if (foreign_is_old(text, version, sizeof(version)))
		complain(STATUS_ERROR, "the real kexec, %s, is of kexec-tools %s, and this program needs "
				       FOREIGN_OLDEST " or later: install a newer kexec-tools, or name "
				       "another with kexec = PATH in " OPTIONS_CONFIG, kexec, version);
}

bool unload(const struct run *run, const char *kexec)
{
	char *arguments[] = { (char *)kexec, (char *)"-s", (char *)"-u", NULL };
	struct imalog_facts facts = { 0 };
	int status;

	survey_doubt_load(&run->root);
	status = host_run(arguments, NULL, false);
	if (status < 0)
		explain_run(kexec, status);
	host_kernel_loaded(&run->root, &facts);
	if ((facts.known & IMALOG_KNOWS_LOADED) && !facts.loaded) {
		survey_forget_load(&run->root);
		drop_copies(run);
		return true;
	}
	complain(STATUS_ERROR,
		 "the image could not be unloaded (%s -s -u ended with %d): do not execute it, "
		 "cold boot this machine", kexec, status < 0 ? 127 : status);
	return false;
}

int keep_load(const struct load_job *job, struct survey *after, const struct imalog_mark *mark)
{
	struct load_record record = {
		.boottime_seconds = after->has_uptime ? after->uptime : 0,
		.arguments = (char **)job->arguments,
		.position = after->scan.census.total,
		.has_mark = mark,
		.complaint = after->facts.complaint,
		.interval_seconds = job->settings->interval_seconds,
	};
	char here[PATH_MAX];
	struct view view;
	int error;

	if (mark)
		record.mark = *mark;
	if (job->files)
		record.files = *job->files;
	/* One that could be read before still holds. */
	memcpy(record.boot_id, after->boot_id[0] ? after->boot_id : job->survey->boot_id, sizeof(record.boot_id));
	record.directory = (char *)job->directory;
	if (!record.directory)
		record.directory = getcwd(here, sizeof(here)) ? here : (char *)"/";
	fill_view(&view, after, &job->decision, job->outlook);
	record.has_deadline = view.has_deadline;
	record.deadline_seconds = view.deadline_seconds;
	error = survey_keep_load(&job->run->root, &record);
	if (error)
		complain(STATUS_ERROR,
			 "%s%s/load.json cannot be written: %s; a later %s will not know this load",
			 job->run->root.path, HOST_STATE_DIR, strerror(-error),
			 job->doubted ? "check or reload" : "--ima-check=reload");
	record.arguments = NULL;
	record.directory = NULL;
	after->record = record;
	after->has_record = true;
	after->record_is_ours = true;
	return error;
}

/*
 * The real kexec failed.  The kernel may have sized and logged a segment before it did, and then
 * nothing is known any more about an image that was loaded earlier.  If it did not, that image is
 * still loaded, and what was recorded of it holds.
 */
static void doubt_earlier(struct load_job *job)
{
	struct live_failure failure;
	struct survey after;
	bool sized = true;

	if (survey_take(&job->run->root, &after, &failure)) {
		host_kernel_loaded(&job->run->root, &after.facts);
		if (!(after.facts.known & IMALOG_KNOWS_LOADED))
			after.facts.loaded = true;
	} else {
		sized = survey_new_load(job->survey, &after);
	}
	if (sized && after.facts.loaded) {
		complain(STATUS_ERROR, "the failed load has changed the kernel's segment: the image "
				       "that was loaded before is unloaded too");
		unload(job->run, job->arguments[0]);
	} else if (after.facts.loaded && job->earlier) {
		survey_keep_load(&job->run->root, job->earlier);
	} else {
		survey_forget_load(&job->run->root);
	}
	survey_free(&after);
}

static bool run_real(struct load_job *job, int *status)
{
	char *const *arguments = job->run_arguments ? job->run_arguments : job->arguments;
	int result;

	if (job->run->verbose) {
		fputs("kexec-ima: running", stderr);
		for (char *const *argument = arguments; *argument; argument++)
			fprintf(stderr, " %s", *argument);
		fputc('\n', stderr);
	}
	result = job->by_peer ? host_peer_load(&job->run->peer)
			      : host_run(arguments, job->directory, false);
	if (!result)
		return true;
	if ((job->by_peer && result < 0) || result == -ECHILD) {
		/* Nobody is there any more to be told how the judgement ended, or to tell how the load did. */
		*status = complain(STATUS_ERROR, "kexec ended before it said how the load went: unloading");
		unload(job->run, job->arguments[0]);
		return false;
	}
	*status = result < 0 ? explain_run(job->arguments[0], result) : result;
	if (result > 0)
		tell_old(job->arguments[0]);
	doubt_earlier(job);
	return false;
}

/*
 * The load could not be written down.  Where the log does not say by itself that it went wrong, a later check would
 * take it for one that went well, or judge it by the event of an earlier one.
 */
static bool must_be_known(const struct load_job *job, const struct imalog_mark *mark, int *status)
{
	if (job->doubted || (mark && job->survey->facts.complaint == IMALOG_COMPLAINT_NONE))
		return false;
	*status = complain(STATUS_ERROR, "a later check could not tell that this load is none to execute: "
					 "unloading; make room in %s/run", job->run->root.path);
	unload(job->run, job->arguments[0]);
	return true;
}

bool load_and_prove(struct load_job *job, int *status)
{
	const struct host_root *root = &job->run->root;
	enum imalog_complaint complaint = IMALOG_COMPLAINT_UNREADABLE;
	const struct imalog_mark *mark;
	struct live_failure failure;
	struct survey after;
	int kmsg, error = host_run_check(job->arguments[0]);

	if (error) {
		*status = explain_run(job->arguments[0], error);
		return false;
	}
	if (job->directory && access(job->directory, X_OK) < 0) {
		*status = complain(STATUS_ERROR,
				   "%s, where the image was loaded from, cannot be entered: %s; load it "
				   "again with kexec -s -l ... --ima-headroom", job->directory,
				   strerror(errno));
		return false;
	}
	job->doubted = !survey_doubt_load(root);
	kmsg = host_kmsg_open(root);
	if (!run_real(job, status)) {
		if (kmsg >= 0)
			close(kmsg);
		return false;
	}
	if (kmsg >= 0)
		complaint = host_kmsg_finish(kmsg);
	if (survey_take(root, &after, &failure)) {
		survey_free(&after);
		complain_survey(job->run, &failure);
		if (!job->settings->warn)
			unload(job->run, job->arguments[0]);
		*status = STATUS_ERROR;
		return false;
	}
	mark = survey_new_load(job->survey, &after);
	after.facts.complaint = complaint;
	/* What was not known before: of this load it is. */
	after.facts.record_unread = false;
	after.facts.unplaced_complaint = false;
	if (!mark) {
		after.has_load = false;
		after.facts.known |= IMALOG_KNOWS_LOAD_POSITION;
		after.facts.load_position = after.scan.census.total;
	}
	if ((after.facts.known & IMALOG_KNOWS_LOADED) && !after.facts.loaded) {
		survey_free(&after);
		survey_forget_load(root);
		*status = complain(STATUS_ERROR,
				   "%s ended with 0, but nothing is loaded (%s/sys/kernel/kexec_loaded "
				   "is 0): look at the kernel's log", job->arguments[0], root->path);
		return false;
	}
	imalog_decide(&after.scan.census, mark, &after.facts, job->outlook->estimate.bound_bytes,
		      &job->decision);
	error = keep_load(job, &after, mark);
	survey_free(job->survey);
	*job->survey = after;
	return !error || !must_be_known(job, mark, status);
}
