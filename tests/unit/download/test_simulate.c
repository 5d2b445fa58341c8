#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>

#include "download/simulate.h"

enum { ITEMS_MOST = 300 };

/* Items that take as long as they are told, and fail as they are told. */
struct script {
    int64_t length_us[ITEMS_MOST];
    size_t count;
    size_t given;
    size_t breaks_at; /* the input does, before this item; 0: it does not */
    unsigned started;
};

static int next_item(void *arg, struct item **item)
{
    struct script *script = arg;
    struct item parts = {.index = script->given,
                         .subject = "BR",
                         .url = "http://127.0.0.1/br.gif",
                         .name = "br.gif"};

    *item = NULL;
    if (script->breaks_at > 0 && script->given == script->breaks_at)
        return -EIO;
    if (script->given == script->count)
        return 0;
    script->given++;
    *item = item_new(&parts);
    return *item ? 0 : -ENOMEM;
}

static int64_t length_us(void *arg, const struct attempt *attempt,
                         struct outcome *outcome)
{
    struct script *script = arg;

    cr_expect(eq(int, (int)outcome->status, (int)STATUS_OK));
    script->started++;
    if (attempt->item->index % 7 == 3)
        outcome->status = STATUS_NOT_FOUND;
    return script->length_us[attempt->item->index];
}

static int play(struct script *script, unsigned max_req, int64_t timeout_us,
                struct simulated *simulated)
{
    const struct simulation simulation = {
        .limits = {.max_req = max_req, .timeout_us = timeout_us},
        .items = {.next = next_item, .arg = script},
        .length_us = length_us,
        .arg = script,
    };

    script->given = 0;
    return simulate(&simulation, simulated);
}

/* Numbers that any run of the test meets alike. */
static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void fill(struct script *script, uint64_t *state)
{
    *script = (struct script){.count = draw(state) % ITEMS_MOST};
    for (size_t i = 0; i < script->count; i++)
        script->length_us[i] = (int64_t)(draw(state) % 1000);
}

/* Graham's list schedule, written the other way round: each item in turn goes
   to the place that is free first. */
static int64_t list_schedule(const struct script *script, unsigned places)
{
    int64_t free_us[64] = {0};
    int64_t total = 0;

    cr_assert(le(uint, places, 64));
    for (size_t i = 0; i < script->count; i++) {
        unsigned first = 0;

        for (unsigned j = 1; j < places; j++) {
            if (free_us[j] < free_us[first])
                first = j;
        }
        free_us[first] += script->length_us[i];
        if (free_us[first] > total)
            total = free_us[first];
    }
    return total;
}

Test(simulate, one_at_a_time_takes_the_sum_of_all)
{
    uint64_t state = 1;

    for (int round = 0; round < 200; round++) {
        struct script script;
        struct simulated simulated;
        int64_t sum = 0;

        fill(&script, &state);
        for (size_t i = 0; i < script.count; i++)
            sum += script.length_us[i];
        cr_assert(eq(int, play(&script, 1, 0, &simulated), 0));
        cr_expect(eq(i64, simulated.total_us, sum));
        cr_expect(eq(uint, simulated.peak, script.count > 0));
    }
}

Test(simulate, m_at_a_time_take_what_a_list_schedule_of_m_places_takes)
{
    uint64_t state = 2;

    for (int round = 0; round < 500; round++) {
        struct script script;
        struct simulated simulated;
        unsigned places = 1 + (unsigned)(draw(&state) % 64);

        fill(&script, &state);
        cr_assert(eq(int, play(&script, places, 0, &simulated), 0));
        cr_expect(eq(i64, simulated.total_us, list_schedule(&script, places)));
        cr_expect(le(uint, simulated.peak, places));
    }
}

Test(simulate, with_a_place_for_each_it_takes_the_longest)
{
    struct script script = {.length_us = {30, 10, 50, 20}, .count = 4};
    struct simulated simulated;

    cr_assert(eq(int, play(&script, 1000, 0, &simulated), 0));
    cr_expect(eq(i64, simulated.total_us, 50));
    cr_expect(eq(uint, simulated.peak, 4));
}

Test(simulate, an_attempt_is_cut_at_its_timeout_and_fails)
{
    struct script script = {.length_us = {30, 10, 50, 20}, .count = 4};
    struct simulated simulated;

    cr_assert(eq(int, play(&script, 1, 30, &simulated), 0));
    cr_expect(eq(i64, simulated.total_us, 30 + 10 + 30 + 20));
    cr_expect(eq(u64, simulated.counts.of[STATUS_ERROR], 1));
    cr_expect(eq(u64, simulated.counts.of[STATUS_NOT_FOUND], 1));
    cr_expect(eq(u64, simulated.counts.of[STATUS_OK], 2));
}

Test(simulate, nothing_to_do_takes_no_time)
{
    struct script script = {0};
    struct simulated simulated = {.total_us = 7};

    cr_assert(eq(int, play(&script, 3, 0, &simulated), 0));
    cr_expect(eq(i64, simulated.total_us, 0));
    cr_expect(eq(u64, counts_total(&simulated.counts), 0));
}

Test(simulate, an_input_that_breaks_is_an_error_and_nothing_leaks)
{
    struct script script = {
        .length_us = {30, 10, 50, 20}, .count = 4, .breaks_at = 3};
    struct simulated simulated = {.total_us = 7};

    cr_expect(eq(int, play(&script, 2, 0, &simulated), -EIO));
    cr_expect(eq(i64, simulated.total_us, 7), "untouched");
    cr_expect(eq(uint, script.started, 3));
}

/* With places for all, each item computes as soon as a processor is free, in
   the order in which they come to it. */
Test(simulate, work_waits_for_a_processor)
{
    static const int64_t totals[] = {0, 20 + 3 * 15, 20 + 2 * 15, 30 + 15};
    struct script script = {.length_us = {20, 30, 20, 10}, .count = 4};

    for (unsigned processors = 1; processors <= 3; processors++) {
        struct simulation simulation = {
            .limits = {.max_req = 4},
            .items = {.next = next_item, .arg = &script},
            .length_us = length_us,
            .arg = &script,
            .work_us = 15,
            .processors = processors,
        };
        struct simulated simulated;

        script.given = 0;
        cr_assert(eq(int, simulate(&simulation, &simulated), 0));
        /* The last item is not there: it needs none. */
        cr_expect(eq(i64, simulated.total_us, totals[processors]));
        cr_expect(eq(u64, simulated.attempts, 4));
    }
}

static void count_end(void *arg, const struct attempt *attempt,
                      const struct outcome *outcome)
{
    struct script *script = arg;

    cr_expect(eq(int, (int)outcome->status,
                 attempt->item->index % 7 == 3 ? (int)STATUS_NOT_FOUND
                                               : (int)STATUS_OK));
    script->started--;
}

Test(simulate, each_attempt_is_told_to_have_ended)
{
    struct script script = {.count = 100};
    const struct simulation simulation = {
        .limits = {.max_req = 7},
        .items = {.next = next_item, .arg = &script},
        .length_us = length_us,
        .on_end = count_end,
        .arg = &script,
    };
    struct simulated simulated;

    cr_assert(eq(int, simulate(&simulation, &simulated), 0));
    cr_expect(eq(uint, script.started, 0));
}
