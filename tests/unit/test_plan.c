// SPDX-License-Identifier: GPL-2.0-or-later
/* Policy: every decision with every setting, by tables, and what must never come out of it. */
#include "build.h"

#include <string.h>

#include "plan.h"

#define FITS IMALOG_FITS
#define TIGHT IMALOG_TIGHT
#define SHORT IMALOG_SHORT
#define NOT_CARRIED IMALOG_NOT_CARRIED
#define UNKNOWN IMALOG_UNKNOWN
#define NO_VERDICT ((enum imalog_verdict)99)	/* what is none is as good as unknown */
#define ROOM IMALOG_REASON_ROOM

static struct imalog_decision decided(enum imalog_verdict verdict, enum imalog_reason reason)
{
	return (struct imalog_decision){ .verdict = verdict, .reason = reason };
}

static void the_status_of_each_decision(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		int status;
	} table[] = {
		{ FITS, ROOM, 0 }, { TIGHT, ROOM, 0 }, { SHORT, ROOM, 3 },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, 3 }, { UNKNOWN, IMALOG_REASON_NO_EVENTS, 4 },
		{ UNKNOWN, IMALOG_REASON_NOTHING_LOADED, 3 }, { NO_VERDICT, ROOM, 4 },
	};
	static const int outcomes[] = {
		[IMALOG_OUTCOME_COLD] = 0, [IMALOG_OUTCOME_COMPLETE] = 0, [IMALOG_OUTCOME_LOST] = 3,
		[IMALOG_OUTCOME_NOT_CARRIED] = 3, [IMALOG_OUTCOME_MISMATCH] = 3, [IMALOG_OUTCOME_UNKNOWN] = 4,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);

		assert_int_equal(plan_status(&decision), table[i].status);
	}
	for (size_t i = 0; i < COUNT(outcomes); i++)
		assert_int_equal(plan_outcome_status((enum imalog_outcome)i), outcomes[i]);
	assert_int_equal(plan_outcome_status((enum imalog_outcome)99), 4);
}

static void a_load_that_is_hopeless_is_not_made(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		bool warn;
		enum step step;
		int status;
	} table[] = {
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, false, STEP_UNLOAD, 3 },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, true, STEP_LOAD, 0 },
		{ NOT_CARRIED, IMALOG_REASON_TEMPLATE_IMA, false, STEP_UNLOAD, 3 },
		{ NOT_CARRIED, IMALOG_REASON_TEMPLATE_IMA, true, STEP_LOAD, 0 },
		/* What an earlier load lacks says nothing about the next one. */
		{ NOT_CARRIED, ROOM, false, STEP_LOAD, 0 },
		{ SHORT, ROOM, false, STEP_LOAD, 0 },
		{ UNKNOWN, IMALOG_REASON_NO_CARRY, false, STEP_LOAD, 0 },
		{ FITS, ROOM, false, STEP_LOAD, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);
		struct settings settings = { .warn = table[i].warn };
		struct plan plan = plan_before_load(&decision, &settings);

		if (plan.step != table[i].step || plan.status != table[i].status)
			fail_msg("row %zu: step %d, status %d", i, (int)plan.step, plan.status);
	}
}

static void what_becomes_of_a_load(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		bool warn, slack, deletion;
		enum step step;
		int status;
	} table[] = {
		{ FITS, ROOM, false, false, false, STEP_END, 0 },
		{ FITS, ROOM, false, true, true, STEP_END, 0 },
		{ TIGHT, ROOM, false, false, false, STEP_UNLOAD, 3 },
		{ TIGHT, ROOM, true, false, false, STEP_END, 0 },
		{ TIGHT, ROOM, false, true, false, STEP_LOAD_AGAIN, 0 },
		{ TIGHT, ROOM, true, true, true, STEP_LOAD_AGAIN, 0 },
		{ SHORT, ROOM, false, true, true, STEP_LOAD_AGAIN, 0 },
		{ SHORT, ROOM, false, false, true, STEP_DELETE, 0 },
		{ SHORT, ROOM, false, false, false, STEP_UNLOAD, 3 },
		{ SHORT, ROOM, true, false, false, STEP_END, 0 },
		/* Room helps only where room is what lacks. */
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, false, true, true, STEP_UNLOAD, 3 },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, true, true, true, STEP_END, 0 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, false, true, true, STEP_END, 4 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, true, false, false, STEP_END, 0 },
		{ NO_VERDICT, IMALOG_REASON_NO_EVENTS, false, false, false, STEP_END, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);
		struct settings settings = { .warn = table[i].warn };
		struct plan plan = plan_after_load(&decision, &settings, table[i].slack, table[i].deletion);

		if (plan.step != table[i].step || plan.status != table[i].status)
			fail_msg("row %zu: step %d, status %d", i, (int)plan.step, plan.status);
	}
}

