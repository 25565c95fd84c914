// SPDX-License-Identifier: GPL-2.0-or-later
/* Preflight: nothing to be found, and then one thing wrong. */
#include "judge.h"

#include "preflight.h"

struct scene {
	struct imalog_census census;
	struct imalog_facts facts;
	struct preflight_system system;
	struct image_facts image;
	struct cmdline running, next;
};

static void set_up(struct scene *scene)
{
	*scene = (struct scene){ .facts = usual_facts() };
	imalog_census_init(&scene->census);
	scene->census.total = (struct imalog_position){ 100, 12000, 12000 };
	scene->system = (struct preflight_system){
		.policy_known = true, .policy_measures = true,
	};
	scene->image = (struct image_facts){
		.searched = true, .restores = true, .hands_over = true,
		.generation = IMALOG_GENERATION_EVENTS, .has_config = true, .ima = true, .ima_kexec = true,
	};
	cmdline_read("ro ima_policy=tcb|critical_data", &scene->running);
	scene->next = scene->running;
}

static void find(struct scene *scene, struct preflight *preflight)
{
	scene->system.census = &scene->census;
	scene->system.facts = &scene->facts;
	preflight_find(&scene->system, &scene->image, &scene->running, &scene->next, preflight);
	imalog_census_free(&scene->census);
}

static void no_rule(struct scene *scene)
{
	scene->system.policy_measures = false;
	cmdline_read("ro ima_policy=tcb", &scene->running);
	scene->next = scene->running;
}

static void no_carry(struct scene *s) { s->facts.generation = IMALOG_GENERATION_NONE; }
static void little_ram(struct scene *s) { s->facts.ram_bytes = 16384; }
static void ima_records(struct scene *s) { s->census.ima_records = 1; }
static void lockdown(struct scene *s) { s->system.locked_down = true; }
static void appraisal(struct scene *s) { s->system.appraises_kernel = true; }
static void cma(struct scene *s) { s->system.kexec_uses_cma = true; }
static void no_ima(struct scene *s) { s->image.ima = false; }
static void no_restore(struct scene *s) { s->image.restores = false; }
static void no_hand_over(struct scene *s) { s->image.hands_over = false; }
static void at_load(struct scene *s) { s->image.generation = IMALOG_GENERATION_COPY_AT_LOAD; }
static void at_execute(struct scene *s) { s->image.generation = IMALOG_GENERATION_COPY_AT_EXECUTE; }
static void unread(struct scene *s) { s->image.searched = s->image.has_config = false; }
static void format(struct scene *s) { cmdline_read("ima_policy=critical_data ima_template_fmt=d|n", &s->running); }
static void drop_policy(struct scene *s) { cmdline_read("ro", &s->next); }
static void drop_data(struct scene *s) { cmdline_read("ima_policy=tcb", &s->next); }
static void next_ima(struct scene *s) { cmdline_read("ima_policy=critical_data ima_template=ima", &s->next); }
static void next_format(struct scene *s) { cmdline_read("ima_policy=critical_data ima_template_fmt=d|n", &s->next); }
static void next_hash(struct scene *s) { cmdline_read("ima_policy=critical_data ima_hash=sha512", &s->next); }

static void one_thing_wrong_is_one_finding(void **state)
{
	static const struct {
		void (*breaks)(struct scene *);
		enum finding_severity severity;
		const char *id;
	} cases[] = {
		{ no_carry, FINDING_LOSS, "running-no-carry" },
		{ little_ram, FINDING_LOSS, "half-of-ram" },
		{ ima_records, FINDING_LOSS, "template-ima" },
		{ no_ima, FINDING_LOSS, "next-no-restore" },
		{ no_restore, FINDING_LOSS, "next-no-restore" },
		{ unread, FINDING_UNKNOWN, "next-unknown" },
		{ no_rule, FINDING_WARNING, "no-rule" },
		{ lockdown, FINDING_WARNING, "lockdown" },
		{ appraisal, FINDING_WARNING, "appraisal" },
		{ cma, FINDING_WARNING, "cma" },
		{ no_hand_over, FINDING_WARNING, "next-no-carry" },
		{ at_load, FINDING_WARNING, "next-copy-at-load" },
		{ at_execute, FINDING_WARNING, "next-no-events" },
		{ format, FINDING_WARNING, "template-format" },
		{ drop_policy, FINDING_WARNING, "policy-dropped" },
		{ drop_data, FINDING_WARNING, "critical-data-dropped" },
		{ next_ima, FINDING_WARNING, "next-template-ima" },
		{ next_format, FINDING_WARNING, "next-template-format" },
		{ next_hash, FINDING_WARNING, "hash-changes" },
	};
	struct preflight preflight;
	struct scene scene;

	(void)state;
	set_up(&scene);
	find(&scene, &preflight);
	assert_int_equal(preflight.count, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_up(&scene);
		cases[i].breaks(&scene);
		find(&scene, &preflight);
		assert_int_equal(preflight.count, 1);
		assert_string_equal(preflight.findings[0].id, cases[i].id);
		assert_int_equal(preflight.findings[0].severity, cases[i].severity);
		assert_int_equal(preflight_worst(&preflight), cases[i].severity);
	}
}

static void what_is_not_known_is_not_found_wrong(void **state)
{
	struct preflight preflight;
	struct scene scene;

	(void)state;
	set_up(&scene);
	scene.running.known = false;
	scene.next = (struct cmdline){ 0 };
	scene.system.policy_known = scene.system.policy_measures = false;
	scene.facts.known = 0;
	find(&scene, &preflight);
	/* Without the facts the size of the segment is not known, which is no finding of half of RAM. */
	for (unsigned i = 0; i < preflight.count; i++)
		assert_int_equal(preflight.findings[i].severity, FINDING_WARNING);
}

static void a_policy_measures_the_events_or_does_not(void **state)
{
	static const struct { const char *text; bool measures, appraises; } cases[] = {
		{ "measure func=CRITICAL_DATA label=ima_kexec\n", true, false },
		{ "measure func=CRITICAL_DATA\n", true, false },
		{ "measure func=CRITICAL_DATA label=selinux\n", false, false },
		{ "measure func=CRITICAL_DATA label=ima_kexec2", false, false },
		{ "dont_measure func=CRITICAL_DATA label=ima_kexec\n", false, false },
		{ "measure func=FILE_CHECK\nmeasure func=CRITICAL_DATA label=ima_kexec template=ima-buf", true, false },
		{ "appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig\n", false, true },
		{ "dont_appraise func=KEXEC_KERNEL_CHECK\n", false, false },
		{ "measure\nfunc=CRITICAL_DATA\n", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct preflight_system system = { 0 };

		preflight_read_policy(cases[i].text, &system);
		assert_int_equal(system.policy_measures, cases[i].measures);
		assert_int_equal(system.appraises_kernel, cases[i].appraises);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thing_wrong_is_one_finding),
		cmocka_unit_test(what_is_not_known_is_not_found_wrong),
		cmocka_unit_test(a_policy_measures_the_events_or_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
