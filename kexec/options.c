// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of `kexec`: our options are taken out, everything else goes on unchanged and in
 * order.  What kexec-tools' options mean is looked up in foreign.c.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foreign.h"

static const char prefix[] = "--ima-";
#define PREFIX_SIZE (sizeof(prefix) - 1)

/* What was seen of kexec-tools' own options. */
struct seen {
	bool load, exec, unload, panic, force, other, classic_load, file;
	const char *image;		/* the first argument that is no option; NULL: none */
	bool late;			/* what the run is for is also said behind that */
	enum foreign_meaning syscall;	/* the last of -s -c -a, or FOREIGN_NOTHING */
};

/* Our options on this command line. */
enum own { OWN_HEADROOM, OWN_INTERVAL, OWN_CONFIDENCE, OWN_CHECK, OWN_POLICY, OWN_SYSROOT, OWN_ARCHIVE,
	   OWNS };

static const char *const own_names[OWNS] = {
	[OWN_HEADROOM] = "headroom",	 [OWN_INTERVAL] = "interval",
	[OWN_CONFIDENCE] = "confidence", [OWN_CHECK] = "check",
	[OWN_POLICY] = "policy",	 [OWN_SYSROOT] = "sysroot",
	[OWN_ARCHIVE] = "archive",
};

static void note(struct seen *seen, enum foreign_meaning meaning)
{
	seen->late = seen->late || (seen->image && meaning != FOREIGN_NOTHING);
	switch (meaning) {
	case FOREIGN_NOTHING: break;
	case FOREIGN_LOAD: seen->load = true; break;
	case FOREIGN_EXEC: seen->exec = true; break;
	case FOREIGN_UNLOAD: seen->unload = true; break;
	case FOREIGN_PANIC: seen->panic = true; break;
	case FOREIGN_FORCE: seen->force = true; break;
	case FOREIGN_CLASSIC_LOAD: seen->classic_load = true; break;
	case FOREIGN_OTHER: seen->other = true; break;
	case FOREIGN_FILE:
		seen->file = true;
		seen->syscall = meaning;
		break;
	case FOREIGN_CLASSIC:
	case FOREIGN_AUTO:
		seen->syscall = meaning;
		break;
	}
}

/*
 * One argument of kexec-tools, as getopt_long(3) reads it.  Returns whether the next argument
 * belongs to it.
 */
static bool read_foreign(const char *argument, struct seen *seen)
{
	const struct foreign_option *option;

	if (argument[0] != '-' || !argument[1]) {
		seen->image = seen->image ? seen->image : argument;
		return false;
	}
	if (argument[1] == '-') {
		size_t size = strcspn(argument + 2, "=");

		option = foreign_long(argument + 2, size);
		if (!option)
			return false;
		note(seen, option->meaning);
		return option->takes_argument && argument[2 + size] != '=';
	}
	for (const char *letter = argument + 1; *letter; letter++) {
		option = foreign_short(*letter);
		if (!option)
			continue;
		note(seen, option->meaning);
		if (option->takes_argument)
			return !letter[1];
	}
	return false;
}

struct glance request_glance(int argc, char *const argv[])
{
	static const char root[] = "--ima-sysroot=";
	struct glance glance = { 0 };
	struct seen seen = { 0 };
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strncmp(argv[i], prefix, PREFIX_SIZE)) {
			if (!strncmp(argv[i], root, sizeof(root) - 1))
				glance.sysroot = argv[i] + sizeof(root) - 1;
			else
				glance.wants_file = true;
		} else if (read_foreign(argv[i], &seen)) {
			i++;
		}
	}
	if (!seen.image && i + 1 < argc)
		seen.image = argv[i + 1];
	glance.executes = seen.exec;
	/* A crash kernel, an unload, a question: a mistake in the file must not stop these. */
	if (seen.exec || seen.force)
		glance.wants_file = true;
	else if (!seen.panic && !seen.other &&
		 (seen.load || seen.classic_load || (seen.image && !seen.unload)))
		glance.wants_file = true;
	return glance;
}

/* "--ima-KEY" or "--ima-KEY=VALUE", each at most once. */
static bool read_own(const char *argument, struct request *request, bool given[OWNS],
		     char *error)
{
	const char *key = argument + PREFIX_SIZE, *equal = strchr(key, '=');
	size_t size = equal ? (size_t)(equal - key) : strlen(key);
	const char *value = equal ? equal + 1 : NULL;
	char reason[OPTIONS_ERROR_SIZE];

	for (unsigned i = 0; i < OWNS; i++) {
		if (strlen(own_names[i]) != size || strncmp(own_names[i], key, size))
			continue;
		if (given[i]) {
			snprintf(error, OPTIONS_ERROR_SIZE, "%s%s is given twice: give it once",
				 prefix, own_names[i]);
			return false;
		}
		given[i] = true;
		if (i == OWN_SYSROOT) {
			request->sysroot = value;
			if (value && *value == '/')
				return true;
			snprintf(error, OPTIONS_ERROR_SIZE,
				 "--ima-sysroot needs an absolute path: --ima-sysroot=/DIR");
			return false;
		}
		if (settings_set(&request->settings, own_names[i], value, reason))
			return true;
		snprintf(error, OPTIONS_ERROR_SIZE, "%s%.200s", prefix, reason);
		return false;
	}
	snprintf(error, OPTIONS_ERROR_SIZE, "unknown option %.80s: see kexec-ima(8)", argument);
	return false;
}

