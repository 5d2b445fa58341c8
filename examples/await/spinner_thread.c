/*
 * A spinner while something slow runs, by a thread. spinner_await.c does the
 * same with a coroutine: read them side by side.
 *
 * usage: spinner_thread [SECONDS]
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct done { /* what tells the thread to end */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool set;
};

/* Wait so long for it to be set; was it? */
static bool done_wait(struct done *done, double seconds)
{
    struct timespec until;
    bool set;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(seconds * 1e9);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&done->lock);
    if (!done->set)
        pthread_cond_timedwait(&done->changed, &done->lock, &until);
    set = done->set;
    pthread_mutex_unlock(&done->lock);
    return set;
}

static void done_set(struct done *done)
{
    pthread_mutex_lock(&done->lock);
    done->set = true;
    pthread_cond_signal(&done->changed);
    pthread_mutex_unlock(&done->lock);
}

static void *spin(void *arg)
{
    struct done *done = arg;

    for (unsigned i = 0;; i++) {
        printf("\r%c thinking!", "\\|/-"[i % 4]);
        fflush(stdout);
        if (done_wait(done, 0.1))
            break;
    }
    printf("\r%12s\r", "");
    return NULL;
}

static int slow(double seconds)
{
    poll(NULL, 0, (int)(seconds * 1000)); /* this thread can do nothing else */
    return 42;
}

static int supervisor(double seconds, int *answer)
{
    struct done done = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                        false};
    pthread_t spinner;
    int rc = pthread_create(&spinner, NULL, spin, &done);

    if (rc != 0)
        return -rc;
    *answer = slow(seconds);
    done_set(&done); /* a thread cannot be cancelled: it has to look */
    pthread_join(spinner, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    int answer = 0;
    int rc = supervisor(argc > 1 ? strtod(argv[1], NULL) : 3, &answer);

    if (rc < 0)
        return 1;
    printf("Answer: %d\n", answer);
    return 0;
}
