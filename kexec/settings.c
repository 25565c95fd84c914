// SPDX-License-Identifier: GPL-2.0-or-later
/* Values and keys: the same words in the file and, behind --ima-, on the command line. */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

void settings_init(struct settings *settings, const char *real_kexec)
{
	*settings = (struct settings){
		.interval_seconds = OPTIONS_INTERVAL_SECONDS,
		.confidence = OPTIONS_CONFIDENCE,
		.burst_bytes = OPTIONS_BURST_BYTES,
		.shutdown_cold = true,
		.shutdown_seconds = OPTIONS_SHUTDOWN_SECONDS,
		.watch_left = OPTIONS_WATCH_LEFT,
	};
	snprintf(settings->kexec, sizeof(settings->kexec), "%s", real_kexec);
}

/* A decimal number at *@text, which moves behind it. */
static bool parse_number(const char **text, uint64_t *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

static bool multiply(uint64_t number, uint64_t factor, uint64_t *product)
{
	return !__builtin_mul_overflow(number, factor, product);
}

bool parse_seconds(const char *text, uint64_t *seconds)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = {
		{ "s", 1 },	  { "sec", 1 },	   { "m", 60 },	     { "min", 60 },
		{ "h", 3600 },	  { "hour", 3600 }, { "hours", 3600 }, { "d", 86400 },
		{ "day", 86400 }, { "days", 86400 }, { "w", 604800 },  { "week", 604800 },
	};
	uint64_t total = 0;
	const char *first = text;

	do {
		bool alone = text == first;
		uint64_t number, factor = 0;
		size_t size;

		if (!parse_number(&text, &number))
			return false;
		size = strspn(text, "abcdefghijklmnopqrstuvwxyz");
		if (!size && !*text && alone)
			factor = 1;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strlen(units[i].unit) == size && !strncmp(units[i].unit, text, size))
				factor = units[i].seconds;
		if (!factor || !multiply(number, factor, &number) ||
		    __builtin_add_overflow(total, number, &total))
			return false;
		text += size;
	} while (*text);
	*seconds = total;
	return true;
}

bool parse_bytes(const char *text, uint64_t *bytes)
{
	uint64_t number, factor;

	if (!parse_number(&text, &number))
		return false;
	switch (*text) {
	case '\0': factor = 1; break;
	case 'K': factor = 1024; break;
	case 'M': factor = 1024 * 1024; break;
	default: return false;
	}
	if (*text && text[1])
		return false;
	return multiply(number, factor, bytes);
}

bool parse_confidence(const char *text, double *confidence)
{
	char *end;

	if (*text != '0' && *text != '.')
		return false;
	*confidence = strtod(text, &end);
	return !*end && *confidence > 0 && *confidence < 1;
}

bool parse_mode(const char *text, enum check_mode *mode)
{
	static const char *const modes[] = {
		[CHECK_REFUSE] = "refuse",
		[CHECK_RELOAD] = "reload",
		[CHECK_COLDBOOT] = "coldboot",
		[CHECK_WARN] = "warn",
	};

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(text, modes[i])) {
			*mode = (enum check_mode)i;
			return true;
		}
	}
	return false;
}

/* ---- one setter a key ------------------------------------------------------------------- */

static bool set_headroom(struct settings *settings, const char *value)
{
	settings->headroom = true;
	settings->headroom_given = value && strcmp(value, "auto");
	return !settings->headroom_given || parse_bytes(value, &settings->headroom_bytes);
}

static bool set_check(struct settings *settings, const char *value)
{
	settings->check = true;
	settings->mode = CHECK_REFUSE;
	return !value || parse_mode(value, &settings->mode);
}

static bool set_interval(struct settings *settings, const char *value)
{
	settings->has_interval = true;
	return value && parse_seconds(value, &settings->interval_seconds);
}

static bool set_confidence(struct settings *settings, const char *value)
{
	return value && parse_confidence(value, &settings->confidence);
}

static bool set_policy(struct settings *settings, const char *value)
{
	if (!value || (strcmp(value, "warn") && strcmp(value, "refuse")))
		return false;
	settings->warn = !strcmp(value, "warn");
	return true;
}

static bool set_burst(struct settings *settings, const char *value)
{
	settings->has_burst = value && parse_bytes(value, &settings->burst_bytes);
	return settings->has_burst;
}

static bool set_cold(const char *value, bool *cold)
{
	if (!value || (strcmp(value, "coldboot") && strcmp(value, "warn")))
		return false;
	*cold = !strcmp(value, "coldboot");
	return true;
}

static bool set_shutdown(struct settings *settings, const char *value)
{
	return set_cold(value, &settings->shutdown_cold);
}

static bool set_shutdown_unknown(struct settings *settings, const char *value)
{
	return set_cold(value, &settings->shutdown_unknown_cold);
}

static bool set_shutdown_timeout(struct settings *settings, const char *value)
{
	return value && parse_seconds(value, &settings->shutdown_seconds) &&
	       settings->shutdown_seconds >= 1 && settings->shutdown_seconds <= 600;
}

