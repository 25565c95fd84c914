/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distribution functions that the estimate needs, in its own terms. */
#ifndef IMALOG_DISTRIBUTION_H
#define IMALOG_DISTRIBUTION_H

/*
 * Which of @n independent observations, counted from the smallest (a real number), is with
 * probability @assurance not below the quantile @confidence of what they were drawn from.  More
 * than @n: none is.
 */
double imalog_distribution_rank(double n, double confidence, double assurance);

/*
 * Units that come in @next seconds with probability @confidence no more than this, when @units came
 * in @past seconds at a rate that is not known otherwise.
 */
double imalog_distribution_counts(double units, double past, double next, double confidence);

/* Natural logarithm, and @base to the power of @exponent. */
double imalog_distribution_log(double value);
double imalog_distribution_power(double base, double exponent);

#endif
