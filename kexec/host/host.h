/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edges: everything that touches the machine, and nothing that decides.  Every path goes
 * through a root, so that a saved tree stands in for a machine (--sysroot).
 *
 * Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef KEXEC_IMA_HOST_H
#define KEXEC_IMA_HOST_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "imalog.h"

#define HOST_BOOT_ID_SIZE 64	/* bytes, the NUL included */

/* ---- root: where paths begin (root.c) ------------------------------------------------- */

struct host_root {
	const char *path;	/* "" for the machine itself, else a folder; borrowed */
};

/* Write root + @path to @out; -ENAMETOOLONG when it does not fit. */
int host_path(const struct host_root *root, const char *path, char out[PATH_MAX]);
/* open(2) below the root, O_CLOEXEC added.  A descriptor or a negative errno. */
int host_open(const struct host_root *root, const char *path, int flags);
/* Whole small file as a string of at most @size - 1 bytes.  Its length or a negative errno. */
ssize_t host_read_text(const struct host_root *root, const char *path, char *out, size_t size);
/* A file that holds one decimal number. */
int host_read_number(const struct host_root *root, const char *path, uint64_t *number);
/* Whole file of at most @max bytes into new memory that the caller frees; a NUL is added. */
ssize_t host_read_all(const struct host_root *root, const char *path, size_t max, char **out);
struct stat;
/* Root's or ours, and others cannot write it: fit to say what root runs. */
bool host_is_trusted(const struct stat *stat);
/* A regular file of ours that only we can write, and that has no other name. */
bool host_is_private(const struct stat *stat);
/* As host_read_all(); -EPERM: not host_is_trusted(); -EINVAL: a pipe. */
ssize_t host_read_trusted(const struct host_root *root, const char *path, size_t max, char **out);
/*
 * Open the folder @path below the root without following a link; as many as @make of its last names are made if they
 * are not there, the last one 0700.  A descriptor, or a negative errno: -EPERM: a link, no folder, not ours, or others
 * can write to it.
 */
int host_open_private(const struct host_root *root, const char *path, unsigned make);
/* read(2) until @size bytes or the end, past EINTR.  Bytes read or a negative errno. */
ssize_t host_read_fully(int fd, void *out, size_t size);
/* Whether a write to @fd would not wait. */
bool host_takes_output(int fd);
/* What to read next of @bytes that are left, into @room bytes: a file may be larger than memory has addresses. */
static inline size_t host_at_most(uint64_t bytes, size_t room)
{
	return bytes < room ? (size_t)bytes : room;
}
/* write(2) until all @size bytes are written, past EINTR.  0 or a negative errno. */
int host_write_fully(int fd, const void *data, size_t size);

/* ---- the measurement log (log.c) --------------------------------------------------------- */

/* How long a staging writer (EBUSY) is waited for, milliseconds. */
#define HOST_LOG_BUSY_MS 5000

/*
 * The live log: staged records, then current ones.  While it is open no one can stage or delete
 * (ima_fs.c, ima_measure_lock(), 7.3.4), which makes both files one consistent log; so it is kept
 * open only for the time of one read.
 */
struct host_log {
	int staged, current;		/* descriptors; -1: not there, or used up */
	uint64_t staged_bytes;		/* read from the staged list so far */
	bool has_staging;		/* the kernel has the staged file */
	char path[PATH_MAX];		/* of the file in use, for messages */
};

/* Opens both, retrying EBUSY for HOST_LOG_BUSY_MS.  On failure log->path names the culprit. */
int host_log_open(const struct host_root *root, struct host_log *log);
/* The same for reading and writing: nobody else has it then. */
int host_log_open_to_delete(const struct host_root *root, struct host_log *log);
/* Whether the staged list has no records (reads nothing away).  1, 0 or a negative errno. */
int host_log_is_unstaged(struct host_log *log);
/* Go to @offset bytes of the current list; the staged one must be empty. */
int host_log_seek(struct host_log *log, uint64_t offset);
/* Up to @size bytes; @context is a struct host_log.  0 at the end of both lists, or a negative errno. */
ssize_t host_log_read(void *context, void *out, size_t size);
void host_log_close(struct host_log *log);
/* Whether records can be staged or deleted at all on this kernel; if not, the list only grows. */
bool host_log_can_shrink(const struct host_root *root);
/* runtime_measurements_count: records in the current list only. */
int host_log_count(const struct host_root *root, uint64_t *records);

