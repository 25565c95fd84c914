/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that inject.c looks at, and its kernel's deletion. */
#ifndef FAULTS_TRACEE_H
#define FAULTS_TRACEE_H

#include <sys/types.h>

/* Ends this program. */
void die(const char *what) __attribute__((noreturn));
/*
 * Run @argv, stopped at its own first instruction: the loader is not what is tried.  @program: the file that it is, as
 * seen from here.
 */
pid_t tracee_start(char **argv, const char *program);
/* Whether the process runs @program. */
int tracee_is(pid_t pid, const char *program);
/* The first @records of a log go. */
void delete_records(const char *path, unsigned long records);

#endif
