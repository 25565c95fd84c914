// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: a sentence for what is wrong, and values within their limits. */
#include "fuzz.h"
#include "options.h"

#define REAL "/sbin/kexec"

static bool is_path(const char *path)
{
	return !*path || *path == '/';
}

static void check(const struct settings *settings)
{
	MUST(settings->confidence > 0 && settings->confidence < 1);
	MUST(settings->watch_left > 0 && settings->watch_left < 1);
	MUST(settings->shutdown_seconds >= 1 && settings->shutdown_seconds <= 600);
	MUST(settings->mode <= CHECK_WARN && settings->watch <= WATCH_RELOAD);
	MUST(*settings->kexec == '/' && is_path(settings->archive) && is_path(settings->metrics));
}

/* A number means the same when it is written down plainly. */
static void read_values(const char *text)
{
	uint64_t number, again;
	char plain[32];
	double share;
	enum check_mode mode;

	if (parse_seconds(text, &number)) {
		snprintf(plain, sizeof(plain), "%llus", (unsigned long long)number);
		MUST(parse_seconds(plain, &again) && again == number);
	}
	if (parse_bytes(text, &number)) {
		snprintf(plain, sizeof(plain), "%llu", (unsigned long long)number);
		MUST(parse_bytes(plain, &again) && again == number);
	}
	MUST(!parse_confidence(text, &share) || (share > 0 && share < 1));
	MUST(!parse_mode(text, &mode) || mode <= CHECK_WARN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text((struct imalog_span){ data, size }), error[OPTIONS_ERROR_SIZE] = "";
	struct settings settings;
	int line;

	settings_init(&settings, REAL);
	line = settings_from_text(&settings, text, error);
	MUST(line >= 0);
	if (line)
		MUST(*error && strlen(error) < sizeof(error));
	else
		check(&settings);
	read_values(text);
	free(text);
	return 0;
}
