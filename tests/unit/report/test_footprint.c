#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "report/footprint.h"

static struct events events;
static struct footprint footprint;
static const struct item item = {.code = "BR", .subject = "BR"};

static void setup(void)
{
    cr_assert(eq(int, events_init(&events), 0));
    footprint_init(&footprint, &events);
}

static void teardown(void)
{
    events_close(&events);
}

TestSuite(footprint, .init = setup, .fini = teardown);

static void tell(enum event_kind kind)
{
    const struct outcome ok = {.status = STATUS_OK};
    struct event event = {
        .kind = kind,
        .item = &item,
        .attempt = 1,
        .worker = 1,
        .outcome = kind == EVENT_FINAL ? &ok : NULL,
    };

    events_emit(&events, &event);
}

static void *wait_for_post(void *semaphore)
{
    while (sem_wait(semaphore) < 0)
        ;
    return NULL;
}

Test(footprint, peaks_are_counted_while_they_last)
{
    enum { THREADS = 3, FILES = 5 };
    pthread_t threads[THREADS];
    int files[FILES];
    sem_t end;

    sem_init(&end, 0, 0);
    for (int i = 0; i < FILES; i++)
        files[i] = dup(STDIN_FILENO);
    for (int i = 0; i < THREADS; i++)
        cr_assert(
            eq(int, pthread_create(&threads[i], NULL, wait_for_post, &end), 0));
    tell(EVENT_STARTED);
    tell(EVENT_FIRST_BYTE);
    for (int i = 0; i < THREADS; i++)
        sem_post(&end);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < FILES; i++)
        close(files[i]);
    tell(EVENT_FINAL);

    struct footprint after = footprint;

    footprint_end(&footprint);

    /* Whatever else this process has, it has no less of it now. */
    cr_expect(eq(i64, footprint.threads, after.threads));
    cr_expect(eq(i64, footprint.descriptors, after.descriptors));
    footprint_init(&after, &events);
    footprint_end(&after);
    cr_expect(eq(i64, footprint.threads, after.threads + THREADS));
    cr_expect(eq(i64, footprint.descriptors, after.descriptors + FILES));
    cr_expect(gt(i64, footprint.peak_rss, 100000));
    sem_destroy(&end);
}

Test(footprint, it_counts_no_oftener_than_more_attempts_run)
{
    int file;

    tell(EVENT_STARTED);
    tell(EVENT_STARTED);
    tell(EVENT_FIRST_BYTE);
    cr_expect(eq(uint, footprint.counted, 2));
    file = dup(STDIN_FILENO);
    int64_t before = footprint.descriptors;

    tell(EVENT_FINAL);
    tell(EVENT_STARTED);
    tell(EVENT_FIRST_BYTE);
    cr_expect(eq(i64, footprint.descriptors, before), "no more run than then");
    tell(EVENT_STARTED);
    tell(EVENT_FIRST_BYTE);
    cr_expect(eq(i64, footprint.descriptors, before + 1));
    close(file);
}
