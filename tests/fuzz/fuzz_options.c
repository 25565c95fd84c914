// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of `kexec`: a word a line, behind a byte that says what the file asks for.  The real
 * kexec gets every word that is not ours, in order, and none that is.
 */
#include "fuzz.h"
#include "options.h"

#define WORDS_MAX 24
#define REAL "/sbin/kexec"

static bool is_ours(const char *word)
{
	return !strncmp(word, "--ima-", 6);
}

/* @arguments are @argv without some words that are ours. */
static void check_rest(char *const *arguments, char *const *argv)
{
	for (arguments++, argv++; *argv; argv++) {
		if (*arguments && !strcmp(*arguments, *argv))
			arguments++;
		else
			MUST(is_ours(*argv));
	}
	MUST(!*arguments);
}

/* A load that is judged is one by kexec_file_load(2): asked for once more, there is nothing to change. */
static void check_load(char **arguments, const struct settings *defaults)
{
	char error[OPTIONS_ERROR_SIZE];
	struct settings wanted = *defaults;
	struct request again;
	int argc = 0;

	wanted.headroom = true;
	for (; arguments[argc]; argc++)
		if (arguments[argc][0] == '-' && arguments[argc][1] != '-' &&
		    strchr(arguments[argc] + 1, '-'))
			return;		/* no such letter: kexec-tools will refuse it */
	MUST(request_parse(argc, arguments, &wanted, &again, error));
	MUST(again.action == ACTION_LOAD && !again.replaced_auto);
	for (int i = 1; i <= argc; i++)
		MUST(i == argc ? !again.arguments[i] : !strcmp(again.arguments[i], arguments[i]));
	request_free(&again);
}

static void parse(int argc, char **argv, const struct settings *defaults)
{
	char error[OPTIONS_ERROR_SIZE] = "";
	struct request request;
	size_t root;

	if (request_parse(argc, argv, defaults, &request, error)) {
		root = request.sysroot ? strlen(request.sysroot) : 0;
		MUST(!strncmp(request.arguments[0], request.sysroot ? request.sysroot : "", root));
		MUST(!strcmp(request.arguments[0] + root, request.settings.kexec));
		if (request.action == ACTION_LOAD)
			check_load(request.arguments, defaults);
		else
			check_rest(request.arguments, argv);
		MUST(request.settings.confidence > 0 && request.settings.confidence < 1);
	} else {
		MUST(*error && strlen(error) < sizeof(error));
	}
	request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned choice = (unsigned)fuzz_number(&input, 1);
	char *text = fuzz_text(input), *argv[WORDS_MAX + 2] = { (char *)"kexec" }, *at = text;
	struct settings defaults;
	int argc = 1;

	settings_init(&defaults, REAL);
	defaults.headroom = choice & 1;
	defaults.check = choice & 2;
	defaults.mode = (enum check_mode)(choice / 4 % 4);
	for (char *word; argc <= WORDS_MAX && (word = strsep(&at, "\n"));)
		argv[argc++] = word;
	request_glance(argc, argv);
	parse(argc, argv, &defaults);
	free(text);
	return 0;
}
