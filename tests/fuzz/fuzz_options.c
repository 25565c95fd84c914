// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of `kexec`: a word a line, behind a byte that says what the file asks for.  The real
 * kexec gets every word that is not ours, in order, and none that is.
 */
#include "fuzz.h"
#include "options.h"

#define WORDS_MAX 24

/* @arguments are @argv without some words that are ours. */
static void check_rest(char *const *arguments, char *const *argv)
{
	for (arguments++, argv++; *argv; argv++) {
		if (*arguments && !strcmp(*arguments, *argv))
			arguments++;
		else
			MUST(!strncmp(*argv, "--ima-", 6));
	}
	MUST(!*arguments);
}

/* A load that is judged is one by kexec_file_load(2): asked for once more, there is nothing to change. */
static void check_load(char **arguments, const struct settings *defaults)
{
	struct settings wanted = *defaults;
	char error[OPTIONS_ERROR_SIZE];
	struct request again;
	int argc;

	wanted.headroom = true;
	for (argc = 0; arguments[argc]; argc++)	/* kexec-tools knows no letter '-', no --kexec-...=VALUE */
		if (!strncmp(arguments[argc], "--k", 3) ? !!strchr(arguments[argc], '=')
			: *arguments[argc] == '-' && arguments[argc][1] != '-' && strchr(arguments[argc] + 1, '-'))
			return;
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

	request_glance(argc, argv);
	if (!request_parse(argc, argv, defaults, &request, error))
		MUST(*error && strlen(error) < sizeof(error));
	else if (request.action == ACTION_LOAD)
		check_load(request.arguments, defaults);
	else
		check_rest(request.arguments, argv);
	request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span input = { data, size };
	unsigned choice = (unsigned)fuzz_number(&input, 1);
	char *text = fuzz_text(input), *argv[WORDS_MAX + 2] = { text }, *at = text;
	struct settings defaults;
	int argc = 1;

	settings_init(&defaults, "/sbin/kexec");
	defaults.headroom = choice & 1;
	defaults.check = choice & 2;
	defaults.mode = (enum check_mode)(choice / 4 % 4);
	for (char *word; argc <= WORDS_MAX && (word = strsep(&at, "\n"));)
		argv[argc++] = word;
	parse(argc, argv, &defaults);
	free(text);
	return 0;
}
