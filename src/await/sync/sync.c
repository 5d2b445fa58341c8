#include "await/sync/sync.h"

#include <limits.h>

#include "await/sync/waiters.h"

int aw_event_wait(aw_event *e)
{
    struct waiter w = {.what = "an event"};

    return e->set ? 0 : aw__waiters_wait(&e->waiters, &w);
}

int aw_event_set(aw_event *e)
{
    int rc = aw__waiters_refusal(&e->waiters);

    if (rc < 0 || e->set)
        return rc;
    e->set = true;
    aw__waiters_wake(&e->waiters);
    return 0;
}

void aw_event_clear(aw_event *e)
{
    e->set = false;
}

int aw_semaphore_init(aw_semaphore *s, int value, int bound)
{
    if (value < 0 || bound < 0 || (bound > 0 && value > bound))
        return AW_EINVAL;
    *s = (aw_semaphore){.value = value, .bound = bound};
    return 0;
}

/* A place goes to the first who still waits, and never shows in `value`. */
static void give_place(aw_semaphore *s)
{
    if (aw__waiters_choose(&s->waiters))
        s->given++;
    else
        s->value++;
}

/* Someone who was given a place has gone on: who came since then, and had to
   queue up although a place was free, may follow. */
static void let_follow(aw_semaphore *s)
{
    s->given--;
    if (s->value == 0)
        return;
    s->value--;
    give_place(s);
}

/* It never went on with its place, being cancelled (A51) or destroyed. */
static void return_place(struct waiter *w)
{
    aw_semaphore *s = container_of(w->queue, aw_semaphore, waiters);

    s->given--;
    give_place(s);
}

int aw_semaphore_acquire(aw_semaphore *s)
{
    struct waiter w = {.pass_on = return_place, .what = "a semaphore"};
    int rc = aw__waiters_refusal(&s->waiters);

    if (rc < 0)
        return rc;
    if (s->value > 0 && s->given == 0) {
        s->value--;
        return 0;
    }
    rc = aw__waiters_wait(&s->waiters, &w);
    if (w.park.state != PARK_DECIDED)
        return rc;
    if (rc < 0)
        return_place(&w);
    else
        let_follow(s);
    return rc;
}

int aw_semaphore_release(aw_semaphore *s)
{
    int rc = aw__waiters_refusal(&s->waiters);

    if (rc < 0)
        return rc;
    if (s->bound > 0 && s->value >= s->bound)
        return AW_ESTATE;
    if (s->value == INT_MAX)
        return AW_ESTATE;
    give_place(s);
    return 0;
}
