// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int call_is_safe(long call)
{
	switch (call) {
	case SYS_exit: case SYS_exit_group: case SYS_rt_sigreturn: case SYS_getpid: case SYS_gettid:
	case SYS_getppid: case SYS_getuid: case SYS_geteuid: case SYS_getgid: case SYS_getegid:
	case SYS_alarm: case SYS_setitimer: case SYS_rt_sigaction: case SYS_rt_sigprocmask: case SYS_brk:
	case SYS_munmap: case SYS_sched_getaffinity: case SYS_futex: case SYS_restart_syscall:
		return 1;
	}
	return 0;
}

int call_needs_room(const struct user_regs_struct *regs)
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

int call_is_on_file(long call)
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

long call_error(const struct user_regs_struct *regs)
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

/* ---- which file ---------------------------------------------------------------------------------- */

/* A string of the process. */
static void read_string(pid_t pid, unsigned long long at, char *out, size_t size)
{
	char memory[64];
	ssize_t got;
	int fd;

	snprintf(memory, sizeof(memory), "/proc/%d/mem", pid);
	fd = open(memory, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : pread(fd, out, size - 1, (off_t)at);
	/* It may end where the memory does. */
	while (got < 0 && size > 2 && fd >= 0)
		got = pread(fd, out, (size /= 2) - 1, (off_t)at);
	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = '\0';
}

static void read_link(pid_t pid, const char *format, int number, char path[PATH_SIZE])
{
	char link[64], name[32];
	ssize_t size;

	snprintf(name, sizeof(name), format, number);
	snprintf(link, sizeof(link), "/proc/%d/%s", pid, name);
	size = readlink(link, path, PATH_SIZE - 1);
	path[size > 0 ? size : 0] = '\0';
}

/* @at: a string of the process, as seen from its descriptor @dir. */
static void named(pid_t pid, int dir, unsigned long long at, char path[PATH_SIZE])
{
	char name[PATH_SIZE / 2];
	size_t used;

	read_string(pid, at, name, sizeof(name));
	if (name[0] == '/')
		read_link(pid, "root", 0, path);
	else if (dir == AT_FDCWD)
		read_link(pid, "cwd", 0, path);
	else
		read_link(pid, "fd/%d", dir, path);
	if (name[0] == '/' && !strcmp(path, "/"))
		path[0] = '\0';
	used = strlen(path);
	if (name[0])
		snprintf(path + used, PATH_SIZE - used, "%s%s", name[0] == '/' ? "" : "/", name);
}

void call_path(pid_t pid, const struct user_regs_struct *regs, char path[PATH_SIZE])
{
	path[0] = '\0';
	switch (regs->orig_rax) {
	case SYS_open: case SYS_mkdir: case SYS_unlink: case SYS_stat: case SYS_lstat: case SYS_access:
	case SYS_readlink: case SYS_statfs: case SYS_chdir:
		named(pid, AT_FDCWD, regs->rdi, path);
		break;
	case SYS_rename: case SYS_link: case SYS_symlink:
		named(pid, AT_FDCWD, regs->rsi, path);
		break;
	case SYS_openat: case SYS_mkdirat: case SYS_unlinkat: case SYS_newfstatat: case SYS_faccessat:
	case SYS_faccessat2:
		named(pid, (int)regs->rdi, regs->rsi, path);
		break;
	case SYS_symlinkat:
		named(pid, (int)regs->rsi, regs->rdx, path);
		break;
	case SYS_renameat: case SYS_renameat2: case SYS_linkat:
		named(pid, (int)regs->rdx, regs->r10, path);
		break;
	case SYS_read: case SYS_write: case SYS_pread64: case SYS_pwrite64: case SYS_writev: case SYS_pwritev:
	case SYS_fsync: case SYS_fdatasync: case SYS_fstat: case SYS_fstatfs: case SYS_flock: case SYS_fcntl:
	case SYS_lseek: case SYS_ftruncate: case SYS_fallocate: case SYS_fchmod: case SYS_fchown: case SYS_close:
	case SYS_getdents64:
		read_link(pid, "fd/%d", (int)regs->rdi, path);
		break;
	}
}

int call_needs_inode(pid_t pid, const struct user_regs_struct *regs)
{
	unsigned long long flags = regs->orig_rax == SYS_open ? regs->rsi : regs->rdx;
	char path[PATH_SIZE];

	switch (regs->orig_rax) {
	case SYS_mkdir: case SYS_mkdirat: case SYS_link: case SYS_linkat: case SYS_symlink: case SYS_symlinkat:
		break;
	case SYS_open: case SYS_openat:
		if ((flags & O_TMPFILE) == O_TMPFILE)
			return 1;
		if (flags & O_CREAT)
			break;
		return 0;
	default:
		return 0;
	}
	/* What is there already takes none. */
	call_path(pid, regs, path);
	return access(path, F_OK) < 0;
}
