// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages, settings, the lock and the view: what every command begins or ends with. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/sandbox.h"
#include "outlook.h"

#define LOCK_MS 10000	/* how long another run is waited for */
#define CONFIG_MAX (64u << 10)	/* bytes of the configuration file */

static const struct host_root *kernel_log;	/* where complaints go too; NULL: nowhere */

void complain_to_kernel(const struct host_root *root)
{
	kernel_log = root;
}

int complain(int status, const char *format, ...)
{
	char text[2048];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (kernel_log)
		host_kmsg_say(kernel_log, text);
	/* A console that is stopped, or a pipe that nobody reads, must not stop a shutdown. */
	if (!kernel_log || host_takes_output(STDERR_FILENO))
		fprintf(stderr, "kexec-ima: %s\n", text);
	return status;
}

/* Also what was written before, of which an fflush() knows nothing any more. */
bool can_say(void)
{
	return !fflush(stdout) && !ferror(stdout);
}

/* ---- the sandbox -------------------------------------------------------------------------------- */

struct walled {
	const struct run *run;
	int (*work)(void *context);
	void *context;
};

static int in_sandbox(void *context, unsigned walls)
{
	const struct walled *walled = context;
	int status;

	/* As somebody else there is less to lose. */
	if (!(walls & (HOST_WALL_CALLS | HOST_WALL_NOT_BUILT)) && (!geteuid() || walled->run->verbose))
		complain(STATUS_DONE, "this is read without a sandbox of system calls%s: install libseccomp, or "
				      "do not do it as root",
			 walls & HOST_WALL_FILES ? " (only files are out of reach)" : "");
	else if (walled->run->verbose)
		fprintf(stderr, "kexec-ima: in a sandbox: %s%s\n",
			walls & HOST_WALL_CALLS ? "system calls" : "none, it was built without",
			walls & HOST_WALL_FILES ? ", files" : "");
	status = walled->work(walled->context);
	if (!can_say() && !status)
		status = complain(STATUS_ERROR, "standard output cannot be written");
	/* Further than a status. */
	return status < 0 ? STATUS_DONE : status;
}

int run_sandboxed(const struct run *run, int (*work)(void *context), void *context)
{
	struct walled walled = { run, work, context };
	int signal, status;

	/* libgcrypt looks at files of its own when it begins. */
	if (!imalog_hash_prepare())
		return complain(STATUS_ERROR, "libgcrypt cannot be used");
	status = host_sandboxed(in_sandbox, &walled, &signal);
	/* As anybody who writes to a pipe that was closed. */
	if (signal == SIGPIPE)
		raise(signal);
	if (signal == SIGSYS)
		return complain(STATUS_ERROR, "reading this made the program try what it must not, and it was "
					      "stopped: what was given is made to do harm, or this is a bug");
	if (signal)
		return complain(STATUS_ERROR, "reading this ended the program (%s): what was given is made to do "
					      "harm, or this is a bug", strsignal(signal));
	return status < 0 ? complain(STATUS_ERROR, "the sandbox cannot be made: %s", strerror(-status)) : status;
}

/* ---- a word for a person who waits --------------------------------------------------------------- */

#define TELL_AFTER 2.0	/* seconds without a word that a person is asked to bear */
#define TELL_EVERY 0.5	/* seconds */

void progress_begin(struct progress *progress, const struct run *run, const char *format,
		    unsigned shift)
{
	*progress = (struct progress){ .format = format, .shift = shift };
	progress->wanted = !run->quiet && isatty(STDERR_FILENO);
	progress->next = host_now() + TELL_AFTER;
}

void progress_tell(void *context, uint64_t number)
{
	struct progress *progress = context;
	double now;

	if (!progress->wanted)
		return;
	now = host_now();
	if (now < progress->next)
		return;
	progress->next = now + TELL_EVERY;
	progress->told = true;
	fputs("\rkexec-ima: ", stderr);
	fprintf(stderr, progress->format, number >> progress->shift);
}

void progress_end(const struct progress *progress)
{
	if (progress->told)
		fprintf(stderr, "\r%70s\r", "");
}

