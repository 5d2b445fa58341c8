#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
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
