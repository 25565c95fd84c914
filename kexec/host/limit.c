// SPDX-License-Identifier: GPL-2.0-or-later
/* Work that must not hang whoever waits for it: a child with a time limit. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define STEP_MS 10	/* how often the child is looked at */

int host_limited(int (*work)(void *context), void *context, unsigned milliseconds)
{
	double end = host_now() + milliseconds / 1000.0;
	pid_t child, done;
	int status;

	fflush(NULL);	/* or the child would write it once more */
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		/* A group of its own, so that what it runs ends with it. */
		setpgid(0, 0);
		status = work(context);
		fflush(NULL);
		_exit(status);
	}
	setpgid(child, child);
	for (;;) {
		done = waitpid(child, &status, WNOHANG);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
		if (host_now() >= end) {
			/* Not waited for: what sits in the kernel may never end. */
			kill(-child, SIGKILL);
			return -ETIMEDOUT;
		}
		host_sleep_ms(STEP_MS);
	}
}

/* What a signal handler may use. */
static const char *limit_message;

static void end_now(int signal)
{
	ssize_t ignored = write(STDERR_FILENO, limit_message, strlen(limit_message));

	(void)signal;
	(void)ignored;
	_exit(1);
}

void host_limit_begin(unsigned seconds, const char *message)
{
	struct sigaction action = { .sa_handler = end_now };

	limit_message = message;
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}

void host_limit_end(void)
{
	alarm(0);
	signal(SIGALRM, SIG_DFL);
}
