// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject KIND ORDINAL REPORT PROGRAM ARGUMENT...: runs PROGRAM, and something happens at its ORDINAL-th system call.
 *
 *   count        nothing
 *   error        the call fails as such a call does on a bad disk, or where a limit is reached
 *   full[=PLACE] this call and all behind it that need room (below PLACE of $FAULT_ROOT) fail with ENOSPC
 *   inodes       this call and all behind it that make a new file fail with ENOSPC
 *   interrupted  a call that waits or moves bytes fails with EINTR
 *   short        a read or a write moves half of what was asked for
 *   hang         a call on a file never comes back, but signals do; once somebody watches the time, by a timer or a child
 *   slow         a call on a file of /proc or /sys takes 1.6 s, and no signal but SIGKILL ends it sooner; watched as above
 *   kill         the process is killed before the call
 *   run=COMMAND  COMMAND is run before the call
 *
 * Calls count from the program's entry on, in the program and its children, but not in another program that one of
 * them executes.  Only calls to which KIND can happen have an ordinal.  REPORT gets the number of such calls, and
 * which one it was, with its file.  $FAULT_CHROOT: PROGRAM is run there, and $FAULT_PRELOAD is preloaded to it (it
 * only).  $FAULT_PROGRAM: what PROGRAM is, as seen from here.
 *
 * Nothing is synced (the result is not looked at behind a power cut), and what a program writes into
 * a measurement log deletes records there, as the kernel does; by "$FAULT_DELETE NUMBER", if that is set.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "tracee.h"

#define PROCESSES 64

#define SLOW_MS 1600

enum kind { COUNT, ERROR, FULL, INODES, INTERRUPTED, SHORT, HANG, SLOW, KILL, RUN };
static const char *const kinds[] = { "count", "error", "full", "inodes", "interrupted", "short", "hang", "slow", "kill" };

struct process {
	pid_t pid;
	int inside;	/* between entry and exit of a call */
	int replaced;	/* the call is not made: .result is what it gives */
	long result;
	double held;	/* until then it stays where it is, by now(); 0: it does not */
	int polled;	/* the last call was a look whether a child has ended, or a short sleep */
};

static struct process processes[PROCESSES];
static enum kind kind;
static const char *command, *report_path, *program;
static unsigned long ordinal, counted;
static int is_watched;
static char place[PATH_SIZE];	/* where there is no room; "": everywhere */
static char fired[PATH_SIZE + 160] = "nothing";

void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(125);
}

static struct process *find(pid_t pid)
{
	struct process *empty = NULL;

	for (size_t i = 0; i < PROCESSES; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
		if (!processes[i].pid)
			empty = &processes[i];
	}
	if (!empty)
		die("too many processes");
	*empty = (struct process){ .pid = pid };
	return empty;
}

/* ---- can it happen here? ------------------------------------------------------------------------- */

static int is_below(pid_t pid, const struct user_regs_struct *regs, const char *const folders[])
{
	const char *root = getenv("FAULT_ROOT");
	char path[PATH_SIZE];
	size_t size = root ? strlen(root) : 0;

	call_path(pid, regs, path);
	if (!size || strncmp(path, root, size) != 0)
		return 0;
	for (; *folders; folders++)
		if (!strncmp(path + size, *folders, strlen(*folders)))
			return 1;
	return 0;
}

static int is_of_kernel(pid_t pid, const struct user_regs_struct *regs)
{
	static const char *const folders[] = { "/proc/", "/sys/", NULL };

	return call_is_on_file((long)regs->orig_rax) && is_below(pid, regs, folders);
}

static int lacks_room(pid_t pid, const struct user_regs_struct *regs)
{
	const char *const folders[] = { place, NULL };

	return call_needs_room(regs) && (!place[0] || is_below(pid, regs, folders));
}

/* Whether the file of a call is on a disk, or (@write) in memory. */
static int is_file(pid_t pid, const struct user_regs_struct *regs, int write)
{
	char path[PATH_SIZE];

	call_path(pid, regs, path);
	if (write)
		return strstr(path, "/memfd:") != NULL;
	return strstr(path, ".so") || strstr(path, "/archive/") || strstr(path, "/var/tmp/");
}

