#include "command/serve_child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int serve_child_set(const char *name, const char *value)
{
    return setenv(name, value, 1) < 0 ? -errno : 0;
}

/* Whether a list with commas has the word. */
static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    while (*list) {
        size_t m = strcspn(list, ", ");

        if (m == n && memcmp(list, word, n) == 0)
            return true;
        list += m + strspn(list + m, ", ");
    }
    return false;
}

int serve_child_except(const char *name, const char *host)
{
    const char *before = getenv(name);
    char *list;
    int rc;

    if (!before || !*before)
        return serve_child_set(name, host);
    if (strcmp(before, "*") == 0 || has_word(before, host))
        return 0;
    if (asprintf(&list, "%s,%s", before, host) < 0)
        return -ENOMEM;
    rc = serve_child_set(name, list);
    free(list);
    return rc;
}

int serve_child_start(struct serve_child *child, char **command)
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
