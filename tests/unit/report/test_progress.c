#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/progress.h"
#include "told.h"
#include "written.h"

static struct events events;
static struct written stream;

static void setup(void)
{
    cr_assert(eq(int, events_init(&events), 0));
    written_open(&stream);
}

static void teardown(void)
{
    written_close(&stream);
    events_close(&events);
}

TestSuite(progress, .init = setup, .fini = teardown);

static char *written(void)
{
    return written_take(&stream);
}

static const struct outcome ok = {.status = STATUS_OK};
static const struct outcome teapot = {.status = STATUS_ERROR};
static const struct item br = {.code = "BR", .subject = "BR", .named = true};

static void emit(unsigned attempt, int64_t at_us, enum event_kind kind,
                 const struct outcome *outcome)
{
    tell(
        &events, at_us,
        (struct event){
            .kind = kind, .item = &br, .attempt = attempt, .outcome = outcome});
}

Test(progress, it_shows_what_is_in_flight_and_the_bytes)
{
    struct progress bar;

    progress_init(&bar, stream.out, 0, (struct progress_style){false, false},
                  &events);
    atomic_fetch_add(&bar.received, 1536);
    written();
    emit(1, 100000, EVENT_STARTED, NULL);
    cr_expect(eq(str, written(), "\r\x1b[K0 0.1s, 1 in flight, 1.5 KiB"));
    emit(1, 200000, EVENT_STARTED, NULL);
    written();
    emit(1, 300000, EVENT_RETRY, &teapot);
    emit(1, 400000, EVENT_FINAL, &ok);
    cr_expect(ne(ptr, strstr(written(), "K1 0.4s, 1.5 KiB"), NULL));
}

Test(progress, it_estimates_the_rest_once_that_means_something)
{
    struct progress bar;

    progress_init(&bar, stream.out, 20, (struct progress_style){false, false},
                  &events);
    emit(1, 1900000, EVENT_FINAL, &ok);
    emit(1, 1999999, EVENT_FINAL, &ok);
    cr_expect(eq(ptr, strstr(written(), "ETA"), NULL), "in the first moments");
    emit(1, 2200000, EVENT_STARTED, NULL);
    cr_expect(ne(ptr, strstr(written(), ", ETA 20s"), NULL));
    emit(1, 20000000, EVENT_STARTED, NULL);
    cr_expect(ne(ptr, strstr(written(), ", ETA 3m 00s"), NULL));
    emit(1, 2000000000, EVENT_STARTED, NULL);
    cr_expect(ne(ptr, strstr(written(), ", ETA 5h 00m"), NULL));
}

Test(progress, it_estimates_nothing_from_items_that_needed_no_attempt)
{
    struct progress bar;

    progress_init(&bar, stream.out, 20, (struct progress_style){false, false},
                  &events);
    for (int i = 0; i < 10; i++)
        emit(0, 3000000 + i, EVENT_FINAL, &ok);
    emit(0, 4000000, EVENT_FINAL, &ok);

    cr_expect(eq(ptr, strstr(written(), "ETA"), NULL));
}

Test(progress, it_has_a_clock_of_its_own)
{
    struct progress bar;
    int ends[2];
    FILE *terminal;

    cr_assert(eq(int, pipe(ends), 0));
    terminal = fdopen(ends[1], "w");
    cr_assert(ne(ptr, terminal, NULL));

    progress_init(&bar, terminal, 3, (struct progress_style){false, false},
                  &events);
    cr_assert(eq(int, progress_start(&bar), 0));
    /* The first one, and three though nothing happens: this would wait for
       ever for them. */
    for (int drawn = 0; drawn < 4;) {
        char c;

        cr_assert(eq(int, (int)read(ends[0], &c, 1), 1));
        drawn += c == '\r';
    }
    progress_stop(&bar);

    fclose(terminal);
    close(ends[0]);
}