static int moves_bytes(long call)
{
	return call == SYS_read || call == SYS_write || call == SYS_pread64 || call == SYS_pwrite64;
}

static int can_happen(const struct user_regs_struct *regs, struct process *process)
{
	long call = (long)regs->orig_rax;
	int polls = (call == SYS_wait4 && regs->rdx & WNOHANG) || call == SYS_clock_nanosleep;
	int again = polls && process->polled;

	process->polled = polls;
	if (call == SYS_setitimer || call == SYS_clone)
		is_watched = 1;
	if (call == SYS_alarm && !regs->rdi)
		is_watched = 0;
	/* How often is chance. */
	if (again)
		return 0;
	switch (kind) {
	case FULL: return lacks_room(process->pid, regs);
	case INODES: return call_needs_inode(process->pid, regs);
	case INTERRUPTED:
		/* Large reads are zlib's, those of libraries the loader's; no signal interrupts one of a file on a disk. */
		if (call == SYS_read && (regs->rdx >= 32768 || is_file(process->pid, regs, 0)))
			return 0;
		/* Nor is a write where no handler is, and stdio gives up for it. */
		if (call == SYS_write && (regs->rdi <= 2 || is_file(process->pid, regs, 1)))
			return 0;
		return moves_bytes(call) || call == SYS_flock || call == SYS_wait4 || call == SYS_clock_nanosleep;
	case SHORT:
		/* The kernel's deletion takes no less. */
		return moves_bytes(call) && regs->rdx > 1 && !(call == SYS_write && regs->rdx < 8);
	case KILL: case RUN: return call != SYS_rt_sigreturn;
	case HANG: return is_watched && call_is_on_file(call);
	case SLOW: return is_watched && is_of_kernel(process->pid, regs);
	default: return !call_is_safe(call);
	}
}

/* ---- the kernel ---------------------------------------------------------------------------------- */

static void play_kernel(struct process *process, struct user_regs_struct *regs)
{
	static const char list[] = "/binary_runtime_measurements";
	char path[PATH_SIZE], text[32] = "", memory[64];
	ssize_t size;
	int fd;

	if (regs->orig_rax == SYS_fsync || regs->orig_rax == SYS_fdatasync || regs->orig_rax == SYS_sync) {
		process->replaced = 1;
		process->result = 0;
	}
	if (regs->orig_rax != SYS_write || regs->rdx >= sizeof(text))
		return;
	call_path(process->pid, regs, path);
	size = (ssize_t)strlen(path);
	if (size < (ssize_t)sizeof(list))
		return;
	if (strcmp(path + size - (sizeof(list) - 1), list) != 0)
		return;
	snprintf(memory, sizeof(memory), "/proc/%d/mem", process->pid);
	fd = open(memory, O_RDONLY);
	if (fd < 0 || pread(fd, text, regs->rdx, (off_t)regs->rsi) < 0)
		die(memory);
	close(fd);
	if (getenv("FAULT_DELETE")) {
		char line[PATH_SIZE];

		snprintf(line, sizeof(line), "%s %lu", getenv("FAULT_DELETE"), strtoul(text, NULL, 10));
		if (system(line))
			die(line);
	} else {
		delete_records(path, strtoul(text, NULL, 10));
	}
	process->replaced = 1;
	process->result = (long)regs->rdx;
}

/* ---- time ------------------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* What was held goes on when its time has come.  Whether something still is. */
static int release(void)
{
	int held = 0;

	for (size_t i = 0; i < PROCESSES; i++) {
		if (!processes[i].pid || !processes[i].held)
			continue;
		if (processes[i].held > now()) {
			held = 1;
			continue;
		}
		processes[i].held = 0;
		ptrace(PTRACE_SYSCALL, processes[i].pid, NULL, NULL);
	}
	return held;
}

static pid_t next_stop(int *status)
{
	pid_t pid;

	while (release()) {
		pid = waitpid(-1, status, __WALL | WNOHANG);
		if (pid)
			return pid;
		usleep(2000);
	}
	return waitpid(-1, status, __WALL);
}

/* ---- at a call ------------------------------------------------------------------------------------ */

