#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "await/await.h"
#include "download/downloader.h"
#include "download/loops.h"
#include "download/stop_watch.h"
#include "download/worker.h"

/*
 * How many attempts are started in one turn of the loop. All of them at once
 * would each open a connection; where answers are quick, those of the first
 * turns leave theirs to the rest.
 */
enum { BURST = 8 };

/* The task that starts the attempts of a loop, each a task of its own. */
struct supervisor {
    struct loops *loops;
    struct run *run;
    struct loop_part part;
    struct multi *multi;
    aw_group group;
    aw_event changed;   /* an attempt has ended, or the input was read */
    struct place *free; /* places */
    unsigned busy;      /* tasks of the group */
    unsigned kept;      /* connections, at most: the loop's share */
    struct stop_watch watch;
    struct outcome outcome; /* of the attempt that has ended and is not settled
                               yet: */
    struct place *ended;    /* in that place; NULL: there is none */
    bool supervised;        /* to its end */
};

/* Where one attempt at a time runs. Made when first needed, reused, so there
   are never more of them in a loop than max_req. */
struct place {
    struct worker worker;
    struct way_multi way; /* the worker's */
    struct supervisor *supervisor;
    struct place *next;
    struct attempt attempt;
};

/* The task of an attempt. Its outcome is on its stack, in a page that is there
   anyway, until it is settled: at once. */
static int run_attempt(void *arg, aw_value *ret)
{
    struct place *place = arg;
    struct supervisor *supervisor = place->supervisor;
    struct outcome outcome;

    (void)ret;
    worker_download(&place->worker, supervisor->run, &place->attempt, &outcome);
    supervisor->outcome = outcome;
    supervisor->ended = place;
    return outcome.status == STATUS_CANCELLED ? AW_ECANCELED : 0;
}

/* A task of the group is over. */
static void end_task(void *arg)
{
    struct supervisor *supervisor = arg;

    supervisor->busy--;
    aw_event_set(&supervisor->changed);
}

/*
 * The drop of that task's argument: called exactly once, as soon as the
 * function has ended, or instead of it. So every attempt is settled exactly
 * once, one that never began as cancelled; and the sinks of its last event are
 * called on the loop's own stack.
 */
static void settle(void *arg)
{
    struct place *place = arg;
    struct supervisor *supervisor = place->supervisor;

    assert(!supervisor->ended || supervisor->ended == place);
    if (!supervisor->ended)
        supervisor->outcome = outcome_cancelled(place->attempt.item->url);
    supervisor->ended = NULL;
    loops_done(&supervisor->part, &place->attempt, &supervisor->outcome);
    place->next = supervisor->free;
    supervisor->free = place;
    end_task(supervisor);
}

/* A free place, perhaps a new one; NULL: no memory. */
static struct place *take_place(struct supervisor *supervisor)
{
    struct place *place = supervisor->free;

    if (place) {
        supervisor->free = place->next;
        return place;
    }
    place = calloc(1, sizeof(*place));
    if (place && worker_open_multi(&place->worker, &place->way, 0,
                                   supervisor->run, supervisor->multi) < 0) {
        free(place);
        return NULL;
    }
    if (place)
        place->supervisor = supervisor;
    return place;
}

/* A task that ends before the group is left. */
static int spawn(struct supervisor *supervisor, aw_coro coro)
{
    aw_future *task;

    supervisor->busy++;
    task = aw_group_create_task(&supervisor->group, coro);
    return aw_future_state(task) == AW_ERROR ? aw_future_result(task, NULL) : 0;
}

static int start(struct supervisor *supervisor, const struct attempt *attempt)
{
    struct place *place = take_place(supervisor);

    if (!place) {
        struct outcome cancelled = outcome_cancelled(attempt->item->url);

        loops_done(&supervisor->part, attempt, &cancelled);
        return -ENOMEM;
    }
    place->attempt = *attempt;
    place->worker.number = attempt->worker;
    return spawn(supervisor, aw_call_own(run_attempt, place, settle));
}

static int fill_job(void *run, aw_value *ret)
{
    (void)ret;
    return run_fill(run, SCHEDULE_FOREVER);
}

/* The task that reads the input, which may take its time, in a thread. */
static int read_input(void *arg, aw_value *ret)
{
    struct supervisor *supervisor = arg;
    int rc = aw_to_thread(aw_call(fill_job, supervisor->run), NULL);

    (void)ret;
    if (rc == AW_ECANCELED)
        return rc;
    loops_filled(&supervisor->part, rc);
    return 0;
}

