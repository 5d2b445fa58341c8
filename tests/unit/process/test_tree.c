#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/interrupt.h"
#include "process/tree.h"

enum { LONG_US = 60 * 1000000, SHORT_US = 300000 };

static char output[] = "/tmp/flags-test-XXXXXX";

static void setup(void)
{
    int fd = mkstemp(output);

    cr_assert(ge(int, fd, 0));
    close(fd);
}

static void teardown(void)
{
    unlink(output);
}

TestSuite(tree, .init = setup, .fini = teardown, .timeout = 60);

static int run(struct tree_end *end, const char *text, int64_t limit_us)
{
    return tree_run(end, &(struct tree_command){.text = text,
                                                .directory = "/",
                                                .output = output,
                                                .limit_us = limit_us});
}

/* The first line of the output; "" if there is none. */
static void read_output(char *line, int size)
{
    FILE *file = fopen(output, "r");

    cr_assert(ne(ptr, file, NULL));
    if (!fgets(line, size, file))
        line[0] = '\0';
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
}

Test(tree, tells_how_the_command_ended_and_what_it_said)
{
    struct tree_end end;
    char line[64];

    cr_assert(eq(int, run(&end, "pwd; cat; exit 7", LONG_US), 0));

    cr_expect(eq(int, WIFEXITED(end.status), 1));
    cr_expect(eq(int, WEXITSTATUS(end.status), 7));
    cr_expect(eq(int, end.timed_out, 0));
    cr_expect(gt(i64, end.elapsed_us, 0));
    read_output(line, sizeof(line));
    cr_expect(eq(str, line, "/"));

    cr_assert(eq(int, run(&end, "kill -KILL $$", LONG_US), 0));
    cr_expect(eq(int, WIFSIGNALED(end.status), 1));
}

Test(tree, waits_for_what_the_command_leaves_and_counts_it)
{
    struct tree_end end;

    cr_assert(eq(int,
                 run(&end,
                     "setsid sh -c 'sleep .2; i=0; while [ $i -lt 50000 "
                     "]; do i=$((i+1)); done' & exit 0",
                     LONG_US),
                 0));

    cr_expect(eq(int, WEXITSTATUS(end.status), 0));
    cr_expect(ge(i64, end.elapsed_us, 200000));
    cr_expect(
        gt(i64, end.usage.ru_utime.tv_usec + end.usage.ru_stime.tv_usec, 1000));
    cr_expect(gt(i64, end.peak_memory, 100000));
}

/* A limit that lets the command begin, however busy the machine is. */
Test(tree, is_killed_at_its_limit_with_those_that_left_it)
{
    int64_t limit_us = SHORT_US;
    char line[64] = "";
    struct tree_end end;

    for (; !line[0] && limit_us < LONG_US; limit_us *= 3) {
        cr_assert(eq(int,
                     run(&end,
                         "setsid sh -c 'trap \"\" TERM; echo $$; "
                         "while :; do sleep 1; done' & sleep 1000",
                         limit_us),
                     0));
        cr_assert(eq(int, end.timed_out, 1));
        cr_expect(ge(i64, end.elapsed_us, limit_us));
        read_output(line, sizeof(line));
    }

    cr_assert(ne(int, line[0], 0));
    cr_expect(eq(int, kill((pid_t)strtol(line, NULL, 10), 0), -1));
    cr_expect(eq(int, errno, ESRCH));
}

Test(tree, a_signal_for_us_ends_it)
{
    struct tree_end end;

    cr_assert(eq(int, interrupt_catch(), 0));
    interrupt_note(SIGTERM);
    cr_expect(eq(int, run(&end, "sleep 1000", LONG_US), -EINTR));
}
