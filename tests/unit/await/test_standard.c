#include "support/child.h"
#include "support/kit.h"
#include "support/spawned.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The descriptors 0, 1 and 2, where they are closed: in processes of their
   own. What those find is their exit status. */

TestSuite(standard, .timeout = 120);

static int mask; /* of those that are closed */

static void close_those(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (mask >> fd & 1)
            (void)close(fd);
}

/* Does a program see those as /dev/null, with a pipe in every other's place, or
   in none? Its status is 10 + the first that is something else. */
static int spawn_looking(bool by_pipes)
{
    static const char *const look =
        "for fd in 0 1 2; do test $((%d >> fd & 1)) = 0 || "
        "test $(readlink /proc/$$/fd/$fd) = /dev/null || exit 1$fd; done";
    aw_spawn_options options = {0};
    char script[256];
    aw_process *p = NULL;
    int rc, status = -1;

    snprintf(script, sizeof(script), look, mask);
    for (int fd = 0; fd < 3; fd++)
        if (by_pipes && !(mask >> fd & 1))
            options.standard[fd].kind = AW_PIPE;
    rc = aw_spawn(&p, (const char *[]){"sh", "-c", script, NULL}, &options);
    if (rc == 0)
        rc = aw_process_wait(p, &status);
    aw_process_close(p);
    return rc < 0 ? 1 : status;
}

static int look_twice(void *arg, aw_value *ret)
{
    int status = 0;

    (void)ret;
    if (arg)
        close_those();
    for (int by_pipes = 0; by_pipes < 2 && status == 0; by_pipes++)
        status = spawn_looking(by_pipes);
    return status == 0 ? 0 : APP(status);
}

static int run_looking(void *closing)
{
    int rc = aw_run(aw_call(look_twice, closing), NULL, NULL);

    return rc < 0 ? AW_EUSER - rc : 0;
}

static int close_then_run(void)
{
    close_those();
    return run_looking(NULL);
}

static int run_then_close(void)
{
    return run_looking(&mask);
}

static void expect_nothing_found(int (*fn)(void))
{
    for (mask = 1; mask < 8; mask++) {
        struct child c = child_run(fn);

        cr_assert(eq(int, c.signal, 0), "closed: %d: %s", mask, c.stderr_text);
        cr_assert(eq(int, c.exit_status, 0), "closed: %d", mask);
    }
}

Test(standard, what_was_closed_before_the_loop_is_nothing_of_ours_to_a_program)
{
    expect_nothing_found(close_then_run);
}

Test(standard, what_was_closed_since_is_nothing_of_ours_to_a_program)
{
    expect_nothing_found(run_then_close);
}

/* A file that took the number of one that was closed. */
static int take_the_number(void)
{
    int fd;

    (void)close(STDIN_FILENO);
    fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    mask = 1;
    return fd == STDIN_FILENO ? run_looking(NULL) : 2;
}

Test(standard, what_no_program_is_to_have_is_not_inherited)
{
    cr_assert(eq(int, child_run(take_the_number).exit_status, 0));
}
