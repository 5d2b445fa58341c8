#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void expect_files(const struct bench *bench, const char *names)
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

/* Run `codes` against a handler, with each strategy; `look` at
   what came of it. */
static void with_each(server_handler handler, void *arg,
                      const char *const *codes, size_t count,
                      const struct download_options *options,
                      void (*look)(struct bench *bench,
                                   const struct server *server))
{
    EACH(downloader)
    {
        struct server *server = server_start(handler, arg);
        char base[SERVER_URL_SIZE];
        struct bench bench;
        struct transfer_options transfer;

        server_url(server, NULL, "", base);
        bench_open(&bench, base,
                   &(struct selection_request){.arguments = codes,
                                               .argument_count = count});
        transfer = bench.options.transfer;
        if (options)
            bench.options = *options;
        if (bench.options.transfer.timeout_us == 0)
            bench.options.transfer = transfer;
        bench_run(&bench, downloader);
        cr_expect(eq(int, bench.rc, 0), "%s", downloader->name);
        expect_accounts(&bench);
        look(&bench, server);
        bench_close(&bench);
        server_stop(server);
    }
}

static void look_for_missing(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_OK), 1));
    cr_expect(eq(u64, count_of(bench, STATUS_NOT_FOUND), 1));
    cr_expect(eq(str, bench->text, "HTTP 404 Not Found"));
    cr_expect(ne(ptr, strstr(bench->url, "/zz/zz.gif"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "ZZ not_found  0\n"), NULL));
    expect_files(bench, "br.gif ");
}

Test(downloader, tells_what_is_not_found_from_errors)
{
    static const char *const codes[] = {"BR", "ZZ"};

    with_each(server_flags, NULL, codes, 2, NULL, look_for_missing);
}

static enum server_then answer_html(struct server_request *request, void *arg)
{
    static const char page[] = "<!DOCTYPE html><title>Not a flag</title>";

    server_answer(request, arg, page, sizeof(page) - 1);
    return SERVER_KEEP;
}

static void look_for_no_pages(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_NOT_FOUND), 20));
    expect_files(bench, "");
}

Test(downloader, saves_no_error_page_as_a_flag) /* D1 */
{
    static char status[] = "404 Not Found";

    with_each(answer_html, status, NULL, 0, NULL, look_for_no_pages);
}

static void look_for_wrong_content(struct bench *bench,
                                   const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 20));
    cr_expect(eq(str, bench->text, "not a GIF image, but an HTML page"));
    cr_expect(eq(int, (int)bench->cause, CAUSE_CONTENT));
    expect_files(bench, "");
}

Test(downloader, saves_no_page_as_a_flag_whatever_its_status)
{
    static char status[] = "200 OK";

    with_each(answer_html, status, NULL, 0, NULL, look_for_wrong_content);
}

static enum server_then answer_nothing(struct server_request *request,
                                       void *arg)
{
    (void)arg;
    server_answer(request, "200 OK", "", 0);
    return SERVER_KEEP;
}

static void look_for_empty(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 20));
    cr_expect(eq(str, bench->text, "the body is empty"));
    expect_files(bench, "");
}

Test(downloader, takes_an_empty_body_for_an_error)
{
    with_each(answer_nothing, NULL, NULL, 0, NULL, look_for_empty);
}

/* BR fails, everything else is there; /fr/metadata.json and others are bad. */
static enum server_then mixed(struct server_request *request, void *arg)
{
    static const struct {
        const char *path;
        const char *metadata;
    } metadata[] = {
        {"/de/metadata.json", "{\"country\": \"../../evil\"}"},
        {"/fr/metadata.json", "not json"},
        {"/it/metadata.json", "{\"nation\": \"Italy\"}"},
        {"/us/metadata.json", "{\"country\": \"United States of America\"}"},
    };

    (void)arg;
    for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++) {
        if (strcmp(server_path(request), metadata[i].path) == 0) {
            server_answer(request, "200 OK", metadata[i].metadata,
                          strlen(metadata[i].metadata));
            return SERVER_KEEP;
        }
    }
    if (strcmp(server_path(request), "/br/br.gif") == 0)
        server_answer(request, "418 I'm a Teapot", "no", 2);
    else if (strcmp(server_path(request), "/jp/metadata.json") == 0)
        server_answer(request, "404 Not Found", "no", 2);
    else
        return server_flags(request, NULL);
    return SERVER_KEEP;
}

