#include "process/local_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

/* What the server's process runs. */
struct job {
    local_server_main serve;
    int argc;
    const char **arguments; /* the first is its name, which it does not get */
};

/* Its standard output is the pipe. Nothing of ours is flushed or cleaned up
   there. */
static void be_server(int pipe, void *arg)
{
    struct job *job = arg;
    int status;

    prctl(PR_SET_NAME, "flags serve");
    if (child_settle(pipe, STDOUT_FILENO) < 0)
        _exit(127);
    status = job->serve(job->argc, (char **)job->arguments + 1);
    free(job->arguments); /* this process has its own copy */
    _exit(status);
}

static int spawn(struct child *child, local_server_main serve,
                 const char *const *options)
{
    struct job job = {.serve = serve};
    size_t count = 0;
    const char **arguments;
    int rc;

    while (options[count])
        count++;
    arguments = calloc(COUNT(needed) + count + 1, sizeof(*arguments));
    if (!arguments)
        return -ENOMEM;
    memcpy(arguments, needed, sizeof(needed));
    memcpy(arguments + COUNT(needed), options, count * sizeof(*options));
    if (serve) {
        job.argc = (int)(COUNT(needed) + count - 1);
        job.arguments = arguments;
        fflush(stdout); /* else its process would print that, too */
        rc = child_call(child, be_server, &job);
    } else {
        rc = child_start(child, arguments, STDOUT_FILENO);
    }
    free(arguments);
    return rc;
}

int local_server_start(struct local_server *server, local_server_main serve,
                       const char *const *options)
{
    char line[sizeof(ready) - 1 + sizeof(server->url)];
    int status;
    int rc = spawn(&server->child, serve, options);

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
