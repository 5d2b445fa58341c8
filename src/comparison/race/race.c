#include "comparison/race/race.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int open_lane(struct race_lane *lane, size_t items)
{
    lane->items = calloc(items + 1, sizeof(*lane->items));
    if (!lane->items)
        return -ENOMEM;
    for (size_t i = 0; i < items; i++)
        lane->items[i] = (struct race_item){.started_us = -1, .ended_us = -1};
    lane->ended_us = -1;
    lane->ideal_us = (double)NAN;
    return 0;
}

int race_open(struct race *race, size_t lanes, size_t items)
{
    struct race made = {.lanes = calloc(lanes + 1, sizeof(*made.lanes)),
                        .item_count = items};
    int rc = made.lanes ? 0 : -ENOMEM;

    for (; made.lane_count < lanes && rc == 0; made.lane_count++)
        rc = open_lane(&made.lanes[made.lane_count], items);
    if (rc < 0)
        race_close(&made);
    else
        *race = made;
    return rc;
}

void race_close(struct race *race)
{
    for (size_t i = 0; i < race->lane_count; i++)
        free(race->lanes[i].items);
    free(race->lanes);
    *race = (struct race){0};
}

static int64_t since(const struct record *record, int64_t at_us)
{
    return at_us < 0 ? -1 : at_us - record->first_us;
}

void race_take_record(const struct race *race, struct race_lane *lane,
                      const struct record *record)
{
    for (size_t i = 0; i < race->item_count && i < record->item_count; i++) {
        const struct record_item *item = &record->items[i];

        lane->items[i] =
            (struct race_item){.started_us = since(record, item->started_us),
                               .ended_us = since(record, item->final_us),
                               .in_place = status_in_place(item->status)};
    }
    lane->ended_us = record_observed_us(record);
}

static bool has_come(int64_t moment_us, int64_t at_us)
{
    return moment_us >= 0 && moment_us <= at_us;
}

struct race_count race_count(const struct race_lane *lane, size_t from,
                             size_t to, int64_t at_us)
{
    struct race_count count = {0};

    at_us -= lane->began_us;
    for (size_t i = from; i < to; i++) {
        const struct race_item *item = &lane->items[i];
        bool ended = has_come(item->ended_us, at_us);

        count.started += ended || has_come(item->started_us, at_us);
        count.in_place += ended && item->in_place;
        count.missed += ended && !item->in_place;
    }
    return count;
}

int64_t race_lane_end_us(const struct race_lane *lane)
{
    return lane->ended_us < 0 ? -1 : lane->began_us + lane->ended_us;
}

int64_t race_end_us(const struct race *race)
{
    int64_t end_us = 0;

    for (size_t i = 0; i < race->lane_count; i++) {
        int64_t lane_us = race_lane_end_us(&race->lanes[i]);

        end_us = lane_us > end_us ? lane_us : end_us;
    }
    return end_us;
}
