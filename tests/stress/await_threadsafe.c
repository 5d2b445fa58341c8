/*
 * Several threads call a loop's callbacks while tasks run on it: every call
 * arrives, those of one thread in order, and closing the loop under the callers
 * is a refusal, not a race.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "await/await.h"
#include "await_stress.h"

enum { THREADS = 4, CALLS = 20000 };

struct caller {
    aw_loop *loop;
    pthread_t thread;
    aw_event *finished;
    int *callers_left;
    int next;
    struct call {
        struct caller *caller;
        int number;
    } calls[CALLS];
};

static void on_call(void *arg)
{
    struct call *call = arg;
    struct caller *c = call->caller;

    require(call->number == c->next);
    c->next++;
    if (c->next == CALLS && --*c->callers_left == 0)
        aw_event_set(c->finished);
}

static void *call_all(void *arg)
{
    struct caller *c = arg;

    for (int i = 0; i < CALLS; i++) {
        c->calls[i] = (struct call){c, i};
        require(aw_call_soon_threadsafe(c->loop, on_call, &c->calls[i]) == 0);
    }
    return NULL;
}

static int give_way(void *arg, aw_value *ret)
{
    const aw_event *finished = arg;
    int rc = 0;

    (void)ret;
    while (rc == 0 && !finished->set)
        rc = aw_sleep(0);
    return rc;
}

static int wait_for_calls(void *arg, aw_value *ret)
{
    struct caller *callers = arg;
    aw_event finished = {0};
    int left = THREADS;

    (void)ret;
    for (int i = 0; i < THREADS; i++) {
        callers[i].loop = aw_get_running_loop();
        callers[i].finished = &finished;
        callers[i].callers_left = &left;
    }
    /* One that keeps the loop busy, for a while: it sees both ways of waking.
     */
    aw_unref(aw_create_task(NULL, aw_call(give_way, &finished)));
    for (int i = 0; i < THREADS; i++)
        require(pthread_create(&callers[i].thread, NULL, call_all,
                               &callers[i]) == 0);
    int rc = aw_event_wait(&finished);
    for (int i = 0; i < THREADS; i++)
        pthread_join(callers[i].thread, NULL);
    return rc;
}

/* Callers that go on until they are refused. */
struct late {
    aw_loop *loop;
    atomic_int arrived;
    atomic_bool refused;
};

static void arrive(void *arg)
{
    struct late *l = arg;

    atomic_fetch_add(&l->arrived, 1);
}

static void *call_until_refused(void *arg)
{
    struct late *l = arg;
    int rc;

    while ((rc = aw_call_soon_threadsafe(l->loop, arrive, l)) == 0)
        continue;
    require(rc == AW_ECLOSED);
    atomic_store(&l->refused, true);
    return NULL;
}

static int wait_for_some(void *arg, aw_value *ret)
{
    struct late *l = arg;
    int rc = 0;

    (void)ret;
    while (rc == 0 && atomic_load(&l->arrived) < 1000)
        rc = aw_sleep(0.001);
    return rc;
}

static void close_under_callers(void)
{
    struct late l = {0};
    pthread_t threads[2];

    require(aw_loop_new(&l.loop, NULL) == 0);
    for (int i = 0; i < 2; i++)
        require(pthread_create(&threads[i], NULL, call_until_refused, &l) == 0);
    require(aw_run_until_complete(l.loop, aw_call(wait_for_some, &l), NULL) ==
            0);
    require(aw_loop_close(l.loop) == 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    require(atomic_load(&l.refused));
    aw_loop_unref(l.loop);
}

int main(void)
{
    struct caller *callers = calloc(THREADS, sizeof(*callers));

    require(callers);
    require(aw_run(aw_call(wait_for_calls, callers), NULL, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        require(callers[i].next == CALLS);
    free(callers);
    close_under_callers();
    return EXIT_SUCCESS;
}