static void look_for_one_error(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 1));
    cr_expect(eq(u64, count_of(bench, STATUS_OK), 3));
    cr_expect(ne(ptr, strstr(bench->finals, "BR error  0\n"), NULL));
    cr_expect(eq(str, bench->text, "HTTP 418 I'm a Teapot"));
    expect_files(bench, "Land_of_cn-CN.gif Land_of_in-IN.gif "
                        "United_States_of_America-US.gif ");
}

Test(downloader, does_not_let_an_error_stick) /* D2 */
{
    static const char *const codes[] = {"BR", "CN", "IN", "US"};
    const struct download_options options = {.country_names = true,
                                             .verify_content = true};

    with_each(mixed, NULL, codes, 4, &options, look_for_one_error);
}

static void look_for_bad_metadata(struct bench *bench,
                                  const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_OK), 1));
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 3));
    cr_expect(ne(ptr, strstr(bench->finals, "FR error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "IT error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "JP error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->url, "/metadata.json"), NULL));
    expect_files(bench, "___.._evil-DE.gif ");
}

Test(downloader, distrusts_metadata) /* D4 */
{
    static const char *const codes[] = {"DE", "FR", "IT", "JP"};
    const struct download_options options = {.country_names = true,
                                             .verify_content = true};

    with_each(mixed, NULL, codes, 4, &options, look_for_bad_metadata);
}

/* As deep as fits: a parser that follows it leaves a coroutine's stack. */
static enum server_then answer_deeply(struct server_request *request, void *arg)
{
    static char deep[60000];

    if (!strstr(server_path(request), ".json"))
        return server_flags(request, arg);
    memset(deep, '[', sizeof(deep));
    server_answer(request, "200 OK", deep, sizeof(deep));
    return SERVER_KEEP;
}

static void look_for_depth(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 1));
    cr_expect(eq(str, bench->text, "bad metadata: it nests too deep"));
    expect_files(bench, "");
}

Test(downloader, survives_metadata_that_nests_deep)
{
    static const char *const codes[] = {"BR"};
    const struct download_options options = {.country_names = true};

    with_each(answer_deeply, NULL, codes, 1, &options, look_for_depth);
}

static enum server_then same_country(struct server_request *request, void *arg)
{
    static const char json[] = "{\"country\": \"Atlantis\"}";

    if (!strstr(server_path(request), ".json"))
        return server_flags(request, arg);
    server_answer(request, "200 OK", json, sizeof(json) - 1);
    return SERVER_KEEP;
}

static void look_for_a_clash(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_OK), 1));
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 1));
    cr_expect(eq(str, bench->text, "another item is named 'Atlantis.gif' too"));
    expect_files(bench, "Atlantis.gif ");
}

Test(downloader, never_maps_two_items_to_one_file)
{
    static const char *const codes[] = {"BR", "US"};
    const struct download_options options = {.country_names = true,
                                             .compat = COMPAT_2E};

    with_each(same_country, NULL, codes, 2, &options, look_for_a_clash);
}

static void look_for_upper_case(struct bench *bench,
                                const struct server *server)
{
    (void)server;
    expect_files(bench, "BR.gif ");
}

Test(downloader, names_files_as_the_second_edition_does)
{
    static const char *const codes[] = {"BR"};
    const struct download_options options = {.compat = COMPAT_2E};

    with_each(server_flags, NULL, codes, 1, &options, look_for_upper_case);
}

