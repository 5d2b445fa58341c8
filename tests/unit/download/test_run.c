#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "download/downloader.h"

/*
 * Runs without a transfer: a strategy of the test's own settles its attempts
 * at once, `held` of them being in flight.
 */
struct input {
    uint64_t length;
    uint64_t produced;
    uint64_t finals;
    uint64_t most_alive; /* items that were not final yet */
    uint64_t starved_at; /* there is no memory for the item of that number */
    unsigned starved;    /* so often; UINT_MAX: always */
    char trace[512];     /* of the events, for short inputs */
};

static int next_item(void *arg, struct item **item)
{
    struct input *input = arg;
    char name[32];
    const struct item parts = {.index = input->produced,
                               .subject = name,
                               .url = "http://127.0.0.1/",
                               .name = name};

    *item = NULL;
    if (input->produced == input->length)
        return 0;
    if (input->produced == input->starved_at && input->starved > 0) {
        input->starved -= input->starved < UINT_MAX;
        return -ENOMEM;
    }
    snprintf(name, sizeof(name), "%llu", (unsigned long long)input->produced);
    *item = item_new(&parts);
    if (!*item)
        return -ENOMEM;
    input->produced++;
    if (input->produced - input->finals > input->most_alive)
        input->most_alive = input->produced - input->finals;
    return 0;
}

static void on_event(void *arg, const struct event *event)
{
    struct input *input = arg;
    size_t at = strlen(input->trace);

    if (event->kind == EVENT_FINAL)
        input->finals++;
    if (input->length <= 10)
        snprintf(input->trace + at, sizeof(input->trace) - at, "%s%s%s ",
                 event->item ? event->item->subject : "",
                 event->item ? ":" : "", event_kind_name(event->kind));
}

enum { HELD = 5 };

/* Settles the oldest attempt when no other can be started. */
static int run_instantly(struct run *run)
{
    const struct outcome ok = {.status = STATUS_OK};
    struct attempt held[HELD];
    size_t count = 0;
    int64_t wait_until_us;
    struct attempt attempt;
    enum next next;

    while ((next = run_next(run, &attempt, &wait_until_us)) != NEXT_FINISHED) {
        if (next == NEXT_START) {
            held[count++] = attempt;
            continue;
        }
        run_done(run, &held[0], &ok);
        memmove(held, held + 1, --count * sizeof(held[0]));
    }
    return 0;
}

static const struct downloader instant = {.name = "instant",
                                          .run = run_instantly};

static struct run_result run_input(struct input *input,
                                   enum stop_reason stop_first)
{
    const struct download_options options = {.max_req = HELD};
    struct event_sink sink = {
        .on_event = on_event, .arg = input, .kinds = EVENT_ALL};
    struct events events;
    struct run_result result;
    struct run *run;

    cr_assert(eq(int, events_init(&events), 0));
    events_add(&events, &sink);
    cr_assert(
        eq(int,
           run_new(&run, (struct item_source){.next = next_item, .arg = input},
                   &options, &events),
           0));
    if (stop_first != STOP_NONE)
        run_stop(run, stop_first);
    cr_expect(eq(int, downloader_run(&instant, run),
                 input->starved_at ? -ENOMEM : 0));
    result = run_result(run);
    run_free(run);
    events_close(&events);
    return result;
}

Test(run, holds_no_more_items_than_may_be_in_flight)
{
    struct input input = {.length = 100000};
    struct run_result result = run_input(&input, STOP_NONE);

    cr_expect(eq(u64, result.counts.of[STATUS_OK], 100000));
    cr_expect(eq(u64, input.most_alive, HELD));
}

Test(run, tells_of_each_item_in_order)
{
    struct input input = {.length = 2};

    run_input(&input, STOP_NONE);

    cr_expect(eq(str, input.trace, "0:scheduled 1:scheduled 0:final 1:final "));
}

Test(run, of_nothing_is_over_at_once)
{
    struct input input = {.length = 0};
    struct run_result result = run_input(&input, STOP_NONE);

    cr_expect(eq(u64, counts_total(&result.counts), 0));
    cr_expect(eq(i64, result.observed_us, 0));
    cr_expect(eq(str, input.trace, ""));
}

Test(run, cancels_an_item_without_memory_and_those_behind_it)
{
    struct input input = {.length = 20, .starved_at = 8, .starved = 1};
    struct run_result result = run_input(&input, STOP_NONE);

    cr_expect(eq(u64, result.counts.of[STATUS_OK], 8));
    cr_expect(eq(u64, result.counts.of[STATUS_CANCELLED], 12));
    cr_expect(eq(int, (int)result.stop, STOP_LOCAL_FAILURE));
    cr_expect(eq(int, result.error, -ENOMEM));
}

Test(run, ends_where_there_is_never_memory_for_an_item)
{
    struct input input = {.length = 20, .starved_at = 8, .starved = UINT_MAX};
    struct run_result result = run_input(&input, STOP_NONE);

    cr_expect(eq(u64, counts_total(&result.counts), 8));
    cr_expect(eq(int, result.error, -ENOMEM));
}

Test(run, reads_its_input_to_the_end_when_it_is_stopped)
{
    struct input input = {.length = 3};
    struct run_result result = run_input(&input, STOP_INTERRUPTED);

    cr_expect(eq(u64, result.counts.of[STATUS_CANCELLED], 3));
    cr_expect(eq(int, (int)result.stop, STOP_INTERRUPTED));
    cr_expect(eq(str, input.trace, "stopped 0:final 1:final 2:final "));
}
