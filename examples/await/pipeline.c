/*
 * A pipeline: one task makes numbers, some work on them on threads, one takes
 * what comes out. Bounded queues in between hold back whoever is too fast, and
 * closing the first ends the rest, one after the other.
 *
 * usage: pipeline [NUMBERS [WORKERS]]
 */
#include <await/await.h>
#include <stdio.h>
#include <stdlib.h>

struct pipeline {
    long numbers;
    long workers;
    long working; /* workers that have not ended */
    aw_queue todo;
    aw_queue done;
};

struct number {
    unsigned long n;
    unsigned steps; /* of 3n + 1 until 1 */
};

static struct number *number_new(unsigned long n, unsigned steps)
{
    struct number *number = malloc(sizeof(*number));

    if (number)
        *number = (struct number){n, steps};
    return number;
}

static int make(void *arg, aw_value *ret)
{
    struct pipeline *p = arg;
    int rc = 0;

    (void)ret;
    for (long i = 1; rc == 0 && i <= p->numbers; i++) {
        struct number *number = number_new((unsigned long)i, 0);

        rc = number ? aw_queue_put(&p->todo, (aw_value){number, free})
                    : AW_ENOMEM;
        if (rc < 0)
            free(number); /* what was not put is still ours */
    }
    aw_queue_close(&p->todo);
    return rc;
}

/* On a thread: it may take as long as it likes. */
static int count_steps(void *arg, aw_value *ret)
{
    const struct number *number = arg;
    unsigned steps = 0;

    for (unsigned long n = number->n; n != 1; steps++)
        n = n % 2 ? 3 * n + 1 : n / 2;
    *ret = (aw_value){number_new(number->n, steps), free};
    return ret->ptr ? 0 : AW_ENOMEM;
}

static int work(void *arg, aw_value *ret)
{
    struct pipeline *p = arg;
    aw_value todo, done;
    int rc;

    (void)ret;
    while ((rc = aw_queue_get(&p->todo, &todo)) == 0) {
        /* The number goes with the job, which may outlive us if we are
           cancelled; so does what it gives, if nobody is there to take it. */
        rc = aw_to_thread(aw_call_own(count_steps, todo.ptr, todo.drop), &done);
        if (rc < 0)
            break;
        rc = aw_queue_put(&p->done, done);
        if (rc < 0) {
            done.drop(done.ptr);
            break;
        }
    }
    if (--p->working == 0)
        aw_queue_close(&p->done);
    return rc == AW_EEND ? 0 : rc;
}

static int take(void *arg, aw_value *ret)
{
    struct pipeline *p = arg;
    struct number longest = {0, 0};
    long count = 0;
    aw_value v;
    int rc;

    (void)ret;
    while ((rc = aw_queue_get(&p->done, &v)) == 0) {
        const struct number *number = v.ptr;

        count++;
        if (number->steps > longest.steps)
            longest = *number;
        v.drop(v.ptr);
    }
    if (rc == AW_EEND)
        printf("%ld numbers, %lu takes longest: %u steps\n", count, longest.n,
               longest.steps);
    return rc == AW_EEND ? 0 : rc;
}

static int run_pipeline(void *arg, aw_value *ret)
{
    struct pipeline *p = arg;
    aw_group group;
    int rc;

    (void)ret;
    rc = aw_queue_init(&p->todo, 8, AW_FIFO, NULL);
    if (rc == 0)
        rc = aw_queue_init(&p->done, 8, AW_FIFO, NULL);
    if (rc == 0)
        rc = aw_group_enter(&group);
    if (rc < 0)
        return rc;
    /* What a group refuses nobody need look at: leaving tells. */
    (void)aw_group_create_task(&group, aw_call(make, p));
    for (p->working = 0; p->working < p->workers; p->working++)
        (void)aw_group_create_task(&group, aw_call(work, p));
    (void)aw_group_create_task(&group, aw_call(take, p));
    rc = aw_group_leave(&group, 0, NULL, NULL);
    aw_queue_free(&p->todo);
    aw_queue_free(&p->done);
    return rc;
}

int main(int argc, char **argv)
{
    struct pipeline p = {.numbers = argc > 1 ? strtol(argv[1], NULL, 10) : 1000,
                         .workers = argc > 2 ? strtol(argv[2], NULL, 10) : 4};
    int rc = p.workers > 0 ? aw_run(aw_call(run_pipeline, &p), NULL, NULL)
                           : AW_EINVAL;

    if (rc < 0)
        fprintf(stderr, "pipeline: %s\n", aw_strerror(rc));
    return rc < 0;
}
