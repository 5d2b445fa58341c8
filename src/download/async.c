#include <errno.h>
#include <stdlib.h>

#include "await/await.h"
#include "download/downloader.h"
#include "download/stop_watch.h"
#include "download/worker.h"

/*
 * How many attempts are started in one turn of the loop. All of them at once
 * would each open a connection; where answers are quick, those of the first
 * turns leave theirs to the rest.
 */
enum { BURST = 8 };

/* The task that starts the attempts, each a task of its own. */
struct supervisor {
    struct run *run;
    struct multi *multi;
    aw_group group;
    aw_event changed;   /* an attempt has ended, or the input was read */
    struct place *free; /* places */
    unsigned places;    /* in all */
    unsigned busy;      /* tasks of the group */
    struct stop_watch watch;
    int rc;
};

/* Where one attempt at a time runs. Made when first needed, reused, so there
   are never more than max_req of them. */
struct place {
    struct worker worker;
    struct supervisor *supervisor;
    struct place *next;
    struct attempt attempt;
    struct outcome outcome;
};

/* The task of an attempt. */
static int run_attempt(void *arg, aw_value *ret)
{
    struct place *place = arg;

    (void)ret;
    place->outcome = worker_download(&place->worker, place->supervisor->run,
                                     &place->attempt);
    return place->outcome.status == STATUS_CANCELLED ? AW_ECANCELED : 0;
}

/* A task of the group is over. */
static void end_task(void *arg)
{
    struct supervisor *supervisor = arg;

    supervisor->busy--;
    aw_event_set(&supervisor->changed);
}

/*
 * The drop of that task's argument: called exactly once, after the function
 * ended or instead of it. So every attempt is settled exactly once, one that
 * never began as cancelled; and the sinks of its last event are called on the
 * loop's own stack.
 */
static void settle(void *arg)
{
    struct place *place = arg;
    struct supervisor *supervisor = place->supervisor;

    run_done(supervisor->run, &place->attempt, &place->outcome);
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
    if (place && worker_open_multi(&place->worker, supervisor->places + 1,
                                   supervisor->run, supervisor->multi) < 0) {
        free(place);
        return NULL;
    }
    if (place)
        place->supervisor = supervisor;
    supervisor->places += place != NULL;
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
    struct outcome cancelled = outcome_cancelled(attempt->item->url);

    if (!place) {
        run_done(supervisor->run, attempt, &cancelled);
        return -ENOMEM;
    }
    place->attempt = *attempt;
    place->attempt.worker = place->worker.number;
    place->outcome = cancelled;
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
    run_filled(supervisor->run, rc);
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

/* Start attempts as the schedule allows. 0: everything is settled;
   AW_ECANCELED: the run is to stop; or another code. */
static int start_all(struct supervisor *supervisor)
{
    struct attempt attempt;
    int64_t until_us;
    unsigned started = 0;
    enum next next;
    int rc = 0;

    while (rc == 0 && (next = run_next(supervisor->run, &attempt, &until_us)) !=
                          NEXT_FINISHED) {
        if (next == NEXT_START) {
            rc = start(supervisor, &attempt);
            if (rc == 0 && ++started % BURST == 0)
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

static int supervise(void *arg, aw_value *ret)
{
    struct supervisor *supervisor = arg;
    aw_loop *loop = aw_get_event_loop();
    struct place *place;

    (void)ret;
    supervisor->rc = multi_new(&supervisor->multi, loop,
                               run_options(supervisor->run)->max_req);
    if (supervisor->rc < 0)
        return 0;
    supervisor->rc = stop_watch_open(&supervisor->watch, supervisor->run);
    if (supervisor->rc == 0) {
        supervisor->rc = supervise_group(supervisor);
        stop_watch_close(&supervisor->watch);
    }
    while ((place = supervisor->free)) {
        supervisor->free = place->next;
        worker_close(&place->worker);
        free(place);
    }
    multi_close(supervisor->multi);
    return 0;
}

static int run_async(struct run *run)
{
    struct supervisor supervisor = {.run = run, .rc = -ECANCELED};
    int rc = aw_run(aw_call(supervise, &supervisor), NULL, NULL);

    /* It may have been cancelled while it cleaned up; what counts is what it
       found. Without a task there was no loop to be had. */
    return supervisor.multi ? supervisor.rc : rc;
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
