#pragma once

#include "await/await.h"
#include "program.h"

/*
 * scenario: a program while it runs, and its trace.
 *
 * The objects of a program lie in tables; their names index them. A task, a
 * gather or a shield has none until an operation makes it, and keeps it then:
 * operations on what is not there say "absent" and do nothing.
 */

struct scenario;

/* What coroutines and callbacks are given as their argument. */
struct actor {
    struct scenario *scenario;
    int n;
};

struct scenario {
    const struct program *program;
    aw_loop *loop;
    aw_future *loop_kept; /* of aw_run(), so that it can be asked afterwards */
    FILE *trace;
    double began;
    int turn; /* since the present unit of time began */

    aw_future *futures[4][OBJECTS_MAX]; /* of each class of "fgst" */
    aw_event events[OBJECTS_MAX];
    aw_semaphore semaphores[OBJECTS_MAX];
    aw_lock locks[OBJECTS_MAX];
    aw_condition conditions[OBJECTS_MAX];
    aw_queue queues[OBJECTS_MAX];
    aw_timeout timeouts[OBJECTS_MAX];
    bool timeout_exists[OBJECTS_MAX];
    aw_group groups[OBJECTS_MAX];
    bool group_exists[OBJECTS_MAX];
    aw_handle *handles[OBJECTS_MAX];

    struct actor coroutines[OBJECTS_MAX];
    bool begun[OBJECTS_MAX]; /* a coroutine runs once */
    struct actor callbacks[OBJECTS_MAX];

    int unread[64]; /* errors that nobody read */
    size_t n_unread;
    int at_shutdown[64]; /* errors that the end met */
    size_t n_at_shutdown;
    int rounds; /* of cancelling, that are left */
};

/* Run the program and write its trace. 0, or the code of what there was no
   memory for; the trace is then cut short. */
int scenario_run(const struct program *program, FILE *trace);

/* Write a line: the time and the turn, who, and what. */
void scenario_say(struct scenario *s, const char *label, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

/* A place for a future; NULL: not a future's name. */
aw_future **scenario_place(struct scenario *s, struct arg arg);

/* The future of that name. NULL: absent. */
aw_future *scenario_future(struct scenario *s, struct arg arg);

/* The coroutine of that number, once. False: it is begun, or there is none. */
bool scenario_begin(struct scenario *s, int n, aw_coro *coro);

/* For aw_call_soon() and aw_add_done(), with an actor. */
void scenario_call(void *callback);
void scenario_tell(aw_future *f, void *callback);

/* A code in the words of the trace. */
const char *token(int code, char *room, size_t size);
enum { TOKEN_MAX = 64 };

/* Values are small numbers; a gather's is NULL. */
aw_value value_of(int n);
const char *value_text(aw_value value, char *room, size_t size);
