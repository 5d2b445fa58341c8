#include "torture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Scenarios of loops that are closed early, of too many stacks, of streams. */

static int await_given(void *arg, aw_value *ret)
{
    aw_awaitable xs[] = {aw_any(counted_coro(torture_sleep_long, NULL)),
                         aw_any(counted_coro(torture_leaf, NULL))};

    (void)arg;
    return aw_await(aw_give(aw_gather(xs, 2, 0)), ret);
}

static int sleep_in_scope(void *arg, aw_value *ret)
{
    aw_timeout t;
    int rc = aw_timeout_enter(&t, 1);

    (void)arg, (void)ret;
    return rc < 0 ? rc : aw_timeout_leave(&t, aw_sleep(100));
}

static int wait_in_queue(void *arg, aw_value *ret)
{
    aw_semaphore s = {0};

    (void)arg, (void)ret;
    return aw_semaphore_acquire(&s);
}

/* A hand-made loop that is closed with everything pending. Nothing unwinds
   these stacks, so they own nothing but what they gave away. */
int torture_pending(void)
{
    aw_loop_options options = {.virtual_clock = true};
    aw_loop *loop = NULL;
    int rc = aw_loop_new(&loop, &options);

    if (rc < 0)
        return rc;
    aw_set_event_loop(loop);
    aw_set_report_handler(loop, torture_no_report, NULL);
    aw_awaitable xs[] = {aw_any(counted_coro(torture_sleep_long, NULL)),
                         aw_any(counted_coro(torture_sleep_long, NULL))};
    aw_future *g = aw_gather(xs, 2, 0);
    aw_unref(aw_create_task(loop, counted_coro(await_given, NULL)));
    aw_unref(aw_create_task(loop, counted_coro(torture_group, NULL)));
    aw_unref(aw_create_task(loop, counted_coro(sleep_in_scope, NULL)));
    aw_unref(aw_create_task(loop, counted_coro(wait_in_queue, NULL)));
    aw_stop(loop);
    require(aw_run_forever(loop) == 0);
    aw_unref(aw_create_task(loop, counted_coro(torture_leaf, NULL)));
    require(aw_loop_close(loop) == 0);
    aw_unref(g);
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
    return 0;
}

/* More tasks than there can be guard pages: the rest end with AW_ENOMEM. */
static int many_main(void *arg, aw_value *ret)
{
    enum { TASKS = 100, GUARDS = 20 };
    aw_future *ts[TASKS];
    int without = 0, rc = 0;

    (void)arg, (void)ret;
    torture_limit_guards(GUARDS);
    for (int i = 0; i < TASKS; i++)
        ts[i] = aw_create_task(NULL, counted_coro(torture_leaf, NULL));
    for (int i = 0; i < TASKS; i++) {
        rc = aw_await(ts[i], NULL);
        require(rc == 0 || rc == AW_ENOMEM);
        without += rc == AW_ENOMEM;
        aw_unref(ts[i]);
    }
    torture_limit_guards(-1);
    require(without >= TASKS - GUARDS);
    return without == TASKS - GUARDS ? 0 : AW_ENOMEM;
}

int torture_many(void)
{
    return torture_run(many_main);
}

/* Streams. */

static int echo(aw_stream *s, void *data)
{
    char buf[64];
    ssize_t n;
    int rc = 0;

    (void)data;
    while (rc == 0 && (n = aw_read(s, buf, sizeof(buf))) > 0)
        rc = aw_write(s, buf, (size_t)n);
    return 0;
}

static int receive(int fd, char *buf, size_t room)
{
    ssize_t n;

    while ((n = recv(fd, buf, room, MSG_DONTWAIT)) < 0) {
        if (errno != EAGAIN)
            return AW_ENOMEM; /* reset: there was no memory to serve us */
        int rc = aw_sleep(0);
        if (rc < 0)
            return rc;
    }
    return n == 0 ? AW_ENOMEM : 0;
}

static int talk(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char buf[8] = "";

    require(fd >= 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    require(send(fd, "hello", 5, MSG_NOSIGNAL) == 5);
    int rc = receive(fd, buf, sizeof(buf));
    if (rc == 0)
        require(memcmp(buf, "hello", 5) == 0);
    close(fd);
    return rc;
}

static int stream_main(void *arg, aw_value *ret)
{
    aw_listener *l = NULL;
    int rc = aw_listen(&l, "127.0.0.1", 0, 4, echo, NULL);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = talk(aw_listener_port(l));
    int closed = aw_listener_close(l, 1);

    return rc < 0 ? rc : closed;
}

int torture_stream(void)
{
    return torture_run(stream_main);
}

static int converse(aw_stream *s)
{
    char buf[8];
    int rc = aw_write(s, "hello", 5);

    for (size_t have = 0; rc == 0 && have < 5;) {
        ssize_t n = aw_read(s, buf + have, 5 - have);

        if (n <= 0) /* hung up: there was no memory to serve us */
            return AW_ENOMEM;
        have += (size_t)n;
    }
    return rc;
}

static int connect_main(void *arg, aw_value *ret)
{
    aw_listener *l = NULL;
    aw_stream *s = NULL;
    int rc = aw_listen(&l, "127.0.0.1", 0, 4, echo, NULL);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_connect(&s, "localhost", aw_listener_port(l));
    if (rc == 0)
        rc = converse(s);
    aw_stream_close(s);
    int closed = aw_listener_close(l, 1);

    /* Where there was no memory for an attempt, the last one's code counts. */
    return rc == 0 ? closed : AW_ENOMEM;
}

int torture_connect(void)
{
    return torture_run(connect_main);
}

/* Coroutines as another thread would give them. */

static int remote_main(void *arg, aw_value *ret)
{
    aw_loop *loop = aw_get_running_loop();
    aw_remote *told = NULL, *cancelled = NULL;
    aw_value value = {0};
    int rc = aw_run_coroutine_threadsafe(loop, counted_coro(torture_leaf, NULL),
                                         &told);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_run_coroutine_threadsafe(
        loop, counted_coro(torture_sleep_long, NULL), &cancelled);
    if (rc == 0) {
        require(aw_remote_cancel(cancelled));
        aw_remote_unref(cancelled);
    }
    while (aw_remote_state(told) == AW_PENDING)
        aw_ignore(aw_sleep(1));
    int outcome = aw_remote_wait(told, 0, &value);
    if (value.drop)
        value.drop(value.ptr);
    aw_remote_unref(told);
    return rc < 0 ? rc : outcome;
}

int torture_remote(void)
{
    return torture_run(remote_main);
}

static int process_main(void *arg, aw_value *ret)
{
    const aw_spawn_options pipes = {
        .standard = {{AW_PIPE, 0}, {AW_PIPE, 0}, {AW_PIPE, 0}}};
    const char *cat[] = {"cat", NULL};
    aw_bytes out = {0}, err = {0};
    aw_process *p = NULL;
    int status = 1;
    int rc = aw_spawn(&p, cat, &pipes);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_process_communicate(p, "hello", 5, &out, &err);
    if (rc == 0)
        rc = aw_process_wait(p, &status);
    require(rc < 0 || (out.size == 5 && err.size == 0 && status == 0));
    free(out.data);
    free(err.data);
    aw_process_close(p);
    return rc;
}

int torture_process(void)
{
    return torture_run(process_main);
}