Test(downloader, makes_a_save_error_the_items_own) /* D3, D7 */
{
    static const char *const codes[] = {"BR", "CN", "US"};
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;
        char path[SCRATCH_SIZE];

        bench_open(&bench, base,
                   &(struct selection_request){.arguments = codes,
                                               .argument_count = 3});
        scratch_path(path, bench.output, "cn.gif");
        cr_assert(eq(int, mkdir(path, 0777), 0));
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, count_of(&bench, STATUS_OK), 2));
        cr_expect(eq(u64, count_of(&bench, STATUS_ERROR), 1));
        cr_expect(eq(int, (int)bench.cause, CAUSE_SAVE));
        cr_expect(eq(str, bench.text, "cannot save: Is a directory"));
        expect_accounts(&bench);
        expect_files(&bench, "br.gif cn.gif us.gif ");
        bench_close(&bench);
    }
    server_stop(server);
}

static enum server_then cut_short(struct server_request *request, void *arg)
{
    (void)arg;
    server_send_text(request, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                              "GIF89a and then nothing");
    return SERVER_CLOSE;
}

Test(downloader, leaves_the_old_file_where_the_new_one_is_truncated) /* D8 */
{
    static const char *const codes[] = {"BR"};
    struct server *server = server_start(cut_short, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base,
                   &(struct selection_request){.arguments = codes,
                                               .argument_count = 1});
        scratch_write(bench.output, "br.gif", "GIF89a old", 10);
        bench_run(&bench, downloader);

        cr_expect(eq(u64, count_of(&bench, STATUS_ERROR), 1));
        cr_expect(eq(str, bench.text, "truncated: 23 of 100 bytes"));
        cr_expect(scratch_holds(bench.output, "br.gif", "GIF89a old", 10));
        expect_files(&bench, "br.gif ");
        bench_close(&bench);
    }
    server_stop(server);
}

Test(downloader, names_the_url_and_the_cause_of_a_refused_connection)
{
    static const char *const codes[] = {"BR"};
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    server_stop(server);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base,
                   &(struct selection_request){.arguments = codes,
                                               .argument_count = 1});
        bench_run(&bench, downloader);

        cr_expect(eq(u64, count_of(&bench, STATUS_ERROR), 1));
        cr_expect(eq(str, bench.text, "cannot connect: Connection refused"));
        cr_expect(ne(ptr, strstr(bench.url, "/br/br.gif"), NULL));
        bench_close(&bench);
    }
}

static enum server_then hang(struct server_request *request, void *arg)
{
    (void)arg;
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

static void look_for_timeouts(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, count_of(bench, STATUS_ERROR), 3));
    cr_expect(eq(str, bench->text, "timeout: no answer within 0.1 s"));
    cr_expect(ge(i64, bench->result.observed_us, 100000));
}

Test(downloader, gives_each_attempt_its_time)
{
    static const char *const codes[] = {"BR", "CN", "US"};
    const struct download_options options = {
        .transfer = {.timeout_us = 100000, .reuse = true}};

    with_each(hang, NULL, codes, 3, &options, look_for_timeouts);
}

static enum server_then count_attempts(struct server_request *request,
                                       void *arg)
{
    atomic_uint *with = arg;

    if (server_head_has(request, "\r\nX-Flags-Attempt: 1\r\n"))
        atomic_fetch_add(with, 1);
    return server_flags(request, NULL);
}

static void look_for_requests(struct bench *bench, const struct server *server)
{
    cr_expect(eq(uint, server_requests(server),
                 bench->options.country_names ? 40 : 20));
}

Test(downloader, numbers_its_attempts_for_a_fixture_alone)
{
    atomic_uint with = 0;
    struct download_options options = {.country_names = true};

    with_each(count_attempts, &with, NULL, 0, &options, look_for_requests);
    cr_expect(eq(uint, atomic_load(&with), 0));
    options.fixture = true;
    with_each(count_attempts, &with, NULL, 0, &options, look_for_requests);
    cr_expect(eq(uint, atomic_load(&with), 3 * 40));
}

static void look_for_kept_connections(struct bench *bench,
                                      const struct server *server)
{
    cr_expect(le(uint, server_connections(server), bench->options.max_req));
}

static void look_for_new_connections(struct bench *bench,
                                     const struct server *server)
{
    (void)bench;
    cr_expect(eq(uint, server_connections(server), 20));
}

