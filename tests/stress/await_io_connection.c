#include "await_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Connections: to an echo that may hang up, to a port that refuses, to the
   first of both that answers; closed under those who use them. */

int serve_moodily(aw_stream *s, void *world)
{
    struct world *w = world;
    char bytes[4096];
    ssize_t n;
    int rc;

    while ((n = aw_read(s, bytes, sizeof(bytes))) > 0) {
        rc = pause_a_bit(w);
        if (rc == 0)
            rc = aw_write(s, bytes, (size_t)n);
        if (rc == AW_ECANCELED)
            return rc;
        if (rc < 0)
            return 0; /* it has gone */
        if (chance(w, 50) == 0)
            aw_abort(s);
    }
    return n == AW_ECANCELED ? AW_ECANCELED : 0;
}

struct client {
    struct world *w;
    aw_stream *stream;
    bool refused; /* there is nobody but the port that refuses */
};

static struct sockaddr_storage address_of(int port)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    memcpy(&storage, &address, sizeof(address));
    return storage;
}

static int connect_somehow(void *arg, aw_value *ret)
{
    struct client *c = arg;
    struct sockaddr_storage both[] = {address_of(c->w->refused),
                                      address_of(c->w->port)};

    (void)ret;
    switch (chance(c->w, 4)) {
    case 0:
        c->refused = true;
        return aw_connect(&c->stream, "127.0.0.1", c->w->refused);
    case 1:
        return aw_connect_to(&c->stream, both, 2);
    case 2:
        return aw_connect_to(&c->stream, both + 1, 1);
    default:
        return aw_connect(&c->stream, "127.0.0.1", c->w->port);
    }
}

/* The connection is broken by one side or the other, or all is well. */
static int allowed(int code)
{
    require(code == 0 || code == AW_ECANCELED || code == AW_ETIMEDOUT ||
            code == AW_ECLOSED || code == -ECONNRESET || code == -EPIPE);
    return code == AW_ECANCELED ? code : 0;
}

static int send_and_compare(struct client *c)
{
    static char sent[20000];
    char got[3000];
    size_t n = 1 + chance(c->w, sizeof(sent)), have = 0;
    int rc = aw_write(c->stream, sent, n);

    while (rc == 0 && have < n) {
        ssize_t more = aw_read(c->stream, got, 1 + chance(c->w, sizeof(got)));

        if (more <= 0)
            return (int)more;
        have += (size_t)more;
        require(memcmp(got, sent, (size_t)more) == 0);
    }
    require(rc < 0 || have == n);
    return rc;
}

static int converse(void *arg, aw_value *ret)
{
    struct client *c = arg;
    int rc = 0;

    (void)ret;
    for (unsigned n = chance(c->w, 4); rc == 0 && n > 0 && c->stream; n--)
        rc = send_and_compare(c);
    return rc;
}

static int converse_for_a_while(void *arg, aw_value *ret)
{
    struct client *c = arg;

    (void)ret;
    return allowed(try_within_limit(c->w, converse, c));
}

/* Another's end must not be awaited, whatever it is doing. */
static int disturb(struct client *c)
{
    int fd = aw_stream_fd(c->stream);

    if (fd >= 0 && chance(c->w, 2))
        require(aw_fd_wait(fd, AW_READABLE, NULL) == AW_ESTATE);
    if (chance(c->w, 3) == 0)
        aw_abort(c->stream);
    else if (chance(c->w, 3) == 0) {
        aw_stream_close(c->stream);
        c->stream = NULL;
    }
    return 0;
}

/* A stream that is closed is used no more, but by those who wait within it. */
static int use_stream(struct client *c)
{
    aw_group group;
    int rc;

    require(aw_group_enter(&group) == 0);
    (void)aw_group_create_task(&group, aw_call(converse_for_a_while, c));
    rc = pause_a_bit(c->w);
    if (rc == 0)
        rc = disturb(c);
    return aw_group_leave(&group, rc, NULL, NULL);
}

int play_connection(struct world *w)
{
    struct client c = {.w = w};
    int rc = try_within_limit(w, connect_somehow, &c);

    if (rc == 0) {
        require(!c.refused);
        rc = use_stream(&c);
    } else if (rc == AW_ETIMEDOUT || (rc == -ECONNREFUSED && c.refused)) {
        rc = 0;
    }
    aw_stream_close(c.stream);
    return rc;
}
