// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for what a decision rests on.  Verdicts and generations are promised in kexec-ima(8). */
#include "imalog.h"

const char *imalog_generation_text(enum imalog_generation generation)
{
	switch (generation) {
	case IMALOG_GENERATION_NONE: return "none";
	case IMALOG_GENERATION_COPY_AT_LOAD: return "copy-at-load";
	case IMALOG_GENERATION_COPY_AT_EXECUTE: return "copy-at-execute";
	case IMALOG_GENERATION_EVENTS: return "events";
	case IMALOG_GENERATION_STAGING: return "staging";
	}
	return "none";
}

const char *imalog_verdict_text(enum imalog_verdict verdict)
{
	switch (verdict) {
	case IMALOG_FITS: return "fits";
	case IMALOG_TIGHT: return "tight";
	case IMALOG_SHORT: return "short";
	case IMALOG_NOT_CARRIED: return "not-carried";
	case IMALOG_UNKNOWN: return "unknown";
	}
	return "unknown";
}

const char *imalog_reason_text(enum imalog_reason reason)
{
	switch (reason) {
	case IMALOG_REASON_ROOM:
		return "the room in the segment decides";
	case IMALOG_REASON_NOTHING_LOADED:
		return "no image is loaded";
	case IMALOG_REASON_NO_CARRY:
		return "this kernel never carries the log across a kexec (CONFIG_IMA_KEXEC is not set)";
	case IMALOG_REASON_TEMPLATE_IMA:
		return "the log has records of the template \"ima\", which the next kernel cannot restore";
	case IMALOG_REASON_COPIED_AT_LOAD:
		return "this kernel copies the log at load, so every later record is lost";
	case IMALOG_REASON_NO_EVENTS:
		return "this kernel does not log kexec_load, so the size of the segment cannot be confirmed";
	case IMALOG_REASON_NO_LOAD_EVENT:
		return "the log has no kexec_load event of this boot: the IMA policy does not measure "
		       "func=CRITICAL_DATA label=ima_kexec, or the image was loaded with kexec_load(2)";
	case IMALOG_REASON_BAD_EVENT:
		return "a kexec event in the log is damaged: load again";
	case IMALOG_REASON_MODEL:
		return "the numbers of the kexec_load event are not those of the kernel's known sizing "
		       "rule: load again, and if that does not help, cold boot this machine";
	case IMALOG_REASON_HALF_OF_RAM:
		return "the segment is more than half of RAM, so the kernel does not carry the log";
	case IMALOG_REASON_COMPLAINT:
		return "the kernel said during the load that the segment does not work";
	case IMALOG_REASON_NO_KERNEL_LOG:
		return "the kernel's log (/dev/kmsg) could not be read during the load, so a complaint "
		       "about the segment may have been missed";
	case IMALOG_REASON_LOG_DAMAGED:
		return "the log is cut or corrupt";
	case IMALOG_REASON_LOAD_DELETED:
		return "the kexec_load record of this load was deleted from the kernel, so a later load "
		       "may have been too: load again";
	case IMALOG_REASON_LOADED_UNKNOWN:
		return "whether an image is loaded cannot be read";
	case IMALOG_REASON_GENERATION_UNKNOWN:
		return "what this kernel does with the log at a kexec is not known";
	case IMALOG_REASON_RECORD_UNREAD:
		return "what was recorded of the last load (/run/kexec-ima/load.json) is unfinished or cannot be "
		       "read, so whether that load went well is not known: load again";
	case IMALOG_REASON_UNPLACED:
		return "the kernel has said in this boot that a segment does not work (see dmesg), and whether of "
		       "this load is not known, as it was made without --ima-headroom: load again with it";
	}
	return "unknown";
}

const char *imalog_complaint_text(enum imalog_complaint complaint)
{
	switch (complaint) {
	case IMALOG_COMPLAINT_NONE:
		return "nothing";
	case IMALOG_COMPLAINT_NOT_MAPPED:
		return "the kernel could not map the segment, so it will stay empty: "
		       "load with --no-cma (kexec-tools after 2.0.32), or cold boot";
	case IMALOG_COMPLAINT_TOO_LARGE:
		return "the kernel found the log too large to carry: cold boot this machine";
	case IMALOG_COMPLAINT_NO_MEMORY:
		return "the kernel had no memory for the segment: free memory and load again";
	case IMALOG_COMPLAINT_NOT_PASSED:
		return "the kernel could not add the segment to the image: "
		       "load again, or cold boot this machine";
	case IMALOG_COMPLAINT_UNREADABLE:
		return "the kernel's log could not be read";
	}
	return "nothing";
}
