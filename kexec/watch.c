// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watching a load.  A full look costs an estimate, so between two of them it is remembered in
 * watch.json what was found and when something can change by time alone.
 */
#include "watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "remember.h"
#include "state_json.h"

#define WATCH_FILE "watch.json"
#define LOOK_SECONDS 600	/* so often in any case */

/* Made for this message alone: systemd.journal-fields(7), MESSAGE_ID. */
#define WATCH_MESSAGE_ID "7a1d4c1f0f0b4f7fa2a2f1f0c6f7a5d3"

/* What was found the last time. */
struct found {
	enum watch_state state;
	double next_look;	/* boot time, seconds */
};

static void read_found(int dir, const char *boot_id, struct found *found)
{
	char *text = host_state_read(dir, WATCH_FILE);
	struct json_object *from = text ? state_parse(text) : NULL;
	uint32_t state;

	*found = (struct found){ .state = WATCH_NONE };
	if (state_is_of_boot(from, boot_id) &&
	    state_get_small(from, "state", WATCH_STATES - 1, &state) &&
	    state_get_seconds(from, "next_look", &found->next_look))
		found->state = (enum watch_state)state;
	else
		found->next_look = 0;
	json_object_put(from);
	free(text);
}

static void keep_found(int dir, const char *boot_id, const struct found *found)
{
	struct json_object *to;
	char *text;

	if (!state_can_make(0))
		return;
	to = state_begin(boot_id);
	state_put_number(to, "state", found->state);
	json_object_object_add(to, "next_look", json_object_new_double(found->next_look));
	text = state_finish(to);
	if (text)
		host_state_write(dir, WATCH_FILE, text);
	free(text);
}

static void describe(enum watch_state state, const struct view *view, char *out, size_t size)
{
	char sentence[512], span[32];

	report_verdict(view, sentence, sizeof(sentence));
	switch (state) {
	case WATCH_NONE:
		snprintf(out, size, "the loaded image has enough room again: %s", sentence);
		return;
	case WATCH_LONG:
		report_span(view->age_seconds, span);
		snprintf(out, size, "the loaded image has waited %s for its execute, longer than planned or "
				    "past its deadline: execute it, or load it again", span);
		return;
	case WATCH_NEAR:
		report_span(view->deadline_seconds, span);
		snprintf(out, size, "the room for the measurement log lasts only %s more: execute the loaded "
				    "image before, or load it again", span);
		return;
	case WATCH_SHORT:
	case WATCH_UNKNOWN:
	case WATCH_STATES:
		snprintf(out, size, "%s", sentence);
	}
}

static void to_wall(const struct run *run, const char *text)
{
	char path[PATH_MAX];
	char *arguments[] = { path, (char *)text, NULL };

	if (!host_path(&run->root, "/usr/bin/wall", path))
		host_run_with_input(arguments, "", 0);
}

static void warn(const struct run *run, const struct settings *settings, enum watch_state state,
		 const struct view *view)
{
	char text[640], message[700], words[64], room[64], needed[64], left[64];
	const char *fields[] = { message,
				 "MESSAGE_ID=" WATCH_MESSAGE_ID,
				 state == WATCH_NONE ? "PRIORITY=5" : "PRIORITY=4",
				 "SYSLOG_IDENTIFIER=kexec-ima",
				 words,
				 room,
				 needed,
				 left };
	size_t count = sizeof(fields) / sizeof(fields[0]) - !view->has_deadline;

	describe(state, view, text, sizeof(text));
	snprintf(message, sizeof(message), "MESSAGE=%s", text);
	snprintf(words, sizeof(words), "KEXEC_IMA_STATE=%s", plan_watch_text(state));
	snprintf(room, sizeof(room), "KEXEC_IMA_ROOM_BYTES=%" PRId64, view->decision->room_bytes);
	snprintf(needed, sizeof(needed), "KEXEC_IMA_NEEDED_BYTES=%" PRIu64,
		 view->decision->needed_bytes);
	snprintf(left, sizeof(left), "KEXEC_IMA_DEADLINE_SECONDS=%" PRIu64, view->deadline_seconds);
	if (host_journal_send(&run->root, fields, count))
		complain(STATUS_DONE, "%s", text);
	if (settings->wall && state != WATCH_NONE)
		to_wall(run, text);
}

