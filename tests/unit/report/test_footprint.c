#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
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
    footprint_close(&footprint);
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

static void spend_cpu(void)
{
    clock_t end = clock() + CLOCKS_PER_SEC / 50;

    while (clock() < end)
        ;
}

static int64_t spent_us(void)
{
    return footprint.after.user_us + footprint.after.system_us -
           footprint.before.user_us - footprint.before.system_us;
}

Test(footprint, cpu_time_is_that_from_the_first_scheduled_to_the_last_final)
{
    spend_cpu();
    tell(EVENT_SCHEDULED);
    spend_cpu();
    tell(EVENT_SCHEDULED);
    tell(EVENT_STARTED);
    tell(EVENT_FINAL);
    cr_expect(footprint.before.known);
    cr_expect(ge(i64, spent_us(), 10000));
    cr_expect(
        ge(i64, footprint.before.user_us + footprint.before.system_us, 10000),
        "what was before is not in it");
}

static void *finish(void *arg)
{
    (void)arg;
    tell(EVENT_FINAL);
    return NULL;
}

Test(footprint, the_waits_of_threads_that_have_ended_are_kept)
{
    pthread_t thread;

    tell(EVENT_SCHEDULED);
    cr_expect(eq(i64, footprint_wait_us(&footprint), 0), "it has just begun");
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(int, pthread_create(&thread, NULL, finish, NULL), 0));
        pthread_join(thread, NULL);
    }
    cr_assert(ge(sz, footprint.wait_count, 2));
    footprint.waits[0].after_us = footprint.waits[0].before_us + 5;
    footprint.waits[1].before_us = 0;
    footprint.waits[1].after_us = 7;
    for (size_t i = 2; i < footprint.wait_count; i++)
        footprint.waits[i].before_us = footprint.waits[i].after_us;
    cr_expect(eq(i64, footprint_wait_us(&footprint), 7));
    footprint.waits_unknown = true;
    cr_expect(eq(i64, footprint_wait_us(&footprint), -1));
}
