// SPDX-License-Identifier: GPL-2.0-or-later
/* Time: the boot-time clock as the machine tells it, and waiting. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "host.h"

int host_uptime(const struct host_root *root, double *seconds)
{
	char text[64], *end;
	ssize_t got = host_read_text(root, "/proc/uptime", text, sizeof(text));

	if (got < 0)
		return (int)got;
	*seconds = strtod(text, &end);
	return end == text || !(*seconds >= 0) ? -EINVAL : 0;
}

void host_sleep_ms(unsigned milliseconds)
{
	struct timespec left = { (time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

double host_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

unsigned host_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return CPU_COUNT(&set) > 0 ? (unsigned)CPU_COUNT(&set) : 1;
}
