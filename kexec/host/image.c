// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel file: read, unpacked, searched; its configuration, wherever that is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../image.h"
#include "host.h"
#include "unpack.h"

#define FILE_MAX (256u << 20)		/* bytes of an image */
#define UNPACKED_MAX (512u << 20)	/* bytes */
#define CONFIG_MAX (4u << 20)		/* bytes */

/* A configuration file that goes by the kernel's release. */
static void find_config(const struct host_root *root, struct image_facts *facts)
{
	static const char *const places[] = { "/boot/config-", "/usr/lib/modules/", "/lib/modules/" };
	char path[PATH_MAX], *text;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !facts->has_config; i++) {
		ssize_t size;

		snprintf(path, sizeof(path), "%s%s%s", places[i], facts->release,
			 i ? "/config" : "");
		size = host_read_all(root, path, CONFIG_MAX, &text);
		if (size < 0)
			continue;
		image_config((struct imalog_span){ (unsigned char *)text, (size_t)size }, facts);
		free(text);
	}
}

/* What the unpacked bytes say. */
static void search(struct imalog_span bytes, struct image_facts *facts)
{
	struct imalog_span packed;
	unsigned char *config;
	size_t size;

	image_search(bytes, facts, &packed);
	if (!packed.size || host_unpack(packed, CONFIG_MAX, &config, &size))
		return;
	image_config((struct imalog_span){ config, size }, facts);
	free(config);
}

int host_image_read(const struct host_root *root, const char *path, struct image_facts *facts)
{
	struct image_layout layout;
	unsigned char *unpacked = NULL;
	size_t size;
	char *file;
	ssize_t got = host_read_all(root, path, FILE_MAX, &file);
	int error = 0;

	*facts = (struct image_facts){ 0 };
	if (got < 0)
		return (int)got;
	if (!image_layout((struct imalog_span){ (unsigned char *)file, (size_t)got }, &layout)) {
		free(file);
		return -ENOEXEC;
	}
	image_release(layout.release, facts);
	if (layout.packed) {
		error = host_unpack(layout.payload, UNPACKED_MAX, &unpacked, &size);
		if (!error)
			search((struct imalog_span){ unpacked, size }, facts);
	} else {
		search(layout.payload, facts);
	}
	free(unpacked);
	free(file);
	if (!facts->has_config && facts->release[0])
		find_config(root, facts);
	return error == -ENOMEM ? error : 0;
}
