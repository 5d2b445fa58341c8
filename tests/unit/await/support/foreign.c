#include "foreign.h"

#include <stdlib.h>
#include <string.h>

static int alive;

int foreign_alive(void)
{
    return alive;
}

void foreign_count(int more)
{
    alive += more;
}

/* A callback: registered while pending, then an entry of the loop's queue. */
struct registration {
    struct registration *next;
    struct foreign *of;
    aw_done_fn fn;
    void *data;
    aw_handle *handle; /* NULL until it is queued */
};

struct foreign {
    aw_future base;
    unsigned refs;
    aw_loop *loop;
    aw_future *worker; /* the task that computes the outcome, until its end */
    aw_state state;
    int code;
    aw_value value;
    struct registration *first;
    char name[32];
};

static struct foreign *of(const aw_future *f)
{
    return (struct foreign *)f;
}

static void foreign_ref(aw_future *f)
{
    of(f)->refs++;
}

static void foreign_unref(aw_future *f)
{
    struct foreign *self = of(f);

    if (--self->refs > 0)
        return;
    while (self->first) {
        struct registration *r = self->first;

        self->first = r->next;
        free(r);
    }
    if (self->value.drop)
        self->value.drop(self->value.ptr);
    foreign_count(-1);
    free(self);
}

static aw_loop *foreign_loop(const aw_future *f)
{
    return of(f)->loop;
}

static aw_state foreign_state(const aw_future *f)
{
    return of(f)->state;
}

static int foreign_result(aw_future *f, aw_value *borrowed)
{
    struct foreign *self = of(f);

    if (self->state == AW_PENDING)
        return AW_ESTATE;
    if (self->state == AW_VALUE && borrowed)
        *borrowed = self->value;
    return self->code;
}

static int foreign_take(aw_future *f, aw_value *owned)
{
    aw_value value = {0};
    int rc = foreign_result(f, &value);

    if (rc < 0)
        return rc;
    of(f)->value = (aw_value){0};
    if (owned)
        *owned = value;
    else if (value.drop)
        value.drop(value.ptr);
    return 0;
}

static void unlink_registration(struct registration *r)
{
    struct registration **at = &r->of->first;

    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
}

static void run_registration(void *arg)
{
    struct registration *r = arg;
    struct foreign *self = r->of;

    unlink_registration(r);
    aw_handle_unref(r->handle);
    r->fn(&self->base, r->data);
    free(r);
    foreign_unref(&self->base);
}

/* Each registration is an entry of its own and keeps the object alive. */
static int queue_registration(struct registration *r)
{
    int rc = aw_call_soon(r->of->loop, run_registration, r, &r->handle);

    if (rc == 0)
        r->of->refs++;
    return rc;
}

static int foreign_add_done(aw_future *f, aw_done_fn fn, void *data)
{
    struct foreign *self = of(f);
    struct registration *r = calloc(1, sizeof(*r)), **end = &self->first;

    if (!r)
        return AW_ENOMEM;
    *r = (struct registration){.of = self, .fn = fn, .data = data};
    while (*end)
        end = &(*end)->next;
    *end = r;
    if (self->state == AW_PENDING)
        return 0;
    int rc = queue_registration(r);
    if (rc < 0) {
        *end = NULL;
        free(r);
    }
    return rc;
}

/* Really removes, what is queued as well: data may be on a stack. */
static size_t foreign_remove_done(aw_future *f, aw_done_fn fn, void *data)
{
    struct foreign *self = of(f);
    struct registration *r = self->first, *next;
    size_t n = 0, queued = 0;

    for (; r; r = next) {
        next = r->next;
        if (r->fn != fn || r->data != data)
            continue;
        unlink_registration(r);
        if (r->handle) {
            aw_handle_cancel(r->handle);
            aw_handle_unref(r->handle);
            queued++;
        }
        free(r);
        n++;
    }
    while (queued-- > 0)
        foreign_unref(f);
    return n;
}

static bool foreign_cancel(aw_future *f)
{
    struct foreign *self = of(f);

    return self->state == AW_PENDING && aw_future_cancel(self->worker);
}

static const char *foreign_name(const aw_future *f)
{
    return of(f)->name;
}

static int foreign_set_name(aw_future *f, const char *name)
{
    if (strlen(name) >= sizeof(of(f)->name))
        return AW_EINVAL;
    memcpy(of(f)->name, name, strlen(name) + 1);
    return 0;
}

static const aw_future_ops foreign_ops = {
    .kind = "Foreign",
    .ref = foreign_ref,
    .unref = foreign_unref,
    .loop = foreign_loop,
    .state = foreign_state,
    .result = foreign_result,
    .take = foreign_take,
    .cancel = foreign_cancel,
    .add_done = foreign_add_done,
    .remove_done = foreign_remove_done,
    .name = foreign_name,
    .set_name = foreign_set_name,
};

static void on_worker_done(aw_future *worker, void *arg)
{
    struct foreign *self = arg;

    self->code = aw_future_take(worker, &self->value);
    self->state = aw_future_state(worker);
    self->worker = NULL;
    aw_unref(worker);
    for (struct registration *r = self->first; r; r = r->next) {
        if (queue_registration(r) < 0)
            abort();
    }
    foreign_unref(&self->base);
}

aw_future *foreign_new(aw_loop *loop, aw_coro coro)
{
    struct foreign *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct foreign){.base.ops = &foreign_ops,
                             .refs = 2, /* the caller's and the worker's */
                             .loop = loop,
                             .worker = aw_task_new(loop, coro)};
    if (aw_add_done(self->worker, on_worker_done, self) < 0)
        abort();
    foreign_count(1);
    return &self->base;
}
