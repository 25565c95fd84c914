// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge.h"

struct imalog_facts usual_facts(void)
{
	return (struct imalog_facts){
		.known = KNOWS_USUAL,
		.generation = IMALOG_GENERATION_EVENTS,
		.loaded = true,
		.extra_kib = 0,
		.headers = 1,
		.page_bytes = 4096,
		.ram_bytes = 512u << 20,
	};
}

struct imalog_decision decide(const struct build *build, const struct imalog_facts *facts,
			      uint64_t growth)
{
	struct imalog_census census;
	struct imalog_decision decision;

	build_census(build, &census);
	imalog_decide(&census, imalog_census_load(&census), facts, growth, &decision);
	imalog_census_free(&census);
	return decision;
}

void expect(const char *label, const struct imalog_decision *decision,
	    enum imalog_verdict verdict, enum imalog_reason reason)
{
	if (decision->verdict != verdict || decision->reason != reason)
		fail_msg("%s: %s because %s", label, imalog_verdict_text(decision->verdict),
			 imalog_reason_text(decision->reason));
}

uint64_t make_loaded(struct build *build, const struct imalog_facts *facts)
{
	build_file(build, "ima-ng", "boot_aggregate");
	for (int i = 0; i < 20; i++)
		build_file(build, "ima-ng", "/usr/bin/true");
	return build_load(build, facts->headers, facts->extra_kib, facts->page_bytes);
}
