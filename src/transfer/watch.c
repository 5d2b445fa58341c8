#include "transfer/watch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/surplus.h"

/* One descriptor. Freed when libuv has closed its handle. */
struct watch {
    uv_poll_t poll;
    struct watches *watches;
    curl_socket_t fd;
    int active;  /* the UV_ events that the handle is started for */
    bool ours;   /* opened in here, so its end will be seen */
    ino_t inode; /* of ours: which socket the number stands for */
    bool parked; /* libcurl does not want to hear of it */
    struct connection connection; /* of ours */
};

struct watches {
    uv_loop_t *uv;
    watch_ready ready;
    watch_closed closed;
    void *arg;
    struct watch **by_fd;
    size_t room;
    size_t open;
    struct connections connections;
};

struct watches *watches_new(uv_loop_t *uv, watch_ready ready,
                            watch_closed closed, void *arg)
{
    struct watches *watches = calloc(1, sizeof(*watches));

    if (watches)
        *watches = (struct watches){
            .uv = uv, .ready = ready, .closed = closed, .arg = arg};
    return watches;
}

void watches_free(struct watches *watches)
{
    assert(!watches || watches->open == 0);
    if (watches)
        free(watches->by_fd);
    free(watches);
}

struct connections *watches_connections(struct watches *watches)
{
    return &watches->connections;
}

size_t watches_open(const struct watches *watches)
{
    return watches->open;
}

static struct watch *find(const struct watches *watches, curl_socket_t fd)
{
    return fd >= 0 && (size_t)fd < watches->room ? watches->by_fd[fd] : NULL;
}

/* Make the table reach `fd`. */
static bool reach(struct watches *watches, curl_socket_t fd)
{
    size_t room = watches->room ? watches->room : 64;
    struct watch **by_fd;

    while (room <= (size_t)fd)
        room *= 2;
    if (room == watches->room)
        return true;
    by_fd = realloc(watches->by_fd, room * sizeof(struct watch *));
    if (!by_fd)
        return false;
    memset(by_fd + watches->room, 0,
           (room - watches->room) * sizeof(struct watch *));
    watches->by_fd = by_fd;
    watches->room = room;
    return true;
}

/* Of a socket that lives, no other has it. 0: the number stands for nothing. */
static ino_t inode_of(curl_socket_t fd)
{
    struct stat status;

    return fstat(fd, &status) < 0 ? 0 : status.st_ino;
}

/* NULL: it cannot be watched. `address`: of one of ours, else NULL. */
static struct watch *watch_new(struct watches *watches, curl_socket_t fd,
                               const struct curl_sockaddr *address)
{
    bool ours = address != NULL;
    struct watch *watch = malloc(sizeof(*watch));

    if (!watch)
        return NULL;
    *watch = (struct watch){.watches = watches,
                            .fd = fd,
                            .ours = ours,
                            .inode = ours ? inode_of(fd) : 0};
    if (!reach(watches, fd) ||
        uv_poll_init_socket(watches->uv, &watch->poll, fd) < 0) {
        free(watch); /* libuv knows no handle that it would have to close */
        return NULL;
    }
    watch->poll.data = watch;
    if (ours)
        connections_add(&watches->connections, &watch->connection, fd,
                        address->family);
    watches->by_fd[fd] = watch;
    watches->open++;
    return watch;
}

static void on_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;
    struct watches *watches = watch->watches;

    free(watch);
    watches->open--;
    watches->closed(watches->arg);
}

/* libuv lets go of the descriptor at once, and of the memory later. */
static void watch_close(struct watch *watch)
{
    watch->watches->by_fd[watch->fd] = NULL;
    if (watch->ours)
        connections_remove(&watch->connection);
    uv_close((uv_handle_t *)&watch->poll, on_closed);
}

void watches_close(struct watches *watches)
{
    for (size_t fd = 0; fd < watches->room; fd++) {
        if (watches->by_fd[fd])
            watch_close(watches->by_fd[fd]);
    }
}

