#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What aw_dump() says of tasks in every state. */

TestSuite(dump, .timeout = 30);

static aw_event event;

__attribute__((noinline)) static int sleep_deep_down(int depth)
{
    int rc = depth > 0 ? sleep_deep_down(depth - 1) : aw_sleep(50);

    return rc < 0 ? rc : rc + 1;
}

static int sleeper(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return sleep_deep_down(5);
}

static int waiter(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_event_wait(&event);
}

static int awaiter(void *task, aw_value *ret)
{
    return aw_await((aw_future *)task, ret);
}

static const char *dumped(aw_loop *loop)
{
    static char *text;
    size_t size;
    FILE *out;

    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    cr_assert(ne(ptr, out, NULL));
    expect_rc(aw_dump(loop, out), 0);
    fclose(out);
    return text;
}

/* The lines that are no calls. */
static const char *tasks_in(const char *text)
{
    static char tasks[4096];
    size_t n = 0;

    while (*text) {
        size_t line = strcspn(text, "\n") + 1;

        if (*text != ' ' && n + line < sizeof(tasks)) {
            memcpy(tasks + n, text, line);
            n += line;
        }
        text += line;
    }
    tasks[n] = '\0';
    return tasks;
}

static aw_future *some_tasks(void)
{
    aw_future *a = spawn(aw_call(sleeper, NULL), "a");

    aw_unref(spawn(aw_call(waiter, NULL), "b"));
    aw_unref(spawn(aw_call(awaiter, a), "c"));
    turns(1);
    aw_unref(spawn(aw_call(waiter, NULL), "d"));
    return a;
}

TaskTest(dump, tells_what_each_task_awaits)
{
    aw_future *a = some_tasks();

    aw_task_set_name(aw_current_task(), "main");
    const char *tasks = strstr(tasks_in(dumped(loop)), "a (sleeper)");
    cr_assert(ne(ptr, (void *)tasks, NULL));
    cr_assert(eq(str, (char *)tasks,
                 "a (sleeper) awaits the end of a sleep\n"
                 "b (waiter) awaits an event\n"
                 "c (awaiter) awaits a task 'a'\n"
                 "d (waiter) has not begun\n"));
    aw_future_cancel(a);
    cr_assert(ne(ptr, strstr(dumped(loop), "sleep, asked to end\n"), NULL));
    turns(2);
    cr_assert(eq(ptr, strstr(dumped(loop), "a (sleeper)"), NULL));
    aw_unref(a);
    expect_rc(aw_event_set(&event), 0);
    turns(2);
}

/* A suspended task is looked at on its own stack, and goes on as if nothing
   had been. */
TaskTest(dump, shows_the_calls_of_a_suspended_task)
{
    aw_future *a = some_tasks();
    int deep = 0;

    for (int i = 0; i < 3; i++) {
        const char *at = strstr(dumped(loop), "a (sleeper)");
        const char *end = strstr(at, "\nb (");

        deep = 0;
        while ((at = strstr(at, "[0x")) && at < end) {
            uintptr_t address = (uintptr_t)strtoull(at + 1, NULL, 16);
            uintptr_t low = (uintptr_t)sleep_deep_down;

            deep += address > low && address < low + 400;
            at++;
        }
        turns(1);
    }
#if defined(__OPTIMIZE__)
    cr_assert(ge(int, deep, 1));
#else
    cr_assert(ge(int, deep, 6));
#endif
    aw_future_cancel(a);
    expect_rc(aw_await(aw_give(a), NULL), AW_ECANCELED);
    expect_rc(aw_event_set(&event), 0);
    turns(2);
}

/* On a signal, from the loop itself. */
static int signalled(void *arg, aw_value *ret)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)arg, (void)ret;
    cr_assert(ne(ptr, out, NULL));
    expect_rc(aw_dump_on_signal(NULL, SIGQUIT, out), 0);
    kill(getpid(), SIGQUIT);
    while (fflush(out) == 0 && size == 0)
        expect_rc(aw_sleep(0.001), 0);
    cr_assert(aw_remove_signal_handler(NULL, SIGQUIT));
    fclose(out);
    cr_assert(ne(ptr, strstr(text, "(signalled) awaits"), NULL), "%s", text);
    free(text);
    return 0;
}

Test(dump, comes_on_a_signal)
{
    expect_rc(aw_run(aw_call(signalled, NULL), NULL, NULL), 0);
}

Test(dump, refuses_a_closed_loop)
{
    aw_loop *l = virtual_loop();

    expect_rc(aw_dump(l, stderr), 0); /* no task: nothing to say */
    expect_rc(aw_loop_close(l), 0);
    expect_rc(aw_dump(l, stderr), AW_ECLOSED);
    aw_loop_unref(l);
}