/* Take the letters 'a' and 'c' out of a short cluster; what follows a 't' is its argument. */
static void strip_syscall(char *cluster)
{
	char *to = cluster;

	for (const char *from = cluster; *from; from++) {
		if (*from == 't') {
			memmove(to, from, strlen(from) + 1);
			return;
		}
		if (*from != 'a' && *from != 'c')
			*to++ = *from;
	}
	*to = '\0';
}

/* Whether @argument was -a or -c and nothing else; letters beside it stay. */
static bool drop_syscall(char *argument)
{
	const struct foreign_option *option;

	if (argument[0] != '-' || !argument[1])
		return false;
	if (argument[1] != '-') {
		/* No letter is a '-': kexec-tools refuses that, which must not become a long option. */
		if (argument[1 + strcspn(argument + 1, "-t")] == '-')
			return false;
		strip_syscall(argument);
		return !argument[1];
	}
	option = foreign_long(argument + 2, strlen(argument + 2));
	return option && (option->meaning == FOREIGN_AUTO || option->meaning == FOREIGN_CLASSIC);
}

/*
 * Make the load one by kexec_file_load(2): every -a is taken out, with each -c that it overruled, and -s
 * put in front when it is not there.
 */
static bool force_file_load(struct request *request, const struct seen *seen)
{
	char **arguments = request->arguments;
	size_t used = 1, i = 1;

	while (arguments[i] && strcmp(arguments[i], "--")) {
		struct seen ignored = { 0 };
		bool two = read_foreign(arguments[i], &ignored);

		if (drop_syscall(arguments[i]))
			free(arguments[i]);
		else
			arguments[used++] = arguments[i];
		i++;
		if (two && arguments[i])
			arguments[used++] = arguments[i++];
	}
	while (arguments[i])
		arguments[used++] = arguments[i++];
	arguments[used] = NULL;
	if (seen->file)
		return true;
	/* request_parse() left room for one more. */
	memmove(arguments + 2, arguments + 1, used * sizeof(*arguments));
	arguments[1] = strdup("-s");
	return arguments[1];
}

static bool refuse(char *error, const char *text)
{
	snprintf(error, OPTIONS_ERROR_SIZE, "%s", text);
	return false;
}

/* A load that is to be judged: which loads can be? */
static bool plan_load(struct request *request, const struct seen *seen, char *error)
{
	if (seen->exec || seen->force || seen->unload || seen->other)
		return refuse(error, "--ima-headroom goes with a load alone: load with -l, "
				     "then run kexec --ima-check -e");
	if (seen->syscall == FOREIGN_CLASSIC || seen->classic_load)
		return refuse(error, "--ima-headroom cannot go with -c or a load that needs it: "
				     "kexec_load(2) carries no IMA log; use -s");
	if (!seen->load)
		return refuse(error, "--ima-headroom goes with a load: add -l");
	request->action = ACTION_LOAD;
	request->replaced_auto = seen->syscall == FOREIGN_AUTO;
	if (seen->syscall != FOREIGN_FILE && !force_file_load(request, seen))
		return refuse(error, "out of memory");
	return true;
}

/* A run of which kexec-tools would make a load and an execute, or one of them by the options' order. */
static bool loads_and_executes(const struct seen *seen)
{
	bool load = seen->load || seen->classic_load || seen->panic;

	return seen->force || (seen->exec && load) || (seen->image && !seen->exec && !load);
}

/* Options of ours that say nothing by themselves. */
static bool own_needs_verb(const bool given[OWNS], char *error)
{
	if (given[OWN_INTERVAL] || given[OWN_CONFIDENCE] || given[OWN_POLICY] || given[OWN_ARCHIVE])
		return refuse(error, "--ima-interval, --ima-confidence, --ima-policy and --ima-archive "
				     "go with --ima-headroom or --ima-check");
	return true;
}