/* ---- saved logs (file.c) ------------------------------------------------------------------- */

/* A log in a file, a pipe or standard input, packed by gzip or not.  Owns its descriptor. */
struct host_file {
	void *gzip;		/* zlib's handle; NULL: not open */
	bool seekable;		/* a regular file, which can be read again */
	bool damaged;		/* gzip data ended early or are corrupt; what came before was good */
	int temporary;		/* where to copy what is not seekable: opened with it, or a negative number */
};

/* @path "-" is standard input.  -EISDIR for a directory. */
int host_file_open(const char *path, struct host_file *file);
/* Like read(2); @context is a struct host_file.  Damaged gzip data are an end, and .damaged. */
ssize_t host_file_read(void *context, void *out, size_t size);
/* Go to byte @offset of the unpacked content; -ESPIPE when it is not seekable. */
int host_file_seek(struct host_file *file, uint64_t offset);
/* A new file in memory, for reading and writing.  A descriptor or a negative errno. */
int host_memory_file(void);
/*
 * A text in memory, whole or NULL: open_memstream(3) of the C library leaves out without a word what it has no memory
 * for.  The first begins it; the second closes @file and gives new memory that the caller frees, with a NUL behind *@size.
 */
FILE *host_text_begin(void);
char *host_text_end(FILE *file, size_t *size);
/* Copy what is not seekable, to the end, to the temporary file; 0 or a negative errno, and nothing has changed. */
int host_file_make_seekable(struct host_file *file);
/* All that @source gives, in a temporary file without a name, which is opened as @file. */
int host_file_spool(ssize_t (*source)(void *context, void *out, size_t size), void *context,
		    struct host_file *file);
void host_file_close(struct host_file *file);

/* ---- PCR values (pcr.c) --------------------------------------------------------------------- */

/* @out: imalog_hash_size(@hash) bytes.  -ENOENT: no TPM, or not this bank. */
int host_pcr_read(const struct host_root *root, enum imalog_hash hash, uint32_t pcr,
		  unsigned char *out);
/* The PCRs @indexes (1 << index) of all banks that there are; .known says which. */
void host_pcrs_read(const struct host_root *root, uint32_t indexes, struct imalog_pcrs *pcrs);
bool host_has_tpm(const struct host_root *root);

/* ---- facts about the running kernel (kernel.c) --------------------------------------------- */

/*
 * Fills what can be read of @facts and sets its bits: generation, extra_kib, headers, ram, loaded,
 * page size.  @has_staging: from the log.  @kept: the first three as they were read before in this
 * boot, or NULL.  A fact that cannot be read is a bit that is not set, and no error.
 */
void host_kernel_facts(const struct host_root *root, bool has_staging,
		       const struct imalog_facts *kept, struct imalog_facts *facts);
/* /sys/kernel/kexec_loaded (or kexec/loaded) into @facts. */
void host_kernel_loaded(const struct host_root *root, struct imalog_facts *facts);
/*
 * Whether kexec_file_load(2) may place segments in CMA memory, where they may not be mapped: the kernel has
 * kexec_alloc_contig() (kexec_file.c, 7.3.4) and CONFIG_DMA_CMA.
 */
bool host_kernel_uses_cma(const struct host_root *root);
struct image_facts;
/*
 * The kernel in the file @path: what its bytes say, and its configuration (its own, or by its release below the root).
 * 0 or a negative errno: -ENOEXEC is no kernel image that is known.
 */
int host_image_read(const struct host_root *root, const char *path, struct image_facts *facts);
/* Whether this is a container: its manager says so in /run, or at the root. */
bool host_is_container(const struct host_root *root);
int host_boot_id(const struct host_root *root, char out[HOST_BOOT_ID_SIZE]);
/* Seconds since boot, suspend included. */
int host_uptime(const struct host_root *root, double *seconds);
void host_sleep_ms(unsigned milliseconds);
/* Seconds on a clock that only goes forward. */
double host_now(void);
/* Processors that this process may use, at least 1. */
unsigned host_processors(void);

/* ---- the kernel's own log (kmsg.c) ------------------------------------------------------------ */

