#include "../support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

/* threadsafe.py, line for line. A thread waits for what it waits for, never for
   a while. */

TestSuite(trace_threadsafe, .timeout = 60);

static const char *outcome_within(aw_remote *r, double limit)
{
    aw_value value = {0};
    int rc = aw_remote_wait(r, limit, &value);

    return told(rc, value);
}

static aw_remote *submit(aw_loop *loop, aw_coro coro)
{
    aw_remote *r = NULL;

    cr_assert(aw_run_coroutine_threadsafe(loop, coro, &r) == 0);
    return r;
}

static void tell_outcome(aw_loop *loop, aw_coro coro)
{
    aw_remote *r = submit(loop, coro);

    ev("%s", outcome_within(r, AW_FOREVER));
    aw_remote_unref(r);
}

static int give_text(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0.001);

    *ret = text_value(arg);
    return rc;
}

static int fail_with_7(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(0);
    return rc < 0 ? rc : APP(7);
}

static int cancel_oneself(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future_cancel(aw_current_task());
    return aw_sleep(0);
}

static int name_of_task(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = text_value(kit_print("%s", aw_task_name(aw_current_task())));
    return 0;
}

struct waiter {
    const char *name;
    const char *answer;
    sem_t begun, ended;
};

static int wait_and_answer(void *arg, aw_value *ret)
{
    struct waiter *w = arg;
    aw_event never = {0};

    ev("%s begins", w->name);
    sem_post(&w->begun);
    int rc = aw_event_wait(&never);
    cr_assert(eq(int, rc, AW_ECANCELED));
    ev("%s is cancelled", w->name);
    if (strcmp(w->answer, "fail") == 0) {
        rc = APP(3);
    } else if (strcmp(w->answer, "pass on") != 0) {
        *ret = text_value(w->answer);
        rc = 0;
    }
    sem_post(&w->ended);
    return rc;
}

static void waiter_init(struct waiter *w, const char *name, const char *answer)
{
    *w = (struct waiter){.name = name, .answer = answer};
    sem_init(&w->begun, 0, 0);
    sem_init(&w->ended, 0, 0);
}

static void cancel_while_it_waits(aw_loop *loop, const char *name,
                                  const char *answer)
{
    struct waiter w;

    waiter_init(&w, name, answer);
    aw_remote *r = submit(loop, aw_call(wait_and_answer, &w));
    sem_wait(&w.begun);
    ev("limit %s", outcome_within(r, 0));
    bool cancelled = aw_remote_cancel(r);
    const char *then = outcome_within(r, AW_FOREVER);
    sem_wait(&w.ended);
    ev("cancel %s %s", yes(cancelled), then);
    ev("again %s %s", yes(aw_remote_cancel(r)), outcome_within(r, AW_FOREVER));
    aw_remote_unref(r);
}

struct holder {
    sem_t held, go;
};

static int hold_the_loop(void *arg, aw_value *ret)
{
    struct holder *h = arg;

    (void)ret;
    sem_post(&h->held);
    sem_wait(&h->go);
    return 0;
}

static void cancel_before_it_begins(aw_loop *loop)
{
    struct waiter w;
    struct holder h;

    waiter_init(&w, "early", "pass on");
    sem_init(&h.held, 0, 0);
    sem_init(&h.go, 0, 0);
    aw_remote *holder = submit(loop, aw_call(hold_the_loop, &h));
    sem_wait(&h.held);
    aw_remote *r = submit(loop, aw_call(wait_and_answer, &w));
    ev("cancel %s", yes(aw_remote_cancel(r)));
    sem_post(&h.go);
    sem_wait(&w.ended);
    ev("%s", outcome_within(r, AW_FOREVER));
    cr_assert(aw_remote_wait(holder, AW_FOREVER, NULL) == 0);
    aw_remote_unref(holder);
    aw_remote_unref(r);
}

static int in_thread(void *arg, aw_value *ret)
{
    static char a[] = "A", b[] = "B";
    aw_loop *loop = arg;

    (void)ret;
    tell_outcome(loop, aw_call(give_text, a));
    tell_outcome(loop, aw_call(fail_with_7, NULL));
    aw_remote *r = submit(loop, aw_call(give_text, b));
    ev("%s", outcome_within(r, AW_FOREVER));
    ev("done %s value B", yes(aw_remote_cancel(r)));
    cr_assert(eq(int, aw_remote_state(r), AW_VALUE));
    aw_remote_unref(r);
    tell_outcome(loop, aw_call(cancel_oneself, NULL));
    cancel_while_it_waits(loop, "polite", "pass on");
    cancel_while_it_waits(loop, "stubborn", "C");
    cancel_while_it_waits(loop, "broken", "fail");
    cancel_before_it_begins(loop);
    r = submit(loop, aw_call(name_of_task, NULL));
    ev("%s",
       yes(strncmp(outcome_within(r, AW_FOREVER), "value Task-", 11) == 0));
    aw_remote_unref(r);
    return 0;
}

static void keep_unread(const aw_report *r, void *unread)
{
    int *number = unread;

    cr_assert(eq(int, r->kind, AW_NEVER_RETRIEVED));
    cr_assert(eq(int, *number, 0), "one of them");
    *number = AW_EUSER - r->code;
}

static int in_main(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();

    static int unread; /* until the loop's last future has gone */

    unread = 0;
    aw_set_report_handler(loop, keep_unread, &unread);
    int rc = aw_to_thread(aw_call(in_thread, loop), NULL);
    ev("left %zu never retrieved: %d", aw_all_tasks(loop, NULL, 0), unread);
    return rc;
}

/* A9, real clock */
Test(trace_threadsafe, a_thread_gives_a_loop_coroutines)
{
    cr_assert(aw_run(aw_call(in_main, NULL), NULL, NULL) == 0);
    expect_trace("82_run_coroutine_threadsafe");
}
