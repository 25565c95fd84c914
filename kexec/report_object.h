/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of JSON documents that the reports share.  What is not known is null. */
#ifndef KEXEC_IMA_REPORT_OBJECT_H
#define KEXEC_IMA_REPORT_OBJECT_H

#include <json-c/json.h>

#include "report.h"

void report_number(struct json_object *to, const char *key, bool known, uint64_t value);
void report_flag(struct json_object *to, const char *key, bool known, bool value);
void report_text(struct json_object *to, const char *key, const char *value);
/* Print it, and let it go. */
void report_json_print(FILE *to, struct json_object *document);
/* What an estimate says beside its speed. */
void report_estimate_members(struct json_object *to, const struct imalog_estimate *estimate);
/* What verify says, as a new object. */
struct json_object *report_verify_object(const struct verdict *verdict);

#endif
