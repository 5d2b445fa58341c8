#include <stdlib.h>

#include "await/internal.h"

/*
 * wait: until enough of several futures are decided. The watches lie on the
 * heap; the wait abandons them with its task.
 */

struct waiting {
    struct park park;
    struct watch *watches;
    size_t n;
    size_t unfinished;
    aw_wait_mode mode;
};

static bool is_enough(const struct waiting *w, aw_future *f)
{
    if (w->unfinished == 0 || w->mode == AW_FIRST_COMPLETED)
        return true;
    return w->mode == AW_FIRST_ERROR && aw_future_state(f) == AW_ERROR;
}

static void on_done(aw_future *f, void *data)
{
    struct waiting *w = data;

    w->unfinished--;
    if (is_enough(w, f))
        aw__park_decide(&w->park);
}

static void stop_watching(struct waiting *w)
{
    for (size_t i = 0; i < w->n; i++)
        aw__watch_stop(&w->watches[i]);
    free(w->watches);
}

static void abandon_waiting(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);

    aw__park_abandon(wait);
    stop_watching(container_of(park, struct waiting, park));
}

static void reverse(aw_future **fs, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        aw_future *f = fs[i];

        fs[i] = fs[n - 1 - i];
        fs[n - 1 - i] = f;
    }
}

typedef bool (*belongs_fn)(aw_future **fs, size_t i, const void *mark);

static bool is_done(aw_future **fs, size_t i, const void *mark)
{
    (void)mark;
    return aw_future_state(fs[i]) != AW_PENDING;
}

static bool is_new(aw_future **fs, size_t i, const void *mark)
{
    return !aw__members_repeat(fs, sizeof(*fs), i, mark);
}

/*
 * Those that belong first, both parts in their order; how many they are. By
 * halves, whose middle is rotated: there may be no memory for a copy, and what
 * was waited for must not be lost for that.
 */
static size_t partition(aw_future **fs, size_t begin, size_t n,
                        belongs_fn belongs, const void *mark)
{
    size_t half = n / 2;
    size_t left;
    size_t right;

    if (n == 0)
        return 0;
    if (n == 1)
        return belongs(fs, begin, mark);
    left = partition(fs, begin, half, belongs, mark);
    right = partition(fs, begin + half, n - half, belongs, mark);
    reverse(fs + begin + left, half - left);
    reverse(fs + begin + half, right);
    reverse(fs + begin + left, half - left + right);
    return left + right;
}

static int watch_all(struct waiting *w, aw_future **fs, size_t n)
{
    int rc = 0;

    w->watches = calloc(n, sizeof(*w->watches));
    if (!w->watches)
        return AW_ENOMEM;
    w->n = n;
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (aw__members_repeat(fs, sizeof(*fs), i, w))
            continue;
        rc = aw__watch_start(&w->watches[i], fs[i], on_done, w);
        w->unfinished++;
    }
    aw__members_unmark(fs, sizeof(*fs), n);
    if (rc < 0)
        stop_watching(w);
    return rc;
}

static int wait_for_enough(struct task *t, aw_future **fs, size_t n,
                           int64_t deadline_ns, aw_wait_mode mode)
{
    struct waiting w = {.mode = mode};
    int rc;

    aw__park_init(&w.park, t);
    w.park.wait.what = "several futures";
    w.park.wait.abandon = abandon_waiting;
    rc = watch_all(&w, fs, n);
    if (rc < 0)
        return rc;
    rc = aw__park_wait_until(&w.park, deadline_ns);
    stop_watching(&w);
    return rc;
}

static int refusal(aw_future **fs, size_t n, const struct task *t)
{
    if (n == 0)
        return AW_EEMPTY;
    if (!t)
        return AW_ENOTASK;
    for (size_t i = 0; i < n; i++) {
        if (!fs[i])
            return AW_EINVAL;
        if (aw_future_loop(fs[i]) && aw_future_loop(fs[i]) != t->future.loop)
            return AW_EOTHERLOOP;
    }
    return 0;
}

int aw_wait(aw_future **fs, size_t n, double limit, aw_wait_mode mode,
            size_t *done)
{
    struct task *t = aw__task_current();
    int64_t ns;
    size_t unique;
    int rc = refusal(fs, n, t);

    if (rc == 0 && !aw__ns_from_seconds(limit, &ns))
        rc = AW_EINVAL;
    if (rc < 0)
        return rc;
    rc =
        wait_for_enough(t, fs, n, aw__deadline_after(t->future.loop, ns), mode);
    if (rc < 0 && rc != AW_ETIMEDOUT)
        return rc;
    unique = partition(fs, 0, n, is_new, &ns);
    aw__members_unmark(fs, sizeof(*fs), n);
    unique = partition(fs, 0, unique, is_done, NULL);
    if (done)
        *done = unique;
    return 0;
}
