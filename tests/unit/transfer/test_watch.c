#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "transfer/watch.h"

/* The loop does not turn before a test's end: until then every handle that was
   ever made counts as open. */
static uv_loop_t loop;
static struct watches *watches;

static void on_ready(curl_socket_t fd, int mask, void *arg)
{
    (void)fd;
    (void)mask;
    (void)arg;
}

static void on_closed(void *arg)
{
    (void)arg;
}

static void setup(void)
{
    cr_assert(eq(int, uv_loop_init(&loop), 0));
    watches = watches_new(&loop, on_ready, on_closed, NULL);
    cr_assert(ne(ptr, watches, NULL));
}

static void teardown(void)
{
    watches_close(watches);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(sz, watches_open(watches), 0));
    watches_free(watches);
    cr_expect(eq(int, uv_loop_close(&loop), 0));
}

TestSuite(watch, .init = setup, .fini = teardown);

static curl_socket_t open_socket(void)
{
    struct curl_sockaddr address = {
        .family = AF_INET, .socktype = SOCK_STREAM, .protocol = IPPROTO_TCP};
    curl_socket_t fd =
        watches_open_socket(watches, CURLSOCKTYPE_IPCXN, &address);

    cr_assert(ge(int, fd, 0));
    return fd;
}

static void change(curl_socket_t fd, int what)
{
    cr_expect(eq(int, watches_change(watches, fd, what, NULL), 0));
}

Test(watch, keeps_one_handle_for_all_transfers_of_a_connection)
{
    curl_socket_t fd = open_socket();

    for (int i = 0; i < 3; i++) {
        change(fd, CURL_POLL_IN);
        change(fd, CURL_POLL_REMOVE);
    }

    cr_expect(eq(sz, watches_open(watches), 1));
    watches_close_socket(watches, fd);
}

Test(watch, keeps_it_where_an_answer_was_there_while_writable_was_watched)
{
    curl_socket_t fd = open_socket();

    change(fd, CURL_POLL_INOUT);
    change(fd, CURL_POLL_REMOVE);
    for (int i = 0; i < 3; i++) {
        change(fd, CURL_POLL_IN);
        change(fd, CURL_POLL_REMOVE);
    }

    cr_expect(eq(sz, watches_open(watches), 1));
    watches_close_socket(watches, fd);
}

Test(watch, lets_go_of_a_socket_that_was_closed_while_it_was_connected)
{
    curl_socket_t fd = open_socket();
    int other;

    change(fd, CURL_POLL_OUT);
    close(fd); /* as libcurl 7.88 does, without a word */
    change(fd, CURL_POLL_REMOVE);

    change(fd, CURL_POLL_REMOVE); /* of one that nobody watches any more */
    other = open_socket();
    cr_expect(eq(int, other, fd));
    cr_expect(eq(sz, watches_open(watches), 2));
    watches_close_socket(watches, other);
}

Test(watch, lets_go_of_a_number_that_is_another_socket_by_now)
{
    curl_socket_t fd = open_socket();
    int other;

    change(fd, CURL_POLL_OUT);
    close(fd);
    other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(eq(int, other, fd));
    change(fd, CURL_POLL_REMOVE);

    change(fd, CURL_POLL_IN); /* known to nobody: a handle of its own */
    cr_expect(eq(sz, watches_open(watches), 2));
    change(fd, CURL_POLL_REMOVE);
    close(other);
}
