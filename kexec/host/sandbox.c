// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sandbox has two walls, either of which may be missing, and "no new privileges".
 *
 * seccomp (by libseccomp): computing, memory, threads, and reading and writing what is open are there.  What only an
 * attacker would try ends the process.  All else is as on a kernel that does not have it (ENOSYS), so that a
 * C library which one day asks for a new call does without it instead of dying.
 *
 * Landlock (by its system calls, kernel 5.13): a ruleset that handles all that this kernel can, and allows nothing.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/sched.h>
#include <unistd.h>

#include "library.h"

/* A sanitizer traces its own process at the end and maps code; it finds more without walls. */
#if defined(NO_SANDBOX)
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NO_SANDBOX
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define NO_SANDBOX
#endif
#endif

#define SECCOMP(X) \
	X(seccomp_init) X(seccomp_attr_set) X(seccomp_rule_add_array) X(seccomp_load) X(seccomp_release) \
	X(seccomp_syscall_resolve_name)

static struct { SECCOMP(HOST_SYMBOL) } seccomp;
static const char *const names[] = { SECCOMP(HOST_NAME) };
HOST_LIBRARY_NOTE_FOR(note, "sandbox", "the sandbox around foreign logs", "libseccomp.so.2");

/* ---- system calls -------------------------------------------------------------------------------- */

/* By name: which of them there are differs by architecture and by the age of libseccomp. */
static const char *const allowed[] = {
	"read", "readv", "pread64", "write", "writev", "pwrite64", "lseek", "_llseek", "close",
	"fstat", "fstat64", "stat64", "newfstatat", "fstatat64", "statx", "ftruncate", "ftruncate64", "fsync",
	"brk", "munmap", "mremap", "madvise",
	"futex", "futex_time64", "set_robust_list", "rseq", "set_tid_address", "sched_yield",
	"sched_getaffinity", "exit", "exit_group", "restart_syscall",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack",
	"getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "uname", "getrandom",
	"clock_gettime", "clock_gettime64", "gettimeofday", "time",
	"nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
};

/* No library that is used here has an innocent reason for these. */
static const char *const deadly[] = {
	"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
	"kill", "tkill", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
	"socket", "socketpair", "connect", "bind", "sendto", "sendmsg",
	"creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
	"mkdir", "mkdirat", "mknod", "mknodat", "chmod", "fchmodat", "chown", "fchownat", "truncate", "setxattr",
	"mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "open_by_handle_at",
	"kexec_load", "kexec_file_load", "reboot", "init_module", "finit_module", "delete_module",
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "add_key", "iopl", "ioperm",
	"setuid", "setgid", "setresuid", "capset",
};

/*
 * Two system calls take their arguments otherwise: clone() on s390 has its flags second, and the mmap() of s390 and of
 * 32-bit x86 has them all in memory, where no filter looks (kernel/fork.c, CONFIG_CLONE_BACKWARDS2; arch/s390,
 * sys_mmap).  There mprotect() is what keeps pages from becoming code.
 */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif
#if defined(__s390__) || defined(__i386__)
#define MMAP_IN_MEMORY 1
#else
#define MMAP_IN_MEMORY 0
#endif

#define ARG(number, mask, is) { (number), SCMP_CMP_MASKED_EQ, (mask), (is) }

/* What depends on an argument. */
static const struct {
	const char *name;
	uint32_t action;
	struct scmp_arg_cmp compare;
} by_argument[] = {
	/* No page becomes code. */
	{ "mmap", SCMP_ACT_ALLOW, ARG(2, MMAP_IN_MEMORY ? 0 : PROT_EXEC, 0) },
	{ "mmap2", SCMP_ACT_ALLOW, ARG(2, PROT_EXEC, 0) },
	{ "mprotect", SCMP_ACT_ALLOW, ARG(2, PROT_EXEC, 0) },
#if !MMAP_IN_MEMORY
	{ "mmap", SCMP_ACT_KILL_PROCESS, ARG(2, PROT_EXEC, PROT_EXEC) },
#endif
	{ "mmap2", SCMP_ACT_KILL_PROCESS, ARG(2, PROT_EXEC, PROT_EXEC) },
	{ "mprotect", SCMP_ACT_KILL_PROCESS, ARG(2, PROT_EXEC, PROT_EXEC) },
	/* A library that looks for a file to read does without; nobody writes or makes one. */
	{ "open", SCMP_ACT_ERRNO(EACCES), ARG(1, O_ACCMODE | O_CREAT, O_RDONLY) },
	{ "open", SCMP_ACT_KILL_PROCESS, ARG(1, O_ACCMODE, O_WRONLY) },
	{ "open", SCMP_ACT_KILL_PROCESS, ARG(1, O_ACCMODE, O_RDWR) },
	{ "openat", SCMP_ACT_ERRNO(EACCES), ARG(2, O_ACCMODE | O_CREAT, O_RDONLY) },
	{ "openat", SCMP_ACT_KILL_PROCESS, ARG(2, O_ACCMODE, O_WRONLY) },
	{ "openat", SCMP_ACT_KILL_PROCESS, ARG(2, O_ACCMODE, O_RDWR) },
	/* Threads of this process, and no processes; no signal to others by way of an owner of a file. */
	{ "clone", SCMP_ACT_ALLOW, ARG(CLONE_FLAGS, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM) },
	{ "fcntl", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_GETFL) },
	{ "fcntl", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_GETFD) },
	{ "fcntl", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_SETFD) },
	{ "fcntl", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_DUPFD_CLOEXEC) },
	{ "fcntl64", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_GETFL) },
	{ "fcntl64", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_GETFD) },
	{ "fcntl64", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_SETFD) },
	{ "fcntl64", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, F_DUPFD_CLOEXEC) },
	/* Whether it is a terminal; nothing may be typed into one. */
	{ "ioctl", SCMP_ACT_ALLOW, ARG(1, UINT32_MAX, TCGETS) },
	/* Limits are asked for, not set. */
	{ "prlimit64", SCMP_ACT_ALLOW, ARG(2, UINT64_MAX, 0) },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What this architecture, or this libseccomp, does not know cannot be meant and is no error. */