/* Open /dev/kmsg at its end.  A descriptor or a negative errno. */
int host_kmsg_open(const struct host_root *root);
/* The first complaint about the segment since then, or _UNREADABLE; closes @fd. */
enum imalog_complaint host_kmsg_finish(int fd);
/*
 * Whether the kernel's log still has a complaint about a segment, of whichever load.  The log is a ring, so that
 * none is no proof; one that cannot be read has none.
 */
bool host_kmsg_complained(const struct host_root *root);

/*
 * Write a line to it: "kexec-ima: " and @text.  journald reads it from there, as long as it runs.
 */
int host_kmsg_say(const struct host_root *root, const char *text);

/* ---- what others read (publish.c) --------------------------------------------------------------- */

/*
 * Write @size bytes to the file @path, readable by all: to a new file beside it, synced, renamed, so that
 * a reader finds the old content or the new one.  0 or a negative errno.
 */
int host_publish(const char *path, const char *text, size_t size);
/* Seconds since @path was written; negative: it is not there, or of the future. */
double host_file_age(const char *path);

/* ---- the journal (journal.c) ------------------------------------------------------------------- */

/*
 * Send an entry to journald: @count fields "NAME=value".  libsystemd is loaded at the time of use.
 * -ENOPKG: it is not there; -ENOENT: a saved tree, or nobody listens.
 */
int host_journal_send(const struct host_root *root, const char *const fields[], size_t count);

/* ---- files that are loaded (copy.c) ------------------------------------------------------------- */

/* What a regular file holds. */
struct host_content {
	uint64_t bytes;
	unsigned char sha256[32];
};

/* @path: relative to the folder @dir, or AT_FDCWD.  -EINVAL: no regular file. */
int host_content_read(int dir, const char *path, struct host_content *content);
/*
 * Copy @path to @name in the folder @dir, in the place of what has that name; on failure there is
 * nothing.  @content: what was copied.
 */
int host_content_copy(const char *path, int dir, const char *name, struct host_content *content);
/*
 * Whether the file is on the root file system or on that of /run, which are still there when
 * systemd-shutdown runs its hooks.
 */
bool host_stays_mounted(const struct host_root *root, const char *path);

/* ---- archives of deleted records (archive.c) ----------------------------------------------------- */

bool host_is_folder(const char *path);
bool host_is_file(const char *path);
/*
 * Open the folder; @make: to write there, it is made 0700 if it is not there, and its own name is synced.  A
 * descriptor, or a negative errno; to be written to: -EPERM: not ours, or others can write to it; -ELOOP or -ENOTDIR: a
 * symbolic link, or no folder; -EMEDIUMTYPE: in memory (tmpfs, ramfs), which no reboot leaves.
 */
int host_archive_open(const char *path, bool make);
/* All names in it, in no order; to be freed with host_archive_free(), also after an error. */
int host_archive_names(int dir, char ***names, size_t *count);
void host_archive_free(char **names, size_t count);
/*
 * Write @bytes from @source to a new file, sync it, give it its name, sync the folder, read it back and compare.
 * @content: what it has.  0 or a negative errno: -EIO also when it came back different or @source ended early.
 */
int host_archive_write(int dir, const char *name,
		       ssize_t (*source)(void *context, void *out, size_t size), void *context,
		       uint64_t bytes, struct host_content *content);
/* Write the small file that makes a piece count: as host_state_write(), and read back. */
int host_archive_seal(int dir, const char *name, const char *text);
/*
 * Delete the first @records of the current list, which must have exactly @content: compared under the
 * kernel's own lock for writers, which no reader or other writer passes (ima_fs.c, ima_measure_lock(),
 * 7.3.4), so nothing else can be deleted.  0 or a negative errno; nothing was deleted then: -EBUSY, also
 * after HOST_LOG_BUSY_MS; -EEXIST: there are staged records; -ESTALE: the list begins otherwise, or
 * the kernel is about to execute.
 */
int host_log_delete(const struct host_root *root, uint64_t records,
		    const struct host_content *content);

/* ---- /run/kexec-ima (state.c) ---------------------------------------------------------------- */

#define HOST_STATE_DIR "/run/kexec-ima"

/*
 * Open the folder, made 0700 if it is not there.  Refuses (-EPERM) a symbolic link, one that is not
 * ours or that others can write.  A descriptor or a negative errno.
 */
