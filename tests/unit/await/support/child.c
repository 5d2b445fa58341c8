#include "child.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct child child_run(int (*fn)(void))
{
    struct child c = {.exit_status = -1};
    const struct rlimit no_core = {0, 0};
    char rest[4096];
    size_t length = 0;
    int ends[2], status;
    ssize_t n;
    pid_t pid;

    cr_assert(pipe(ends) == 0);
    pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        /* Whatever the tests' runner made of them. */
        signal(SIGINT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        _exit(fn());
    }
    close(ends[1]);
    while ((n = read(ends[0], c.stderr_text + length,
                     sizeof(c.stderr_text) - 1 - length)) > 0)
        length += (size_t)n;
    /* A sanitizer may say more than there is room for, and would die of a pipe
       that nobody reads. */
    while (read(ends[0], rest, sizeof(rest)) > 0)
        ;
    close(ends[0]);
    cr_assert(waitpid(pid, &status, 0) == pid);
    if (WIFSIGNALED(status))
        c.signal = WTERMSIG(status);
    else
        c.exit_status = WEXITSTATUS(status);
    return c;
}
