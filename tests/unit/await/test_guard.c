#include "support/child.h"
#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Frames of which little is touched: an overflow that steps over the guard
 * ends in the stack of a neighbour, and shows much later, or never. This file
 * is compiled without -fstack-clash-protection, as a user's code may be.
 */

TestSuite(guard, .timeout = 60);

/* Rows of 200 characters at the low end of a frame. */
#define RECURSE_WITH(size)                                                 \
    __attribute__((noinline)) static int recurse_##size(int depth)         \
    {                                                                      \
        char row[(size)*1024];                                             \
                                                                           \
        snprintf(row, sizeof(row), "%0200d", depth);                       \
        return depth == 0 ? row[199] : recurse_##size(depth - 1) + row[0]; \
    }
RECURSE_WITH(1)
RECURSE_WITH(5)
RECURSE_WITH(12)
RECURSE_WITH(33)
RECURSE_WITH(60)

static const struct frame {
    int kib;
    int (*recurse)(int depth);
} frames[] = {{1, recurse_1},
              {5, recurse_5},
              {12, recurse_12},
              {33, recurse_33},
              {60, recurse_60}};
static struct frame tried;

static int sleep_a_little(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(T);
}

/* Deeper by less than a guard and a frame than any stack is. */
static int go_deep(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return tried.recurse(300 / tried.kib + 1) & 1;
}

/* Neighbours on both sides, whichever way stacks are handed out. */
static int among_neighbours(void *arg, aw_value *ret)
{
    aw_future *before = spawn(aw_call(sleep_a_little, NULL), "before");
    aw_future *deep = spawn(aw_call(go_deep, NULL), "the bottomless");
    aw_future *after = spawn(aw_call(sleep_a_little, NULL), "after");
    int rc = aw_await(aw_give(deep), NULL);

    (void)arg, (void)ret;
    if (aw_await(aw_give(before), NULL) < 0 ||
        aw_await(aw_give(after), NULL) < 0)
        return AW_EINVAL;
    return rc;
}

static int run_it(void)
{
    return aw_run(aw_call(among_neighbours, NULL), NULL, NULL) & 1;
}

Test(guard, large_frames_do_not_step_over_it)
{
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        tried = frames[i];
        struct child c = child_run(run_it);
        cr_assert(c.signal == SIGSEGV || c.signal == SIGBUS ||
                      c.signal == SIGABRT,
                  "frames of %d KiB: signal %d, exit %d, stderr: %s",
                  frames[i].kib, c.signal, c.exit_status, c.stderr_text);
        cr_assert(strstr(c.stderr_text, "the bottomless") != NULL,
                  "frames of %d KiB: stderr does not name the task: %s",
                  frames[i].kib, c.stderr_text);
    }
}

/* Small stacks, too, have a whole guard. */
static int run_small(void)
{
    aw_loop_options options = {.stack_size = 1};

    return aw_run(aw_call(among_neighbours, NULL), NULL, &options) & 1;
}

Test(guard, the_least_stack_has_a_whole_one)
{
    tried = (struct frame){60, recurse_60};
    struct child c = child_run(run_small);
    cr_assert(ne(int, c.signal, 0), "exit %d: %s", c.exit_status,
              c.stderr_text);
    cr_assert(strstr(c.stderr_text, "the bottomless") != NULL, "%s",
              c.stderr_text);
}
