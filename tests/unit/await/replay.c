/*
 * replay: run the random programs of a file that traces/programs.py made, and
 * compare what happens, turn by turn, with what CPython 3.11 printed.
 *
 *   replay FILE [PROGRAM]   one program alone is printed as well
 */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_program(FILE *file, struct program *p)
{
    char line[LINE];
    bool in_trace = false;
    size_t length = 0;
    int scripts = 0;

    while (fgets(line, sizeof(line), file) && strcmp(line, "over\n") != 0) {
        if (strcmp(line, "trace\n") == 0) {
            in_trace = true;
        } else if (!in_trace) {
            require(scripts < SCRIPTS);
            script_parse(&p->scripts[scripts++], line);
        } else {
            size_t n = strlen(line);

            require(length + n < sizeof(p->trace));
            memcpy(p->trace + length, line, n + 1);
            length += n;
        }
    }
    require(scripts == SCRIPTS && length > 0);
}

/* The first line that differs, for the message. */
static void complain(const struct program *p, const char *got)
{
    const char *want = p->trace;

    while (*want && *got) {
        size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

        if (w != g || memcmp(want, got, w) != 0)
            break;
        want += w + 1;
        got += g + 1;
    }
    fprintf(stderr, "program %d: expected '%.*s', got '%.*s'\n", p->number,
            (int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

int main(int argc, char **argv)
{
    static struct program p;
    int only = argc > 2 ? (int)strtol(argv[2], NULL, 10) : -1;
    int programs = 0, wrong = 0;
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;

    if (!file) {
        fprintf(stderr, "usage: replay FILE [PROGRAM]\n");
        return EXIT_FAILURE;
    }
    while (fscanf(file, "program %d\n", &p.number) == 1) {
        read_program(file, &p);
        if (only >= 0 && only != p.number)
            continue;
        const char *got = program_run(&p);
        if (only >= 0)
            fputs(got, stdout);
        programs++;
        if (strcmp(got, p.trace) == 0)
            continue;
        complain(&p, got);
        wrong++;
    }
    fclose(file);
    printf("%d programs, %d differ\n", programs, wrong);
    return programs > 0 && wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