static int rule(scmp_filter_ctx filter, const char *name, uint32_t action, const struct scmp_arg_cmp *compare)
{
	int number = seccomp.seccomp_syscall_resolve_name(name), error;

	/* Other negative ones stand for calls that this architecture makes through another, as i386 does socket(). */
	if (number == __NR_SCMP_ERROR)
		return 0;
	error = seccomp.seccomp_rule_add_array(filter, action, number, compare ? 1 : 0, compare);
	return error == -EDOM ? 0 : error;
}

static int load(void)
{
	return host_library_load("libseccomp.so.2", names, COUNT(names), &seccomp);
}

static int wall_calls(void)
{
	/* Only this process: abort() of a check that failed. */
	const struct scmp_arg_cmp self = ARG(0, UINT32_MAX, (scmp_datum_t)getpid());
	scmp_filter_ctx filter;
	int error;

	if (load())
		return -ENOPKG;
	filter = seccomp.seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (!filter)
		return -ENOMEM;
	error = seccomp.seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 0; !error && i < COUNT(allowed); i++)
		error = rule(filter, allowed[i], SCMP_ACT_ALLOW, NULL);
	for (size_t i = 0; !error && i < COUNT(deadly); i++)
		error = rule(filter, deadly[i], SCMP_ACT_KILL_PROCESS, NULL);
	for (size_t i = 0; !error && i < COUNT(by_argument); i++)
		error = rule(filter, by_argument[i].name, by_argument[i].action, &by_argument[i].compare);
	if (!error)
		error = rule(filter, "tgkill", SCMP_ACT_ALLOW, &self);
	if (!error)
		error = seccomp.seccomp_load(filter);
	seccomp.seccomp_release(filter);
	return error;
}

/* ---- files ---------------------------------------------------------------------------------------- */

/* linux/landlock.h; written out, as the header of the machine that builds may know less than the kernel that runs. */
struct ruleset {
	uint64_t files, ports, scopes;
};

#define LANDLOCK_CREATE 444	/* the numbers of all architectures that have it */
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_ASK_VERSION 1u

static int wall_files(void)
{
	/* The rights on files that version 1, 2, ... knows, as the number of lowest bits. */
	static const unsigned char rights[] = { 13, 14, 15, 15, 16 };
	long version = syscall(LANDLOCK_CREATE, NULL, (size_t)0, LANDLOCK_ASK_VERSION);
	struct ruleset rules = { 0 };
	int fd, error = 0;

	if (version < 1)
		return -ENOSYS;
	rules.files = (UINT64_C(1) << rights[version > 5 ? 4 : version - 1]) - 1;
	rules.ports = version >= 4 ? 3 : 0;	/* bind, connect */
	rules.scopes = version >= 6 ? 3 : 0;	/* abstract sockets, signals */
	fd = (int)syscall(LANDLOCK_CREATE, &rules,
			  version >= 6 ? sizeof(rules) : version >= 4 ? (size_t)16 : (size_t)8, 0u);
	if (fd < 0)
		return -errno;
	if (syscall(LANDLOCK_RESTRICT, fd, 0u) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* ---- the child ------------------------------------------------------------------------------------ */

static unsigned enter(void)
{
	unsigned walls = 0;

	load();		/* behind the first wall it is out of reach */
	host_keep_capabilities(HOST_NEEDS_NOTHING);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 0;
	if (!wall_files())
		walls |= HOST_WALL_FILES;
	if (!wall_calls())
		walls |= HOST_WALL_CALLS;
	return walls;
}

int host_sandboxed(int (*work)(void *context, unsigned walls), void *context, int *signal)
{
	pid_t parent = getpid(), child;
	int status;

	*signal = 0;
#ifdef NO_SANDBOX
	(void)enter, (void)parent, (void)child, (void)status;
	return work(context, HOST_WALL_NOT_BUILT);
#endif
	fflush(NULL);	/* or the child would write it once more */
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		/* Nobody is there to be told the result any more. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		_exit(work(context, enter()));
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	*signal = WTERMSIG(status);
	return -EINTR;
}
