/*
 * await_bench: what the runtime's operations cost: ns an operation, the best
 * of several rounds, and for sleeping tasks resident bytes a task. Build it
 * with --buildtype=release.
 *
 * The figures are the machine's, too, so nothing is asserted here but that
 * the work was done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "await/await.h"
#include "await/switch/coroutine.h"

enum { ROUNDS = 7 };

static void must(int rc, const char *what)
{
    if (rc == 0)
        return;
    fprintf(stderr, "await_bench: %s: %s\n", what, aw_strerror(rc));
    exit(EXIT_FAILURE);
}

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Tasks: create, run, await, free, one after the other. */
enum { TASKS = 200000 };

static int nothing(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return 0;
}

static int create_run_await_free(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    for (int i = 0; i < TASKS; i++) {
        int rc = aw_await(aw_give(aw_create_task(NULL, aw_call(nothing, NULL))),
                          NULL);

        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The same, in batches: what a server with many at once pays. */
enum { BATCH = 64 };

static int create_batches(void *arg, aw_value *ret)
{
    aw_future *ts[BATCH];

    (void)arg, (void)ret;
    for (int i = 0; i < TASKS / BATCH; i++) {
        for (int k = 0; k < BATCH; k++)
            ts[k] = aw_create_task(NULL, aw_call(nothing, NULL));
        for (int k = 0; k < BATCH; k++) {
            int rc = aw_await(aw_give(ts[k]), NULL);

            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

/* Switches, bare: there and back, without the loop. (The library's inside; all
   else here is its public header.) */
enum { YIELDS = 1000000 };

static void yield_for_ever(void *coroutine)
{
    for (;;)
        aw__coroutine_yield(coroutine);
}

static void time_switches(void)
{
    struct coroutine_home home = {0};
    struct coroutine c;
    struct stacks pool;
    double best = INFINITY;

    aw__stacks_init(&pool, 0, 0);
    struct stack *stack = aw__stacks_take(&pool);
    must(stack ? 0 : AW_ENOMEM, "stack");
    aw__coroutine_create(&c, &home, &pool, stack, yield_for_ever, &c);
    for (int i = 0; i < ROUNDS; i++) {
        double began = now_ns();

        for (int k = 0; k < YIELDS; k++)
            aw__coroutine_resume(&c, &pool);
        double took = now_ns() - began;
        if (took < best)
            best = took;
    }
    aw__coroutine_destroy(&c);
    aw__stacks_close(&pool);
    printf("%-48s %9.1f ns\n", "a pair of switches", best / YIELDS);
}

/* One task that gives way has the loop to itself, so a sleep is a turn of one
   entry with a pair of switches. */

static int give_way(void *times, aw_value *ret)
{
    int rc = 0;

    (void)ret;
    for (int i = *(int *)times; rc == 0 && i > 0; i--)
        rc = aw_sleep(0);
    return rc;
}

static int yield_alone(void *arg, aw_value *ret)
{
    int times = YIELDS;

    (void)arg;
    return give_way(&times, ret);
}

/* Many at once: each turn wakes them all. */
enum { CROWD = 10000, CROWD_TURNS = 100 };

static int yield_crowd(void *arg, aw_value *ret)
{
    static aw_awaitable xs[CROWD];
    int times = CROWD_TURNS;

    (void)arg, (void)ret;
    for (int i = 0; i < CROWD; i++)
        xs[i] = aw_any(aw_call(give_way, &times));
    return aw_await(aw_give(aw_gather(xs, CROWD, 0)), NULL);
}

/* Callbacks. */
enum { CALLS = 1000000 };

struct chain {
    aw_loop *loop;
    int left;
    aw_event done;
};

static void call_next(void *arg)
{
    struct chain *c = arg;

    if (--c->left == 0)
        aw_event_set(&c->done);
    else
        must(aw_call_soon(c->loop, call_next, c, NULL), "call_soon");
}

/* Each in a turn of its own. */
static int chain_of_calls(void *arg, aw_value *ret)
{
    struct chain c = {.loop = aw_get_running_loop(), .left = CALLS};

    (void)arg, (void)ret;
    must(aw_call_soon(c.loop, call_next, &c, NULL), "call_soon");
    return aw_event_wait(&c.done);
}

static void count_down(void *arg)
{
    struct chain *c = arg;

    if (--c->left == 0)
        aw_event_set(&c->done);
}

/* A thousand in a turn. */
static int calls_in_batches(void *arg, aw_value *ret)
{
    struct chain c = {.loop = aw_get_running_loop(), .left = CALLS};
    int rc = 0;

    (void)arg, (void)ret;
    for (int i = 0; rc == 0 && i < CALLS / 1000; i++) {
        for (int k = 0; k < 1000; k++)
            must(aw_call_soon(c.loop, count_down, &c, NULL), "call_soon");
        rc = aw_sleep(0);
    }
    return rc == 0 ? aw_event_wait(&c.done) : rc;
}

/* Futures without tasks: make, decide, await, free. */
static int futures(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    for (int i = 0; i < TASKS; i++) {
        aw_future *f = aw_future_new(NULL);

        must(f ? aw_set_value(f, (aw_value){0}) : AW_ENOMEM, "set_value");
        int rc = aw_await(aw_give(f), NULL);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void time_it(const char *name, aw_fn fn, int operations)
{
    double best = INFINITY;

    for (int i = 0; i < ROUNDS; i++) {
        double began = now_ns();

        must(aw_run(aw_call(fn, NULL), NULL, NULL), name);
        double took = now_ns() - began;
        if (took < best)
            best = took;
    }
    printf("%-48s %9.1f ns\n", name, best / operations);
}

/* Sleeping tasks: resident memory, guard pages and all. */
enum { SLEEPERS = 100000, SLEEPS = 200 };
#define SLEEP_S 0.0023

static long resident_bytes(void)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    if (!file)
        return -1;
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "Rss: %ld kB", &kib) == 1)
            break;
    }
    fclose(file);
    return kib < 0 ? -1 : kib * 1024;
}

static int doze(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(3600);
}

static int sleepers_main(void *arg, aw_value *ret)
{
    aw_future **ts = arg;
    long before = resident_bytes();
    double began = now_ns();

    (void)ret;
    for (int i = 0; i < SLEEPERS; i++)
        ts[i] = aw_create_task(NULL, aw_call(doze, NULL));
    for (int i = 0; i < 2; i++) {
        int rc = aw_sleep(0);

        if (rc < 0)
            return rc;
    }
    double took = now_ns() - began;
    long after = resident_bytes();
    for (int i = 0; i < SLEEPERS; i++) {
        if (aw_future_state(ts[i]) != AW_PENDING)
            return aw_future_result(ts[i], NULL);
        aw_unref(ts[i]);
    }
    printf("%-48s %9.1f ns\n", "start one of 100,000 sleeping tasks",
           took / SLEEPERS);
    if (before > 0 && after > 0)
        printf("%-48s %9.1f bytes\n", "resident, a sleeping task",
               (double)(after - before) / SLEEPERS);
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How late sleeps end that no millisecond divides. */
static int oversleep(void *arg, aw_value *ret)
{
    double *late = arg;

    (void)ret;
    for (int i = 0; i < SLEEPS; i++) {
        double began = now_ns();
        int rc = aw_sleep(SLEEP_S);

        if (rc < 0)
            return rc;
        late[i] = now_ns() - began - SLEEP_S * 1e9;
    }
    qsort(late, SLEEPS, sizeof(*late), compare_numbers);
    printf("%-48s %9.1f us\n", "how late a sleep ends, the median",
           late[SLEEPS / 2] / 1e3);
    return 0;
}

int main(void)
{
    double late[SLEEPS];
    aw_future **ts = calloc(SLEEPERS, sizeof(aw_future *));

    if (!ts)
        return EXIT_FAILURE;
    memset(ts, 1, SLEEPERS * sizeof(aw_future *)); /* resident before */
    time_it("create, run, await and free a task", create_run_await_free, TASKS);
    time_it("the same, 64 at a time", create_batches, TASKS);
    time_switches();
    time_it("sleep(0), alone: a turn, a pair of switches", yield_alone, YIELDS);
    time_it("sleep(0), 10,000 tasks: a pair of switches", yield_crowd,
            CROWD * CROWD_TURNS);
    time_it("call_soon, one a turn", chain_of_calls, CALLS);
    time_it("call_soon, 1,000 a turn", calls_in_batches, CALLS);
    time_it("make, decide, await and free a future", futures, TASKS);
    must(aw_run(aw_call(sleepers_main, ts), NULL, NULL), "sleepers");
    must(aw_run(aw_call(oversleep, late), NULL, NULL), "sleeps");
    free(ts);
    return EXIT_SUCCESS;
}
