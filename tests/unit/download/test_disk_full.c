#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "download/downloader.h"
#include "scratch.h"
#include "server.h"

/* A disk with room for so many more writes to files. */
static atomic_int room = 1000;

/*
 * Stands before the C library's: a disk that is full needs no file system of
 * its own, nor the right to mount one.
 */
ssize_t write(int fd, const void *from, size_t bytes)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        atomic_fetch_sub(&room, 1) <= 0) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, from, bytes);
}

struct bench {
    struct run *run;
    unsigned disk_full; /* items that ended of it */
    unsigned stopped;
};

static void on_event(void *arg, const struct event *event)
{
    struct bench *bench = arg;

    if (event->kind == EVENT_STOPPED)
        bench->stopped++;
    if (event->kind == EVENT_FINAL &&
        event->outcome->reply.cause == CAUSE_DISK_FULL) {
        cr_expect(eq(int, (int)event->outcome->status, STATUS_ERROR));
        cr_expect(eq(str, (char *)event->outcome->reply.text,
                     "cannot save: No space left on device"));
        bench->disk_full++;
    }
}

static void fill_disk(const struct server *server,
                      const struct downloader *downloader)
{
    char base[SERVER_URL_SIZE];
    char output[SCRATCH_SIZE];
    struct bench bench = {0};
    struct event_sink sink = {
        .on_event = on_event, .arg = &bench, .kinds = EVENT_ALL};
    struct download_options options = {
        .transfer = {.timeout_us = 10000000, .reuse = true},
        .max_req = downloader == &downloader_sequential ? 1 : 4,
    };
    struct source source;
    struct selection selection;
    struct events events;
    struct code_items codes = {.selection = &selection, .source = &source};
    struct run_result result;
    char *names;

    server_url(server, NULL, "", base);
    scratch_make(output);
    cr_assert(eq(int, source_parse(&source, base, NULL), 0));
    cr_assert(eq(
        int, selection_make(&selection, &(struct selection_request){0}, NULL),
        0));
    cr_assert(eq(int, events_init(&events), 0));
    events_add(&events, &sink);
    cr_assert(eq(int, save_dir_open(&options.output, output), 0));
    bench.run = run_new(code_items_source(&codes), &options, &events);
    cr_assert(ne(ptr, bench.run, NULL));
    atomic_store(&room, 5);
    cr_expect(eq(int, downloader_run(downloader, bench.run, &options), 0));
    atomic_store(&room, 1000);
    result = run_result(bench.run);

    cr_expect(eq(u64, result.counts.of[STATUS_OK], 5), "%s", downloader->name);
    cr_expect(ge(uint, bench.disk_full, 1));
    cr_expect(le(uint, bench.disk_full, options.max_req));
    cr_expect(eq(u64, counts_total(&result.counts), 20));
    cr_expect(gt(u64, result.counts.of[STATUS_CANCELLED], 0));
    cr_expect(eq(int, (int)result.stop, STOP_LOCAL_FAILURE));
    cr_expect(eq(uint, bench.stopped, 1));
    run_free(bench.run);
    save_dir_close(options.output);
    names = scratch_list(output);
    cr_expect(eq(sz, strlen(names), 5 * strlen("xx.gif ")), "%s", names);
    free(names);
    events_close(&events);
    selection_close(&selection);
    source_close(&source);
    scratch_remove(output);
}

Test(disk_full, stops_the_run_and_leaves_what_was_complete, .timeout = 20)
{
    struct server *server;

    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server = server_start(server_flags, NULL);
    for (const struct downloader *const *each = downloaders; *each; each++)
        fill_disk(server, *each);
    server_stop(server);
    curl_global_cleanup();
}
