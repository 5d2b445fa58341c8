#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "await/await.h"

/* What replay.c reads, replay_run.c runs and replay_ops.c does. */

enum {
    FUTURES = 3,
    TASKS = 4,
    SCRIPTS = 6, /* tasks, then members of groups */
    TURNS = 30,
    OPS = 64,
    ARGS = 5,
    LINE = 4096,
    TEXT = 128,
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

#define UNIT 1e-3 /* seconds */

struct run {
    const struct program *program;
    aw_future *futures[FUTURES], *tasks[TASKS];
    aw_semaphore semaphore;
    aw_event event;
    int turn, members;
    double began;
    bool ticking, quiet;
    char trace[1 << 16];
    size_t length;
    /* Members tell of their names as long as they are known. */
    struct player {
        struct run *run;
        int script;
        char name[16];
    } players[64];
    int n_players;
};

void script_parse(struct script *s, const char *line);

/* Its trace; good until the next one. */
const char *program_run(const struct program *p);

/* A line of the trace, begun with the turn or the time. */
void say(struct run *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An outcome in words, in `text` or static. */
const char *tell(char *text, size_t room, int rc, aw_value value);
const char *state(char *text, size_t room, aw_future *f);

/* Who plays a script, for as long as the run. */
struct player *player_new(struct run *r, int script, char kind, int n);
int run_player(void *arg, aw_value *ret); /* a coroutine, of a player */

/* 0, or the code that ended them. */
int run_ops(struct player *p, const struct op *ops, int n);

#define require(condition)                                             \
    do {                                                               \
        if (!(condition)) {                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                    #condition);                                       \
            abort();                                                   \
        }                                                              \
    } while (0)
