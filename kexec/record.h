/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept in /run/kexec-ima between two runs, as structs and as JSON text. */
#ifndef KEXEC_IMA_RECORD_H
#define KEXEC_IMA_RECORD_H

#include "scan.h"

#define RECORD_BOOT_ID_SIZE 64	/* bytes, the NUL included */

#define LOAD_FILES_MAX 4

/* A file that was loaded, to be loaded again. */
struct load_file {
	uint32_t argument;	/* index into the arguments */
	uint32_t offset;	/* bytes of that argument before the path ("--initrd=") */
	uint64_t bytes;
	unsigned char sha256[32];	/* of its content when it was loaded */
	bool copied;		/* there is a copy in /run/kexec-ima, see load_file_copy() */
};

/* The files of a load.  Plain values. */
struct load_files {
	bool known;		/* these are all, and each was the same before and after the load */
	uint32_t count;
	struct load_file file[LOAD_FILES_MAX];
};

/*
 * Where the command line @arguments of the real kexec names files: the kernel, the initrd, a device tree.  Sets
 * .argument and .offset; .known is false when there are too many, or no kernel.
 */
void load_files_find(char *const *arguments, struct load_files *files);
/* The name of the copy of file number @index. */
void load_file_copy(uint32_t index, char out[16]);

/* What was loaded, for --ima-check and a reload.  Owns arguments and directory. */
struct load_record {
	char boot_id[RECORD_BOOT_ID_SIZE];
	double boottime_seconds;	/* when, on the boot-time clock */
	char *directory;		/* where the real kexec was run, for relative paths */
	char **arguments;		/* of the real kexec, its path first, NULL at the end */
	struct load_files files;	/* that the arguments name */
	struct imalog_position position;	/* sums of the log when it was loaded */
	bool has_mark;			/* the kernel's event was seen */
	struct imalog_mark mark;	/* valid with has_mark */
	enum imalog_complaint complaint;	/* said by the kernel during the load */
	uint64_t interval_seconds;	/* planned time until the execute */
	bool has_deadline;
	uint64_t deadline_seconds;	/* after the load */
};

void load_record_free(struct load_record *record);
/* New text that the caller frees, or NULL when memory is short. */
char *load_record_to_text(const struct load_record *record);
/* False when @text is not such a record; then @record is empty. */
bool load_record_from_text(const char *text, struct load_record *record);

/* In its place while a load is made: how it went is not known yet.  NULL when memory is short. */
char *load_record_pending_text(const char *boot_id);
bool load_record_is_pending(const char *text, const char *boot_id);

/* How far the log was read in this boot, so that the next reading begins there. */
struct checkpoint {
	char boot_id[RECORD_BOOT_ID_SIZE];
	double boottime_seconds;	/* when it was read */
	struct scan scan;		/* without damage; owned */
	bool has_replay;
	struct imalog_replay replay;	/* of the same records; valid with has_replay */
};

/* New text that the caller frees, or NULL when memory is short. */
char *checkpoint_to_text(const struct checkpoint *checkpoint);
/* False when @text is not such a checkpoint; then @checkpoint is empty. */
bool checkpoint_from_text(const char *text, struct checkpoint *checkpoint);

/* Facts about the kernel that cannot change within a boot and take long to read. */
char *facts_to_text(const char *boot_id, const struct imalog_facts *facts);
/* False unless @text is of the boot @boot_id; sets the bits it knows in @facts. */
bool facts_from_text(const char *text, const char *boot_id, struct imalog_facts *facts);

#endif
