// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a bug in a parser would let an attacker do, planted: sandbox.bats links this around the program's own functions
 * (--wrap), and $PLANTED says what is tried when bytes of others are looked at.  Not part of any program.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "imalog.h"
#include "kexec/archive.h"
#include "kexec/history.h"

#define GONE "planted-effect"	/* what is there, if it was not stopped */

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		dprintf(fd, "here\n");
}

static void run_touch(void)
{
	execl("/usr/bin/touch", "touch", GONE, (char *)NULL);
}

static void try_this(const char *what)
{
	if (!strcmp(what, "write")) {
		make(GONE);
	} else if (!strcmp(what, "append")) {
		int fd = open("planted-victim", O_RDWR);

		if (fd >= 0 && write(fd, "x", 1) == 1)
			make(GONE);
	} else if (!strcmp(what, "read")) {
		char byte;
		int fd = open("planted-victim", O_RDONLY);

		if (fd >= 0 && read(fd, &byte, 1) == 1)
			make(GONE);
	} else if (!strcmp(what, "openat2")) {
		struct { unsigned long long flags, mode, resolve; } how = { O_WRONLY | O_CREAT, 0600, 0 };

		syscall(SYS_openat2, AT_FDCWD, GONE, &how, sizeof(how));
	} else if (!strcmp(what, "exec")) {
		run_touch();
	} else if (!strcmp(what, "execveat")) {
		char *argv[] = { (char *)"touch", (char *)GONE, NULL }, *envp[] = { NULL };

		syscall(SYS_execveat, AT_FDCWD, "/usr/bin/touch", argv, envp, 0);
	} else if (!strcmp(what, "fork")) {
		if (!fork()) {
			make(GONE);
			_exit(0);
		}
		sleep(1);
	} else if (!strcmp(what, "socket")) {
		struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = GONE };
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (fd >= 0)
			bind(fd, (struct sockaddr *)&at, sizeof(at));
	} else if (!strcmp(what, "rename")) {
		rename("planted-victim", GONE);
	} else if (!strcmp(what, "unlink")) {
		if (!unlink("planted-victim"))
			make(GONE);
	} else if (!strcmp(what, "mkdir")) {
		mkdir(GONE, 0700);
	} else if (!strcmp(what, "symlink")) {
		if (symlink("/etc", GONE) < 0)
			perror("symlink");
	} else if (!strcmp(what, "code")) {
		if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED)
			make(GONE);
	} else if (!strcmp(what, "kill")) {
		/* The parent, with the signal that asks whether one may. */
		if (!kill(getppid(), 0))
			make(GONE);
	} else if (!strcmp(what, "trace")) {
		if (!ptrace(PTRACE_SEIZE, getppid(), NULL, NULL))
			make(GONE);
	} else if (!strcmp(what, "kexec")) {
		/* A flag that no kernel has, so that it comes to nothing where it is not stopped. */
#ifdef SYS_kexec_file_load
		syscall(SYS_kexec_file_load, -1, -1, 0UL, "", 1UL << 31);
#else
		syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL);
#endif
		make(GONE);
	} else if (!strcmp(what, "type")) {
		char letter = '\n';

		if (!ioctl(STDIN_FILENO, TIOCSTI, &letter))
			make(GONE);
	} else if (!strcmp(what, "crash")) {
		raise(SIGSEGV);
	}
}

static void planted(void)
{
	static unsigned times;
	const char *what = getenv("PLANTED");

	/* In the midst of the work, not at its first record. */
	if (what && ++times == 3)
		try_this(what);
}

int __real_imalog_reader_next(struct imalog_reader *reader, struct imalog_record *record);
int __wrap_imalog_reader_next(struct imalog_reader *reader, struct imalog_record *record);
int __wrap_imalog_reader_next(struct imalog_reader *reader, struct imalog_record *record)
{
	planted();
	return __real_imalog_reader_next(reader, record);
}

size_t __real_history_points(const struct history *history, struct imalog_point *points);
size_t __wrap_history_points(const struct history *history, struct imalog_point *points);
size_t __wrap_history_points(const struct history *history, struct imalog_point *points)
{
	for (int i = 0; i < 3; i++)
		planted();
	return __real_history_points(history, points);
}

bool __real_archive_from_text(const char *text, struct archive_piece *piece);
bool __wrap_archive_from_text(const char *text, struct archive_piece *piece);
bool __wrap_archive_from_text(const char *text, struct archive_piece *piece)
{
	const char *what = getenv("PLANTED");

	if (what && !strcmp(what, "json"))
		make(GONE);
	return __real_archive_from_text(text, piece);
}

int __real_history_from_csv(const char *text, size_t size, struct history *out);
int __wrap_history_from_csv(const char *text, size_t size, struct history *out);
int __wrap_history_from_csv(const char *text, size_t size, struct history *out)
{
	for (int i = 0; i < 3; i++)
		planted();
	return __real_history_from_csv(text, size, out);
}
