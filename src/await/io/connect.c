#include "await/io/connect.h"

#include <stdlib.h>

#include "await/io/resolve.h"
#include "await/io/stream_internal.h"

/*
 * connect: attempts that race. The race is on the task's stack; an attempt is
 * memory of its own, since libuv calls it back after it was given up, too.
 */

/* RFC 8305, section 8: the recommended Connection Attempt Delay. */
static const int64_t attempt_delay_ns = 250000000;

struct attempt {
    uv_connect_t request;
    struct race *race; /* NULL: given up */
    struct link link;  /* the race's */
    aw_stream *stream;
};

struct addresses {
    const struct sockaddr_storage *items;
    size_t n;
};

struct race {
    struct park park;
    const struct sockaddr_storage *addresses;
    size_t n;
    size_t next; /* to be tried */
    struct link attempts;
    aw_stream *winner;
    int code;      /* of the last that failed */
    void *to_free; /* if the task is destroyed */
};

static void on_connected(uv_connect_t *request, int status)
{
    struct attempt *a = container_of(request, struct attempt, request);
    struct race *race = a->race;

    if (race) {
        link_remove(&a->link);
        if (status == 0 && !race->winner) {
            race->winner = a->stream;
        } else {
            aw__stream_close(a->stream);
            race->code = status;
        }
        aw__park_decide(&race->park);
    }
    free(a);
}

static void give_up(struct race *race)
{
    struct link *link;

    while ((link = list_pop(&race->attempts))) {
        struct attempt *a = container_of(link, struct attempt, link);

        a->race = NULL;
        aw__stream_close(a->stream); /* which calls it back */
    }
}

static void let_go(struct race *race)
{
    give_up(race);
    if (race->winner)
        aw__stream_close(race->winner);
}

static void abandon(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);

    aw__park_abandon(wait);
    let_go(container_of(park, struct race, park));
    free(container_of(park, struct race, park)->to_free);
}

/* Try the next address. 0, or why it cannot be tried. */
static int start_attempt(struct race *race, aw_loop *loop)
{
    const struct sockaddr_storage *address = &race->addresses[race->next++];
    struct attempt *a = calloc(1, sizeof(*a));
    int rc;

    if (!a)
        return AW_ENOMEM;
    a->race = race;
    a->stream = aw__stream_new(NULL, loop);
    if (!a->stream) {
        free(a);
        return AW_ENOMEM;
    }
    rc = uv_tcp_connect(&a->request, &a->stream->tcp,
                        (const struct sockaddr *)address, on_connected);
    if (rc < 0) {
        aw__stream_close(a->stream);
        free(a);
        return rc;
    }
    list_append(&race->attempts, &a->link);
    return 0;
}

/* Until one has ended; or, if there are more addresses, for the delay. */
static int wait_for_attempts(struct race *race, struct task *t)
{
    aw_loop *loop = t->future.loop;
    int rc;

    aw__park_init(&race->park, t);
    race->park.wait.what = "a connection";
    race->park.wait.abandon = abandon;
    loop->io_awaited++;
    rc = aw__park_wait_until(&race->park,
                             race->next < race->n
                                 ? aw__deadline_after(loop, attempt_delay_ns)
                                 : TIMERS_NEVER);
    loop->io_awaited--;
    return rc == AW_ETIMEDOUT ? 0 : rc;
}

/* 0 and a winner, or the code of what failed last. */
static int run_race(struct race *race, struct task *t)
{
    while (!race->winner) {
        int rc = 0;

        if (race->next < race->n) {
            rc = start_attempt(race, t->future.loop);
            if (rc < 0) {
                race->code = rc;
                continue;
            }
        } else if (list_is_empty(&race->attempts)) {
            return race->code;
        }
        /* With more addresses each wait ends with the next attempt; without,
           what fails is only counted. */
        rc = wait_for_attempts(race, t);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int keep(aw_stream **out, aw_stream *s)
{
    int rc = aw__stream_open(s);

    if (rc < 0) {
        aw__stream_close(s);
        return rc;
    }
    list_append(&s->loop->connections, &s->link);
    *out = s;
    return 0;
}

static int connect_any(aw_stream **out, const struct addresses *addresses,
                       void *to_free)
{
    struct task *t = aw__task_current();
    struct race race = {
        .addresses = addresses->items, .n = addresses->n, .to_free = to_free};
    int rc;

    if (!t)
        return AW_ENOTASK;
    if (race.n == 0)
        return AW_EINVAL;
    list_init(&race.attempts);
    rc = run_race(&race, t);
    if (rc < 0) {
        let_go(&race);
        return rc;
    }
    give_up(&race);
    return keep(out, race.winner);
}

int aw_connect_to(aw_stream **out, const struct sockaddr_storage *addresses,
                  size_t n)
{
    return connect_any(out, &(struct addresses){addresses, n}, NULL);
}

int aw_connect(aw_stream **out, const char *host, int port)
{
    struct addresses found = {0};
    struct sockaddr_storage *items = NULL;
    int rc = aw__resolve(&items, &found.n, host, port);

    if (rc < 0)
        return rc;
    found.items = items;
    rc = connect_any(out, &found, items);
    free(items);
    return rc;
}

void aw_stream_close(aw_stream *s)
{
    if (!s || s->listener || s->is_pipe)
        return;
    link_remove(&s->link);
    aw__stream_close(s);
}

void aw__connections_close(aw_loop *loop)
{
    struct link *link;

    while ((link = list_pop(&loop->connections)))
        aw__stream_close(container_of(link, aw_stream, link));
}
