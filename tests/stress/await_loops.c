/*
 * A loop in each of several threads: nothing is shared between them but what
 * is sent by aw_call_soon_threadsafe(), here a token that goes round.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "await/await.h"
#include "await_stress.h"

enum { THREADS = 4, ROUNDS = 2000, TASKS = 200 };

struct player {
    struct player *next;
    _Atomic(aw_loop *) loop; /* NULL until it takes calls */
    pthread_t thread;
    aw_event token;
    int passes;
    pthread_barrier_t *ready, *over;
};

static void catch_token(void *arg)
{
    struct player *p = arg;

    aw_event_set(&p->token);
}

static int play(void *arg, aw_value *ret)
{
    struct player *p = arg;

    (void)ret;
    for (; p->passes < ROUNDS; p->passes++) {
        int rc = aw_event_wait(&p->token);

        if (rc < 0)
            return rc;
        aw_event_clear(&p->token);
        require(aw_call_soon_threadsafe(atomic_load(&p->next->loop),
                                        catch_token, p->next) == 0);
    }
    return 0;
}

static int small(void *counter, aw_value *ret)
{
    int rc = aw_sleep(0);

    (void)ret;
    ++*(int *)counter;
    return rc;
}

/* What a loop does on its own account meanwhile. */
static int be_busy(void *arg, aw_value *ret)
{
    aw_group g;
    int counter = 0, rc = aw_group_enter(&g);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    for (int i = 0; i < TASKS; i++)
        aw_group_create_task(&g, aw_call(small, &counter));
    rc = aw_group_leave(&g, 0, NULL, NULL);
    require(counter == TASKS);
    return rc;
}

static int thread_main(void *arg, aw_value *ret)
{
    struct player *p = arg;
    int rc;

    atomic_store(&p->loop, aw_get_running_loop());
    pthread_barrier_wait(p->ready);
    aw_future *busy = aw_create_task(NULL, aw_call(be_busy, NULL));
    rc = play(p, ret);
    if (rc == 0)
        rc = aw_await(aw_give(busy), NULL);
    return rc;
}

static void *run_player(void *arg)
{
    struct player *p = arg;
    aw_loop *loop = NULL;

    require(aw_loop_new(&loop, NULL) == 0);
    require(aw_run_until_complete(loop, aw_call(thread_main, p), NULL) == 0);
    /* The last to play still throws to the first: it must take the call. */
    pthread_barrier_wait(p->over);
    require(aw_loop_close(loop) == 0);
    aw_loop_unref(loop);
    /* And the loop that a thread is given on demand goes with the thread. */
    require(aw_run_sync(aw_call(be_busy, NULL), NULL) == 0);
    return NULL;
}

int main(void)
{
    static struct player players[THREADS];
    pthread_barrier_t ready, over;

    pthread_barrier_init(&ready, NULL, THREADS + 1);
    pthread_barrier_init(&over, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        players[i].next = &players[(i + 1) % THREADS];
        players[i].ready = &ready;
        players[i].over = &over;
    }
    for (int i = 0; i < THREADS; i++)
        require(pthread_create(&players[i].thread, NULL, run_player,
                               &players[i]) == 0);
    pthread_barrier_wait(&ready);
    require(aw_call_soon_threadsafe(atomic_load(&players[0].loop), catch_token,
                                    &players[0]) == 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(players[i].thread, NULL);
        require(players[i].passes == ROUNDS);
    }
    pthread_barrier_destroy(&ready);
    pthread_barrier_destroy(&over);
    return EXIT_SUCCESS;
}
