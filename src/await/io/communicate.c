#include <stdlib.h>
#include <string.h>

#include "await/io/process.h"
#include "await/scope.h"
#include "await/task.h"

/*
 * communicate: the three pipes of a process at once, each in a task of a
 * group.
 */

enum { FIRST_ROOM = 4096 };

struct feeding {
    aw_stream *to;
    const void *bytes;
    size_t n;
};

struct reading {
    aw_stream *from;
    bool kept;
    aw_bytes bytes;
    size_t room;
};

/* A process that does not want it is no error: it may end before it has read
   all, or anything. */
static int feed(void *arg, aw_value *ret)
{
    struct feeding *f = arg;
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

static int read_all(void *arg, aw_value *ret)
{
    struct reading *r = arg;
    ssize_t n;

    (void)ret;
    do {
        int rc = grow(r);

        if (rc < 0)
            return rc;
        n = aw_read(r->from, r->bytes.data + r->bytes.size,
                    r->room - r->bytes.size - 1);
        if (n > 0 && r->kept)
            r->bytes.size += (size_t)n;
    } while (n > 0);
    r->bytes.data[r->bytes.size] = '\0';
    return (int)n;
}

/* Without memory for the task there is a failed future. */
static int begin(aw_group *g, aw_fn fn, void *arg, const aw_stream *stream)
{
    aw_future *f;

    if (!stream)
        return 0;
    f = aw_group_create_task(g, aw_call(fn, arg));
    return aw_future_state(f) == AW_ERROR ? aw_future_result(f, NULL) : 0;
}

static int do_all(struct feeding *in, struct reading *out, struct reading *err)
{
    aw_group g;
    int rc = aw_group_enter(&g);

    if (rc < 0)
        return rc;
    rc = begin(&g, feed, in, in->to);
    if (rc == 0)
        rc = begin(&g, read_all, out, out->from);
    if (rc == 0)
        rc = begin(&g, read_all, err, err->from);
    return aw_group_leave(&g, rc, NULL, NULL);
}

static void give(struct reading *r, aw_bytes *to, int rc)
{
    if (rc == 0 && r->kept) {
        *to = r->bytes;
        return;
    }
    if (to)
        *to = (aw_bytes){0};
    free(r->bytes.data);
}

int aw_process_communicate(aw_process *p, const void *input, size_t n,
                           aw_bytes *out, aw_bytes *err)
{
    struct feeding in = {aw_process_stream(p, 0), input, n};
    struct reading o = {.from = aw_process_stream(p, 1), .kept = out != NULL};
    struct reading e = {.from = aw_process_stream(p, 2), .kept = err != NULL};
    int rc = do_all(&in, &o, &e);

    if (rc == 0)
        rc = aw_process_wait(p, NULL);
    give(&o, out, rc);
    give(&e, err, rc);
    return rc;
}
