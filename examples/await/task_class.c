/*
 * A program with a Task class of its own: its tasks know when they were made
 * and how often they were asked to end, and tell it when they are done. The
 * loop makes all its tasks so: also those that gather and a group make.
 */
#include <await/await.h>
#include <stdio.h>

/* What our tasks have and others have not; zeroed, and the task's. */
struct timed {
    double made;
    unsigned asked;
};

static aw_future_ops timed_ops; /* of the library's, but for cancel */

static bool timed_cancel(aw_future *task)
{
    struct timed *timed = aw_task_extra(task);

    timed->asked++;
    return aw_task_ops.cancel(task);
}

static void tell(aw_future *task, void *data)
{
    static const char *const states[] = {"pending", "ended", "failed",
                                         "was cancelled"};
    const struct timed *timed = aw_task_extra(task);

    (void)data;
    printf("%s %s after %.1f s", aw_task_name(task),
           states[aw_future_state(task)],
           aw_time(aw_future_loop(task)) - timed->made);
    if (timed->asked > 0)
        printf(", asked %u times", timed->asked);
    puts("");
}

static aw_future *make_timed(aw_loop *loop, aw_coro coro, void *data)
{
    aw_future *task =
        aw_task_new_as(loop, coro, &timed_ops, sizeof(struct timed));
    struct timed *timed = aw_task_extra(task);

    (void)data;
    if (!timed)
        return task; /* refused: a future that has failed */
    timed->made = aw_time(loop);
    if (aw_task_set_name(task, coro.name) < 0 ||
        aw_add_done(task, tell, NULL) < 0)
        fprintf(stderr, "no memory to tell of %s\n", coro.name);
    return task;
}

static int bake(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(1.5);
}

static int burn(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0.5);

    (void)arg, (void)ret;
    return rc < 0 ? rc : AW_EUSER;
}

static int dawdle(void *arg, aw_value *ret)
{
    int rc = aw_sleep(1000);

    (void)arg, (void)ret;
    aw_ignore(aw_sleep(0.2)); /* it cleans up first */
    return rc;
}

static int cook(void *arg, aw_value *ret)
{
    aw_awaitable dishes[] = {aw_any(aw_call(bake, NULL)),
                             aw_any(aw_call(burn, NULL))};
    aw_future *dishes_done, *idle;
    int rc;

    (void)arg, (void)ret;
    idle = aw_create_task(NULL, aw_call(dawdle, NULL));
    dishes_done = aw_gather(dishes, 2, AW_RETURN_ERRORS);
    rc = aw_await(dishes_done, NULL);
    printf("burn: %s\n",
           aw_future_result(aw_gather_member(dishes_done, 1), NULL) == AW_EUSER
               ? "as was to be expected"
               : "a miracle");
    aw_unref(dishes_done);
    aw_future_cancel(idle);
    aw_future_cancel(idle);
    aw_ignore(aw_wait(&idle, 1, AW_FOREVER, AW_ALL_COMPLETED, NULL));
    aw_unref(idle);
    return rc;
}

int main(void)
{
    /* A clock that skips idle time: this takes no second. */
    aw_loop_options options = {.virtual_clock = true};
    aw_loop *loop;
    int rc = aw_loop_new(&loop, &options);

    if (rc < 0)
        return 1;
    timed_ops = aw_task_ops;
    timed_ops.kind = "timed task";
    timed_ops.cancel = timed_cancel;
    aw_set_task_factory(loop, make_timed, NULL);
    rc = aw_run_until_complete(loop, aw_call(cook, NULL), NULL);
    aw_loop_unref(loop);
    return rc < 0;
}
