#include <pthread.h>

#include "await/internal.h"

/*
 * current: the loop of a thread. This is what a thread knows, not what the
 * program shares: the variables are the thread's own, and the key only ends
 * the loop that aw_get_event_loop() made when its thread exits.
 */

static _Thread_local aw_loop *running_loop;
static _Thread_local aw_loop *set_loop;

static pthread_key_t made_key;
static pthread_once_t made_once = PTHREAD_ONCE_INIT;
static int made_error;

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
    if (!set_loop)
        set_loop = make_loop();
    return set_loop;
}

aw_loop *aw__loop_or_current(aw_loop *loop)
{
    return loop ? loop : aw_get_event_loop();
}
