#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * rate: so many starts in each unit of time, evenly. Pure; times are
 * microseconds that never go back.
 *
 * No start comes before its turn, and `count` starts take a unit. A start that
 * is late although its turn was waited for does not put off all that follow,
 * but what is made up is little (RATE_SLACK_US): after a pause there is no
 * crowd.
 */

enum { RATE_SLACK_US = 10000 };

struct rate {
    int64_t count; /* 0: no limit */
    int64_t unit_us;

    /* The rate's own. */
    int64_t turn_us;
    int64_t rest; /* of a microsecond, in count-ths */
    bool awaited; /* somebody waits for the turn */
};

/* When the next start may be. */
int64_t rate_turn_us(const struct rate *rate);

/* Whether somebody waits for it, or it has passed with nothing to start. */
void rate_await(struct rate *rate, bool awaited);

/* There is a start now, no earlier than the turn. */
void rate_take(struct rate *rate, int64_t now_us);
