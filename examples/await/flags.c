/*
 * Downloads in miniature: each URL in a task of its own, some at a time, and
 * what comes is saved on a thread under the last part of its path.
 *
 * usage: flags http://HOST[:PORT]/PATH...
 */
#include <await/await.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 20, LONGEST = 30, MOST = 8 << 20 };
enum { BAD_URL = AW_EUSER, BAD_ANSWER = AW_EUSER - 1, NOT_OK = AW_EUSER - 2 };

struct download {
    const char *url;
    aw_semaphore *places;
    char host[256];
    int port;
    const char *path; /* in the URL */
    char *answer;     /* and a 0 */
    size_t length;
    const char *body; /* in the answer */
};

static int split_url(struct download *d)
{
    int end = 0;

    d->port = 80;
    if (sscanf(d->url, "http://%255[^:/]%n", d->host, &end) != 1)
        return BAD_URL;
    d->path = d->url + end;
    if (*d->path == ':')
        d->port = (int)strtol(d->path + 1, (char **)&d->path, 10);
    return *d->path == '/' ? 0 : BAD_URL;
}

/* An answer of HTTP/1.0 ends with its connection. */
static int read_all(struct download *d, aw_stream *s)
{
    ssize_t n = 1;

    while (n > 0) {
        char *larger = realloc(d->answer, d->length + 65536 + 1);

        if (!larger)
            return AW_ENOMEM;
        d->answer = larger;
        n = aw_read(s, d->answer + d->length, 65536);
        if (n > 0)
            d->length += (size_t)n;
        if (d->length > MOST)
            return BAD_ANSWER;
    }
    d->answer[d->length] = '\0';
    return (int)n;
}

static int ask(struct download *d, aw_stream *s)
{
    char request[2048];
    int n = snprintf(request, sizeof(request),
                     "GET %s HTTP/1.0\r\nHost: %s:%d\r\n\r\n", d->path, d->host,
                     d->port);
    int rc =
        n < (int)sizeof(request) ? aw_write(s, request, (size_t)n) : BAD_URL;

    return rc < 0 ? rc : read_all(d, s);
}

/* A whole body, or a code. Names of fields as servers write them. */
static int look_at_answer(struct download *d)
{
    char *end = d->answer ? strstr(d->answer, "\r\n\r\n") : NULL;
    const char *length;
    int status;

    if (!end || sscanf(d->answer, "HTTP/%*d.%*d %d", &status) != 1)
        return BAD_ANSWER;
    if (status != 200)
        return NOT_OK;
    *end = '\0';
    d->body = end + 4;
    length = strstr(d->answer, "\r\nContent-Length:");
    if (length && strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) !=
                      d->length - (size_t)(d->body - d->answer))
        return BAD_ANSWER;
    return 0;
}

/* On a thread: files block. */
static int save(void *arg, aw_value *ret)
{
    const struct download *d = arg;
    size_t size = d->length - (size_t)(d->body - d->answer);
    const char *name = strrchr(d->path, '/') + 1;
    FILE *f = fopen(*name ? name : "index", "wb");
    int rc = 0;

    (void)ret;
    if (!f)
        return BAD_URL;
    if (fwrite(d->body, 1, size, f) != size)
        rc = AW_ENOMEM;
    if (fclose(f) != 0)
        rc = AW_ENOMEM;
    return rc;
}

static int fetch(struct download *d)
{
    aw_timeout timeout;
    aw_stream *s;
    int rc = aw_timeout_enter(&timeout, LONGEST);

    if (rc < 0)
        return rc;
    rc = aw_connect(&s, d->host, d->port);
    if (rc == 0) {
        rc = ask(d, s);
        aw_stream_close(s);
    }
    return aw_timeout_leave(&timeout, rc);
}

/* A task: a download that fails is told, and the others go on. */
static int download(void *arg, aw_value *ret)
{
    struct download *d = arg;
    int rc = aw_semaphore_acquire(d->places);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = split_url(d);
    if (rc == 0)
        rc = fetch(d);
    if (rc == 0)
        rc = look_at_answer(d);
    if (rc == 0)
        rc = aw_to_thread(aw_call(save, d), NULL);
    aw_semaphore_release(d->places);
    if (rc == 0)
        printf("%s\n", d->url);
    else if (rc != AW_ECANCELED)
        printf("%s: %s\n", d->url,
               rc == BAD_URL      ? "no URL that can be fetched and saved"
               : rc == BAD_ANSWER ? "no whole answer"
               : rc == NOT_OK     ? "not there"
                                  : aw_strerror(rc));
    return rc == AW_ECANCELED ? rc : 0;
}

static int download_all(void *arg, aw_value *ret)
{
    char **urls = arg;
    size_t n = 0;
    struct download *all;
    aw_semaphore places;
    aw_group group;
    int rc;

    (void)ret;
    while (urls[n])
        n++;
    all = calloc(n + 1, sizeof(*all));
    if (!all)
        return AW_ENOMEM;
    rc = aw_semaphore_init(&places, AT_ONCE, 0);
    if (rc == 0)
        rc = aw_group_enter(&group);
    if (rc == 0) {
        for (size_t i = 0; i < n; i++) {
            all[i].url = urls[i];
            all[i].places = &places;
            (void)aw_group_create_task(&group, aw_call(download, &all[i]));
        }
        rc = aw_group_leave(&group, 0, NULL, NULL);
    }
    for (size_t i = 0; i < n; i++)
        free(all[i].answer);
    free(all);
    return rc;
}

int main(int argc, char **argv)
{
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: flags http://HOST[:PORT]/PATH...\n");
        return 2;
    }
    rc = aw_run(aw_call(download_all, argv + 1), NULL, NULL);
    if (rc < 0)
        fprintf(stderr, "flags: %s\n", aw_strerror(rc));
    return rc < 0;
}
