#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What replay.c reads, and replay_run.c runs. */

enum {
    FUTURES = 3,
    TASKS = 4,
    SCRIPTS = 6, /* tasks, then members of groups */
    TURNS = 30,
    OPS = 64,
    ARGS = 5,
    LINE = 4096,
};

struct op {
    char name[12];
    int args[ARGS];
    int n;
    bool goes_on; /* after an error or a cancellation */
};

struct script {
    struct op ops[OPS];
    int n;
    char end[12]; /* value, error or cancelled */
};

struct program {
    int number;
    struct script scripts[SCRIPTS];
    char trace[1 << 16];
};

void script_parse(struct script *s, const char *line);

/* Its trace; good until the next one. */
const char *program_run(const struct program *p);

#define require(condition)                                             \
    do {                                                               \
        if (!(condition)) {                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                    #condition);                                       \
            abort();                                                   \
        }                                                              \
    } while (0)
