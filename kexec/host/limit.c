// SPDX-License-Identifier: GPL-2.0-or-later
/* Work that must not hang whoever waits for it: a child with a time limit. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define STEP_MS 10	/* how often the child is looked at */

void *host_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int host_limited(int (*work)(void *context), void *context, const atomic_uint *milliseconds)
{
	double start = host_now();
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
		if (host_now() - start >= *milliseconds / 1000.0) {
			/* Not waited for: what sits in the kernel may never end. */
			kill(-child, SIGKILL);
			return -ETIMEDOUT;
		}
		host_sleep_ms(STEP_MS);
	}
}

/* What a signal handler may use. */
static const char *limit_message;

static double limit_start;	/* host_now() when the limit began; 0: there is none */

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
	struct itimerval timer = { 0 };
	double now = host_now(), left;

	limit_message = message;
	if (limit_start <= 0)
		limit_start = now;
	left = limit_start + seconds - now;
	/* Zero would be no limit, and a timer may be late by longer than a judgement takes. */
	if (left < 0.001)
		end_now(SIGALRM);
	timer.it_value.tv_sec = (time_t)left;
	timer.it_value.tv_usec = (suseconds_t)((left - (double)timer.it_value.tv_sec) * 1e6);
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void host_limit_end(void)
{
	alarm(0);	/* of the same timer */
	limit_start = 0;
	signal(SIGALRM, SIG_DFL);
}
