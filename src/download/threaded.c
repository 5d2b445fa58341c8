#include <pthread.h>
#include <stdbool.h>

#include "clock/clock.h"
#include "download/crew.h"
#include "download/descriptors.h"
#include "download/downloader.h"
#include "download/growth.h"
#include "download/processors.h"
#include "download/worker.h"

/* Threads around one run. The lock guards the run and nothing else: no thread
   holds it while it transfers or waits for input. */
struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is something to start, or to stop for */
    unsigned waiting;       /* threads on that condition */
    int64_t awaited_us;     /* one of them wakes up at this time */
    unsigned working;       /* threads that have not ended */
    unsigned asking;        /* those in an attempt */
    bool answered;          /* an attempt has ended */
    struct run *run;
    struct crew crew;
    bool lacking;    /* the system gave fewer threads than were wanted */
    unsigned manned; /* could work */
    int rc;          /* of the last that could not */
};

/* Until something changes, or `until_us`, which only the first of all that wait
   for it needs to look out for. */
static void wait_for_change(struct pool *pool, int64_t until_us)
{
    struct timespec until = events_clock(run_events(pool->run), until_us);

    pool->waiting++;
    if (until_us < pool->awaited_us) {
        pool->awaited_us = until_us;
        pthread_cond_clockwait(&pool->changed, &pool->lock, CLOCK_MONOTONIC,
                               &until);
        if (pool->awaited_us == until_us)
            pool->awaited_us = SCHEDULE_FOREVER;
    } else {
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    pool->waiting--;
}

/* Download, or read more of the input: without the lock. */
static void act(struct pool *pool, struct worker *worker, enum next next,
                struct attempt *attempt, int64_t until_us)
{
    struct outcome outcome;
    int rc = 0;

    pool->asking += next == NEXT_START;
    pthread_mutex_unlock(&pool->lock);
    if (next == NEXT_START)
        worker_download(worker, pool->run, attempt, &outcome);
    else
        rc = run_fill(pool->run, until_us);
    pthread_mutex_lock(&pool->lock);
    if (next == NEXT_START) {
        pool->asking--;
        pool->answered = true;
        run_done(pool->run, attempt, &outcome);
    } else {
        run_filled(pool->run, rc);
    }
}

static void do_all(struct pool *pool, struct worker *worker)
{
    struct attempt attempt;
    int64_t until_us;
    enum next next;

    while ((next = run_next(pool->run, &attempt, &until_us)) != NEXT_FINISHED) {
        if (next == NEXT_WAIT) {
            wait_for_change(pool, until_us);
            continue;
        }
        /* Perhaps there is more to start: one at a time is woken up to look.
           That an attempt is done wakes nobody: its own thread looks next. */
        if (pool->waiting > 0)
            pthread_cond_signal(&pool->changed);
        act(pool, worker, next, &attempt, until_us);
    }
}

static void work(void *arg, unsigned number)
{
    struct pool *pool = arg;
    struct worker worker;
    struct way_blocking way;
    int rc = worker_open_blocking(&worker, &way, number, pool->run);

    pthread_mutex_lock(&pool->lock);
    if (rc == 0)
        do_all(pool, &worker);
    else
        pool->rc = rc;
    pool->manned += rc == 0;
    pthread_cond_broadcast(&pool->changed); /* all others finish, too */
    if (--pool->working == 0)
        run_wake(pool->run);
    pthread_mutex_unlock(&pool->lock);
    if (rc == 0)
        worker_close(&worker);
}

/* More threads, until there are `count`. Each is counted before it can end, and
   works while others are still being made. Without the lock. */
static void man(struct pool *pool, unsigned count)
{
    unsigned before = pool->crew.count;
    int rc;

    pthread_mutex_lock(&pool->lock);
    pool->working += count - before;
    pthread_mutex_unlock(&pool->lock);
    rc = crew_grow(&pool->crew, count);
    pthread_mutex_lock(&pool->lock);
    if (rc < 0) {
        pool->lacking = true;
        pool->rc = rc;
    }
    pool->working -= count - pool->crew.count;
    if (pool->working == 0)
        run_wake(pool->run);
    pthread_mutex_unlock(&pool->lock);
}

static enum growth_seen see(struct pool *pool)
{
    enum growth_seen seen = GROWTH_SEES_WORK;

    pthread_mutex_lock(&pool->lock);
    /* Whoever waits here has nothing to start. */
    if (pool->lacking || pool->working == 0 || pool->waiting > 0)
        seen = GROWTH_SEES_IDLE;
    else if (pool->asking == pool->crew.count && !pool->answered)
        seen = GROWTH_SEES_SILENCE;
    pthread_mutex_unlock(&pool->lock);
    return seen;
}

/* Until all threads have ended, or the run is stopped. */
static void oversee(struct pool *pool, struct growth growth)
{
    const struct events *events = run_events(pool->run);
    int64_t now_us;

    man(pool, growth.count);
    while (run_wait(pool->run, growth.look_us),
           (now_us = events_now_us(events)) >= growth.look_us) {
        growth_look(&growth, see(pool), now_us, clock_process_us());
        if (growth.count > pool->crew.count && !pool->lacking)
            man(pool, growth.count);
    }
}

static int run_threaded(struct run *run)
{
    struct pool pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER,
                        .awaited_us = SCHEDULE_FOREVER,
                        .run = run};
    unsigned most = run_options(run)->max_req;
    int rc = crew_open(&pool.crew, most, work, &pool);

    if (rc < 0)
        return rc;
    descriptors_make_room(&downloader_threaded, most);
    oversee(&pool,
            growth_begin(most, processors_count(),
                         events_now_us(run_events(run)), clock_process_us()));
    pthread_mutex_lock(&pool.lock);
    pthread_cond_broadcast(&pool.changed); /* whoever waits sees the stop */
    pthread_mutex_unlock(&pool.lock);
    crew_join(&pool.crew);
    if (pool.lacking || pool.manned < pool.crew.count)
        run_manned(run, pool.manned);
    return pool.manned ? 0 : pool.rc;
}

const struct downloader downloader_threaded = {
    .name = "threaded",
    .place = "worker",
    .default_max_req = 30,
    .greatest_max_req = 1000,
    .descriptors = 4, /* each easy handle wakes itself up through a pair */
    .least_descriptors = 4,
    .run = run_threaded,
};
