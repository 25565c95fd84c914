/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Glue of the preflight: facts from the machine, findings out. */
#ifndef KEXEC_IMA_LOOK_AHEAD_H
#define KEXEC_IMA_LOOK_AHEAD_H

#include "command.h"
#include "preflight.h"

struct look_ahead {
	int error;			/* of reading the image: 0 or a negative errno */
	struct image_facts image;	/* valid without .error */
	struct preflight preflight;
	bool wants_no_cma;		/* the load should have --no-cma, which the real kexec knows */
};

/*
 * @arguments: of the real kexec, for the command line; @kernel: the image, below the root if it is absolute.  Returns
 * ahead->error: -ENOEXEC is no kernel image; then the findings are those about the rest.
 */
int look_ahead(const struct run *run, const struct survey *survey, char *const *arguments,
	       const char *kernel, struct look_ahead *ahead);
/* One line on stderr for each finding. */
void look_ahead_tell(const struct preflight *preflight);

/*
 * The same for a load: tell the findings, and add --no-cma where it is needed.  False: not to be loaded, with
 * *@status.
 */
bool look_ahead_of_load(const struct run *run, struct request *request,
			const struct survey *survey, int *status);

#endif
