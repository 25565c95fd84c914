// SPDX-License-Identifier: GPL-2.0-or-later
#include "archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_json.h"

#define ARCHIVE_VERSION 1

void archive_name(const struct archive_piece *piece, const char *suffix,
		  char out[ARCHIVE_NAME_SIZE])
{
	snprintf(out, ARCHIVE_NAME_SIZE, "%04" PRIu32 ".%09" PRIu64 "-%09" PRIu64 "%s",
		 piece->chain, piece->first, piece->last, suffix);
}

/* Decimal digits at *@text, which moves behind them. */
static bool take_number(const char **text, uint64_t limit, uint64_t *number)
{
	*number = 0;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text) {
		uint64_t digit = (uint64_t)(**text - '0');

		if (digit > limit || *number > (limit - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

bool archive_parse_name(const char *name, struct archive_piece *piece)
{
	char again[ARCHIVE_NAME_SIZE];
	const char *at = name;
	uint64_t chain;

	*piece = (struct archive_piece){ 0 };
	if (!take_number(&at, UINT32_MAX, &chain) || *at++ != '.' ||
	    !take_number(&at, UINT64_MAX, &piece->first) || *at++ != '-' ||
	    !take_number(&at, UINT64_MAX, &piece->last))
		return false;
	piece->chain = (uint32_t)chain;
	archive_name(piece, ".json", again);
	return chain && piece->first && piece->last >= piece->first && !strcmp(name, again);
}

char *archive_to_text(const struct archive_piece *piece)
{
	struct json_object *to;

	if (!state_can_make(0))
		return NULL;
	to = json_object_new_object();
	state_put_number(to, "archive", ARCHIVE_VERSION);
	state_put_boot_id(to, piece->boot_id);
	state_put_number(to, "chain", piece->chain);
	state_put_number(to, "first_record", piece->first);
	state_put_number(to, "last_record", piece->last);
	state_put_number(to, "bytes", piece->bytes);
	state_put_bytes(to, "sha256", piece->sha256, sizeof(piece->sha256));
	state_put_bytes(to, "running_sha256", piece->running, sizeof(piece->running));
	return state_finish(to);
}

bool archive_from_text(const char *text, struct archive_piece *piece)
{
	struct json_object *from = state_parse(text);
	uint64_t version, chain, first, last;
	bool good = from && state_get_boot_id(from, piece->boot_id) &&
		    state_get_number(from, "archive", &version) && version == ARCHIVE_VERSION &&
		    state_get_number(from, "chain", &chain) && chain == piece->chain &&
		    state_get_number(from, "first_record", &first) && first == piece->first &&
		    state_get_number(from, "last_record", &last) && last == piece->last &&
		    state_get_number(from, "bytes", &piece->bytes) &&
		    state_get_bytes(from, "sha256", piece->sha256, sizeof(piece->sha256)) &&
		    state_get_bytes(from, "running_sha256", piece->running,
				    sizeof(piece->running));

	json_object_put(from);
	return good;
}

uint64_t archive_records(const struct archive_piece *piece)
{
	return piece->last - piece->first + 1;
}

void archive_run_on(struct archive_piece *piece, const struct archive_piece *previous)
{
	unsigned char both[sizeof(piece->running) + sizeof(piece->sha256)] = { 0 };

	if (previous)
		memcpy(both, previous->running, sizeof(previous->running));
	memcpy(both + sizeof(piece->running), piece->sha256, sizeof(piece->sha256));
	imalog_hash_digest(IMALOG_SHA256, (struct imalog_span){ both, sizeof(both) },
			   piece->running);
}

int archive_compare(const struct archive_piece *a, const struct archive_piece *b)
{
	if (a->chain != b->chain)
		return a->chain < b->chain ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

bool archive_is_chain(const struct archive_piece *pieces, size_t count, size_t *bad)
{
	for (*bad = 0; *bad < count; ++*bad) {
		const struct archive_piece *piece = &pieces[*bad];
		const struct archive_piece *previous = *bad ? piece - 1 : NULL;
		struct archive_piece expected = *piece;

		archive_run_on(&expected, previous);
		if (piece->first != (previous ? previous->last + 1 : 1) ||
		    memcmp(expected.running, piece->running, sizeof(piece->running)) != 0)
			return false;
	}
	return true;
}
