// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What preflight reads: a kernel image, packed in any way, and command lines.  Whatever a span points to lies inside
 * the file; what is unpacked is searched as well.
 */
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"
#include "host/unpack.h"
#include "image.h"

#define UNPACKED_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct imalog_span part, struct imalog_span whole)
{
	if (part.size && (part.data < whole.data || part.size > whole.size ||
			  (size_t)(part.data - whole.data) > whole.size - part.size))
		abort();
}

static void search(struct imalog_span bytes)
{
	struct image_facts facts = { .release = "" };
	struct imalog_span config;

	image_search(bytes, &facts, &config);
	check_inside(config, bytes);
	image_config(bytes, &facts);
	if (strlen(facts.release) >= sizeof(facts.release) || strchr(facts.release, '/') ||
	    (facts.has_extra && facts.extra_kib > IMALOG_EXTRA_KIB_MAX))
		abort();
}

static void read_line(struct imalog_span bytes)
{
	char *text = malloc(bytes.size + 1), out[300];
	char *arguments[] = { (char *)"kexec", (char *)"--reuse-cmdline", text, NULL };
	struct cmdline cmdline;

	if (!text)
		return;
	if (bytes.size)
		memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\0';
	cmdline_read(text, &cmdline);
	if (cmdline_of_load(arguments, text, out, sizeof(out)) && strlen(out) >= sizeof(out))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imalog_span file = { data, size };
	struct image_layout layout;
	unsigned char *out;
	size_t unpacked;

	read_line(file);
	search(file);
	if (!image_layout(file, &layout))
		return 0;
	check_inside(layout.payload, file);
	check_inside(layout.release, file);
	if (host_unpack(layout.payload, UNPACKED_MAX, &out, &unpacked))
		return 0;
	if (unpacked > UNPACKED_MAX)
		abort();
	search((struct imalog_span){ out, unpacked });
	free(out);
	return 0;
}