static bool plan_action(struct request *request, const struct seen *seen,
			const bool given[OWNS], char *error)
{
	bool nothing = !seen->load && !seen->exec && !seen->unload && !seen->panic &&
		       !seen->force && !seen->other && !seen->classic_load && !seen->image;

	if (given[OWN_HEADROOM] && given[OWN_CHECK])
		return refuse(error, "--ima-headroom goes with a load and --ima-check with -e: "
				     "these are two runs");
	if (seen->panic && !given[OWN_CHECK] && !seen->exec && !seen->force)
		return true;
	if (given[OWN_HEADROOM])
		return plan_load(request, seen, error);
	if (given[OWN_CHECK] && nothing) {
		request->action = ACTION_CHECK;
		return true;
	}
	if (given[OWN_CHECK] &&
	    (!seen->exec || seen->load || seen->force || seen->unload || seen->panic ||
	     seen->other || seen->classic_load))
		return refuse(error, "--ima-check goes with -e, or stands alone");
	/* kexec -p -u -e unloads the crash kernel, and executes the other one. */
	if (seen->unload && ((request->settings.check && seen->exec) ||
			     (request->settings.headroom && (seen->load || seen->classic_load))))
		return refuse(error, "this run would go on behind an unload, unjudged, and " OPTIONS_CONFIG
				     " asks for a judgement: these are two runs");
	if (seen->unload || seen->other)
		return own_needs_verb(given, error);
	/* The file asks for a judgement too, and some runs cannot have one. */
	if ((request->settings.headroom || request->settings.check) && loads_and_executes(seen))
		return refuse(error, "this run would load and reboot at once, unjudged, and "
				     OPTIONS_CONFIG " asks for a judgement: load with -l, then "
				     "run kexec -e");
	if (request->settings.check && seen->exec) {
		request->action = ACTION_EXECUTE;
		return true;
	}
	if (request->settings.headroom && (seen->load || seen->classic_load))
		return plan_load(request, seen, error);
	return own_needs_verb(given, error);
}

/* The real kexec, below the root, in the place of our own name. */
static bool name_real(struct request *request, char *error)
{
	const char *root = request->sysroot ? request->sysroot : "";
	size_t size = strlen(root) + strlen(request->settings.kexec) + 1;

	free(request->arguments[0]);
	request->arguments[0] = malloc(size);
	if (!request->arguments[0])
		return refuse(error, "out of memory");
	snprintf(request->arguments[0], size, "%s%s", root, request->settings.kexec);
	return true;
}

/* Take our options out; copies of all others go into request->arguments. */
static bool split(int argc, char *const argv[], struct request *request, struct seen *seen,
		  bool given[OWNS], char *error)
{
	bool ours = true;	/* until "--" */
	size_t used = 1;

	for (int i = 1; i < argc; i++) {
		bool two = false;

		if (!strcmp(argv[i], "--"))
			ours = false;
		if (ours && !strncmp(argv[i], prefix, PREFIX_SIZE)) {
			if (!read_own(argv[i], request, given, error))
				return false;
			continue;
		}
		if (ours)
			two = read_foreign(argv[i], seen);
		else if (!seen->image && strcmp(argv[i], "--"))
			seen->image = argv[i];
		for (; two && i + 1 < argc; two = false)
			if (!(request->arguments[used++] = strdup(argv[i++])))
				return refuse(error, "out of memory");
		if (!(request->arguments[used++] = strdup(argv[i])))
			return refuse(error, "out of memory");
	}
	return true;
}

/* getopt(3) of the real kexec then stops at the first argument that is no option; ours goes on, for our own options. */
static bool stops_early(const struct request *request, const struct seen *seen, const bool given[OWNS],
			char *error)
{
	bool judged = request->settings.headroom || request->settings.check;

	for (unsigned i = 0; i < OWNS; i++)
		judged = judged || (given[i] && i != OWN_SYSROOT);
	if (!judged || !seen->late || !request->settings.stops_early)
		return false;
	snprintf(error, OPTIONS_ERROR_SIZE, "with POSIXLY_CORRECT in the environment kexec reads no option "
					    "behind %.80s: put the image last", seen->image);
	return true;
}

bool request_parse(int argc, char *const argv[], const struct settings *defaults,
		   struct request *request, char error[OPTIONS_ERROR_SIZE])
{
	struct seen seen = { .syscall = FOREIGN_NOTHING };
	bool given[OWNS] = { false };

	*request = (struct request){ .settings = *defaults };
	request->arguments = calloc((size_t)argc + 2, sizeof(char *));
	if (request->arguments)
		request->arguments[0] = strdup("kexec");
	if (!request->arguments || !request->arguments[0])
		return refuse(error, "out of memory");
	if (!split(argc, argv, request, &seen, given, error) || stops_early(request, &seen, given, error) ||
	    !plan_action(request, &seen, given, error))
		return false;
	request->unjudged = request->action == ACTION_PASS && !seen.exec && !seen.force && !seen.other &&
			    (!seen.panic || seen.classic_load) &&
			    (seen.load || seen.classic_load || (seen.image && !seen.unload));
	return name_real(request, error);
}

void request_free(struct request *request)
{
	for (char **argument = request->arguments; argument && *argument; argument++)
		free(*argument);
	free(request->arguments);
	request->arguments = NULL;
}
