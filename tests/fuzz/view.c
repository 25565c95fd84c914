// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include "fuzz.h"

/* Of any size, small ones as often as large ones. */
static uint64_t number(struct imalog_span *input)
{
	uint64_t bits = fuzz_number(input, 1) % 64;

	return fuzz_number(input, 8) >> bits;
}

static void make_facts(struct imalog_span *input, struct imalog_facts *facts)
{
	uint64_t choice = fuzz_number(input, 3);

	*facts = (struct imalog_facts){
		.known = (unsigned)choice & 63,
		.generation = (enum imalog_generation)(choice >> 6 & 7) % 5,
		.loaded = choice >> 9 & 1,
		.extra_kib = (unsigned)(choice >> 10 & 63) % (IMALOG_EXTRA_KIB_MAX + 1),
		.headers = 1 + (choice >> 16 & 1),
		.page_bytes = 4096u << (choice >> 17 & 3) * 2,
		.complaint = (enum imalog_complaint)(choice >> 19 & 7) % 6,
		.log_damaged = choice >> 22 & 1,
		.load_from_record = choice >> 23 & 1,
		.ram_bytes = number(input),
	};
}

static void make_estimate(struct imalog_span *input, struct imalog_estimate *estimate)
{
	*estimate = (struct imalog_estimate){
		.growth = { (double)number(input) / 1e3, (double)number(input) / 1e5 },
		.basis = (enum imalog_basis)(fuzz_number(input, 1) % (IMALOG_BASIS_GIVEN + 1)),
		.confidence = (double)fuzz_number(input, 2) / 65536,
		.interval_seconds = number(input),
		.burst_bytes = number(input),
		.central_bytes = number(input),
		.bound_bytes = number(input),
		.windows = (double)number(input) / 10,
		.small_sample = fuzz_number(input, 1) & 1,
	};
}

void fuzz_view_make(struct fuzz_view *all, struct imalog_span *input)
{
	struct fuzz_source source = { .chunk = SIZE_MAX };
	uint64_t choice = fuzz_number(input, 2);
	struct imalog_census *census = &all->scan.census;

	*all = (struct fuzz_view){ .view = { .scan = &all->scan, .facts = &all->facts,
					     .decision = &all->decision, .estimate = &all->estimate } };
	make_facts(input, &all->facts);
	make_estimate(input, &all->estimate);
	all->view.has_age = choice & 1;
	all->view.age_seconds = number(input) >> 1;
	all->view.has_grown = choice & 2;
	all->view.grown_bytes = number(input);
	all->view.has_deadline = choice & 4;
	all->view.deadline_seconds = number(input);
	all->view.deadline_when = choice & 8 ? "Thu 2026-11-26 12:00" : NULL;
	all->view.at_load = choice & 16;
	all->view.judged_load = choice & 1 && choice & 32;
	all->view.interval_seconds = number(input);
	all->view.deadline_passed = choice & 64;
	all->view.staged_bytes = number(input);
	all->metrics = (struct metrics){
		.view = &all->view, .version = "kexec-ima 0.1.0", .now = (int64_t)(number(input) >> 24),
		.has_verify = choice & 128, .verify_time = (int64_t)(number(input) >> 1),
		.outcome = (enum imalog_outcome)(choice >> 8 & 7) % (IMALOG_OUTCOME_UNKNOWN + 1),
		.has_sample = choice >> 11 & 1, .sample_time = (int64_t)(number(input) >> 1),
		.sample_errors = number(input),
	};
	source.left = *input;
	scan_init(&all->scan);
	MUST(!scan_whole(&all->scan, fuzz_read, &source));
	all->facts.load_position = census->total;
	imalog_decide(census, imalog_census_load(census), &all->facts, all->estimate.bound_bytes,
		      &all->decision);
}

void fuzz_view_free(struct fuzz_view *all)
{
	scan_free(&all->scan);
}
