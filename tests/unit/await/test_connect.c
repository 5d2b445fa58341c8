#include "support/kit.h"
#include "support/socket.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "await/io/resolve.h"

/* Connecting: by name and address, to the first that answers. Only 127.0.0.x
   is connected to. */

TestSuite(connect, .timeout = 120);

static struct sockaddr_storage address_of(const char *host, int port)
{
    struct sockaddr_storage address = {0};

    cr_assert(
        eq(int, uv_ip4_addr(host, port, (struct sockaddr_in *)&address), 0));
    return address;
}

/* A bound socket of 127.0.0.1, and its address. */
static int bound_socket(struct sockaddr_storage *address)
{
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(ge(int, fd, 0));
    *address = address_of("127.0.0.1", 0);
    cr_assert(eq(
        int, bind(fd, (struct sockaddr *)address, sizeof(struct sockaddr_in)),
        0));
    cr_assert(eq(int, getsockname(fd, (struct sockaddr *)address, &size), 0));
    return fd;
}

/* An address where nobody listens, as long as the socket is kept. */
static int refusing(struct sockaddr_storage *address)
{
    return bound_socket(address);
}

/* An address that does not answer: the queue of whoever listens is full, and
   Linux drops what comes then. */
struct silent {
    struct sockaddr_storage address;
    int listener;
    int clients[4];
};

static void silent_open(struct silent *s)
{
    s->listener = bound_socket(&s->address);
    cr_assert(eq(int, listen(s->listener, 0), 0));
    for (size_t i = 0; i < 4; i++) {
        s->clients[i] =
            socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert(ge(int, s->clients[i], 0));
        (void)connect(s->clients[i], (struct sockaddr *)&s->address,
                      sizeof(struct sockaddr_in));
    }
}

static void silent_close(struct silent *s)
{
    for (size_t i = 0; i < 4; i++)
        close(s->clients[i]);
    close(s->listener);
}

static void expect_echo(aw_stream *s)
{
    char buf[8] = "";

    expect_rc(aw_write(s, "hello", 5), 0);
    for (size_t have = 0; have < 5;) {
        ssize_t n = aw_read(s, buf + have, 5 - have);

        cr_assert(gt(long, (long)n, 0));
        have += (size_t)n;
    }
    cr_assert(eq(str, buf, "hello"));
}

static void expect_connection(const char *host)
{
    aw_listener *l = listen_with(echo, NULL);
    aw_stream *s = NULL;

    expect_rc(aw_connect(&s, host, aw_listener_port(l)), 0);
    expect_echo(s);
    expect_rc(aw_shutdown(s), 0);
    cr_assert(eq(long, (long)aw_read(s, &(char){0}, 1), 0));
    aw_stream_close(s);
    expect_rc(aw_listener_close(l, 10), 0);
}

TaskTest(connect, an_address_is_connected_to)
{
    expect_connection("127.0.0.1");
}

/* It may stand for ::1 as well, where nobody listens. */
TaskTest(connect, a_name_is_looked_up)
{
    expect_connection("localhost");
}

TaskTest(connect, a_name_that_none_can_have_is_refused)
{
    char name[80];
    aw_stream *s = NULL;

    memset(name, 'a', sizeof(name)); /* a label has at most 63 letters */
    name[sizeof(name) - 1] = '\0';
    cr_assert(lt(int, aw_connect(&s, name, 80), 0));
    cr_assert(eq(ptr, s, NULL));
}

TaskTest(connect, what_cannot_be_connected_to_is_refused)
{
    struct sockaddr_storage none, family = {0};
    int fd = refusing(&none);
    aw_stream *s = NULL;

    expect_rc(aw_connect(&s, NULL, 80), AW_EINVAL);
    expect_rc(aw_connect(&s, "127.0.0.1", 0), AW_EINVAL);
    expect_rc(aw_connect(&s, "127.0.0.1", 65536), AW_EINVAL);
    expect_rc(aw_connect_to(&s, NULL, 0), AW_EINVAL);
    expect_rc(aw_connect_to(&s, &none, 1), -ECONNREFUSED);
    cr_assert(lt(int, aw_connect_to(&s, &family, 1), 0));
    cr_assert(eq(ptr, s, NULL));
    aw_stream_close(NULL);
    close(fd);
}

Test(connect, only_a_task_connects)
{
    struct sockaddr_storage address = address_of("127.0.0.1", 80);
    aw_stream *s = NULL;

    expect_rc(aw_connect(&s, "127.0.0.1", 80), AW_ENOTASK);
    expect_rc(aw_connect_to(&s, &address, 1), AW_ENOTASK);
}

