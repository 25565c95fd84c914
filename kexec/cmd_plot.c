// SPDX-License-Identifier: GPL-2.0-or-later
/* kexec-ima plot: the history as a picture, by gnuplot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outlook.h"
#include "plot.h"

#define GNUPLOT "/usr/bin/gnuplot"

/* What is ahead, on this machine. */
static void look_ahead(const struct run *run, struct survey *survey, struct outlook *outlook,
		       struct plot *plot)
{
	struct imalog_decision decision;
	struct live_failure failure;
	struct settings settings;
	struct view view;

	if (read_settings(run, &settings) || survey_take(&run->root, survey, &failure))
		return;
	outlook_take(run, survey, &settings, OUTLOOK_HISTORY, outlook);
	imalog_decide(&survey->scan.census, survey->has_load ? &survey->load : NULL, &survey->facts,
		      outlook->estimate.bound_bytes, &decision);
	fill_view(&view, survey, &decision, outlook);
	plot->curve = &outlook->curve;
	plot->ahead_seconds = outlook->estimate.interval_seconds;
	plot->has_deadline = view.has_deadline;
	plot->deadline_seconds = survey->uptime + (double)view.deadline_seconds;
}

static int run_gnuplot(const char *script, size_t size, const char *fresh, const char *output)
{
	char *arguments[] = { (char *)GNUPLOT, (char *)"-d", (char *)"-", NULL };
	int status = host_run_with_input(arguments, script, size);

	if (!status && rename(fresh, output) < 0)
		status = -errno;
	if (!status)
		return STATUS_DONE;
	unlink(fresh);
	if (status == -ENOENT && access(GNUPLOT, X_OK) < 0)
		return complain(STATUS_ERROR, GNUPLOT " is not there: install gnuplot (gnuplot-nox in Debian)");
	if (status < 0)
		return complain(STATUS_ERROR, "%s cannot be written: %s", output, strerror(-status));
	return complain(STATUS_ERROR, GNUPLOT " ended with %d: %s was not made: see that its folder is "
				      "there and can be written to", status, output);
}

static int draw(struct plot *plot, const char *output)
{
	char fresh[PATH_MAX], *script;
	size_t size = 0;
	FILE *to;
	int status;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.%ld.new", output, (long)getpid()) >= sizeof(fresh))
		return complain(STATUS_USAGE, "%s is too long", output);
	plot->output = fresh;
	to = host_text_begin();
	if (!to)
		return complain(STATUS_ERROR, "memory is short");
	plot_script(to, plot);
	script = host_text_end(to, &size);
	status = script ? run_gnuplot(script, size, fresh, output) : complain(STATUS_ERROR, "memory is short");
	free(script);
	return status;
}

/* What is to be drawn. */
static int plot_history(const struct run *run, const struct history *history, bool own, struct plot *plot,
			const char *output)
{
	struct outlook outlook;
	struct survey survey = { 0 };
	int status;

	if (!history->sample_count)
		return complain(STATUS_UNKNOWN, "the history has no sample yet: let a timer run kexec-ima sample");
	plot->history = history;
	plot->boot = history->samples[history->sample_count - 1].boot;
	if (own)
		look_ahead(run, &survey, &outlook, plot);
	status = draw(plot, output);
	survey_free(&survey);
	return status;
}

static int plot_own(const struct run *run, struct plot *plot, const char *output)
{
	struct history history;
	int status = read_history(run, &history);

	if (!status)
		status = plot_history(run, &history, true, plot, output);
	history_free(&history);
	return status;
}

/* ---- a history that was given ------------------------------------------------------------------- */

/*
 * It is looked at in the sandbox, and drawn outside, since gnuplot is run there.  Between the two are numbers in a file
 * in memory: whatever became of the one side, the other makes a script of numbers.
 */
struct given {
	struct history_given history;
	int rows;		/* the file: how many of each kind, samples, events */
};

struct counts {
	uint64_t samples, events;
};

static int look(void *context)
{
	struct given *given = context;
	struct history history;
	int status = history_look(&given->history, &history), error;
	struct counts counts = { history.sample_count, history.event_count };

	if (!status) {
		error = host_write_fully(given->rows, &counts, sizeof(counts));
		if (!error)
			error = host_write_fully(given->rows, history.samples,
						 history.sample_count * sizeof(*history.samples));
		if (!error)
			error = host_write_fully(given->rows, history.events,
						 history.event_count * sizeof(*history.events));
		if (error)
			status = complain(STATUS_ERROR, "memory is short");
	}
	history_free(&history);
	return status;
}

/* A list of @count things of @size bytes from @fd. */
static bool take_list(int fd, uint64_t count, size_t size, void **list)
{
	if (count > SIZE_MAX / size / 2)
		return false;
	*list = malloc((size_t)count * size + 1);
	return *list && host_read_fully(fd, *list, (size_t)count * size) == (ssize_t)(count * size);
}

static int take_rows(int fd, struct history *history)
{
	struct counts counts;
	void *samples = NULL, *events = NULL;
	bool good = lseek(fd, 0, SEEK_SET) == 0 &&
		    host_read_fully(fd, &counts, sizeof(counts)) == (ssize_t)sizeof(counts) &&
		    take_list(fd, counts.samples, sizeof(*history->samples), &samples) &&
		    take_list(fd, counts.events, sizeof(*history->events), &events);

	*history = (struct history){ .samples = samples, .events = events };
	if (!good)
		return complain(STATUS_ERROR, "the history could not be handed over: memory is short");
	history->sample_count = (size_t)counts.samples;
	history->event_count = (size_t)counts.events;
	return STATUS_DONE;
}

static int plot_given(const struct run *run, const char *path, struct plot *plot, const char *output)
{
	struct given given = { .rows = host_memory_file() };
	struct history history = { 0 };
	int status = given.rows < 0 ? complain(STATUS_ERROR, "memory is short")
				    : history_take(run, path, &given.history);

	if (!status)
		status = run_sandboxed(run, look, &given);
	if (!status)
		status = take_rows(given.rows, &history);
	if (!status)
		status = plot_history(run, &history, false, plot, output);
	history_free(&history);
	history_given_free(&given.history);
	if (given.rows >= 0)
		close(given.rows);
	return status;
}

int cmd_plot(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		GLOBAL_OPTIONS,
		{ "output", required_argument, NULL, 'o' },
		{ "history", required_argument, NULL, OPTION_OWN },
		{ NULL, 0, NULL, 0 },
	};
	const char *output = "kexec-ima.svg", *path = NULL, *dot;
	struct plot plot = { 0 };
	int option, status;

	run->has_o = true;
	while ((option = next_option(run, argc, argv, options, &status)) >= 0)
		*(option == 'o' ? &output : &path) = optarg;
	if (option == -2)
		return status;
	if (optind < argc)
		return complain(STATUS_USAGE, "plot takes no argument: %s; give the file with -o", argv[optind]);
	dot = strrchr(output, '.');
	plot.png = dot && !strcmp(dot, ".png");
	if (!plot.png && (!dot || strcmp(dot, ".svg")))
		return complain(STATUS_USAGE, "-o %s: give a name that ends in .svg or .png", output);
	if (!plot_can_name(output))
		return complain(STATUS_USAGE, "-o: a name with control characters cannot be given to gnuplot");
	return path ? plot_given(run, path, &plot, output) : plot_own(run, &plot, output);
}
