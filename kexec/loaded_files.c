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

/*
 * Where the content of a file is now: NULL in @copy, in the place that was given, or else the path of
 * its copy, which the caller frees.  False (explained): nowhere.
 */
static bool find_content(const struct run *run, int dir, const struct load_record *record,
			 uint32_t index, char **copy)
{
	const struct load_file *file = &record->files.file[index];
	char path[PATH_MAX], name[16], inner[sizeof(HOST_STATE_DIR) + sizeof(name)];
	struct host_content content;
	int error = file_path(&run->root, record->directory, record->arguments, file, path);

	*copy = NULL;
	if (!error && !host_content_read(AT_FDCWD, path, &content) && same(file, &content))
		return true;
	load_file_copy(index, name);
	if (file->copied && dir >= 0 && !host_content_read(dir, name, &content) &&
	    same(file, &content)) {
		char at[PATH_MAX];

		snprintf(inner, sizeof(inner), "%s/%s", HOST_STATE_DIR, name);
		return !host_path(&run->root, inner, at) && (*copy = strdup(at));
	}
	complain(STATUS_ERROR, "%s is gone or not what was loaded, so the same image cannot be "
			       "loaded: load it again with kexec -s -l ... --ima-headroom",
		 error ? record->arguments[file->argument] : path);
	return false;
}

/* @path in the place of what stands behind @offset bytes of an argument. */
static bool put_path(char **argument, size_t offset, const char *path)
{
	const size_t size = strlen(path) + 1;
	char *fresh = malloc(offset + size);

	if (!fresh)
		return false;
	memcpy(fresh, *argument, offset);
	memcpy(fresh + offset, path, size);
	free(*argument);
	*argument = fresh;
	return true;
}

char **find_files(const struct run *run, const struct load_record *record)
{
	const struct load_files *files = &record->files;
	int dir = host_state_open(&run->root);
	size_t count = 0;
	char **arguments, *copy = NULL;
	bool good = files->known;

	while (record->arguments[count])
		count++;
	arguments = calloc(count + 1, sizeof(*arguments));
	good = good && arguments;
	for (size_t i = 0; good && i < count; i++)
		good = (arguments[i] = strdup(record->arguments[i]));
	for (uint32_t i = 0; good && i < files->count; i++) {
		good = find_content(run, dir, record, i, &copy);
		if (good && copy)
			good = put_path(&arguments[files->file[i].argument], files->file[i].offset,
					copy);
		free(copy);
		copy = NULL;
	}
	if (dir >= 0)
		close(dir);
	if (good)
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