/* Everything that a look finds. */
struct look {
	struct survey survey;
	struct outlook outlook;
	struct imalog_decision decision;
	struct view view;
	enum watch_state state;
	uint64_t interval_seconds;
};

static void judge(const struct run *run, const struct settings *settings, struct look *look)
{
	struct survey *survey = &look->survey;

	outlook_take(run, survey, settings, OUTLOOK_HISTORY | OUTLOOK_KEPT, &look->outlook);
	imalog_decide(&survey->scan.census, survey->has_load ? &survey->load : NULL, &survey->facts,
		      look->outlook.burst_bytes, &look->decision);
	fill_view(&look->view, survey, &look->decision, &look->outlook);
	look->interval_seconds = look->view.judged_load ? look->view.interval_seconds
							: look->outlook.estimate.interval_seconds;
	look->state = plan_watch(&look->decision, settings, look->view.has_deadline,
				 look->view.deadline_seconds, look->interval_seconds,
				 report_is_long(&look->view, 0));
}

/* Load the same image again while there is time.  Whether the look is a new one. */
static bool load_again(const struct run *run, const struct settings *settings, struct look *look)
{
	struct survey *survey = &look->survey;
	int status;

	if (settings->watch != WATCH_RELOAD ||
	    (look->state != WATCH_NEAR && look->state != WATCH_SHORT) || !survey->record_is_ours ||
	    !survey->has_load || !survey->record.files.known)
		return false;
	if (!reload_image(run, settings, survey, &look->decision, &status))
		return false;
	judge(run, settings, look);
	remember_judgement(run, survey, HISTORY_LOAD, &look->decision, &look->outlook);
	return true;
}

/* When time alone can make it another state. */
static double next_look(const struct settings *settings, const struct look *look)
{
	double left = (double)look->view.deadline_seconds -
		      settings->watch_left * (double)look->interval_seconds;

	if (!look->view.has_deadline || left > LOOK_SECONDS || left < 0)
		left = LOOK_SECONDS;
	return look->survey.uptime + left;
}

static int look_closely(const struct run *run, const struct settings *settings, int dir,
			struct found *found)
{
	struct live_failure failure;
	enum watch_state told = found->state;
	struct look look;
	int status = STATUS_DONE;

	if (survey_take(&run->root, &look.survey, &failure)) {
		status = complain_survey(run, &failure);
		survey_free(&look.survey);
		return status;
	}
	judge(run, settings, &look);
	if (look.state != told) {
		warn(run, settings, look.state, &look.view);
		told = look.state;
		/* Once for each change: a load that does not help is not made each minute. */
		if (load_again(run, settings, &look) && look.state != told)
			warn(run, settings, look.state, &look.view);
	}
	found->state = look.state;
	found->next_look = next_look(settings, &look);
	keep_found(dir, look.survey.boot_id, found);
	survey_free(&look.survey);
	return status;
}

int watch(const struct run *run, const struct settings *settings, bool moved)
{
	struct imalog_facts facts = { 0 };
	char boot_id[HOST_BOOT_ID_SIZE];
	struct found found;
	double uptime = 0;
	int dir, status = STATUS_DONE;

	host_kernel_loaded(&run->root, &facts);
	if (settings->watch == WATCH_OFF || host_boot_id(&run->root, boot_id) ||
	    host_uptime(&run->root, &uptime))
		return STATUS_DONE;
	dir = host_state_open(&run->root);
	if (dir < 0)
		return STATUS_DONE;
	if (!(facts.known & IMALOG_KNOWS_LOADED) || !facts.loaded) {
		host_state_remove(dir, WATCH_FILE);
	} else {
		read_found(dir, boot_id, &found);
		if (moved || uptime >= found.next_look) {
			status = settings->watch == WATCH_RELOAD ? take_lock(run) : STATUS_DONE;
			if (!status)
				status = look_closely(run, settings, dir, &found);
		}
	}
	close(dir);
	return status;
}
