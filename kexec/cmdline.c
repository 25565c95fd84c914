// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmdline.h"

#include <stdio.h>
#include <string.h>

#include "foreign.h"

/* One word, its quotes taken out; returns what follows it. */
static const char *take_word(const char *text, char *word, size_t size)
{
	bool quoted = false;
	size_t used = 0;

	while (*text == ' ' || *text == '\t' || *text == '\n')
		text++;
	for (; *text && (quoted || !strchr(" \t\n", *text)); text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (used < size - 1)
			word[used++] = *text;
	}
	word[used] = '\0';
	return text;
}

static bool take_value(const char *word, const char *key, char value[CMDLINE_VALUE_SIZE])
{
	size_t size = strlen(key);

	if (strncmp(word, key, size) != 0)
		return false;
	snprintf(value, CMDLINE_VALUE_SIZE, "%.*s", CMDLINE_VALUE_SIZE - 1, word + size);
	return true;
}

/* ima_policy= is a list with '|' or blanks between (ima_policy.c, policy_setup(), 7.3.4). */
static bool has_critical_data(const char *policy)
{
	static const char word[] = "critical_data";
	const char *at = policy;

	while ((at = strstr(at, word))) {
		bool begins = at == policy || strchr("| \n", at[-1]);

		at += sizeof(word) - 1;
		if (begins && (!*at || strchr("| \n", *at)))
			return true;
	}
	return false;
}

void cmdline_read(const char *text, struct cmdline *cmdline)
{
	char word[2 * CMDLINE_VALUE_SIZE];

	*cmdline = (struct cmdline){ .known = true };
	while (*(text = take_word(text, word, sizeof(word))) || word[0]) {
		/* Behind this the words are init's. */
		if (!strcmp(word, "--"))
			break;
		if (take_value(word, "ima_policy=", cmdline->policy))
			cmdline->critical_data =
				cmdline->critical_data || has_critical_data(cmdline->policy);
		else if (!strcmp(word, "ima_canonical_fmt"))
			cmdline->canonical = true;
		else if (!take_value(word, "ima_template=", cmdline->template_) &&
			 !take_value(word, "ima_template_fmt=", cmdline->format))
			take_value(word, "ima_hash=", cmdline->hash);
	}
}

/* Which of the two an option of kexec-tools is. */
static bool is_named(const struct foreign_option *option, const char *a, const char *b)
{
	return option && option->name && (!strcmp(option->name, a) || !strcmp(option->name, b));
}

bool cmdline_of_load(char *const *arguments, const char *running, char *out, unsigned long size)
{
	const char *append = "";
	bool reuse = false;
	int used;

	for (size_t i = 1; arguments[i] && strcmp(arguments[i], "--") != 0; i++) {
		const struct foreign_option *option;
		size_t name;

		if (strncmp(arguments[i], "--", 2) != 0)
			continue;
		name = strcspn(arguments[i] + 2, "=");
		option = foreign_long(arguments[i] + 2, name);
		reuse = reuse || is_named(option, "reuse-cmdline", "reuse-cmdline");
		if (!is_named(option, "append", "command-line"))
			continue;
		if (arguments[i][2 + name])
			append = arguments[i] + 3 + name;
		else if (arguments[i + 1])
			append = arguments[++i];
	}
	used = snprintf(out, size, "%s%s%s", reuse ? running : "", reuse && *append ? " " : "", append);
	return used >= 0 && (unsigned long)used < size;
}
