#include <stdlib.h>
#include <string.h>

#include "await/io/process_internal.h"
#include "await/io/stream_internal.h"

/*
 * communicate: the three pipes of a process at once, each in a task of a
 * group. What they share is memory of its own and holds the process and its
 * streams: somebody may close it before a task has begun, or between its calls.
 */

enum { FIRST_ROOM = 4096 };

struct feeding {
    aw_stream *to; /* NULL: no such pipe */
    const void *bytes;
    size_t n;
};

struct reading {
    aw_stream *from;
    aw_bytes *to; /* NULL: nobody wants it */
    aw_bytes bytes;
    size_t room;
};

struct talk {
    aw_process *process;
    unsigned holders; /* tasks, from before their beginning to their end */
    struct feeding in;
    struct reading out;
    struct reading err;
};

static aw_stream *hold_stream(const aw_process *p, int which)
{
    aw_stream *s = aw_process_stream(p, which);

    if (s)
        aw__stream_enter(s);
    return s;
}

static void let_go_of_stream(aw_stream *s)
{
    if (s)
        aw__stream_leave(s);
}

static void let_go(void *talk)
{
    struct talk *k = talk;

    if (--k->holders > 0)
        return;
    let_go_of_stream(k->in.to);
    let_go_of_stream(k->out.from);
    let_go_of_stream(k->err.from);
    free(k->out.bytes.data);
    free(k->err.bytes.data);
    aw__process_leave(k->process);
    free(k);
}

/* A process that does not want it is no error: it may end before it has read
   all, or anything. */
static int feed(void *talk, aw_value *ret)
{
    const struct feeding *f = &((struct talk *)talk)->in;
    int rc = aw_write(f->to, f->bytes, f->n);

    (void)ret;
    if (rc == 0)
        rc = aw_shutdown(f->to);
    if (rc != -EPIPE && rc != AW_ECLOSED)
        return rc;
    aw_abort(f->to);
    return 0;
}

static int grow(struct reading *r)
{
    size_t room = r->room ? 2 * r->room : FIRST_ROOM;
    char *data;

    if (r->bytes.size + 1 < r->room)
        return 0;
    if (room < r->room)
        return AW_ENOMEM;
    data = realloc(r->bytes.data, room);
    if (!data)
        return AW_ENOMEM;
    r->bytes.data = data;
    r->room = room;
    return 0;
}

static int read_all(struct reading *r)
{
    ssize_t n;

    do {
        int rc = grow(r);

        if (rc < 0)
            return rc;
        n = aw_read(r->from, r->bytes.data + r->bytes.size,
                    r->room - r->bytes.size - 1);
        if (n > 0 && r->to)
            r->bytes.size += (size_t)n;
    } while (n > 0);
    r->bytes.data[r->bytes.size] = '\0';
    return (int)n;
}

static int read_output(void *talk, aw_value *ret)
{
    (void)ret;
    return read_all(&((struct talk *)talk)->out);
}

static int read_error_output(void *talk, aw_value *ret)
{
    (void)ret;
    return read_all(&((struct talk *)talk)->err);
}

/* Without memory for the task there is a failed future. */
static int begin(aw_group *g, aw_fn fn, struct talk *k, const aw_stream *stream)
{
    aw_future *f;

    if (!stream)
        return 0;
    k->holders++;
    f = aw_group_create_task(g, aw_call_own(fn, k, let_go));
    return aw_future_state(f) == AW_ERROR ? aw_future_result(f, NULL) : 0;
}

static int do_all(struct talk *k)
{
    aw_group g;
    int rc = aw_group_enter(&g);

    if (rc < 0)
        return rc;
    rc = begin(&g, feed, k, k->in.to);
    if (rc == 0)
        rc = begin(&g, read_output, k, k->out.from);
    if (rc == 0)
        rc = begin(&g, read_error_output, k, k->err.from);
    return aw_group_leave(&g, rc, NULL, NULL);
}

static void hand_over(struct reading *r)
{
    if (!r->to)
        return;
    *r->to = r->bytes;
    r->bytes = (aw_bytes){0};
}

static int talk_and_wait(void *talk, aw_value *ret)
{
    struct talk *k = talk;
    int rc = do_all(k);

    (void)ret;
    if (rc == 0)
        rc = aw_process_wait(k->process, NULL);
    if (rc < 0)
        return rc;
    hand_over(&k->out);
    hand_over(&k->err);
    return 0;
}

int aw_process_communicate(aw_process *p, const void *input, size_t n,
                           aw_bytes *out, aw_bytes *err)
{
    struct talk *k = calloc(1, sizeof(*k));

    if (out)
        *out = (aw_bytes){0};
    if (err)
        *err = (aw_bytes){0};
    if (!k)
        return AW_ENOMEM;
    aw__process_enter(p);
    *k = (struct talk){.process = p,
                       .holders = 1,
                       .in = {hold_stream(p, 0), input, n},
                       .out = {.from = hold_stream(p, 1), .to = out},
                       .err = {.from = hold_stream(p, 2), .to = err}};
    return aw_await(aw_call_own(talk_and_wait, k, let_go), NULL);
}
