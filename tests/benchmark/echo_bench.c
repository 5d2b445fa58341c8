/*
 * echo_bench: what a message costs an echo server: plain libuv callbacks beside
 * a stream's task, in one run. Two child processes serve, and are driven in
 * turn, a round each, so that what else the machine does meets both alike.
 *
 * The server's own processor time is what the two are compared by; the wall
 * clock holds the driver's, too. The median of the rounds' ratios is printed;
 * nothing is asserted but that every message came back.
 *
 * usage: bench-echo [ROUNDS]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "await/await.h"

enum {
    MESSAGE = 64,       /* bytes */
    READ_BUFFER = 4096, /* each server's */
    MESSAGES = 20000,   /* of a round */
    ROUNDS = 15,        /* of each server */
    ROUNDS_MAX = 1000,
    WARM_UP = 2000,
    CONNECTIONS_MAX = 1000,
};

static void must(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "bench-echo: %s: %s\n", what, aw_strerror(rc));
    exit(EXIT_FAILURE);
}

static int system_code(int rc)
{
    return rc < 0 ? -errno : rc;
}

static void tell_port(int pipe, int port)
{
    must(write(pipe, &port, sizeof(port)) == sizeof(port) ? 0 : -EPIPE, "pipe");
}

/* Plain libuv: everything in callbacks, one buffer for all. */

static char plain_buffer[READ_BUFFER];

struct leftover {
    uv_write_t req;
    char bytes[READ_BUFFER];
};

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_written(uv_write_t *req, int status)
{
    (void)status;
    free(req->data);
}

static void write_later(uv_stream_t *stream, const char *bytes, size_t n)
{
    struct leftover *left = malloc(sizeof(*left));
    uv_buf_t buf;

    must(left ? 0 : AW_ENOMEM, "leftover");
    memcpy(left->bytes, bytes, n);
    left->req.data = left;
    buf = uv_buf_init(left->bytes, (unsigned)n);
    must(uv_write(&left->req, stream, &buf, 1, on_written), "write");
}

static void plain_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)handle, (void)suggested;
    *buf = uv_buf_init(plain_buffer, sizeof(plain_buffer));
}

static void plain_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    uv_buf_t answer = uv_buf_init(buf->base, n > 0 ? (unsigned)n : 0);
    int sent;

    if (n < 0)
        uv_close((uv_handle_t *)stream, on_closed);
    if (n <= 0)
        return;
    sent = uv_try_write(stream, &answer, 1);
    if (sent == UV_EAGAIN)
        sent = 0;
    must(sent, "try_write");
    if (sent < n)
        write_later(stream, buf->base + sent, (size_t)(n - sent));
}

static void plain_connection(uv_stream_t *server, int status)
{
    uv_tcp_t *tcp = malloc(sizeof(*tcp));

    must(tcp ? status : AW_ENOMEM, "connection");
    must(uv_tcp_init(server->loop, tcp), "tcp");
    must(uv_accept(server, (uv_stream_t *)tcp), "accept");
    must(uv_tcp_nodelay(tcp, 1), "nodelay");
    must(uv_read_start((uv_stream_t *)tcp, plain_alloc, plain_read), "read");
}

static void serve_plainly(int pipe)
{
    struct sockaddr_in address;
    int size = sizeof(address);
    uv_loop_t loop;
    uv_tcp_t server;

    must(uv_loop_init(&loop), "loop");
    must(uv_tcp_init(&loop, &server), "tcp");
    must(uv_ip4_addr("127.0.0.1", 0, &address), "address");
    must(uv_tcp_bind(&server, (struct sockaddr *)&address, 0), "bind");
    must(uv_listen((uv_stream_t *)&server, SOMAXCONN, plain_connection),
         "listen");
    must(uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size),
         "name");
    tell_port(pipe, ntohs(address.sin_port));
    (void)uv_run(&loop, UV_RUN_DEFAULT);
}

/* Ours: a task a connection. */

static int echo(aw_stream *s, void *data)
{
    char bytes[READ_BUFFER];
    ssize_t n;

    (void)data;
    while ((n = aw_read(s, bytes, sizeof(bytes))) > 0) {
        int rc = aw_write(s, bytes, (size_t)n);

        if (rc < 0)
            return rc;
    }
    return (int)n;
}

static int serve_tasks(void *arg, aw_value *ret)
{
    aw_listener *listener;

    (void)ret;
    must(aw_listen(&listener, "127.0.0.1", 0, SOMAXCONN, echo, NULL), "listen");
    tell_port(*(int *)arg, aw_listener_port(listener));
    return aw_sleep(AW_FOREVER);
}

static void serve_by_tasks(int pipe)
{
    (void)aw_run(aw_call(serve_tasks, &pipe), NULL, NULL);
}

/* The servers' processes. */

struct server {
    const char *name;
    pid_t pid;
    int port;
    clockid_t clock; /* its processor time */
    int fds[CONNECTIONS_MAX];
};