/* Why the log is not there: no place for it, nothing mounted, or a kernel without IMA. */
static const char *advise_missing(const struct run *run)
{
	char path[PATH_MAX];

	if (host_is_container(&run->root))
		return "this is a container, and the log is its host's: run it on the host";
	if (!host_path(&run->root, "/sys/kernel", path) && access(path, F_OK))
		return "nothing is mounted at /sys, as in a bare chroot: run it outside, or mount sysfs and "
		       "securityfs there";
	if (!host_path(&run->root, "/sys/kernel/security/lsm", path) && !access(path, F_OK))
		return "this kernel runs without IMA: boot one with CONFIG_IMA and an IMA policy";
	return "mount securityfs (mount -t securityfs securityfs /sys/kernel/security) and boot "
	       "a kernel with CONFIG_IMA";
}

int complain_survey(const struct run *run, const struct live_failure *failure)
{
	switch (failure->error) {
	case -ENOENT:
		return complain(STATUS_ERROR, "%s is not there: %s", failure->path,
				advise_missing(run));
	case -EACCES:
	case -EPERM:
		return complain(STATUS_ERROR, "%s cannot be read: run as root", failure->path);
	case -EBUSY:
		return complain(STATUS_ERROR,
				"%s is held by a process that stages or deletes records, also after "
				"%d s: try again when it is done", failure->path,
				HOST_LOG_BUSY_MS / 1000);
	default:
		return complain(STATUS_ERROR, "%s cannot be read: %s", failure->path,
				strerror(-failure->error));
	}
}

void begin_settings(const struct run *run, struct settings *settings)
{
	char first[PATH_MAX], other[PATH_MAX];
	bool takes_other;

	takes_other = *REAL_KEXEC_ELSE && !host_path(&run->root, REAL_KEXEC, first) &&
		      access(first, F_OK) < 0 && !host_path(&run->root, REAL_KEXEC_ELSE, other) &&
		      !access(other, F_OK);
	settings_init(settings, takes_other ? REAL_KEXEC_ELSE : REAL_KEXEC);
}

void find_real_kexec(const struct run *run, struct settings *settings)
{
	struct settings all = *settings;
	char *text, error[OPTIONS_ERROR_SIZE];

	if (host_read_trusted(&run->root, OPTIONS_CONFIG, CONFIG_MAX, &text) < 0)
		return;
	settings_from_text(&all, text, error);
	memcpy(settings->kexec, all.kexec, sizeof(settings->kexec));
	free(text);
}

/*
 * For units that run scripts of others, as kexec-load does: it can only ask for a judgement, so a value that is not
 * understood asks for one too.
 */
static void take_environment(struct settings *settings)
{
	const char *value = getenv("KEXEC_IMA_HEADROOM");
	char error[OPTIONS_ERROR_SIZE];

	if (!value || settings->headroom)
		return;
	if (settings_set(settings, "headroom", value, error))
		return;
	complain(STATUS_USAGE, "in the environment KEXEC_IMA_HEADROOM: %s; the estimate is used", error);
	settings_set(settings, "headroom", "auto", error);
}

int read_settings(const struct run *run, struct settings *settings)
{
	char *text, error[OPTIONS_ERROR_SIZE];
	ssize_t size;
	int line;

	begin_settings(run, settings);
	size = host_read_trusted(&run->root, OPTIONS_CONFIG, CONFIG_MAX, &text);
	if (size == -ENOENT || size == -ENOTDIR) {
		take_environment(settings);
		return STATUS_DONE;
	}
	if (size == -EPERM)
		return complain(STATUS_ERROR, "%s%s can be written by others than root, and it names what root "
					      "runs: chown root and chmod 644", run->root.path, OPTIONS_CONFIG);
	if (size < 0)
		return complain(STATUS_ERROR, "%s%s cannot be read: %s", run->root.path,
				OPTIONS_CONFIG, strerror((int)-size));
	line = settings_from_text(settings, text, error);
	free(text);
	if (line)
		return complain(STATUS_USAGE, "%s%s, line %d: %s", run->root.path, OPTIONS_CONFIG,
				line, error);
	take_environment(settings);
	return STATUS_DONE;
}