static void what_a_check_does(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		enum check_mode mode;
		bool warn, execute, reloaded;
		struct means means;	/* reload, deletion */
		enum step step;
		int status;
	} table[] = {
		{ FITS, ROOM, CHECK_REFUSE, false, true, false, { 0, 0 }, STEP_EXECUTE, 0 },
		{ FITS, ROOM, CHECK_REFUSE, false, false, false, { 0, 0 }, STEP_END, 0 },
		{ TIGHT, ROOM, CHECK_REFUSE, false, true, false, { 1, 1 }, STEP_EXECUTE, 0 },
		{ TIGHT, ROOM, CHECK_COLDBOOT, false, false, false, { 0, 0 }, STEP_END, 0 },
		{ SHORT, ROOM, CHECK_REFUSE, false, true, false, { 1, 0 }, STEP_END, 3 },
		{ SHORT, ROOM, CHECK_REFUSE, false, true, false, { 1, 1 }, STEP_DELETE, 3 },
		{ SHORT, ROOM, CHECK_RELOAD, false, true, false, { 1, 0 }, STEP_RELOAD, 3 },
		{ SHORT, ROOM, CHECK_RELOAD, false, true, false, { 1, 1 }, STEP_DELETE, 3 },
		{ SHORT, ROOM, CHECK_RELOAD, false, true, true, { 1, 0 }, STEP_END, 3 },
		{ SHORT, ROOM, CHECK_RELOAD, false, true, false, { 0, 0 }, STEP_END, 3 },
		{ SHORT, ROOM, CHECK_RELOAD, true, true, true, { 1, 0 }, STEP_EXECUTE, 0 },
		{ SHORT, ROOM, CHECK_COLDBOOT, false, true, false, { 1, 0 }, STEP_UNLOAD, 3 },
		{ SHORT, ROOM, CHECK_COLDBOOT, true, true, false, { 1, 0 }, STEP_UNLOAD, 3 },
		{ SHORT, ROOM, CHECK_WARN, false, true, false, { 0, 0 }, STEP_EXECUTE, 0 },
		{ SHORT, ROOM, CHECK_WARN, false, false, false, { 0, 0 }, STEP_END, 0 },
		{ SHORT, ROOM, CHECK_REFUSE, true, true, false, { 0, 0 }, STEP_EXECUTE, 0 },
		{ SHORT, ROOM, CHECK_REFUSE, true, false, false, { 0, 0 }, STEP_END, 0 },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, CHECK_REFUSE, false, true, false, { 0, 1 }, STEP_END, 3 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, CHECK_REFUSE, false, true, false, { 0, 1 }, STEP_END, 4 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, CHECK_COLDBOOT, false, true, false, { 0, 0 }, STEP_UNLOAD, 4 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, CHECK_WARN, false, true, false, { 0, 0 }, STEP_EXECUTE, 0 },
		{ UNKNOWN, IMALOG_REASON_NOTHING_LOADED, CHECK_WARN, true, true, false, { 1, 1 }, STEP_END, 3 },
		{ UNKNOWN, IMALOG_REASON_NOTHING_LOADED, CHECK_COLDBOOT, false, true, false, { 0, 0 }, STEP_END, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);
		struct settings settings = { .warn = table[i].warn, .mode = table[i].mode };
		struct plan plan = plan_check(&decision, &settings, table[i].execute, table[i].reloaded,
					      table[i].means);

		if (plan.step != table[i].step || plan.status != table[i].status)
			fail_msg("row %zu: step %d, status %d", i, (int)plan.step, plan.status);
	}
}

/* Whatever else is so: what does not survive is executed only by whoever asked to be warned. */
static void nothing_is_executed_after_a_failed_judgement(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 1u << 6; bits++)
		for (int verdict = FITS; verdict <= UNKNOWN; verdict++)
			for (int mode = CHECK_REFUSE; mode <= CHECK_WARN; mode++)
				for (int reason = 0; reason < 40; reason++) {
					struct imalog_decision decision =
						decided((enum imalog_verdict)verdict, (enum imalog_reason)reason);
					struct settings settings = { .warn = bits & 1, .mode = (enum check_mode)mode };
					struct means means = { bits & 2, bits & 4 };
					struct plan plan = plan_check(&decision, &settings, bits & 8, bits & 16, means);
					bool warned = mode == CHECK_WARN || ((bits & 1) && mode != CHECK_COLDBOOT);
					bool survives = verdict == FITS || verdict == TIGHT;

					if (plan.step == STEP_EXECUTE) {
						assert_true(bits & 8);
						assert_true(survives || warned);
						assert_int_equal(plan.status, STATUS_DONE);
						assert_int_not_equal(reason, IMALOG_REASON_NOTHING_LOADED);
					}
					if (plan.step == STEP_RELOAD)
						assert_true(!(bits & 16) && means.reload && mode == CHECK_RELOAD);
					if (plan.step == STEP_DELETE)
						assert_true(means.deletion && reason == ROOM && !survives);
					assert_true(plan.step != STEP_LOAD && plan.step != STEP_LOAD_AGAIN);
				}
}

