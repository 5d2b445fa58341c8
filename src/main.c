#include <curl/curl.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "await/tools.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/suggest.h"
#include "command/commands.h"
#include "text/escape.h"
#include "text/url.h"

static void print_help(void)
{
    const struct option_table *table = command_program.options;

    printf("Usage: flags %s\n\n%s\n\nCommands:\n", table->synopsis,
           table->purpose);
    for (size_t i = 0; commands[i]; i++)
        printf("  %-9s %s\n", commands[i]->name, commands[i]->purpose);
    printf("\n'flags COMMAND --help' lists the options of a command.\n");
}

/* What is no command: `what` it should have been, and what it may have been. */
static int refuse(const char *typed, const char *what, const char *dashes,
                  const char *meant)
{
    char masked[URL_MASKED_SIZE];
    char shown[64];

    url_mask(masked, sizeof(masked), typed);
    escape_copy(shown, sizeof(shown), masked);
    message("%s: no such %s; %s%s%s%s", shown, what,
            meant ? "did you mean '" : "'flags --help' lists the commands",
            meant ? dashes : "", meant ? meant : "", meant ? "'?" : "");
    return EXIT_STATUS_USAGE;
}

static int refuse_option(const char *typed)
{
    static const char *const names[] = {"help", "version"};

    return refuse(typed, "option before a command", "--",
                  suggest_nearest(typed + strspn(typed, "-"), names, 2));
}

static int refuse_command(const char *typed)
{
    const char *names[COMMANDS];

    if (typed[0] == '-')
        return refuse_option(typed);
    if (strstr(typed, "://"))
        return refuse(typed, "command", "flags ", "get URL");
    for (size_t i = 0; commands[i]; i++)
        names[i] = commands[i]->name;
    return refuse(typed, "command", "",
                  suggest_nearest(typed, names, COMMANDS));
}

static int ask_for_command(void)
{
    char names[128] = "";

    for (size_t i = 0; commands[i]; i++)
        snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
                 i ? ", " : "", commands[i]->name);
    message("which command? %s; 'flags --help' tells more", names);
    return EXIT_STATUS_USAGE;
}

/*
 * A descriptor that is closed at the start would be given to the first socket
 * or file, and what is printed would go there. Opened the wrong way round,
 * reading and writing fail with EBADF, as on a closed one.
 */
static int occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
            return -1;
    }
    return 0;
}

/* `flags help` is `flags --help`, `flags help COMMAND` is `flags COMMAND
   --help`. */
static int help(int argc, char **argv)
{
    static char option[] = "--help";
    char *arguments[] = {option, NULL};
    const struct command *command;

    if (argc == 0) {
        print_help();
        return command_end(EXIT_STATUS_OK);
    }
    command = program_find(&program, argv[0]);
    return command ? command->run(1, arguments) : refuse_command(argv[0]);
}

static int run_with_libcurl(const struct command *command, int argc,
                            char **argv)
{
    int status;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        message("libcurl cannot start");
        return EXIT_STATUS_LOCAL;
    }
    status = command->run(argc, argv);
    curl_global_cleanup();
    return status;
}

static int run_command(int argc, char **argv)
{
    const struct command *command = program_find(&program, argv[1]);

    if (strcmp(argv[1], "help") == 0)
        return help(argc - 2, argv + 2);
    if (strcmp(argv[1], command_manual.name) == 0)
        command = &command_manual;
    if (strcmp(argv[1], command_completion.name) == 0)
        command = &command_completion;
    if (!command)
        return refuse_command(argv[1]);
    return command->uses_libcurl ? run_with_libcurl(command, argc - 2, argv + 2)
                                 : command->run(argc - 2, argv + 2);
}

static int run(int argc, char **argv)
{
    if (occupy_standard_descriptors() < 0)
        return EXIT_STATUS_LOCAL;
    if (argc < 2)
        return ask_for_command();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return command_end(EXIT_STATUS_OK);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        help_version(stdout);
        return command_end(EXIT_STATUS_OK);
    }
    /* Which characters the terminal has; numbers stay as they are. */
    setlocale(LC_CTYPE, "");
    /* Writing to a connection or pipe whose other end has gone is an error
       where it happens, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    return run_command(argc, argv);
}

/* What is left to do at the end is the destructors' of the libraries, of which
   there are three dozen: they put back, page by page, memory that goes with the
   process anyway. Sanitizers tell of leaks and races then. */
int main(int argc, char **argv)
{
    int status = run(argc, argv);

    fflush(NULL);
    if (!AW_SANITIZED)
        _exit(status);
    return status;
}
