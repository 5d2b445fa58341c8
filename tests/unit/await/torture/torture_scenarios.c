#include "torture.h"

#include <signal.h>

/* Scenarios that check every code, as programs should. */

static const aw_loop_options virtual_clock = {.virtual_clock = true};

void torture_no_report(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

int torture_run(aw_fn entry)
{
    return aw_run(counted_coro(entry, NULL), NULL, &virtual_clock);
}

int torture_leaf(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0.01);

    if (rc == 0)
        *ret = counted_value(arg);
    return rc;
}

int torture_failing(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0.01);

    (void)arg, (void)ret;
    return rc < 0 ? rc : AW_EUSER;
}

/* The one that was meant to fail did: as good as 0. */
static int expected(int rc, int code)
{
    require(rc != 0);
    return rc == code ? 0 : rc;
}

static int tasks_main(void *arg, aw_value *ret)
{
    aw_future *ts[3];
    int rc = 0;

    (void)arg, (void)ret;
    for (int i = 0; i < 3; i++)
        ts[i] = aw_create_task(NULL, counted_coro(torture_leaf, NULL));
    (void)aw_task_set_name(ts[0], "one"); /* it keeps the old one */
    for (int i = 0; i < 3; i++) {
        int each = aw_await(ts[i], NULL);

        if (rc == 0)
            rc = each;
        aw_unref(ts[i]);
    }
    if (rc == 0)
        rc = aw_await(counted_coro(torture_leaf, NULL), NULL);
    return rc;
}

static int tasks(void)
{
    return torture_run(tasks_main);
}

static int gather_main(void *arg, aw_value *ret)
{
    aw_value value = {0};
    aw_awaitable xs[] = {
        aw_any(counted_coro(torture_leaf, NULL)),
        aw_any(counted_coro(torture_leaf, NULL)),
        aw_give(aw_create_task(NULL, counted_coro(torture_leaf, NULL)))};

    (void)arg, (void)ret;
    aw_future *g = aw_gather(xs, 3, AW_RETURN_ERRORS);
    int rc = aw_await(g, NULL);
    for (size_t i = 0; rc == 0 && i < 3; i++)
        rc = aw_future_result(aw_gather_member(g, i), &value);
    aw_unref(g);
    aw_awaitable ys[] = {aw_any(counted_coro(torture_leaf, NULL)),
                         aw_any(counted_coro(torture_failing, NULL))};
    if (rc < 0) {
        aw_unref(aw_gather(ys, 2, 0));
        return rc;
    }
    return expected(aw_await(aw_give(aw_gather(ys, 2, 0)), NULL), AW_EUSER);
}

static int gather(void)
{
    return torture_run(gather_main);
}

static int wait_main(void *arg, aw_value *ret)
{
    aw_future *ts[] = {aw_create_task(NULL, counted_coro(torture_leaf, NULL)),
                       aw_create_task(NULL, counted_coro(torture_leaf, NULL)),
                       aw_future_new(NULL)};
    size_t n = ts[2] ? 3 : 2, done = 0;
    int rc = ts[2] ? 0 : AW_ENOMEM;

    (void)arg, (void)ret;
    if (rc == 0)
        rc = aw_wait(ts, 3, 1, AW_ALL_COMPLETED, &done);
    if (rc == 0)
        require(done >= 2); /* the failed ones are decided, too */
    for (size_t i = 0; i < n; i++) {
        if (aw_future_state(ts[i]) == AW_ERROR && rc == 0)
            rc = aw_future_result(ts[i], NULL);
        aw_unref(ts[i]);
    }
    return rc;
}

static int wait_for_some(void)
{
    return torture_run(wait_main);
}

int torture_sleep_long(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(100);
}

static int wait_for_main(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_wait_for(counted_coro(torture_leaf, NULL), 1, NULL);
    int late = aw_wait_for(counted_coro(torture_sleep_long, NULL), 1, NULL);

    if (rc == 0)
        rc = expected(late, AW_ETIMEDOUT);
    aw_future *s = aw_shield(counted_coro(torture_leaf, NULL));
    late = aw_wait_for(aw_give(s), AW_FOREVER, NULL);
    return rc < 0 ? rc : late;
}

static int wait_for(void)
{
    return torture_run(wait_for_main);
}

static int completed_main(void *arg, aw_value *ret)
{
    aw_awaitable xs[] = {
        aw_any(counted_coro(torture_leaf, NULL)),
        aw_any(counted_coro(torture_leaf, NULL)),
        aw_give(aw_create_task(NULL, counted_coro(torture_sleep_long, NULL)))};
    aw_completions *c = aw_as_completed(xs, 3, 1);
    aw_future *f = NULL;
    int rc, end = 0;

    (void)arg, (void)ret;
    while ((rc = aw_next(c, &f)) == 0) {
        if (end == 0)
            end = aw_future_result(f, NULL);
    }
    aw_completions_free(c);
    return end == 0 && rc == AW_ETIMEDOUT ? 0 : AW_ENOMEM;
}

