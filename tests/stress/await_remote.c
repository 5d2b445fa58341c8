/*
 * Several threads give a loop coroutines, wait for some, cancel others, let go
 * of the rest; and go on while the loop closes: who waits is told in any case.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "await/await.h"
#include "await_stress.h"

enum { THREADS = 3, ROUNDS = 250 };

struct giver {
    aw_loop *loop;
    pthread_t thread;
    atomic_int *left;
};

static int answer(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0);

    *ret = (aw_value){arg, NULL};
    return rc;
}

static int wait_for_ever(void *arg, aw_value *ret)
{
    aw_event never = {0};

    (void)arg, (void)ret;
    return aw_event_wait(&never);
}

/* Both threads may decide it: the one, or the other. */
static void race_cancel(aw_loop *loop)
{
    aw_remote *r = NULL;

    require(aw_run_coroutine_threadsafe(loop, aw_call(answer, loop), &r) == 0);
    bool cancelled = aw_remote_cancel(r);
    int rc = aw_remote_wait(r, AW_FOREVER, NULL);
    require(rc == (cancelled ? AW_ECANCELED : 0));
    aw_remote_unref(r);
}

static void *give_all(void *arg)
{
    struct giver *g = arg;

    for (int i = 0; i < ROUNDS; i++) {
        aw_remote *r = NULL;
        aw_value value = {0};

        require(aw_run_coroutine_threadsafe(g->loop, aw_call(answer, &r), &r) ==
                0);
        if (i % 4 == 0) { /* and those before it have ended then */
            require(aw_remote_wait(r, AW_FOREVER, &value) == 0);
            require(value.ptr == &r);
        }
        aw_remote_unref(r);
        race_cancel(g->loop);
    }
    atomic_fetch_sub(g->left, 1);
    return NULL;
}

static int serve_givers(void *arg, aw_value *ret)
{
    atomic_int *left = arg;
    int rc = 0;

    (void)ret;
    while (rc == 0 && atomic_load(left) > 0)
        rc = aw_sleep(0.001);
    return rc;
}

/* One that is cancelled while the loop may close. */
static int give_one(aw_loop *loop)
{
    aw_remote *r = NULL;
    int rc =
        aw_run_coroutine_threadsafe(loop, aw_call(wait_for_ever, NULL), &r);

    if (rc < 0)
        return rc;
    if (aw_remote_wait(r, 0.0001, NULL) == AW_ETIMEDOUT)
        (void)aw_remote_cancel(r);
    rc = aw_remote_wait(r, AW_FOREVER, NULL);
    require(rc == AW_ECANCELED || rc == AW_ECLOSED);
    aw_remote_unref(r);
    return 0;
}

/* The one that is waited for comes after the cancelled one: so there are never
   more than a few tasks, of which ThreadSanitizer has room for 8,000. */
static void *give_until_refused(void *arg)
{
    aw_loop *loop = arg;
    int rc;

    while ((rc = give_one(loop)) == 0) {
        aw_remote *r = NULL;

        rc = aw_run_coroutine_threadsafe(loop, aw_call(answer, NULL), &r);
        if (rc < 0)
            break;
        rc = aw_remote_wait(r, AW_FOREVER, NULL);
        require(rc == 0 || rc == AW_ECLOSED);
        aw_remote_unref(r);
    }
    require(rc == AW_ECLOSED);
    return NULL;
}

static void ignore_report(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

static int run_a_while(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(0.2);
}

static void close_under_givers(void)
{
    aw_loop *loop = NULL;
    pthread_t threads[THREADS];

    require(aw_loop_new(&loop, NULL) == 0);
    aw_set_report_handler(loop, ignore_report, NULL);
    for (int i = 0; i < THREADS; i++)
        require(pthread_create(&threads[i], NULL, give_until_refused, loop) ==
                0);
    require(aw_run_until_complete(loop, aw_call(run_a_while, NULL), NULL) == 0);
    require(aw_loop_close(loop) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    aw_loop_unref(loop);
}

int main(void)
{
    struct giver givers[THREADS];
    atomic_int left;
    aw_loop *loop = NULL;

    atomic_init(&left, THREADS);
    require(aw_loop_new(&loop, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        givers[i] = (struct giver){.loop = loop, .left = &left};
        require(pthread_create(&givers[i].thread, NULL, give_all, &givers[i]) ==
                0);
    }
    require(aw_run_until_complete(loop, aw_call(serve_givers, &left), NULL) ==
            0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(givers[i].thread, NULL);
    require(aw_loop_close(loop) == 0);
    aw_loop_unref(loop);
    close_under_givers();
    return EXIT_SUCCESS;
}
