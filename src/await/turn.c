#include <unistd.h>

#include "await/internal.h"

/*
 * turn: what a loop does in a turn, again and again: wait for I/O, take the
 * timers that are due, run what is in the queue.
 */

/* A loop whose own handles nothing keeps busy still looks at libuv this often,
   for handles that their owners unreferenced. */
enum { TURNS_UNPOLLED_MAX = 64 };

static void run_uv(aw_loop *l, uv_run_mode mode)
{
    l->turns_unpolled = 0;
    l->in_uv = true;
    uv_ref((uv_handle_t *)&l->uv_wake); /* it waits for that at least */
    uv_run(&l->uv, mode);
    uv_unref((uv_handle_t *)&l->uv_wake);
    l->in_uv = false;
}

/* Handles and requests on libuv's loop that are not ours, of which none is
   referenced. */
static bool has_foreign_io(const aw_loop *l)
{
    return uv_loop_alive(&l->uv) != 0;
}

static bool has_work(const aw_loop *l)
{
    return !list_is_empty(&l->ready) || l->stopping ||
           atomic_load_explicit(&l->remote_pending, memory_order_acquire);
}

/* The next timer, or sooner, to give back what stacks keep. */
static int64_t wait_until(aw_loop *l, int64_t next)
{
    if (l->stacks.due_ns == STACKS_NEVER)
        return next;
    aw__stacks_tend(&l->stacks, (int64_t)uv_hrtime());
    return next < l->stacks.due_ns ? next : l->stacks.due_ns;
}

/*
 * Wait for I/O where there is nothing else to do, and let it append.
 *
 * A queue that is not empty asks for a poll that does not wait. That costs a
 * system call a turn, so it is left out where libuv watches nothing.
 */
static void poll_io(aw_loop *l)
{
    int64_t next = timers_next(&l->timers);

    if (has_work(l) || (next != TIMERS_NEVER && next <= aw__loop_now_ns(l))) {
        if (l->polled > 0 || ++l->turns_unpolled >= TURNS_UNPOLLED_MAX ||
            has_foreign_io(l))
            run_uv(l, UV_RUN_NOWAIT);
        return;
    }
    if (!l->virtual_clock) {
        aw__waker_arm(&l->waker, wait_until(l, next));
        run_uv(l, UV_RUN_ONCE);
        return;
    }
    run_uv(l, UV_RUN_NOWAIT);
    if (has_work(l))
        return;
    if (next != TIMERS_NEVER && l->io_awaited == 0 && !has_foreign_io(l))
        l->virtual_ns = next; /* only timers are awaited: time jumps */
    else
        run_uv(l, UV_RUN_ONCE);
}

static void take_due_timers(aw_loop *l)
{
    struct timer *timer;
    int64_t now;

    if (l->stacks.due_ns != STACKS_NEVER)
        aw__stacks_tend(&l->stacks, (int64_t)uv_hrtime());
    if (timers_next(&l->timers) == TIMERS_NEVER)
        return;
    now = aw__loop_now_ns(l);
    while ((timer = l->timers.first) && timer->deadline_ns <= now) {
        aw__timers_remove(&l->timers, timer);
        aw__loop_append(l, &container_of(timer, struct alarm, timer)->entry);
    }
}

static void run_entry(aw_loop *l, struct entry *entry)
{
    uint64_t began;
    int64_t took;

    if (!l->debug) {
        entry->class->run(l, entry);
        return;
    }
    l->stepped = false;
    began = uv_hrtime();
    entry->class->run(l, entry);
    took = (int64_t)(uv_hrtime() - began);
    if (!l->stepped && took > l->slow_ns)
        aw__report(
            l, &(aw_report){.kind = AW_SLOW, .seconds = (double)took * 1e-9});
}

static void turn(aw_loop *l)
{
    struct link *link;

    poll_io(l);
    aw__handles_take_remote(l);
    take_due_timers(l);
    list_splice(&l->batch, &l->ready);
    while (!l->forked && (link = list_pop(&l->batch)))
        run_entry(l, container_of(link, struct entry, link));
}

int aw__loop_run(aw_loop *loop)
{
    if (aw_get_running_loop() || loop->running)
        return AW_ERUNNING;
    if (loop->closed)
        return AW_ECLOSED;
    if (loop->pid != getpid())
        return AW_EFORKED;
    aw__loop_ref(loop);
    loop->running = true;
    aw__loop_set_running(loop);
    aw__overflow_watch(loop);
    do
        turn(loop);
    while (!loop->stopping && !loop->forked);
    if (loop->forked)
        return AW_EFORKED; /* as it is: it is the parent's */
    aw__overflow_unwatch(loop);
    loop->stopping = false;
    aw__loop_set_running(NULL);
    loop->running = false;
    aw_loop_unref(loop);
    return 0;
}

int aw_run_forever(aw_loop *loop)
{
    loop = aw__loop_or_current(loop);
    return loop ? aw__loop_run(loop) : aw__no_loop();
}

void aw_stop(aw_loop *loop)
{
    loop = aw__loop_or_current(loop);
    if (loop)
        loop->stopping = true;
}
