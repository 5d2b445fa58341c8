#include <signal.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "await/internal.h"

/*
 * run: from outside a loop to the outcome of something that runs on it.
 */

static void stop_loop(aw_future *f, void *loop)
{
    (void)f;
    aw_stop(loop);
}

/* Run until f is done; its outcome is not read. */
static int run_until_done(aw_loop *loop, aw_future *f)
{
    struct watch watch;
    int rc;

    if (aw_future_loop(f) && aw_future_loop(f) != loop)
        return AW_EOTHERLOOP;
    rc = aw__watch_start(&watch, f, stop_loop, loop);
    if (rc < 0)
        return rc;
    rc = aw__loop_run(loop);
    aw__watch_stop(&watch);
    if (rc == 0 && aw_future_state(f) == AW_PENDING)
        return AW_ESTOPPED;
    return rc;
}

static int refusal(const aw_loop *loop)
{
    if (!loop)
        return aw__no_loop();
    if (aw_get_running_loop() || loop->running)
        return AW_ERUNNING;
    return loop->closed ? AW_ECLOSED : 0;
}

int aw_run_until_complete_any(aw_loop *loop, aw_awaitable a, aw_value *out)
{
    bool borrowed = a.kind == AW_IS_FUTURE;
    aw_future *f;
    int rc;

    loop = aw__loop_or_current(loop);
    rc = refusal(loop);
    if (rc < 0) {
        aw__awaitable_drop(a);
        return rc;
    }
    f = aw_ensure_future_any(a, loop);
    rc = run_until_done(loop, f);
    if (rc == 0)
        rc = borrowed || !out ? aw_future_result(f, out)
                              : aw_future_take(f, out);
    else if (rc == AW_EOTHERLOOP)
        (void)aw_future_result(f, NULL);
    aw_unref(f);
    return rc;
}

/* aw_run(). */

struct interrupt {
    aw_loop *loop;
    aw_future *main;
    bool came;
    bool watched;
};

static void on_interrupt(void *data)
{
    struct interrupt *interrupt = data;

    interrupt->came = true;
    interrupt->watched = false;
    /* Without a handler the signal has its usual effect again: a second one
       ends the process. */
    (void)aw_remove_signal_handler(interrupt->loop, SIGINT);
    (void)aw_future_cancel(interrupt->main);
}

static bool is_main_thread(void)
{
#if defined(__linux__)
    return syscall(SYS_gettid) == getpid();
#else
    return true; /* it cannot be told */
#endif
}

/* Only in the main thread, as the signal is the process's, and only where it
   would end the process: whoever ignores or handles it has
   meant to. Without memory for it, a SIGINT does what it always did. */
static void watch_interrupt(struct interrupt *interrupt)
{
    struct sigaction now;

    if (!is_main_thread() || sigaction(SIGINT, NULL, &now) < 0 ||
        now.sa_handler != SIG_DFL)
        return;
    interrupt->watched = aw__signal_watch_idly(interrupt->loop, SIGINT,
                                               on_interrupt, interrupt) == 0;
}

static void doom(aw_loop *loop)
{
    for (struct link *l = loop->tasks.next; l != &loop->tasks; l = l->next) {
        struct task *t = container_of(l, struct task, all);

        t->doomed = true;
        loop->doomed++;
        aw_ref(&t->future.base);
    }
}

/* The tasks there are now; what their cleanup starts is destroyed at close. */
static void cancel_all(aw_loop *loop)
{
    struct link *next;

    doom(loop);
    for (struct link *l = loop->tasks.next; l != &loop->tasks; l = l->next)
        (void)aw_future_cancel(&container_of(l, struct task, all)->future.base);
    while (loop->doomed > 0)
        (void)aw__loop_run(loop);
    for (struct link *l = loop->tasks.next; l != &loop->tasks; l = next) {
        struct task *t = container_of(l, struct task, all);

        next = l->next;
        if (!t->doomed)
            continue;
        link_remove(l);
        if (t->future.state == AW_ERROR) { /* read or not, as CPython does */
            t->future.read = true;
            aw__report(loop,
                       &(aw_report){.kind = AW_SHUTDOWN_ERROR,
                                    .code = t->future.code,
                                    .task = aw_task_name(&t->future.base)});
        }
        aw_unref(&t->future.base);
    }
}

static int finish(aw_loop *loop, int rc, const struct interrupt *interrupt)
{
    cancel_all(loop);
    if (interrupt->watched)
        (void)aw_remove_signal_handler(loop, SIGINT);
    loop->draining = true;
    while (loop->jobs > 0)
        (void)aw__loop_run(loop);
    (void)aw_loop_close(loop);
    return rc == AW_ECANCELED && interrupt->came ? AW_EINTR : rc;
}

int aw_run(aw_coro main, aw_value *out, const aw_loop_options *options)
{
    struct interrupt interrupt = {0};
    aw_loop *loop;
    aw_value ret = {0};
    int rc;

    if (aw_get_running_loop()) {
        aw__coro_drop(main);
        return AW_ERUNNING;
    }
    rc = aw_loop_new(&loop, options);
    if (rc < 0) {
        aw__coro_drop(main);
        return rc;
    }
    interrupt.loop = loop;
    interrupt.main = aw_create_task(loop, main);
    watch_interrupt(&interrupt);
    rc = run_until_done(loop, interrupt.main);
    if (rc == AW_EFORKED)
        return rc; /* nothing of this is ours any more */
    if (rc == 0)
        rc = out ? aw_future_take(interrupt.main, &ret)
                 : aw_future_result(interrupt.main, NULL);
    rc = finish(loop, rc, &interrupt);
    aw_unref(interrupt.main);
    aw_loop_unref(loop);
    if (rc == 0 && out)
        *out = ret;
    return rc;
}
