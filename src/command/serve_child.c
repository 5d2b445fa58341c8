#include "command/serve_child.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_end(uv_process_t *process, int64_t status, int signum)
{
    struct serve_child *child = process->data;

    child->status = signum ? 128 + signum : (int)status;
    child->process = NULL;
    uv_close((uv_handle_t *)process, on_closed);
    aw_event_set(&child->ended);
    child->on_end(child->data);
}

int serve_child_start(struct serve_child *child, char **command,
                      const char *url)
{
    uv_stdio_container_t standard[3];
    uv_process_options_t options = {
        .exit_cb = on_end,
        .file = command[0],
        .args = command,
        .stdio = standard,
        .stdio_count = 3,
    };
    uv_process_t *process;
    int rc;

    for (int fd = 0; fd < 3; fd++) {
        standard[fd].flags = UV_INHERIT_FD;
        standard[fd].data.fd = fd;
    }
    if (setenv("FLAGS_SERVER", url, 1) < 0)
        return -errno;
    process = malloc(sizeof(*process));
    if (!process)
        return -ENOMEM;
    process->data = child;
    rc = uv_spawn(aw_loop_uv(aw_get_running_loop()), process, &options);
    if (rc < 0) {
        /* Initialised all the same, so libuv has to let go of it. */
        uv_close((uv_handle_t *)process, on_closed);
        return rc;
    }
    child->process = process;
    return 0;
}

void serve_child_signal(struct serve_child *child, int signum)
{
    if (child->process)
        (void)uv_process_kill(child->process, signum); /* ESRCH: it ended */
}
