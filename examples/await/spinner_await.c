/*
 * A spinner while something slow runs, by a coroutine. spinner_thread.c does
 * the same with a thread: read them side by side.
 *
 * usage: spinner_await [SECONDS]
 */
#include <await/await.h>
#include <stdio.h>
#include <stdlib.h>

static int spin(void *arg, aw_value *ret)
{
    int rc = 0;

    (void)arg, (void)ret;
    for (unsigned i = 0; rc == 0; i++) {
        printf("\r%c thinking!", "\\|/-"[i % 4]);
        fflush(stdout);
        rc = aw_sleep(0.1); /* here, and nowhere else, it is cancelled */
    }
    printf("\r%12s\r", "");
    return rc;
}

static int slow(double seconds, int *answer)
{
    int rc = aw_sleep(seconds); /* this thread runs the spinner meanwhile */

    *answer = 42;
    return rc;
}

struct work {
    double seconds;
    int answer;
};

static int supervisor(void *arg, aw_value *ret)
{
    struct work *work = arg;
    aw_future *spinner = aw_create_task(NULL, aw_call(spin, NULL));
    int rc = slow(work->seconds, &work->answer);

    (void)ret;
    aw_future_cancel(spinner); /* no flag, no lock: it stands at an await */
    aw_ignore(aw_wait(&spinner, 1, AW_FOREVER, AW_ALL_COMPLETED, NULL));
    aw_unref(spinner);
    return rc;
}

int main(int argc, char **argv)
{
    struct work work = {.seconds = argc > 1 ? strtod(argv[1], NULL) : 3};
    int rc = aw_run(aw_call(supervisor, &work), NULL, NULL);

    if (rc < 0)
        return 1;
    printf("Answer: %d\n", work.answer);
    return 0;
}
