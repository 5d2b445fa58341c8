#include <curl/curl.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/help.h"
#include "command/suggest.h"
#include "report/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct command *const commands[] = {
    &command_get, &command_compare, &command_serve, &command_list, NULL,
};

static void print_help(void)
{
    printf("Usage: flags COMMAND [OPTIONS] [ARGUMENTS]\n\n"
           "What does the way you wait cost? Three strategies for the same "
           "downloads,\nand a server that makes their weather repeatable.\n\n"
           "Commands:\n");
    for (size_t i = 0; commands[i]; i++)
        printf("  %-9s %s\n", commands[i]->name, commands[i]->purpose);
    printf("\n'flags COMMAND --help' lists the options of a command.\n");
}

static int refuse_command(const char *typed)
{
    const char *names[COUNT(commands)] = {NULL};
    const char *meant;
    char shown[64];

    for (size_t i = 0; commands[i]; i++)
        names[i] = commands[i]->name;
    meant = suggest_nearest(typed, names, COUNT(names));
    escape_copy(shown, sizeof(shown), typed);
    fprintf(stderr, "flags: %s: no such command; %s%s%s\n", shown,
            meant ? "did you mean '" : "'flags --help' lists them",
            meant ? meant : "", meant ? "'?" : "");
    return EXIT_STATUS_USAGE;
}

static int ask_for_command(void)
{
    fputs("flags: which command?", stderr);
    for (size_t i = 0; commands[i]; i++)
        fprintf(stderr, "%s %s", i ? "," : "", commands[i]->name);
    fputs("; 'flags --help' tells more\n", stderr);
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

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, argv[1]) == 0)
            return commands[i]->run(argc - 2, argv + 2);
    }
    return refuse_command(argv[1]);
}

int main(int argc, char **argv)
{
    int status;

    if (occupy_standard_descriptors() < 0)
        return EXIT_STATUS_LOCAL;
    if (argc < 2)
        return ask_for_command();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return command_end(EXIT_STATUS_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        help_version(stdout);
        return command_end(EXIT_STATUS_OK);
    }
    /* Which characters the terminal has; numbers stay as they are. */
    setlocale(LC_CTYPE, "");
    /* Writing to a connection or pipe whose other end has gone is an error
       where it happens, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fprintf(stderr, "flags: libcurl cannot start\n");
        return EXIT_STATUS_LOCAL;
    }
    status = run_command(argc, argv);
    curl_global_cleanup();
    return status;
}
