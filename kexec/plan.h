/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy, and only here: what to do about a decision, and how to end. */
#ifndef KEXEC_IMA_PLAN_H
#define KEXEC_IMA_PLAN_H

#include "imalog.h"
#include "options.h"
#include "preflight.h"

/* As plain ints everywhere: the real kexec has statuses of its own. */
enum {
	STATUS_DONE = 0,	/* fits, complete, done */
	STATUS_ERROR = 1,	/* could not read, could not run */
	STATUS_USAGE = 2,
	STATUS_REFUSED = 3,	/* does not fit, would not be carried */
	STATUS_UNKNOWN = 4,	/* cannot tell */
};

enum step {
	STEP_END,	/* nothing more to do */
	STEP_LOAD,	/* run the real kexec */
	STEP_LOAD_AGAIN,	/* the same once more: it moves the rounding of the segment */
	STEP_DELETE,	/* move the oldest records to the archive, then judge again */
	STEP_UNLOAD,	/* make sure that nothing is loaded */
	STEP_RELOAD,	/* load the recorded image again, then judge again */
	STEP_EXECUTE,	/* run the real kexec -e */
};

struct plan {
	enum step step;
	int status;	/* how to end when the step is done */
};

/* The status that a decision alone stands for. */
int plan_status(const struct imalog_decision *decision);
/* The status that an outcome of verify stands for. */
int plan_outcome_status(enum imalog_outcome outcome);
/* The status that the findings of a preflight stand for. */
int plan_preflight_status(const struct preflight *preflight);
/* Before the load: is it hopeless?  STEP_LOAD, or STEP_UNLOAD with a status. */
struct plan plan_before_load(const struct imalog_decision *decision,
			     const struct settings *settings);
#define PLAN_LOADS_MAX 32	/* loads for one room, the first one not counted */

/*
 * After the load: STEP_END keeps it, STEP_UNLOAD refuses it, STEP_LOAD_AGAIN and
 * STEP_DELETE may give the room.  @slack: loading again would give it; @deletion: records may be deleted.
 */
struct plan plan_after_load(const struct imalog_decision *decision,
			    const struct settings *settings, bool slack, bool deletion);
/* What a check may still do. */
struct means {
	bool reload;	/* the image can be loaded again */
	bool deletion;	/* records may be moved to an archive */
};

/* A check.  @execute: with -e.  @reloaded: this decision was made after a STEP_RELOAD. */
struct plan plan_check(const struct imalog_decision *decision, const struct settings *settings,
		       bool execute, bool reloaded, struct means means);
/*
 * The last moment of a shutdown.  A load is as good as fresh while it has room for a shutdown's own
 * records; one that has not is made again if it can be.  STEP_END lets the soft reboot go on.
 */
struct plan plan_shutdown(const struct imalog_decision *decision,
			  const struct settings *settings, bool reloaded, bool can_reload);

/* What is to be said of a loaded image while it waits for its execute. */
enum watch_state {
	WATCH_NONE,	/* nothing is loaded, or nothing is the matter */
	WATCH_LONG,	/* it waits longer than planned, or its deadline is past */
	WATCH_NEAR,	/* its deadline comes near */
	WATCH_SHORT,	/* the room does not do even now */
	WATCH_UNKNOWN,	/* cannot tell */
	WATCH_STATES,
};

/* Stable words: "none", "long", "near", "short", "unknown". */
const char *plan_watch_text(enum watch_state state);
/*
 * @decision: with the shutdown burst to come.  @left_seconds: until the deadline, valid with
 * @has_deadline; @interval_seconds: planned between load and execute; @is_long: see report_is_long().
 */
enum watch_state plan_watch(const struct imalog_decision *decision, const struct settings *settings,
			    bool has_deadline, uint64_t left_seconds, uint64_t interval_seconds,
			    bool is_long);

#endif
