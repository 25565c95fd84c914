// SPDX-License-Identifier: GPL-2.0-or-later
/* Distribution functions by libRmath; the only file that knows it. */
#include "distribution.h"

#include <math.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>

double imalog_distribution_rank(double n, double confidence, double assurance)
{
	double low = confidence * n, high = n;

	/* The k-th of n uniform numbers is Beta(k, n - k + 1). */
	if (n < 1 || pbeta(confidence, n, 1, 1, 0) > 1 - assurance)
		return n + 1;
	for (int i = 0; i < 40; i++) {
		double k = (low + high) / 2;

		if (pbeta(confidence, k, n - k + 1, 1, 0) > 1 - assurance)
			low = k;
		else
			high = k;
	}
	return high;
}

double imalog_distribution_counts(double units, double past, double next, double confidence)
{
	/* Poisson counts whose rate is Gamma(units + 1) distributed are negative binomial. */
	return qnbinom(confidence, units + 1, past / (past + next), 1, 0);
}

double imalog_distribution_log(double value) { return log(value); }

double imalog_distribution_power(double base, double exponent) { return pow(base, exponent); }