Test(downloader, keeps_connections_or_not_as_it_is_told)
{
    struct download_options options = {
        .transfer = {.timeout_us = 10000000, .reuse = true}};

    with_each(server_flags, NULL, NULL, 0, &options, look_for_kept_connections);
    options.transfer.reuse = false;
    with_each(server_flags, NULL, NULL, 0, &options, look_for_new_connections);
}

/* Lets nobody pass before so many have come. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    unsigned waiting;
    unsigned needed;
};

static enum server_then pass_gate(struct server_request *request, void *arg)
{
    struct gate *gate = arg;

    pthread_mutex_lock(&gate->lock);
    gate->waiting++;
    pthread_cond_broadcast(&gate->opened);
    while (gate->waiting < gate->needed)
        pthread_cond_wait(&gate->opened, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    return server_flags(request, NULL);
}

Test(downloader, has_as_many_requests_in_flight_as_it_may_and_no_more)
{
    static const struct downloader *const concurrent[] = {&downloader_threaded,
                                                          &downloader_async};

    for (size_t i = 0; i < 2; i++) {
        struct gate gate = {.needed = 6};
        struct server *server = server_start(pass_gate, &gate);
        char base[SERVER_URL_SIZE];
        struct bench bench;

        pthread_mutex_init(&gate.lock, NULL);
        pthread_cond_init(&gate.opened, NULL);
        server_url(server, NULL, "", base);
        bench_open(&bench, base, &(struct selection_request){0});
        bench.options.max_req = 6;
        bench_run(&bench, concurrent[i]);

        cr_expect(eq(u64, count_of(&bench, STATUS_OK), 20));
        cr_expect(eq(uint, server_peak(server), 6));
        expect_accounts(&bench);
        bench_close(&bench);
        server_stop(server);
    }
}

Test(downloader, accounts_for_all_items_when_it_is_stopped) /* D6 */
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        for (int after = 1; after <= 20; after++) {
            struct bench bench;

            bench_open(&bench, base, &(struct selection_request){0});
            bench.options.max_req =
                downloader == &downloader_sequential ? 1 : 3;
            bench.stop_after = after;
            bench_run(&bench, downloader);

            cr_expect(eq(int, bench.rc, 0));
            expect_accounts(&bench);
            cr_expect(ge(u64, count_of(&bench, STATUS_OK), after));
            cr_expect(eq(u64,
                         count_of(&bench, STATUS_OK) +
                             count_of(&bench, STATUS_CANCELLED),
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

static void run_trapped(struct bench *bench, struct trap *trap,
                        const struct downloader *downloader)
{
    cr_assert(eq(int, save_dir_open(&bench->options.output, bench->output), 0));
    bench->codes = (struct code_items){.selection = &bench->selection,
                                       .source = &bench->source};
    bench->run = run_new(code_items_source(&bench->codes), &bench->options,
                         &bench->events);
    cr_assert(ne(ptr, bench->run, NULL));
    if (trap)
        atomic_store(&trap->run, bench->run);
    bench->rc = downloader_run(downloader, bench->run, &bench->options);
    bench->result = run_result(bench->run);
    run_free(bench->run);
    save_dir_close(bench->options.output);
}

Test(downloader, ends_hung_transfers_when_another_thread_stops_the_run)
{
    static const struct {
        const struct downloader *downloader;
        unsigned max_req;
    } cases[] = {{&downloader_sequential, 1}, {&downloader_threaded, 5}};

    for (size_t i = 0; i < 2; i++) {
        struct trap trap = {.needed = cases[i].max_req};
        struct server *server = server_start(spring, &trap);
        char base[SERVER_URL_SIZE];
        struct bench bench;

        server_url(server, NULL, "", base);
        bench_open(&bench, base, &(struct selection_request){0});
        bench.options.transfer.timeout_us = 0; /* only the stop ends them */
        bench.options.max_req = cases[i].max_req;
        run_trapped(&bench, &trap, cases[i].downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, count_of(&bench, STATUS_CANCELLED), 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], (int)trap.needed));
        expect_accounts(&bench);
        expect_files(&bench, "");
        bench_close(&bench);
        server_stop(server);
    }
}

static void stop_now(void *arg)
{
    struct bench *bench = arg;

    run_stop(bench->run, STOP_INTERRUPTED);
}

static void stop_soon(struct aw_loop *loop, void *arg)
{
    aw_call_later(loop, 0.1, stop_now, arg, NULL);
}

Test(downloader, ends_hung_transfers_when_the_loop_stops_the_run)
{
    struct server *server = server_start(hang, NULL);
    char base[SERVER_URL_SIZE];
    struct bench bench;

    server_url(server, NULL, "", base);
    bench_open(&bench, base, &(struct selection_request){0});
    bench.options.transfer.timeout_us = 0;
    bench.options.max_req = 5;
    bench.options.on_loop = stop_soon;
    bench.options.on_loop_arg = &bench;
    run_trapped(&bench, NULL, &downloader_async);

    cr_expect(eq(int, bench.rc, 0));
    cr_expect(eq(u64, count_of(&bench, STATUS_CANCELLED), 20));
    cr_expect(eq(int, bench.counts[EVENT_STARTED], 5));
    expect_accounts(&bench);
    expect_files(&bench, "");
    bench_close(&bench);
    server_stop(server);
}

static enum server_then interrupt(struct server_request *request, void *arg)
{
    kill(getpid(), SIGINT);
    return hang(request, arg);
}

Test(downloader, takes_an_interrupt_that_nobody_handles_for_a_stop)
{
    struct server *server = server_start(interrupt, NULL);
    static const char *const codes[] = {"BR", "US"};
    char base[SERVER_URL_SIZE];
    struct bench bench;

    server_url(server, NULL, "", base);
    bench_open(
        &bench, base,
        &(struct selection_request){.arguments = codes, .argument_count = 2});
    bench.options.max_req = 1; /* a second interrupt would end the program */
    bench_run(&bench, &downloader_async);

    cr_expect(eq(int, bench.rc, 0));
    cr_expect(eq(u64, count_of(&bench, STATUS_CANCELLED), 2));
    cr_expect(eq(int, (int)bench.result.stop, STOP_INTERRUPTED));
    expect_accounts(&bench);
    bench_close(&bench);
    server_stop(server);
}

Test(downloader, starts_nothing_when_it_was_stopped_before)
{
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, "http://127.0.0.1:1",
                   &(struct selection_request){0});
        cr_assert(
            eq(int, save_dir_open(&bench.options.output, bench.output), 0));
        bench.options.max_req = 1;
        bench.codes = (struct code_items){.selection = &bench.selection,
                                          .source = &bench.source};
        bench.run = run_new(code_items_source(&bench.codes), &bench.options,
                            &bench.events);
        cr_assert(ne(ptr, bench.run, NULL));
        run_stop(bench.run, STOP_INTERRUPTED);
        bench.rc = downloader_run(downloader, bench.run, &bench.options);
        bench.result = run_result(bench.run);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, count_of(&bench, STATUS_CANCELLED), 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], 0));
        cr_expect(eq(i64, bench.result.observed_us, 0));
        expect_accounts(&bench);
        run_free(bench.run);
        save_dir_close(bench.options.output);
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

Test(downloader, reports_an_input_that_cannot_be_read)
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base, &(struct selection_request){0});
        cr_assert(
            eq(int, save_dir_open(&bench.options.output, bench.output), 0));
        bench.options.max_req = downloader == &downloader_sequential ? 1 : 8;
        bench.codes = (struct code_items){.selection = &bench.selection,
                                          .source = &bench.source};
        bench.run = run_new((struct item_source){break_after_two, &bench},
                            &bench.options, &bench.events);
        cr_assert(ne(ptr, bench.run, NULL));
        bench.rc = downloader_run(downloader, bench.run, &bench.options);
        bench.result = run_result(bench.run);

        cr_expect(eq(int, bench.rc, -EIO));
        cr_expect(eq(u64, counts_total(&bench.result.counts), 2));
        cr_expect(eq(int, bench.counts[EVENT_FINAL], 2));
        cr_expect(eq(int, (int)bench.result.stop, STOP_LOCAL_FAILURE));
        run_free(bench.run);
        save_dir_close(bench.options.output);
        bench_close(&bench);
    }
    server_stop(server);
}
