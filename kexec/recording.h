/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KEXEC_IMA_RECORDING_H
#define KEXEC_IMA_RECORDING_H

#include <stddef.h>

/*
 * The measurement log of one cold boot of a Debian 12 with systemd, little-endian, as the kernel
 * gave it: data/debian-12-systemd.log, of which data/README.md tells more.
 */
extern const unsigned char recording_data[];
extern const size_t recording_size;	/* bytes */

#endif
