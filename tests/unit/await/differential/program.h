#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * program: a scenario as read from its text; README.md tells the language.
 *
 * A program owns its operations; nothing in it changes once it is read.
 */

enum {
    OBJECTS_MAX = 10, /* of each class: its names end in one digit */
    ARGS_MAX = 8,
    LABEL_MAX = 16,
    NAME_MAX_LENGTH = 32,
    NO_LIMIT = -1, /* the number of a '-' */
};

/* An object ('t', 3), a number ('#', 3), or a word by its first letter. */
struct arg {
    char kind;
    int n;
};

/* One line, and the lines within it if it is a block. */
struct op {
    char policy;
    char name[NAME_MAX_LENGTH];
    char label[LABEL_MAX]; /* the body's name, and the place in it */
    struct arg args[ARGS_MAX];
    size_t n_args;
    struct op *blocks[2];
    struct op *next;
};

struct body {
    bool exists;
    struct op *ops;
};

struct program {
    char name[NAME_MAX_LENGTH];
    int futures;
    int events;
    int turns;  /* how many are counted in each unit of time; 0: none */
    int unread; /* 1: the trace ends with the errors that nobody read */
    size_t n_semaphores;
    struct {
        int value;
        int bound;
    } semaphores[OBJECTS_MAX];
    int locks;
    int conditions; /* each with the lock of its number */
    int shutdown;   /* 1: ended as aw_run() ends, not by the root */
    size_t n_queues;
    struct {
        int bound;
        char order; /* 'f', 'l', 'p' */
    } queues[OBJECTS_MAX];
    struct body coroutines[OBJECTS_MAX];
    struct body callbacks[OBJECTS_MAX];
};

/*
 * Read the lines of one program from `file`, up to the next one or to the
 * first line of its trace, which `line` then holds.
 * 1: read, the caller frees it; 0: there are no more; -EINVAL: not a program,
 * `line` is the one that is wrong; -ENOMEM.
 */
struct line {
    FILE *file;
    char *text; /* without its end; NULL at the end of the file */
    size_t room;
    size_t number;
};
void line_next(struct line *line);
int program_read(struct program **out, struct line *line);
void program_free(struct program *program);
