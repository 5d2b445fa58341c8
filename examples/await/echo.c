#include <await/await.h>
#include <stdio.h>

static int echo(aw_stream *s, void *data) /* a task for each connection */
{
    char line[4096];
    ssize_t n;

    (void)data;
    while ((n = aw_read(s, line, sizeof(line))) > 0) {
        int rc = aw_write(s, line, (size_t)n);

        if (rc < 0)
            return rc;
    }
    return (int)n; /* 0: the peer has ended */
}

static int serve(void *arg, aw_value *ret)
{
    aw_listener *listener;
    static aw_event forever; /* zero is ready: not set */
    int rc = aw_listen(&listener, "127.0.0.1", 0, 128, echo, NULL);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    printf("listening on port %d\n", aw_listener_port(listener));
    fflush(stdout);
    rc = aw_event_wait(&forever);              /* until SIGINT cancels us */
    aw_ignore(aw_listener_close(listener, 1)); /* a second to finish */
    return rc;
}

int main(void)
{
    int rc = aw_run(aw_call(serve, NULL), NULL, NULL);

    if (rc < 0 && rc != AW_EINTR)
        fprintf(stderr, "echo: %s\n", aw_strerror(rc));
    return rc < 0 && rc != AW_EINTR;
}
