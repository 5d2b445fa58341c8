#include "fetcher.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <signal.h>
#include <string.h>

struct fetcher fetcher;

/* Nothing yet: a transfer is there as soon as there is a way. */
static void let_go(void)
{
    transfer_free(fetcher.transfer);
    if (fetcher.transfer)
        fetcher.blocking.way.close(&fetcher.blocking.way);
    fetcher.transfer = NULL;
}

void fetcher_renew(void)
{
    let_go();
    fetcher.transfer = transfer_new(&fetcher.options);
    cr_assert(ne(ptr, fetcher.transfer, NULL));
    cr_assert(eq(
        int,
        way_blocking_open(&fetcher.blocking, fetcher.transfer, &fetcher.stop),
        0));
}

void fetcher_setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    cr_assert(eq(int, (int)curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK));
    fetcher.options = (struct transfer_options){
        .timeout_us = 10000000, .connect_timeout_us = 5000000, .reuse = true};
    fetcher_renew();
}

void fetcher_teardown(void)
{
    let_go();
    curl_global_cleanup();
}

struct reply fetch_request(const struct transfer_request *request)
{
    struct reply reply;

    transfer_perform(fetcher.transfer, &fetcher.blocking.way, request, &reply);
    reply.url = NULL; /* it was the caller's */
    return reply;
}

struct reply fetch_to(const struct server *server, const char *path,
                      struct save_file *file)
{
    char url[SERVER_URL_SIZE];

    server_url(server, NULL, path, url);
    return fetch_request(&(struct transfer_request){
        .url = url, .timeout_us = 10000000, .sinks = {.file = file}});
}

struct reply fetch(const struct server *server, const char *path)
{
    return fetch_to(server, path, NULL);
}

void expect_body(const void *bytes, size_t count)
{
    size_t got;
    const void *body = transfer_body(fetcher.transfer, &got);

    cr_assert(eq(sz, got, count));
    cr_expect(memcmp(body, bytes, count) == 0);
}
