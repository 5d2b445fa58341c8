#include "await/future.h"

#include <stdlib.h>
#include <string.h>

#include "await/internal.h"

const char aw__own_marker;

void aw__value_drop(aw_value v)
{
    if (v.drop)
        v.drop(v.ptr);
}

void aw__coro_drop(aw_coro coro)
{
    if (coro.drop)
        coro.drop(coro.arg);
}

void aw__awaitable_drop(aw_awaitable a)
{
    if (a.kind == AW_IS_CORO)
        aw__coro_drop(a.of.coro);
    else if (a.kind == AW_IS_GIVEN)
        aw_unref(a.of.future);
}

struct future *aw__future_own(const aw_future *f)
{
    return f->ops->base == &aw__own_marker ? future_of((void *)f) : NULL;
}

/* The object. */

void *aw__memory(size_t size)
{
    void *memory = malloc(size);

    /* Behind this the compiler does not see that both would be a calloc(). */
    __asm__("" : "+r"(memory));
    return memory ? memset(memory, 0, size) : NULL;
}

void aw__future_init(struct future *f, aw_loop *loop, const aw_future_ops *ops)
{
    f->base.ops = ops;
    f->refs = 1;
    f->state = AW_PENDING;
    f->loop = loop;
    list_init(&f->callbacks);
    aw__loop_ref(loop);
}

void aw__future_init_immortal(struct future *f, aw_loop *loop, int code)
{
    *f = (struct future){.base.ops = &aw__future_ops,
                         .refs = 1,
                         .state = AW_ERROR,
                         .code = code,
                         .read = true,
                         .sealed = true,
                         .immortal = true,
                         .loop = loop};
    list_init(&f->callbacks);
}

aw_future *aw_future_new(aw_loop *loop)
{
    struct future *f;

    loop = aw__loop_or_current(loop);
    if (!loop || loop->closed)
        return NULL;
    f = aw__memory(sizeof(*f));
    if (!f)
        return NULL;
    aw__future_init(f, loop, &aw__future_ops);
    return &f->base;
}

/* Where there is not even a loop. Nothing ever writes to it. */
#define NOWHERE(name, number)        \
    static struct future name = {    \
        .base.ops = &aw__future_ops, \
        .refs = 1,                   \
        .state = AW_ERROR,           \
        .code = (number),            \
        .read = true,                \
        .sealed = true,              \
        .immortal = true,            \
        .callbacks = {&name.callbacks, &name.callbacks}}
NOWHERE(no_memory_for_a_loop, AW_ENOMEM);
NOWHERE(no_loop_in_a_job, AW_ENOLOOP);
#undef NOWHERE

aw_future *aw__future_failed(aw_loop *loop, int code)
{
    struct future *f;

    if (!loop)
        return aw__in_job() ? &no_loop_in_a_job.base
                            : &no_memory_for_a_loop.base;
    f = code == AW_ENOMEM ? NULL : calloc(1, sizeof(*f));
    if (!f)
        return &loop->no_memory.base;
    aw__future_init(f, loop, &aw__future_ops);
    f->state = AW_ERROR;
    f->code = code;
    return &f->base;
}

void aw__bury(aw_loop *loop, struct entry *grave)
{
    struct link *link;

    list_append(&loop->graves, &grave->link);
    if (loop->burying)
        return;
    aw__loop_ref(loop);
    loop->burying = true;
    while ((link = list_pop(&loop->graves))) {
        struct entry *entry = container_of(link, struct entry, link);

        entry->class->discard(entry);
    }
    loop->burying = false;
    aw_loop_unref(loop);
}

/* A program's functions find what they let go of gone when that returns. */
static void tell_and_drop(struct future *f)
{
    bool burying = f->loop->burying;

    f->loop->burying = false;
    if (f->state == AW_ERROR && !f->read)
        aw__report(
            f->loop,
            &(aw_report){.kind = AW_NEVER_RETRIEVED,
                         .code = f->code,
                         .task = f->is_task ? aw_task_name(&f->base) : NULL});
    aw__value_drop(f->value);
    f->loop->burying = burying;
}

void aw__future_release(struct future *f)
{
    struct link *link;

    tell_and_drop(f);
    while ((link = list_pop(&f->callbacks)))
        aw__callback_release(container_of(
            container_of(link, struct entry, link), struct callback, entry));
    aw_loop_unref(f->loop);
}