bool read_guard_settings(const struct run *run, struct settings *settings)
{
	char kexec[PATH_MAX];

	if (!read_settings(run, settings))
		return true;
	strcpy(kexec, settings->kexec);
	settings_init(settings, kexec);
	complain(STATUS_USAGE, "until that is mended the built-in values are used, as if nothing but the real "
			       "kexec stood in %s%s", run->root.path, OPTIONS_CONFIG);
	return false;
}

void limit_execute(struct run *run, unsigned seconds)
{
	host_limit_begin(seconds, "kexec-ima: the judgement before the execute took too long (shutdown-timeout in "
			 OPTIONS_CONFIG "): nothing is executed\n");
	/* Time to say who has the lock. */
	run->lock_ms = seconds <= LOCK_MS / 1000 ? seconds * 750 : 0;
}

void unlimit_execute(struct run *run)
{
	host_limit_end();
	run->lock_ms = 0;
}

int take_lock(const struct run *run)
{
	unsigned patience = run->lock_ms ? run->lock_ms : LOCK_MS;
	int dir = host_state_open(&run->root), fd;
	long holder;

	/* From here on things are done that must come to their end, whether or not somebody reads what is said. */
	host_outlive_readers();
	if (dir < 0)
		return complain(STATUS_ERROR, "%s%s cannot be used: %s", run->root.path,
				HOST_STATE_DIR,
				dir == -EPERM ? "it must be a folder of root's that others cannot "
						"write to, and no symbolic link"
				: dir == -EACCES ? "run as root"
					      : strerror(-dir));
	fd = host_state_lock(dir, patience, &holder);
	close(dir);
	if (fd == -EBUSY)
		return complain(STATUS_ERROR,
				"another load, check or execute (process %ld) has held %s%s/lock for "
				"%u s: wait for it, or end it", holder, run->root.path,
				HOST_STATE_DIR, (patience + 999) / 1000);
	if (fd < 0)
		return complain(STATUS_ERROR, "%s%s/lock cannot be taken: %s", run->root.path,
				HOST_STATE_DIR, strerror(-fd));
	return STATUS_DONE;
}

void tell_reading(const struct run *run, const struct survey *survey)
{
	const struct imalog_position *total = &survey->scan.census.total;

	if (!run->verbose)
		return;
	if (survey->has_earlier)
		fprintf(stderr, "kexec-ima: read the log from byte %" PRIu64 " to %" PRIu64
				", the rest is known from the checkpoint\n",
			survey->earlier.bytes, total->bytes);
	else
		fprintf(stderr, "kexec-ima: read the whole log, %" PRIu64 " bytes\n", total->bytes);
}

void fill_view(struct view *view, const struct survey *survey,
	       const struct imalog_decision *decision, const struct outlook *outlook)
{
	const struct load_record *record = &survey->record;

	*view = (struct view){
		.scan = &survey->scan,
		.staged_bytes = survey->staged_bytes,
		.facts = &survey->facts,
		.decision = decision,
		.estimate = outlook ? &outlook->estimate : NULL,
	};
	if (survey->facts.loaded) {
		view->has_age = survey_load_age(survey, &view->age_seconds);
		view->has_grown = survey_growth_since_load(survey, &view->grown_bytes);
	}
	if (view->has_age) {
		view->judged_load = true;
		view->interval_seconds = record->interval_seconds;
		view->deadline_passed =
			record->has_deadline && view->age_seconds > record->deadline_seconds;
	}
	if (outlook && decision->has_segment && decision->room_bytes >= 0 &&
	    (uint64_t)decision->room_bytes >= decision->last_bytes)
		view->has_deadline = imalog_curve_deadline(
			&outlook->curve, (uint64_t)decision->room_bytes - decision->last_bytes,
			&view->deadline_seconds);
}

void date_view(struct view *view, char *when, size_t size)
{
	time_t now = time(NULL), then;
	struct tm parts;

	if (!view->has_deadline || view->deadline_seconds > 3650u * 86400u)
		return;
	then = now + (time_t)view->deadline_seconds;
	if (localtime_r(&then, &parts) && strftime(when, size, "%Y-%m-%d %H:%M:%S %Z", &parts))
		view->deadline_when = when;
}
