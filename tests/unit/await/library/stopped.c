#include "await/await.h"

#include <stdlib.h>

/* For test_gdb.py: tasks that await one thing and another, and a stop among
   them. */

static aw_lock lock;

static int sleeper(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(1000);
}

static int wait_deep_inside(aw_future *f)
{
    int rc = aw_await(f, NULL);

    return rc < 0 ? rc : 1; /* no tail call */
}

static int waiter(void *f, aw_value *ret)
{
    (void)ret;
    return wait_deep_inside(f);
}

static int locker(void *arg, aw_value *ret)
{
    int rc = aw_lock_acquire(&lock);

    (void)arg, (void)ret;
    if (rc == 0)
        rc = aw_lock_release(&lock);
    return rc;
}

static int stop_here(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    abort();
}

static int start(void *arg, aw_value *ret)
{
    aw_future *slept_for = aw_create_task(NULL, aw_call(sleeper, NULL));
    int rc = aw_lock_acquire(&lock);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_task_set_name(slept_for, "the sleeper");
    if (rc < 0)
        return rc;
    aw_unref(aw_create_task(NULL, aw_call(waiter, slept_for)));
    aw_unref(aw_create_task(NULL, aw_call(locker, NULL)));
    rc = aw_sleep(0);
    if (rc < 0)
        return rc;
    aw_unref(aw_create_task(NULL, aw_call(stop_here, NULL)));
    rc = aw_await(aw_give(slept_for), NULL);
    return rc;
}

int main(void)
{
    return aw_run(aw_call(start, NULL), NULL, NULL) < 0;
}
