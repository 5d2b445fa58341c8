#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/record.h"

/*
 * race: one run of each cell of a comparison, side by side: which item was
 * under way at a moment, and which had come. Plain data for views of it
 * (findings/race_view.h), filled in before they look, or meanwhile.
 *
 * Times are microseconds from the start of a lane's own run; -1: it has not
 * happened, or nobody knows.
 *
 * Ownership: embedded by the caller, zeroed; race_close() once.
 */

enum { RACE_NAME_SIZE = 40, RACE_WHY_SIZE = 160 };

struct race_item {
    int64_t started_us;
    int64_t ended_us;
    bool in_place; /* its file is there; else it ended as something else */
};

struct race_lane {
    char name[RACE_NAME_SIZE];
    struct race_item *items; /* by their place in the selection */
    int64_t began_us;        /* its own start, after the race's */
    int64_t ended_us;        /* the last of them was settled */
    double ideal_us;         /* NAN: unknown */
    char ideal_mark;         /* '~': an estimate; '>': a bound; else 0 */
    char why[RACE_WHY_SIZE]; /* it has no run to be shown, a phrase; with an
                                end: it broke off then. "": it has one */
};

struct race {
    struct race_lane *lanes;
    size_t lane_count;
    size_t item_count; /* of each lane */
};

/* What became of some of the items up to a moment. */
struct race_count {
    size_t started; /* those that ended included */
    size_t in_place;
    size_t missed; /* ended, and not in place */
};

/* Lanes without names, in which nothing has happened. -ENOMEM: the race is as
   it was. */
int race_open(struct race *race, size_t lanes, size_t items);
void race_close(struct race *race);

/* The lane is that run, from its first item scheduled on; items that the record
   does not have stay as they are. */
void race_take_record(const struct race *race, struct race_lane *lane,
                      const struct record *record);

/* When the lane had ended, from the start of the race; -1: it has not. */
int64_t race_lane_end_us(const struct race_lane *lane);

/* Of the items `from` to `to` of a lane, at a moment of the race. */
struct race_count race_count(const struct race_lane *lane, size_t from,
                             size_t to, int64_t at_us);

/* When the last lane had ended. */
int64_t race_end_us(const struct race *race);
