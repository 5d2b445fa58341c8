#pragma once

#include <stdbool.h>

/*
 * codes: the country codes that the program knows by itself. ISO 3166-1
 * alpha-2, upper case, constant.
 */

enum { CODE_SIZE = 3, CODES_POPULOUS = 20, CODES_ALL = 194, CODES_EVERY = 676 };

/* The 20 most populous countries, the most populous first (the order of
   Fluent Python's examples). */
extern const char codes_populous[CODES_POPULOUS][CODE_SIZE];

/* The 194 countries of --all, sorted. */
extern const char codes_all[CODES_ALL][CODE_SIZE];

/* The code number `index` (0 to 675) of AA, AB ... ZZ. */
void codes_nth(unsigned index, char code[CODE_SIZE]);
