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
	if (!outlook->has_curve)
		return;
	plot->curve = &outlook->curve;
	plot->ahead_seconds = outlook->estimate.interval_seconds;
	plot->has_deadline = view.has_deadline;
	plot->deadline_seconds = survey->uptime + (double)view.deadline_seconds;
}

static int run_gnuplot(const char *script, size_t size, const char *fresh, const char *output)
{
	char *arguments[] = { (char *)GNUPLOT, (char *)"-", NULL };
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
	return complain(STATUS_ERROR, GNUPLOT " ended with %d: %s was not made; is its folder there, and can it "
				      "be written to?", status, output);
}

static int draw(struct plot *plot, const char *output)
{
	char fresh[PATH_MAX], *script = NULL;
	size_t size = 0;
	FILE *to;
	int status;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.%ld.new", output, (long)getpid()) >= sizeof(fresh))
		return complain(STATUS_USAGE, "%s is too long", output);
	plot->output = fresh;
	to = open_memstream(&script, &size);
	if (!to)
		return complain(STATUS_ERROR, "memory is short");
	plot_script(to, plot);
	status = fclose(to) ? complain(STATUS_ERROR, "memory is short")
			    : run_gnuplot(script, size, fresh, output);
	free(script);
	return status;
}

static int plot_history(const struct run *run, const char *path, struct plot *plot, const char *output)
{
	struct history history;
	struct outlook outlook;
	struct survey survey = { 0 };
	int status = read_history(run, path, &history);

	if (!status && !history.sample_count)
		status = complain(STATUS_UNKNOWN, "the history has no sample yet: let a timer run kexec-ima "
						  "sample");
	if (!status) {
		plot->history = &history;
		plot->boot = history.samples[history.sample_count - 1].boot;
		if (!path)
			look_ahead(run, &survey, &outlook, plot);
		status = draw(plot, output);
		survey_free(&survey);
	}
	history_free(&history);
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
	if (run->json)
		return complain(STATUS_USAGE, "plot has no --format json");
	dot = strrchr(output, '.');
	plot.png = dot && !strcmp(dot, ".png");
	if (!plot.png && (!dot || strcmp(dot, ".svg")))
		return complain(STATUS_USAGE, "-o %s: give a name that ends in .svg or .png", output);
	if (!plot_can_name(output))
		return complain(STATUS_USAGE, "-o: a name with control characters cannot be given to gnuplot");
	return plot_history(run, path, &plot, output);
}