TaskTest(connect, the_next_address_is_tried_when_one_has_failed)
{
    aw_listener *l = listen_with(echo, NULL);
    struct sockaddr_storage addresses[3] = {{0}};
    aw_stream *s = NULL;
    int fd = refusing(&addresses[1]);

    addresses[2] = address_of("127.0.0.1", aw_listener_port(l));
    expect_rc(aw_connect_to(&s, addresses, 3), 0);
    expect_echo(s);
    aw_stream_close(s);
    /* Of several that fail, the last tells why. */
    expect_rc(aw_connect_to(&s, addresses, 2), -ECONNREFUSED);
    close(fd);
    expect_rc(aw_listener_close(l, 10), 0);
}

static int connect_past_silence(void *arg, aw_value *ret)
{
    aw_listener *l = listen_with(echo, NULL);
    struct silent silent;
    aw_stream *s = NULL;

    (void)arg, (void)ret;
    silent_open(&silent);
    struct sockaddr_storage addresses[] = {
        silent.address, address_of("127.0.0.1", aw_listener_port(l))};
    double before = monotonic_now();
    expect_rc(aw_connect_to(&s, addresses, 2), 0);
    cr_assert(ge(dbl, monotonic_now() - before, 0.25));
    expect_echo(s);
    aw_stream_close(s);
    silent_close(&silent);
    expect_rc(aw_listener_close(l, 10), 0);
    return 0;
}

/* RFC 8305, section 8; real clock */
Test(connect, the_next_address_is_tried_when_one_does_not_answer)
{
    expect_rc(aw_run(aw_call(connect_past_silence, NULL), NULL, NULL), 0);
}

static int connect_in_silence(void *silent, aw_value *ret)
{
    aw_stream *s = NULL;

    (void)ret;
    return aw_connect_to(&s, &((struct silent *)silent)->address, 1);
}

TaskTest(connect, cancelling_ends_all_attempts)
{
    struct silent silent;

    silent_open(&silent);
    aw_future *t = spawn(aw_call(connect_in_silence, &silent), NULL);
    turns(2);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    silent_close(&silent);
}

static int look_up(void *arg, aw_value *ret)
{
    aw_stream *s = NULL;

    (void)arg, (void)ret;
    return aw_connect(&s, "localhost", 1);
}

TaskTest(connect, cancelling_ends_the_waiting_for_a_name)
{
    aw_future *t = spawn(aw_call(look_up, NULL), NULL);

    turns(1);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
}

static void ignore_report(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

static int connect_and_keep(void *address, aw_value *ret)
{
    aw_stream *s = NULL;
    aw_event never = {0};
    int rc = aw_connect_to(&s, address, 1);

    (void)ret;
    ev("connected %d", rc);
    return aw_event_wait(&never);
}

/* One that looks up, one that connects, one that is connected. */
Test(connect, a_loop_that_closes_takes_everything_along)
{
    aw_loop *loop = NULL;
    struct silent silent;
    struct sockaddr_storage address;
    int fd = bound_socket(&address);

    cr_assert(eq(int, listen(fd, 4), 0));
    silent_open(&silent);
    expect_rc(aw_loop_new(&loop, NULL), 0);
    aw_set_report_handler(loop, ignore_report, NULL);
    aw_unref(aw_create_task(loop, aw_call(connect_in_silence, &silent)));
    aw_unref(aw_create_task(loop, aw_call(connect_and_keep, &address)));
    while (trace_text()[0] == '\0') {
        aw_stop(loop);
        expect_rc(aw_run_forever(loop), 0);
    }
    expect_lines("connected 0\n");
    aw_unref(aw_create_task(loop, aw_call(look_up, NULL)));
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
    silent_close(&silent);
    close(fd);
}

/* RFC 8305, section 4: the families in turn, from that of the first on. */
Test(connect, the_families_alternate)
{
    static const int families[] = {AF_INET6, AF_INET6, AF_INET6, AF_INET};
    static const int want[] = {AF_INET6, AF_INET, AF_INET6, AF_INET6};
    struct sockaddr_in6 six[4] = {{0}};
    struct addrinfo found[4];
    struct sockaddr_storage out[4];

    for (int i = 0; i < 4; i++) {
        six[i].sin6_family = (sa_family_t)families[i];
        six[i].sin6_port = (in_port_t)(i + 1);
        found[i] = (struct addrinfo){.ai_family = families[i],
                                     .ai_addr = (struct sockaddr *)&six[i],
                                     .ai_addrlen = sizeof(struct sockaddr_in),
                                     .ai_next = i < 3 ? &found[i + 1] : NULL};
    }
    cr_assert(eq(sz, aw__interleave(out, found), 4));
    for (int i = 0; i < 4; i++)
        cr_assert(eq(int, out[i].ss_family, want[i]));
    /* Each family in its own order. */
    cr_assert(eq(int, ((struct sockaddr_in6 *)&out[2])->sin6_port, 2));
    cr_assert(eq(int, ((struct sockaddr_in6 *)&out[3])->sin6_port, 3));
}
