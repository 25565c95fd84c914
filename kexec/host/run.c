// SPDX-License-Identifier: GPL-2.0-or-later
/* The real kexec as a child, or instead of us. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/kexec.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

/* ---- what a caller handed on ------------------------------------------------------------------- */

static struct sigaction pipe_before;	/* what our children get; valid with .outlives */
static bool outlives;

void host_begin(void)
{
	sigset_t alarm;

	/* A new one has the lowest number that is free.  What is written to it is an error, as with the closed one. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			break;
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

void host_outlive_readers(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (!outlives)
		outlives = !sigaction(SIGPIPE, &ignore, &pipe_before);
}

/* As the caller had it, for what takes our place. */
static void give_pipe_back(void)
{
	if (outlives)
		sigaction(SIGPIPE, &pipe_before, NULL);
}

/* ---- the real kexec ---------------------------------------------------------------------------- */

int host_run_check(const char *path)
{
	struct stat real, self;

	if (stat(path, &real) < 0)
		return -errno;
	if (!stat("/proc/self/exe", &self) && self.st_dev == real.st_dev &&
	    self.st_ino == real.st_ino)
		return -ELOOP;
	if (!host_is_trusted(&real))
		return -EPERM;
	return access(path, X_OK) < 0 ? -errno : 0;
}

/* ---- a child -------------------------------------------------------------------------------------- */

/* What is no kexec gets an environment that nobody else has a say in. */
static const char *const plain[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent",
				     "LC_ALL=C.UTF-8", NULL };

/* In the child: only calls that are safe after fork. */
static void become(char *const argv[], const char *directory, bool quiet, char *const *environment, int report)
{
	ssize_t ignored;
	int error;

	/* A load that nobody is there to judge any more must not go on. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	give_pipe_back();
	if (quiet) {
		int null = open("/dev/null", O_RDWR);

		if (null >= 0) {
			dup2(null, STDOUT_FILENO);
			dup2(null, STDERR_FILENO);
		}
	}
	if (!directory || !chdir(directory))
		execve(argv[0], argv, environment);
	error = errno;
	ignored = write(report, &error, sizeof(error));
	(void)ignored;
	_exit(127);
}

/* @input: becomes standard input, of what is no kexec, if it is not negative. */
static int run_from(char *const argv[], const char *directory, bool quiet, int input)
{
	int report[2], error = 0, status;
	pid_t child;

	/* An exec closes the pipe; a failed one sends its errno through it. */
	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		error = -errno;
		close(report[0]);
		close(report[1]);
		return error;
	}
	if (!child) {
		if (input >= 0) {
			dup2(input, STDIN_FILENO);
			/* The lock is for a kexec; wall leaves a process behind for each terminal that is stuck. */
			close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
		}
		become(argv, directory, quiet, input >= 0 ? (char *const *)plain : environ, report[1]);
	}
	close(report[1]);
	if (host_read_fully(report[0], &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = 0;
	close(report[0]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (error)
		return -error;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int host_run(char *const argv[], const char *directory, bool quiet)
{
	return run_from(argv, directory, quiet, -1);
}

int host_run_with_input(char *const argv[], const char *input, size_t size)
{
	/* In memory and not a pipe, which would need somebody to write while the program runs. */
	int fd = host_memory_file(), result;

	if (fd < 0)
		return fd;
	result = host_write_fully(fd, input, size);
	if (!result && lseek(fd, 0, SEEK_SET) < 0)
		result = -errno;
	if (!result)
		result = run_from(argv, NULL, true, fd);
	close(fd);
	return result;
}

int host_run_instead(char *const argv[])
{
	int error;

	give_pipe_back();
	execv(argv[0], argv);
	error = -errno;
	outlives = false;
	host_outlive_readers();
	return error;
}

int host_unload_directly(void)
{
#ifdef SYS_kexec_file_load
	return syscall(SYS_kexec_file_load, -1, -1, 0UL, "", (unsigned long)KEXEC_FILE_UNLOAD) < 0
		       ? -errno : 0;
#else	/* 32-bit x86 and others: no kernel of these hands a log over */
	return -ENOSYS;
#endif
}

void host_run_text(char *const argv[], char *out, size_t size)
{
	int ends[2], status;
	ssize_t got = -1;
	pid_t child;

	out[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		give_pipe_back();
		execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	if (child > 0)
		got = host_read_fully(ends[0], out, size - 1);
	close(ends[0]);
	if (child > 0)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	out[got > 0 ? got : 0] = '\0';
}

bool host_run_prints(char *const argv[], const char *word)
{
	static char text[1 << 16];

	host_run_text(argv, text, sizeof(text));
	return strstr(text, word);
}
