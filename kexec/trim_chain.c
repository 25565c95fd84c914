// SPDX-License-Identifier: GPL-2.0-or-later
/* The newest chain of an archive: which pieces there are, and whether they belong together. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trim.h"

#define PIECE_JSON_MAX (64u << 10)	/* bytes */

static int by_number(const void *a, const void *b)
{
	return archive_compare(a, b);
}

/* The pieces of the newest chain among the names of the folder. */
static int collect(struct trim_chain *chain)
{
	struct archive_piece piece;
	char **names;
	size_t count, newest = 0;
	int error = host_archive_names(chain->dir, &names, &count);

	chain->pieces = calloc(count + 1, sizeof(*chain->pieces));
	chain->paths = calloc(count + 1, sizeof(*chain->paths));
	if (!error && (!chain->pieces || !chain->paths))
		error = -ENOMEM;
	for (size_t i = 0; !error && i < count; i++)
		if (archive_parse_name(names[i], &piece) && piece.chain > newest)
			newest = piece.chain;
	for (size_t i = 0; !error && i < count; i++)
		if (archive_parse_name(names[i], &piece) && piece.chain == newest)
			chain->pieces[chain->count++] = piece;
	host_archive_free(names, count);
	if (!error)
		qsort(chain->pieces, chain->count, sizeof(*chain->pieces), by_number);
	return error;
}

static int read_piece(struct trim_chain *chain, const char *archive, size_t index)
{
	struct archive_piece *piece = &chain->pieces[index];
	size_t size = strlen(archive) + ARCHIVE_NAME_SIZE + 1;
	const struct host_root here = { "" };
	struct host_content content;
	char name[ARCHIVE_NAME_SIZE], *path = malloc(size), *text;
	int error;

	chain->paths[index] = path;
	if (!path)
		return complain(STATUS_ERROR, "out of memory");
	archive_name(piece, ".json", name);
	snprintf(path, size, "%s/%s", archive, name);
	if (host_read_all(&here, path, PIECE_JSON_MAX, &text) < 0)
		text = NULL;
	if (!text || !archive_from_text(text, piece)) {
		free(text);
		return complain(STATUS_ERROR, "%s is damaged: restore it, or use another archive", path);
	}
	free(text);
	archive_name(piece, ".log", name);
	snprintf(path, size, "%s/%s", archive, name);
	error = host_content_read(chain->dir, name, &content);
	if (error)
		return complain(STATUS_ERROR, "%s cannot be read: %s", path, strerror(-error));
	if (content.bytes != piece->bytes ||
	    memcmp(content.sha256, piece->sha256, sizeof(content.sha256)) != 0)
		return complain(STATUS_ERROR, "%s is not what was written there: restore it, or use "
					      "another archive", path);
	return STATUS_DONE;
}

int trim_chain_open(const char *archive, bool make, struct trim_chain *chain)
{
	char name[ARCHIVE_NAME_SIZE];
	size_t bad;
	int error, status = STATUS_DONE;

	*chain = (struct trim_chain){ .dir = host_archive_open(archive, make) };
	error = chain->dir < 0 ? chain->dir : collect(chain);
	if (error == -EPERM)
		return complain(STATUS_ERROR, "the archive %s must be a folder of root's that others "
					      "cannot write to", archive);
	if (error == -ELOOP || error == -ENOTDIR)
		return complain(STATUS_ERROR, "the archive %s must be a folder itself, and no symbolic link "
					      "to one", archive);
	if (error == -EMEDIUMTYPE)
		return complain(STATUS_ERROR, "the archive %s is in memory and would be gone with the reboot: "
					      "name a folder on a disk", archive);
	if (error)
		return complain(STATUS_ERROR, "the archive %s cannot be used: %s", archive,
				strerror(-error));
	for (size_t i = 0; !status && i < chain->count; i++)
		status = read_piece(chain, archive, i);
	if (status || archive_is_chain(chain->pieces, chain->count, &bad))
		return status;
	archive_name(&chain->pieces[bad], ".json", name);
	return complain(STATUS_ERROR, "%s/%s does not follow the piece before it: restore what is "
				      "missing, or use another archive", archive, name);
}

void trim_chain_free(struct trim_chain *chain)
{
	for (size_t i = 0; chain->paths && i < chain->count; i++)
		free(chain->paths[i]);
	free(chain->paths);
	free(chain->pieces);
	if (chain->dir >= 0)
		close(chain->dir);
	*chain = (struct trim_chain){ .dir = -1 };
}