void aw__future_ref_op(aw_future *future)
{
    struct future *f = future_of(future);

    if (!f->immortal)
        f->refs++;
}

void aw__future_unref_op(aw_future *future)
{
    struct future *f = future_of(future);

    if (f->immortal || --f->refs > 0)
        return;
    f->refs = 1; /* reporting and dropping may look at it */
    aw__future_release(f);
    free(f);
}

bool aw__future_decide(struct future *f, aw_state state, int code, aw_value v)
{
    if (f->state != AW_PENDING) {
        aw__value_drop(v);
        return false;
    }
    f->state = state;
    f->code = code;
    f->value = v;
    aw__future_queue_callbacks(f);
    return true;
}

/* Operations. */

aw_loop *aw__future_loop_op(const aw_future *f)
{
    return ((const struct future *)f)->loop;
}

aw_state aw__future_state_op(const aw_future *f)
{
    return ((const struct future *)f)->state;
}

static int outcome_code(struct future *f)
{
    switch (f->state) {
    case AW_PENDING:
        return AW_ESTATE;
    case AW_VALUE:
        return 0;
    case AW_CANCELLED:
        return AW_ECANCELED;
    case AW_ERROR:
        break;
    }
    if (!f->immortal)
        f->read = true;
    return f->code;
}

int aw__future_result_op(aw_future *future, aw_value *borrowed)
{
    struct future *f = future_of(future);
    int rc = outcome_code(f);

    if (rc == 0 && borrowed)
        *borrowed = (aw_value){.ptr = f->value.ptr};
    return rc;
}

int aw__future_take_op(aw_future *future, aw_value *owned)
{
    struct future *f = future_of(future);
    int rc = outcome_code(f);

    if (rc < 0)
        return rc;
    if (owned)
        *owned = f->value;
    else
        aw__value_drop(f->value);
    f->value = (aw_value){0};
    return 0;
}

bool aw__future_cancel_op(aw_future *future)
{
    struct future *f = future_of(future);

    if (f->immortal)
        return false;
    f->read = true; /* whoever gives up on it has given up on its error */
    return aw__future_decide(f, AW_CANCELLED, 0, (aw_value){0});
}

const aw_future_ops aw__future_ops = {
    .kind = "future",
    .ref = aw__future_ref_op,
    .unref = aw__future_unref_op,
    .loop = aw__future_loop_op,
    .state = aw__future_state_op,
    .result = aw__future_result_op,
    .take = aw__future_take_op,
    .cancel = aw__future_cancel_op,
    .add_done = aw__future_add_done_op,
    .remove_done = aw__future_remove_done_op,
    .base = &aw__own_marker,
};

/* The calls. */

aw_future *aw_ref(aw_future *f)
{
    if (f)
        f->ops->ref(f);
    return f;
}

void aw_unref(aw_future *f)
{
    if (f)
        f->ops->unref(f);
}

aw_state aw_future_state(const aw_future *f)
{
    return f->ops->state(f);
}

aw_loop *aw_future_loop(const aw_future *f)
{
    return f->ops->loop(f);
}

int aw_future_result(aw_future *f, aw_value *borrowed)
{
    return f->ops->result(f, borrowed);
}

int aw_future_take(aw_future *f, aw_value *owned)
{
    return f->ops->take(f, owned);
}

int aw_set_value(aw_future *f, aw_value v)
{
    struct future *own = aw__future_own(f);

    if (!own || own->sealed) {
        aw__value_drop(v);
        return AW_ESTATE;
    }
    return aw__future_decide(own, AW_VALUE, 0, v) ? 0 : AW_ESTATE;
}

int aw_set_error(aw_future *f, int code)
{
    struct future *own = aw__future_own(f);

    if (code >= 0)
        return AW_EINVAL;
    if (!own || own->sealed)
        return AW_ESTATE;
    return aw__future_decide(own, AW_ERROR, code, (aw_value){0}) ? 0
                                                                 : AW_ESTATE;
}

bool aw_future_cancel(aw_future *f)
{
    return f->ops->cancel(f);
}

int aw_add_done(aw_future *f, aw_done_fn fn, void *data)
{
    return f->ops->add_done(f, fn, data);
}

size_t aw_remove_done(aw_future *f, aw_done_fn fn, void *data)
{
    return f->ops->remove_done(f, fn, data);
}
