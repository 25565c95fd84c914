// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities that are not needed are given up before anything is looked at. */
#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "library.h"
#include "sandbox.h"

#define CAPNG(X) X(capng_get_caps_process) X(capng_have_capability) X(capng_clear) X(capng_update) X(capng_apply)

static struct { CAPNG(HOST_SYMBOL) } capng;
static const char *const names[] = { CAPNG(HOST_NAME) };
HOST_LIBRARY_NOTE_FOR(note, "capabilities", "root without the capabilities that are not needed", "libcap-ng.so.0");

static const struct {
	unsigned capability, needs;
} wanted[] = {
	{ CAP_DAC_OVERRIDE, HOST_NEEDS_FILES },
	{ CAP_DAC_READ_SEARCH, HOST_NEEDS_FILES },
	{ CAP_SYS_ADMIN, HOST_NEEDS_DELETE },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

int host_keep_capabilities(unsigned needs)
{
	bool keep[COUNT(wanted)], can_bound;

	if (needs & HOST_NEEDS_ALL || geteuid())
		return 0;
	if (host_library_load("libcap-ng.so.0", names, COUNT(names), &capng))
		return -ENOPKG;
	if (capng.capng_get_caps_process())
		return -EIO;
	can_bound = capng.capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	for (size_t i = 0; i < COUNT(wanted); i++)
		keep[i] = needs & wanted[i].needs &&
			  capng.capng_have_capability(CAPNG_EFFECTIVE, wanted[i].capability);
	capng.capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < COUNT(wanted); i++) {
		if (keep[i] && capng.capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, wanted[i].capability))
			return -EIO;
		if (keep[i] && can_bound &&
		    capng.capng_update(CAPNG_ADD, CAPNG_BOUNDING_SET, wanted[i].capability))
			return -EIO;
	}
	/* Root that runs a program would have all again, up to the bounding set; with this not even that. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return capng.capng_apply(can_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) ? -EPERM : 0;
}
