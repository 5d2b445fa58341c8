#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/*
 * quantity: how numbers with their units are written, the same everywhere.
 * Pure.
 */

enum { QUANTITY_SIZE = 16 };

/* A time with its unit, three significant digits: "7.21 s", "52.3 ms"; whole
   microseconds below a millisecond: "870 us"; NAN: "-". */
void quantity_time(char text[QUANTITY_SIZE], double us);

/* A size likewise, in binary units, with one decimal below 100: "9.4 MiB". */
void quantity_size(char text[QUANTITY_SIZE], double bytes);

/* A plain number with three significant digits, trailing zeros included:
   "0.0825", "1.30", "12.1", "194"; NAN: "-". */
void quantity_ratio(char text[QUANTITY_SIZE], double value);

/* A count, or a median of counts: no decimals if it has none; NAN: "-". */
void quantity_count(char text[QUANTITY_SIZE], double value);

/* A share of 1, as a percentage: "34.1 %"; NAN: "-". */
void quantity_share(char text[QUANTITY_SIZE], double share);

/* Such a time in microseconds. */
int64_t quantity_timeval(const struct timeval *time);

/* "" for one, "s" for any other number of things. */
const char *quantity_plural(uint64_t count);

/* The least of 1, 2, 5, 10, 20 ... by which at least `least` is stepped over:
   the distance of ticks on an axis. `least` may be any positive number. */
double quantity_step(double least);

/* The time of a tick, as short as it can be said in the unit of the largest
   one on the axis: "0", "0.2 s", "20 ms". */
void quantity_tick(char text[QUANTITY_SIZE], double us, double largest_us);
