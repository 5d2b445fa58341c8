#include <pthread.h>

#include "await/internal.h"

/*
 * current: the loop of a thread. This is what a thread knows, not what the
 * program shares: the variables are the thread's own, and the key only ends
 * the loop that aw_get_event_loop() made when its thread exits. What the
 * process knows is that it watches for being forked.
 */

static _Thread_local aw_loop *running_loop;
static _Thread_local aw_loop *set_loop;
static _Thread_local aw_loop *forked_loop; /* that ran when we were forked */
static _Thread_local bool in_job;

static pthread_key_t made_key;
static pthread_once_t made_once = PTHREAD_ONCE_INIT;
static int made_error;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static int fork_error;

static void close_made(void *loop)
{
    (void)aw_loop_close(loop);
    aw_loop_unref(loop);
}

static void create_key(void)
{
    made_error = pthread_key_create(&made_key, close_made);
}

aw_loop *aw_get_running_loop(void)
{
    return running_loop;
}

void aw__loop_set_running(aw_loop *loop)
{
    running_loop = loop;
}

void aw_set_event_loop(aw_loop *loop)
{
    set_loop = loop;
}

/* The thread's own loop; another is made where that was closed. */
static aw_loop *make_loop(void)
{
    aw_loop *loop;
    aw_loop *old;

    if (pthread_once(&made_once, create_key) != 0 || made_error != 0)
        return NULL;
    if (aw_loop_new(&loop, NULL) < 0)
        return NULL;
    old = pthread_getspecific(made_key);
    if (pthread_setspecific(made_key, loop) != 0) {
        close_made(loop);
        return NULL;
    }
    if (old)
        close_made(old);
    return loop;
}

aw_loop *aw_get_event_loop(void)
{
    if (running_loop)
        return running_loop;
    if (in_job)
        return NULL;
    if (!set_loop)
        set_loop = make_loop();
    return set_loop;
}

int aw__no_loop(void)
{
    return in_job && !running_loop ? AW_ENOLOOP : AW_ENOMEM;
}

void aw__set_in_job(bool now)
{
    in_job = now;
}

bool aw__in_job(void)
{
    return in_job && !running_loop;
}

/* The child has the parent's loops, and shares their descriptors: none of them
   is this thread's any more. */
static void forget_loops(void)
{
    forked_loop = running_loop;
    if (running_loop)
        running_loop->forked = true;
    running_loop = NULL;
    set_loop = NULL;
    in_job = false;
}

static void watch_forks(void)
{
    fork_error = pthread_atfork(NULL, NULL, forget_loops);
}

int aw__fork_watch(void)
{
    int rc = pthread_once(&fork_once, watch_forks);

    return rc != 0 ? -rc : -fork_error;
}

aw_loop *aw__forked_loop(void)
{
    return forked_loop;
}

aw_loop *aw__loop_or_current(aw_loop *loop)
{
    return loop ? loop : aw_get_event_loop();
}
