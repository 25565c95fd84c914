/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share: the run they belong to, messages, and the steps of a load. */
#ifndef KEXEC_IMA_COMMAND_H
#define KEXEC_IMA_COMMAND_H

#include <getopt.h>
#include <stdio.h>

#include "options.h"
#include "plan.h"
#include "rehearse.h"
#include "report.h"
#include "survey.h"

struct outlook;

enum formats { FORMAT_TEXT = 0, FORMAT_JSON = 1, FORMAT_PROMETHEUS = 2 };

/* One run of the program. */
struct run {
	struct host_root root;
	const char *command;	/* of kexec-ima; NULL before it is known, and of kexec */
	bool quiet, verbose, json, prometheus;
	unsigned formats;	/* enum formats: that the command has besides text */
	bool has_o;		/* the command has an option -o */
	unsigned lock_ms;	/* how long the lock is waited for; 0: as usual */
	unsigned seen;		/* option_bit() of the options with a value that were given before */
	unsigned repeats;	/* option_bit() of those that may be given again */
	bool has_peer;
	struct host_peer peer;	/* the kexec that has us judge, valid with has_peer */
};

/* Options that every command of `kexec-ima` takes; a command's own values begin at OPTION_OWN, or are 'o'. */
enum { OPTION_SYSROOT = 256, OPTION_FORMAT, OPTION_HELP, OPTION_VERSION, OPTION_OWN };
static inline unsigned option_bit(int option)
{
	return 1u << (option < OPTION_SYSROOT ? 31 : option - OPTION_SYSROOT);
}

#define GLOBAL_OPTIONS                                                                             \
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },                                    \
	{ "format", required_argument, NULL, OPTION_FORMAT },                                      \
	{ "quiet", no_argument, NULL, 'q' }, { "verbose", no_argument, NULL, 'v' },                \
	{ "help", no_argument, NULL, OPTION_HELP },                                                \
	{ "version", no_argument, NULL, OPTION_VERSION }

/* Whether the command, once it is known, has the format that was asked for.  False: explained, with *@status. */
bool has_format(const struct run *run, int *status);
/*
 * The next option of a command that is its own, or -1 at the end, or -2 when the run is over with
 * *@status.  Takes the global ones itself, and refuses a value that is given twice.  @options: GLOBAL_OPTIONS, its own,
 * a zero.
 */
int next_option(struct run *run, int argc, char **argv, const struct option *options,
		int *status);
/* All that the program is as `kexec`, with its command line; a status. */
int run_kexec(struct run *run, int argc, char **argv);

