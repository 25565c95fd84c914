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

const struct archive_piece *trim_last_piece(const struct trim_chain *chain)
{
	return chain->count ? &chain->pieces[chain->count - 1] : NULL;
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
	chain->texts = calloc(count + 1, sizeof(*chain->texts));
	chain->contents = calloc(count + 1, sizeof(*chain->contents));
	if (!error && (!chain->pieces || !chain->paths || !chain->texts || !chain->contents))
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

/* What is in its two files, of which nothing is looked at here. */
static int read_piece(struct trim_chain *chain, const char *archive, size_t index)
{
	const struct archive_piece *piece = &chain->pieces[index];
	size_t size = strlen(archive) + ARCHIVE_NAME_SIZE + 1;
	const struct host_root here = { "" };
	char name[ARCHIVE_NAME_SIZE], *path = malloc(size);
	int error;

	chain->paths[index] = path;
	if (!path)
		return complain(STATUS_ERROR, "out of memory");
	archive_name(piece, ".json", name);
	snprintf(path, size, "%s/%s", archive, name);
	if (host_read_all(&here, path, PIECE_JSON_MAX, &chain->texts[index]) < 0)
		return complain(STATUS_ERROR, "%s is damaged: restore it, or use another archive", path);
	archive_name(piece, ".log", name);
	snprintf(path, size, "%s/%s", archive, name);
	error = host_content_read(chain->dir, name, &chain->contents[index]);
	return error ? complain(STATUS_ERROR, "%s cannot be read: %s", path, strerror(-error)) : STATUS_DONE;
}

static int check_piece(struct trim_chain *chain, size_t index)
{
	struct archive_piece *piece = &chain->pieces[index];
	const struct host_content *content = &chain->contents[index];
	char name[ARCHIVE_NAME_SIZE];

	if (!archive_from_text(chain->texts[index], piece)) {
		archive_name(piece, ".json", name);
		return complain(STATUS_ERROR, "%s/%s is damaged: restore it, or use another archive",
				chain->archive, name);
	}
	if (content->bytes != piece->bytes ||
	    memcmp(content->sha256, piece->sha256, sizeof(content->sha256)) != 0)
		return complain(STATUS_ERROR, "%s is not what was written there: restore it, or use "
					      "another archive", chain->paths[index]);
	return STATUS_DONE;
}

int trim_chain_open(const char *archive, bool make, struct trim_chain *chain)
{
	int error, status = STATUS_DONE;

	*chain = (struct trim_chain){ .dir = host_archive_open(archive, make), .archive = archive };
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
	return status;
}

int trim_chain_check(struct trim_chain *chain)
{
	char name[ARCHIVE_NAME_SIZE];
	int status = STATUS_DONE;
	size_t bad;

	for (size_t i = 0; !status && i < chain->count; i++)
		status = check_piece(chain, i);
	if (status || archive_is_chain(chain->pieces, chain->count, &bad))
		return status;
	archive_name(&chain->pieces[bad], ".json", name);
	return complain(STATUS_ERROR, "%s/%s does not follow the piece before it: restore what is "
				      "missing, or use another archive", chain->archive, name);
}

void trim_chain_free(struct trim_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		free(chain->paths[i]);
		free(chain->texts[i]);
	}
	free(chain->paths);
	free(chain->texts);
	free(chain->contents);
	free(chain->pieces);
	if (chain->dir >= 0)
		close(chain->dir);
	*chain = (struct trim_chain){ .dir = -1 };
}
