#include "foreign.h"

#include <stdlib.h>

/*
 * The wrapper: a task of ours inside. What a callback is given must be the
 * wrapper, so its registrations translate.
 */
struct wrapper {
    aw_future base;
    unsigned refs;
    aw_future *inner;
    struct translation *first;
};

struct translation {
    struct translation *next;
    struct wrapper *of;
    aw_done_fn fn;
    void *data;
    bool removed; /* its entry is queued, but nobody is to be told */
};

static struct wrapper *wrapper_of(const aw_future *f)
{
    return (struct wrapper *)f;
}

static void wrapper_ref(aw_future *f)
{
    wrapper_of(f)->refs++;
}

static void wrapper_unref(aw_future *f)
{
    struct wrapper *self = wrapper_of(f);

    if (--self->refs > 0)
        return;
    aw_unref(self->inner);
    foreign_count(-1);
    free(self);
}

static aw_loop *wrapper_loop(const aw_future *f)
{
    return aw_future_loop(wrapper_of(f)->inner);
}

static aw_state wrapper_state(const aw_future *f)
{
    return aw_future_state(wrapper_of(f)->inner);
}

static int wrapper_result(aw_future *f, aw_value *borrowed)
{
    return aw_future_result(wrapper_of(f)->inner, borrowed);
}

static int wrapper_take(aw_future *f, aw_value *owned)
{
    return aw_future_take(wrapper_of(f)->inner, owned);
}

static bool wrapper_cancel(aw_future *f)
{
    return aw_future_cancel(wrapper_of(f)->inner);
}

static void translation_free(struct translation *t)
{
    struct wrapper *self = t->of;
    struct translation **at = &self->first;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    free(t);
    wrapper_unref(&self->base);
}

static void translate(aw_future *inner, void *arg)
{
    struct translation *t = arg;

    (void)inner;
    if (!t->removed)
        t->fn(&t->of->base, t->data);
    translation_free(t);
}

static int wrapper_add_done(aw_future *f, aw_done_fn fn, void *data)
{
    struct wrapper *self = wrapper_of(f);
    struct translation *t = calloc(1, sizeof(*t));

    if (!t)
        return AW_ENOMEM;
    *t = (struct translation){self->first, self, fn, data, false};
    int rc = aw_add_done(self->inner, translate, t);
    if (rc < 0) {
        free(t);
        return rc;
    }
    self->first = t;
    self->refs++; /* the object lives until the entry ran */
    return 0;
}

static size_t wrapper_remove_done(aw_future *f, aw_done_fn fn, void *data)
{
    struct wrapper *self = wrapper_of(f);
    struct translation *t = self->first, *next;
    size_t n = 0;

    wrapper_ref(f);
    for (; t; t = next) {
        next = t->next;
        if (t->removed || t->fn != fn || t->data != data)
            continue;
        n++;
        if (aw_remove_done(self->inner, translate, t) > 0)
            translation_free(t);
        else
            t->removed = true;
    }
    wrapper_unref(f);
    return n;
}

static const char *wrapper_name(const aw_future *f)
{
    return aw_task_name(wrapper_of(f)->inner);
}

static int wrapper_set_name(aw_future *f, const char *name)
{
    return aw_task_set_name(wrapper_of(f)->inner, name);
}

static const aw_future_ops wrapper_ops = {
    .kind = "Wrapper",
    .ref = wrapper_ref,
    .unref = wrapper_unref,
    .loop = wrapper_loop,
    .state = wrapper_state,
    .result = wrapper_result,
    .take = wrapper_take,
    .cancel = wrapper_cancel,
    .add_done = wrapper_add_done,
    .remove_done = wrapper_remove_done,
    .name = wrapper_name,
    .set_name = wrapper_set_name,
};

aw_future *wrapper_new(aw_loop *loop, aw_coro coro)
{
    struct wrapper *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct wrapper){
        .base.ops = &wrapper_ops, .refs = 1, .inner = aw_task_new(loop, coro)};
    foreign_count(1);
    return &self->base;
}
