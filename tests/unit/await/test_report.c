#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What comes to the loop from outside, and what it tells: A9 to A12. */

TestSuite(report, .timeout = 30);

struct poster {
    aw_loop *loop;
    aw_event posted;
    int numbers[100], next;
    struct poster_item {
        struct poster *poster;
        int number;
    } items[100];
};

static void expect_next(void *arg)
{
    struct poster_item *item = arg;
    struct poster *p = item->poster;

    cr_assert(eq(int, item->number, p->next));
    p->next++;
}

static void finish(void *arg)
{
    struct poster *p = arg;

    aw_event_set(&p->posted);
}

static void *post(void *arg)
{
    struct poster *p = arg;

    for (int i = 0; i < 100; i++) {
        p->items[i] = (struct poster_item){p, i};
        aw_call_soon_threadsafe(p->loop, expect_next, &p->items[i]);
    }
    aw_call_soon_threadsafe(p->loop, finish, p);
    return NULL;
}

static int wait_for_posts(void *arg, aw_value *ret)
{
    struct poster *p = arg;
    pthread_t thread;

    (void)ret;
    p->loop = aw_get_running_loop();
    cr_assert(eq(int, pthread_create(&thread, NULL, post, p), 0));
    int rc = aw_event_wait(&p->posted);
    pthread_join(thread, NULL);
    return rc;
}

/* A9, real clock: nothing but the wake-up ends this loop's wait. */
Test(report, another_thread_wakes_the_loop_and_its_calls_keep_their_order)
{
    struct poster p = {0};

    cr_assert(eq(int, aw_run(aw_call(wait_for_posts, &p), NULL, NULL), 0));
    cr_assert(eq(int, p.next, 100));
}

/* A9: it is an ordinary entry of the queue for the loop's own thread. */
TaskTest(report, a_threadsafe_call_may_come_from_the_loop_itself)
{
    cr_assert(eq(int, aw_call_soon_threadsafe(loop, ev_line, "a"), 0));
    cr_assert(eq(int, aw_call_soon_threadsafe(loop, ev_line, "b"), 0));
    turns(2);

    expect_lines("a\nb\n");
}

/* A10 */
TaskTest(report, a_new_signal_handler_replaces_the_old_one)
{
    cr_assert(not(aw_remove_signal_handler(loop, SIGUSR1)));
    cr_assert(eq(int, aw_add_signal_handler(loop, SIGUSR1, ev_line, "old"), 0));
    cr_assert(eq(int, aw_add_signal_handler(loop, SIGUSR1, ev_line, "new"), 0));
    kill(getpid(), SIGUSR1);
    turns(3);
    cr_assert(aw_remove_signal_handler(loop, SIGUSR1));
    cr_assert(not(aw_remove_signal_handler(loop, SIGUSR1)));

    expect_lines("new\n");
}

/* A10 */
TaskTest(report, a_signal_that_cannot_be_caught_is_refused)
{
    cr_assert(lt(int, aw_add_signal_handler(loop, SIGKILL, ev_line, "x"), 0));
    cr_assert(lt(int, aw_add_signal_handler(loop, -1, ev_line, "x"), 0));
    cr_assert(lt(int, aw_add_signal_handler(loop, 4711, ev_line, "x"), 0));
    cr_assert(not(aw_remove_signal_handler(loop, SIGKILL)));
}

/* Run fn with stderr in a pipe; what it wrote. */
static const char *stderr_of(void (*fn)(void))
{
    static char text_of[4096];
    int saved = dup(STDERR_FILENO), ends[2];

    cr_assert(ge(int, saved, 0));
    cr_assert(eq(int, pipe(ends), 0));
    fflush(stderr);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    fn();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = read(ends[0], text_of, sizeof(text_of) - 1);
    close(ends[0]);
    text_of[n > 0 ? n : 0] = '\0';
    return text_of;
}

static int lose_an_error(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(fail(0, 7, NULL), "the loser");

    turns(3);
    aw_unref(t);
    return 0;
}

static void run_a_loser(void)
{
    run_main(lose_an_error);
}

/* A11 */
Test(report, without_a_handler_reports_are_one_line_each_on_stderr)
{
    const char *line = stderr_of(run_a_loser);

    cr_assert(strstr(line, "the loser") != NULL, "the line is '%s'", line);
    cr_assert(strchr(line, '\n') == line + strlen(line) - 1,
              "not one line: '%s'", line);
}

static void tell(const aw_report *r, void *data)
{
    static const char *const kinds[] = {
        [AW_NEVER_RETRIEVED] = "never retrieved",
        [AW_DESTROYED_PENDING] = "destroyed pending",
        [AW_SHUTDOWN_ERROR] = "shutdown",
        [AW_SLOW] = "slow"};

    ev("%s: %s of %s%s", kinds[r->kind], token(r->code),
       r->task ? r->task : "none", (const char *)data);
}

