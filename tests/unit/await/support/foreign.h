#pragma once

#include "await/await.h"

/*
 * foreign: two classes of futures that owe the library nothing but the
 * protocol. One keeps its own state and callbacks and lets a task of ours
 * compute its outcome (foreign.c); the other wraps a task of ours and passes
 * everything on (wrapper.c).
 */

aw_future *foreign_new(aw_loop *loop, aw_coro coro);
aw_future *wrapper_new(aw_loop *loop, aw_coro coro);

/* How many objects of the two classes there are. */
int foreign_alive(void);
void foreign_count(int more);
