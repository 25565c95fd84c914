// SPDX-License-Identifier: GPL-2.0-or-later
#include "tracee.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers of a system call are those of x86-64"
#endif

#define LOG_MAX (8 << 20)	/* bytes of a log that records are deleted from */

/* The kernel's count, which stands beside the log. */
static void count_less(const char *path, unsigned long records)
{
	const char *slash = strrchr(path, '/');
	unsigned long count;
	char beside[4096];
	FILE *file;

	snprintf(beside, sizeof(beside), "%.*s/runtime_measurements_count", (int)(slash - path), path);
	file = fopen(beside, "r+");
	if (!file || fscanf(file, "%lu", &count) != 1)
		die(beside);
	rewind(file);
	fprintf(file, "%lu\n", count - records);
	if (ftruncate(fileno(file), ftell(file)) || fclose(file))
		die(beside);
}

void delete_records(const char *path, unsigned long records)
{
	static unsigned char log[LOG_MAX];
	int fd = open(path, O_RDWR);
	ssize_t size = fd < 0 ? -1 : read(fd, log, sizeof(log)), at = 0;
	unsigned long left = records;
	unsigned name, data;

	if (size < 0)
		die(path);
	while (left && at < size) {
		memcpy(&name, log + at + 24, 4);
		memcpy(&data, log + at + 28 + name, 4);
		at += 32 + name + data;
		left--;
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, log + at, (size_t)(size - at), 0) != size - at)
		die(path);
	close(fd);
	count_less(path, records - left);
}

static long entry_of(pid_t pid)
{
	unsigned long pair[2];
	char path[64];
	FILE *from;
	long entry = 0;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	from = fopen(path, "r");
	while (from && fread(pair, sizeof(pair), 1, from) == 1)
		if (pair[0] == AT_ENTRY)
			entry = (long)pair[1];
	if (!from || !entry)
		die(path);
	fclose(from);
	return entry;
}

/* Run up to the program's own first instruction: the loader is not what is tried. */
static void go_to_entry(pid_t pid)
{
	long entry = entry_of(pid), word = ptrace(PTRACE_PEEKTEXT, pid, entry, NULL);
	struct user_regs_struct regs;
	int status;

	if (ptrace(PTRACE_POKETEXT, pid, entry, (word & ~0xffL) | 0xcc) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGTRAP || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		die("the program's entry");
	regs.rip = (unsigned long)entry;
	if (ptrace(PTRACE_POKETEXT, pid, entry, word) || ptrace(PTRACE_SETREGS, pid, NULL, &regs))
		die("the program's entry");
}

int tracee_is(pid_t pid, const char *program)
{
	char link[64];
	struct stat own, its;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	return !stat(link, &its) && !stat(program, &own) && its.st_dev == own.st_dev &&
	       its.st_ino == own.st_ino;
}

pid_t tracee_start(char **argv, const char *program)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	cpu_set_t one;
	int status, cpu = sched_getcpu();
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		/* One processor: no threads, so that ordinals mean the same in each run. */
		CPU_ZERO(&one);
		CPU_SET(cpu < 0 ? 0 : cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		if (getenv("FAULT_CHROOT") && (chroot(getenv("FAULT_CHROOT")) || chdir("/")))
			die(getenv("FAULT_CHROOT"));
		if (getenv("FAULT_PRELOAD"))
			setenv("LD_PRELOAD", getenv("FAULT_PRELOAD"), 1);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid || ptrace(PTRACE_SETOPTIONS, pid, NULL, options) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
	    status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
		die("the start");
	if (!tracee_is(pid, program))
		die("another program is executed");
	go_to_entry(pid);
	return pid;
}
