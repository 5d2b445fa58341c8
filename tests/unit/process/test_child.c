#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/child.h"
#include "process/interrupt.h"

enum { ATTEMPTS = 50, GRACE_US = 5 * 1000000 };

Test(child, ends_by_a_signal_that_comes_before_it_has_become_itself)
{
    const char *const arguments[] = {"--version", NULL};

    cr_assert(eq(int, interrupt_catch(), 0));
    for (int i = 0; i < ATTEMPTS; i++) {
        struct child child;
        int status = 0;

        cr_assert(eq(int, child_start(&child, arguments, STDOUT_FILENO), 0));
        cr_assert(eq(int, child_stop(&child, GRACE_US, &status), 0));

        cr_assert(eq(int, WIFSIGNALED(status), 1));
        cr_assert(eq(int, WTERMSIG(status), SIGTERM));
    }
    cr_expect(eq(int, interrupt_signal(), 0), "its parent has got none");
}

/* Told through what has become standard output. */
static void tell_what_it_has(int pipe, void *arg)
{
    const int *inherited = arg;
    struct sigaction action;
    char byte;

    if (child_settle(pipe, STDOUT_FILENO) < 0 ||
        sigaction(SIGTERM, NULL, &action) < 0)
        return;
    dprintf(STDOUT_FILENO, "%d %d %d %d\n", fcntl(*inherited, F_GETFD) < 0,
            fcntl(pipe, F_GETFD) < 0, read(STDIN_FILENO, &byte, 1) == 0,
            action.sa_handler == SIG_DFL);
}

Test(child, settles_with_nothing_of_its_parents_but_the_pipe)
{
    int inherited = dup(STDERR_FILENO);
    struct child child;
    char line[32];
    int status = -1;

    cr_assert(ge(int, inherited, 0));
    cr_assert(eq(int, interrupt_catch(), 0));
    cr_assert(eq(int, child_call(&child, tell_what_it_has, &inherited), 0));
    cr_expect(
        eq(int, child_read_line(&child, line, sizeof(line), 60 * GRACE_US), 1));
    cr_expect(eq(str, line, (char *)"1 1 1 1"));
    cr_expect(eq(int, child_wait(&child, &status), 0));
    cr_expect(eq(int, status, 0));
    close(inherited);
}

static void wait_for_a_signal(int pipe, void *arg)
{
    (void)arg;
    if (child_settle(pipe, STDOUT_FILENO) == 0)
        for (;;)
            pause();
}

Test(child, that_has_settled_ends_by_a_signal_whenever_it_comes)
{
    cr_assert(eq(int, interrupt_catch(), 0));
    for (int i = 0; i < ATTEMPTS; i++) {
        struct child child;
        int status = 0;

        cr_assert(eq(int, child_call(&child, wait_for_a_signal, NULL), 0));
        cr_assert(eq(int, child_stop(&child, GRACE_US, &status), 0));

        cr_assert(eq(int, WIFSIGNALED(status), 1));
        cr_assert(eq(int, WTERMSIG(status), SIGTERM));
    }
    cr_expect(eq(int, interrupt_signal(), 0), "its parent has got none");
}