static int completed(void)
{
    return torture_run(completed_main);
}

int torture_group(void *arg, aw_value *ret)
{
    aw_group g;
    int errors[4];
    size_t n = 4;
    int rc = aw_group_enter(&g);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    aw_group_create_task(&g, counted_coro(torture_leaf, NULL));
    for (int i = 0; i < 10; i++)
        aw_group_create_task(&g, counted_coro(torture_sleep_long, NULL));
    aw_future *last =
        aw_group_create_task(&g, counted_coro(torture_failing, NULL));
    bool refused = aw_future_state(last) == AW_ERROR;
    rc = aw_group_leave(&g, refused ? AW_ENOMEM : 0, errors, &n);
    return expected(rc, AW_EUSER);
}

static int group(void)
{
    return torture_run(torture_group);
}

static int timeout_main(void *arg, aw_value *ret)
{
    aw_timeout t;
    int rc = aw_timeout_enter(&t, 1);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_await(counted_coro(torture_sleep_long, NULL), NULL);
    return expected(aw_timeout_leave(&t, rc), AW_ETIMEDOUT);
}

static int timeout(void)
{
    return torture_run(timeout_main);
}

static int take_turns(void *semaphore, aw_value *ret)
{
    int rc = aw_semaphore_acquire(semaphore);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_sleep(0.01);
    aw_semaphore_release(semaphore);
    return rc;
}

static int semaphore_main(void *arg, aw_value *ret)
{
    aw_semaphore s;
    aw_awaitable xs[4];
    int rc = aw_semaphore_init(&s, 2, 2);

    (void)arg, (void)ret;
    for (int i = 0; i < 4; i++)
        xs[i] = aw_any(counted_coro(take_turns, &s));
    aw_future *g = aw_gather(xs, 4, AW_RETURN_ERRORS);
    if (rc == 0)
        rc = aw_await(g, NULL);
    for (size_t i = 0; rc == 0 && i < 4; i++)
        rc = aw_future_result(aw_gather_member(g, i), NULL);
    aw_unref(g);
    require(s.value == 2);
    return rc;
}

static int semaphore(void)
{
    return torture_run(semaphore_main);
}

static int job(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = (aw_value){0};
    return 0;
}

static int threads_main(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *abandoned = aw_run_in_executor(NULL, counted_coro(job, NULL));
    int rc = aw_to_thread(counted_coro(job, NULL), NULL);

    if (aw_future_state(abandoned) == AW_ERROR && rc == 0)
        rc = aw_future_result(abandoned, NULL);
    aw_future_cancel(abandoned);
    aw_unref(abandoned);
    return rc;
}

static int threads(void)
{
    return torture_run(threads_main);
}

static void nothing(void *data)
{
    (void)data;
}

static void done(aw_future *f, void *data)
{
    (void)f;
    ++*(int *)data;
}

static int first_error(int rc, int other)
{
    return rc < 0 ? rc : other;
}

static int callbacks_main(void *arg, aw_value *ret)
{
    aw_handle *h = NULL;
    int told = 0, added = 0, rc = 0;
    aw_future *f = aw_future_new(NULL);

    (void)arg, (void)ret;
    rc = first_error(rc, aw_call_soon(NULL, nothing, NULL, &h));
    aw_handle_unref(h);
    rc = first_error(rc, aw_call_later(NULL, 1, nothing, NULL, NULL));
    rc = first_error(
        rc, aw_call_soon_threadsafe(aw_get_running_loop(), nothing, NULL));
    rc = first_error(rc, aw_add_signal_handler(NULL, SIGUSR1, nothing, NULL));
    aw_remove_signal_handler(NULL, SIGUSR1);
    if (!f)
        return first_error(rc, AW_ENOMEM);
    for (int i = 0; i < 5; i++) {
        int each = aw_add_done(f, done, &told);

        added += each == 0;
        rc = first_error(rc, each);
    }
    require(aw_set_value(f, counted_value(NULL)) == 0);
    aw_unref(f);
    rc = first_error(rc, aw_sleep(2));
    require(told == added);
    return rc;
}

static int callbacks(void)
{
    return torture_run(callbacks_main);
}

const struct scenario scenarios[] = {{"tasks", tasks},
                                     {"gather", gather},
                                     {"wait", wait_for_some},
                                     {"wait_for", wait_for},
                                     {"as_completed", completed},
                                     {"group", group},
                                     {"timeout", timeout},
                                     {"semaphore", semaphore},
                                     {"threads", threads},
                                     {"callbacks", callbacks},
                                     {"pending", torture_pending},
                                     {"many", torture_many},
                                     {"stream", torture_stream},
                                     {"connect", torture_connect},
                                     {"remote", torture_remote},
                                     {"process", torture_process},
                                     {NULL, NULL}};
