#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"

TestSuite(downloader, .init = bench_setup, .fini = bench_teardown,
          .timeout = 30);

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

Test(downloader, is_listed_by_the_name_it_has)
{
    char list[128] = "";
    size_t count = 0;

    for (; downloaders[count]; count++) {
        cr_expect(eq(str, (char *)downloader_names[count],
                     (char *)downloaders[count]->name));
        cr_expect(ne(ptr, (void *)downloaders[count]->place, NULL));
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
                 count ? "," : "", downloader_names[count]);
    }
    cr_expect(eq(ptr, (void *)downloader_names[count], NULL));
    cr_expect(eq(str, list, (char *)DOWNLOADER_LIST));
}

Test(downloader, downloads_the_same_flags_with_every_strategy)
{
    struct server *server = server_start(server_flags, NULL);
    char base[SERVER_URL_SIZE];

    server_url(server, NULL, "", base);
    EACH(downloader)
    {
        struct bench bench;

        bench_open(&bench, base, NULL, 0);
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, bench_count(&bench, STATUS_OK), 20));
        cr_expect(eq(int, bench.counts[EVENT_SCHEDULED], 20));
        cr_expect(eq(int, bench.counts[EVENT_STARTED], 20));
        cr_expect(eq(int, bench.counts[EVENT_FIRST_BYTE], 20));
        cr_expect(eq(int, bench.counts[EVENT_TRANSFERRED], 20));
        cr_expect(eq(int, (int)bench.result.stop, STOP_NONE));
        cr_expect(gt(i64, bench.result.observed_us, 0));
        bench_expect_accounts(&bench);
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

static void look_for_missing(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_OK), 1));
    cr_expect(eq(u64, bench_count(bench, STATUS_NOT_FOUND), 1));
    cr_expect(eq(str, bench->text, "HTTP 404 - Not Found"));
    cr_expect(ne(ptr, strstr(bench->url, "/zz/zz.gif"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "ZZ not_found  0\n"), NULL));
    bench_expect_files(bench, "br.gif ");
}

Test(downloader, tells_what_is_not_found_from_errors)
{
    static const char *const codes[] = {"BR", "ZZ"};

    bench_each(server_flags, NULL, codes, 2, NULL, look_for_missing);
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
    cr_expect(eq(u64, bench_count(bench, STATUS_NOT_FOUND), 20));
    bench_expect_files(bench, "");
}

Test(downloader, saves_no_error_page_as_a_flag) /* D1 */
{
    static char status[] = "404 Not Found";

    bench_each(answer_html, status, NULL, 0, NULL, look_for_no_pages);
}

static void look_for_wrong_content(struct bench *bench,
                                   const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 20));
    cr_expect(eq(str, bench->text, "not a GIF image, but an HTML page"));
    cr_expect(eq(int, (int)bench->cause, CAUSE_CONTENT));
    bench_expect_files(bench, "");
}

Test(downloader, saves_no_page_as_a_flag_whatever_its_status)
{
    static char status[] = "200 OK";

    bench_each(answer_html, status, NULL, 0, NULL, look_for_wrong_content);
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
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 20));
    cr_expect(eq(str, bench->text, "the body is empty"));
    bench_expect_files(bench, "");
}

Test(downloader, takes_an_empty_body_for_an_error)
{
    bench_each(answer_nothing, NULL, NULL, 0, NULL, look_for_empty);
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

        bench_open(&bench, base, codes, 3);
        scratch_path(path, bench.output, "cn.gif");
        cr_assert(eq(int, mkdir(path, 0777), 0));
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);

        cr_expect(eq(int, bench.rc, 0));
        cr_expect(eq(u64, bench_count(&bench, STATUS_OK), 2));
        cr_expect(eq(u64, bench_count(&bench, STATUS_ERROR), 1));
        cr_expect(eq(int, (int)bench.cause, CAUSE_SAVE));
        cr_expect(eq(str, bench.text, "cannot save: Is a directory"));
        bench_expect_accounts(&bench);
        bench_expect_files(&bench, "br.gif cn.gif us.gif ");
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

        bench_open(&bench, base, codes, 1);
        scratch_write(bench.output, "br.gif", "GIF89a old", 10);
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);

        cr_expect(eq(u64, bench_count(&bench, STATUS_ERROR), 1));
        cr_expect(eq(str, bench.text, "truncated: 23 of 100 bytes"));
        cr_expect(scratch_holds(bench.output, "br.gif", "GIF89a old", 10));
        bench_expect_files(&bench, "br.gif ");
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

        bench_open(&bench, base, codes, 1);
        bench_prepare(&bench, downloader);
        bench_run(&bench, downloader);

        cr_expect(eq(u64, bench_count(&bench, STATUS_ERROR), 1));
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
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 3));
    cr_expect(eq(str, bench->text, "timeout: no answer within 1 s"));
    cr_expect(ge(i64, bench->result.observed_us, 1000000));
}

Test(downloader, gives_each_attempt_its_time)
{
    static const char *const codes[] = {"BR", "CN", "US"};
    const struct download_options options = {
        .transfer = {.timeout_us = 1000000, .reuse = true}}; /* to connect in */

    bench_each(hang, NULL, codes, 3, &options, look_for_timeouts);
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

    bench_each(count_attempts, &with, NULL, 0, &options, look_for_requests);
    cr_expect(eq(uint, atomic_load(&with), 0));

    options.transfer.fixture_count = 1; /* the server */
    bench_each(count_attempts, &with, NULL, 0, &options, look_for_requests);
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

    bench_each(server_flags, NULL, NULL, 0, &options,
               look_for_kept_connections);
    options.transfer.reuse = false;
    bench_each(server_flags, NULL, NULL, 0, &options, look_for_new_connections);
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
        bench_open(&bench, base, NULL, 0);
        bench.options.max_req = 6;
        bench_prepare(&bench, concurrent[i]);
        bench_run(&bench, concurrent[i]);

        cr_expect(eq(u64, bench_count(&bench, STATUS_OK), 20));
        cr_expect(eq(uint, server_peak(server), 6));
        bench_expect_accounts(&bench);
        bench_close(&bench);
        server_stop(server);
    }
}
