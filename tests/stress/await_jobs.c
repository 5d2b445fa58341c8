/*
 * Blocking jobs on threads: many at once, cancelled before, while and after
 * they run, and left behind at the end of the loop. Each argument and each
 * value is dropped once, on the loop's thread.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "await/await.h"
#include "await_stress.h"

enum { ROUNDS = 20, JOBS = 200 };

struct job {
    int number;
    int sum; /* written by the thread, read by the loop */
    pthread_t loop_thread;
};

static atomic_int ran;
static int arguments_dropped, values_dropped, values_read;

static void drop_job(void *arg)
{
    const struct job *j = arg;

    require(pthread_equal(pthread_self(), j->loop_thread));
    arguments_dropped++;
    free(arg);
}

static void drop_value(void *value)
{
    values_dropped++;
    free(value);
}

static int work(void *arg, aw_value *ret)
{
    struct job *j = arg;
    int *value = malloc(sizeof(*value));

    if (!value)
        return AW_ENOMEM;
    for (int i = 0; i <= j->number; i++)
        j->sum += i;
    *value = j->sum;
    atomic_fetch_add(&ran, 1);
    *ret = (aw_value){value, drop_value};
    return 0;
}

static aw_future *start(int number)
{
    struct job *j = calloc(1, sizeof(*j));

    require(j);
    j->number = number;
    j->loop_thread = pthread_self();
    return aw_run_in_executor(NULL, aw_call_own(work, j, drop_job));
}

static void check(aw_future *f, int number)
{
    aw_value value = {0};
    int rc = aw_await(f, &value);

    require(rc == 0 || rc == AW_ECANCELED);
    if (rc < 0)
        return;
    require(*(int *)value.ptr == number * (number + 1) / 2);
    values_read++;
}

static int cancel_here_and_there(void *arg, aw_value *ret)
{
    aw_future *fs[JOBS];

    (void)arg, (void)ret;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < JOBS; i++)
            fs[i] = start(i);
        if (round % 2 && aw_sleep(0) < 0)
            return AW_ECANCELED;
        for (int i = round % 3; i < JOBS; i += 3)
            (void)aw_future_cancel(fs[i]);
        for (int i = 0; i < JOBS; i++) {
            check(fs[i], i);
            aw_unref(fs[i]);
        }
    }
    for (int i = 0; i < JOBS; i++) {
        aw_future *f = start(i);

        if (i % 2)
            (void)aw_future_cancel(f);
        aw_unref(f); /* run waits for it */
    }
    return 0;
}

int main(void)
{
    require(aw_run(aw_call(cancel_here_and_there, NULL), NULL, NULL) == 0);
    require(arguments_dropped == (ROUNDS + 1) * JOBS);
    require(values_dropped == atomic_load(&ran));
    require(values_read <= values_dropped);
    require(values_read >= ROUNDS * JOBS / 2);
    return EXIT_SUCCESS;
}
