/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user asks for: from the command line of `kexec` or `kexec-ima`, and from the file. */
#ifndef KEXEC_IMA_OPTIONS_H
#define KEXEC_IMA_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_CONFIG "/etc/kexec-ima.conf"
#define OPTIONS_INTERVAL_SECONDS 3600	/* until the execute, unless said otherwise */
#define OPTIONS_CONFIDENCE 0.999
/*
 * What a shutdown itself measures, bytes: a Debian 12 with systemd measured 730 between load and
 * execute under ima_policy=tcb|critical_data.
 */
#define OPTIONS_BURST_BYTES 1024

#define OPTIONS_SHUTDOWN_SECONDS 10
#define OPTIONS_WATCH_LEFT 0.1

/* What sample does about a room that becomes short. */
enum watch_mode { WATCH_WARN, WATCH_OFF, WATCH_RELOAD };

enum check_mode { CHECK_REFUSE, CHECK_RELOAD, CHECK_COLDBOOT, CHECK_WARN };

/* Everything that can have a default in the file.  Plain values. */
struct settings {
	bool headroom;			/* loads are judged */
	bool headroom_given;		/* .headroom_bytes instead of the estimate */
	uint64_t headroom_bytes;	/* growth to leave room for */
	bool check;			/* executes are judged */
	enum check_mode mode;		/* refuse unless said otherwise */
	bool warn;			/* say it, do not refuse */
	bool has_interval;
	uint64_t interval_seconds;
	double confidence;		/* 0 < P < 1 */
	bool has_burst;			/* .burst_bytes was given, and is not to be learnt */
	uint64_t burst_bytes;		/* shutdown burst */
	bool shutdown_cold;		/* at shutdown: a log that would be lost makes it a cold boot */
	bool shutdown_unknown_cold;	/* the same where it cannot be told */
	uint64_t shutdown_seconds;	/* all that a judgement at shutdown may take */
	enum watch_mode watch;		/* warn unless said otherwise */
	double watch_left;		/* of the interval, below which the deadline is near; 0 to 1 */
	char metrics[PATH_MAX];		/* file for node_exporter; "": none */
	bool wall;			/* such warnings go to everybody who is logged in */
	char kexec[PATH_MAX];		/* path of the real kexec */
	bool stops_early;		/* its getopt(3) stops at the first argument that is no option */
	char archive[PATH_MAX];		/* folder that records may be moved to; "": none */
};

enum action {
	ACTION_PASS,	/* the real kexec, nothing else */
	ACTION_LOAD,	/* load and judge */
	ACTION_EXECUTE,	/* judge and execute */
	ACTION_CHECK,	/* judge */
	ACTION_SHUTDOWN,	/* judge at the last moment of a shutdown */
};

/* A parsed command line of `kexec`.  Owns .arguments and its strings. */
struct request {
	enum action action;
	struct settings settings;
	const char *sysroot;		/* --ima-sysroot, or NULL */
	char **arguments;		/* for the real kexec; [0] is its path; NULL at the end */
	bool replaced_auto;		/* -a was given and became -s */
	bool added;			/* to .arguments, what was on no command line */
	bool unjudged;			/* ACTION_PASS loads an image, which is no crash kernel */
};

#define OPTIONS_ERROR_SIZE 256

void settings_init(struct settings *settings, const char *real_kexec);
/* "90s", "10min", "2h", "3d", "1h30min", "45" (seconds). */
bool parse_seconds(const char *text, uint64_t *seconds);
/* "4096", "12K", "3M". */
bool parse_bytes(const char *text, uint64_t *bytes);
bool parse_confidence(const char *text, double *confidence);
bool parse_mode(const char *text, enum check_mode *mode);

/*
 * Set one key, as it is called in the file (an option is the same behind "--ima-").  @value NULL: an
 * option without one.  False: @error has a sentence.
 */
bool settings_set(struct settings *settings, const char *key, const char *value,
		  char error[OPTIONS_ERROR_SIZE]);
/*
 * Read the text of the configuration file.  0, or the number of the first bad line with a sentence
 * in @error, or -1 (out of memory).  The good lines have been taken all the same.
 */
int settings_from_text(struct settings *settings, const char *text,
		       char error[OPTIONS_ERROR_SIZE]);

/* What must be known of a command line before the file can be read. */
struct glance {
	const char *sysroot;	/* of --ima-sysroot=DIR, or NULL */
	bool wants_file;	/* it loads, executes or has an option of ours: the file matters */
	bool executes;		/* -e: a mistake in the file must not leave it unjudged */
};

struct glance request_glance(int argc, char *const argv[]);
/*
 * Parse the command line of `kexec` on top of @defaults.  False: a wrong usage, said in @error.
 * In both cases free with request_free().
 */
bool request_parse(int argc, char *const argv[], const struct settings *defaults,
		   struct request *request, char error[OPTIONS_ERROR_SIZE]);
void request_free(struct request *request);

#endif