static void stop(struct watch *watch)
{
    uv_poll_stop(&watch->poll);
    watch->active = 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int mask = 0;

    if (watch->parked) {
        /* The server has closed an idle connection, or talks out of turn.
           libcurl finds it dead when it wants to use it again; until then the
           descriptor would be ready in every turn. */
        stop(watch);
        surplus_check(watch->fd,
                      watch->ours && connection_is_local(&watch->connection));
        return;
    }
    if (status < 0) {
        /* Not the error alone: libcurl would end the transfer without asking
           the socket what is the matter, and without trying again where a
           kept connection had died unnoticed. */
        mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
        stop(watch); /* libuv has, so nothing is active */
    }
    if (events & UV_READABLE)
        mask |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        mask |= CURL_CSELECT_OUT;
    watch->watches->ready(watch->fd, mask, watch->watches->arg);
}

/* Each start of a libuv poll handle is a system call or two: only where
   something changes. */
static int start(struct watch *watch, int events)
{
    int rc;

    if (watch->active == events)
        return 0;
    rc = uv_poll_start(&watch->poll, events, on_ready);
    watch->active = rc < 0 ? 0 : events;
    return rc < 0 ? -1 : 0;
}

/* Whether the watch can be kept: the socket is ours, and still open. Writable
   is watched while a connection is made. If that is given up, libcurl 7.88 has
   closed the socket already, by itself and without CURLOPT_CLOSESOCKETFUNCTION:
   to watch that number any more makes libuv abort, or watch a stranger. */
static bool lives(const struct watch *watch)
{
    if (!watch->ours)
        return false;
    return !(watch->active & UV_WRITABLE) ||
           (watch->inode != 0 && inode_of(watch->fd) == watch->inode);
}

static int remove_watch(struct watch *watch)
{
    if (!watch)
        return 0; /* one that we never saw: libcurl 8.13, curl #17949 */
    /* It is still writable where the answer was there before libcurl, as of
       8, had asked to watch for reading alone. Nobody waits for that now, and
       it would be so in every turn. */
    if (!lives(watch) ||
        (watch->active & UV_WRITABLE && start(watch, UV_READABLE) < 0))
        watch_close(watch);
    else
        watch->parked = true;
    return 0;
}

int watches_rest(struct watches *watches, curl_socket_t fd)
{
    struct watch *watch = find(watches, fd);

    if (!watch || !lives(watch))
        return remove_watch(watch);
    stop(watch);
    return 0;
}

void watches_rest_port(struct watches *watches, long port)
{
    for (size_t fd = 0; fd < watches->room; fd++) {
        struct watch *watch = watches->by_fd[fd];

        if (watch && watch->parked && connection_port((int)fd) == port) {
            stop(watch);
            watch->parked = false;
        }
    }
}

int watches_change(struct watches *watches, curl_socket_t fd, int what,
                   const CURL *easy)
{
    struct watch *watch = find(watches, fd);
    int events = 0;

    if (what == CURL_POLL_REMOVE)
        return remove_watch(watch);
    if (!watch)
        watch = watch_new(watches, fd, NULL);
    if (!watch)
        return -1;
    watch->parked = false;
    if (watch->ours)
        connections_find(&watches->connections, &watch->connection, easy);
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    return start(watch, events);
}

void watches_done(struct watches *watches, CURL *easy)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    struct watch *watch;

    if (watches->connections.local == 0 ||
        curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
        return;
    watch = find(watches, fd);
    if (watch && watch->ours)
        connections_end(&watches->connections, &watch->connection, easy);
}

curl_socket_t watches_open_socket(void *arg, curlsocktype purpose,
                                  struct curl_sockaddr *address)
{
    struct watches *watches = arg;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                    address->protocol);
    struct watch *stale;

    (void)purpose;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    /* The number is free again, so the socket that had it was closed behind
       our back: libcurl 7.88 does that to one whose handshake it gives up. */
    stale = find(watches, fd);
    if (stale)
        watch_close(stale);
    if (watch_new(watches, fd, address))
        return fd;
    close(fd);
    errno = ENOMEM;
    return CURL_SOCKET_BAD;
}

int watches_close_socket(void *arg, curl_socket_t fd)
{
    struct watch *watch = find(arg, fd);

    if (watch)
        watch_close(watch);
    return close(fd);
}
