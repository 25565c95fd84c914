/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before a load: would the next kernel, started so, have the log, and keep it? */
#ifndef KEXEC_IMA_PREFLIGHT_H
#define KEXEC_IMA_PREFLIGHT_H

#include "cmdline.h"
#include "image.h"

enum finding_severity {
	FINDING_LOSS,		/* this soft reboot would lose the log */
	FINDING_UNKNOWN,	/* it cannot be told whether it would */
	FINDING_WARNING,	/* it harms a later one, or the load itself */
};

/* One thing found.  All texts are static and without a full stop. */
struct finding {
	enum finding_severity severity;
	const char *id;		/* a stable word */
	const char *what, *why, *remedy;
};

#define PREFLIGHT_FINDINGS 24

/* What is known of the running system.  A bool that is not known is false. */
struct preflight_system {
	const struct imalog_census *census;	/* of its log */
	const struct imalog_facts *facts;
	bool policy_known;	/* its policy could be read */
	bool policy_measures;	/* it has a rule for label ima_kexec, or for all critical data */
	bool appraises_kernel;	/* it has an appraise rule for func=KEXEC_KERNEL_CHECK */
	bool locked_down;	/* /sys/kernel/security/lockdown: integrity or confidentiality */
	bool kexec_uses_cma;	/* it may place segments where they cannot be mapped */
	bool knows_no_cma;	/* the real kexec has --no-cma */
};

struct preflight {
	unsigned count;
	struct finding findings[PREFLIGHT_FINDINGS];
};

/* @image, @next: NULL or not known, where there is nothing to be known of it.  @running: the present command line. */
void preflight_find(const struct preflight_system *system, const struct image_facts *image,
		    const struct cmdline *running, const struct cmdline *next,
		    struct preflight *preflight);
/* The worst of them; FINDING_WARNING also when there are none. */
enum finding_severity preflight_worst(const struct preflight *preflight);
/* Stable words: "loss", "unknown", "warning". */
const char *preflight_severity_text(enum finding_severity severity);

/*
 * Whether a policy as ima/policy shows it has a rule "measure func=CRITICAL_DATA" with the label ima_kexec or
 * without one, and whether it appraises kernels.
 */
void preflight_read_policy(const char *text, struct preflight_system *system);

#endif
