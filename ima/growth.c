// SPDX-License-Identifier: GPL-2.0-or-later
/* How much will come, and until when the room lasts.  The estimate is a plain speed times time. */
#include "imalog.h"

const char *imalog_basis_text(enum imalog_basis basis)
{
	switch (basis) {
	case IMALOG_BASIS_NONE: return "none";
	case IMALOG_BASIS_BOOT: return "mean since boot";
	case IMALOG_BASIS_SAMPLE: return "live sample";
	case IMALOG_BASIS_GIVEN: return "given";
	}
	return "none";
}

/* Whole bytes, rounded up; anything that does not fit, NaN included, is UINT64_MAX. */
static uint64_t whole_bytes(double bytes)
{
	uint64_t whole;

	if (bytes <= 0)
		return 0;
	if (!(bytes < 1e18))
		return UINT64_MAX;
	whole = (uint64_t)bytes;
	return whole + ((double)whole < bytes);
}

void imalog_estimate_growth(const struct imalog_growth *since_boot,
			    const struct imalog_growth *sample, uint64_t interval_seconds,
			    uint64_t burst_bytes, struct imalog_estimate *estimate)
{
	uint64_t growth;

	*estimate = (struct imalog_estimate){
		.interval_seconds = interval_seconds,
		.burst_bytes = burst_bytes,
	};
	if (since_boot) {
		estimate->growth = *since_boot;
		estimate->basis = IMALOG_BASIS_BOOT;
	}
	if (sample && (!since_boot ||
		       sample->bytes_per_second > since_boot->bytes_per_second)) {
		estimate->growth = *sample;
		estimate->basis = IMALOG_BASIS_SAMPLE;
	}
	growth = whole_bytes(estimate->growth.bytes_per_second * (double)interval_seconds);
	estimate->bound_bytes = growth > UINT64_MAX - burst_bytes ? UINT64_MAX
								  : growth + burst_bytes;
}

bool imalog_deadline(const struct imalog_estimate *estimate, uint64_t room_bytes,
		     uint64_t *seconds)
{
	double left;

	if (room_bytes < estimate->burst_bytes) {
		*seconds = 0;
		return true;
	}
	if (!(estimate->growth.bytes_per_second > 0))
		return false;
	left = (double)(room_bytes - estimate->burst_bytes) / estimate->growth.bytes_per_second;
	if (!(left < 1e18))
		return false;
	*seconds = (uint64_t)left;
	return true;
}
