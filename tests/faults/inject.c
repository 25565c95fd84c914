// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject KIND ORDINAL REPORT PROGRAM ARGUMENT...: runs PROGRAM, and something happens at its ORDINAL-th system call.
 *
 *   count        nothing
 *   error        the call fails as such a call does on a bad disk, or where a limit is reached
 *   full         this call and all behind it that need room fail with ENOSPC
 *   interrupted  a call that waits or moves bytes fails with EINTR
 *   short        a read or a write moves half of what was asked for
 *   hang         a call on a file never comes back, but signals do; once somebody watches the time, by alarm(2) or a child
 *   kill         the process is killed before the call
 *   run=COMMAND  COMMAND is run before the call
 *
 * Calls count from the program's entry on, in the program and its children, but not in another program that one of
 * them executes.  Only calls to which KIND can happen have an ordinal.  REPORT gets the number of such calls, and
 * which one it was.  Nothing is synced (the result is not looked at behind a power cut), and what a program writes into
 * a measurement log deletes records there, as the kernel does.
 */
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
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers of a system call are those of x86-64"
#endif

#define PROCESSES 64
#define LOG_MAX (8 << 20)	/* bytes of a log that records are deleted from */

enum kind { COUNT, ERROR, FULL, INTERRUPTED, SHORT, HANG, KILL, RUN };
static const char *const kinds[] = { "count", "error", "full", "interrupted", "short", "hang", "kill" };

struct process {
	pid_t pid;
	int inside;	/* between entry and exit of a call */
	int replaced;	/* the call is not made: .result is what it gives */
	long result;
	int polled;	/* the last call was a look whether a child has ended, or a short sleep */
};

static struct process processes[PROCESSES];
static enum kind kind;
static const char *command, *report_path, *program;
static unsigned long ordinal, counted;
static int is_watched;
static char fired[160] = "nothing";

static void die(const char *what)
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

/* ---- what a call is ------------------------------------------------------------------------------ */

/* Calls that fail in no kernel, or end the process. */
static int is_safe(long call)
{
	switch (call) {
	case SYS_exit: case SYS_exit_group: case SYS_rt_sigreturn: case SYS_getpid: case SYS_gettid:
	case SYS_getppid: case SYS_getuid: case SYS_geteuid: case SYS_getgid: case SYS_getegid:
	case SYS_alarm: case SYS_rt_sigaction: case SYS_rt_sigprocmask: case SYS_brk: case SYS_munmap:
	case SYS_sched_getaffinity: case SYS_futex: case SYS_restart_syscall:
		return 1;
	}
	return 0;
}

static int needs_room(const struct user_regs_struct *regs)
{
	switch (regs->orig_rax) {
	case SYS_write: return regs->rdi > 2;
	case SYS_pwrite64: case SYS_writev: case SYS_pwritev: case SYS_fallocate: case SYS_mkdir:
	case SYS_mkdirat: case SYS_rename: case SYS_renameat: case SYS_renameat2: case SYS_link:
	case SYS_symlink: case SYS_linkat: case SYS_symlinkat:
		return 1;
	case SYS_ftruncate: return regs->rsi > 0;
	case SYS_open: return (regs->rsi & O_CREAT) != 0;
	case SYS_openat: return (regs->rdx & O_CREAT) != 0;
	}
	return 0;
}

static int is_on_file(long call)
{
	switch (call) {
	case SYS_open: case SYS_openat: case SYS_read: case SYS_write: case SYS_pread64: case SYS_pwrite64:
	case SYS_fsync: case SYS_stat: case SYS_fstat: case SYS_newfstatat: case SYS_access: case SYS_flock:
	case SYS_rename: case SYS_renameat: case SYS_mkdir: case SYS_unlink: case SYS_unlinkat: case SYS_lseek:
	case SYS_ftruncate: case SYS_close:
		return 1;
	}
	return 0;
}

static int can_happen(const struct user_regs_struct *regs, struct process *process)
{
	long call = (long)regs->orig_rax;
	int polls = (call == SYS_wait4 && regs->rdx & WNOHANG) || call == SYS_clock_nanosleep;
	int again = polls && process->polled;

	process->polled = polls;
	if (call == SYS_alarm || call == SYS_clone)
		is_watched = call == SYS_clone || regs->rdi;
	/* How often is chance. */
	if (again)
		return 0;
	switch (kind) {
	case FULL: return needs_room(regs);
	case INTERRUPTED:
		/* Large reads are zlib's, of files, which no signal interrupts. */
		if (call == SYS_read && regs->rdx >= 32768)
			return 0;
		return call == SYS_read || call == SYS_write || call == SYS_pread64 || call == SYS_pwrite64 ||
		       call == SYS_flock || call == SYS_wait4 || call == SYS_clock_nanosleep;
	case SHORT:
		return (call == SYS_read || call == SYS_write || call == SYS_pread64 || call == SYS_pwrite64) &&
		       regs->rdx > 1 && !(call == SYS_write && regs->rdx < 8);	/* the kernel's deletion takes no less */
	case KILL: case RUN: return call != SYS_rt_sigreturn;
	case HANG: return is_watched && is_on_file(call);
	default: return !is_safe(call);
	}
}

