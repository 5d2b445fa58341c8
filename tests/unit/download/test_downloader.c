#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "await/await.h"
#include "download/downloader.h"
#include "scratch.h"
#include "server.h"

/* What a run is made of, for each strategy anew. */
struct bench {
    char output[SCRATCH_SIZE];
    struct source source;
    struct selection selection;
    struct code_items codes;
    struct events events;
    struct event_sink sink;
    struct download_options options;
    struct run *run;
    struct run_result result;
    int rc;

    /* Folded from the events. */
    int counts[EVENT_KINDS];
    int64_t last_us;
    bool disorder;
    char finals[8192];          /* "BR ok br.gif 1058\n", in order of arrival */
    char text[REPLY_TEXT_SIZE]; /* of the last that is not ok */
    char url[256];
    enum cause cause;
    unsigned greatest_worker;
    int stop_after; /* finals; 0: never */
};

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
        snprintf(bench->text, sizeof(bench->text), "%s",
                 event->outcome->reply.text);
        snprintf(bench->url, sizeof(bench->url), "%s",
                 event->outcome->reply.url);
        bench->cause = event->outcome->reply.cause;
    }
    if (bench->stop_after > 0 && --bench->stop_after == 0)
        run_stop(bench->run, STOP_INTERRUPTED);
}

static void bench_open(struct bench *bench, const char *base,
                       const struct selection_request *request)
{
    *bench = (struct bench){0};
    scratch_make(bench->output);
    cr_assert(eq(int, source_parse(&bench->source, base, NULL), 0));
    cr_assert(eq(int, selection_make(&bench->selection, request, NULL), 0));
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

static void bench_run(struct bench *bench, const struct downloader *downloader)
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
    bench->run = run_new(code_items_source(&bench->codes), &bench->options,
                         &bench->events);
    cr_assert(ne(ptr, bench->run, NULL));
    bench->rc = downloader_run(downloader, bench->run, &bench->options);
    bench->result = run_result(bench->run);
    run_free(bench->run);
    save_dir_close(bench->options.output);
}

static void bench_close(struct bench *bench)
{
    events_close(&bench->events);
    selection_close(&bench->selection);
    source_close(&bench->source);
    scratch_remove(bench->output);
}

static uint64_t count_of(const struct bench *bench, enum status status)
{
    return bench->result.counts.of[status];
}

/* What holds after every run, however it ended. */
static void expect_accounts(const struct bench *bench)
{
    int items = (int)bench->selection.count;

    cr_expect(eq(u64, counts_total(&bench->result.counts),
                 (uint64_t)bench->selection.count));
    cr_expect(eq(int, bench->counts[EVENT_FINAL], items));
    cr_expect(
        eq(int, bench->counts[EVENT_SAVED], (int)count_of(bench, STATUS_OK)));
    cr_expect(le(int, bench->counts[EVENT_STARTED], items));
    cr_expect(le(uint, bench->greatest_worker, bench->options.max_req));
    cr_expect(not(bench->disorder), "events must be in order of time");
}

__attribute__((unused)) static void expect_files(const struct bench *bench, const char *names)
{
    char *list = scratch_list(bench->output);

    cr_expect(eq(str, list, (char *)names));
    free(list);
}

static void setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

TestSuite(downloader, .init = setup, .fini = curl_global_cleanup,
          .timeout = 30);

#define EACH(downloader)                                                  \
    for (const struct downloader *const *each = downloaders, *downloader; \
         (downloader = *each) != NULL; each++)

Test(downloader, is_found_by_its_name)
{
    cr_expect(eq(ptr, (void *)downloader_find("sequential"),
                 (void *)&downloader_sequential));
    cr_expect(eq(ptr, (void *)downloader_find("threaded"),
                 (void *)&downloader_threaded));
    cr_expect(
        eq(ptr, (void *)downloader_find("async"), (void *)&downloader_async));
    cr_expect(eq(ptr, (void *)downloader_find("Async"), NULL));
}

Test(downloader, downloads_the_same_flags_with_every_strategy)
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base, &(struct selection_request){0});
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, count_of(&bench, STATUS_OK), 20));
        cr_expect(eq(int, bench.counts[EVENT_SCHEDULED], 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], 20));
        cr_expect(eq(int, bench.counts[EVENT_FIRST_BYTE], 20));
        cr_expect(eq(int, bench.counts[EVENT_TRANSFERRED], 20));
        cr_expect(eq(int, (int)bench.result.stop, STOP_NONE));
        cr_expect(gt(i64, bench.result.observed_us, 0));
        expect_accounts(&bench);
        for (size_t i = 0; i < bench.selection.count; i++) {
            const char *code = bench.selection.codes[i].code;
            char lower[] = {(char)(code[0] | 0x20), (char)(code[1] | 0x20), 0};
            char flag[SERVER_FLAG_SIZE];
            size_t bytes = server_flag(lower, flag);
            char name[] = "xx.gif";

            memcpy(name, lower, 2);
            cr_expect(scratch_holds(bench.output, name, flag, bytes), "%s: %s",
                      downloader->name, name);
        }
        bench_close(&bench);
    }
    server_stop(server);
}
