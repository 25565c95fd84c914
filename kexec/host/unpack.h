/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KEXEC_IMA_UNPACK_H
#define KEXEC_IMA_UNPACK_H

#include "imalog.h"

/*
 * Unpack @packed: gzip, xz, lzma, zstd or the old frames of lz4, by its first bytes; what follows the packed data
 * is ignored.  At most @max bytes; liblzma, libzstd and liblz4 are loaded at the first use.
 * 0: *@data (which the caller frees) has *@size bytes.  -ENOTSUP: packed in no such way; -ELIBACC: the
 * library is not there; -EILSEQ: damaged, or cut; -EFBIG; -ENOMEM.
 */
int host_unpack(struct imalog_span packed, size_t max, unsigned char **data, size_t *size);

#endif
