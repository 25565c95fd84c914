// SPDX-License-Identifier: GPL-2.0-or-later
#include "preflight.h"

#include <string.h>

static void add(struct preflight *preflight, enum finding_severity severity, const char *id,
		const char *what, const char *why, const char *remedy)
{
	if (preflight->count < PREFLIGHT_FINDINGS)
		preflight->findings[preflight->count++] =
			(struct finding){ severity, id, what, why, remedy };
}

static bool knows(const struct imalog_facts *facts, unsigned bits)
{
	return (facts->known & bits) == bits;
}

/* ---- the running system -------------------------------------------------------------------- */

static void look_at_log(const struct preflight_system *system, struct preflight *preflight)
{
	const struct imalog_facts *facts = system->facts;
	const struct imalog_census *census = system->census;

	if (knows(facts, IMALOG_KNOWS_GENERATION) && facts->generation == IMALOG_GENERATION_NONE)
		add(preflight, FINDING_LOSS, "running-no-carry",
		    "the running kernel has no CONFIG_IMA_KEXEC",
		    "it hands nothing over at a kexec", "cold boot a kernel that has it");
	else if (census->total.records && !imalog_load_segment_bytes(&census->total, facts))
		add(preflight, FINDING_LOSS, "half-of-ram",
		    "the segment would be more than half of RAM",
		    "the kernel then hands nothing over, and loads all the same",
		    "cold boot, or delete records (kexec-ima trim) where the kernel can");
	if (census->ima_records)
		add(preflight, FINDING_LOSS, "template-ima",
		    "the log has records of the template \"ima\"",
		    "the next kernel cannot restore them",
		    "cold boot with ima_template=ima-ng");
}

static void look_at_running(const struct preflight_system *system, const struct cmdline *running,
			    struct preflight *preflight)
{
	if (running && running->format[0])
		add(preflight, FINDING_WARNING, "template-format",
		    "ima_template_fmt= is on the running command line",
		    "the kernel counts each such record too small, so that even a fresh segment may be "
		    "too short",
		    "cold boot with ima_template= and one of the kernel's own templates");
	if (system->policy_known && !system->policy_measures &&
	    !(running && running->critical_data))
		add(preflight, FINDING_WARNING, "no-rule",
		    "the IMA policy does not measure the kexec events",
		    "without them nobody can say whether the log fits",
		    "add the rule: measure func=CRITICAL_DATA label=ima_kexec");
	if (system->kexec_uses_cma && !system->knows_no_cma)
		add(preflight, FINDING_WARNING, "cma",
		    "the kernel may place the segment in CMA memory, and this kexec has no --no-cma",
		    "a segment there may not be mapped, and then stays empty",
		    "install a kexec-tools after 2.0.32, or look at the kernel's log after the load");
	if (system->locked_down)
		add(preflight, FINDING_WARNING, "lockdown", "the kernel is locked down",
		    "it loads signed images only", "sign the image, or use a signed one");
	if (system->appraises_kernel)
		add(preflight, FINDING_WARNING, "appraisal",
		    "the IMA policy appraises kernels (func=KEXEC_KERNEL_CHECK)",
		    "it loads images with a good security.ima only", "sign the image (evmctl ima_sign)");
}

/* ---- the next kernel --------------------------------------------------------------------------- */

static void look_at_image(const struct image_facts *image, struct preflight *preflight)
{
	bool no_ima = image->has_config && !image->ima;

	if (no_ima || (image->searched && !image->restores))
		add(preflight, FINDING_LOSS, "next-no-restore",
		    no_ima ? "the next kernel has no CONFIG_IMA"
			   : "the next kernel has no ima_load_kexec_buffer() (CONFIG_HAVE_IMA_KEXEC)",
		    "it does not take the log over", "load a kernel with CONFIG_IMA_KEXEC");
	else if (!image->searched && !(image->has_config && image->ima_kexec))
		add(preflight, FINDING_UNKNOWN, "next-unknown",
		    "whether the next kernel takes the log over cannot be told",
		    "its image cannot be unpacked, and its configuration does not say it",
		    "install its /boot/config-RELEASE, or liblzma, libzstd or liblz4");
	else if (image->searched ? !image->hands_over : !image->ima_kexec)
		add(preflight, FINDING_WARNING, "next-no-carry",
		    "the next kernel takes the log over but has no CONFIG_IMA_KEXEC",
		    "the soft reboot after this one would lose the log",
		    "load a kernel with CONFIG_IMA_KEXEC, or boot cold next time");
	else if (image->searched && image->generation == IMALOG_GENERATION_COPY_AT_LOAD)
		add(preflight, FINDING_WARNING, "next-copy-at-load",
		    "the next kernel copies the log when it loads",
		    "in the soft reboot after this one every record behind its load would be lost",
		    "load a kernel of Linux 6.16 or later");
	else if (image->searched && image->generation == IMALOG_GENERATION_COPY_AT_EXECUTE)
		add(preflight, FINDING_WARNING, "next-no-events",
		    "the next kernel logs no kexec events",
		    "nobody can say whether the log fits in the soft reboot after this one",
		    "load a kernel of Linux 6.16 or later");
}