static int wait_for_change(struct supervisor *supervisor, int64_t until_us)
{
    int64_t now_us = events_now_us(run_events(supervisor->run));
    aw_timeout timeout;
    int rc = 0;

    aw_event_clear(&supervisor->changed);
    if (until_us == SCHEDULE_FOREVER)
        return aw_event_wait(&supervisor->changed);
    rc = aw_timeout_enter(&timeout, (double)(until_us - now_us) / 1e6);
    if (rc < 0)
        return rc;
    rc = aw_timeout_leave(&timeout, aw_event_wait(&supervisor->changed));
    return rc == AW_ETIMEDOUT ? 0 : rc;
}

/* Connections are the loop's, so it keeps no more than it has attempts. */
static void keep_share(struct supervisor *supervisor)
{
    unsigned share = supervisor->part.share;

    if (share == supervisor->kept)
        return;
    supervisor->kept = share;
    multi_keep(supervisor->multi, share);
}

/* The loops share a turn's starts, too. */
static unsigned burst(const struct supervisor *supervisor)
{
    unsigned shares = supervisor->part.shares;

    return BURST > shares ? BURST / shares : 1;
}

/* Start attempts as the schedule allows. 0: everything is settled;
   AW_ECANCELED: the run is to stop; or another code. */
static int start_all(struct supervisor *supervisor)
{
    struct attempt attempt;
    int64_t until_us;
    unsigned started = 0;
    enum next next;
    int rc = 0;

    while (rc == 0 && (next = loops_next(&supervisor->part, &attempt,
                                         &until_us)) != NEXT_FINISHED) {
        if (next == NEXT_START) {
            keep_share(supervisor);
            rc = start(supervisor, &attempt);
            if (rc == 0 && ++started % burst(supervisor) == 0)
                rc = aw_sleep(0);
        } else if (next == NEXT_FEED) {
            rc = spawn(supervisor,
                       aw_call_own(read_input, supervisor, end_task));
        } else if (atomic_load(run_stop_flag(supervisor->run))) {
            rc = AW_ECANCELED;
        } else {
            rc = wait_for_change(supervisor, until_us);
        }
    }
    return rc;
}

/* Within the group, everything that was started ends before it is left: with
   a code, cancelled. */
static int supervise_group(struct supervisor *supervisor)
{
    int rc = aw_group_enter(&supervisor->group);

    if (rc < 0)
        return rc;
    rc = start_all(supervisor);
    rc = aw_group_leave(&supervisor->group, rc, NULL, NULL);
    /* Only without memory can there be a task that the group does not know. */
    while (supervisor->busy > 0)
        (void)!aw_sleep(0);
    if (rc != AW_ECANCELED)
        return rc;
    /* Cancelled by a stop, or by an interrupt that nobody else handles. */
    run_stop(supervisor->run, STOP_INTERRUPTED);
    return 0;
}

static int open_supervisor(struct supervisor *supervisor)
{
    int rc = multi_new(&supervisor->multi, aw_get_running_loop(),
                       run_options(supervisor->run)->max_req);

    if (rc < 0)
        return rc;
    rc = stop_watch_open(&supervisor->watch, supervisor->run);
    if (rc == 0) {
        rc = loops_join(supervisor->loops, &supervisor->part,
                        &supervisor->changed);
        if (rc == 0)
            return 0;
        stop_watch_close(&supervisor->watch);
    }
    multi_close(supervisor->multi);
    return rc;
}

static void close_supervisor(struct supervisor *supervisor)
{
    struct place *place;

    loops_leave(&supervisor->part);
    stop_watch_close(&supervisor->watch);
    while ((place = supervisor->free)) {
        supervisor->free = place->next;
        worker_close(&place->worker);
        free(place);
    }
    multi_close(supervisor->multi);
}

static int supervise(void *arg, aw_value *ret)
{
    struct supervisor *supervisor = arg;
    int rc = open_supervisor(supervisor);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = supervise_group(supervisor);
    if (rc < 0)
        loops_fail(supervisor->loops, rc);
    close_supervisor(supervisor);
    supervisor->supervised = true;
    return 0;
}

/* A loop from its beginning to its end, in a thread of its own. */
static void run_loop(struct loops *loops)
{
    struct supervisor supervisor = {.loops = loops, .run = loops->run};
    int rc = aw_run(aw_call(supervise, &supervisor), NULL, NULL);

    /* It may have been cancelled while it cleaned up; what counts is what it
       found. Without a task there was no loop to be had. */
    if (rc < 0 && !supervisor.supervised)
        loops_lack(loops, rc);
}

static int run_async(struct run *run)
{
    struct loops loops;
    int rc = loops_open(&loops, run, run_options(run)->loops, run_loop);

    if (rc < 0)
        return rc;
    run_loop(&loops);
    return loops_close(&loops);
}

const struct downloader downloader_async = {
    .name = "async",
    .place = "slot",
    .default_max_req = 30,
    .greatest_max_req = 10000,
    .descriptors = 2,
    .least_descriptors = 14,
    .run = run_async,
};