static bool set_watch(struct settings *settings, const char *value)
{
	static const char *const modes[] = {
		[WATCH_WARN] = "warn",
		[WATCH_OFF] = "off",
		[WATCH_RELOAD] = "reload",
	};

	for (unsigned i = 0; value && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(value, modes[i])) {
			settings->watch = (enum watch_mode)i;
			return true;
		}
	}
	return false;
}

static bool set_watch_left(struct settings *settings, const char *value)
{
	return value && parse_confidence(value, &settings->watch_left);
}

static bool set_metrics(struct settings *settings, const char *value)
{
	size_t size = value ? strlen(value) : 0;

	/* node_exporter reads no other. */
	if (size < 5 || *value != '/' || size >= sizeof(settings->metrics) || strcmp(value + size - 5, ".prom"))
		return false;
	strcpy(settings->metrics, value);
	return true;
}

static bool set_wall(struct settings *settings, const char *value)
{
	if (!value || (strcmp(value, "yes") && strcmp(value, "no")))
		return false;
	settings->wall = !strcmp(value, "yes");
	return true;
}

static bool set_kexec(struct settings *settings, const char *value)
{
	if (!value || *value != '/' || strlen(value) >= sizeof(settings->kexec))
		return false;
	strcpy(settings->kexec, value);
	return true;
}

static bool set_archive(struct settings *settings, const char *value)
{
	if (!value || *value != '/' || strlen(value) >= sizeof(settings->archive))
		return false;
	strcpy(settings->archive, value);
	return true;
}

static const struct {
	const char *key;
	bool (*set)(struct settings *settings, const char *value);
	const char *expected;
} keys[] = {
	{ "headroom", set_headroom, "auto, or bytes with K or M (12288, 12K)" },
	{ "check", set_check, "refuse, reload, coldboot or warn" },
	{ "interval", set_interval, "a time such as 90s, 10min, 2h or 3d" },
	{ "confidence", set_confidence, "a probability between 0 and 1 such as 0.999" },
	{ "policy", set_policy, "warn or refuse" },
	{ "shutdown-burst", set_burst, "bytes, with K or M (4096, 4K)" },
	{ "shutdown", set_shutdown, "coldboot or warn" },
	{ "shutdown-unknown", set_shutdown_unknown, "coldboot or warn" },
	{ "shutdown-timeout", set_shutdown_timeout, "a time from 1s to 10min" },
	{ "watch", set_watch, "off, warn or reload" },
	{ "watch-left", set_watch_left, "a share of the interval between 0 and 1 such as 0.1" },
	{ "metrics", set_metrics, "the absolute path of a file that ends in .prom" },
	{ "wall", set_wall, "yes or no" },
	{ "archive", set_archive, "the absolute path of a folder" },
	{ "kexec", set_kexec, "the absolute path of the real kexec" },
};

bool settings_set(struct settings *settings, const char *key, const char *value,
		  char error[OPTIONS_ERROR_SIZE])
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].key, key))
			continue;
		if (keys[i].set(settings, value))
			return true;
		snprintf(error, OPTIONS_ERROR_SIZE, "%s%s%.60s is not understood: give %s", key,
			 value ? "=" : "", value ? value : "", keys[i].expected);
		return false;
	}
	snprintf(error, OPTIONS_ERROR_SIZE, "%.60s is not known: see kexec-ima.conf(5)", key);
	return false;
}

/* ---- the file ---------------------------------------------------------------------------- */

struct reading {
	struct settings *settings;
	char *error;
	char other[OPTIONS_ERROR_SIZE];	/* of the mistakes behind the first, which is the one that is told */
	bool bad;
	bool seen[sizeof(keys) / sizeof(keys[0])];
};

static bool set_line(struct reading *reading, const char *section, const char *key, const char *value,
		     char *error)
{
	if (*section) {
		snprintf(error, OPTIONS_ERROR_SIZE, "[%.60s]: the file has no sections", section);
		return false;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].key, key))
			continue;
		if (reading->seen[i]) {
			snprintf(error, OPTIONS_ERROR_SIZE, "%s is given twice: give it once", key);
			return false;
		}
		reading->seen[i] = true;
	}
	return settings_set(reading->settings, key, value, error);
}

/* The parser goes on after a mistake, and gives back the number of the first line with one. */
static int take_line(void *context, const char *section, const char *key, const char *value)
{
	struct reading *reading = context;
	bool good = set_line(reading, section, key, value, reading->bad ? reading->other : reading->error);

	reading->bad = reading->bad || !good;
	return good;
}

int settings_from_text(struct settings *settings, const char *text,
		       char error[OPTIONS_ERROR_SIZE])
{
	struct reading reading = { .settings = settings, .error = error };
	int line;

	snprintf(error, OPTIONS_ERROR_SIZE, "this line is not \"key = value\"");
	line = ini_parse_string(text, take_line, &reading);
	return line;
}
