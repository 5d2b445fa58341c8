#include <stdlib.h>

#include "await/internal.h"

/*
 * shield: an outer future that is told what the inner one is told. It holds
 * the inner one and reads its value there, so the value has one owner.
 */

struct shield {
    struct future future;
    struct watch watch;
    aw_future *inner; /* a reference */
    struct entry grave;
};

static struct shield *shield_of(aw_future *f)
{
    return container_of(future_of(f), struct shield, future);
}

static void let_go(struct entry *grave)
{
    struct shield *s = container_of(grave, struct shield, grave);

    aw_unref(s->inner);
    aw__future_release(&s->future);
    free(s);
}

static const struct entry_class grave_class = {NULL, let_go};

static void shield_unref(aw_future *f)
{
    struct shield *s = shield_of(f);

    if (--s->future.refs > 0)
        return;
    s->future.refs = 1;
    aw__watch_stop(&s->watch);
    s->grave.class = &grave_class;
    aw__bury(s->future.loop, &s->grave);
}

static bool is_shield(const aw_future *f);

/* Where the value is: the innermost of shields in shields. *rc: the first code
   on the way, as long as it is 0. */
static aw_future *innermost(aw_future *f, int *rc)
{
    *rc = 0;
    while (*rc == 0 && is_shield(f)) {
        *rc = aw__future_result_op(f, NULL);
        if (*rc == 0)
            f = shield_of(f)->inner;
    }
    return f;
}

static int shield_result(aw_future *f, aw_value *borrowed)
{
    int rc;

    f = innermost(f, &rc);
    return rc == 0 ? aw_future_result(f, borrowed) : rc;
}

static int shield_take(aw_future *f, aw_value *owned)
{
    int rc;

    f = innermost(f, &rc);
    return rc == 0 ? aw_future_take(f, owned) : rc;
}

/* Nobody is to be told any more: if the inner one fails now, and nobody else
   reads it, that is reported. */
static bool shield_cancel(aw_future *f)
{
    if (!aw__future_cancel_op(f))
        return false;
    aw__watch_stop(&shield_of(f)->watch);
    return true;
}

static const aw_future_ops shield_ops = {
    .kind = "shield",
    .ref = aw__future_ref_op,
    .unref = shield_unref,
    .loop = aw__future_loop_op,
    .state = aw__future_state_op,
    .result = shield_result,
    .take = shield_take,
    .cancel = shield_cancel,
    .add_done = aw__future_add_done_op,
    .remove_done = aw__future_remove_done_op,
    .base = &aw__own_marker,
};

static bool is_shield(const aw_future *f)
{
    return f->ops == &shield_ops;
}

/* The inner error is read by passing it on. */
static void on_inner_done(aw_future *inner, void *data)
{
    struct shield *s = data;
    aw_state state = aw_future_state(inner);
    int code = state == AW_VALUE ? 0 : aw_future_result(inner, NULL);

    aw__future_decide(&s->future, state, state == AW_ERROR ? code : 0,
                      (aw_value){0});
}

aw_future *aw_shield_any(aw_awaitable a)
{
    aw_future *inner = aw_ensure_future_any(a, NULL);
    aw_loop *loop;
    struct shield *s;
    int rc;

    if (aw_future_state(inner) != AW_PENDING)
        return inner;
    loop = aw_future_loop(inner);
    s = calloc(1, sizeof(*s));
    rc = s ? aw__watch_start(&s->watch, inner, on_inner_done, s) : AW_ENOMEM;
    if (rc < 0) {
        free(s);
        if (a.kind == AW_IS_CORO)
            (void)aw_future_cancel(inner);
        aw_unref(inner);
        return aw__future_failed(loop, rc);
    }
    aw__future_init(&s->future, loop, &shield_ops);
    s->future.sealed = true;
    s->inner = inner;
    return &s->future.base;
}
