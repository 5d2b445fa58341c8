#pragma once

#include "scenario.h"

/*
 * operations: what the lines of a program do. Those in plain.c do not suspend:
 * callbacks have only these. Those in suspending.c are for coroutines. Those of
 * locks, queues and threads are in queueing.c.
 */

/* Of one run of a coroutine's body. */
struct frame {
    struct scenario *scenario;
    int value;     /* what the coroutine gives */
    bool returned; /* the rest of the body is left out */
};

/* Run operations up to one that passes its code on; that code, or 0. */
int run_block(struct frame *frame, const struct op *op);

/* Run a callback's. */
void run_plain(struct scenario *s, const struct op *op);

/* One operation while it runs. */
struct step {
    struct scenario *s;
    struct frame *frame; /* NULL: in a callback */
    const struct op *op;
    char words[256]; /* for the trace; empty: "ok", or the code */
};

/* 0, or the code that the trace tells and that the policy is asked about. */
struct operation {
    const char *name;
    int (*fn)(struct step *step);
    bool acts; /* on the first argument: left out if that is absent */
};

/* NULL: no operation of that name. */
const struct operation *plain_find(const char *name);
const struct operation *suspending_find(const char *name);
const struct operation *queueing_find(const char *name); /* of both kinds */

/* Set the words; 0. */
int step_say(struct step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The words for an await of the n-th argument: of a gather, each member's
   outcome. Gives rc. */
int step_tell(struct step *step, size_t n, int rc, aw_value value);

/* The n-th argument, for what awaits. False: absent. */
bool step_awaitable(struct step *step, size_t n, aw_awaitable *what);

/* The futures there are among the arguments from the n-th on; how many. */
size_t step_futures(struct step *step, size_t n, aw_future **futures);

/* The n-th argument in units of time; '-': none. */
double step_limit(const struct step *step, size_t n);