/* A11, Precision 1: the name is the task's, and a bare future has none. */
TaskTest(report, tells_the_name_of_a_task_and_none_of_a_bare_future)
{
    aw_set_report_handler(loop, tell, "!");
    aw_future *t = spawn(fail(0, 1, NULL), "given");
    aw_future *f = aw_future_new(loop);

    aw_set_error(f, APP(2));
    turns(3);
    aw_unref(t);
    aw_unref(f);

    expect_lines("never retrieved: error 1 of given!\n"
                 "never retrieved: error 2 of none!\n");
}

static int lose_with_and_without(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_set_report_handler(aw_get_running_loop(), tell, "");
    aw_set_report_handler(aw_get_running_loop(), NULL, NULL);
    return lose_an_error(NULL, NULL);
}

static void run_without(void)
{
    run_main(lose_with_and_without);
}

/* A11 */
Test(report, setting_no_handler_restores_the_default)
{
    const char *line = stderr_of(run_without);

    cr_assert(strstr(line, "the loser") != NULL, "stderr has '%s'", line);
    expect_lines("");
}

/* Far from what a loaded machine does to a step that is quick. */
#define LIMIT 0.4
#define LONGER 0.45

static void tell_slow(const aw_report *r, void *data)
{
    (void)data;
    cr_assert(eq(int, r->kind, AW_SLOW));
    cr_assert(ge(dbl, r->seconds, LONGER));
    ev("slow %s", r->task ? r->task : "callback");
}

static int wait_long_then_hold(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_set_report_handler(aw_get_running_loop(), tell_slow, NULL);
    aw_loop_set_slow_callback(aw_get_running_loop(), LIMIT);
    aw_task_set_name(aw_current_task(), "holder");
    int rc = aw_sleep(LONGER);
    ev("waited");
    hold_thread(LONGER);
    return rc;
}

/* A12, real clock: also the step that ends a task counts. */
Test(report, a_slow_step_is_named_and_time_spent_waiting_does_not_count)
{
    aw_loop_options options = {.debug = true};

    cr_assert(
        eq(int, aw_run(aw_call(wait_long_then_hold, NULL), NULL, &options), 0));
    expect_lines("waited\nslow holder\n");
}

static int hold_only(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_set_report_handler(aw_get_running_loop(), tell_slow, NULL);
    aw_loop_set_slow_callback(aw_get_running_loop(), LIMIT);
    aw_loop_set_debug(aw_get_running_loop(), true);
    hold_thread(LONGER);
    turns(1);
    return 0;
}

/* Precision 7: debug as it was when the step began. The first step here began
   without. */
Test(report, the_step_that_switches_debug_on_is_not_reported)
{
    cr_assert(eq(int, aw_run(aw_call(hold_only, NULL), NULL, NULL), 0));
    expect_lines("");
}

static void tell_limit(const aw_report *r, void *data)
{
    (void)data;
    ev("slow %s", r->task ? r->task : "callback");
}

static int hold_beyond_own_limit(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_set_report_handler(aw_get_running_loop(), tell_limit, NULL);
    aw_task_set_name(aw_current_task(), "holder");
    hold_thread(0.02);
    return 0;
}

/* A12 */
Test(report, the_limit_of_a_slow_step_is_an_option)
{
    aw_loop_options options = {.debug = true, .slow_callback_duration = 0.01};

    cr_assert(eq(
        int, aw_run(aw_call(hold_beyond_own_limit, NULL), NULL, &options), 0));
    cr_assert(strstr(trace_text(), "slow holder\n") != NULL, "%s",
              trace_text());
}

Test(report, every_code_has_a_text)
{
    static const int codes[] = {
        AW_ECANCELED, AW_ETIMEDOUT, AW_EINTR,      AW_EINVAL,   AW_ENOMEM,
        AW_ESTATE,    AW_ERUNNING,  AW_ECLOSED,    AW_ESTOPPED, AW_EOTHERLOOP,
        AW_ENOTASK,   AW_ESELF,     AW_EEMPTY,     AW_EFULL,    AW_EEND,
        -ECONNRESET,  AW_EUSER,     AW_EUSER - 42, 0,           INT32_MIN};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const char *s = aw_strerror(codes[i]);

        cr_assert(s && *s, "the code %d has no text", codes[i]);
    }
    cr_assert(ne(str, (char *)aw_strerror(AW_ESTATE),
                 (char *)aw_strerror(AW_ERUNNING)));
}
