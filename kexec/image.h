/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel images as bytes: what kind, what is packed in them, what they tell of themselves. */
#ifndef KEXEC_IMA_IMAGE_H
#define KEXEC_IMA_IMAGE_H

#include "imalog.h"

enum image_kind {
	IMAGE_UNKNOWN,
	IMAGE_BZIMAGE,	/* x86: Documentation/arch/x86/boot.rst */
	IMAGE_ZBOOT,	/* EFI: drivers/firmware/efi/libstub/zboot-header.S */
	IMAGE_ARM64,	/* unpacked: Documentation/arch/arm64/booting.rst */
	IMAGE_ELF,	/* vmlinux */
	IMAGE_PACKED,	/* Image.gz and the like: all of the file */
};

struct image_layout {
	enum image_kind kind;
	bool packed;			/* .payload has to be unpacked before it is searched */
	struct imalog_span payload;	/* borrowed from the file */
	struct imalog_span release;	/* as a bzImage's header has it; size 0: not known */
};

/* False when it is no kernel image that is known, or its header contradicts itself. */
bool image_layout(struct imalog_span file, struct image_layout *layout);

#define IMAGE_RELEASE_SIZE 128	/* bytes, the NUL included */

/* What is known of a kernel.  A fact counts only when it is known. */
struct image_facts {
	char release[IMAGE_RELEASE_SIZE];	/* "" when not known */
	bool searched;			/* its unpacked bytes were searched for the two below */
	bool restores;			/* it has ima_load_kexec_buffer(): it takes a log over */
	bool hands_over;		/* it has ima_add_kexec_buffer() */
	enum imalog_generation generation;	/* valid with .searched */
	bool has_config;
	bool ima, ima_kexec;		/* CONFIG_IMA, CONFIG_IMA_KEXEC; valid with .has_config */
	bool has_extra;
	unsigned extra_kib;		/* CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB */
};

/*
 * Search unpacked bytes: the release and the texts that only certain functions have (ima_kexec.c and ima_fs.c,
 * 6.1.192 to 7.3.4).  @config: the packed configuration of CONFIG_IKCONFIG, borrowed; size 0: there is
 * none.
 */
void image_search(struct imalog_span bytes, struct image_facts *facts, struct imalog_span *config);
/* Read a configuration's text. */
void image_config(struct imalog_span text, struct image_facts *facts);
/* The release at the beginning of @text, up to a blank, if it is one. */
void image_release(struct imalog_span text, struct image_facts *facts);

#endif