/* What does not hurt this reboot, but the one after it. */
static void look_at_next(const struct cmdline *running, const struct cmdline *next,
			 struct preflight *preflight)
{
	if (running && running->policy[0] && !next->policy[0])
		add(preflight, FINDING_WARNING, "policy-dropped",
		    "the next command line has no ima_policy=, the running one has",
		    "what was measured is not measured any more",
		    "use --reuse-cmdline, or give ima_policy= in --append");
	else if (running && running->critical_data && !next->critical_data)
		add(preflight, FINDING_WARNING, "critical-data-dropped",
		    "ima_policy= on the next command line has no critical_data",
		    "the next kernel does not say how large its segment is",
		    "give ima_policy=\"tcb|critical_data\" or the like");
	if (!strcmp(next->template_, "ima"))
		add(preflight, FINDING_WARNING, "next-template-ima",
		    "ima_template=ima is on the next command line",
		    "its records cannot be restored in the soft reboot after this one",
		    "give ima_template=ima-ng");
	if (next->format[0])
		add(preflight, FINDING_WARNING, "next-template-format",
		    "ima_template_fmt= is on the next command line",
		    "the next kernel will count its records too small, so that its segment may be too short",
		    "give ima_template= and one of the kernel's own templates");
	if (running && strcmp(running->hash, next->hash) != 0)
		add(preflight, FINDING_WARNING, "hash-changes",
		    "ima_hash= is not the same on both command lines",
		    "files will be measured anew by another algorithm",
		    "give the same ima_hash=");
}

/*
 * The records are handed over as the running kernel's format says and read as the next one's does:
 * different only where the machine itself is big-endian (ima_template.c, ima_restore_measurement_list(), 7.3.4).
 */
static void look_at_order(const struct cmdline *running, const struct cmdline *next,
			  struct preflight *preflight)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	if (running && running->canonical != next->canonical)
		add(preflight, FINDING_LOSS, "byte-order",
		    "ima_canonical_fmt is on one of the two command lines only",
		    "the next kernel would read the log in the other byte order",
		    "use --reuse-cmdline");
#else
	(void)running;
	(void)next;
	(void)preflight;
#endif
}

void preflight_find(const struct preflight_system *system, const struct image_facts *image,
		    const struct cmdline *running, const struct cmdline *next,
		    struct preflight *preflight)
{
	if (running && !running->known)
		running = NULL;
	*preflight = (struct preflight){ 0 };
	look_at_log(system, preflight);
	look_at_running(system, running, preflight);
	if (image)
		look_at_image(image, preflight);
	if (!next || !next->known)
		return;
	look_at_next(running, next, preflight);
	look_at_order(running, next, preflight);
}

enum finding_severity preflight_worst(const struct preflight *preflight)
{
	enum finding_severity worst = FINDING_WARNING;

	for (unsigned i = 0; i < preflight->count; i++)
		if (preflight->findings[i].severity < worst)
			worst = preflight->findings[i].severity;
	return worst;
}

const char *preflight_severity_text(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_LOSS: return "loss";
	case FINDING_UNKNOWN: return "unknown";
	case FINDING_WARNING: break;
	}
	return "warning";
}

/* Whether a word of a line of @size bytes begins with @word; @whole: and ends with it. */
static bool has(const char *line, size_t size, const char *word, bool whole)
{
	size_t length = strlen(word);

	for (size_t i = 0; size >= length && i <= size - length; i++)
		if (!strncmp(line + i, word, length) && (!i || line[i - 1] == ' ') &&
		    (!whole || i + length == size || line[i + length] == ' '))
			return true;
	return false;
}

static bool has_word(const char *line, size_t size, const char *word)
{
	return has(line, size, word, true);
}

void preflight_read_policy(const char *text, struct preflight_system *system)
{
	system->policy_known = true;
	while (*text) {
		size_t size = strcspn(text, "\n");

		if (has_word(text, size, "measure") && has_word(text, size, "func=CRITICAL_DATA") &&
		    (has_word(text, size, "label=ima_kexec") || !has(text, size, "label=", false)))
			system->policy_measures = true;
		if (has_word(text, size, "appraise") &&
		    has_word(text, size, "func=KEXEC_KERNEL_CHECK"))
			system->appraises_kernel = true;
		text += size;
		text += *text == '\n';
	}
}
