/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a system call is, for inject.c. */
#ifndef FAULTS_CALLS_H
#define FAULTS_CALLS_H

#include <sys/types.h>
#include <sys/user.h>

#define PATH_SIZE 4096

/* Calls that fail in no kernel, or end the process. */
int call_is_safe(long call);
/* Whether it takes room on a disk, or (call_needs_inode()) makes a new file there. */
int call_needs_room(const struct user_regs_struct *regs);
int call_needs_inode(pid_t pid, const struct user_regs_struct *regs);
int call_is_on_file(long call);
/* The errno, negative, that it fails with.  Never that something is not there, which would be another state of the machine. */
long call_error(const struct user_regs_struct *regs);
/* The file that it is about, or makes, as this process sees it; "": none. */
void call_path(pid_t pid, const struct user_regs_struct *regs, char path[PATH_SIZE]);

#endif