/* "kexec-ima: ..." and a new line on stderr, and after complain_to_kernel() in the kernel's log.  Returns @status. */
int complain(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* From here on every complaint also goes to the kernel's log, from where the journal has it. */
void complain_to_kernel(const struct host_root *root);
/* Write out what stdout has; whether all that was ever written to it could be. */
bool can_say(void);
/*
 * @work, which looks at what others made and returns a status, in a sandbox (host/sandbox.h); all that it needs is
 * open.  Its status, or STATUS_ERROR, explained, if it was ended.  What it writes is written, what it changes in memory
 * is not.
 */
int run_sandboxed(const struct run *run, int (*work)(void *context), void *context);
/*
 * For what may take longer than two seconds: a line on stderr that is written over, for a person only.
 */
struct progress {
	const char *format;	/* one number, PRIu64 */
	unsigned shift;		/* it is divided by 1 << shift */
	double next;		/* when something is told again */
	bool wanted, told;
};

void progress_begin(struct progress *progress, const struct run *run, const char *format,
		    unsigned shift);
/* @context is a struct progress; safe to call often. */
void progress_tell(void *context, uint64_t number);
void progress_end(const struct progress *progress);

/* The sentence for a survey that failed, with what to do. */
int complain_survey(const struct run *run, const struct live_failure *failure);

/* The built-in values; the second path of the real kexec where only that is there below the root. */
void begin_settings(const struct run *run, struct settings *settings);
/* From /etc/kexec-ima.conf only where the real kexec is; a mistake in it is not told. */
void find_real_kexec(const struct run *run, struct settings *settings);
/* Read that file below the root on top of the built-in values.  A status. */
int read_settings(const struct run *run, struct settings *settings);
/*
 * For what must judge in any case: a mistake in the file is told, and the built-in values are used, all but where the
 * real kexec is.  Whether the file was good.
 */
bool read_guard_settings(const struct run *run, struct settings *settings);

/*
 * An execute: this process ends @seconds behind the first call at the latest, with nothing executed, unless the limit
 * is taken back.
 */
void limit_execute(struct run *run, unsigned seconds);
void unlimit_execute(struct run *run);

/*
 * Take the one lock of all loads, checks and executes; held until the process ends, an exec
 * included.  STATUS_DONE or a status that was explained.
 */
int take_lock(const struct run *run);

/* With -v: how much of the log had to be read, on stderr. */
void tell_reading(const struct run *run, const struct survey *survey);

/* Fill what follows from a survey, a decision and an outlook (or NULL).  The view borrows all three. */
void fill_view(struct view *view, const struct survey *survey,
	       const struct imalog_decision *decision, const struct outlook *outlook);
/* As above, with the date of the deadline written to @when. */
void date_view(struct view *view, char *when, size_t size);

/* ---- the files of a load (loaded_files.c) -------------------------------------------------- */

/* Digest what @arguments name, as seen from here, with copies in /run where they are needed. */
void take_files(const struct run *run, char *const *arguments, struct load_files *files);
/* After the load: whether they are what they were; else they are not known any more. */
bool confirm_files(const struct run *run, char *const *arguments, struct load_files *files);
/*
 * The arguments that load the same files again, copies in the place of those that are gone or changed.  To be
 * freed with free_files(); NULL (explained, unless the record knows no files): they are nowhere.
 */
char **find_files(const struct run *run, const struct load_record *record);
void free_files(char **arguments);
void drop_copies(const struct run *run);

/* A load, made and proven (load.c). */
struct load_job {
	const struct run *run;
	const struct settings *settings;
	char *const *arguments;		/* of the real kexec, as they are to be remembered */
	char *const *run_arguments;	/* to be run in their place; NULL: the same */
	bool by_peer;			/* run->peer makes the load, by the same arguments */
	const struct load_files *files;	/* that they name */
	const char *directory;		/* where to run it; NULL: here */
	const struct outlook *outlook;	/* the growth to leave room for */
	const struct load_record *earlier;	/* of the image that is loaded now; NULL: not ours */
	struct survey *survey;		/* the look before the load; afterwards the one after it */
	struct imalog_decision decision;	/* afterwards: the judgement */
	bool doubted;			/* until the load is written down, /run says that it is not known */
};

/*
 * Run the real kexec and find the proof of what it did.  True: job->decision holds.  False: it
 * ended otherwise, *@status says how, and that was explained.
 */
bool load_and_prove(struct load_job *job, int *status);
/*
 * Write down what was loaded, with the event @mark or NULL; @after, the look after the load, then knows it
 * too (without the arguments).  0 or a negative errno (explained).
 */
int keep_load(const struct load_job *job, struct survey *after, const struct imalog_mark *mark);
/*
 * Whether an image that is loaded now might later be taken for another one: the log has a kexec_load event of this boot,
 * or a load was written down.  kexec_load(2), which leaves no event, would come to be judged by those.  False also where
 * nothing but the real kexec was used in this boot.
 */
bool hides_another(const struct run *run);
/* Such a load, by the real kexec as it was called, with a note that whatever was loaded before is not it; a status. */
int load_unjudged(const struct run *run, const struct request *request);
/* Make sure that nothing is loaded.  False (explained) when something still is. */
bool unload(const struct run *run, const char *kexec);

/* After a load that failed: whether the real kexec is too old, and what to do. */
void tell_old(const char *kexec);
/* Why the real kexec cannot be run, and what to do. */
int explain_run(const char *kexec, int error);

/* The verbs.  Each returns an exit status. */
int do_load(struct run *run, struct request *request);
int do_check(struct run *run, struct request *request);
/* Judge, and act as the plan of request->action says; ends the run.  @survey is the caller's. */
int judge_and_act(struct run *run, struct request *request, struct survey *survey);
/*
 * Load the recorded image of the survey once more; afterwards the survey and the decision are the new
 * ones.  False: *@status says how it ended, which was explained.
 */
bool reload_image(const struct run *run, const struct settings *settings, struct survey *survey,
		  struct imalog_decision *decision, int *status);
/*
 * The real kexec's own files are measured when they are first run in a boot: run it once before the
 * judgement, so that nothing of it is left to come behind.
 */
void measure_real(const struct run *run, char *kexec);
int cmd_around(struct run *run, int argc, char **argv);
int cmd_backtest(struct run *run, int argc, char **argv);
int cmd_check(struct run *run, int argc, char **argv);
int cmd_estimate(struct run *run, int argc, char **argv);
int cmd_plot(struct run *run, int argc, char **argv);
int cmd_preflight(struct run *run, int argc, char **argv);
int cmd_rehearse(struct run *run, int argc, char **argv);
int cmd_sample(struct run *run, int argc, char **argv);
int cmd_shutdown(struct run *run, int argc, char **argv);
int cmd_status(struct run *run, int argc, char **argv);
int cmd_trim(struct run *run, int argc, char **argv);
int cmd_verify(struct run *run, int argc, char **argv);

#endif
