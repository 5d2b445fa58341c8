#pragma once

#include <stddef.h>
#include <stdint.h>

#include "download/schedule.h"

/*
 * schedule_plan: items, limits and what each attempt meets, all decided by a
 * seed; and what starts and ends when, written down.
 */
enum { ITEMS = 16, TRACE = 16384 };

struct plan {
    uint64_t seed;
    size_t count;
    unsigned origins;
    struct schedule_limits limits;
};

struct trace {
    char text[TRACE];
    size_t length;
};

uint64_t mix(uint64_t x);

/* A number below `below` that the seed and three others decide. */
int64_t draw(const struct plan *plan, uint64_t what, uint64_t a, uint64_t b,
             int64_t below);

void make_plan(struct plan *plan, uint64_t seed);

/* What an attempt meets: how long it lasts, and its end. */
int64_t meet(const struct plan *plan, uint64_t item, unsigned number,
             int64_t timeout_us, struct outcome *outcome);

void note(struct trace *trace, int64_t at_us, const char *what, uint64_t item,
          int64_t number);
