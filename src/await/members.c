#include "await/internal.h"

aw_loop *aw__members_loop(const aw_awaitable *xs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (xs[i].kind != AW_IS_CORO && xs[i].of.future &&
            aw_future_loop(xs[i].of.future))
            return aw_future_loop(xs[i].of.future);
    return aw_get_event_loop();
}

int aw__members_refusal(const aw_awaitable *xs, size_t n, const aw_loop *loop)
{
    for (size_t i = 0; i < n; i++) {
        const aw_future *f = xs[i].of.future;

        if (xs[i].kind == AW_IS_CORO)
            continue;
        if (!f)
            return AW_EINVAL;
        if (aw_future_loop(f) && aw_future_loop(f) != loop)
            return AW_EOTHERLOOP;
    }
    return loop->closed ? AW_ECLOSED : 0;
}

void aw__members_drop(const aw_awaitable *xs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        aw__awaitable_drop(xs[i]);
}

static aw_future *nth(const void *first, size_t stride, size_t i)
{
    return *(aw_future *const *)(const void *)((const char *)first +
                                               i * stride);
}

/* Ours are marked, for lists may be long; foreign ones are compared. */
bool aw__members_repeat(const void *first, size_t stride, size_t i,
                        const void *mark)
{
    aw_future *f = nth(first, stride, i);
    struct future *own = aw__future_own(f);

    if (own && !own->immortal) {
        bool repeated = own->mark == mark;

        own->mark = mark;
        return repeated;
    }
    for (size_t j = 0; j < i; j++)
        if (nth(first, stride, j) == f)
            return true;
    return false;
}

void aw__members_unmark(const void *first, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct future *own = aw__future_own(nth(first, stride, i));

        if (own && !own->immortal)
            own->mark = NULL;
    }
}
