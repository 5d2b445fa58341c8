#include "await/io/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * resolve: a lookup is memory of its own, for libuv lets go of it only when its
 * thread has returned, whoever waits.
 */

struct lookup {
    uv_getaddrinfo_t request;
    struct park *park; /* of the task; NULL: it is gone */
    int status;
};

struct lookup_park {
    struct park park;
    struct lookup *lookup;
};

static void on_found(uv_getaddrinfo_t *request, int status,
                     struct addrinfo *found)
{
    struct lookup *l = container_of(request, struct lookup, request);

    (void)found; /* it is the request's, too */
    l->status = status;
    if (!l->park) {
        uv_freeaddrinfo(l->request.addrinfo);
        free(l);
        return;
    }
    aw__park_decide(l->park);
    l->park = NULL;
}

/* Nobody waits for it any more. */
static void leave(struct lookup *l)
{
    if (l->park) {
        l->park = NULL;
        (void)uv_cancel((uv_req_t *)&l->request); /* if it has not begun */
        return;
    }
    uv_freeaddrinfo(l->request.addrinfo); /* it was through */
    free(l);
}

static void abandon(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);

    aw__park_abandon(wait);
    leave(container_of(park, struct lookup_park, park)->lookup);
}

size_t aw__interleave(struct sockaddr_storage *out,
                      const struct addrinfo *found)
{
    const struct addrinfo *same = found, *other = found;
    size_t n = 0;

    while (same || other) {
        while (same && same->ai_family != found->ai_family)
            same = same->ai_next;
        if (same) {
            memcpy(&out[n++], same->ai_addr, same->ai_addrlen);
            same = same->ai_next;
        }
        while (other && other->ai_family == found->ai_family)
            other = other->ai_next;
        if (other) {
            memcpy(&out[n++], other->ai_addr, other->ai_addrlen);
            other = other->ai_next;
        }
    }
    return n;
}

static int take_found(struct sockaddr_storage **out, size_t *n,
                      const struct addrinfo *found)
{
    *n = 0;
    for (const struct addrinfo *a = found; a; a = a->ai_next)
        ++*n;
    if (*n == 0)
        return UV_EAI_NONAME;
    *out = calloc(*n, sizeof(**out));
    if (!*out)
        return AW_ENOMEM;
    *n = aw__interleave(*out, found);
    return 0;
}

static int look_up(struct sockaddr_storage **out, size_t *n, struct task *t,
                   const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV};
    struct lookup_park lp = {.lookup = calloc(1, sizeof(struct lookup))};
    struct lookup *l = lp.lookup;
    aw_loop *loop = t->future.loop;
    int rc;

    if (!l)
        return AW_ENOMEM;
    aw__park_init(&lp.park, t);
    lp.park.wait.what = "a name's addresses";
    lp.park.wait.abandon = abandon;
    l->park = &lp.park;
    rc = uv_getaddrinfo(&loop->uv, &l->request, on_found, host, port, &hints);
    if (rc < 0) {
        free(l);
        return rc;
    }
    loop->io_awaited++;
    rc = aw__park_wait(&lp.park);
    loop->io_awaited--;
    if (rc == 0)
        rc = l->status;
    if (rc == 0)
        rc = take_found(out, n, l->request.addrinfo);
    leave(l);
    return rc;
}

static int take_numeric(struct sockaddr_storage **out, const char *host,
                        int port)
{
    struct sockaddr_storage address = {0};
    int rc = uv_ip4_addr(host, port, (struct sockaddr_in *)&address);

    if (rc < 0)
        rc = uv_ip6_addr(host, port, (struct sockaddr_in6 *)&address);
    if (rc < 0)
        return rc;
    *out = malloc(sizeof(address));
    if (!*out)
        return AW_ENOMEM;
    **out = address;
    return 0;
}

int aw__resolve(struct sockaddr_storage **out, size_t *n, const char *host,
                int port)
{
    struct task *t = aw__task_current();
    char service[8];
    int rc;

    if (!t)
        return AW_ENOTASK;
    if (!host || port <= 0 || port > 65535)
        return AW_EINVAL;
    *n = 1;
    rc = take_numeric(out, host, port);
    if (rc == 0 || rc == AW_ENOMEM)
        return rc;
    snprintf(service, sizeof(service), "%d", port);
    return look_up(out, n, t, host, service);
}
