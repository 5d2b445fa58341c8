#include <stdlib.h>

#include "await/internal.h"

/*
 * completions: futures in the order in which they are decided. Those that
 * nobody has taken yet queue up.
 */

struct item {
    struct watch watch;
    aw_future *future; /* a reference */
    struct link link;  /* among the decided */
    struct aw_completions *owner;
};

struct aw_completions {
    aw_loop *loop;
    struct alarm limit;
    struct link decided;
    struct park *taker;
    size_t n;
    size_t unfinished; /* not decided, and the limit has not passed */
    size_t missing;    /* were not decided when it passed */
    int refusal;
    struct item items[];
};

static void wake_taker(aw_completions *c)
{
    if (c->taker)
        aw__park_decide(c->taker);
}

static void on_item_done(aw_future *f, void *data)
{
    struct item *item = data;
    aw_completions *c = item->owner;

    (void)f;
    list_append(&c->decided, &item->link);
    if (--c->unfinished == 0)
        aw__alarm_clear(c->loop, &c->limit);
    wake_taker(c);
}

static void stop_watching(aw_completions *c)
{
    for (size_t i = 0; i < c->n; i++)
        aw__watch_stop(&c->items[i].watch);
}

static void run_limit(aw_loop *loop, struct entry *entry)
{
    struct alarm *alarm = container_of(entry, struct alarm, entry);
    aw_completions *c = container_of(alarm, aw_completions, limit);

    (void)loop;
    stop_watching(c);
    c->missing = c->unfinished;
    c->unfinished = 0;
    wake_taker(c);
}

static void discard_limit(struct entry *entry)
{
    (void)entry; /* the object is its owner's */
}

static const struct entry_class limit_class = {run_limit, discard_limit};

static int watch_items(aw_completions *c)
{
    const void *first = &c->items[0].future;
    int rc = 0;

    for (size_t i = 0; i < c->n && rc == 0; i++) {
        struct item *item = &c->items[i];

        item->owner = c;
        if (aw__members_repeat(first, sizeof(*item), i, c))
            continue;
        rc = aw__watch_start(&item->watch, item->future, on_item_done, item);
        if (rc == 0)
            c->unfinished++;
    }
    aw__members_unmark(first, sizeof(c->items[0]), c->n);
    return rc;
}

static void give_up(aw_completions *c, const aw_awaitable *xs)
{
    for (size_t i = 0; i < c->n; i++)
        if (xs[i].kind == AW_IS_CORO)
            (void)aw_future_cancel(c->items[i].future);
    aw_completions_free(c);
}

/* What cannot be waited for is told by the first aw_next(). */
static int begin(aw_completions *c, const aw_awaitable *xs, size_t n,
                 double limit)
{
    int64_t ns;
    int rc = aw__members_refusal(xs, n, c->loop);

    if (rc == 0 && !aw__ns_from_seconds(limit, &ns))
        rc = AW_EINVAL;
    if (rc < 0) {
        aw__members_drop(xs, n);
        c->refusal = rc;
        return 0;
    }
    for (c->n = 0; c->n < n; c->n++)
        c->items[c->n].future = aw_ensure_future_any(xs[c->n], c->loop);
    rc = watch_items(c);
    if (rc < 0)
        return rc;
    if (ns != TIMERS_NEVER && c->unfinished > 0)
        aw__alarm_set(c->loop, &c->limit, aw__deadline_after(c->loop, ns));
    return 0;
}

aw_completions *aw_as_completed(const aw_awaitable *xs, size_t n, double limit)
{
    aw_loop *loop = aw__members_loop(xs, n);
    aw_completions *c = NULL;

    if (loop && n < (SIZE_MAX - sizeof(*c)) / sizeof(c->items[0]))
        c = calloc(1, sizeof(*c) + n * sizeof(c->items[0]));
    if (!c) {
        aw__members_drop(xs, n);
        return NULL;
    }
    c->loop = loop;
    aw__loop_ref(loop);
    c->limit.entry.class = &limit_class;
    list_init(&c->decided);
    if (begin(c, xs, n, limit) < 0) {
        give_up(c, xs);
        return NULL;
    }
    return c;
}

/* The one who waits in aw_next(), on its stack. */
struct taker {
    struct park park;
    aw_completions *completions;
};

static void abandon_taker(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);

    container_of(park, struct taker, park)->completions->taker = NULL;
    aw__park_abandon(wait);
}

static int wait_for_next(aw_completions *c)
{
    struct task *t = aw__task_current();
    struct taker taker = {.completions = c};
    int rc;

    if (!t)
        return AW_ENOTASK;
    if (t->future.loop != c->loop)
        return AW_EOTHERLOOP;
    if (c->taker)
        return AW_ESTATE;
    aw__park_init(&taker.park, t);
    taker.park.wait.what = "the next of several futures";
    taker.park.wait.abandon = abandon_taker;
    c->taker = &taker.park;
    rc = aw__park_wait(&taker.park);
    c->taker = NULL;
    return rc;
}

int aw_next(aw_completions *c, aw_future **f)
{
    struct link *link;

    if (!c)
        return AW_ENOMEM;
    if (c->refusal < 0) {
        int rc = c->refusal;

        c->refusal = AW_EEND;
        return rc;
    }
    while (list_is_empty(&c->decided)) {
        int rc;

        if (c->missing > 0) {
            c->missing--;
            if (f)
                *f = NULL;
            return AW_ETIMEDOUT;
        }
        if (c->unfinished == 0)
            return AW_EEND;
        rc = wait_for_next(c);
        if (rc < 0)
            return rc;
    }
    link = list_pop(&c->decided);
    if (f)
        *f = container_of(link, struct item, link)->future;
    return 0;
}

void aw_completions_free(aw_completions *c)
{
    if (!c)
        return;
    stop_watching(c);
    aw__alarm_clear(c->loop, &c->limit);
    for (size_t i = 0; i < c->n; i++)
        aw_unref(c->items[i].future);
    aw_loop_unref(c->loop);
    free(c);
}
