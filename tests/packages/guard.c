// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into a kexec under test, so that it changes nothing of this machine: what it would have the
 * kernel do is written to $FAKE/calls.  $FAKE may have
 *   errno        a number: kexec_file_load fails with it
 *   on-load      run at each load that succeeds
 *   slow         a load takes a second
 *   loaded       read in the place of /sys/kernel/kexec_loaded
 *   iomem        read in the place of /proc/iomem
 */
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEXEC_FILE_UNLOAD 1UL

static const char *path(const char *name)
{
	static char text[4096];
	const char *fake = getenv("FAKE");

	if (!fake)
		abort();
	snprintf(text, sizeof(text), "%s/%s", fake, name);
	return text;
}

static FILE *(*real_fopen)(const char *, const char *);

FILE *fopen(const char *name, const char *mode)
{
	if (!real_fopen)
		*(void **)&real_fopen = dlsym(RTLD_NEXT, "fopen");
	if (!strcmp(name, "/sys/kernel/kexec_loaded"))
		return real_fopen(path("loaded"), mode);
	if (!strcmp(name, "/proc/iomem") && !access(path("iomem"), R_OK))
		return real_fopen(path("iomem"), mode);
	return real_fopen(name, mode);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	FILE *to = fopen(path("calls"), "a");
	va_list list;

	if (!to)
		abort();
	va_start(list, format);
	vfprintf(to, format, list);
	va_end(list);
	fclose(to);
}

static long file_load(unsigned long flags)
{
	FILE *from = fopen(path("errno"), "r");
	int error = 0;

	if (flags & KEXEC_FILE_UNLOAD) {
		note("unload\n");
		return 0;
	}
	note("kexec_file_load %lu\n", flags);
	if (from) {
		if (fscanf(from, "%d", &error) != 1)
			abort();
		fclose(from);
	}
	if (!access(path("slow"), F_OK))
		sleep(1);
	if (!error && !access(path("on-load"), X_OK) && system(path("on-load")))
		abort();
	note("kexec_file_load ended\n");
	errno = error;
	return error ? -1 : 0;
}

long syscall(long number, ...)
{
	long (*real)(long, ...), a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_kexec_file_load)
		return file_load((unsigned long)a[4]);
	if (number == SYS_kexec_load) {
		note("kexec_load\n");
		return 0;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int reboot(int how)
{
	note("reboot %x\n", (unsigned)how);
	errno = EPERM;
	return -1;
}

void sync(void)
{
	note("sync\n");
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...);
	va_list list;
	void *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (request == SIOCSIFFLAGS) {
		note("ifdown\n");
		return 0;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, argument);
}
