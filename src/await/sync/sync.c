#include "await/sync/sync.h"

#include <limits.h>

#include "await/internal.h"

/*
 * sync: waiters are parks on their tasks' stacks, in a list whose two ends are
 * the public struct's words. A zeroed struct is a list without a head: it is
 * made circular when the first waiter comes.
 */

_Static_assert(sizeof(struct link) == sizeof(aw_waiters) &&
                   offsetof(struct link, next) == offsetof(aw_waiters, first) &&
                   offsetof(struct link, prev) == offsetof(aw_waiters, last),
               "the public words are a list head");

static struct link *list_of(aw_waiters *waiters)
{
    struct link *list = (struct link *)(void *)waiters;

    if (!list->next)
        list_init(list);
    return list;
}

static struct park *park_at(struct link *link)
{
    return container_of(link, struct park, link);
}

static int wait_in(struct park *park, aw_waiters *waiters)
{
    struct task *t = aw__task_current();

    if (!t)
        return AW_ENOTASK;
    aw__park_init(park, t);
    list_append(list_of(waiters), &park->link);
    return aw__park_wait(park);
}

int aw_event_wait(aw_event *e)
{
    struct park park;

    return e->set ? 0 : wait_in(&park, &e->waiters);
}

void aw_event_set(aw_event *e)
{
    struct link *link;

    if (e->set)
        return;
    e->set = true;
    while ((link = list_pop(list_of(&e->waiters))))
        aw__park_decide(park_at(link));
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
    struct link *link;

    while ((link = list_pop(list_of(&s->waiters)))) {
        struct park *park = park_at(link);

        if (park->state != PARK_PENDING)
            continue; /* cancelled, and has not gone on yet */
        s->given++;
        aw__park_decide(park);
        return;
    }
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

int aw_semaphore_acquire(aw_semaphore *s)
{
    struct park park = {.state = PARK_PENDING};
    int rc;

    if (s->value > 0 && s->given == 0) {
        s->value--;
        return 0;
    }
    rc = wait_in(&park, &s->waiters);
    if (park.state != PARK_DECIDED)
        return rc;
    if (rc < 0) {
        /* Cancelled after it was chosen: the place is passed on (A51). */
        s->given--;
        give_place(s);
    } else {
        let_follow(s);
    }
    return rc;
}

int aw_semaphore_release(aw_semaphore *s)
{
    if (s->bound > 0 && s->value >= s->bound)
        return AW_ESTATE;
    if (s->value == INT_MAX)
        return AW_ESTATE;
    give_place(s);
    return 0;
}
