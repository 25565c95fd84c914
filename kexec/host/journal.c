// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries with fields of their own in the journal. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "host.h"
#include "library.h"

/* The header gives the call a name that knows its place in the source. */
#undef sd_journal_sendv
#define JOURNAL_LIST(X) X(sd_journal_sendv)

static struct { JOURNAL_LIST(HOST_SYMBOL) } journal;
static const char *const journal_names[] = { JOURNAL_LIST(HOST_NAME) };
HOST_LIBRARY_NOTE_FOR(journal_note, "journal", "warnings with fields in the journal", "libsystemd.so.0");

int host_journal_send(const struct host_root *root, const char *const fields[], size_t count)
{
	struct iovec parts[16];

	if (root->path[0] || access("/run/systemd/journal/socket", F_OK) < 0)
		return -ENOENT;
	if (count > sizeof(parts) / sizeof(parts[0]))
		return -E2BIG;
	if (host_library_load("libsystemd.so.0", journal_names, 1, &journal))
		return -ENOPKG;
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct iovec){ (void *)(uintptr_t)fields[i], strlen(fields[i]) };
	return journal.sd_journal_sendv(parts, (int)count);
}
