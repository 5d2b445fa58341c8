#include "socket.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"

int echo(aw_stream *s, void *data)
{
    char buf[256];
    ssize_t n;

    (void)data;
    while ((n = aw_read(s, buf, sizeof(buf))) > 0) {
        int rc = aw_write(s, buf, (size_t)n);

        if (rc < 0)
            return rc;
    }
    return (int)n;
}

aw_listener *listen_with(aw_serve_fn serve, void *data)
{
    aw_listener *l = NULL;
    int rc = aw_listen(&l, "127.0.0.1", 0, 16, serve, data);

    cr_assert(rc == 0 && l, "cannot listen: %s", aw_strerror(rc));
    return l;
}

int connect_to(const aw_listener *l)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port =
                                      htons((uint16_t)aw_listener_port(l))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0);
    cr_assert(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
              "cannot connect: %s", strerror(errno));
    return fd;
}

void send_text(int fd, const char *s)
{
    ssize_t n = send(fd, s, strlen(s), MSG_NOSIGNAL);

    cr_assert(n == (ssize_t)strlen(s));
}

int recv_some(int fd, void *buf, size_t room)
{
    for (;;) {
        ssize_t n = recv(fd, buf, room, MSG_DONTWAIT);

        if (n >= 0)
            return (int)n;
        if (errno != EAGAIN)
            return -errno;
        turns(1);
    }
}

int recv_exactly(int fd, void *buf, size_t n)
{
    size_t got = 0;

    while (got < n) {
        int more = recv_some(fd, (char *)buf + got, n - got);

        if (more < 0)
            return more;
        if (more == 0)
            break;
        got += (size_t)more;
    }
    return (int)got;
}

void reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(fd);
}
