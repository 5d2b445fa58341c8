#pragma once

#include <semaphore.h>

#include "server.h"

/*
 * misbehaving: what a server of the tests does that it should not; each for
 * server_start().
 */

/* Begin an answer of which half comes, where the path is /body; else answer
   nothing. `arg` is not used. */
enum server_then hang(struct server_request *request, void *arg);

/* Answer, and once that is taken, answer unasked. `arg` is a struct surplus. */
struct surplus {
    sem_t taken; /* the answer that was asked for */
    sem_t sent;  /* the one that was not */
};

enum server_then answer_twice(struct server_request *request, void *arg);
