#include "download_stress.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "scratch.h"
#include "server.h"

/* Answers of every kind, decided by the path: the same for every strategy. */
static enum server_then answer_somehow(struct server_request *request,
                                       void *arg)
{
    const char *path = server_path(request);

    switch ((path[1] * 26 + path[2]) % 13) {
    case 0:
        server_answer(request, "418 I'm a Teapot", "no", 2);
        return SERVER_KEEP;
    case 1:
        server_send_text(request, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n"
                                  "\r\nGIF89a");
        return SERVER_CLOSE;
    case 2:
        return SERVER_RESET;
    case 3:
        server_wait(request, 5);
        return server_flags(request, arg);
    case 4:
        server_flags(request, arg);
        return SERVER_CLOSE;
    default:
        return server_flags(request, arg);
    }
}

struct bench {
    char output[SCRATCH_SIZE];
    struct source source;
    struct selection selection;
    struct code_items codes;
    struct events events;
    struct event_sink sink;
    unsigned busy; /* attempts in flight */
    struct download_options options;
    struct run *run;
    struct run_result result;
    unsigned finals; /* the sink's: no lock, as events.h promises */
    unsigned stop_after;
};

static void on_event(void *arg, const struct event *event)
{
    struct bench *bench = arg;
    unsigned max_req = bench->options.max_req;

    if (event->kind == EVENT_STARTED) {
        require(++bench->busy <= max_req);
        require(event->worker >= 1 && event->worker <= max_req);
    }
    if (event->kind == EVENT_FINAL && event->worker > 0)
        bench->busy--;
    if (event->kind == EVENT_FINAL && ++bench->finals == bench->stop_after)
        run_stop(bench->run, STOP_INTERRUPTED);
}

static void *stop_now(void *arg)
{
    struct bench *bench = arg;

    run_stop(bench->run, STOP_INTERRUPTED);
    return NULL;
}

static void open_bench(struct bench *bench, const struct server *server,
                       const struct downloader *downloader, unsigned loops)
{
    char base[SERVER_URL_SIZE];

    *bench = (struct bench){0};
    server_url(server, NULL, "", base);
    scratch_make(bench->output);
    require(source_parse(&bench->source, base, NULL) == 0);
    require(selection_make(&bench->selection,
                           &(struct selection_request){.every = true},
                           NULL) == 0);
    require(events_init(&bench->events) == 0);
    bench->sink = (struct event_sink){
        .on_event = on_event, .arg = bench, .kinds = EVENT_ALL};
    events_add(&bench->events, &bench->sink);
    bench->options = (struct download_options){
        .transfer = {.timeout_us = 10000000,
                     .connect_timeout_us = 5000000,
                     .reuse = true},
        .max_req = downloader == &downloader_sequential ? 1 : 16,
        .loops = loops,
        .verify_content = true,
    };
    require(save_dir_open(&bench->options.output, bench->output) == 0);
    bench->codes = (struct code_items){.selection = &bench->selection,
                                       .source = &bench->source};
    require(run_new(&bench->run, code_items_source(&bench->codes),
                    &bench->options, &bench->events) == 0);
}

/* Everything is accounted for, whatever happened. */
static void close_bench(struct bench *bench)
{
    bench->result = run_result(bench->run);
    require(counts_total(&bench->result.counts) == CODES_EVERY);
    require(bench->finals == CODES_EVERY);
    run_free(bench->run);
    save_dir_close(bench->options.output);
    events_close(&bench->events);
    selection_close(&bench->selection);
    source_close(&bench->source);
    scratch_remove(bench->output);
}

static void download_everything(const struct server *server,
                                const struct downloader *downloader,
                                unsigned loops)
{
    struct bench bench;
    const uint64_t *of = bench.result.counts.of;

    open_bench(&bench, server, downloader, loops);
    require(downloader_run(downloader, bench.run) == 0);
    close_bench(&bench);
    require(of[STATUS_CANCELLED] == 0);
    require(of[STATUS_OK] > CODES_EVERY / 2);
    require(of[STATUS_ERROR] > CODES_EVERY / 10);
    require(of[STATUS_NOT_FOUND] == 1);
}

/* Stopped by a sink, on whatever thread that runs. */
static void stop_midway(const struct server *server,
                        const struct downloader *downloader, unsigned loops,
                        unsigned after)
{
    struct bench bench;

    open_bench(&bench, server, downloader, loops);
    bench.stop_after = after;
    require(downloader_run(downloader, bench.run) == 0);
    close_bench(&bench);
    require(bench.result.stop == STOP_INTERRUPTED);
}

/* Stopped by another thread, at any time. */
static void stop_from_elsewhere(const struct server *server,
                                const struct downloader *downloader,
                                unsigned loops)
{
    pthread_t thread;
    struct bench bench;

    open_bench(&bench, server, downloader, loops);
    require(pthread_create(&thread, NULL, stop_now, &bench) == 0);
    require(downloader_run(downloader, bench.run) == 0);
    require(pthread_join(thread, NULL) == 0);
    close_bench(&bench);
}

int stress_downloader(const struct downloader *downloader, unsigned loops)
{
    struct server *server;

    signal(SIGPIPE, SIG_IGN);
    require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    server = server_start(answer_somehow, NULL);
    for (int i = 0; i < 3; i++)
        download_everything(server, downloader, loops);
    for (unsigned after = 1; after < CODES_EVERY; after += 97)
        stop_midway(server, downloader, loops, after);
    for (int i = 0; i < 10; i++)
        stop_from_elsewhere(server, downloader, loops);
    server_stop(server);
    curl_global_cleanup();
    return 0;
}
