// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same image again: what was loaded is known by its digest, and copied to /run where it lies on a
 * file system that a shutdown unmounts before the last moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* The path of a file that an argument names: absolute ones below the root, others from @directory. */
static int file_path(const struct host_root *root, const char *directory, char *const *arguments,
		     const struct load_file *file, char path[PATH_MAX])
{
	const char *named = arguments[file->argument] + file->offset;
	int size;

	if (*named == '/')
		return host_path(root, named, path);
	size = snprintf(path, PATH_MAX, "%s/%s", directory, named);
	return size < 0 || size >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static bool same(const struct load_file *file, const struct host_content *content)
{
	return file->bytes == content->bytes &&
	       !memcmp(file->sha256, content->sha256, sizeof(file->sha256));
}

static int take_one(const struct host_root *root, int dir, const char *path, uint32_t index,
		    struct load_file *file)
{
	struct host_content content;
	char copy[16];
	int error;

	load_file_copy(index, copy);
	file->copied = !host_stays_mounted(root, path);
	error = file->copied ? host_content_copy(path, dir, copy, &content)
			     : host_content_read(AT_FDCWD, path, &content);
	if (error && file->copied) {
		file->copied = false;
		error = host_content_read(AT_FDCWD, path, &content);
		if (!error)
			complain(STATUS_DONE, "%s cannot be copied to " HOST_STATE_DIR
					      ", so a shutdown that unmounts it cannot load it again: make "
					      "room in /run", path);
	}
	if (error)
		return error;
	file->bytes = content.bytes;
	memcpy(file->sha256, content.sha256, sizeof(file->sha256));
	return 0;
}

void drop_copies(const struct run *run)
{
	int dir = host_state_open(&run->root);
	char copy[16];

	for (uint32_t i = 0; dir >= 0 && i < LOAD_FILES_MAX; i++) {
		load_file_copy(i, copy);
		host_state_remove(dir, copy);
	}
	if (dir >= 0)
		close(dir);
}

void take_files(const struct run *run, char *const *arguments, struct load_files *files)
{
	char here[PATH_MAX], path[PATH_MAX];
	int dir;

	drop_copies(run);
	load_files_find(arguments, files);
	dir = host_state_open(&run->root);
	for (uint32_t i = 0; i < files->count && files->known; i++)
		if (dir < 0 || !getcwd(here, sizeof(here)) ||
		    file_path(&run->root, here, arguments, &files->file[i], path) ||
		    take_one(&run->root, dir, path, i, &files->file[i]))
			files->known = false;
	if (dir >= 0)
		close(dir);
}

bool confirm_files(const struct run *run, char *const *arguments, struct load_files *files)
{
	char here[PATH_MAX], path[PATH_MAX];
	struct host_content content;

	for (uint32_t i = 0; i < files->count && files->known; i++)
		if (!getcwd(here, sizeof(here)) ||
		    file_path(&run->root, here, arguments, &files->file[i], path) ||
		    host_content_read(AT_FDCWD, path, &content) ||
		    !same(&files->file[i], &content))
			files->known = false;
	return files->known;
}

/* Where the content of a file is now: in its place, or in its copy.  False: nowhere. */
static bool find_content(const struct host_root *root, int dir, const struct load_record *record,
			 uint32_t index, char path[PATH_MAX])
{
	const struct load_file *file = &record->files.file[index];
	struct host_content content;
	char copy[16], inner[sizeof(HOST_STATE_DIR) + sizeof(copy)];

	if (!file_path(root, record->directory, record->arguments, file, path) &&
	    !host_content_read(AT_FDCWD, path, &content) && same(file, &content)) {
		/* As it was given; only a copy needs another path. */
		path[0] = '\0';
		return true;
	}
	load_file_copy(index, copy);
	if (!file->copied || dir < 0 || host_content_read(dir, copy, &content) ||
	    !same(file, &content))
		return false;
	snprintf(inner, sizeof(inner), "%s/%s", HOST_STATE_DIR, copy);
	return !host_path(root, inner, path);
}

char **find_files(const struct run *run, const struct load_record *record)
{
	int dir = host_state_open(&run->root);
	char path[PATH_MAX], **arguments;
	size_t count = 0;
	bool good = record->files.known;

	while (record->arguments[count])
		count++;
	arguments = calloc(count + 1, sizeof(*arguments));
	for (size_t i = 0; arguments && good && i < count; i++)
		good = (arguments[i] = strdup(record->arguments[i]));
	for (uint32_t i = 0; arguments && good && i < record->files.count; i++) {
		const struct load_file *file = &record->files.file[i];
		char *fresh;

		good = find_content(&run->root, dir, record, i, path);
		if (!good)
			complain(STATUS_ERROR, "%s is no longer what was loaded, so it cannot be "
					       "loaded again: load the new one with kexec -s -l ... "
					       "--ima-headroom",
				 record->arguments[file->argument] + file->offset);
		if (!good || !path[0])
			continue;
		fresh = malloc(file->offset + strlen(path) + 1);
		good = fresh;
		if (!good)
			continue;
		memcpy(fresh, arguments[file->argument], file->offset);
		strcpy(fresh + file->offset, path);
		free(arguments[file->argument]);
		arguments[file->argument] = fresh;
	}
	if (dir >= 0)
		close(dir);
	if (good && arguments)
		return arguments;
	free_files(arguments);
	return NULL;
}

void free_files(char **arguments)
{
	for (char **argument = arguments; argument && *argument; argument++)
		free(*argument);
	free(arguments);
}
