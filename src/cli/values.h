#pragma once

#include <stdint.h>

/*
 * values: what an option's value may look like, and what it then means.
 *
 * All are strict: the whole text must be the value, in plain decimal digits;
 * no sign, blank, exponent, hexadecimal, infinity or NaN, in no locale.
 * Returns: 0; -EINVAL, it is not of that form; -ERANGE, it is, but no integer
 * of ours holds it. On failure nothing is written. Any thread.
 */

/* "20" */
int value_integer(const char *text, int64_t *number);

/* "500ms", "2s", "1.5", ".5", "1m", "1h", in microseconds. A bare number is
   seconds. Digits beyond the microsecond are cut off. */
int value_duration(const char *text, int64_t *us);

/* "4096", "10k", "1M", "2G", in bytes: the units are powers of 1024, in either
   case. */
int value_size(const char *text, int64_t *bytes);

/* "12/s", "100/m", "3600/h": so many starts in each unit of time. Both members
   are above 0. */
struct value_rate {
    int64_t count;
    int64_t unit_us;
};
int value_rate(const char *text, struct value_rate *rate);

/* "0", ".25", "1". -ERANGE: above 1. */
int value_probability(const char *text, double *probability);
