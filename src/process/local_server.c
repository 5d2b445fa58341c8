#include "process/local_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"

enum {
    READY_US = 10 * 1000000,
    GRACE_US = 2 * 1000000,
};

static const char *const needed[] = {"serve", "--port", "0",
                                     "--exit-with-parent", "-q"};
static const char ready[] = "flags serve: listening on ";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int spawn(struct child *child, const char *const *options)
{
    size_t count = 0;
    const char **arguments;
    int rc;

    while (options[count])
        count++;
    arguments = calloc(COUNT(needed) + count + 1, sizeof(*arguments));
    if (!arguments)
        return -ENOMEM;
    memcpy(arguments, needed, sizeof(needed));
    for (size_t i = 0; i < count; i++)
        arguments[COUNT(needed) + i] = options[i];
    rc = child_start(child, arguments, STDOUT_FILENO);
    free(arguments);
    return rc;
}

int local_server_start(struct local_server *server, const char *const *options)
{
    char line[sizeof(ready) - 1 + sizeof(server->url)];
    int status;
    int rc = spawn(&server->child, options);

    if (rc < 0)
        return rc;
    rc = child_read_line(&server->child, line, sizeof(line), READY_US);
    if (rc == 1 && strncmp(line, ready, strlen(ready)) == 0) {
        snprintf(server->url, sizeof(server->url), "%s", line + strlen(ready));
        return 0;
    }
    child_stop(&server->child, GRACE_US, &status);
    return rc >= 0 ? -EPROTO : rc;
}

const char *local_server_why(int code)
{
    switch (code) {
    case -EPROTO:
        return "it ended before it listened";
    case -ETIMEDOUT:
        return "it did not listen within 10 seconds";
    default:
        return aw_strerror(code);
    }
}

void local_server_stop(struct local_server *server)
{
    int status;

    child_stop(&server->child, GRACE_US, &status);
}