/* What such a call fails with.  Never that something is not there, which would be another state of the machine. */
static long error_of(const struct user_regs_struct *regs)
{
	switch (regs->orig_rax) {
	case SYS_mmap: case SYS_mremap: case SYS_mprotect: return -ENOMEM;
	case SYS_clone: case SYS_clone3: case SYS_fork: case SYS_vfork: return -EAGAIN;
	case SYS_pipe: case SYS_pipe2: case SYS_dup: case SYS_memfd_create: case SYS_socket: return -EMFILE;
	case SYS_open: case SYS_openat: return -EMFILE;
	case SYS_fcntl: return -ENOLCK;
	case SYS_flock: return -ENOLCK;
	case SYS_wait4: return -ECHILD;
	case SYS_ioctl: return -ENOTTY;
	case SYS_clock_nanosleep: return -EINTR;
	case SYS_prctl: return -EINVAL;
	}
	return -EIO;
}

/* ---- the kernel's deletion ----------------------------------------------------------------------- */

/* The first @records of a log go. */
static void delete_records(const char *path, unsigned long records)
{
	static unsigned char log[LOG_MAX];
	int fd = open(path, O_RDWR);
	ssize_t size = fd < 0 ? -1 : read(fd, log, sizeof(log)), at = 0;
	unsigned name, data;

	if (size < 0)
		die(path);
	while (records-- && at < size) {
		memcpy(&name, log + at + 24, 4);
		memcpy(&data, log + at + 28 + name, 4);
		at += 32 + name + data;
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, log + at, (size_t)(size - at), 0) != size - at)
		die(path);
	close(fd);
}

static void play_kernel(struct process *process, struct user_regs_struct *regs)
{
	static const char list[] = "/binary_runtime_measurements";
	char link[64], path[4096], text[32] = "", memory[64];
	ssize_t size;
	int fd;

	if (regs->orig_rax == SYS_fsync || regs->orig_rax == SYS_fdatasync || regs->orig_rax == SYS_sync) {
		process->replaced = 1;
		process->result = 0;
	}
	if (regs->orig_rax != SYS_write || regs->rdx >= sizeof(text))
		return;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", process->pid, (int)regs->rdi);
	size = readlink(link, path, sizeof(path) - 1);
	if (size < (ssize_t)sizeof(list))
		return;
	path[size] = '\0';
	if (strcmp(path + size - (sizeof(list) - 1), list) != 0)
		return;
	snprintf(memory, sizeof(memory), "/proc/%d/mem", process->pid);
	fd = open(memory, O_RDONLY);
	if (fd < 0 || pread(fd, text, regs->rdx, (off_t)regs->rsi) < 0)
		die(memory);
	close(fd);
	delete_records(path, strtoul(text, NULL, 10));
	process->replaced = 1;
	process->result = (long)regs->rdx;
}

/* ---- at a call ------------------------------------------------------------------------------------ */

static void fire(struct process *process, struct user_regs_struct *regs)
{
	snprintf(fired, sizeof(fired), "call %llu(%lld, %#llx, %llu)", regs->orig_rax, (long long)regs->rdi,
		 regs->rsi, regs->rdx);
	switch (kind) {
	case COUNT:
		break;
	case ERROR: case FULL: case INTERRUPTED:
		process->result = kind == FULL ? -ENOSPC : kind == INTERRUPTED ? -EINTR : error_of(regs);
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
		if (counted == ordinal || (kind == FULL && ordinal && counted > ordinal))
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

static pid_t start(char **argv)
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
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid || ptrace(PTRACE_SETOPTIONS, pid, NULL, options) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
	    status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
		die("the start");
	return pid;
}

static int is_ours(pid_t pid)
{
	char link[64];
	struct stat own, its;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	return !stat(link, &its) && !stat(program, &own) && its.st_dev == own.st_dev &&
	       its.st_ino == own.st_ino;
}

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
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC) {
		if (!is_ours(pid)) {
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
		while (kind < RUN && strcmp(kinds[kind], argv[1]) != 0)
			kind++;
		if (kind == RUN)
			die(argv[1]);
	}
	ordinal = strtoul(argv[2], NULL, 10);
	report_path = argv[3];
	program = getenv("FAULT_PROGRAM") ? getenv("FAULT_PROGRAM") : argv[4];
	first = start(argv + 4);
	/* A chroot(8) in front: the program itself comes with the next exec. */
	while (!is_ours(first))
		if (ptrace(PTRACE_CONT, first, NULL, NULL) || waitpid(first, &status, 0) != first ||
		    !WIFSTOPPED(status))
			die("the program is not executed");
	go_to_entry(first);
	find(first);
	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
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
