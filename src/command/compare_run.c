#include "command/compare_run.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/child.h"

enum {
    FEED_FD = 3,
    STOP_US = 5 * 1000000,
    FIXED_ARGUMENTS = 16,
    TREE_DESCRIPTORS = 8,
};

static int remove_entry(const char *path, const struct stat *st, int flag,
                        struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_entry, TREE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* A new directory in TMPDIR, or /tmp; to be freed. */
static int make_directory(char **directory)
{
    const char *parent = getenv("TMPDIR");

    if (!parent || !*parent)
        parent = "/tmp";
    if (asprintf(directory, "%s/flags-compare-XXXXXX", parent) < 0)
        return -ENOMEM;
    if (!mkdtemp(*directory)) {
        int rc = -errno;

        free(*directory);
        return rc;
    }
    return 0;
}

static int start(struct child *child, const struct compare_run_options *options,
                 const char *directory)
{
    const char **arguments;
    char max_req[16];
    char feed_fd[16];
    size_t more = 0;
    int rc;

    while (options->arguments[more])
        more++;
    arguments = calloc(FIXED_ARGUMENTS + more, sizeof(*arguments));
    if (!arguments)
        return -ENOMEM;
    snprintf(max_req, sizeof(max_req), "%u", options->max_req);
    snprintf(feed_fd, sizeof(feed_fd), "%d", FEED_FD);
    const char *const fixed[] = {
        "get",
        "--quiet",
        "--strategy",
        options->strategy,
        "--max-req",
        max_req,
        "--server",
        options->url,
        "--feed-fd",
        feed_fd,
        "--output-dir",
        directory,
        options->hush ? "--hush" : "--quiet",
    };
    memcpy(arguments, fixed, sizeof(fixed));
    memcpy(arguments + sizeof(fixed) / sizeof(fixed[0]), options->arguments,
           more * sizeof(*arguments));
    rc = child_start(child, arguments, FEED_FD);
    free(arguments);
    return rc;
}

static int keep(struct compare_run *run, const struct feed_line *line)
{
    struct compare_item *grown =
        reallocarray(run->items, run->count + 1, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    run->items = grown;
    grown[run->count] = (struct compare_item){.status = line->status,
                                              .bytes = line->bytes,
                                              .attempts = line->attempts};
    memcpy(grown[run->count].code, line->code, CODE_SIZE);
    run->count++;
    return 0;
}

/* Read the feed to its end. 0: it was complete. */
static int follow(struct compare_run *run, struct child *child,
                  const struct compare_run_options *options)
{
    bool complete = false;
    char text[128];
    int rc;

    while ((rc = child_read_line(child, text, sizeof(text), -1)) > 0) {
        struct feed_line line;

        if (complete || feed_parse(&line, text) < 0)
            return -EBADMSG;
        if (line.kind == FEED_OBSERVED) {
            run->observed_us = line.observed_us;
            complete = true;
            continue;
        }
        rc = keep(run, &line);
        if (rc < 0)
            return rc;
        if (options->on_final)
            options->on_final(options->arg, &line);
    }
    return rc < 0 ? rc : complete ? 0 : -EPROTO;
}

static int compare_codes(const void *a, const void *b)
{
    return strcmp(((const struct compare_item *)a)->code,
                  ((const struct compare_item *)b)->code);
}

int compare_run(struct compare_run *run,
                const struct compare_run_options *options)
{
    struct child child;
    char *directory;
    int status = 0;
    int ended;
    int rc;

    *run = (struct compare_run){0};
    rc = make_directory(&directory);
    if (rc < 0)
        return rc;
    rc = start(&child, options, directory);
    if (rc == 0) {
        rc = follow(run, &child, options);
        /* At the end of its feed the child is about to end by itself. */
        ended = rc == 0 || rc == -EPROTO ? child_wait(&child, &status)
                                         : child_stop(&child, STOP_US, &status);
        rc = rc < 0 ? rc : ended;
        run->exit_status =
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    remove_tree(directory);
    free(directory);
    if (rc < 0) {
        free(run->items);
        run->items = NULL;
        return rc;
    }
    if (run->count > 0)
        qsort(run->items, run->count, sizeof(*run->items), compare_codes);
    return 0;
}

void compare_run_close(struct compare_run *run)
{
    free(run->items);
    *run = (struct compare_run){0};
}

bool compare_run_differs(const struct compare_run *run,
                         const struct compare_run *model, char *phrase,
                         size_t size)
{
    if (run->count != model->count) {
        snprintf(phrase, size, "%zu codes, not %zu", run->count, model->count);
        return true;
    }
    for (size_t i = 0; i < run->count; i++) {
        const struct compare_item *a = &run->items[i];
        const struct compare_item *b = &model->items[i];

        if (strcmp(a->code, b->code) != 0) {
            snprintf(phrase, size, "%s, which nobody asked for", a->code);
            return true;
        }
        if (a->status != b->status) {
            snprintf(phrase, size, "%s: %s, not %s", a->code,
                     status_name(a->status), status_name(b->status));
            return true;
        }
        if (a->bytes != b->bytes || a->attempts != b->attempts) {
            snprintf(phrase, size,
                     "%s: %" PRId64 " bytes in %u attempts, not %" PRId64
                     " in %u",
                     a->code, a->bytes, a->attempts, b->bytes, b->attempts);
            return true;
        }
    }
    return false;
}
