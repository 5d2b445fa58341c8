#include "command/serve_child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tell_end(void *arg, aw_value *ret)
{
    struct serve_child *child = arg;
    int rc = serve_child_wait(child);

    (void)ret;
    if (rc == 0)
        child->on_end(child->data);
    return rc;
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
    aw_future *teller;
    int rc = aw_spawn(&child->process, (const char *const *)command, NULL);

    if (rc < 0)
        return rc;
    teller = aw_create_task(NULL, aw_call(tell_end, child));
    if (aw_future_state(teller) == AW_ERROR) {
        rc = aw_future_result(teller, NULL);
        aw_process_close(child->process);
        child->process = NULL;
    }
    aw_unref(teller);
    return rc;
}

int serve_child_wait(struct serve_child *child)
{
    int status;
    int rc = child->process ? aw_process_wait(child->process, &status) : 0;

    if (rc == 0 && child->process)
        child->status = status < 0 ? 128 - status : status;
    return rc;
}

void serve_child_signal(struct serve_child *child, int signum)
{
    if (child->process)
        (void)aw_process_signal(child->process, signum); /* or it has ended */
}
