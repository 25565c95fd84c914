// SPDX-License-Identifier: GPL-2.0-or-later
/* Request and decision in, next step out.  Nothing else in the program knows policy. */
#include "plan.h"

int plan_status(const struct imalog_decision *decision)
{
	switch (decision->verdict) {
	case IMALOG_FITS:
	case IMALOG_TIGHT:
		return STATUS_DONE;
	case IMALOG_SHORT:
	case IMALOG_NOT_CARRIED:
		return STATUS_REFUSED;
	case IMALOG_UNKNOWN:
		break;
	}
	/* Nothing to execute is a definite answer to "may I execute?". */
	return decision->reason == IMALOG_REASON_NOTHING_LOADED ? STATUS_REFUSED : STATUS_UNKNOWN;
}

int plan_outcome_status(enum imalog_outcome outcome)
{
	switch (outcome) {
	case IMALOG_OUTCOME_COLD:
	case IMALOG_OUTCOME_COMPLETE: return STATUS_DONE;
	case IMALOG_OUTCOME_LOST:
	case IMALOG_OUTCOME_NOT_CARRIED:
	case IMALOG_OUTCOME_MISMATCH: return STATUS_REFUSED;
	case IMALOG_OUTCOME_UNKNOWN: break;
	}
	return STATUS_UNKNOWN;
}

int plan_preflight_status(const struct preflight *preflight)
{
	enum finding_severity worst = preflight_worst(preflight);

	if (worst == FINDING_LOSS)
		return STATUS_REFUSED;
	return worst == FINDING_UNKNOWN ? STATUS_UNKNOWN : STATUS_DONE;
}

struct plan plan_before_load(const struct imalog_decision *decision,
			     const struct settings *settings)
{
	bool hopeless = decision->verdict == IMALOG_NOT_CARRIED &&
			(decision->reason == IMALOG_REASON_NO_CARRY ||
			 decision->reason == IMALOG_REASON_TEMPLATE_IMA);

	if (hopeless && !settings->warn)
		return (struct plan){ STEP_UNLOAD, STATUS_REFUSED };
	return (struct plan){ STEP_LOAD, STATUS_DONE };
}

struct plan plan_after_load(const struct imalog_decision *decision,
			    const struct settings *settings, bool slack, bool deletion)
{
	bool lacks = decision->reason == IMALOG_REASON_ROOM && decision->verdict != IMALOG_FITS;

	if (lacks && (slack || deletion))
		return (struct plan){ slack ? STEP_LOAD_AGAIN : STEP_DELETE, STATUS_DONE };
	switch (decision->verdict) {
	case IMALOG_FITS:
		return (struct plan){ STEP_END, STATUS_DONE };
	case IMALOG_TIGHT:
	case IMALOG_SHORT:
	case IMALOG_NOT_CARRIED:
		if (!settings->warn)
			return (struct plan){ STEP_UNLOAD, STATUS_REFUSED };
		return (struct plan){ STEP_END, STATUS_DONE };
	case IMALOG_UNKNOWN:
		break;
	}
	return (struct plan){ STEP_END, settings->warn ? STATUS_DONE : STATUS_UNKNOWN };
}

/* The log would survive as it is now; what may come is said, not refused. */
static bool survives(const struct imalog_decision *decision)
{
	return decision->verdict == IMALOG_FITS || decision->verdict == IMALOG_TIGHT;
}

struct plan plan_check(const struct imalog_decision *decision, const struct settings *settings,
		       bool execute, bool reloaded, struct means means)
{
	bool nothing = decision->reason == IMALOG_REASON_NOTHING_LOADED;
	/* Who asks for a cold boot is not to be overruled by a policy. */
	bool warn = settings->mode == CHECK_WARN ||
		    (settings->warn && settings->mode != CHECK_COLDBOOT);
	int status = plan_status(decision);

	if (nothing)
		return (struct plan){ STEP_END, STATUS_REFUSED };
	if (survives(decision))
		return (struct plan){ execute ? STEP_EXECUTE : STEP_END, STATUS_DONE };
	if (means.deletion && decision->reason == IMALOG_REASON_ROOM)
		return (struct plan){ STEP_DELETE, status };
	if (settings->mode == CHECK_RELOAD && !reloaded && means.reload)
		return (struct plan){ STEP_RELOAD, status };
	if (warn)
		return (struct plan){ execute ? STEP_EXECUTE : STEP_END, STATUS_DONE };
	if (settings->mode == CHECK_COLDBOOT)
		return (struct plan){ STEP_UNLOAD, status };
	return (struct plan){ STEP_END, status };
}

struct plan plan_shutdown(const struct imalog_decision *decision,
			  const struct settings *settings, bool reloaded, bool can_reload)
{
	bool cold = settings->shutdown_cold;
	int status = plan_status(decision);

	if (decision->reason == IMALOG_REASON_NOTHING_LOADED)
		return (struct plan){ STEP_END, STATUS_DONE };
	if (decision->verdict == IMALOG_FITS)
		return (struct plan){ STEP_END, STATUS_DONE };
	if (!reloaded && can_reload)
		return (struct plan){ STEP_RELOAD, status };
	if (decision->verdict == IMALOG_TIGHT)
		return (struct plan){ STEP_END, STATUS_DONE };
	/* A load that nobody saw to its end, as one that this shutdown broke off, is a judgement that failed. */
	if (decision->verdict == IMALOG_UNKNOWN && decision->reason != IMALOG_REASON_RECORD_UNREAD)
		cold = settings->shutdown_unknown_cold;
	return (struct plan){ cold ? STEP_UNLOAD : STEP_END, status };
}

const char *plan_watch_text(enum watch_state state)
{
	static const char *const words[WATCH_STATES] = {
		[WATCH_NONE] = "none",	 [WATCH_LONG] = "long",	      [WATCH_NEAR] = "near",
		[WATCH_SHORT] = "short", [WATCH_UNKNOWN] = "unknown",
	};

	return words[state];
}

enum watch_state plan_watch(const struct imalog_decision *decision, const struct settings *settings,
			    bool has_deadline, uint64_t left_seconds, uint64_t interval_seconds,
			    bool is_long)
{
	/* Rounded before it is compared: 32-bit x86 computes with more bits, and 0.1 of 1000 is more than 100 there. */
	const double near_seconds = settings->watch_left * (double)interval_seconds;

	if (settings->watch == WATCH_OFF || decision->reason == IMALOG_REASON_NOTHING_LOADED)
		return WATCH_NONE;
	switch (decision->verdict) {
	case IMALOG_FITS:
		if (has_deadline && (double)left_seconds < near_seconds)
			return WATCH_NEAR;
		return is_long ? WATCH_LONG : WATCH_NONE;
	case IMALOG_TIGHT:
	case IMALOG_SHORT:
	case IMALOG_NOT_CARRIED:
		return WATCH_SHORT;
	case IMALOG_UNKNOWN:
		break;
	}
	return WATCH_UNKNOWN;
}