static void start_server(struct server *s, void (*serve)(int pipe))
{
    int ends[2];

    must(system_code(pipe(ends)), "pipe");
    s->pid = fork();
    must(system_code(s->pid), "fork");
    if (s->pid == 0) {
        close(ends[0]);
        serve(ends[1]);
        _exit(EXIT_FAILURE);
    }
    close(ends[1]);
    must(read(ends[0], &s->port, sizeof(s->port)) == sizeof(s->port) ? 0
                                                                     : -EPIPE,
         "a server's port");
    close(ends[0]);
    must(-clock_getcpuclockid(s->pid, &s->clock), "processor time");
}

static void stop_server(const struct server *s)
{
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, NULL, 0);
}

/* The driver: each connection sends the next message when the last is back. */

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    must(system_code(fd), "socket");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(system_code(connect(fd, (struct sockaddr *)&address, sizeof(address))),
         "connect");
    return fd;
}

static void send_message(int fd)
{
    static const char message[MESSAGE];

    must(write(fd, message, MESSAGE) == MESSAGE ? 0 : -EPIPE, "send");
}

static void drive(const struct server *s, int epoll, int connections,
                  int messages)
{
    int sent = 0;
    int back = 0;

    (void)s;
    for (; sent < connections; sent++)
        send_message(s->fds[sent]);
    while (back < messages) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);

        must(system_code(n), "epoll_wait");
        for (int i = 0; i < n; i++) {
            char bytes[MESSAGE];

            must(read(events[i].data.fd, bytes, MESSAGE) == MESSAGE ? 0
                                                                    : -EPIPE,
                 "a message");
            back++;
            if (sent < messages) {
                send_message(events[i].data.fd);
                sent++;
            }
        }
    }
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    must(system_code(clock_gettime(clock, &t)), "clock");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct cost {
    double cpu_us; /* of the server, a message */
    double wall_us;
};

static struct cost time_round(const struct server *s, int epoll,
                              int connections)
{
    double cpu = seconds(s->clock);
    double wall = seconds(CLOCK_MONOTONIC);

    drive(s, epoll, connections, MESSAGES);
    return (struct cost){(seconds(s->clock) - cpu) * 1e6 / MESSAGES,
                         (seconds(CLOCK_MONOTONIC) - wall) * 1e6 / MESSAGES};
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *numbers, int n)
{
    qsort(numbers, (size_t)n, sizeof(*numbers), compare_numbers);
    return numbers[n / 2];
}

static int open_connections(struct server *s, int connections)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    must(system_code(epoll), "epoll");
    for (int i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN};

        event.data.fd = s->fds[i] = connect_to(s->port);
        must(system_code(epoll_ctl(epoll, EPOLL_CTL_ADD, s->fds[i], &event)),
             "epoll_ctl");
    }
    drive(s, epoll, connections, WARM_UP);
    return epoll;
}

static void compare(int connections, int rounds)
{
    static double plain_cpu[ROUNDS_MAX], ours_cpu[ROUNDS_MAX];
    static double plain_wall[ROUNDS_MAX], ours_wall[ROUNDS_MAX];
    static double ratios[ROUNDS_MAX];
    static struct server plain, ours;
    int plain_epoll, ours_epoll;

    start_server(&plain, serve_plainly);
    start_server(&ours, serve_by_tasks);
    plain_epoll = open_connections(&plain, connections);
    ours_epoll = open_connections(&ours, connections);
    for (int i = 0; i < rounds; i++) {
        struct cost a = time_round(&plain, plain_epoll, connections);
        struct cost b = time_round(&ours, ours_epoll, connections);

        plain_cpu[i] = a.cpu_us;
        ours_cpu[i] = b.cpu_us;
        plain_wall[i] = a.wall_us;
        ours_wall[i] = b.wall_us;
        ratios[i] = b.cpu_us / a.cpu_us;
    }
    printf("%11d %12.2f %12.2f %8.2f %12.2f %12.2f\n", connections,
           median(plain_cpu, rounds), median(ours_cpu, rounds),
           median(ratios, rounds), median(plain_wall, rounds),
           median(ours_wall, rounds));
    for (int i = 0; i < connections; i++) {
        close(plain.fds[i]);
        close(ours.fds[i]);
    }
    close(plain_epoll);
    close(ours_epoll);
    stop_server(&plain);
    stop_server(&ours);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "bench-echo: 1 to %d rounds\n", ROUNDS_MAX);
        return EXIT_FAILURE;
    }
    must(system_code(getrlimit(RLIMIT_NOFILE, &files)), "descriptors");
    files.rlim_cur = files.rlim_max;
    must(system_code(setrlimit(RLIMIT_NOFILE, &files)), "descriptors");
    puts("us a message of 64 bytes, the medians; ratio: of the servers' "
         "processor time\n"
         "connections    libuv cpu     task cpu    ratio   libuv wall    "
         "task wall");
    compare(64, rounds);
    compare(CONNECTIONS_MAX, rounds);
    return EXIT_SUCCESS;
}
