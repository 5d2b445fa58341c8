#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "bench.h"

TestSuite(downloader_stop, .init = bench_setup, .fini = bench_teardown,
          .timeout = 30);

Test(downloader_stop, accounts_for_all_items_when_it_is_stopped) /* D6 */
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        for (int after = 1; after <= 20; after++) {
            struct bench bench;

            bench_open(&bench, base, NULL, 0);
            bench.options.max_req =
                downloader == &downloader_sequential ? 1 : 3;
            bench.stop_after = after;
            bench_prepare(&bench, downloader);
            bench_run(&bench, downloader);

            cr_expect(eq(int, bench.rc, 0));
            bench_expect_accounts(&bench);
            cr_expect(ge(u64, bench_count(&bench, STATUS_OK), after));
            cr_expect(eq(u64,
                         bench_count(&bench, STATUS_OK) +
                             bench_count(&bench, STATUS_CANCELLED),
                         20));
            cr_expect(eq(int, bench.counts[EVENT_STOPPED], 1));
            cr_expect(eq(int, (int)bench.result.stop, STOP_INTERRUPTED));
            bench_close(&bench);
        }
    }
    server_stop(server);
}

/* Stops the run from the server's thread once all requests hang. */
struct trap {
    atomic_uint hanging;
    unsigned needed;
    struct run *_Atomic run;
};

static enum server_then spring(struct server_request *request, void *arg)
{
    struct trap *trap = arg;
    struct run *run = atomic_load(&trap->run);

    server_send_text(request, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    if (atomic_fetch_add(&trap->hanging, 1) + 1 == trap->needed && run)
        run_stop(run, STOP_INTERRUPTED);
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

Test(downloader_stop, ends_hung_transfers_when_another_thread_stops_the_run)
{
    static const struct {
        const struct downloader *downloader;
        unsigned max_req;
    } cases[] = {{&downloader_sequential, 1},
                 {&downloader_threaded, 5},
                 {&downloader_async, 5}};

    for (size_t i = 0; i < 3; i++) {
        struct trap trap = {.needed = cases[i].max_req};
        struct server *server = server_start(spring, &trap);
        char base[SERVER_URL_SIZE];
        struct bench bench;

        server_url(server, NULL, "", base);
        bench_open(&bench, base, NULL, 0);
        bench.options.transfer.timeout_us = 0; /* only the stop ends them */
        bench.options.max_req = cases[i].max_req;
        bench_prepare(&bench, cases[i].downloader);
        atomic_store(&trap.run, bench.run);
        bench_run(&bench, cases[i].downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, bench_count(&bench, STATUS_CANCELLED), 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], (int)trap.needed));
        bench_expect_accounts(&bench);
        bench_expect_files(&bench, "");
        bench_close(&bench);
        server_stop(server);
    }
}

static enum server_then hang(struct server_request *request, void *arg)
{
    (void)arg;
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

static enum server_then interrupt(struct server_request *request, void *arg)
{
    kill(getpid(), SIGINT);
    return hang(request, arg);
}

Test(downloader_stop, takes_an_interrupt_that_nobody_handles_for_a_stop)
{
    struct server *server = server_start(interrupt, NULL);
    static const char *const codes[] = {"BR", "US"};
    char base[SERVER_URL_SIZE];
    struct bench bench;

    server_url(server, NULL, "", base);
    bench_open(&bench, base, codes, 2);
    bench.options.max_req = 1; /* a second interrupt would end the program */
    bench_prepare(&bench, &downloader_async);
    bench_run(&bench, &downloader_async);

    cr_expect(eq(int, bench.rc, 0));
    cr_expect(eq(u64, bench_count(&bench, STATUS_CANCELLED), 2));
    cr_expect(eq(int, (int)bench.result.stop, STOP_INTERRUPTED));
    bench_expect_accounts(&bench);
    bench_close(&bench);
    server_stop(server);
}

Test(downloader_stop, starts_nothing_when_it_was_stopped_before)
{
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, "http://127.0.0.1:1", NULL, 0);
        bench_prepare(&bench, downloader);
        run_stop(bench.run, STOP_INTERRUPTED);
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, bench_count(&bench, STATUS_CANCELLED), 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], 0));
        cr_expect(eq(i64, bench.result.observed_us, 0));
        bench_expect_accounts(&bench);
        bench_close(&bench);
    }
}

/* An input that breaks after two items. */
static int break_after_two(void *arg, struct item **item)
{
    struct bench *bench = arg;
    struct item_source codes = code_items_source(&bench->codes);

    if (bench->codes.next == 2)
        return -EIO;
    return codes.next(codes.arg, item);
}

Test(downloader_stop, reports_an_input_that_cannot_be_read)
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base, NULL, 0);
        bench.items =
            (struct item_source){.next = break_after_two, .arg = &bench};
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, -EIO));
        cr_expect(eq(u64, counts_total(&bench.result.counts), 2));
        cr_expect(eq(int, bench.counts[EVENT_FINAL], 2));
        cr_expect(eq(int, (int)bench.result.stop, STOP_LOCAL_FAILURE));
        bench_close(&bench);
    }
    server_stop(server);
}
