#include "../support/kit.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

/* Scenarios of whole programs: threads, run and its end, the downloader's
   shape. */

TestSuite(trace_run, .timeout = 30);

/* The job waits for the loop instead of for a while: were the loop not alive,
   it would never end. */
struct job {
    int x;
    sem_t alive;
    pthread_t main_thread;
};

static void loop_is_alive(void *arg)
{
    struct job *j = arg;

    ev("loop is alive");
    sem_post(&j->alive);
}

static int blocking(void *arg, aw_value *ret)
{
    static char value[2][32];
    struct job *j = arg;

    sem_wait(&j->alive);
    if (j->x < 0)
        return APP(-j->x);
    bool is_main = pthread_equal(pthread_self(), j->main_thread);
    snprintf(value[0], sizeof(value[0]), "[%d %s]", j->x * 2, yes(is_main));
    *ret = text_value(value[0]);
    return 0;
}

static int to_thread(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    struct job j = {.x = 4, .main_thread = pthread_self()};
    aw_value value = {0};

    sem_init(&j.alive, 0, 0);
    aw_call_later(loop, T, loop_is_alive, &j, NULL);
    int rc = aw_to_thread(aw_call(blocking, &j), &value);
    ev("%s", told(rc, value));
    j.x = -6;
    aw_future *f = aw_run_in_executor(NULL, aw_call(blocking, &j));
    ev("future %s %s", yes(aw_any(f).kind == AW_IS_FUTURE), state(f));
    sem_post(&j.alive);
    ev("%s", outcome(f));
    aw_unref(f);
    sem_destroy(&j.alive);
    return 0;
}

/* A67, real clock */
Test(trace_run, a_blocking_function_runs_on_another_thread)
{
    cr_assert(aw_run(aw_call(to_thread, NULL), NULL, NULL) == 0);
    expect_trace("62_to_thread");
}

static int background(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(50 * T);
    ev("background cleans up");
    int cleanup = aw_sleep(T);
    ev("background leaves");
    return cleanup < 0 ? cleanup : rc;
}

static int leaving(void *kept, aw_value *ret)
{
    *(aw_future **)kept = spawn(aw_call(background, NULL), NULL);
    turns(1);
    ev("main ends %s", outcome(give(0, "slept", NULL)));
    *ret = text_value("3");
    return 0;
}

static int leaving_by_error(void *kept, aw_value *ret)
{
    (void)ret;
    *(aw_future **)kept = spawn(aw_call(background, NULL), NULL);
    turns(1);
    return APP(6);
}

/* A70 */
Test(trace_run, run_cancels_what_is_left_and_waits_for_it)
{
    aw_future *kept = NULL;
    aw_value value = {0};

    int rc = run_virtual(aw_call(leaving, &kept), &value);
    ev("run %s", told(rc, value));
    ev("background %s closed %s", state(kept),
       yes(aw_loop_is_closed(aw_future_loop(kept))));
    aw_unref(kept);
    rc = run_virtual(aw_call(leaving_by_error, &kept), &value);
    ev("run %s", told(rc, value));
    aw_unref(kept);

    expect_trace("65_run_shutdown");
}

struct site {
    aw_semaphore slots;
    int active, peak;
};

struct flag {
    struct site *site;
    const char *code;
    double units;
    const char *outcome;
};

static int get_flag(void *arg, aw_value *ret)
{
    struct flag *f = arg;

    if (f->code[0] == 'X') {
        int rc = aw_sleep(T);
        return rc < 0 ? rc : APP(404);
    }
    return aw_await(give(f->units, f->code, NULL), ret);
}

static int download_one(void *arg, aw_value *ret)
{
    struct flag *f = arg;
    struct site *s = f->site;
    int rc = aw_semaphore_acquire(&s->slots);

    if (rc < 0)
        return rc;
    s->active++;
    if (s->active > s->peak)
        s->peak = s->active;
    aw_value image = {0};
    rc = aw_await(aw_call(get_flag, f), &image);
    if (rc == 0) {
        f->outcome = text(image);
    } else if (rc <= AW_EUSER) {
        f->outcome = token(rc);
        rc = 0;
    }
    s->active--;
    aw_semaphore_release(&s->slots);
    *ret = (aw_value){.ptr = f};
    return rc;
}

static int flags_like(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    struct site site = {0};
    struct flag flags[] = {{&site, "BR", 3.5, NULL},
                           {&site, "CN", 1, NULL},
                           {&site, "XX", 1, NULL},
                           {&site, "IN", 4, NULL}};
    aw_awaitable todo[4];
    aw_future *f = NULL;
    int rc = aw_semaphore_init(&site.slots, 2, 0);

    for (int i = 0; i < 4; i++)
        todo[i] = aw_give(spawn(aw_call(download_one, &flags[i]), NULL));
    aw_completions *c = aw_as_completed(todo, 4, AW_FOREVER);
    while (rc == 0 && (rc = aw_next(c, &f)) == 0) {
        aw_value value = {0};

        rc = aw_future_result(f, &value);
        struct flag *done = value.ptr;
        if (rc == 0)
            ev("%s %s", done->code, done->outcome);
    }
    aw_completions_free(c);
    ev("peak %d active %d", site.peak, site.active);
    return rc == AW_EEND ? 0 : rc;
}

/* A37 A46 A51 */
Test(trace_run, bounded_downloads_are_taken_as_they_come)
{
    run_main(flags_like);
    expect_trace("70_flags_like");
}