static void the_last_moment_of_a_shutdown(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		bool cold, unknown_cold, reloaded, can_reload;
		enum step step;
		int status;
	} table[] = {
		{ FITS, ROOM, true, true, false, true, STEP_END, 0 },
		{ TIGHT, ROOM, true, true, false, true, STEP_RELOAD, 0 },
		{ TIGHT, ROOM, true, true, true, true, STEP_END, 0 },
		{ TIGHT, ROOM, true, true, false, false, STEP_END, 0 },
		{ SHORT, ROOM, true, false, false, true, STEP_RELOAD, 3 },
		{ SHORT, ROOM, true, false, true, true, STEP_UNLOAD, 3 },
		{ SHORT, ROOM, false, true, true, true, STEP_END, 3 },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, true, false, false, false, STEP_UNLOAD, 3 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, true, false, false, false, STEP_END, 4 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, false, true, false, false, STEP_UNLOAD, 4 },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, false, true, false, true, STEP_RELOAD, 4 },
		{ UNKNOWN, IMALOG_REASON_RECORD_UNREAD, true, false, false, false, STEP_UNLOAD, 4 },
		{ UNKNOWN, IMALOG_REASON_RECORD_UNREAD, false, true, false, false, STEP_END, 4 },
		{ UNKNOWN, IMALOG_REASON_NOTHING_LOADED, true, true, false, true, STEP_END, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);
		struct settings settings = { .shutdown_cold = table[i].cold,
					     .shutdown_unknown_cold = table[i].unknown_cold };
		struct plan plan = plan_shutdown(&decision, &settings, table[i].reloaded, table[i].can_reload);

		if (plan.step != table[i].step || plan.status != table[i].status)
			fail_msg("row %zu: step %d, status %d", i, (int)plan.step, plan.status);
	}
}

static void what_a_watch_says(void **state)
{
	static const struct {
		enum imalog_verdict verdict;
		enum imalog_reason reason;
		bool off, has_deadline;
		uint64_t left;
		bool is_long;
		enum watch_state wants;
	} table[] = {
		{ FITS, ROOM, false, false, 0, false, WATCH_NONE },
		{ FITS, ROOM, false, false, 0, true, WATCH_LONG },
		{ FITS, ROOM, false, true, 100, false, WATCH_NONE },
		{ FITS, ROOM, false, true, 99, false, WATCH_NEAR },
		{ FITS, ROOM, false, true, 99, true, WATCH_NEAR },
		{ FITS, ROOM, false, true, 101, true, WATCH_LONG },
		{ TIGHT, ROOM, false, true, 5000, false, WATCH_SHORT },
		{ SHORT, ROOM, false, false, 0, false, WATCH_SHORT },
		{ NOT_CARRIED, IMALOG_REASON_NO_CARRY, false, false, 0, true, WATCH_SHORT },
		{ UNKNOWN, IMALOG_REASON_NO_EVENTS, false, true, 1, true, WATCH_UNKNOWN },
		{ NO_VERDICT, ROOM, false, true, 1, true, WATCH_UNKNOWN },
		{ UNKNOWN, IMALOG_REASON_NOTHING_LOADED, false, true, 1, true, WATCH_NONE },
		{ SHORT, ROOM, true, true, 1, true, WATCH_NONE },
	};
	static const char *const words[] = { "none", "long", "near", "short", "unknown" };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct imalog_decision decision = decided(table[i].verdict, table[i].reason);
		struct settings settings = { .watch = table[i].off ? WATCH_OFF : WATCH_WARN, .watch_left = 0.1 };
		enum watch_state got = plan_watch(&decision, &settings, table[i].has_deadline, table[i].left,
						  1000, table[i].is_long);

		if (got != table[i].wants)
			fail_msg("row %zu: %s", i, plan_watch_text(got));
	}
	for (int i = 0; i < WATCH_STATES; i++)
		assert_string_equal(plan_watch_text((enum watch_state)i), words[i]);
}

static void the_status_of_a_preflight(void **state)
{
	struct preflight none = { 0 };

	(void)state;
	assert_int_equal(plan_preflight_status(&none), 0);
	for (int i = FINDING_LOSS; i <= FINDING_WARNING; i++) {
		struct preflight one = { .count = 1 };
		int wants = i == FINDING_LOSS ? 3 : i == FINDING_UNKNOWN ? 4 : 0;

		one.findings[0].severity = (enum finding_severity)i;
		assert_int_equal(plan_preflight_status(&one), wants);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_of_each_decision),
		cmocka_unit_test(a_load_that_is_hopeless_is_not_made),
		cmocka_unit_test(what_becomes_of_a_load),
		cmocka_unit_test(what_a_check_does),
		cmocka_unit_test(nothing_is_executed_after_a_failed_judgement),
		cmocka_unit_test(the_last_moment_of_a_shutdown),
		cmocka_unit_test(what_a_watch_says),
		cmocka_unit_test(the_status_of_a_preflight),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
