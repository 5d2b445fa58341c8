#include "await_io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors: bytes go through a pipe to a task that awaits its other end. */

struct pair {
    struct world *w;
    int fds[2];
    unsigned sent;
    unsigned received;
};

static int wait_readable(void *arg, aw_value *ret)
{
    struct pair *p = arg;
    unsigned ready = 0;
    int rc = aw_fd_wait(p->fds[0], AW_READABLE, &ready);

    (void)ret;
    require(ready == (rc == 0 ? AW_READABLE : 0));
    return rc;
}

static int take_all(void *arg, aw_value *ret)
{
    struct pair *p = arg;

    (void)ret;
    for (;;) {
        int rc = try_within_limit(p->w, wait_readable, p);
        char bytes[2];
        ssize_t n;

        if (rc == AW_ETIMEDOUT || rc == AW_ESTATE) {
            rc = aw_sleep(0.0002); /* the other one has it */
            if (rc == 0)
                continue;
        }
        if (rc < 0)
            return rc;
        n = read(p->fds[0], bytes, sizeof(bytes));
        if (n == 0)
            return 0;
        require(n > 0 || errno == EAGAIN);
        p->received += n > 0 ? (unsigned)n : 0;
    }
}

static int give_some(struct pair *p)
{
    int rc = 0;

    for (unsigned n = chance(p->w, 8); rc == 0 && n > 0; n--) {
        rc = pause_a_bit(p->w);
        if (rc == 0 && chance(p->w, 4) == 0)
            rc = aw_fd_wait(p->fds[1], AW_WRITABLE, NULL);
        if (rc < 0)
            return rc;
        require(write(p->fds[1], "x", 1) == 1);
        p->sent++;
    }
    return rc;
}

int play_pipe(struct world *w)
{
    struct pair p = {.w = w};
    aw_group group;
    int rc;

    if (chance(w, 2))
        require(pipe2(p.fds, O_CLOEXEC) == 0);
    else
        require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p.fds) == 0);
    require(aw_group_enter(&group) == 0);
    for (unsigned n = 1 + chance(w, 2); n > 0; n--)
        (void)aw_group_create_task(&group, aw_call(take_all, &p));
    rc = give_some(&p);
    close(p.fds[1]); /* under those who wait for the other one */
    rc = aw_group_leave(&group, rc, NULL, NULL);
    if (rc == 0)
        require(p.received == p.sent);
    close(p.fds[0]);
    return rc;
}

/* Processes. */

static int wait_status(void *process, aw_value *ret)
{
    int status = 0;
    int rc = aw_process_wait(process, &status);

    (void)ret;
    require(rc < 0 || status == 0 || status == -SIGTERM);
    return rc;
}

static int read_on(void *process, aw_value *ret)
{
    char bytes[64];
    ssize_t n;

    (void)ret;
    while ((n = aw_read(aw_process_stream(process, 1), bytes, sizeof(bytes))) >
           0)
        ;
    return n == AW_ECLOSED ? 0 : (int)n;
}

static int expect_closed(void *process, aw_value *ret)
{
    int rc = wait_status(process, ret);

    return rc == AW_ECLOSED ? 0 : rc;
}

/* Closed under those who wait for it or read from it. */
static int close_early(struct world *w, aw_process **p)
{
    aw_group group;
    int rc;

    require(aw_group_enter(&group) == 0);
    (void)aw_group_create_task(&group, aw_call(expect_closed, *p));
    (void)aw_group_create_task(&group, aw_call(expect_closed, *p));
    (void)aw_group_create_task(&group, aw_call(read_on, *p));
    rc = aw_sleep(0); /* they wait for it now */
    if (rc == 0)
        rc = pause_a_bit(w);
    if (rc == 0) {
        aw_process_close(*p);
        *p = NULL;
    }
    return aw_group_leave(&group, rc, NULL, NULL);
}

static int end_by_signal(struct world *w, aw_process *p)
{
    int rc = try_within_limit(w, wait_status, p);

    if (rc == AW_ETIMEDOUT) {
        rc = aw_process_signal(p, SIGTERM);
        require(rc == 0 || rc == AW_ESTATE); /* it may have ended by itself */
        rc = wait_status(p, NULL);
    }
    return rc;
}

static int send_and_receive(struct world *w, aw_process *p)
{
    size_t n = chance(w, 100000);
    char *bytes = calloc(n + 1, 1);
    aw_bytes out = {0};
    int rc;

    require(bytes != NULL);
    rc = aw_process_communicate(p, bytes, n, &out, NULL);
    require(rc < 0 ? out.data == NULL : out.size == n);
    free(out.data);
    free(bytes);
    return rc;
}

int play_process(struct world *w)
{
    unsigned kind = chance(w, 3);
    const char *args[] = {kind == 1 ? "sleep" : "cat", kind == 1 ? "0.2" : NULL,
                          NULL};
    aw_spawn_options options = {
        .standard = {{AW_PIPE, 0}, {AW_PIPE, 0}, {AW_NULL, 0}}};
    aw_process *p = NULL;
    int rc;

    w->processes_left--;
    require(aw_spawn(&p, args, &options) == 0);
    if (kind == 0)
        rc = send_and_receive(w, p);
    else if (kind == 1)
        rc = end_by_signal(w, p);
    else
        rc = close_early(w, &p);
    aw_process_close(p);
    require(rc == 0 || rc == AW_ECANCELED);
    return rc;
}
