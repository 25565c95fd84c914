// SPDX-License-Identifier: GPL-2.0-or-later
#include "padding.h"

#define LONG_HASHES (1u << IMALOG_SHA384 | 1u << IMALOG_SHA512)

/*
 * PCRs are compared one by one, so that those which do not match are known.  SHA-1 is never padded:
 * where it does not match, nothing will.
 */
static unsigned banks_by_pcrs(const struct verdict *verdict)
{
	unsigned banks = 0;

	for (unsigned i = 0; i < IMALOG_HASHES; i++)
		for (unsigned pcr = 0; pcr < IMALOG_PCRS; pcr++)
			if (verdict_compares(verdict, (enum imalog_hash)i, pcr) &&
			    !verdict_matched(verdict, (enum imalog_hash)i, pcr))
				banks |= 1u << i;
	return (banks & 1u << IMALOG_SHA1) ? 0 : banks;
}

/*
 * A quote tells of all banks at once.  SHA-384 and SHA-512 are one module of a kernel
 * (crypto/sha512_generic.c, 6.1), so they are there or missing together.  @banks: the choices, the
 * likely ones first.  Returns how many.
 */
static unsigned banks_by_quote(const struct verdict *verdict, unsigned banks[3])
{
	static const unsigned missing[3] = {
		LONG_HASHES,
		1u << IMALOG_SHA256 | LONG_HASHES,
		1u << IMALOG_SHA256,
	};
	unsigned count = 0;

	for (unsigned i = 0; i < 3; i++) {
		unsigned choice = missing[i] & verdict->replay.banks;
		bool again = false;

		for (unsigned j = 0; j < count; j++)
			again |= banks[j] == choice;
		if (choice && !again)
			banks[count++] = choice;
	}
	return count;
}

static uint64_t start_of(const struct imalog_census *census, unsigned boot)
{
	return census->boots[boot].start.records;
}

/* The @turn-th choice of boots; false: there are no more.  Boot 0 begins at the log's first record. */
static bool choose_boots(const struct imalog_census *census, unsigned turn, struct padding *padding)
{
	unsigned changes = census->boot_count ? census->boot_count - 1 : 0;

	padding->first = padding->end = 0;
	if (!turn)
		return true;
	turn--;
	if (turn < changes) {	/* the newest change first */
		padding->first = start_of(census, changes - turn);
		return true;
	}
	turn -= changes;
	if (turn < changes) {
		padding->end = start_of(census, changes - turn);
		return true;
	}
	turn -= changes;
	for (unsigned end = changes; end > 1; end--) {
		if (turn < end - 1) {
			padding->first = start_of(census, end - 1 - turn);
			padding->end = start_of(census, end);
			return true;
		}
		turn -= end - 1;
	}
	return false;
}

bool padding_guess(const struct verdict *verdict, unsigned turn, struct padding *padding)
{
	const struct imalog_census *census = &verdict->scan.census;
	unsigned banks[3], count = 1;

	*padding = (struct padding){ 0 };
	if (verdict->quote.given)
		count = banks_by_quote(verdict, banks);
	else
		banks[0] = banks_by_pcrs(verdict);
	if (!count || !banks[0] || turn >= PADDING_TURNS)
		return false;
	/* Other choices of banks in all boots only. */
	padding->banks = banks[turn < count ? turn : 0];
	return choose_boots(census, turn < count ? 0 : turn - count + 1, padding);
}
