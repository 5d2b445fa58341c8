#include "await/sync/waiters.h"

_Static_assert(sizeof(struct link) == 2 * sizeof(void *) &&
                   offsetof(struct link, next) == offsetof(aw_waiters, first) &&
                   offsetof(struct link, prev) == offsetof(aw_waiters, last),
               "the public words are a list head");

static struct link *list_of(aw_waiters *queue)
{
    struct link *list = (struct link *)(void *)queue;

    if (!list->next)
        list_init(list);
    return list;
}

static struct waiter *waiter_of(struct park *park)
{
    return container_of(park, struct waiter, park);
}

/* Others look at the owner without a lock, to find that they may not. */

static aw_loop *owner(const aw_waiters *queue)
{
    return __atomic_load_n(&queue->loop, __ATOMIC_ACQUIRE);
}

static void own(aw_waiters *queue, aw_loop *loop)
{
    __atomic_store_n(&queue->loop, loop, __ATOMIC_RELEASE);
}

int aw__waiters_refusal(const aw_waiters *queue)
{
    aw_loop *loop = owner(queue);
    aw_loop *here = aw_get_running_loop();

    if (!loop || loop == here)
        return 0;
    /* Its tasks are pending, so it is still there; while it does not run, its
       thread may come from outside. */
    return here || aw__in_job() || loop->running ? AW_EOTHERLOOP : 0;
}

static void disown_if_idle(aw_waiters *queue)
{
    if (list_is_empty(list_of(queue)) && queue->chosen == 0)
        own(queue, NULL);
}

static void leave(struct waiter *w)
{
    if (!w->queue)
        return; /* which may be gone */
    if (w->park.state == PARK_DECIDED)
        w->queue->chosen--;
    disown_if_idle(w->queue);
}

static void abandon(struct wait *wait)
{
    struct waiter *w = waiter_of(container_of(wait, struct park, wait));

    aw__park_abandon(wait);
    leave(w);
    if (w->queue && w->park.state == PARK_DECIDED && w->pass_on)
        w->pass_on(w);
}

int aw__waiters_wait(aw_waiters *queue, struct waiter *w)
{
    struct task *t = aw__task_current();
    int rc = aw__waiters_refusal(queue);

    if (!t)
        return AW_ENOTASK;
    if (rc < 0)
        return rc;
    aw__park_init(&w->park, t);
    w->park.wait.abandon = abandon;
    w->park.wait.what = w->what;
    w->queue = queue;
    own(queue, t->future.loop);
    list_append(list_of(queue), &w->park.link);
    rc = aw__park_wait(&w->park);
    leave(w);
    return rc;
}

static struct waiter *pop(aw_waiters *queue)
{
    struct link *link = list_pop(list_of(queue));

    return link ? waiter_of(container_of(link, struct park, link)) : NULL;
}

struct waiter *aw__waiters_choose(aw_waiters *queue)
{
    struct waiter *w;

    while ((w = pop(queue))) {
        if (w->park.state == PARK_PENDING) {
            queue->chosen++;
            aw__park_decide(&w->park);
            return w;
        }
        w->queue = NULL; /* cancelled, and has not gone on yet */
    }
    disown_if_idle(queue);
    return NULL;
}

void aw__waiters_wake(aw_waiters *queue)
{
    struct waiter *w;

    while ((w = pop(queue))) {
        w->queue = NULL;
        aw__park_decide(&w->park);
    }
    disown_if_idle(queue);
}

bool aw__waiters_alive(const aw_waiters *queue)
{
    const struct link *head = (const struct link *)(const void *)queue;

    if (!head->next)
        return false;
    for (struct link *l = head->next; l != head; l = l->next)
        if (container_of(l, struct park, link)->state != PARK_CANCELLED)
            return true;
    return false;
}

/* Decide for it, but leave it where it stands until it goes on. */
static void tell(aw_waiters *queue, struct park *park)
{
    queue->chosen++;
    aw__park_decide(park);
}

void aw__waiters_tell_first(aw_waiters *queue)
{
    struct link *head = list_of(queue);
    struct park *first = container_of(head->next, struct park, link);

    if (!list_is_empty(head) && first->state == PARK_PENDING)
        tell(queue, first);
}

void aw__waiters_tell(aw_waiters *queue, size_t n)
{
    struct link *head = list_of(queue);

    for (struct link *l = head->next; n > 0 && l != head; l = l->next) {
        struct park *park = container_of(l, struct park, link);

        if (park->state != PARK_PENDING)
            continue;
        tell(queue, park);
        n--;
    }
}
