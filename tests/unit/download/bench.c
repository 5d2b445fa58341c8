#include "bench.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    cr_assert(eq(int, (int)curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK));
}

void bench_teardown(void)
{
    curl_global_cleanup();
}

static void on_event(void *arg, const struct event *event)
{
    struct bench *bench = arg;
    size_t at = strlen(bench->finals);

    bench->counts[event->kind]++;
    bench->disorder = bench->disorder || event->at_us < bench->last_us;
    bench->last_us = event->at_us;
    if (event->worker > bench->greatest_worker)
        bench->greatest_worker = event->worker;
    if (event->kind != EVENT_FINAL)
        return;
    snprintf(bench->finals + at, sizeof(bench->finals) - at, "%s %s %s %lld\n",
             event->item->subject, status_name(event->outcome->status),
             event->outcome->name, (long long)event->outcome->bytes);
    if (event->outcome->status != STATUS_OK) {
        at = strlen(bench->errors);
        snprintf(bench->errors + at, sizeof(bench->errors) - at, "%s\n",
                 event->outcome->reply.text);
        snprintf(bench->text, sizeof(bench->text), "%s",
                 event->outcome->reply.text);
        snprintf(bench->url, sizeof(bench->url), "%s",
                 event->outcome->reply.url);
        bench->cause = event->outcome->reply.cause;
    }
    if (bench->stop_after > 0 && --bench->stop_after == 0)
        run_stop(bench->run, STOP_INTERRUPTED);
}

void bench_open(struct bench *bench, const char *base,
                const char *const *arguments, size_t count)
{
    const struct selection_request request = {.arguments = arguments,
                                              .argument_count = count};

    *bench = (struct bench){0};
    scratch_make(bench->output);
    cr_assert(eq(int, source_parse(&bench->source, base, NULL), 0));
    cr_assert(eq(int, selection_make(&bench->selection, &request, NULL), 0));
    cr_assert(eq(int, events_init(&bench->events), 0));
    bench->sink = (struct event_sink){
        .on_event = on_event, .arg = bench, .kinds = EVENT_ALL};
    events_add(&bench->events, &bench->sink);
    bench->options = (struct download_options){
        .transfer = {.timeout_us = 10000000,
                     .connect_timeout_us = 5000000,
                     .reuse = true},
        .verify_content = true,
    };
}

void bench_close(struct bench *bench)
{
    events_close(&bench->events);
    selection_close(&bench->selection);
    source_close(&bench->source);
    scratch_remove(bench->output);
}

void bench_prepare(struct bench *bench, const struct downloader *downloader)
{
    cr_assert(eq(int, save_dir_open(&bench->options.output, bench->output), 0));
    if (bench->options.max_req == 0)
        bench->options.max_req = downloader == &downloader_sequential ? 1 : 8;
    bench->codes = (struct code_items){
        .selection = &bench->selection,
        .source = &bench->source,
        .country_names = bench->options.country_names,
        .compat = bench->options.compat,
    };
    if (!bench->items.next)
        bench->items = code_items_source(&bench->codes);
    cr_assert(
        eq(int,
           run_new(&bench->run, bench->items, &bench->options, &bench->events),
           0));
}

void bench_run(struct bench *bench, const struct downloader *downloader)
{
    bench->rc = downloader_run(downloader, bench->run);
    bench->result = run_result(bench->run);
    run_free(bench->run);
    save_dir_close(bench->options.output);
}

uint64_t bench_count(const struct bench *bench, enum status status)
{
    return bench->result.counts.of[status];
}

void bench_expect_accounts(const struct bench *bench)
{
    int items = (int)bench->selection.count;

    cr_expect(eq(u64, counts_total(&bench->result.counts),
                 (uint64_t)bench->selection.count));
    cr_expect(eq(int, bench->counts[EVENT_FINAL], items));
    cr_expect(eq(int, bench->counts[EVENT_SAVED],
                 (int)bench_count(bench, STATUS_OK)));
    cr_expect(le(int, bench->counts[EVENT_STARTED], items));
    cr_expect(le(uint, bench->greatest_worker, bench->options.max_req));
    cr_expect(not(bench->disorder), "events must be in order of time");
}

void bench_expect_files(const struct bench *bench, const char *names)
{
    char *list = scratch_list(bench->output);

    cr_expect(eq(str, list, (char *)names));
    free(list);
}

void bench_each(server_handler handler, void *arg, const char *const *codes,
                size_t count, const struct download_options *options,
                void (*look)(struct bench *bench, const struct server *server))
{
    EACH(downloader)
    {
        struct server *server = server_start(handler, arg);
        char base[SERVER_URL_SIZE];
        struct bench bench;

        server_url(server, NULL, "", base);
        bench_open(&bench, base, codes, count);
        if (options) {
            struct transfer_options transfer = bench.options.transfer;

            bench.options = *options;
            if (options->transfer.timeout_us == 0)
                bench.options.transfer = transfer;
            bench.options.transfer.fixture_count =
                options->transfer.fixture_count;
            cr_assert(endpoint_of(&bench.options.transfer.fixtures[0], base));
        }
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);
        cr_expect(eq(int, bench.rc, 0), "%s", downloader->name);
        bench_expect_accounts(&bench);
        look(&bench, server);
        bench_close(&bench);
        server_stop(server);
    }
}
