#include "await/io/process_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "await/io/stream_internal.h"
#include "await/sync/waiters.h"

/*
 * process: libuv starts it and reaps it. The pipes are made here: libuv's are
 * sockets, which a child cannot open again as /dev/stdout.
 *
 * Its memory goes when it was closed by its owner, by libuv, and nobody is
 * within a wait for it any more.
 */

struct aw_process {
    uv_process_t handle;
    aw_loop *loop;
    struct link link; /* the loop's */
    aw_stream *streams[3];
    aw_waiters waiters;
    unsigned waiting; /* calls that have not returned */
    pid_t parent;     /* whose child it is: not ours after a fork() */
    int status;       /* once it has ended */
    bool ended;
    bool closed;        /* by its owner */
    bool handle_closed; /* libuv has let go of the handle */
};

static void free_if_done(aw_process *p)
{
    if (!p->closed || !p->handle_closed || p->waiting > 0)
        return;
    link_remove(&p->link);
    free(p);
}

static void on_closed(uv_handle_t *handle)
{
    aw_process *p = handle->data;

    p->loop->polled--;
    p->handle_closed = true;
    free_if_done(p);
}

static void on_exit_status(uv_process_t *handle, int64_t status, int signum)
{
    aw_process *p = handle->data;

    p->ended = true;
    p->status = signum ? -signum : (int)status;
    uv_close((uv_handle_t *)handle, on_closed);
    aw__waiters_wake(&p->waiters);
}

/* Starting. */

/* While the child is made: the ends of its pipes; -1: none. */
struct ends {
    int theirs[3];
    uv_stdio_container_t standard[3];
};

static void close_theirs(struct ends *e)
{
    for (int i = 0; i < 3; i++)
        if (e->theirs[i] >= 0)
            close(e->theirs[i]);
}

static int open_pipe(aw_process *p, struct ends *e, int which)
{
    int fds[2];
    bool sends = which == 0; /* we do */
    int rc;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    e->theirs[which] = fds[sends ? 0 : 1];
    e->standard[which].flags = UV_INHERIT_FD;
    e->standard[which].data.fd = e->theirs[which];
    rc = aw__stream_pipe(&p->streams[which], p->loop, fds[sends ? 1 : 0],
                         !sends);
    return rc;
}

static int inherit(uv_stdio_container_t *standard, int fd)
{
    standard->flags = UV_INHERIT_FD;
    standard->data.fd = fd;
    return fd < 0 ? AW_EINVAL : 0;
}

static int open_one(aw_process *p, struct ends *e, int which, aw_stdio what)
{
    uv_stdio_container_t *standard = &e->standard[which];

    switch (what.kind) {
    case AW_PIPE:
        return open_pipe(p, e, which);
    case AW_NULL:
        standard->flags = UV_IGNORE; /* which is /dev/null for these three */
        return 0;
    case AW_STDOUT:
        if (which != 2)
            return AW_EINVAL;
        *standard = e->standard[1];
        return 0;
    case AW_FD:
        return inherit(standard, what.fd);
    default:
        if (!aw__standard_is_private(which))
            return inherit(standard, which);
        standard->flags = UV_IGNORE;
        return 0;
    }
}

static void close_streams(aw_process *p)
{
    for (int i = 0; i < 3; i++) {
        if (p->streams[i])
            aw__stream_close(p->streams[i]);
        p->streams[i] = NULL;
    }
}

static int start(aw_process *p, struct ends *e, const char *const *args,
                 const aw_spawn_options *o)
{
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = args[0],
        .args = (char **)args,
        .env = (char **)o->env,
        .cwd = o->directory,
        .flags = o->new_session ? UV_PROCESS_DETACHED : 0,
        .stdio = e->standard,
        .stdio_count = 3,
    };
    int rc;

    for (int i = 0; i < 3; i++) {
        rc = open_one(p, e, i, o->standard[i]);
        if (rc < 0) {
            close_streams(p);
            free(p);
            return rc;
        }
    }
    p->handle.data = p;
    rc = uv_spawn(&p->loop->uv, &p->handle, &options);
    p->loop->polled++;
    list_append(&p->loop->processes, &p->link);
    uv_unref((uv_handle_t *)&p->handle);
    if (rc == 0)
        return 0;
    /* Initialised all the same, so libuv has to let go of it. */
    close_streams(p);
    p->closed = p->ended = true;
    uv_close((uv_handle_t *)&p->handle, on_closed);
    return rc;
}