int host_state_open(const struct host_root *root);
/*
 * The whole file @name in the folder @dir, of @max bytes at most, with a NUL behind it: new memory in @out that the
 * caller frees.  Its size or a negative errno: -EPERM for one that others own or can write, or a link; -EFBIG.
 */
ssize_t host_private_read(int dir, const char *name, size_t max, char **out);
/* The same of a file of /run.  NULL with errno set. */
char *host_state_read(int dir, const char *name);
/* Written to a new file, synced, renamed, the folder synced. */
int host_state_write(int dir, const char *name, const char *text);
/* No such file is no error. */
int host_state_remove(int dir, const char *name);
/*
 * Take the lock within @milliseconds.  A descriptor (closing it, or the end of the process,
 * releases it; it survives an exec) or -EBUSY; then *@holder is the process that has it, or 0.
 */
int host_state_lock(int dir, unsigned milliseconds, long *holder);

/* ---- the real kexec (run.c) -------------------------------------------------------------------- */

/*
 * Whatever the caller left out, ignores or blocks: what is opened later is neither input nor output, the end of a child
 * can be waited for, and an alarm comes.
 */
void host_begin(void);
/*
 * From here on an output that nobody reads any more is the error of a write and not our end, which would leave undone
 * what was to be done.  What is run gets SIGPIPE as our caller had it.
 */
void host_outlive_readers(void);

/* 0 if @path can be executed and is not this program; -ENOENT, -EACCES, -EPERM (others can write it), -ELOOP (it is). */
int host_run_check(const char *path);
/*
 * Run @argv ([0] is the path), wait.  Its exit status, 128 + signal, or a negative errno when it
 * could not be started.  @directory: where to run it, or NULL.  @quiet: its output is thrown away.
 */
int host_run(char *const argv[], const char *directory, bool quiet);
/*
 * Unload by the system call itself, kexec_file_load(2) with KEXEC_FILE_UNLOAD, for when the real kexec
 * does not come back.  0 or a negative errno.
 */
int host_unload_directly(void);
/*
 * @work in a child that ends after *@milliseconds at the latest, with all that it runs (limit.c); in memory of
 * host_shared() the child itself may change them, and they count from the start all the same.  What it returned
 * (0 to 255), -ETIMEDOUT, -EINTR (a signal ended it) or another negative errno.
 */
int host_limited(int (*work)(void *context), void *context, const atomic_uint *milliseconds);
/* @size bytes, zero, that children share; they stay to the end of the process.  NULL: memory is short. */
void *host_shared(size_t size);
/*
 * End this process with status 1 and @message (borrowed, ends with a new line) on stderr after @seconds, unless
 * host_limit_end() comes before.  Called again, @seconds count from the first call on.  An exec does not end the limit; a
 * child of a fork does not have it (limit.c).
 */
void host_limit_begin(unsigned seconds, const char *message);
void host_limit_end(void);
/* What @argv, which is run, prints on either output: at most @size - 1 bytes, and a NUL.  "": also when it cannot be run. */
void host_run_text(char *const argv[], char *out, size_t size);
/*
 * Whether @argv, which is run, prints @word anywhere; false also when it cannot be run.
 */
bool host_run_prints(char *const argv[], const char *word);
/*
 * Run @argv, which is no kexec, with @input, @size bytes, as its standard input, an environment of its own, and its
 * output thrown away.  As host_run(), which hands on the environment: a kexec is run as its caller would run it.
 */
int host_run_with_input(char *const argv[], const char *input, size_t size);
/* Become @argv; returns only a negative errno. */
int host_run_instead(char *const argv[]);

/* ---- the kexec that started us, and waits (peer.c) --------------------------------------------- */

/* Our ends of the two pipes. */
struct host_peer {
	int hear, say;
};

/* Take over the descriptors.  0 or a negative errno (-ESPIPE: one is no pipe). */
int host_peer_take(const struct host_peer *peer);
/* Have it load its image: its status, 0 to 255, or a negative errno (-EPIPE: it has ended meanwhile). */
int host_peer_load(const struct host_peer *peer);
/* Let it do what else it was asked for.  @wait: until it ends.  0, or a negative errno: it does not. */
int host_peer_go(const struct host_peer *peer, bool wait);

#endif
