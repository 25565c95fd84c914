# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completions are loaded by the name of the command.  This one is not called "kexec", so that it cannot be
# in the way of a file that kexec-tools may have one day, which would then be taken.
# shellcheck disable=SC1091
. "${BASH_SOURCE[0]%/*}/kexec-ima.bash"
