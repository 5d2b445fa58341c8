#pragma once

#include <stddef.h>

/*
 * suggest: the word that somebody who mistyped one probably meant.
 *
 * Nearness is the number of letters inserted, left out, replaced or swapped
 * with their neighbour (the optimal string alignment distance, in either
 * case); a word that begins with what was typed is near, too.
 */

/*
 * Of `count` words (NULL ones are passed over) the nearest to `typed`, the
 * first of several equally near; NULL if none is near enough to be meant.
 */
const char *suggest_nearest(const char *typed, const char *const *words,
                            size_t count);