static void fire(struct process *process, struct user_regs_struct *regs)
{
	char path[PATH_SIZE];

	if (counted == ordinal) {
		call_path(process->pid, regs, path);
		snprintf(fired, sizeof(fired), "call %llu(%lld, %#llx, %llu) %s", regs->orig_rax,
			 (long long)regs->rdi, regs->rsi, regs->rdx, path);
	}
	switch (kind) {
	case COUNT:
		break;
	case ERROR: case FULL: case INODES: case INTERRUPTED:
		process->result = kind == ERROR ? call_error(regs) : kind == INTERRUPTED ? -EINTR : -ENOSPC;
		process->replaced = 1;
		/* A descriptor is gone, whatever close(2) says. */
		if (regs->orig_rax == SYS_close)
			process->replaced = 2;
		break;
	case SHORT:
		regs->rdx /= 2;
		if (ptrace(PTRACE_SETREGS, process->pid, NULL, regs))
			die("PTRACE_SETREGS");
		break;
	case HANG:
		regs->orig_rax = SYS_pause;
		if (ptrace(PTRACE_SETREGS, process->pid, NULL, regs))
			die("PTRACE_SETREGS");
		break;
	case SLOW:
		process->held = now() + SLOW_MS / 1000.0;
		break;
	case KILL:
		kill(process->pid, SIGKILL);
		break;
	case RUN:
		if (system(command))
			die(command);
	}
}

static void enter(struct process *process)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, process->pid, NULL, &regs))
		return;
	process->replaced = 0;
	if (can_happen(&regs, process)) {
		counted++;
		if (counted == ordinal || ((kind == FULL || kind == INODES) && ordinal && counted > ordinal))
			fire(process, &regs);
	}
	if (!process->replaced && !(kind == KILL && counted == ordinal))
		play_kernel(process, &regs);
	if (process->replaced == 1) {
		regs.orig_rax = (unsigned long long)-1;
		ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
	}
}

static void leave(struct process *process)
{
	struct user_regs_struct regs;

	if (!process->replaced || ptrace(PTRACE_GETREGS, process->pid, NULL, &regs))
		return;
	regs.rax = (unsigned long long)process->result;
	ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
	process->replaced = 0;
}

/* ---- processes --------------------------------------------------------------------------------------- */

/* A stop of a process: what it goes on with. */
static void handle(pid_t pid, int status)
{
	struct process *process = find(pid);
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		process->inside = !process->inside;
		if (process->inside)
			enter(process);
		else
			leave(process);
		if (process->held)
			return;
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC) {
		if (!tracee_is(pid, program)) {
			ptrace(PTRACE_DETACH, pid, NULL, NULL);
			process->pid = 0;
			return;
		}
		signal = 0;
	} else if (event || signal == SIGSTOP) {
		signal = 0;	/* a fork, or the child's first stop */
	}
	ptrace(PTRACE_SYSCALL, pid, NULL, (long)signal);
}

static void report(int status)
{
	FILE *to = fopen(report_path, "w");

	if (!to)
		die(report_path);
	fprintf(to, "%lu\n%s\n%d\n", counted, fired, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	fclose(to);
}

int main(int argc, char **argv)
{
	pid_t pid, first;
	int status;

	if (argc < 5)
		die("usage: inject KIND ORDINAL REPORT PROGRAM ARGUMENT...");
	if (!strncmp(argv[1], "run=", 4)) {
		kind = RUN;
		command = argv[1] + 4;
	} else {
		if (!strncmp(argv[1], "full=", 5)) {
			snprintf(place, sizeof(place), "%s", argv[1] + 5);
			argv[1][4] = '\0';
		}
		while (kind < RUN && strcmp(kinds[kind], argv[1]) != 0)
			kind++;
		if (kind == RUN)
			die(argv[1]);
	}
	ordinal = strtoul(argv[2], NULL, 10);
	report_path = argv[3];
	program = getenv("FAULT_PROGRAM") ? getenv("FAULT_PROGRAM") : argv[4];
	first = tracee_start(argv + 4, program);
	find(first);
	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = next_stop(&status)) > 0) {
		if (WIFSTOPPED(status)) {
			handle(pid, status);
			continue;
		}
		find(pid)->pid = 0;
		if (pid != first)
			continue;
		report(status);
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	die("waitpid");
}
