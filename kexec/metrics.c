// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics: a view and what the history adds, as one file that is replaced at once. */
#include "metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "remember.h"

#define ERRORS_FILE "sample-errors"	/* in /run/kexec-ima: since this boot */
#define RENEW_SECONDS 600	/* older metrics are written anew though nothing happened */

static uint64_t read_errors(int dir)
{
	char *text = host_state_read(dir, ERRORS_FILE);
	uint64_t errors = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	return errors;
}

void metrics_count_error(const struct run *run)
{
	int dir = host_state_open(&run->root);
	char text[32];

	if (dir < 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 "\n", read_errors(dir) + 1);
	host_state_write(dir, ERRORS_FILE, text);
	close(dir);
}

static void fill_metrics(const struct run *run, const struct survey *survey, const struct view *view,
			 struct metrics *metrics)
{
	char *sampled = remember_kept(run, KEPT_SAMPLE), *verified = remember_kept(run, KEPT_VERDICT);
	int dir = host_state_open(&run->root);
	struct kept_verdict verdict;
	struct kept_sample sample;

	*metrics = (struct metrics){ .view = view, .version = PACKAGE_STRING, .now = time(NULL) };
	if (dir >= 0) {
		metrics->sample_errors = read_errors(dir);
		close(dir);
	}
	metrics->has_sample = sampled && kept_sample_from_text(sampled, survey->boot_id, &sample);
	if (metrics->has_sample)
		metrics->sample_time = sample.unix_seconds;
	metrics->has_verify = verified && kept_verdict_from_text(verified, survey->boot_id, &verdict);
	if (metrics->has_verify) {
		metrics->verify_time = verdict.unix_seconds;
		metrics->outcome = verdict.outcome;
	}
	free(sampled);
	free(verified);
}

int metrics_write(const struct run *run, const struct survey *survey, const struct view *view,
		  const char *output, int status)
{
	struct metrics metrics;
	size_t size;
	char *text;
	FILE *to;
	int error;

	fill_metrics(run, survey, view, &metrics);
	if (!output) {
		report_status_prom(stdout, &metrics);
		return status;
	}
	to = host_text_begin();
	if (!to)
		return complain(STATUS_ERROR, "memory is short");
	report_status_prom(to, &metrics);
	text = host_text_end(to, &size);
	if (!text)
		return complain(STATUS_ERROR, "memory is short");
	error = host_publish(output, text, size);
	free(text);
	if (error)
		return complain(STATUS_ERROR, "%s cannot be written: %s", output, strerror(-error));
	return status;
}

int metrics_publish(const struct run *run, const struct settings *settings, bool moved)
{
	struct imalog_decision decision;
	struct live_failure failure;
	struct outlook outlook;
	char path[PATH_MAX];
	struct survey survey;
	struct view view;
	double age;
	int status = STATUS_ERROR;

	if (host_path(&run->root, settings->metrics, path))
		return complain(STATUS_ERROR, "%s is too long", settings->metrics);
	age = host_file_age(path);
	if (!moved && age >= 0 && age < RENEW_SECONDS)
		return STATUS_DONE;
	if (survey_take(&run->root, &survey, &failure)) {
		status = complain_survey(run, &failure);
	} else {
		outlook_take(run, &survey, settings, OUTLOOK_HISTORY | OUTLOOK_KEPT, &outlook);
		imalog_decide(&survey.scan.census, survey.has_load ? &survey.load : NULL,
			      &survey.facts, outlook.estimate.bound_bytes, &decision);
		fill_view(&view, &survey, &decision, &outlook);
		status = metrics_write(run, &survey, &view, path, STATUS_DONE);
	}
	survey_free(&survey);
	return status;
}
