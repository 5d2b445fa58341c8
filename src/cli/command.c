#include "cli/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/help.h"
#include "cli/message.h"

const struct command *program_find(const struct program *program,
                                   const char *name)
{
    for (size_t i = 0; program->commands[i]; i++) {
        if (strcmp(program->commands[i]->name, name) == 0)
            return program->commands[i];
    }
    return NULL;
}

int command_usage_error(const struct command_line *line)
{
    message("%s", line->error);
    return EXIT_STATUS_USAGE;
}

bool command_begin(struct command_line *line, const struct option_table *table,
                   void *settings, int argc, char **argv, int *status)
{
    int rc = command_line_read(line, table, settings, argc, argv);

    if (rc == -EINVAL) {
        *status = command_usage_error(line);
        return false;
    }
    if (rc < 0) {
        message("%s", aw_strerror(rc));
        *status = EXIT_STATUS_LOCAL;
        return false;
    }
    if (line->wish == LINE_RUN)
        return true;
    if (line->wish == LINE_HELP)
        help_print(stdout, table);
    else
        help_version(stdout);
    *status = command_end(EXIT_STATUS_OK);
    return false;
}

bool command_is_pipe_broken(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

int command_flush_stdout(void)
{
    bool failed = ferror(stdout);
    int error = errno;

    if (fflush(stdout) != 0 && !failed) {
        failed = true;
        error = errno;
    }
    if (!failed)
        return 0;
    if (command_is_pipe_broken()) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return error ? -error : -EIO;
}

int command_end(int status)
{
    int rc = command_flush_stdout();

    if (rc == 0)
        return status;
    message_failure("cannot write to standard output", NULL, rc);
    return status >= EXIT_STATUS_SIGNAL ? status : EXIT_STATUS_LOCAL;
}
