#include <stdlib.h>

#include "await/internal.h"

/*
 * gather: a future that is decided by its members.
 *
 * Its memory stays while somebody holds a reference or a member's callback is
 * on its way; a watch that has stopped never comes, so the last reference is
 * enough to know.
 */

struct gather;

struct member {
    struct watch watch;
    aw_future *future;     /* a reference */
    struct gather *gather; /* NULL: a duplicate, or done with */
};

struct gather {
    struct future future;
    unsigned flags;
    size_t n;
    size_t unfinished;
    bool cancel_requested;
    struct passage passage;
    struct entry grave;
    struct member members[];
};

static struct gather *gather_of(aw_future *f)
{
    return container_of(future_of(f), struct gather, future);
}

static void stop_watching(struct gather *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->members[i].gather)
            aw__watch_stop(&g->members[i].watch);
}

static void let_go(struct entry *grave)
{
    struct gather *g = container_of(grave, struct gather, grave);

    for (size_t i = 0; i < g->n; i++)
        aw_unref(g->members[i].future);
    aw__future_release(&g->future);
    free(g);
}

static const struct entry_class grave_class = {NULL, let_go};

static void gather_unref(aw_future *f)
{
    struct gather *g = gather_of(f);

    if (--g->future.refs > 0)
        return;
    g->future.refs = 1;
    stop_watching(g);
    g->grave.class = &grave_class;
    aw__bury(g->future.loop, &g->grave);
}

static const aw_future_ops gather_ops = {
    .kind = "gather",
    .ref = aw__future_ref_op,
    .unref = gather_unref,
    .loop = aw__future_loop_op,
    .state = aw__future_state_op,
    .result = aw__future_result_op,
    .take = aw__future_take_op,
    .cancel = aw__future_pass_op,
    .add_done = aw__future_add_done_op,
    .remove_done = aw__future_remove_done_op,
    .base = &aw__own_marker,
};

/* For cancel.c. */

struct passage *aw__gather_passage(struct future *f)
{
    return f->base.ops == &gather_ops ? &gather_of(&f->base)->passage : NULL;
}

aw_future *aw__gather_unfinished(struct future *f, size_t *i)
{
    struct gather *g = gather_of(&f->base);

    while (*i < g->n) {
        struct member *m = &g->members[(*i)++];

        if (m->gather)
            return m->future;
    }
    return NULL;
}

void aw__gather_cancelled(struct future *f, bool heard)
{
    if (heard)
        gather_of(&f->base)->cancel_requested = true;
}

/* The decision that a finished member brings about. */
static void settle(struct gather *g, aw_future *f)
{
    aw_state state = aw_future_state(f);
    int code = state == AW_VALUE ? 0 : aw_future_result(f, NULL);

    if (g->future.state != AW_PENDING)
        return;
    if (!(g->flags & AW_RETURN_ERRORS) && code < 0)
        aw__future_decide(&g->future, AW_ERROR, code, (aw_value){0});
    else if (g->unfinished == 0 && g->cancel_requested)
        aw__future_decide(&g->future, AW_ERROR, AW_ECANCELED, (aw_value){0});
    else if (g->unfinished == 0)
        aw__future_decide(&g->future, AW_VALUE, 0, (aw_value){0});
}

static void on_member_done(aw_future *f, void *data)
{
    struct member *m = data;
    struct gather *g = m->gather;

    m->gather = NULL;
    g->unfinished--;
    settle(g, f);
}

/* Being a member is being read (A16): a later error of a member that outlives
   the gather is reported to nobody. */
static void mark_read(aw_future *f)
{
    struct future *own = aw__future_own(f);

    if (own && !own->immortal)
        own->read = true;
}

/*
 * Each is wrapped and watched before the next: the callback of a decided
 * member is queued at once, before the first step of a coroutine that comes
 * after it.
 */
static int take_members(struct gather *g, const aw_awaitable *xs, size_t n)
{
    const void *first = &g->members[0].future;
    int rc = 0;

    while (g->n < n && rc == 0) {
        size_t i = g->n++;
        struct member *m = &g->members[i];

        m->future = aw_ensure_future_any(xs[i], g->future.loop);
        if (aw__members_repeat(first, sizeof(*m), i, g))
            continue;
        rc = aw__watch_start(&m->watch, m->future, on_member_done, m);
        if (rc < 0)
            break;
        m->gather = g;
        g->unfinished++;
        mark_read(m->future);
    }
    aw__members_unmark(first, sizeof(g->members[0]), g->n);
    return rc;
}

/* Let nothing of it remain: what was a coroutine a moment ago never runs. */
static aw_future *give_up(struct gather *g, const aw_awaitable *xs, size_t n,
                          int code)
{
    aw_loop *loop = g->future.loop;
    aw_future *failed = aw__future_failed(loop, code);

    for (size_t i = 0; i < g->n; i++)
        if (xs[i].kind == AW_IS_CORO)
            (void)aw_future_cancel(g->members[i].future);
    aw__members_drop(xs + g->n, n - g->n);
    aw_unref(&g->future.base);
    return failed;
}

aw_future *aw_gather(const aw_awaitable *xs, size_t n, unsigned flags)
{
    aw_loop *loop = aw__members_loop(xs, n);
    struct gather *g = NULL;
    int rc = loop ? aw__members_refusal(xs, n, loop) : AW_ENOMEM;

    if (rc == 0 && n < (SIZE_MAX - sizeof(*g)) / sizeof(g->members[0]))
        g = calloc(1, sizeof(*g) + n * sizeof(g->members[0]));
    if (!g) {
        aw__members_drop(xs, n);
        return aw__future_failed(loop, rc < 0 ? rc : AW_ENOMEM);
    }
    aw__future_init(&g->future, loop, &gather_ops);
    g->future.sealed = true;
    g->flags = flags;
    rc = take_members(g, xs, n);
    if (rc < 0)
        return give_up(g, xs, n, rc);
    if (n == 0)
        aw__future_decide(&g->future, AW_VALUE, 0, (aw_value){0});
    return &g->future.base;
}

aw_future *aw_gather_member(aw_future *gather, size_t i)
{
    if (!gather || gather->ops != &gather_ops || i >= gather_of(gather)->n)
        return NULL;
    return gather_of(gather)->members[i].future;
}