int aw_spawn(aw_process **out, const char *const *args,
             const aw_spawn_options *options)
{
    static const aw_spawn_options defaults;
    struct ends ends = {.theirs = {-1, -1, -1}};
    aw_loop *loop = aw_get_event_loop();
    aw_process *p;
    int rc;

    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    if (loop->pid != getpid())
        return AW_EFORKED;
    if (!args || !args[0])
        return AW_EINVAL;
    rc = aw__standard_occupy();
    if (rc < 0)
        return rc;
    p = calloc(1, sizeof(*p));
    if (!p)
        return AW_ENOMEM;
    p->loop = loop;
    p->parent = getpid();
    rc = start(p, &ends, args, options ? options : &defaults);
    close_theirs(&ends);
    if (rc == 0)
        *out = p;
    return rc;
}

/* Its life. */

void aw__process_enter(aw_process *p)
{
    p->waiting++;
}

void aw__process_leave(aw_process *p)
{
    p->waiting--;
    free_if_done(p);
}

int aw_process_wait(aw_process *p, int *status)
{
    struct task *t = aw__task_current();
    struct waiter w = {.what = "a process"};
    bool closed;
    int rc;

    if (p->closed)
        return AW_ECLOSED; /* only who has entered it comes here */
    if (p->ended)
        return aw_process_status(p, status);
    if (!t)
        return AW_ENOTASK;
    if (t->future.loop != p->loop)
        return AW_EOTHERLOOP;
    if (p->parent != getpid())
        return AW_EFORKED;
    aw__process_enter(p);
    p->loop->io_awaited++;
    rc = aw__waiters_wait(&p->waiters, &w);
    p->loop->io_awaited--;
    closed = p->closed;
    if (rc == 0 && !closed)
        rc = aw_process_status(p, status);
    aw__process_leave(p);
    return rc == 0 && closed ? AW_ECLOSED : rc;
}

int aw_process_status(const aw_process *p, int *status)
{
    if (!p->ended)
        return AW_ESTATE;
    if (status)
        *status = p->status;
    return 0;
}

int aw_process_pid(const aw_process *p)
{
    return uv_process_get_pid(&p->handle);
}

aw_stream *aw_process_stream(const aw_process *p, int which)
{
    return which >= 0 && which < 3 ? p->streams[which] : NULL;
}

int aw_process_signal(aw_process *p, int signum)
{
    int rc;

    if (p->ended)
        return AW_ESTATE;
    if (p->parent != getpid())
        return AW_EFORKED;
    rc = uv_process_kill(&p->handle, signum);
    return rc == UV_ESRCH ? AW_ESTATE : rc;
}

/* Its end. */

void aw_process_close(aw_process *p)
{
    if (!p || p->closed)
        return;
    p->closed = true;
    close_streams(p);
    if (!p->ended && p->parent == getpid()) /* -EPERM: not ours to kill */
        (void)uv_process_kill(&p->handle, SIGKILL);
    aw__waiters_wake(&p->waiters);
    free_if_done(p);
}

/* One that cannot be killed, like one that is somebody else's after a fork(),
   is not waited for. */
static bool will_end(aw_process *p)
{
    return p->parent == getpid() && uv_process_kill(&p->handle, 0) == 0;
}

void aw__processes_close(aw_loop *loop)
{
    struct link *next;

    for (struct link *l = loop->processes.next; l != &loop->processes;
         l = next) {
        aw_process *p = container_of(l, struct aw_process, link);

        next = l->next;
        p->waiting = 0; /* those tasks are gone */
        aw_process_close(p);
    }
    for (struct link *l = loop->processes.next; l != &loop->processes;
         l = l->next) {
        aw_process *p = container_of(l, struct aw_process, link);

        if (!p->ended && !will_end(p) &&
            !uv_is_closing((uv_handle_t *)&p->handle))
            uv_close((uv_handle_t *)&p->handle, on_closed);
    }
    while (!list_is_empty(&loop->processes))
        uv_run(&loop->uv, UV_RUN_ONCE);
}
