#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

/*
 * replay: run programs, and compare their traces with the recorded ones.
 *
 * usage: differential CORPUS   each program must print the lines that follow
 *                              it, marked by "= "; tells by TAP
 *        differential          programs come on the standard input; write each
 *                              one's name and trace
 */

/* 0, and the trace, the caller's to free. */
static int run_to_text(const struct program *program, char **text)
{
    size_t size;
    FILE *trace = open_memstream(text, &size);
    int rc;

    if (!trace)
        return -errno;
    rc = scenario_run(program, trace);
    if (fclose(trace) != 0 && rc == 0)
        rc = -errno;
    if (rc < 0)
        free(*text);
    return rc;
}

/* Read the expected lines, up to the next program; tell whether they are those
   of `text`. Writes where they first differ, as TAP's comments. */
static bool compare(struct line *line, char *text)
{
    char *rest = text;
    bool same = true;

    for (; line->text && line->text[0] == '='; line_next(line)) {
        const char *wanted = line->text + 2;
        const char *got = strsep(&rest, "\n");

        if (same && (!got || strcmp(got, wanted) != 0)) {
            printf("# line %zu of the corpus: expected: %s\n# got: %s\n",
                   line->number, wanted, got ? got : "the end");
            same = false;
        }
    }
    if (same && rest && *rest) {
        printf("# before line %zu of the corpus: expected the end\n# got: %s\n",
               line->number, rest);
        same = false;
    }
    return same;
}

static int complain(const struct line *line, int rc)
{
    fprintf(stderr, "differential: line %zu: %s: %s\n", line->number,
            line->text ? line->text : "end of file", aw_strerror(rc));
    return EXIT_FAILURE;
}

static int replay(struct line *line)
{
    struct program *program;
    size_t n = 0;
    size_t failures = 0;
    int rc;

    while ((rc = program_read(&program, line)) > 0) {
        char *text = NULL;
        bool same;

        rc = run_to_text(program, &text);
        if (rc < 0) {
            program_free(program);
            break;
        }
        same = compare(line, text);
        printf("%sok %zu - program %s\n", same ? "" : "not ", ++n,
               program->name);
        failures += !same;
        free(text);
        program_free(program);
    }
    if (rc < 0)
        return complain(line, rc);
    printf("1..%zu\n", n);
    return failures > 0 || n == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The name comes first and at once: should the run crash, it says where. */
static int write_traces(struct line *line)
{
    struct program *program;
    int rc;

    while ((rc = program_read(&program, line)) > 0) {
        printf("program %s\n", program->name);
        fflush(stdout);
        rc = scenario_run(program, stdout);
        program_free(program);
        if (rc < 0)
            break;
    }
    return rc < 0 ? complain(line, rc) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct line line = {.file = argc > 1 ? fopen(argv[1], "r") : stdin};
    int status;

    if (!line.file) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    /* One thread for jobs: queueing.c relies on their order. */
    if (setenv("UV_THREADPOOL_SIZE", "1", 1) < 0)
        return EXIT_FAILURE;
    status = argc > 1 ? replay(&line) : write_traces(&line);
    free(line.text);
    fclose(line.file);
    return status;
}
