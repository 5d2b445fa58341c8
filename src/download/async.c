#include <errno.h>
#include <stdlib.h>

#include "await/await.h"
#include "download/download_one.h"
#include "download/downloader.h"
#include "transfer/multi.h"

/*
 * How many attempts are started in one turn of the loop. All of them at once
 * would each open a connection; where answers are quick, those of the first
 * turns leave theirs to the rest.
 */
enum { BURST = 8 };

struct supervisor;

/* Where one attempt at a time runs. Made when first needed, reused, so there
   are never more than max_req of them. */
struct place {
    struct way way;
    struct supervisor *supervisor;
    struct place *next;      /* of all */
    struct place *next_free; /* of the free ones */
    unsigned number;         /* from 1 */
    struct attempt attempt;
    struct outcome outcome;
};

/* The task that starts the attempts, each a task of its own. */
struct supervisor {
    struct run *run;
    const struct download_options *options;
    struct multi *multi;
    aw_future *task;  /* to cancel when the run is to stop */
    aw_event settled; /* an attempt was */
    struct place *places;
    struct place *free_places;
    unsigned count; /* of places */
    unsigned busy;  /* of them */
    int rc;
};

static CURLcode perform(struct way *way, CURL *easy)
{
    /* `way` is a place's first member. */
    return multi_perform(((struct place *)way)->supervisor->multi, easy);
}

static struct place *place_new(struct supervisor *supervisor)
{
    struct place *place = calloc(1, sizeof(*place));

    if (!place)
        return NULL;
    place->way.perform = perform;
    place->way.transfer = transfer_new(&supervisor->options->transfer);
    if (!place->way.transfer) {
        free(place);
        return NULL;
    }
    place->supervisor = supervisor;
    place->number = ++supervisor->count;
    place->next = supervisor->places;
    supervisor->places = place;
    return place;
}

static void free_places(struct supervisor *supervisor)
{
    while (supervisor->places) {
        struct place *place = supervisor->places;

        supervisor->places = place->next;
        transfer_free(place->way.transfer);
        free(place);
    }
}

/* The task of an attempt. */
static int run_attempt(void *arg, aw_value *ret)
{
    struct place *place = arg;
    struct supervisor *supervisor = place->supervisor;

    (void)ret;
    place->outcome =
        download_one(&place->attempt, &place->way, supervisor->options,
                     run_events(supervisor->run));
    return place->outcome.status == STATUS_CANCELLED ? AW_ECANCELED : 0;
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
    place->next_free = supervisor->free_places;
    supervisor->free_places = place;
    supervisor->busy--;
    aw_event_set(&supervisor->settled);
}

/* Give the attempt a place and a task. */
static int start(struct supervisor *supervisor, aw_group *group,
                 const struct attempt *attempt)
{
    struct place *place = supervisor->free_places;
    aw_future *task;

    if (place)
        supervisor->free_places = place->next_free;
    else
        place = place_new(supervisor);
    if (!place) {
        struct outcome outcome = outcome_cancelled(attempt->item->url);

        run_done(supervisor->run, attempt, &outcome);
        return -ENOMEM;
    }
    supervisor->busy++;
    place->attempt = *attempt;
    place->attempt.worker = place->number;
    place->outcome = outcome_cancelled(attempt->item->url);
    task = aw_group_create_task(group, aw_call_own(run_attempt, place, settle));
    return aw_future_state(task) == AW_ERROR ? aw_future_result(task, NULL) : 0;
}

/* Start attempts as the schedule allows. 0: everything is settled;
   AW_ECANCELED: the run is to stop; or another code. */
static int start_all(struct supervisor *supervisor, aw_group *group)
{
    unsigned started = 0;

    for (;;) {
        struct attempt attempt;
        int64_t wait_until_us;
        enum next next = run_next(supervisor->run, &attempt, &wait_until_us);
        int rc = 0;

        if (next == NEXT_FINISHED)
            return 0;
        if (next == NEXT_START) {
            rc = start(supervisor, group, &attempt);
            if (rc == 0 && ++started % BURST == 0)
                rc = aw_sleep(0);
        } else if (atomic_load(run_stop_flag(supervisor->run))) {
            rc = AW_ECANCELED;
        } else {
            aw_event_clear(&supervisor->settled);
            rc = aw_event_wait(&supervisor->settled);
        }
        if (rc < 0)
            return rc;
    }
}

/* run_stop(), on the loop's thread. In its own step the supervisor sees the
   flag by itself. */
static void on_stop(void *arg)
{
    struct supervisor *supervisor = arg;

    if (supervisor->task != aw_current_task())
        aw_future_cancel(supervisor->task);
}

/* Within the group, everything that was started ends before it is left: with
   a code, cancelled. */
static int supervise_group(struct supervisor *supervisor)
{
    aw_group group;
    int rc = aw_group_enter(&group);

    if (rc < 0)
        return rc;
    run_on_stop(supervisor->run, on_stop, supervisor);
    rc = start_all(supervisor, &group);
    rc = aw_group_leave(&group, rc, NULL, NULL);
    run_on_stop(supervisor->run, NULL, NULL);
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
    const struct download_options *options = supervisor->options;
    aw_loop *loop = aw_get_event_loop();

    (void)ret;
    supervisor->task = aw_current_task();
    supervisor->rc = multi_new(&supervisor->multi, loop, options->max_req);
    if (supervisor->rc < 0)
        return 0;
    if (options->on_loop)
        options->on_loop(loop, options->on_loop_arg);
    supervisor->rc = supervise_group(supervisor);
    free_places(supervisor);
    multi_close(supervisor->multi);
    return 0;
}

static int run_async(struct run *run, const struct download_options *options)
{
    struct supervisor supervisor = {.run = run, .options = options};
    int rc = aw_run(aw_call(supervise, &supervisor), NULL, NULL);

    /* It may have been cancelled while it cleaned up; what counts is what it
       found. Without a task there was no loop to be had. */
    return supervisor.task ? supervisor.rc : rc;
}

const struct downloader downloader_async = {
    .name = "async",
    .default_max_req = 30,
    .greatest_max_req = 10000,
    .descriptors = 2,
    .run = run_async,
};
