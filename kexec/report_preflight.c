// SPDX-License-Identifier: GPL-2.0-or-later
/* What a preflight found, for people and for scripts. */
#include "report.h"
#include "report_object.h"

static const char *verdict(const struct preflight *preflight)
{
	switch (preflight_worst(preflight)) {
	case FINDING_LOSS: return "loses";
	case FINDING_UNKNOWN: return "unknown";
	case FINDING_WARNING: break;
	}
	return "carries";
}

void report_preflight_text(FILE *to, const struct image_facts *image,
			   const struct preflight *preflight)
{
	static const char *const sentences[] = {
		[FINDING_LOSS] = "the measurement log would not be in the next kernel",
		[FINDING_UNKNOWN] = "whether the next kernel takes it over cannot be told",
		[FINDING_WARNING] = "the next kernel takes the measurement log over",
	};

	fprintf(to, "%s: %s\n", verdict(preflight), sentences[preflight_worst(preflight)]);
	fprintf(to, "  kernel     %s", image->release[0] ? image->release : "release not known");
	if (image->searched)
		fprintf(to, ", %s", imalog_generation_text(image->generation));
	if (image->has_extra)
		fprintf(to, ", CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=%u", image->extra_kib);
	if (!image->has_config)
		fprintf(to, ", configuration not known");
	fputc('\n', to);
	for (unsigned i = 0; i < preflight->count; i++) {
		const struct finding *finding = &preflight->findings[i];

		fprintf(to, "  %-10s %s: %s; %s\n", preflight_severity_text(finding->severity),
			finding->what, finding->why, finding->remedy);
	}
}

void report_preflight_json(FILE *to, const struct image_facts *image,
			   const struct preflight *preflight)
{
	struct json_object *all = json_object_new_object(), *kernel = json_object_new_object();
	struct json_object *findings = json_object_new_array();

	report_text(all, "verdict", verdict(preflight));
	report_text(kernel, "release", image->release[0] ? image->release : NULL);
	report_flag(kernel, "restores", image->searched, image->restores);
	report_flag(kernel, "ima_kexec", image->searched || image->has_config,
		    image->searched ? image->hands_over : image->ima_kexec);
	report_text(kernel, "generation",
		    image->searched ? imalog_generation_text(image->generation) : NULL);
	report_number(kernel, "extra_kib", image->has_extra, image->extra_kib);
	json_object_object_add(all, "kernel", kernel);
	for (unsigned i = 0; i < preflight->count; i++) {
		const struct finding *finding = &preflight->findings[i];
		struct json_object *one = json_object_new_object();

		report_text(one, "severity", preflight_severity_text(finding->severity));
		report_text(one, "id", finding->id);
		report_text(one, "what", finding->what);
		report_text(one, "why", finding->why);
		report_text(one, "do", finding->remedy);
		json_object_array_add(findings, one);
	}
	json_object_object_add(all, "findings", findings);
	report_json_print(to, all);
}
